//! Where a text stood.

use std::fmt;
use std::sync::Arc;

/// A file and a line, or a request and an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's name, or what stands for it.
    pub name: Arc<str>,
    /// The line on which the text begins, from 1.
    pub line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.line)
    }
}
