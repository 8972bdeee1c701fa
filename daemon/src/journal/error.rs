//! What can go wrong with the journal, said so that a tired operator knows what to do.
//!
//! 1. Every error has a stable, low-cardinality [`code`](JournalError::code) for metrics, logs and HTTP answers.
//! 2. A message says what was wrong, where, and what to do. Names that came from outside are escaped (`{:?}`),
//!    so that they cannot forge lines of a log. No message contains a key or raw input.

use std::path::{Path, PathBuf};
use xiezhi_proof::Algorithm;

/// An error of the journal, its quarantine, its lock or the site key.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The operating system refused something about a file.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb: "create", "sync", …
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's answer.
        source: std::io::Error,
    },
    /// SQLite refused something that was not part of an append.
    #[error("cannot {doing} the journal: {source}")]
    Sqlite {
        /// What was tried, as a verb.
        doing: &'static str,
        /// SQLite's answer.
        source: rusqlite::Error,
    },
    /// Another daemon works on this data directory.
    #[error(
        "another xiezhi (process {holder}) uses this data directory: {} is locked. Stop it first, or give this \
         one a data_dir of its own; deleting the lock file does not help and is never needed",
        path.display()
    )]
    Locked {
        /// The lock file.
        path: PathBuf,
        /// The process that wrote itself into it, or "unknown".
        holder: String,
    },
    /// The file is there, but it is not a whole Xiezhi journal; it is left as it is.
    #[error(
        "{} is not a Xiezhi journal ({why}); it has not been touched. Move it away, or restore the journal from \
         a backup",
        path.display()
    )]
    NotAJournal {
        /// The file.
        path: PathBuf,
        /// What gave it away.
        why: String,
    },
    /// There is no journal to read.
    #[error("there is no journal at {}: is data_dir right, and was `xiezhi serve` ever started there?", path.display())]
    NoJournal {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A newer daemon wrote this journal.
    #[error(
        "{} has journal format {found}, and this xiezhi reads up to format {supported}: start the newer version \
         again, or restore a backup made before the upgrade",
        path.display()
    )]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The format it has.
        found: i64,
        /// The newest that this program knows.
        supported: i64,
    },
    /// A write-ahead log without its database: the last commits are in it, so nothing new may be put beside it.
    #[error(
        "{} is missing, but its write-ahead log journal.db-wal is there with committed events in it: restore \
         journal.db beside it (both from one backup); to really begin anew, move the log away",
        path.display()
    )]
    OrphanedLog {
        /// Where the database should be.
        path: PathBuf,
    },
    /// The journal was written under another site key.
    #[error(
        "{} was written with another site key: pseudonyms of persons would no longer match. Restore the site.key \
         that belongs to this journal",
        path.display()
    )]
    WrongSiteKey {
        /// The journal.
        path: PathBuf,
    },
    /// The configuration names another algorithm than the journal has.
    #[error(
        "proof.algorithm is \"{}\", and {} is of \"{}\" since its first start: every entry has its hash. Nothing was changed or \
         lost. Set proof.algorithm = \"{}\" or leave it out, or give another data_dir for a new journal",
        wanted.name(), path.display(), found.name(), found.name()
    )]
    OtherAlgorithm {
        /// The journal.
        path: PathBuf,
        /// What it is of.
        found: Algorithm,
        /// What was asked for.
        wanted: Algorithm,
    },
    /// There is no site key. It is made only where there is no journal yet.
    #[error(
        "{} is missing. The site key of a journal is not replaced, because pseudonyms of persons would no longer \
         match and sealed quarantine would be lost: restore it from its backup",
        path.display()
    )]
    SiteKeyMissing {
        /// Where the key should be.
        path: PathBuf,
    },
    /// Others than the owner can read the site key.
    #[error(
        "{} can be read by others (mode {mode:04o}): run `chmod 600` on it, and consider who may have copied it",
        path.display()
    )]
    SiteKeyExposed {
        /// The key's file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The site key's file does not hold a key.
    #[error("{} is not a site key (64 hexadecimal digits on one line): restore it from its backup", path.display())]
    SiteKeyMalformed {
        /// The key's file.
        path: PathBuf,
    },
    /// The system's source of randomness failed.
    #[error("the operating system gives no random bytes ({why}): nothing was written")]
    Randomness {
        /// Its answer.
        why: String,
    },
    /// The caller tried to append an event that is already there. Nothing of the batch was written.
    #[error("event {id:?} of {source_name:?} is already in the journal: its batch was not written")]
    Duplicate {
        /// The event's source.
        source_name: String,
        /// The event's id.
        id: String,
    },
    /// The caller gave a commit number that is not greater than the last. Nothing was written.
    #[error("commit {commit} does not follow commit {last}: nothing was written")]
    StaleCommit {
        /// What the caller gave.
        commit: u64,
        /// The last commit in the journal.
        last: u64,
    },
    /// A part of an event is larger than the journal takes. Nothing of the batch was written.
    #[error(
        "the {what} of an event has {length} bytes, at most {limit} are taken: its batch was not written"
    )]
    TooLarge {
        /// Which part: "source", "id", "type", "body".
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A write failed. The batch is not acknowledged and the journal takes no more.
    #[error(
        "writing to the journal failed: {source}. No event of this batch was accepted and no more are taken. \
         Check free space and the health of the disk under data_dir, then start xiezhi again: every accepted \
         event is kept"
    )]
    WriteFailed {
        /// SQLite's answer.
        source: rusqlite::Error,
    },
    /// An earlier write failed, and since then nothing is taken.
    #[error(
        "the journal takes no events since a write failed ({cause}). Check free space and the health of the disk \
         under data_dir, then start xiezhi again: every accepted event is kept"
    )]
    Poisoned {
        /// The first failure.
        cause: String,
    },
    /// The sequence is broken: an entry is missing or its commit goes backwards.
    #[error(
        "the journal is damaged: entry {expected} should follow, entry {found} (commit {commit}) was read. Do not \
         repair it by hand: keep this copy as evidence and restore a backup"
    )]
    Gap {
        /// The sequence number that should come next.
        expected: u64,
        /// The one that came.
        found: u64,
        /// Its commit.
        commit: u64,
    },
    /// Sealed input does not open: another key, or the row was changed.
    #[error(
        "the sealed input of quarantine entry {qid} does not open: it was changed, or the site key is another"
    )]
    Unseal {
        /// The entry.
        qid: u64,
    },
}

