//! Events: what comes in, as the contract (events.md) has it.
//!
//! Bytes become a typed [`Event`] in [`door`]: parsed strictly (`json.rs`), scrubbed of identity numbers (`scrub.rs`),
//! then read into records (`types.rs`) with their values (`values.rs`) and words (`words.rs`); [`fault`] says what was
//! wrong. Everything here is a pure function of the bytes, the site's key and the list of placeholders.

pub mod door;
pub mod fault;
mod read;
mod scrub;
mod section;
mod types;
mod values;
mod words;

pub use door::{Admitted, Door, Refused, reread};
pub use fault::{Fault, FaultCode, Faults, Warning};
pub use types::*;
pub use values::*;
pub use words::*;

use crate::normalise::Instant;

/// One fact from outside or from a supervisor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The system that reported it. With `id` it names the event for ever.
    pub source: Box<str>,
    /// Its name there.
    pub id: Box<str>,
    /// When it happened, by the envelope.
    pub time: Instant,
    /// What it says.
    pub data: Data,
}
