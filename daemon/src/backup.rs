//! Copies of a data directory: made beside a running daemon, verified, and put back.
//!
//! *Laws.*
//! 1. What rests on something is copied before it: records and heads, then the ledger, then the journal. So the copy's journal holds
//!    everything that its heads sign and its ledger concludes from; the rest the daemon computes again.
//! 2. A copy is whole when its `manifest.json` is there: it is written last, with the length and SHA-256 of every file.
//! 3. The keys (`site.key`, `head.key`) and the admin token stay apart, unless they are asked for: who steals a copy must not have the
//!    persons in it too. They never change, so they are kept once, elsewhere.
//! 4. Putting back changes nothing that is there: the new data directory must be empty, and every file is compared with the manifest.

use crate::journal::files::{create_data_dir, create_private, rename_durably, sync_dir};
use crate::journal::{Journal, JournalError, Reader, SiteKey, journal_path};
use crate::ledger::{self, LedgerError, ledger_path};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The version of the manifest.
const FORMAT: u32 = 1;
/// What tells what is in a copy.
const MANIFEST: &str = "manifest.json";
/// Records in files of their own, each only ever appended to or replaced whole.
const RECORDS: [&str; 5] = ["heads.jsonl", "head.pub", "editions.jsonl", "duties.jsonl", "tokens.jsonl"];
/// What is kept apart. The first two must be there before the daemon starts on a copy.
const SECRETS: [&str; 3] = ["site.key", "head.key", "admin.token"];
/// Bytes read at once.
const CHUNK: usize = 1 << 20;

/// Why a copy is not made or put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A file.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The folder to write into holds something.
    #[error("{} is not empty; give a folder that is, or that is not there yet", .0.display())]
    NotEmpty(PathBuf),
    /// No manifest, or one that cannot be read.
    #[error("{} is no whole copy: its manifest.json {why}; take another copy", path.display())]
    NotWhole {
        /// The folder.
        path: PathBuf,
        /// What about the manifest.
        why: String,
    },
    /// A file is not as it was when the copy was made.
    #[error("{} was changed or damaged since the copy was made ({why}); take another copy", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In what way.
        why: String,
    },
    /// A key is not there.
    #[error("{} is not there; it is kept apart from copies: give the folder that it is kept in with --keys DIR", .0.display())]
    KeyMissing(PathBuf),
}

fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |source| BackupError::File { doing, path, source }
}

/// What is in a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form.
    pub format: u32,
    /// The version of the program.
    pub version: String,
    /// When the copy was begun, RFC 3339.
    pub made_at: String,
    /// Entries of the journal.
    pub entries: u64,
    /// Whether the keys are in it.
    pub keys: bool,
    /// Its files.
    pub files: Vec<Copied>,
}

/// A file of a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copied {
    /// Its name.
    pub name: String,
    /// Its length, bytes.
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Copies a data directory into an empty folder.
///
/// # Errors
/// If there is no journal, the folder is not empty, or something cannot be read or written: then there is no manifest, and the copy
/// is none.
pub fn back_up(data_dir: &Path, to: &Path, made_at: String, keys: bool) -> Result<Manifest, BackupError> {
    empty(to)?;
    let secrets = SECRETS.iter().filter(|_| keys);
    let mut names: Vec<&str> = Vec::new();
    for name in RECORDS.iter().chain(secrets) {
        if copy(&data_dir.join(name), &to.join(name))? {
            names.push(name);
        }
    }
    if ledger_path(data_dir).exists() {
        ledger::Reader::open(data_dir)?.copy_to(&ledger_path(to))?;
        names.push("ledger.db");
    }
    Reader::open(data_dir)?.copy_to(&journal_path(to))?;
    names.push("journal.db");
    let files = names.iter().map(|name| copied(to, name)).collect::<Result<_, _>>()?;
    let entries = Reader::open(to)?.last()?.seq;
    tidy(to);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let manifest = Manifest { format: FORMAT, version, made_at, entries, keys, files };
    let draft = to.join("manifest.json.new");
    let text = serde_json::to_string_pretty(&manifest).expect("a manifest is plain data") + "\n";
    write(&draft, text.as_bytes())?;
    rename_durably(&draft, &to.join(MANIFEST))?;
    Ok(manifest)
}

