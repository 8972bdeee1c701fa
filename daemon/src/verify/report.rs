//! What a verification says: what was looked at, what is wrong and where, and what to do.

use serde::Serialize;
use std::path::PathBuf;
use xiezhi_proof::{HeadFault, HeadFaultKind};

/// Most problems that are listed; past it they are counted. An auditor needs the first few, and a journal that is another altogether has
/// as many as it has entries.
const PROBLEMS_MAX: usize = 100;

/// What kind of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// What keeps the journal append-only was removed or changed.
    SchemaAltered,
    /// The journal's file names another algorithm than the key is of.
    AlgorithmDiffers,
    /// The database cannot be read on.
    Unreadable,
    /// Entries are missing in between.
    EntriesMissing,
    /// An entry does not follow in the order of commits.
    OutOfOrder,
    /// An entry is not what its leaf hash says.
    EntryChanged,
    /// The journal ends before a signed head does.
    JournalShorter,
    /// Entries are others than those that were signed, and their leaf hashes were changed with them.
    RootDiffers,
    /// No head was ever signed, or the record of heads was removed.
    NoHeads,
    /// A head kept elsewhere is not on record: the record was rolled back.
    HeadMissing,
    /// A head kept elsewhere is on record with another content: two histories were signed.
    HeadDiffers,
    /// A line of the record of heads is wrong in itself.
    #[serde(untagged)]
    Head(HeadFaultKind),
}

impl Code {
    /// What to do about it.
    fn remedy(self) -> &'static str {
        match self {
            Code::SchemaAltered | Code::EntryChanged | Code::EntriesMissing | Code::OutOfOrder => {
                "keep this copy as evidence, find out who had access to the file, and restore a backup from before"
            }
            Code::AlgorithmDiffers => {
                "compare the public key with the copy that was handed out; if it is that one, keep this copy as evidence, and restore a \
                 backup"
            }
            Code::Unreadable => {
                "check the disk; keep this copy, and restore a backup, which `xiezhi verify` should find whole"
            }
            Code::JournalShorter => {
                "the last entries were cut off or an old copy was put back: keep this copy, and restore the newest backup"
            }
            Code::RootDiffers => {
                "keep this copy as evidence, and compare these entries with a backup or with the systems that sent them"
            }
            Code::NoHeads => {
                "restore heads.jsonl from a backup; if there never was one, start the daemon once, and it signs the first"
            }
            Code::HeadMissing | Code::HeadDiffers => {
                "trust the head kept elsewhere; find out who put back or rewrote the record of heads, and restore it"
            }
            Code::Head(HeadFaultKind::OtherKey) => {
                "compare the public key with the copy that was handed out; if the site began a new key, verify each part with its own"
            }
            Code::Head(_) => {
                "restore heads.jsonl from a backup, or compare it with the heads printed in the log"
            }
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// What, in words.
    pub what: String,
    /// First and last entry concerned, by `seq`.
    pub entries: Option<(u64, u64)>,
    /// The head concerned, by its number.
    pub head: Option<u64>,
    /// The file and line, if it is about one.
    pub place: Option<(PathBuf, usize)>,
    /// What to do.
    pub remedy: &'static str,
}

impl Problem {
    pub(super) fn new(code: Code, what: impl Into<String>) -> Problem {
        Problem { code, what: what.into(), entries: None, head: None, place: None, remedy: code.remedy() }
    }

    pub(super) fn entries(self, first: u64, last: u64) -> Problem {
        Problem { entries: Some((first, last)), ..self }
    }

    pub(super) fn head(self, number: u64) -> Problem {
        Problem { head: Some(number), ..self }
    }

    pub(super) fn of_head(fault: &HeadFault, file: &std::path::Path) -> Problem {
        let who = fault.number.map_or(String::new(), |number| format!(" (head {number})"));
        let what = format!("{}:{}{who} {}", file.display(), fault.line, fault.kind);
        let place = Some((file.to_owned(), fault.line));
        Problem { head: fault.number, place, ..Problem::new(Code::Head(fault.kind), what) }
    }
}

/// The result of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether nothing is wrong.
    pub whole: bool,
    /// Entries that were read.
    pub entries: u64,
    /// The public key, as in `head.pub`.
    pub key: String,
    /// Whether the key came from the data directory itself, so that whoever changed the one could change the other.
    pub key_from_data_dir: bool,
    /// Heads on record that the key has signed.
    pub heads: usize,
    /// Heads kept elsewhere that the key has signed.
    pub heads_elsewhere: usize,
    /// Entries that the last head which holds covers: 1 to this.
    pub covered: u64,
    /// When that head was signed, RFC 3339.
    pub covered_at: Option<String>,
    /// The first entry that may be wrong: where a root differs, the first after the last head that holds.
    pub first_bad: Option<u64>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more_problems: u64,
}

impl Report {
    pub(super) fn add(&mut self, problem: Problem) {
        if let Some((first, _)) = problem.entries {
            self.first_bad = Some(self.first_bad.map_or(first, |bad| bad.min(first)));
        }
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        } else {
            self.more_problems += 1;
        }
    }
}
