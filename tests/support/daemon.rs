//! A daemon as a process: started, watched, ended.

use crate::http::Client;
use crate::stream::Stream;
use crate::{binary, eventually};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long an orderly stop may take: the daemon's own limit for open requests, and a wide margin for a machine that is busy with other things.
const STOP: Duration = Duration::from_secs(120);

/// A folder with a configuration and a data directory, in which a daemon lives, dies and is started again.
pub struct Home {
    folder: TempDir,
    /// Variables that its daemons are started with.
    environment: Vec<(String, String)>,
}

impl Default for Home {
    fn default() -> Home {
        Home::new()
    }
}

impl Home {
    /// An empty home. The daemon chooses its port.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn new() -> Home {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let text = "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n";
        std::fs::write(folder.path().join("xiezhi.toml"), text).expect("a configuration");
        Home { folder, environment: Vec::new() }
    }

    /// Writes a file into it; `xiezhi.toml` is the configuration.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        // In one step: a daemon may be reading it.
        let (new, path) = (self.path(&format!("{name}.new")), self.path(name));
        std::fs::write(&new, text).expect("a file of the test");
        std::fs::rename(new, path).expect("a file of the test");
    }

    /// Writes a secret into it, for its owner only.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn write_secret(&self, name: &str, text: &str) {
        self.write(name, text);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(self.path(name), mode).expect("a file of the test");
    }

    /// Sets a variable that daemons are started with from now on; none: unset.
    pub fn set(&mut self, name: &str, value: Option<&str>) {
        self.environment.retain(|(known, _)| known != name);
        self.environment.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Starts a daemon and does not wait for anything.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn spawn(&self) -> Daemon {
        self.spawn_under(&[])
    }

    /// The same under a program that sets something up and then becomes the daemon, with its process id: a limit, a tracer.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn spawn_under(&self, wrapper: &[String]) -> Daemon {
        let mut command = match wrapper.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(binary::xiezhi());
                command
            }
            None => Command::new(binary::xiezhi()),
        };
        command.arg("serve").arg("--config").arg(self.path("xiezhi.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().expect("the daemon can be started");
        let out = Lines::of(child.stdout.take().expect("piped"));
        let err = Lines::of(child.stderr.take().expect("piped"));
        Daemon { child, data: self.data(), out, err }
    }

    /// Starts a daemon and waits until it takes events.
    ///
    /// # Panics
    /// If it does not.
    pub fn start(&self) -> (Daemon, Client) {
        let mut daemon = self.spawn();
        let client = daemon.ready();
        (daemon, client)
    }

    /// Every byte of every file of the data directory, by name.
    ///
    /// # Panics
    /// If one cannot be read.
    pub fn files(&self) -> Vec<(String, Vec<u8>)> {
        let entries = std::fs::read_dir(self.data()).expect("the data directory");
        let read = |entry: std::io::Result<std::fs::DirEntry>| {
            let path = entry.expect("an entry").path();
            let bytes = std::fs::read(&path).expect("a file of the data directory");
            (path.file_name().unwrap_or_default().to_string_lossy().into_owned(), bytes)
        };
        entries.map(read).collect()
    }
}

/// What a process writes, line by line, as it comes.
struct Lines {
    held: Arc<Mutex<Vec<Vec<u8>>>>,
    reader: Option<JoinHandle<()>>,
}

impl Lines {
    fn of(from: impl Read + Send + 'static) -> Lines {
        let held = Arc::new(Mutex::new(Vec::new()));
        let into = held.clone();
        let reader = std::thread::spawn(move || {
            let mut from = BufReader::new(from);
            loop {
                let mut line = Vec::new();
                match from.read_until(b'\n', &mut line) {
                    Ok(1..) => into.lock().expect("no reader panics").push(line),
                    Ok(0) | Err(_) => return,
                }
            }
        });
        Lines { held, reader: Some(reader) }
    }

    fn all(&self) -> Vec<Vec<u8>> {
        self.held.lock().expect("no reader panics").clone()
    }

    /// Waits until the process has closed it.
    fn end(&mut self) {
        self.reader.take().into_iter().for_each(|reader| reader.join().expect("no reader panics"));
    }
}

/// A running daemon. Dropped, it is killed.
pub struct Daemon {
    child: Child,
    data: PathBuf,
    out: Lines,
    err: Lines,
}

/// What a daemon that ended has left.
#[derive(Debug)]
pub struct Ended {
    /// How it ended.
    pub status: ExitStatus,
    /// The notices on standard output.
    pub notices: Vec<Value>,
    /// What stood on standard output after the last whole line.
    pub cut_short: String,
    /// Standard error.
    pub log: String,
}

