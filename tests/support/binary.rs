//! The binary under test: where it is, and running a command of it to its end.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The binary: `XIEZHI_BIN`, or `xiezhi` in the folder that cargo builds into.
///
/// # Panics
/// If it is not there.
pub fn xiezhi() -> PathBuf {
    if let Some(given) = std::env::var_os("XIEZHI_BIN") {
        let path = PathBuf::from(given);
        assert!(path.is_file(), "XIEZHI_BIN names {}, which is no file", path.display());
        return path;
    }
    let test = std::env::current_exe().expect("a test knows where it is");
    // target/<profile>/deps/<test> → target/<profile>/xiezhi
    let profile = test.parent().and_then(Path::parent).expect("a test lies in target/<profile>/deps");
    let path = profile.join("xiezhi");
    assert!(
        path.is_file(),
        "{} is not there: run `cargo build -p xiezhi` first (with --release, if the tests are), or set XIEZHI_BIN",
        path.display()
    );
    path
}

/// What a command that ended has left.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; none if a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// The lines of standard output as JSON.
    ///
    /// # Panics
    /// If one is not.
    pub fn json_lines(&self) -> Vec<Value> {
        json_lines(&self.out)
    }

    /// Itself, if it ended with 0.
    ///
    /// # Panics
    /// If it did not; with all that it said.
    pub fn well(self) -> Ran {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        self
    }
}

/// The lines of a text as JSON.
fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// Runs a command of the binary to its end.
///
/// # Panics
/// If it cannot be started.
pub fn run(args: &[&str]) -> Ran {
    run_with(args, b"")
}

/// Runs a command with something on standard input.
///
/// # Panics
/// If it cannot be started.
pub fn run_with(args: &[&str], input: &[u8]) -> Ran {
    let mut command = Command::new(xiezhi());
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the binary can be run");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_vec();
    // Of its own thread: a command that answers before it has read all would block us otherwise.
    let writer = std::thread::spawn(move || stdin.write_all(&input).ok());
    let output = child.wait_with_output().expect("the command ends");
    writer.join().expect("the writer ends");
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
        err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
    }
}
