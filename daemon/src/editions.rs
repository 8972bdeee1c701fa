//! Editions of the rules on record: who published which rules, when, from which day on, and why.
//!
//! One file beside the journal, only ever appended to (`on_record.rs`). What judges is the sum of its lines: an edition without
//! a day takes the place of all before it, one with a day of those from that day on.

use crate::on_record::{Line, OnRecord, RecordError};
use serde::{Deserialize, Serialize};
use std::path::Path;
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::normalise::{Date, Instant};
use xiezhi_dataflows::params::Params;

/// The actor of what the configuration sets.
pub const CONFIGURATION: &str = "configuration";

/// One edition as it stands on record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Counts editions from 1.
    pub number: u64,
    /// When it was published, RFC 3339.
    pub published_at: String,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// The first day of announcement of the sections that it judges, `YYYY-MM-DD`; none: all sections.
    pub effective_from: Option<String>,
    /// The edition whose rules it brings back, if it does.
    pub restores: Option<u64>,
    /// The rules.
    pub rules: Params,
    /// SHA-256 of the line before, in hexadecimal; empty for the first.
    pub previous: String,
}

/// What somebody wants to publish.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
    /// From which day of announcement on; none: for all sections.
    pub effective_from: Option<Date>,
    /// The edition whose rules it brings back, if it does.
    pub restores: Option<u64>,
    /// The rules.
    pub rules: Params,
}

impl Line for Record {
    fn number(&self) -> u64 {
        self.number
    }

    fn previous(&self) -> &str {
        &self.previous
    }
}

/// All editions on record; there is always one.
#[derive(Debug)]
pub struct Editions {
    record: OnRecord<Record>,
}

impl Editions {
    /// Reads the record. If what the configuration says has changed since it last spoke, that is a new edition.
    ///
    /// # Errors
    /// If the file cannot be read or written, or was tampered with.
    pub fn open(data_dir: &Path, configured: &Params, now: i64) -> Result<Editions, RecordError> {
        let mut editions = Editions { record: OnRecord::open(&data_dir.join("editions.jsonl"))? };
        let spoke = editions.records().iter().rev().find(|record| record.actor == CONFIGURATION);
        let reason = match spoke {
            None => Some("the rules of the configuration at the first start"),
            Some(record) if record.rules != *configured => Some("the configuration has changed"),
            Some(_) => None,
        };
        if let Some(reason) = reason {
            let proposal = Proposal {
                actor: CONFIGURATION.to_owned(),
                reason: reason.to_owned(),
                effective_from: None,
                restores: None,
                rules: configured.clone(),
            };
            editions.publish(proposal, now)?;
        }
        Ok(editions)
    }

    /// Reads the record beside a daemon, and changes nothing; none if there is none.
    ///
    /// # Errors
    /// If the file cannot be read, or was tampered with.
    pub fn read_only(data_dir: &Path) -> Result<Option<Editions>, RecordError> {
        let editions = Editions { record: OnRecord::read(&data_dir.join("editions.jsonl"))? };
        Ok((!editions.records().is_empty()).then_some(editions))
    }

    /// The latest edition with these rules: the one that a section judged by them goes by.
    pub fn number_of(&self, rules: &Params) -> Option<u64> {
        self.records().iter().rev().find(|record| record.rules == *rules).map(|record| record.number)
    }

    /// Puts an edition on record, durably.
    ///
    /// # Errors
    /// If it cannot be written; then it is not in force.
    pub fn publish(&mut self, proposal: Proposal, now: i64) -> Result<&Record, RecordError> {
        self.record.append(|number, previous| Record {
            number,
            published_at: Instant(now).to_rfc3339(),
            actor: proposal.actor,
            reason: proposal.reason,
            effective_from: proposal.effective_from.map(|day| day.to_string()),
            restores: proposal.restores,
            rules: proposal.rules,
            previous,
        })
    }

    /// All editions on record, in order.
    pub fn records(&self) -> &[Record] {
        self.record.lines()
    }

    /// The last one.
    pub fn latest(&self) -> &Record {
        &self.records()[self.records().len() - 1]
    }

    /// The rules that judge, by the day of a section.
    pub fn in_force(&self) -> Edition {
        let mut edition = Edition::always(self.records()[0].rules.clone());
        for record in &self.records()[1..] {
            edition = with(&edition, record.effective_from.as_deref(), &record.rules);
        }
        edition
    }

    /// The rules that would judge if these were published.
    pub fn in_force_with(&self, effective_from: Option<Date>, rules: &Params) -> Edition {
        with(&self.in_force(), effective_from.map(|day| day.to_string()).as_deref(), rules)
    }
}

fn with(edition: &Edition, effective_from: Option<&str>, rules: &Params) -> Edition {
    match effective_from.and_then(|day| Date::parse(day).ok()) {
        None => Edition::always(rules.clone()),
        Some(day) => edition.starting(day.0, rules.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(run_min: u32) -> Params {
        let mut params = Params::default();
        params.thresholds.run_min = run_min;
        params
    }

    fn proposal(run_min: u32, from: Option<&str>) -> Proposal {
        Proposal {
            actor: "admin".to_owned(),
            reason: "试行".to_owned(),
            effective_from: from.map(|day| Date::parse(day).expect("a date")),
            restores: None,
            rules: params(run_min),
        }
    }

    #[test]
    fn what_was_published_is_in_force_after_a_restart_and_the_configuration_speaks_only_when_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut editions = Editions::open(folder.path(), &params(4), 0).expect("opens");
        assert_eq!((editions.latest().number, editions.latest().actor.as_str()), (1, CONFIGURATION));
        editions.publish(proposal(5, Some("2026-03-01")), 1).expect("is written");
        let again = Editions::open(folder.path(), &params(4), 2).expect("opens");
        assert_eq!(again.records(), editions.records());
        let of = |day| again.in_force().on(Date::parse(day).expect("a date").0).thresholds.run_min;
        assert_eq!([of("2026-02-28"), of("2026-03-01")], [4, 5]);
        let changed = Editions::open(folder.path(), &params(6), 3).expect("opens");
        assert_eq!((changed.latest().number, changed.in_force().newest().thresholds.run_min), (3, 6));
    }

    #[test]
    fn a_line_half_written_is_cut_off_and_one_that_was_changed_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut editions = Editions::open(folder.path(), &params(4), 0).expect("opens");
        editions.publish(proposal(5, None), 1).expect("is written");
        let path = folder.path().join("editions.jsonl");
        let whole = std::fs::read_to_string(&path).expect("a file");
        std::fs::write(&path, format!("{whole}{{\"number\":3")).expect("is written");
        assert_eq!(Editions::open(folder.path(), &params(4), 2).expect("opens").records().len(), 2);
        assert_eq!(std::fs::read_to_string(&path).expect("a file"), whole);
        std::fs::write(&path, whole.replacen("\"run_min\":4", "\"run_min\":9", 1)).expect("is written");
        let broken = Editions::open(folder.path(), &params(4), 2).expect_err("was changed");
        assert!(broken.to_string().contains(":2: does not follow"), "{broken}");
    }
}
