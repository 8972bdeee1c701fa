//! What time it is: the one place where the daemon asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A clock: the machine's, or one that is set by hand (the demo plays a simulated day).
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// Set by hand, µs since 1970.
    Set(Arc<AtomicI64>),
    /// What stands in a file, µs since 1970: for tests of the whole binary, whose time must not hang on the machine's. A release has none.
    #[cfg(debug_assertions)]
    File(Arc<std::path::PathBuf>),
}

/// The variable that names the file of a test's clock.
#[cfg(debug_assertions)]
const FILE: &str = "XIEZHI_CLOCK_FILE";

impl Clock {
    /// The machine's clock, or that of a test.
    pub fn of_machine() -> Clock {
        #[cfg(debug_assertions)]
        if let Some(file) = std::env::var_os(FILE) {
            return Clock::File(Arc::new(file.into()));
        }
        Clock::System
    }

    /// A clock that is set by hand.
    pub fn set_at(now: i64) -> Clock {
        Clock::Set(Arc::new(AtomicI64::new(now)))
    }

    /// Now, µs since 1970.
    pub fn now(&self) -> i64 {
        match self {
            Clock::System => system_now(),
            Clock::Set(now) => now.load(Ordering::Acquire),
            #[cfg(debug_assertions)]
            Clock::File(file) => {
                let text = std::fs::read_to_string(&**file).expect("the test's clock can be read");
                text.trim().parse().expect("the test's clock holds a number")
            }
        }
    }

    /// Moves a clock that is set by hand; the machine's goes by itself.
    pub fn set(&self, now: i64) {
        if let Clock::Set(held) = self {
            held.store(now, Ordering::Release);
        }
    }
}

/// The machine's clock, µs since 1970; a clock before 1970 counts as 1970.
#[allow(clippy::disallowed_methods, reason = "the one place that asks the machine")]
pub fn system_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}
