//! Where a command writes: a file, or standard output for `-`; and numbers as people read them.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A file or standard output, buffered.
pub struct Output {
    path: PathBuf,
    to: BufWriter<Box<dyn Write>>,
}

/// Whether a path means standard input or output.
pub fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

impl Output {
    /// Makes the file, or takes standard output for `-`.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(path: &Path) -> Result<Output> {
        let to: Box<dyn Write> = if is_standard(path) {
            Box::new(io::stdout())
        } else {
            Box::new(File::create(path).with_context(|| format!("cannot write {}", path.display()))?)
        };
        Ok(Output { path: path.to_owned(), to: BufWriter::with_capacity(1 << 17, to) })
    }

    /// Standard output.
    pub fn standard() -> Output {
        Output { path: "-".into(), to: BufWriter::new(Box::new(io::stdout())) }
    }

    /// Writes one line.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn line(&mut self, text: &str) -> Result<()> {
        let written = self.to.write_all(text.as_bytes()).and_then(|()| self.to.write_all(b"\n"));
        written.with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Writes one line of JSON.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn json(&mut self, what: &impl serde::Serialize) -> Result<()> {
        self.line(&serde_json::to_string(what)?)
    }

    /// Writes what is still buffered; without this a full disk would go unnoticed.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(mut self) -> Result<()> {
        self.to.flush().with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Whoever read our output has seen enough (`| head`): that is no failure.
///
/// # Errors
/// Any other error, as it is.
pub fn unless_pipe_closed(done: Result<ExitCode>) -> Result<ExitCode> {
    match done {
        Err(error) if is_closed_pipe(&error) => Ok(ExitCode::SUCCESS),
        done => done,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

/// A number with a comma at each thousand.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 event", "2 events".
pub fn counted(number: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!((counted(1, "event"), counted(2, "event")), ("1 event".into(), "2 events".into()));
    }

    #[test]
    fn a_closed_pipe_is_no_failure_and_a_full_disk_is() {
        let failed =
            |kind| Err::<ExitCode, _>(anyhow::Error::from(io::Error::from(kind)).context("cannot write"));
        assert!(unless_pipe_closed(failed(io::ErrorKind::BrokenPipe)).is_ok());
        assert!(unless_pipe_closed(failed(io::ErrorKind::StorageFull)).is_err());
    }
}
