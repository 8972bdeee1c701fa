//! The truth beside the events: which findings must hold at the end, and which must have gone.

use serde::Serialize;

use crate::scheme::Scheme;

/// A finding that a planted scheme causes.
///
/// It is handed out with the day of the event that completes it, so the truth handed out until any day
/// is exact for the events handed out until that day (time-fired rules by the end of that day).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The rule's id.
    pub rule: &'static str,
    /// The section's code; `None` for findings over the whole history.
    pub section: Option<String>,
    /// The parties' codes, sorted.
    pub parties: Vec<String>,
    /// The scheme's name.
    pub scheme: &'static str,
    /// False if the scheme's evidence is retracted later: then the finding appears and goes again, and
    /// must *not* hold at the end.
    pub holds: bool,
    /// One sentence for people.
    pub note: String,
}

impl Truth {
    /// A finding that holds.
    pub fn new(
        rule: &'static str,
        section: Option<&str>,
        mut parties: Vec<String>,
        scheme: Scheme,
        note: String,
    ) -> Self {
        parties.sort_unstable();
        parties.dedup();
        Self { rule, section: section.map(str::to_owned), parties, scheme: scheme.name(), holds: true, note }
    }

    /// The truth as a line of JSON.
    ///
    /// # Errors
    /// Never in practice: every field is text or a truth value.
    pub fn to_line(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
