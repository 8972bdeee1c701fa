//! What can go wrong with signed heads, and what to do.

use crate::journal::JournalError;
use crate::on_record::RecordError;
use std::path::{Path, PathBuf};
use xiezhi_proof::{Algorithm, KeyError};

/// Why no head is signed or no proof is made.
#[derive(Debug, thiserror::Error)]
pub enum HeadsError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The record of heads.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A file of the keys.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The secret key is gone, and heads were signed with it.
    #[error(
        "{} is missing, and heads.jsonl holds heads signed with it: restore it from its backup. If it is lost for good, move \
         heads.jsonl and head.pub to the records kept elsewhere, and tell whoever verifies the journal that a new key begins",
        path.display()
    )]
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// Others than the owner can read the secret key.
    #[error(
        "{} can be read by others (mode {mode:04o}): run `chmod 600` on it, and consider who may have copied it",
        path.display()
    )]
    KeyExposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds no secret key.
    #[error("{} is no key of heads (64 hexadecimal digits on one line, after `sm2:` if of SM2): restore it from its backup", path.display())]
    KeyMalformed {
        /// The file.
        path: PathBuf,
    },
    /// The key is of another algorithm than the journal.
    #[error(
        "{} is a key of {}, and the journal beside it of {} since its first start: restore the head.key that belongs to this journal",
        path.display(), found.name(), journal.name()
    )]
    OtherAlgorithm {
        /// The file.
        path: PathBuf,
        /// What the key is of.
        found: Algorithm,
        /// What the journal is of.
        journal: Algorithm,
    },
    /// The file holds no public key.
    #[error("{}: {source}", path.display())]
    PublicKey {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// The public key does not belong to the secret one.
    #[error(
        "{} does not belong to head.key beside it: one of them was replaced. Keep both as evidence, and restore the pair from a \
         backup",
        path.display()
    )]
    OtherPublicKey {
        /// The file.
        path: PathBuf,
    },
    /// A head on record that the key has not signed.
    #[error(
        "head {number} of heads.jsonl is not signed by head.key: it was changed, or one of the files replaced. Run `xiezhi verify`, \
         keep the files as evidence, and restore them from a backup"
    )]
    NotOurs {
        /// The head's number.
        number: u64,
    },
    /// The journal is not the one that was signed.
    #[error(
        "the journal is no longer the one of head {number}, which covers entries 1 to {size}: no more heads are signed. Run \
         `xiezhi verify` to see where, keep this copy as evidence, and restore a backup"
    )]
    NotWhole {
        /// The first head that does not hold.
        number: u64,
        /// How many entries it covers.
        size: u64,
    },
    /// More was asked for than there is.
    #[error("{asked} is out of range: give 1 to {size}")]
    Range {
        /// What was asked for.
        asked: u64,
        /// The largest that there is.
        size: u64,
    },
}

impl HeadsError {
    /// For `map_err`: an error of the operating system about a path.
    pub(super) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { path: path.to_path_buf(), source }
    }
}
