//! Why the ledger does not do what it was asked to.

use super::schema::FORMAT;
use std::path::PathBuf;

/// Why the ledger does not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// SQLite failed.
    #[error(
        "the ledger {path} failed: {source}; check the disk, then start again: it is made up to date from the journal"
    )]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A newer format.
    #[error(
        "the ledger {path} has format {found}, this version knows {FORMAT}: run the version that wrote it, or move the file away to have it made anew (the record of what was sent is in it)"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
    },
    /// A row that cannot be read.
    #[error("the ledger {path} holds a row that cannot be read: {source}")]
    Row {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
}