impl Daemon {
    /// Where it listens, by its own log; none if it has not said so yet.
    ///
    /// # Panics
    /// If it has ended.
    pub fn address(&mut self) -> Option<SocketAddr> {
        let said = listening(&self.err.all());
        if said.is_none()
            && let Some(status) = self.child.try_wait().expect("its state")
        {
            self.err.end();
            panic!("the daemon ended with {status} before it listened:\n{}", self.log());
        }
        said
    }

    /// Waits until it takes events; gives a client.
    ///
    /// # Panics
    /// If it does not.
    pub fn ready(&mut self) -> Client {
        let address = eventually("the daemon tells its address", || self.address());
        let client = Client::new(address, &token(&self.data));
        eventually("the daemon is ready", || {
            let answer = client.ask("GET", "/readyz", &[], Vec::new());
            let ended = self.child.try_wait().expect("its state");
            assert!(ended.is_none(), "the daemon ended with {ended:?}:\n{}", self.log());
            answer.is_ok_and(|answer| answer.status == 200).then_some(())
        });
        client
    }

    /// Waits until it takes events or has ended, whichever comes first.
    ///
    /// # Errors
    /// If it has ended: what it left.
    ///
    /// # Panics
    /// If neither comes in time.
    pub fn ready_or_ended(mut self) -> Result<(Daemon, Client), Box<Ended>> {
        let token = self.data.join("admin.token");
        let mut status = None;
        let client = eventually("the daemon is ready or ends", || {
            status = self.child.try_wait().expect("its state");
            if status.is_some() {
                return Some(None);
            }
            let address = listening(&self.err.all())?;
            let token = std::fs::read_to_string(&token).ok().filter(|text| text.ends_with('\n'))?;
            let client = Client::new(address, token.trim());
            let answer = client.ask("GET", "/readyz", &[], Vec::new());
            answer.is_ok_and(|answer| answer.status == 200).then_some(Some(client))
        });
        match client {
            Some(client) => Ok((self, client)),
            None => Err(Box::new(self.left(status.expect("it has ended")))),
        }
    }

    /// Whether it has ended.
    ///
    /// # Panics
    /// If that cannot be told.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_some()
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The notices on standard output so far.
    ///
    /// # Panics
    /// If a whole line is no notice.
    pub fn notices(&self) -> Vec<Value> {
        let whole = |line: &Vec<u8>| line.ends_with(b"\n");
        let parse = |line: Vec<u8>| {
            serde_json::from_slice(&line)
                .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&line)))
        };
        self.out.all().into_iter().filter(whole).map(parse).collect()
    }

    /// The bytes on standard output and standard error so far.
    pub fn said(&self) -> Vec<u8> {
        [self.out.all().concat(), self.err.all().concat()].concat()
    }

    /// The log so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.err.all().concat()).into_owned()
    }

    /// Opens the stream of alerts.
    pub fn stream(&self, client: &Client, last_event_id: Option<u64>) -> Stream {
        Stream::open(client, last_event_id)
    }

    /// Kills it (SIGKILL).
    ///
    /// # Panics
    /// If it cannot be waited for.
    pub fn kill(mut self) -> Ended {
        self.child.kill().expect("our own child");
        let status = self.child.wait().expect("its end");
        self.left(status)
    }

    /// Waits until it ends by itself.
    ///
    /// # Panics
    /// If it does not.
    pub fn ended(mut self) -> Ended {
        let status =
            crate::eventually("the daemon ends by itself", || self.child.try_wait().expect("its state"));
        self.left(status)
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Panics
    /// If it does not.
    pub fn terminate(mut self) -> Ended {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status();
        assert!(asked.is_ok_and(|status| status.success()), "kill can be run");
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("its state") {
                return self.left(status);
            }
            assert!(begun.elapsed() < STOP, "the daemon does not stop:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// As [`terminate`](Daemon::terminate), if it has not ended already.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop_or_ended(mut self) -> Ended {
        match self.child.try_wait().expect("its state") {
            Some(status) => self.left(status),
            None => self.terminate(),
        }
    }

    fn left(&mut self, status: ExitStatus) -> Ended {
        self.out.end();
        self.err.end();
        let last = self.out.all().pop().filter(|line| !line.ends_with(b"\n")).unwrap_or_default();
        let cut_short = String::from_utf8_lossy(&last).into_owned();
        Ended { status, notices: self.notices(), cut_short, log: self.log() }
    }
}

/// Where a daemon listens, by its log.
fn listening(log: &[Vec<u8>]) -> Option<SocketAddr> {
    log.iter().find_map(|line| {
        let line: Value = serde_json::from_slice(line).ok()?;
        let listening = line["fields"]["message"].as_str()?.starts_with("listening");
        listening.then(|| line["fields"]["address"].as_str()?.parse().ok()).flatten()
    })
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn token(data: &Path) -> String {
    let text = std::fs::read_to_string(data.join("admin.token")).expect("the first start makes a token");
    text.trim().to_owned()
}
