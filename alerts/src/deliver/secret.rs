//! Secrets: read from files, never shown.
//!
//! *Laws.* `Debug` shows nothing of a secret. A file that others may read or its group may write is refused, so that a
//! secret cannot lie open without anybody noticing. [`Secrets::mask`] takes secrets out of what a receiver said.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Largest file of a secret: some keys, one a line.
pub const FILE_BYTES_MAX: u64 = 16 << 10;
/// Shortest text that is masked in what a receiver said: a shorter one would blot out ordinary words.
const MASKED_BYTES_MIN: usize = 6;

/// Others may do nothing with the file of a secret, its group may read it.
const MODE_FORBIDDEN: u32 = 0o027;

/// A text that must not be seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// Reads a secret from a file, without the space around it.
    ///
    /// # Errors
    /// With what is wrong and what to do; nothing of the file's content.
    #[allow(clippy::disallowed_methods, reason = "delivery is where this crate touches files")]
    pub fn read(file: &Path) -> Result<Secret, String> {
        let opened = File::open(file).map_err(|error| format!("cannot be read: {error}"))?;
        let about = opened.metadata().map_err(|error| format!("cannot be read: {error}"))?;
        let mode = about.permissions().mode() & 0o777;
        if mode & MODE_FORBIDDEN != 0 {
            return Err(format!("lies open (mode {mode:04o}); chmod 0600 it"));
        }
        let mut bytes = Vec::new();
        let read = opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("cannot be read: {error}"))?;
        if bytes.len() as u64 > FILE_BYTES_MAX {
            return Err(format!("is larger than {FILE_BYTES_MAX} bytes"));
        }
        let text = String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_owned())?;
        match text.trim() {
            "" => Err("is empty".to_owned()),
            text => Ok(Secret(text.to_owned())),
        }
    }

    /// The text, for the one place that uses it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Its lines, each a secret.
    pub fn lines(&self) -> Vec<Secret> {
        let lines = self.0.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(Secret::new).collect()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

/// All secrets of a channel, to be taken out of what its receiver says.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Vec<Secret>);

impl Secrets {
    /// Secrets, the longest first, so that no part of one is left.
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Secrets {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|s| s.len() >= MASKED_BYTES_MIN).collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Secrets(secrets.into_iter().map(Secret).collect())
    }

    /// With more of them.
    #[must_use]
    pub fn and(self, more: impl IntoIterator<Item = String>) -> Secrets {
        Secrets::new(self.0.into_iter().map(|secret| secret.0).chain(more))
    }

    /// A text without them.
    pub fn mask(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret.expose(), "…"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn file(text: &[u8], mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = folder.path().join("secret");
        fs::write(&path, text).expect("a file of the test");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        (folder, path)
    }

    #[test]
    fn a_secret_is_read_without_its_line_end_and_shows_nothing() {
        let (_folder, path) = file(b"  s3cret-word\n", 0o640);
        let secret = Secret::read(&path).expect("a secret");
        assert_eq!((secret.expose(), format!("{secret:?}")), ("s3cret-word", "(secret)".to_owned()));
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_quoted() {
        let long = "x".repeat(FILE_BYTES_MAX as usize + 1);
        for (text, mode, why) in [
            (&b"open-word"[..], 0o644, "lies open (mode 0644)"),
            (b"open-word", 0o620, "lies open (mode 0620)"),
            (b" \n", 0o600, "is empty"),
            (b"\xffopen-word", 0o600, "is not UTF-8"),
            (long.as_bytes(), 0o600, "is larger than"),
        ] {
            let (_folder, path) = file(text, mode);
            let said = Secret::read(&path).expect_err(why);
            assert!(said.starts_with(why) && !said.contains("word"), "{said}");
        }
        assert!(Secret::read(Path::new("/nowhere")).is_err_and(|said| said.starts_with("cannot be read")));
    }

    #[test]
    fn what_a_receiver_says_is_shown_without_secrets() {
        let secrets =
            Secrets::new(["abcdef".to_owned(), "abcdefgh".to_owned(), "ok".to_owned(), String::new()]);
        assert_eq!(secrets.mask("ok: key abcdefgh, abcdef"), "ok: key …, …");
        assert_eq!(format!("{secrets:?}"), "Secrets([(secret), (secret)])");
    }
}
