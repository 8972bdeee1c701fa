//! Files that the configuration names: where they are, and what is read of certificates.

use std::io::Read;
use std::path::{Path, PathBuf};
use xiezhi_alerts::deliver::tls::Authorities;

/// Largest `ca_file`.
const CA_BYTES_MAX: u64 = 256 << 10;
/// Where systemd puts credentials.
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";

/// A path by the configuration's folder, or among systemd's credentials.
///
/// # Errors
/// With what to do, if it is among credentials and there are none.
pub(super) fn found(folder: &Path, file: &Path) -> Result<PathBuf, String> {
    let Ok(name) = file.strip_prefix(format!("${CREDENTIALS}")) else {
        return Ok(folder.join(file));
    };
    let credentials = std::env::var_os(CREDENTIALS).ok_or_else(|| {
        format!(
            "is one of systemd's credentials, but ${CREDENTIALS} is not set: start the daemon by a unit with \
             LoadCredential=, or set it to a folder with the file"
        )
    })?;
    Ok(Path::new(&credentials).join(name))
}

/// Reads a PEM file of authorities.
///
/// # Errors
/// With what is wrong, to be read after the file's name.
pub(super) fn authorities(path: &Path) -> Result<Authorities, String> {
    let mut pem = Vec::new();
    let opened = std::fs::File::open(path);
    let read = opened.and_then(|opened| opened.take(CA_BYTES_MAX).read_to_end(&mut pem));
    read.map_err(|error| format!("cannot be read: {error}"))?;
    Authorities::parse(&pem)
}
