//! Real servers on the loopback: Redis, Prometheus, Alertmanager, a mail server. Each on a free port, in a folder of its own, ended
//! by its id.

use crate::eventually;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Debian's own Python, which has Debian's aiosmtpd.
const PYTHON: &str = "/usr/bin/python3";

/// A port that nobody listens on.
///
/// # Panics
/// If there is none.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// A server as a process. Dropped, it is killed.
pub struct Server {
    child: Child,
    folder: TempDir,
    /// Its port.
    pub port: u16,
}

impl Server {
    /// Starts a program in a folder with files, and waits until it listens.
    ///
    /// # Panics
    /// If it does not.
    pub fn start(program: &str, port: u16, folder: TempDir, args: &[&str]) -> Server {
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut command = Command::new(program);
        command.args(args).current_dir(folder.path()).stdin(Stdio::null()).stderr(Stdio::null()).stdout(log);
        let child = command.spawn();
        let child =
            child.unwrap_or_else(|error| panic!("{program}: {error}; ./tests/run installs what tests need"));
        let mut server = Server { child, folder, port };
        eventually(program, || {
            let ended = server.child.try_wait().expect("its state");
            assert!(ended.is_none(), "{program} ended with {ended:?}: {}", server.log());
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        server
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Ends it by a signal such as `-KILL`; its port and its folder, for another.
    ///
    /// # Panics
    /// If it does not end.
    pub fn ended(mut self, signal: &str) -> (u16, TempDir) {
        let killed = Command::new("kill").args([signal, &self.id().to_string()]).status().expect("kill");
        assert!(killed.success());
        self.child.wait().expect("its end");
        let folder = std::mem::replace(&mut self.folder, folder(&[]));
        (self.port, folder)
    }

    /// A path in its folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file of the test");
    }
    folder
}

/// A Redis server; lines of its configuration besides the port.
///
/// # Panics
/// If it does not start.
pub fn redis(lines: &str) -> Server {
    let port = free_port();
    let conf = format!("port {port}\nbind 127.0.0.1\nsave \"\"\n{lines}\n");
    Server::start("redis-server", port, folder(&[("redis.conf", &conf)]), &["redis.conf"])
}

/// A Redis server on the port and with the files of one that has ended.
///
/// # Panics
/// If it does not start.
pub fn redis_on(port: u16, folder: TempDir) -> Server {
    Server::start("redis-server", port, folder, &["redis.conf"])
}

/// The password of a user of [`redis_as_shipped`].
pub fn redis_password(user: &str) -> String {
    format!("the password of {user}, for tests")
}

/// A Redis server with the configuration and the users that are shipped, on a port and with the files that were there before,
/// if any were.
///
/// # Panics
/// If it does not start.
pub fn redis_as_shipped(port: u16, folder: TempDir) -> Server {
    let shipped = crate::tools::top().join("deploy/redis");
    let (passwords, users) = (folder.path().join("passwords"), folder.path().join("users.acl"));
    std::fs::create_dir_all(&passwords).expect("a folder of the test");
    for user in ["venue", "xiezhi", "reader", "operator"] {
        std::fs::write(passwords.join(user), redis_password(user) + "\n").expect("a file of the test");
    }
    let acl = crate::tools::ran(Command::new(shipped.join("make-acl")).arg(&passwords)).well();
    std::fs::write(&users, acl.out).expect("a file of the test");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let (conf, users) = (text(&shipped.join("redis.conf")), text(&users));
    // What depends on the place alone.
    let args = [&conf, "--port", &port.to_string(), "--dir", &text(folder.path()), "--aclfile", &users];
    Server::start("redis-server", port, folder, &args)
}

/// What redis-cli answers a user of [`redis_as_shipped`].
///
/// # Panics
/// If it cannot be run.
pub fn redis_cli_as(user: &str, server: &Server, args: &[&str]) -> String {
    let password = redis_password(user);
    let login = ["--user", user, "--pass", &password, "--no-auth-warning"];
    redis_cli(server, &[&login[..], args].concat())
}

/// A sentinel that watches a master under the name `venue` and fails over by itself.
///
/// # Panics
/// If it does not start.
pub fn sentinel(master: u16) -> Server {
    let port = free_port();
    let conf = format!(
        "port {port}\nbind 127.0.0.1\nsentinel monitor venue 127.0.0.1 {master} 1\n\
         sentinel down-after-milliseconds venue 1000\nsentinel failover-timeout venue 5000\n"
    );
    Server::start("redis-server", port, folder(&[("sentinel.conf", &conf)]), &["sentinel.conf", "--sentinel"])
}

/// A Redis server that speaks TLS only, with a certificate for `localhost` by an authority of its own (`ca.pem`).
///
/// # Panics
/// If it does not start.
pub fn redis_with_tls() -> Server {
    let (port, folder) = (free_port(), folder(&[]));
    certificate(folder.path());
    let conf = format!(
        "port 0\ntls-port {port}\nbind 127.0.0.1\nsave \"\"\ntls-cert-file cert.pem\ntls-key-file key.pem\n\
         tls-ca-cert-file ca.pem\ntls-auth-clients no\n"
    );
    std::fs::write(folder.path().join("redis.conf"), conf).expect("a file of the test");
    Server::start("redis-server", port, folder, &["redis.conf"])
}

/// What redis-cli answers.
///
/// # Panics
/// If it cannot be run.
pub fn redis_cli(server: &Server, args: &[&str]) -> String {
    let port = server.port.to_string();
    let output = Command::new("redis-cli").args(["-p", &port]).args(args).output().expect("redis-cli");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Sends many commands at once.
///
/// # Panics
/// If one of them fails.
pub fn redis_pipe<'a>(server: &Server, commands: impl Iterator<Item = Vec<&'a str>>) {
    let mut protocol = Vec::new();
    for command in commands {
        write!(protocol, "*{}\r\n", command.len()).expect("memory");
        for part in command {
            write!(protocol, "${}\r\n{part}\r\n", part.len()).expect("memory");
        }
    }
    let port = server.port.to_string();
    let mut cli = Command::new("redis-cli");
    cli.args(["-p", &port, "--pipe"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = cli.spawn().expect("redis-cli");
    child.stdin.take().expect("its input").write_all(&protocol).expect("it reads");
    let output = child.wait_with_output().expect("redis-cli");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("errors: 0,"), "{said}");
}

/// An Alertmanager that tells nobody.
///
/// # Panics
/// If it does not start.
pub fn alertmanager() -> Server {
    alertmanager_with("route:\n  receiver: none\nreceivers:\n  - name: none\n")
}

/// An Alertmanager with a configuration.
///
/// # Panics
/// If it does not start.
pub fn alertmanager_with(configuration: &str) -> Server {
    let port = free_port();
    let files = folder(&[("am.yml", configuration)]);
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let args = ["--config.file=am.yml", "--storage.path=data", &listen, "--cluster.listen-address="];
    Server::start("prometheus-alertmanager", port, files, &args)
}

/// A Prometheus in a folder with `prometheus.yml`.
///
/// # Panics
/// If it does not start.
pub fn prometheus(folder: TempDir) -> Server {
    let port = free_port();
    let listen = format!("--web.listen-address=127.0.0.1:{port}");
    let args = ["--config.file=prometheus.yml", "--storage.tsdb.path=data", &listen];
    Server::start("prometheus", port, folder, &args)
}

/// What amtool answers.
///
/// # Panics
/// If it cannot be run, or fails.
pub fn amtool(server: &Server, args: &[&str]) -> String {
    let url = format!("--alertmanager.url=http://127.0.0.1:{}", server.port);
    let output = Command::new("amtool").arg(url).args(args).output().expect("amtool");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Smtp {
    /// In the open.
    Open,
    /// After STARTTLS and a login (user `xiezhi`, password `s3cret-word`).
    Starttls,
    /// Inside TLS.
    Tls,
}

/// A mail server (aiosmtpd), with a certificate for `localhost` by `ca.pem`. Each mail that it takes becomes a file
/// `mail-N.json` of what Python's parser reads in it. `busy@…` gets 451, `gone@…` 550.
///
/// # Panics
/// If it does not start.
pub fn smtp(how: Smtp) -> Server {
    let (port, folder) = (free_port(), folder(&[("smtpd.py", include_str!("smtpd.py"))]));
    certificate(folder.path());
    let how = match how {
        Smtp::Open => "open",
        Smtp::Starttls => "starttls",
        Smtp::Tls => "tls",
    };
    Server::start(PYTHON, port, folder, &["smtpd.py", &port.to_string(), how])
}

/// A web server inside TLS, with a certificate for `localhost` by `ca.pem`.
///
/// # Panics
/// If it does not start.
pub fn https() -> Server {
    let (port, folder) = (free_port(), folder(&[("httpsd.py", include_str!("httpsd.py"))]));
    certificate(folder.path());
    Server::start(PYTHON, port, folder, &["httpsd.py", &port.to_string()])
}

/// Makes `ca.pem`, `cert.pem` and `key.pem` in a folder.
///
/// # Panics
/// If openssl does not.
pub fn certificate(folder: &Path) {
    std::fs::write(folder.join("san"), "subjectAltName=DNS:localhost\n").expect("a file of the test");
    let ec = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -batch";
    for command in [
        format!("req -x509 {ec} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca"),
        format!("req {ec} -keyout key.pem -out csr.pem -subj /CN=localhost"),
        "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 -extfile san"
            .to_owned(),
    ] {
        let ran =
            Command::new("openssl").args(command.split(' ')).current_dir(folder).output().expect("openssl");
        assert!(ran.status.success(), "{command}: {ran:?}");
    }
}
