//! What was not understood: once for each kind and name, with how often and where first.

use crate::Place;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use xiezhi_dataflows::normalise;

/// Names that are told apart. A file of another kind has no end of unknown columns; what is past the limit is counted
/// together.
const NAMES_MAX: usize = 1_000;
/// Characters of a value that a name shows.
const SHOWN_CHARS_MAX: usize = 40;
/// Digits in a row that may be somebody's number: no shorter account, telephone or identity number is of use to anybody.
const PRIVATE_DIGITS: usize = 7;
/// The name of what is past [`NAMES_MAX`].
const OTHERS: &str = "(others)";

/// What kind of thing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// A table that no adapter reads; its rows gave nothing.
    Table,
    /// A column or field that the standard does not have; the rest of its row was read.
    Column,
    /// A code of a code set that is not in the mapping; its column was left out.
    Code,
    /// A value that was read in the one way that was left, or left out.
    Value,
}

/// One thing that was not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotUnderstood {
    /// What kind of thing.
    pub kind: What,
    /// Which: `GY_TENDER_LIST.COLOUR`, `GY_TENDER_PROJECT.TENDER_MODE = 7`.
    pub name: String,
    /// How often.
    pub count: u64,
    /// Where first, by file and line.
    pub first: String,
}

impl fmt::Display for NotUnderstood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            What::Table => "table",
            What::Column => "column",
            What::Code => "code",
            What::Value => "value",
        };
        write!(f, "{what} {}: {} times, first at {}", self.name, self.count, self.first)
    }
}

/// Counts what was not understood.
#[derive(Default)]
pub(crate) struct Report {
    counts: BTreeMap<(What, String), (u64, Place)>,
}

impl Report {
    /// Counts one more.
    pub(crate) fn note(&mut self, kind: What, name: &str, place: &Place) {
        let key = (kind, shown(name));
        if let Some((count, _)) = self.counts.get_mut(&key) {
            *count += 1;
            return;
        }
        let key = if self.counts.len() < NAMES_MAX { key } else { (kind, OTHERS.to_owned()) };
        self.counts.entry(key).or_insert((0, place.clone())).0 += 1;
    }

    /// Counts a code of a column that the mapping does not have.
    pub(crate) fn code(&mut self, path: &str, code: &str, place: &Place) {
        self.note(What::Code, &format!("{path} = {}", value(code)), place);
    }

    /// All, by kind and name.
    pub(crate) fn all(&self) -> Vec<NotUnderstood> {
        let entry = |((kind, name), (count, place)): (&(What, String), &(u64, Place))| NotUnderstood {
            kind: *kind,
            name: name.clone(),
            count: *count,
            first: place.to_string(),
        };
        self.counts.iter().map(entry).collect()
    }
}

/// A value as a name or a fault shows it: short, on one line, and nobody's number.
pub(crate) fn value(text: &str) -> String {
    let longest = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    if longest >= PRIVATE_DIGITS {
        return format!("({} characters, not shown)", text.chars().count());
    }
    shown(text)
}

fn shown(text: &str) -> String {
    let text = normalise::text(text);
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    // A table's name and a column's stand before a value.
    let mut short: String = text.chars().take(3 * SHOWN_CHARS_MAX).map(clean).collect();
    if text.chars().count() > 3 * SHOWN_CHARS_MAX {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u64) -> Place {
        Place { name: "rows".into(), line }
    }

    #[test]
    fn each_name_is_told_once_with_its_count_and_first_place() {
        let mut report = Report::default();
        for line in 1..=3 {
            report.note(What::Column, "T.A", &at(line));
        }
        report.code("T.B", "7", &at(2));
        let told: Vec<String> = report.all().iter().map(ToString::to_string).collect();
        assert_eq!(told, ["column T.A: 3 times, first at rows:1", "code T.B = 7: 1 times, first at rows:2"]);
    }

    #[test]
    fn names_without_end_are_counted_together() {
        let mut report = Report::default();
        for line in 0..2_500 {
            report.note(What::Column, &format!("T.C{line}"), &at(line));
        }
        let all = report.all();
        assert_eq!(all.len(), NAMES_MAX + 1);
        assert_eq!(
            all[0],
            NotUnderstood {
                kind: What::Column,
                name: OTHERS.into(),
                count: 1_500,
                first: "rows:1000".into()
            }
        );
    }

    #[test]
    fn nobody_s_number_is_shown() {
        assert_eq!(value("46010519800101001X"), "(18 characters, not shown)");
        assert_eq!(value("转账\n7"), "转账 7");
    }
}
