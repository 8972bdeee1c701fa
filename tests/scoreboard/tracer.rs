//! Faults at chosen system calls: `strace` on the unmodified binary. It counts calls for each thread by itself, so a fault "at the k-th" hits the first
//! thread that makes its k-th.

use crate::machine::{signal, text};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Files of a data directory, also those that are there only for a moment.
const FILES: [&str; 25] = [
    "",
    "admin.token",
    "admin.token.new",
    "duties.jsonl",
    "editions.jsonl",
    "editions.jsonl.new",
    "head.key",
    "head.key.new",
    "head.pub",
    "head.pub.new",
    "heads.jsonl",
    "journal.db",
    "journal.db-shm",
    "journal.db-wal",
    "journal.db.new",
    "journal.db.new-journal",
    "journal.db.new-wal",
    "ledger.db",
    "ledger.db-journal",
    "ledger.db-wal",
    "lock",
    "site.key",
    "site.key.new",
    "tokens.jsonl",
    "positions.json",
];

/// Why it cannot be used, if it cannot.
pub fn missing() -> Option<String> {
    let tried = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true"])
        .output();
    match tried {
        Ok(output) if output.status.success() => None,
        Ok(output) => {
            Some(format!("strace does not work here: {}", String::from_utf8_lossy(&output.stderr).trim()))
        }
        Err(error) => Some(format!("strace: {error}")),
    }
}

/// What is done to which calls.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Names of calls, by commas.
    pub calls: String,
    /// `signal=KILL`, `error=EIO`, …
    pub what: String,
    /// At which of them: `3`, `3+`, …
    pub when: String,
}

impl Fault {
    fn arguments(&self, data_dir: &Path, files: &[&str], log: &Path) -> Vec<String> {
        let Fault { calls, what, when } = self;
        let mut arguments = vec!["-qq".to_owned(), "-y".to_owned(), "-o".to_owned(), text(log)];
        for file in files {
            let path = if file.is_empty() { data_dir.to_owned() } else { data_dir.join(file) };
            arguments.extend(["-P".to_owned(), text(&path)]);
        }
        arguments.extend(["-e".to_owned(), format!("trace={calls}")]);
        arguments.extend(["-e".to_owned(), format!("inject={calls}:{what}:when={when}")]);
        arguments
    }

    /// What a program is started under so that the fault meets it, on any of its threads.
    pub fn wrapper(&self, data_dir: &Path, log: &Path) -> Vec<String> {
        let mut words = vec!["strace".to_owned(), "-D".to_owned(), "-f".to_owned()];
        words.extend(self.arguments(data_dir, &FILES, log));
        words
    }
}

/// A tracer of a running process. Dropped, it lets go.
pub struct Tracer {
    child: Child,
    log: PathBuf,
}

impl Tracer {
    /// Attaches to a process with all its threads, or to one thread.
    ///
    /// # Panics
    /// If it cannot.
    pub fn attach(id: u32, all: bool, fault: &Fault, data_dir: &Path, files: &[&str], log: &Path) -> Tracer {
        let files = if files.is_empty() { &FILES[..] } else { files };
        let mut command = Command::new("strace");
        if all {
            command.arg("-f");
        }
        command.args(["-p", &id.to_string()]).args(fault.arguments(data_dir, files, log));
        let child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("strace");
        let tracer = Tracer { child, log: log.to_owned() };
        let begun = Instant::now();
        // Attached once the kernel says who traces it; an ended process is traced by nobody.
        while begun.elapsed() < Duration::from_secs(20) {
            let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
            if !status.contains("TracerPid:\t0\n") {
                return tracer;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("strace did not attach to {id}");
    }

    /// How many calls the fault met so far.
    pub fn met(&self) -> u64 {
        std::fs::read_to_string(&self.log).unwrap_or_default().matches("(INJECTED)").count() as u64
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // Asked to, it lets the traced process run on; it may have ended with it.
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            signal(self.child.id(), "-TERM");
        }
        self.child.wait().ok();
    }
}

/// The threads of a process: their names and ids.
pub fn threads(id: u32) -> Vec<(String, u32)> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{id}/task")) else { return Vec::new() };
    let thread = |task: std::io::Result<std::fs::DirEntry>| {
        let path = task.ok()?.path();
        let name = std::fs::read_to_string(path.join("comm")).ok()?.trim().to_owned();
        Some((name, path.file_name()?.to_str()?.parse().ok()?))
    };
    tasks.filter_map(thread).collect()
}
