//! The few things about files that durability rests on: folders that survive a power cut, the lock.
//!
//! 1. A file or folder is there after a power cut only if the folder that names it was synced: whoever creates or
//!    renames one calls [`sync_dir`].
//! 2. One daemon a data directory. The lock is the kernel's (`flock`) on `data_dir/lock`: it goes with the process
//!    that holds it, however that ends, so a lock file that is left behind never keeps anybody out.

use super::JournalError;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The lock on a data directory, held as long as this value lives.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

impl DataDirLock {
    /// Takes the lock or says who has it. Creates `lock` if need be.
    pub fn acquire(data_dir: &Path) -> Result<Self, JournalError> {
        let path = data_dir.join("lock");
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(JournalError::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {
                note_holder(&mut file);
                Ok(Self { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                Err(JournalError::Locked { holder: read_holder(&mut file), path })
            }
            Err(TryLockError::Error(error)) => Err(JournalError::io("lock", &path)(error)),
        }
    }
}

/// Writes our process id into the lock file. It only helps a person who reads the error message, so a full disk
/// must not keep the daemon from starting: failures are ignored.
fn note_holder(file: &mut File) {
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
}

fn read_holder(file: &mut File) -> String {
    let mut digits = String::new();
    match file.take(20).read_to_string(&mut digits) {
        Ok(_) if digits.trim().parse::<u32>().is_ok() => digits.trim().to_string(),
        _ => "unknown".to_string(),
    }
}

/// Creates the data directory, readable by its owner only, if it is not there; its name survives a power cut.
pub(crate) fn create_data_dir(dir: &Path) -> Result<(), JournalError> {
    let missing: Vec<&Path> =
        dir.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(JournalError::io("create", dir))?;
    missing.into_iter().try_for_each(|created| sync_dir(&parent_of(created)))
}

/// Makes the names in a folder durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), JournalError> {
    File::open(dir).and_then(|file| file.sync_all()).map_err(JournalError::io("sync", dir))
}

/// Renames within one folder, durably.
pub(crate) fn rename_durably(from: &Path, to: &Path) -> Result<(), JournalError> {
    std::fs::rename(from, to).map_err(JournalError::io("rename", from))?;
    sync_dir(&parent_of(to))
}

/// Removes what an interrupted start may have left; nothing there is fine.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), JournalError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(JournalError::io("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Creates a file that only its owner can read, and that was not there.
pub(crate) fn create_private(path: &Path) -> Result<File, JournalError> {
    OpenOptions::new()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(JournalError::io("create", path))
}

/// Whether the path is there; an error of the look-up is an error, not a "no".
pub(crate) fn is_there(path: &Path) -> Result<bool, JournalError> {
    path.try_exists().map_err(JournalError::io("look for", path))
}

fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    }
}
