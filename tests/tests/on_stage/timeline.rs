//! The language of `alerts/tests/timeline`, read by the same code.

#[path = "../../../alerts/tests/timeline/read.rs"]
pub mod read;
#[path = "../../../alerts/tests/timeline/story.rs"]
#[allow(dead_code, reason = "what only a player of the pure core looks at")]
pub mod story;
#[path = "../../../alerts/tests/timeline/words.rs"]
mod words;
