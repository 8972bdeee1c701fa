//! Editions of the duty list on record: who answered for what, since when.
//!
//! The list is a file of the configuration; each time that it has changed, an edition goes on record beside the journal. An edition is in force from its
//! `effective_from` on (none: at once), until a later one is.

use crate::on_record::{Line, OnRecord, RecordError};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use xiezhi_alerts::duty::{DutyList, Written};
use xiezhi_dataflows::normalise::{Date, Instant};

/// One edition as it stands on record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts editions from 1.
    pub number: u64,
    /// When it was put on record, RFC 3339.
    pub published_at: String,
    /// The list as it was written.
    pub list: Written,
    /// SHA-256 of the line before, in hexadecimal; empty for the first.
    pub previous: String,
}

impl Line for Record {
    fn number(&self) -> u64 {
        self.number
    }

    fn previous(&self) -> &str {
        &self.previous
    }
}

/// All editions of the duty list.
#[derive(Debug)]
pub struct Duties {
    record: OnRecord<Record>,
}

impl Duties {
    /// Reads the record. If the configured list has changed since, that is a new edition; none: the editions so far stay.
    ///
    /// # Errors
    /// If the file cannot be read or written, or was tampered with.
    pub fn open(data_dir: &Path, configured: Option<&Written>, now: i64) -> Result<Duties, RecordError> {
        let mut duties = Duties { record: OnRecord::open(&data_dir.join("duties.jsonl"))? };
        if let Some(list) = configured {
            duties.configure(list, now)?;
        }
        Ok(duties)
    }

    /// Puts a list on record if it is another than the last; tells whether.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn configure(&mut self, list: &Written, now: i64) -> Result<bool, RecordError> {
        if self.record.lines().last().is_some_and(|record| record.list == *list) {
            return Ok(false);
        }
        let published_at = Instant(now).to_rfc3339();
        self.record.append(|number, previous| Record {
            number,
            published_at,
            list: list.clone(),
            previous,
        })?;
        Ok(true)
    }

    /// How many editions are on record.
    pub fn count(&self) -> usize {
        self.record.lines().len()
    }

    /// The list in force at an instant (µs since 1970); the coordinating office alone if there is none.
    pub fn in_force(&self, now: i64) -> Arc<DutyList> {
        let today = Instant(now).local_date();
        let begun = |record: &&Record| {
            let from = record.list.effective_from.as_deref().map(Date::parse);
            from.is_none_or(|day| day.is_ok_and(|day| day <= today))
        };
        let record = self.record.lines().iter().rev().find(begun);
        // What is on record was checked before it got there.
        let list = record.and_then(|record| DutyList::check(record.list.clone(), record.number).ok());
        Arc::new(list.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(name: &str, from: Option<&str>) -> Written {
        let from = from.map_or(String::new(), |day| format!("effective_from = \"{day}\"\n"));
        let text = format!(
            "{from}office = \"gg\"\n[[department]]\ncode = \"gg\"\nname = \"{name}\"\nliaison = {{ channels = [\"a\"] }}\n\
             leader = {{ channels = [\"a\"] }}\n"
        );
        toml::from_str(&text).expect("a list")
    }

    #[test]
    fn an_edition_is_in_force_from_its_day_on_and_after_a_restart() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |text: &str| Instant::parse(text).expect("an instant").0;
        let (november, december) = (at("2026-11-30T12:00:00+08:00"), at("2026-12-01T00:00:00+08:00"));
        let mut duties = Duties::open(folder.path(), Some(&list("一", None)), november).expect("opens");
        assert!(duties.configure(&list("二", Some("2026-12-01")), november).expect("written"));
        assert!(!duties.configure(&list("二", Some("2026-12-01")), november).expect("the same"));
        let again = Duties::open(folder.path(), None, november).expect("opens");
        for duties in [duties, again] {
            let name = |now| duties.in_force(now).department("gg").name.clone();
            assert_eq!((name(november), name(december)), ("一".to_owned(), "二".to_owned()));
            assert_eq!(duties.in_force(december).edition, 2);
        }
        let nothing = Duties::open(tempfile::tempdir().expect("a folder").path(), None, 0).expect("opens");
        assert_eq!(nothing.in_force(0).edition, 0);
    }
}
