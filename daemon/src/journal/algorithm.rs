//! What a journal is hashed with: its name in `meta`, written once when the file comes into being.
//!
//! 1. A journal of `sha256-ed25519` names nothing and keeps format 2: what earlier releases wrote and what this one writes are the same.
//! 2. A journal of another algorithm has format 3 and the name, or it is refused.

use super::JournalError;
use super::schema::{FORMAT, integer, meta};
use rusqlite::Connection;
use std::path::Path;
use xiezhi_proof::Algorithm;

/// The format of a journal that names no algorithm.
pub(super) const FORMAT_UNNAMED: i64 = 2;
const NAME: &str = "algorithm";

/// The format that a new journal of this algorithm has.
pub(super) fn format_of(algorithm: Algorithm) -> i64 {
    match algorithm {
        Algorithm::Sha256Ed25519 => FORMAT_UNNAMED,
        Algorithm::Sm3Sm2 => FORMAT,
    }
}

/// Writes the name, if a journal of this algorithm has one.
pub(super) fn write(conn: &Connection, algorithm: Algorithm) -> rusqlite::Result<()> {
    if format_of(algorithm) > FORMAT_UNNAMED {
        let insert = "INSERT INTO meta (name, value) VALUES (?1, ?2)";
        conn.execute(insert, (NAME, algorithm.name().as_bytes()))?;
    }
    Ok(())
}

/// What the leaf hashes are of.
pub(super) fn read(conn: &Connection, path: &Path) -> Result<Algorithm, JournalError> {
    let read = || {
        if integer(conn, "user_version")? <= FORMAT_UNNAMED {
            return Ok(Algorithm::Sha256Ed25519.name().into());
        }
        Ok(meta(conn, NAME)?.unwrap_or_default())
    };
    let name: Vec<u8> = read().map_err(JournalError::sqlite("open"))?;
    let name = String::from_utf8_lossy(&name);
    Algorithm::named(&name).ok_or_else(|| JournalError::NotAJournal {
        path: path.to_path_buf(),
        why: format!("it names the algorithm {name:?}, which there is none of"),
    })
}