/// Puts a copy back into an empty data directory. The keys come from the copy, or from a folder that they are kept in.
///
/// # Errors
/// If the copy is not whole, the data directory is not empty, a key is missing or another journal's, or something cannot be read or
/// written.
pub fn restore(from: &Path, data_dir: &Path, keys: Option<&Path>) -> Result<Manifest, BackupError> {
    let manifest = whole(from)?;
    let keys = keys.unwrap_or(from);
    for name in &SECRETS[..2] {
        let key = keys.join(name);
        if !key.exists() {
            return Err(BackupError::KeyMissing(key));
        }
    }
    empty(data_dir)?;
    let plain = manifest.files.iter().map(|file| file.name.as_str());
    for name in plain.filter(|name| !SECRETS.contains(name)) {
        copy(&from.join(name), &data_dir.join(name))?;
    }
    for name in SECRETS {
        copy(&keys.join(name), &data_dir.join(name))?;
    }
    // Opened once: that the key is this journal's is known now, and not when the daemon is to start.
    let key = SiteKey::load(data_dir)?;
    Journal::open(data_dir, key.as_bytes())?.close()?;
    sync_dir(data_dir)?;
    Ok(manifest)
}

/// The manifest of a copy whose files are all as it says.
fn whole(from: &Path) -> Result<Manifest, BackupError> {
    let path = from.join(MANIFEST);
    let not_whole = |why: String| BackupError::NotWhole { path: from.to_owned(), why };
    let text = match std::fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(not_whole("is not there".to_owned()));
        }
        Err(error) => return Err(file("read", &path)(error)),
    };
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| not_whole(format!("cannot be read: {error}")))?;
    if manifest.format != FORMAT {
        return Err(not_whole(format!("has format {}, this version knows {FORMAT}", manifest.format)));
    }
    for said in &manifest.files {
        let known = RECORDS.iter().chain(&SECRETS).chain(&["journal.db", "ledger.db"]);
        if !known.clone().any(|name| *name == said.name) {
            return Err(not_whole(format!("names the file {:?}, which no copy has", said.name)));
        }
        let found = copied(from, &said.name)?;
        if found != *said {
            let why = format!("{} bytes, SHA-256 {}", found.bytes, found.sha256);
            return Err(BackupError::Damaged { path: from.join(&said.name), why });
        }
    }
    Ok(manifest)
}

/// Makes a folder that is empty, readable by its owner only.
fn empty(folder: &Path) -> Result<(), BackupError> {
    create_data_dir(folder)?;
    let mut inside = std::fs::read_dir(folder).map_err(file("read", folder))?;
    if inside.next().is_some() { Err(BackupError::NotEmpty(folder.to_owned())) } else { Ok(()) }
}

/// Copies a file for its owner only; tells whether it was there.
fn copy(from: &Path, to: &Path) -> Result<bool, BackupError> {
    match std::fs::read(from) {
        Ok(bytes) => write(to, &bytes).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(file("read", from)(error)),
    }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), BackupError> {
    let mut to = create_private(path)?;
    to.write_all(bytes).and_then(|()| to.sync_all()).map_err(file("write", path))
}

/// Length and hash of a file of a copy, which is on the disk when this returns.
fn copied(folder: &Path, name: &str) -> Result<Copied, BackupError> {
    let path = folder.join(name);
    let read = || -> std::io::Result<Copied> {
        let mut opened = File::open(&path)?;
        opened.sync_all()?;
        let (mut hasher, mut bytes, mut chunk) = (Sha256::new(), 0, vec![0; CHUNK]);
        loop {
            match opened.read(&mut chunk)? {
                0 => break,
                length => {
                    hasher.update(&chunk[..length]);
                    bytes += length as u64;
                }
            }
        }
        let sha256 = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Copied { name: name.to_owned(), bytes, sha256 })
    };
    read().map_err(file("read", &path))
}

/// Removes what reading a copied database leaves beside it.
fn tidy(folder: &Path) {
    for name in ["journal.db-wal", "journal.db-shm", "ledger.db-wal", "ledger.db-shm"] {
        std::fs::remove_file(folder.join(name)).ok();
    }
}
