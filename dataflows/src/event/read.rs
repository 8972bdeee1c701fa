//! How a typed value is read from JSON: every field is looked at, every fault is kept with its path.
//!
//! Laws:
//! 1. `T` is required, `Option<T>` and `Vec<T>` are not. Absent, null and placeholders are "not given": a fault for a
//!    required field, nothing at all for the others.
//! 2. A value that is there but cannot be read is a fault even in an optional field: a price that got lost in silence
//!    would look like a bid without one.
//! 3. Reading a scrubbed and written envelope again gives the same event, as nothing here depends on anything but the
//!    JSON and the placeholders.

use std::borrow::Cow;

use super::fault::{Fault, FaultCode, Faults, Warning};
use crate::json::{Json, Object};
use crate::normalise::{self, Placeholders};

/// Warnings that are kept of one event; a list of a thousand bad codes says no more than eight.
const WARNINGS_MAX: usize = 8;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// Nothing was given.
    NotGiven,
    /// The object lacks the member that makes it a value; what it is, for the reason.
    Lacks(&'static str, &'static str),
    /// Something was given and is wrong; the fault is kept.
    Faulty,
}

/// The outcome of reading one value.
pub(super) type Read<T> = Result<T, Stop>;

/// A type that a JSON value can be read as.
pub(super) trait Value: Sized {
    /// Reads it, leaving faults in the reading.
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self>;
}

/// A field of a record: required, optional or a list, by its Rust type. None: a fault was left.
pub(super) trait Field: Sized {
    /// Reads the field of a name.
    fn field(object: &Object, name: &'static str, reading: &mut Reading<'_>) -> Option<Self>;
}

impl<T: Value> Field for T {
    fn field(object: &Object, name: &'static str, reading: &mut Reading<'_>) -> Option<Self> {
        reading.required(object, name, T::read)
    }
}

impl<T: Value> Field for Option<T> {
    fn field(object: &Object, name: &'static str, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(json) = object.get(name) else { return Some(None) };
        match reading.within(Step::Key(name), |reading| T::read(json, reading)) {
            Ok(value) => Some(Some(value)),
            Err(Stop::Faulty) => None,
            Err(Stop::NotGiven | Stop::Lacks(..)) => Some(None),
        }
    }
}

impl<T: Value> Field for Vec<T> {
    fn field(object: &Object, name: &'static str, reading: &mut Reading<'_>) -> Option<Self> {
        let Some(json) = object.get(name) else { return Some(Vec::new()) };
        match reading.within(Step::Key(name), |reading| list(json, reading)) {
            Ok(values) => Some(values),
            Err(Stop::Faulty) => None,
            Err(Stop::NotGiven | Stop::Lacks(..)) => Some(Vec::new()),
        }
    }
}

/// A list that must be there, though it may be empty.
pub(super) fn required_list<T: Value>(
    object: &Object,
    name: &'static str,
    reading: &mut Reading<'_>,
) -> Option<Vec<T>> {
    reading.required(object, name, list)
}

/// Reads an array; elements that are not given are left out.
fn list<T: Value>(json: &Json, reading: &mut Reading<'_>) -> Read<Vec<T>> {
    let elements = match json {
        Json::Array(elements) => elements,
        other => return Err(reading.no(other, "an array")),
    };
    let mut values = Vec::with_capacity(elements.len());
    let mut faulty = false;
    for (index, element) in elements.iter().enumerate() {
        match reading.within(Step::Index(index), |reading| T::read(element, reading)) {
            Ok(value) => values.push(value),
            Err(Stop::Faulty) => faulty = true,
            Err(Stop::NotGiven | Stop::Lacks(..)) => {}
        }
    }
    if faulty { Err(Stop::Faulty) } else { Ok(values) }
}

/// One step of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A field of a record.
    Key(&'static str),
    /// An element of a list.
    Index(usize),
}

/// One reading of one event: where it is, and what it met.
pub(super) struct Reading<'a> {
    placeholders: &'a Placeholders,
    path: Vec<Step>,
    faults: Faults,
    warnings: Vec<Warning>,
}

impl<'a> Reading<'a> {
    /// A reading that starts at the envelope.
    pub(super) fn new(placeholders: &'a Placeholders) -> Self {
        Self { placeholders, path: Vec::with_capacity(8), faults: Faults::default(), warnings: Vec::new() }
    }

    /// The value and the warnings, or the faults.
    pub(super) fn finish<T>(mut self, value: Option<T>) -> Result<(T, Vec<Warning>), Faults> {
        match value {
            Some(value) if self.faults.0.is_empty() => Ok((value, self.warnings)),
            Some(_) => Err(self.faults),
            None => {
                if self.faults.0.is_empty() {
                    // No reader gives nothing without a fault; a daemon must not fall over one that does.
                    self.fault(FaultCode::Malformed, "cannot be read".to_owned());
                }
                Err(self.faults)
            }
        }
    }

    /// Reads inside of a step.
    pub(super) fn within<T>(&mut self, step: Step, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let value = read(self);
        self.path.pop();
        value
    }