impl JournalError {
    /// A stable word for metrics, logs and problem documents.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "journal_io",
            Self::Sqlite { .. } => "journal_sqlite",
            Self::Locked { .. } => "journal_locked",
            Self::NotAJournal { .. } => "not_a_journal",
            Self::NoJournal { .. } => "no_journal",
            Self::NewerFormat { .. } => "journal_format_newer",
            Self::OrphanedLog { .. } => "journal_log_orphaned",
            Self::WrongSiteKey { .. } => "site_key_wrong",
            Self::OtherAlgorithm { .. } => "journal_algorithm_other",
            Self::SiteKeyMissing { .. } => "site_key_missing",
            Self::SiteKeyExposed { .. } => "site_key_exposed",
            Self::SiteKeyMalformed { .. } => "site_key_malformed",
            Self::Randomness { .. } => "no_randomness",
            Self::Duplicate { .. } => "journal_duplicate",
            Self::StaleCommit { .. } => "journal_commit_stale",
            Self::TooLarge { .. } => "journal_event_too_large",
            Self::WriteFailed { .. } => "journal_write_failed",
            Self::Poisoned { .. } => "journal_poisoned",
            Self::Gap { .. } => "journal_gap",
            Self::Unseal { .. } => "quarantine_unseal",
        }
    }

    /// For `map_err`: an error of the operating system about a path.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { doing, path: path.to_path_buf(), source }
    }

    /// For `map_err`: an error of SQLite outside appends.
    pub(super) fn sqlite(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| Self::Sqlite { doing, source }
    }
}

impl From<getrandom::Error> for JournalError {
    fn from(error: getrandom::Error) -> Self {
        Self::Randomness { why: error.to_string() }
    }
}
