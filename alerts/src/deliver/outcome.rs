//! What came of one attempt: a receipt, or a failure that says whether another attempt can help.
//!
//! *Laws.* What a receiver said is shown on one line, shortened, and never holds a secret of the channel. A failure that
//! nobody knows is tried again: better twice than never.

use crate::written::one_line;
use std::time::Duration;

/// Longest reason or receipt, in characters: it is kept with the message and read in a list.
pub const SAID_CHARACTERS_MAX: usize = 300;
/// Longest wait that a receiver may ask for: one that says "tomorrow" must not silence the channel for a day.
pub const AFTER_MAX: Duration = Duration::from_secs(3_600);

/// The receiver has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// What came back, short.
    pub said: String,
}

impl Receipt {
    /// A receipt.
    pub fn new(said: &str) -> Receipt {
        Receipt { said: short(said) }
    }
}

/// The receiver has it not, or did not say that it has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Another attempt may help.
    #[error("{reason}")]
    Again {
        /// What went wrong.
        reason: String,
        /// How long the receiver asked to be left alone, at most [`AFTER_MAX`].
        after: Option<Duration>,
    },
    /// No attempt will help until somebody has changed something.
    #[error("{reason}")]
    Never {
        /// What went wrong; what to change.
        reason: String,
    },
}

impl Failure {
    /// Another attempt may help.
    pub fn again(reason: impl AsRef<str>) -> Failure {
        Failure::Again { reason: short(reason.as_ref()), after: None }
    }

    /// No attempt will help.
    pub fn never(reason: impl AsRef<str>) -> Failure {
        Failure::Never { reason: short(reason.as_ref()) }
    }

    /// The same, but not before so long.
    #[must_use]
    pub fn not_before(self, wait: Option<Duration>) -> Failure {
        match self {
            Failure::Again { reason, .. } => Failure::Again { reason, after: wait.map(|w| w.min(AFTER_MAX)) },
            never @ Failure::Never { .. } => never,
        }
    }

    /// What went wrong.
    pub fn reason(&self) -> &str {
        match self {
            Failure::Again { reason, .. } | Failure::Never { reason } => reason,
        }
    }
}

/// On one line, at most [`SAID_CHARACTERS_MAX`] characters.
fn short(text: &str) -> String {
    let line = one_line(text);
    match line.chars().count() {
        0..=SAID_CHARACTERS_MAX => line,
        _ => line.chars().take(SAID_CHARACTERS_MAX - 1).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_one_short_line() {
        let said = Receipt::new(&format!("a\r\nb {}", "长".repeat(999))).said;
        assert!(said.starts_with("a  b 长") && said.chars().count() == SAID_CHARACTERS_MAX, "{said}");
    }

    #[test]
    fn nobody_can_ask_to_be_left_alone_for_long() {
        let asked = Failure::again("busy").not_before(Some(Duration::from_secs(999_999)));
        assert_eq!(asked, Failure::Again { reason: "busy".to_owned(), after: Some(AFTER_MAX) });
        assert_eq!(Failure::never("no").not_before(Some(AFTER_MAX)), Failure::never("no"));
    }
}
