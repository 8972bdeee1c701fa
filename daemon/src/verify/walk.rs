//! The walk through the journal: every entry recomputed, and two trees grown.
//!
//! One tree is over the leaf hashes as they follow from the columns, one over those stored beside them. A head that the first agrees with
//! proves every column before it; one that only the second agrees with proves that the entries found changed are the only ones. So a
//! clumsy edit is located to the entry, and one that changed the leaf hash too to the entries between two heads.

use super::report::{Code, Problem, Report};
use crate::journal::{Entry, Found, Reader};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_proof::{Algorithm, Hash, Tree};

/// Roots at one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Roots {
    pub(super) recomputed: Hash,
    pub(super) stored: Hash,
}

/// What a walk has seen.
pub(super) struct Walk {
    algorithm: Algorithm,
    recomputed: Tree,
    stored: Tree,
    /// Sizes whose roots are wanted.
    wanted: BTreeSet<u64>,
    pub(super) roots: BTreeMap<u64, Roots>,
    /// The last entry, or 0.
    pub(super) last_seq: u64,
    last_commit: u64,
    /// Entries that were read.
    pub(super) entries: u64,
    /// Whether places were missing or unreadable, so that no root can be computed any more.
    torn: bool,
}

impl Walk {
    fn new(algorithm: Algorithm, wanted: BTreeSet<u64>) -> Walk {
        let (recomputed, stored) = (Tree::new(algorithm), Tree::new(algorithm));
        let roots = BTreeMap::new();
        Walk {
            algorithm,
            recomputed,
            stored,
            wanted,
            roots,
            last_seq: 0,
            last_commit: 0,
            entries: 0,
            torn: false,
        }
    }

    pub(super) fn through(reader: &Reader, wanted: BTreeSet<u64>, report: &mut Report) -> Walk {
        let mut walk = Walk::new(reader.algorithm(), wanted);
        walk.note_roots();
        if let Err(error) = reader.examine(|found| walk.take(found, report)) {
            let next = walk.last_seq + 1;
            report.add(
                Problem::new(Code::Unreadable, format!("from entry {next} on: {error}")).entries(next, next),
            );
        }
        walk
    }

    fn take(&mut self, found: Found, report: &mut Report) {
        self.entries += 1;
        match found {
            Found::Entry(entry) => self.entry(&entry, report),
            Found::Unreadable { seq, why } => {
                let problem = Problem::new(Code::Unreadable, format!("entry {seq} cannot be read: {why}"));
                let Ok(seq) = u64::try_from(seq) else {
                    return report.add(problem.entries(self.last_seq + 1, self.last_seq + 1));
                };
                report.add(problem.entries(seq, seq));
                self.step(seq, report);
                self.torn = true;
            }
        }
    }

    fn entry(&mut self, entry: &Entry, report: &mut Report) {
        let seq = entry.seq;
        self.step(seq, report);
        if entry.commit < self.last_commit {
            let what = format!(
                "entry {seq} is of commit {}, the one before it of {}",
                entry.commit, self.last_commit
            );
            report.add(Problem::new(Code::OutOfOrder, what).entries(seq, seq));
        }
        self.last_commit = entry.commit;
        let leaf = entry.recomputed_leaf(self.algorithm);
        if leaf != entry.leaf {
            let what = format!(
                "entry {seq} ({}, {:?}) is not what its leaf hash says: a column was changed",
                entry.kind, entry.id
            );
            report.add(Problem::new(Code::EntryChanged, what).entries(seq, seq));
        }
        self.recomputed.push(Hash(leaf));
        self.stored.push(Hash(entry.leaf));
        self.note_roots();
    }

    /// Goes to a place; what was skipped is missing.
    fn step(&mut self, seq: u64, report: &mut Report) {
        let expected = self.last_seq + 1;
        if seq != expected {
            let what = if seq > expected + 1 {
                format!("entries {expected} to {} are missing", seq - 1)
            } else if seq > expected {
                format!("entry {expected} is missing")
            } else {
                format!("entry {seq} stands outside of the sequence, which begins with 1")
            };
            let last = expected.max(seq.saturating_sub(1));
            report.add(Problem::new(Code::EntriesMissing, what).entries(expected, last));
            self.torn = true;
        }
        self.last_seq = self.last_seq.max(seq);
    }

    fn note_roots(&mut self) {
        let size = self.recomputed.size();
        if !self.torn && self.wanted.contains(&size) {
            let roots = Roots { recomputed: self.recomputed.root(), stored: self.stored.root() };
            self.roots.insert(size, roots);
        }
    }
}
