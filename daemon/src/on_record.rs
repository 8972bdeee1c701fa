//! A record that is only ever appended to: a file of JSON lines, each with the hash of the one before, so that a line that was changed or
//! taken out shows.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// A line of such a record.
pub trait Line: Serialize + DeserializeOwned {
    /// Counts lines from 1.
    fn number(&self) -> u64;
    /// The hash of the line before, in hexadecimal; empty for the first.
    fn previous(&self) -> &str;
    /// The hash of this line's text, in hexadecimal: SHA-256, where a record does not say otherwise.
    fn hash_of(&self, text: &[u8]) -> String {
        Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Why the record cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The file.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line that is not what was written.
    #[error(
        "{path}:{line}: {what}; restore the file from a backup: what was decided and signed later hangs on it"
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

/// A record, read and open for more.
#[derive(Debug)]
pub struct OnRecord<T> {
    path: PathBuf,
    lines: Vec<T>,
    last_hash: String,
}

fn sync_folder(of: &Path) -> std::io::Result<()> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

impl<T: Line> OnRecord<T> {
    /// Reads a record, to append to it; an empty one if there is no file.
    ///
    /// # Errors
    /// If the file cannot be read, or was tampered with.
    pub fn open(path: &Path) -> Result<OnRecord<T>, RecordError> {
        let (record, whole) = OnRecord::read_whole(path)?;
        // A line without its end was being written when the machine stopped: it was never in force.
        match OpenOptions::new().write(true).open(path) {
            Ok(file) => file.set_len(whole as u64).map_err(|source| record.file(source))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(record.file(source)),
        }
        Ok(record)
    }

    /// Reads a record beside the one who appends to it, and changes nothing.
    ///
    /// # Errors
    /// If the file cannot be read, or was tampered with.
    pub fn read(path: &Path) -> Result<OnRecord<T>, RecordError> {
        OnRecord::read_whole(path).map(|(record, _)| record)
    }

    /// Reads the lines that are whole; gives how many bytes they take.
    fn read_whole(path: &Path) -> Result<(OnRecord<T>, usize), RecordError> {
        let mut record = OnRecord { path: path.to_owned(), lines: Vec::new(), last_hash: String::new() };
        let mut text = Vec::new();
        match File::open(path) {
            Ok(mut file) => file.read_to_end(&mut text).map_err(|source| record.file(source))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(source) => return Err(record.file(source)),
        };
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        for (at, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            record.take(at, &line[..line.len() - 1])?;
        }
        Ok((record, whole))
    }

    fn take(&mut self, at: usize, text: &[u8]) -> Result<(), RecordError> {
        let broken = |what: String| RecordError::Broken { path: self.path.clone(), line: at + 1, what };
        let line: T = serde_json::from_slice(text).map_err(|error| broken(error.to_string()))?;
        if line.number() != at as u64 + 1 || line.previous() != self.last_hash {
            return Err(broken("does not follow the line before it".to_owned()));
        }
        self.last_hash = line.hash_of(text);
        self.lines.push(line);
        Ok(())
    }

    /// Appends the line that is made of its number and of the hash of the one before, durably.
    ///
    /// # Errors
    /// If it cannot be written; then it is not on record.
    pub fn append(&mut self, make: impl FnOnce(u64, String) -> T) -> Result<&T, RecordError> {
        let number = self.lines.len() as u64 + 1;
        let line = make(number, self.last_hash.clone());
        let text = serde_json::to_vec(&line).expect("a line is plain data");
        let write = || {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            file.write_all(&[&text[..], b"\n"].concat())?;
            file.sync_all()?;
            // The name of a new file must survive a power cut, too.
            if number == 1 { sync_folder(&self.path) } else { Ok(()) }
        };
        write().map_err(|source| self.file(source))?;
        self.last_hash = line.hash_of(&text);
        self.lines.push(line);
        Ok(&self.lines[self.lines.len() - 1])
    }

    /// All lines, in order.
    pub fn lines(&self) -> &[T] {
        &self.lines
    }

    fn file(&self, source: std::io::Error) -> RecordError {
        RecordError::File { path: self.path.clone(), source }
    }
}
