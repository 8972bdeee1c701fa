//! The files of the key that signs heads: `head.key` (secret, mode 0600) and `head.pub`, the half to give to auditors.
//!
//! 1. It is made once, by the first start. Where heads were signed and the key is gone, none is made: heads signed with another key
//!    would look like tampering to everybody who kept the old one.
//! 2. Only its owner can read `head.key`, or it is refused. No message shows it.
//! 3. It is of the journal's algorithm, or it is refused: `head.key` begins with `sm2:` where heads are signed with SM2.
//! 4. `head.pub` is written again if it is missing; one that belongs to another key is refused.

use super::HeadsError;
use crate::journal::files::{create_private, is_there, remove_if_there, rename_durably};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use xiezhi_proof::{Algorithm, HeadKey, PublicKey};

/// Permission bits of anybody but the owner.
const OTHERS: u32 = 0o077;
/// `sm2:`, 64 digits and a line break of either kind.
const MAX_FILE_BYTES: u64 = 70;

/// Where the public half is.
pub fn public_key_path(data_dir: &Path) -> PathBuf {
    data_dir.join("head.pub")
}

/// Loads the key of a data directory; makes one if no head was signed yet.
pub(super) fn load_or_create(
    data_dir: &Path,
    algorithm: Algorithm,
    signed_before: bool,
) -> Result<HeadKey, HeadsError> {
    let path = data_dir.join("head.key");
    let key = match (is_there(&path)?, signed_before) {
        (true, _) => load(&path)?,
        (false, false) => create(&path, algorithm)?,
        (false, true) => return Err(HeadsError::KeyMissing { path }),
    };
    if key.algorithm() != algorithm {
        return Err(HeadsError::OtherAlgorithm { path, found: key.algorithm(), journal: algorithm });
    }
    publish(&public_key_path(data_dir), &key.public())?;
    Ok(key)
}

/// Reads a public key from a file.
///
/// # Errors
/// If it cannot be read or holds none.
pub fn read_public_key(path: &Path) -> Result<PublicKey, HeadsError> {
    let text = std::fs::read_to_string(path).map_err(HeadsError::file(path))?;
    text.parse().map_err(|source| HeadsError::PublicKey { path: path.to_owned(), source })
}

fn load(path: &Path) -> Result<HeadKey, HeadsError> {
    let mut file = File::open(path).map_err(HeadsError::file(path))?;
    // Asked of the open file, not of the path: it cannot be swapped in between.
    let mode = file.metadata().map_err(HeadsError::file(path))?.permissions().mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(HeadsError::KeyExposed { path: path.to_owned(), mode });
    }
    let mut text = String::new();
    Read::take(&mut file, MAX_FILE_BYTES + 1).read_to_string(&mut text).map_err(HeadsError::file(path))?;
    text.parse().map_err(|()| HeadsError::KeyMalformed { path: path.to_owned() })
}

/// A key of random bytes. One draw in four thousand million is none of SM2, and is drawn again.
fn random(algorithm: Algorithm) -> Result<HeadKey, HeadsError> {
    loop {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(crate::journal::JournalError::from)?;
        if let Some(key) = HeadKey::from_bytes(algorithm, &secret) {
            return Ok(key);
        }
    }
}

fn create(path: &Path, algorithm: Algorithm) -> Result<HeadKey, HeadsError> {
    let key = random(algorithm)?;
    let draft = path.with_file_name("head.key.new");
    remove_if_there(&draft)?;
    let mut file = create_private(&draft)?;
    let text = format!("{}\n", key.secret_text());
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(HeadsError::file(&draft))?;
    rename_durably(&draft, path)?;
    tracing::info!(
        path = %path.display(), public = %key.public(),
        "made a new key for journal heads: back it up, and give head.pub to those who will verify the journal"
    );
    Ok(key)
}

/// Sees to it that `head.pub` holds this key.
fn publish(path: &Path, public: &PublicKey) -> Result<(), HeadsError> {
    if is_there(path)? {
        let same = read_public_key(path)? == *public;
        return if same { Ok(()) } else { Err(HeadsError::OtherPublicKey { path: path.to_owned() }) };
    }
    // Under another name first: a start that is interrupted must not leave half a key.
    let draft = path.with_file_name("head.pub.new");
    let write = || {
        let mut file = File::create(&draft)?;
        writeln!(file, "{public}")?;
        file.sync_all()
    };
    write().map_err(HeadsError::file(&draft))?;
    Ok(rename_durably(&draft, path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_can_read_it() {
        for algorithm in Algorithm::ALL {
            let dir = tempfile::tempdir().unwrap();
            let load = |signed_before| load_or_create(dir.path(), algorithm, signed_before).unwrap().public();
            let public = load(false);
            assert_eq!(public.algorithm(), algorithm);
            let path = dir.path().join("head.key");
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
            assert_eq!(read_public_key(&public_key_path(dir.path())).unwrap(), public);
            assert_eq!(load(true), public);
            std::fs::remove_file(public_key_path(dir.path())).unwrap();
            assert_eq!(load(true), public);
            assert_eq!(read_public_key(&public_key_path(dir.path())).unwrap(), public, "written again");
        }
    }

    #[test]
    fn a_key_that_is_exposed_lost_broken_or_replaced_is_refused() {
        for algorithm in Algorithm::ALL {
            let dir = tempfile::tempdir().unwrap();
            let load = |signed_before| load_or_create(dir.path(), algorithm, signed_before);
            load(false).unwrap();
            let path = dir.path().join("head.key");
            let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            mode(0o640);
            assert!(matches!(load(true), Err(HeadsError::KeyExposed { mode: 0o640, .. })));
            mode(0o600);
            for other in Algorithm::ALL {
                let key = HeadKey::from_bytes(other, &[7; 32]).unwrap();
                std::fs::write(&path, format!("{}\n", key.secret_text())).unwrap();
                match load(true) {
                    Err(HeadsError::OtherPublicKey { .. }) => assert_eq!(other, algorithm),
                    Err(HeadsError::OtherAlgorithm { found, journal, .. }) => {
                        assert!(found == other && journal == algorithm && found != journal);
                    }
                    other => panic!("{other:?}"),
                }
            }
            for text in ["no key\n", "sm2:00\n", &"0".repeat(100)] {
                std::fs::write(&path, text).unwrap();
                assert!(matches!(load(true), Err(HeadsError::KeyMalformed { .. })), "{text}");
            }
            std::fs::remove_file(&path).unwrap();
            assert!(matches!(load(true), Err(HeadsError::KeyMissing { .. })));
        }
    }
}