    /// Keeps a fault at the present path.
    pub(super) fn fault(&mut self, code: FaultCode, reason: String) -> Stop {
        let path = self.shown_path();
        self.faults.push(Fault { path, code, reason });
        Stop::Faulty
    }

    /// Keeps the fault that the type is wrong; null is not given instead.
    pub(super) fn no(&mut self, json: &Json, expected: &str) -> Stop {
        match json {
            Json::Null => Stop::NotGiven,
            Json::String(text) if self.is_placeholder(&normalise::fold(text)) => Stop::NotGiven,
            other => self.fault(FaultCode::WrongType, format!("is {}; give {expected}", other.what())),
        }
    }

    /// The members of an object.
    pub(super) fn object<'j>(&mut self, json: &'j Json, expected: &str) -> Read<&'j Object> {
        match json {
            Json::Object(object) => Ok(object),
            other => Err(self.no(other, expected)),
        }
    }

    /// A string, folded; placeholders are not given.
    pub(super) fn string<'j>(&mut self, json: &'j Json, expected: &str) -> Read<Cow<'j, str>> {
        let Json::String(text) = json else { return Err(self.no(json, expected)) };
        let folded = normalise::fold(text);
        if self.is_placeholder(&folded) { Err(Stop::NotGiven) } else { Ok(folded) }
    }

    /// Whether a folded text means "not given".
    pub(super) fn is_placeholder(&self, folded: &str) -> bool {
        self.placeholders.contains(folded)
    }

    /// A required field.
    pub(super) fn required<T>(
        &mut self,
        object: &Object,
        name: &'static str,
        read: impl FnOnce(&Json, &mut Self) -> Read<T>,
    ) -> Option<T> {
        self.within(Step::Key(name), |reading| {
            match read(object.get(name).unwrap_or(&Json::Null), reading) {
                Ok(value) => return Some(value),
                Err(Stop::Faulty) => {}
                Err(Stop::NotGiven) => {
                    reading
                        .fault(FaultCode::Missing, "is missing, and this type of event needs it".to_owned());
                }
                Err(Stop::Lacks(member, what)) => {
                    reading.within(Step::Key(member), |reading| {
                        reading.fault(FaultCode::Missing, format!("is missing; give {what}"))
                    });
                }
            }
            None
        })
    }

    /// Warns of a code that is no credit code.
    pub(super) fn check_credit_code(&mut self, code: &str) {
        if self.warnings.len() < WARNINGS_MAX && !normalise::credit_code_check(code) {
            let path = self.shown_path();
            self.warnings.push(Warning::CreditCode { path, code: code.to_owned() });
        }
    }

    fn shown_path(&self) -> String {
        let mut shown = String::new();
        for step in &self.path {
            match step {
                Step::Key(name) if shown.is_empty() => shown.push_str(name),
                Step::Key(name) => {
                    shown.push('.');
                    shown.push_str(name);
                }
                Step::Index(index) => shown.push_str(&format!("[{index}]")),
            }
        }
        shown
    }
}

/// Declares a record: a struct whose fields are read by their names and types. `= function` after a field reads it by
/// that function instead.
macro_rules! record {
    ($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty $(= $how:path)?,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "a field is documented in events.md under its name")]
        pub struct $name {
            $(pub $field: $type,)+
        }

        impl $crate::event::read::Value for $name {
            fn read(
                json: &$crate::json::Json,
                reading: &mut $crate::event::read::Reading<'_>,
            ) -> $crate::event::read::Read<Self> {
                let object = reading.object(json, "an object")?;
                // All fields are read before the first fault counts.
                $(let $field: Option<$type> =
                    $crate::event::read::read_field!($($how,)? object, stringify!($field), reading);)+
                let record = || Some(Self { $($field: $field?,)+ });
                record().ok_or($crate::event::read::Stop::Faulty)
            }
        }
    };
}

/// Reads a field by its type, or by the function that is named.
macro_rules! read_field {
    ($object:expr, $name:expr, $reading:expr) => {
        $crate::event::read::Field::field($object, $name, $reading)
    };
    ($how:path, $object:expr, $name:expr, $reading:expr) => {
        $how($object, $name, $reading)
    };
}

/// Declares an enumeration whose values are words of events.md.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[allow(missing_docs, reason = "a value is documented in events.md under its word")]
        pub enum $name {
            $(#[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// All values in the order of events.md.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];
            const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The word.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of a word, in any case.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.as_str().eq_ignore_ascii_case(word))
            }
        }

        impl $crate::event::read::Value for $name {
            fn read(
                json: &$crate::json::Json,
                reading: &mut $crate::event::read::Reading<'_>,
            ) -> $crate::event::read::Read<Self> {
                let word = reading.string(json, "a word")?;
                Self::parse(&word).ok_or_else(|| reading.not_accepted(&word, Self::WORDS))
            }
        }
    };
}

pub(super) use {read_field, record, words};

impl Reading<'_> {
    /// Keeps the fault that a word is none of those accepted.
    pub(super) fn not_accepted(&mut self, word: &str, words: &[&str]) -> Stop {
        let reason = format!("is \"{}\"; give one of {}", super::fault::quoted(word), words.join(", "));
        self.fault(FaultCode::NotAccepted, reason)
    }
}
