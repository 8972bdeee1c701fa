//! What the end-to-end tests share: the real binary, run as people run it, and watched from outside.
//!
//! *Invariants.*
//! 1. Nothing here looks into the daemon: what is asserted was on standard output, on standard error, in an answer over
//!    HTTP, or in a file of the data directory.
//! 2. Every process is ended by its own id, also when a test panics.
//! 3. Nothing waits for ever: whatever is waited for has a deadline, and the message says what did not come.

mod binary;
mod daemon;
mod dice;
pub mod events;
mod http;
pub mod letters;
pub mod office;
pub mod proxy;
mod receiver;
pub mod redis_cluster;
pub mod servers;
mod stream;
pub mod tools;

pub use binary::{Ran, run, run_with, xiezhi};
pub use daemon::{Daemon, Ended, Home};
pub use dice::Dice;
pub use http::{Answer, Client, encoded};
pub use receiver::{Manner, Receiver, Request};
pub use stream::{Seen, Stream};

use std::time::{Duration, Instant};

/// How long anything may take that should take milliseconds: a machine that is busy with other things is no failure.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks until there is an answer.
///
/// # Panics
/// If there is none in time.
pub fn eventually<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
