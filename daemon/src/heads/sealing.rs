//! The tree over the journal, brought up to date when it is needed, and the heads signed over it.
//!
//! *Invariants.*
//! 1. The tree is read from the journal's column of leaf hashes, beside the writer: a commit pays nothing for it, and each leaf is read
//!    once, but for the few that a proof needs.
//! 2. Every head on record is compared with the tree when it grows past it. If one does not hold, nothing is signed any more: a
//!    signature must not make a tampered journal look right.
//! 3. A head is durable before anybody sees it. Times never go back, whatever the clock does.

use super::journal_tree::{JournalTree, Proven, Wanted};
use super::{HeadsError, key_file};
use crate::journal::Reader;
use crate::on_record::{Line, OnRecord};
use std::path::{Path, PathBuf};
use xiezhi_proof::{Claim, HeadKey, SignedHead};

impl Line for SignedHead {
    fn number(&self) -> u64 {
        self.number
    }

    fn previous(&self) -> &str {
        &self.previous
    }

    fn hash_of(&self, text: &[u8]) -> String {
        self.algorithm.line_hash(text)
    }
}

/// Where the record of heads is.
pub fn heads_path(data_dir: &Path) -> PathBuf {
    data_dir.join("heads.jsonl")
}

/// What signs.
#[derive(Debug)]
pub(super) struct Sealing {
    data_dir: PathBuf,
    key: HeadKey,
    record: OnRecord<SignedHead>,
    grown: JournalTree,
    /// How many heads on record were compared with the tree.
    compared: usize,
    /// The place in the record of the first head that does not hold.
    broken: Option<usize>,
}

impl Sealing {
    pub(super) fn open(data_dir: &Path) -> Result<Sealing, HeadsError> {
        let record = OnRecord::<SignedHead>::open(&heads_path(data_dir))?;
        let algorithm = Reader::open(data_dir)?.algorithm();
        let key = key_file::load_or_create(data_dir, algorithm, !record.lines().is_empty())?;
        let public = key.public();
        if let Some(head) = record.lines().iter().find(|head| !head.is_signed_by(&public)) {
            return Err(HeadsError::NotOurs { number: head.number });
        }
        let (data_dir, grown) = (data_dir.to_owned(), JournalTree::new(algorithm));
        Ok(Sealing { data_dir, key, record, grown, compared: 0, broken: None })
    }

    pub(super) fn latest(&self) -> Option<&SignedHead> {
        self.record.lines().last()
    }

    /// Reads the leaves that have come since, and compares the heads on record.
    pub(super) fn catch_up(&mut self) -> Result<Reader, HeadsError> {
        let reader = Reader::open(&self.data_dir)?;
        let heads = self.record.lines();
        let (compared, broken) = (&mut self.compared, &mut self.broken);
        self.grown.catch_up(&reader, |tree| {
            while let Some(head) = heads.get(*compared).filter(|head| head.size <= tree.size()) {
                if head.size < tree.size() || head.root != tree.root() {
                    broken.get_or_insert(*compared);
                }
                *compared += 1;
            }
        })?;
        if *compared < heads.len() {
            broken.get_or_insert(*compared);
        }
        match broken.and_then(|at| heads.get(at)) {
            Some(head) => Err(HeadsError::NotWhole { number: head.number, size: head.size }),
            None => Ok(reader),
        }
    }

    /// Signs a head over all that is durable now.
    pub(super) fn sign(&mut self, now: i64) -> Result<&SignedHead, HeadsError> {
        self.catch_up()?;
        let before = self.latest().map_or(i64::MIN, |head| head.time_us);
        let tree = &self.grown.tree;
        let (size, root, commit) = (tree.size(), tree.root(), self.grown.commit);
        let claim = Claim { size, root, commit, time_us: now.max(before) };
        let key = &self.key;
        let head = self.record.append(|number, previous| SignedHead::sign(claim, number, previous, key))?;
        self.compared += 1;
        Ok(head)
    }

    /// Whether entries have come since the last head.
    pub(super) fn has_grown(&mut self) -> Result<bool, HeadsError> {
        self.catch_up()?;
        Ok(self.latest().is_none_or(|head| head.size < self.grown.tree.size()))
    }

    pub(super) fn prove(&mut self, wanted: Wanted) -> Result<Proven, HeadsError> {
        let reader = self.catch_up()?;
        self.grown.prove(&reader, wanted, self.record.lines())
    }
}

/// Proves something beside a daemon or without one, and changes nothing.
///
/// # Errors
/// If there is no such entry or size, or a file cannot be read.
pub fn prove(data_dir: &Path, wanted: Wanted) -> Result<Proven, HeadsError> {
    let record = OnRecord::<SignedHead>::read(&heads_path(data_dir))?;
    let reader = Reader::open(data_dir)?;
    let mut grown = JournalTree::new(reader.algorithm());
    grown.catch_up(&reader, |_| ())?;
    grown.prove(&reader, wanted, record.lines())
}

/// The heads on record after the one of a number.
///
/// # Errors
/// If the record cannot be read, or was tampered with.
pub fn after(data_dir: &Path, number: u64) -> Result<Vec<SignedHead>, HeadsError> {
    let record = OnRecord::<SignedHead>::read(&heads_path(data_dir))?;
    Ok(record.lines().iter().filter(|head| head.number > number).cloned().collect())
}

/// The latest head on record, read beside a daemon or without one.
///
/// # Errors
/// If the record cannot be read, or was tampered with.
pub fn latest(data_dir: &Path) -> Result<Option<SignedHead>, HeadsError> {
    Ok(OnRecord::<SignedHead>::read(&heads_path(data_dir))?.lines().last().cloned())
}
