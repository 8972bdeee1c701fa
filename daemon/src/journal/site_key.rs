//! The site key: 32 secret bytes from which the pseudonyms of persons and the seal of the quarantine come.
//!
//! 1. It is made once, by the first start, and never again: with another key the same person would be somebody
//!    else, and every link between persons would silently break. If a journal is there and the key is not, the
//!    daemon refuses to start.
//! 2. Only its owner can read the file (`site.key`, mode 0600), or it is refused.
//! 3. The file is there whole or not at all, also after a power cut.
//! 4. No message, log or debug output ever shows it.

use super::files::{DataDirLock, create_data_dir, create_private, is_there, remove_if_there, rename_durably};
use super::{JournalError, schema};
use std::fmt;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Permission bits of anybody but the owner.
const OTHERS: u32 = 0o077;
/// 64 digits and a line break of either kind.
const MAX_FILE_BYTES: u64 = 66;

/// The site key.
#[derive(Clone, PartialEq, Eq)]
pub struct SiteKey([u8; 32]);

impl SiteKey {
    /// Loads `site.key` of a data directory; on the first start, when there is no journal either, makes it.
    ///
    /// Call it before [`Journal::open`](super::Journal::open), which keeps the lock that this takes for a moment.
    pub fn load_or_create(data_dir: &Path) -> Result<Self, JournalError> {
        create_data_dir(data_dir)?;
        let path = key_path(data_dir);
        if is_there(&path)? {
            return Self::load(data_dir);
        }
        // Two daemons that start at once must not each make a key: the later would bury the earlier's.
        let _lock = DataDirLock::acquire(data_dir)?;
        if is_there(&path)? || schema::journal_exists(data_dir)? {
            return Self::load(data_dir);
        }
        Self::create(&path)
    }

    /// Loads `site.key` of a data directory; never makes one.
    pub fn load(data_dir: &Path) -> Result<Self, JournalError> {
        let path = key_path(data_dir);
        let mut file = match File::open(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(JournalError::SiteKeyMissing { path });
            }
            result => result.map_err(JournalError::io("open", &path))?,
        };
        // Asked of the open file, not of the path: it cannot be swapped in between.
        let mode = file.metadata().map_err(JournalError::io("look at", &path))?.permissions().mode() & 0o7777;
        if mode & OTHERS != 0 {
            return Err(JournalError::SiteKeyExposed { path, mode });
        }
        let mut text = Vec::new();
        Read::take(&mut file, MAX_FILE_BYTES + 1)
            .read_to_end(&mut text)
            .map_err(JournalError::io("read", &path))?;
        parse_hex(text.trim_ascii_end()).map(Self).ok_or(JournalError::SiteKeyMalformed { path })
    }

    /// A key from elsewhere: tests, or a replay without a data directory.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The key itself, for deriving other keys. Do not print it.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn create(path: &Path) -> Result<Self, JournalError> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        let draft = path.with_file_name("site.key.new");
        remove_if_there(&draft)?;
        let mut file = create_private(&draft)?;
        let written = file.write_all(hex_line(&key).as_bytes()).and_then(|()| file.sync_all());
        written.map_err(JournalError::io("write", &draft))?;
        rename_durably(&draft, path)?;
        tracing::info!(path = %path.display(), "made a new site key: back it up, the journal is of no use without it");
        Ok(Self(key))
    }
}

impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteKey(secret)")
    }
}

fn key_path(data_dir: &Path) -> PathBuf {
    data_dir.join("site.key")
}

fn hex_line(key: &[u8; 32]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_string()]).collect()
}

fn parse_hex(text: &[u8]) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let text = str::from_utf8(text).ok()?;
    let mut key = [0; 32];
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(key)
}
