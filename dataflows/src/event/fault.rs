//! What is wrong with an event, said so that a tired person can mend it: where, what, and what to give instead.
//!
//! Invariants:
//! 1. [`FaultCode`] is small and stable: it labels metrics and is answered to programs.
//! 2. No text holds a person's identity number; any other value is quoted with at most [`QUOTE_CHARS_MAX`] characters.

use std::fmt;

/// Faults that are kept of one event. Eight tell a sender what to mend; the rest shows after that.
pub const FAULTS_MAX: usize = 8;
/// Characters of a value that a reason quotes.
pub const QUOTE_CHARS_MAX: usize = 40;

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultCode {
    /// The bytes are not JSON.
    MalformedJson,
    /// A key stands twice in one object.
    DuplicateKey,
    /// Nested beyond the limit.
    TooDeep,
    /// More bytes, keys or elements than the limit.
    TooLarge,
    /// A required field is absent, null or a placeholder.
    Missing,
    /// Another JSON type than the field's.
    WrongType,
    /// The right type, but not the form.
    Malformed,
    /// The right form, but not a possible value.
    OutOfRange,
    /// A text longer than the limit.
    TooLong,
    /// A word that the field does not know.
    NotAccepted,
    /// A type of event that events.md does not have.
    UnknownType,
    /// A version of CloudEvents other than 1.0.
    UnsupportedVersion,
}

impl FaultCode {
    /// All codes: a counter is made for each when the daemon starts.
    pub const ALL: &'static [Self] = &[
        Self::MalformedJson,
        Self::DuplicateKey,
        Self::TooDeep,
        Self::TooLarge,
        Self::Missing,
        Self::WrongType,
        Self::Malformed,
        Self::OutOfRange,
        Self::TooLong,
        Self::NotAccepted,
        Self::UnknownType,
        Self::UnsupportedVersion,
    ];

    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed_json",
            Self::DuplicateKey => "duplicate_key",
            Self::TooDeep => "too_deep",
            Self::TooLarge => "too_large",
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::Malformed => "malformed",
            Self::OutOfRange => "out_of_range",
            Self::TooLong => "too_long",
            Self::NotAccepted => "not_accepted",
            Self::UnknownType => "unknown_type",
            Self::UnsupportedVersion => "unsupported_version",
        }
    }
}

/// One fault of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where: `data.staff[2].person.id`; empty for the event as a whole.
    pub path: String,
    /// What kind.
    pub code: FaultCode,
    /// What is wrong and what to give, to be read after the path: "is negative; give …".
    pub reason: String,
}

impl Fault {
    /// A fault of the event as a whole.
    pub fn whole(code: FaultCode, reason: String) -> Self {
        Self { path: String::new(), code, reason }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => write!(f, "the event {}", self.reason),
            path => write!(f, "{path}: {}", self.reason),
        }
    }
}

impl std::error::Error for Fault {}

/// The faults of one event in the order of reading, at least one and at most [`FAULTS_MAX`].
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Fault::to_string).collect::<Vec<_>>().join("; "))]
pub struct Faults(pub Vec<Fault>);

impl Faults {
    /// Keeps one more, up to the limit.
    pub(crate) fn push(&mut self, fault: Fault) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(fault);
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

/// What is odd about an event that is admitted all the same. Counted as data quality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// An organisation's code is no unified social credit code: its length, characters or check digit are wrong.
    CreditCode {
        /// Where it stands.
        path: String,
        /// The code as read.
        code: String,
    },
}

impl Warning {
    /// The stable name, for a metric's label.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::CreditCode { .. } => "credit_code",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreditCode { path, code } => {
                write!(f, "{path}: {} is no unified social credit code: the check digit fails", quoted(code))
            }
        }
    }
}

/// A value as a reason may show it: cut, on one line, and without any run of digits as long as an identity number.
pub fn quoted(value: &str) -> String {
    let mut shown = String::new();
    let mut digits = 0;
    for (count, c) in value.chars().enumerate() {
        if count == QUOTE_CHARS_MAX {
            shown.push('…');
            break;
        }
        digits = if c.is_ascii_digit() || c.is_numeric() { digits + 1 } else { 0 };
        // The first ten characters of an identity number end with the year of birth; six are only a district.
        match c {
            _ if digits > 6 && value.len() >= 15 && has_long_digits(value) => shown.push('*'),
            c if c.is_control() => shown.push(' '),
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a value has fifteen digits in a row, as many as the oldest identity numbers.
fn has_long_digits(value: &str) -> bool {
    value.split(|c: char| !c.is_numeric()).any(|run| run.chars().count() >= 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_reads_as_a_sentence() {
        let fault =
            Fault { path: "data.price".into(), code: FaultCode::OutOfRange, reason: "is negative".into() };
        assert_eq!(fault.to_string(), "data.price: is negative");
        let whole = Fault::whole(FaultCode::MalformedJson, "is not valid JSON".into());
        assert_eq!(whole.to_string(), "the event is not valid JSON");
        assert_eq!(
            Faults(vec![fault, whole]).to_string(),
            "data.price: is negative; the event is not valid JSON"
        );
    }

    #[test]
    fn quotes_are_short_and_hold_no_identity_number() {
        for (value, expected) in [
            ("abc", "abc".to_owned()),
            ("a\nb", "a b".to_owned()),
            ("11010519491231002X", "110105***********X".to_owned()),
            ("1234567", "1234567".to_owned()),
            (&"海".repeat(41), "海".repeat(40) + "…"),
        ] {
            assert_eq!(quoted(value), expected);
        }
    }

    #[test]
    fn codes_have_distinct_names() {
        let mut names: Vec<_> = FaultCode::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FaultCode::ALL.len());
    }
}
