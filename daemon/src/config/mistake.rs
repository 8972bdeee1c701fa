//! Mistakes of a configuration, as a person reads them.

use std::fmt;
use std::path::PathBuf;

/// The exit code of a command whose configuration is wrong (`EX_USAGE` of sysexits).
pub const EXIT_CODE: u8 = 64;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The key's path, with the file it stands in if that is another one; empty for the file as a whole.
    pub key: String,
    /// What is wrong; what is accepted.
    pub what: String,
}

impl Mistake {
    /// A mistake at a key.
    pub fn new(key: impl Into<String>, what: impl Into<String>) -> Mistake {
        Mistake { key: key.into(), what: what.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => f.write_str(&self.what),
            key => write!(f, "{key}: {}", self.what),
        }
    }
}

/// Every mistake of a file and of the files that it names.
#[derive(Debug, thiserror::Error)]
pub struct ConfigErrors {
    /// The file.
    pub file: PathBuf,
    /// Its mistakes, at least one.
    pub mistakes: Vec<Mistake>,
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.mistakes.len();
        write!(f, "{}: {count} mistake{}", self.file.display(), if count == 1 { "" } else { "s" })?;
        self.mistakes.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}
