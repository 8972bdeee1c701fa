//! Verification of a whole journal, offline: is everything there that was signed, unchanged and in order?
//!
//! *Invariants.*
//! 1. Nothing is changed: files are opened for reading, and a running daemon is not disturbed.
//! 2. What is found does not depend on the first fault: everything is looked at, and every fault has its place.
//! 3. Heads are read before the journal, so that a daemon that appends meanwhile never looks like one that lost entries.
//!
//! What it cannot find: entries after the last head that were changed together with their leaf hashes, and a whole data directory (key,
//! heads, journal) that was put back or made anew. Against the one helps a head more often, against the other heads and the public key
//! kept elsewhere, which is what they are printed for.

mod proof;
mod report;
#[cfg(test)]
mod tests;
mod walk;

pub use proof::{Checked, ProofError, check_proof};
pub use report::{Code, Problem, Report};

use crate::heads::{HeadsError, heads_path, public_key_path, read_public_key};
use crate::journal::{JournalError, Reader};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use walk::Walk;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_proof::{Chain, PublicKey, SignedHead};

/// Why nothing could be verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The public key.
    #[error("{0}; give the public key that was handed out with --key FILE")]
    Key(HeadsError),
    /// Another file.
    #[error("cannot read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// What is verified, against what.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data directory.
    pub data_dir: PathBuf,
    /// Heads kept elsewhere, one a line.
    pub heads: Option<PathBuf>,
    /// The public key kept elsewhere; none: that of the data directory.
    pub key: Option<PathBuf>,
}

impl Options {
    fn key(&self) -> Result<PublicKey, VerifyError> {
        let beside = public_key_path(&self.data_dir);
        read_public_key(self.key.as_deref().unwrap_or(&beside)).map_err(VerifyError::Key)
    }

    /// The heads kept elsewhere.
    fn copies(&self, key: &PublicKey) -> Result<(Chain, PathBuf), VerifyError> {
        let Some(path) = &self.heads else { return Ok((Chain::default(), PathBuf::new())) };
        let text = std::fs::read(path).map_err(|source| VerifyError::File { path: path.clone(), source })?;
        Ok((Chain::of_copies(&text, key), path.clone()))
    }
}

/// Verifies.
///
/// # Errors
/// If there is no journal or key, or a file cannot be read. What is wrong with them is in the report.
pub fn verify(options: &Options) -> Result<Report, VerifyError> {
    let (reader, altered) = Reader::open_to_examine(&options.data_dir)?;
    let key = options.key()?;
    let path = heads_path(&options.data_dir);
    let record = record(&path, &key)?;
    let (copies, copies_path) = options.copies(&key)?;
    let mut report = Report {
        key: key.to_string(),
        key_from_data_dir: options.key.is_none(),
        heads: record.heads.len(),
        heads_elsewhere: copies.heads.len(),
        ..Report::default()
    };
    if let Some(name) = altered {
        let what = format!("somebody removed or changed `{name}` in the schema of journal.db");
        report.add(Problem::new(Code::SchemaAltered, what));
    }
    if reader.algorithm() != key.algorithm() {
        let (journal, key) = (reader.algorithm().name(), key.algorithm().name());
        let what = format!("journal.db says that it is of {journal}, and the key is of {key}");
        report.add(Problem::new(Code::AlgorithmDiffers, what));
    }
    let heads: Vec<&SignedHead> = record.heads.iter().chain(&copies.heads).collect();
    let walk = Walk::through(&reader, heads.iter().map(|head| head.size).collect(), &mut report);
    report.entries = walk.entries;
    compare_roots(&walk, heads, &mut report);
    record.faults.iter().for_each(|fault| report.add(Problem::of_head(fault, &path)));
    copies.faults.iter().for_each(|fault| report.add(Problem::of_head(fault, &copies_path)));
    compare_copies(&record, &copies, &mut report);
    if record.heads.is_empty() && record.faults.is_empty() {
        report.add(Problem::new(Code::NoHeads, format!("{} holds no head", path.display())));
    }
    report.whole = report.problems.is_empty();
    Ok(report)
}

fn record(path: &Path, key: &PublicKey) -> Result<Chain, VerifyError> {
    match std::fs::read(path) {
        Ok(text) => Ok(Chain::of_record(&text, key)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Chain::default()),
        Err(source) => Err(VerifyError::File { path: path.to_owned(), source }),
    }
}

/// Compares every head with the roots of the walk, from the smallest on.
fn compare_roots(walk: &Walk, mut heads: Vec<&SignedHead>, report: &mut Report) {
    heads.sort_by_key(|head| (head.size, head.number));
    let (mut held, mut differs) = (0, None);
    for head in heads {
        if head.size > walk.last_seq {
            let (first, last) = (walk.last_seq + 1, head.size);
            let what = format!(
                "head {} covers entries 1 to {last}, and the journal ends with {}",
                head.number, walk.last_seq
            );
            report.add(Problem::new(Code::JournalShorter, what).entries(first, last).head(head.number));
            return;
        }
        // Where entries are missing, that was told already.
        let Some(roots) = walk.roots.get(&head.size) else { continue };
        if head.root == roots.recomputed || head.root == roots.stored {
            held = held.max(head.size);
            if head.root == roots.recomputed {
                report.covered = head.size;
                report.covered_at = Some(Instant(head.time_us).to_rfc3339());
            }
        } else if differs.is_none() {
            differs = Some(head.number);
            report.add(root_differs(head, held));
        }
    }
}

/// Between the last head that holds and this one something was changed, leaf hash and all.
fn root_differs(head: &SignedHead, held: u64) -> Problem {
    let SignedHead { number, size, .. } = head;
    let (first, what) = if held < *size {
        (held + 1, format!("entries {} to {size} are not those that head {number} was signed over", held + 1))
    } else {
        (1, format!("head {number} has another root than another head over the same {size} entries"))
    };
    let what = format!("{what}; heads after it do not hold either if they cover them");
    Problem::new(Code::RootDiffers, what).entries(first, *size).head(*number)
}

/// Compares heads kept elsewhere with those on record.
fn compare_copies(record: &Chain, copies: &Chain, report: &mut Report) {
    let on_record: BTreeMap<u64, &SignedHead> = record.heads.iter().map(|head| (head.number, head)).collect();
    let last = on_record.keys().next_back().copied().unwrap_or(0);
    for copy in &copies.heads {
        let number = copy.number;
        match on_record.get(&number) {
            Some(head) if *head == copy => {}
            Some(_) => {
                let what = format!(
                    "head {number} on record is another than the one kept elsewhere; both are signed"
                );
                report.add(Problem::new(Code::HeadDiffers, what).head(number));
            }
            None => {
                let what =
                    format!("head {number} is kept elsewhere and not on record, which ends with head {last}");
                report.add(Problem::new(Code::HeadMissing, what).head(number));
            }
        }
    }
}
