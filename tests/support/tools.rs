//! Programs that the tests of the installation run, and the repository that is installed from.

use crate::Ran;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The top of the repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in it").to_owned()
}

/// A program, wherever Debian puts it.
///
/// # Panics
/// If it is not there, with the name of its package: a check that cannot be made must not pass.
pub fn tool(program: &str, package: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = folders.map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{program} is missing: apt-get install {package}, or ./tests/run"))
}

/// What `tests/tools` has made.
///
/// # Panics
/// If it has not.
pub fn made(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    // target/<profile>/deps/<test> → target/tools
    let target = test.ancestors().nth(3).expect("a test lies in target/<profile>/deps");
    let path = target.join("tools").join(name);
    assert!(path.exists(), "{} is missing: run ./tests/tools, as root", path.display());
    path
}

/// Runs a command to its end.
///
/// # Panics
/// If it cannot be started.
pub fn ran(command: &mut Command) -> Ran {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}
