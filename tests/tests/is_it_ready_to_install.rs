//! Is it ready to install? The package goes into a fresh Debian, and the daemon runs there as its unit says: by the unit's own command line, as its
//! own user, with credentials, told of by notifications. What the unit's sandbox would refuse is looked for in what the daemon asks of the kernel.
//!
//! Needs root, for chroot. No systemd starts units here; everything else of it is asked. `tests/boot` starts one, by hand.

use std::collections::BTreeSet;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;
use xiezhi_tests::servers::{self, Server};
use xiezhi_tests::tools::{made, ran, tool, top};
use xiezhi_tests::{Client, Home, PATIENCE, Ran, events, eventually, xiezhi};

const UNIT: &str = "usr/lib/systemd/system/xiezhi.service";

/// A Debian with the package installed. Dropped, it is gone.
struct Debian {
    root: PathBuf,
}

impl Drop for Debian {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.root).ok();
    }
}

impl Debian {
    /// A fresh one.
    fn new() -> Debian {
        let fresh = made("debian");
        let root = fresh.with_file_name(format!("debian-{}", std::process::id()));
        ran(Command::new("cp").arg("-a").args([&fresh, &root])).well();
        Debian { root }
    }

    fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path(path), text).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// A command in it.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(tool("chroot", "coreutils"));
        command.arg(&self.root).args(words).env_clear();
        command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        ran(&mut self.command(words))
    }

    /// The user and group of the daemon.
    fn owner(&self) -> (u32, u32) {
        let users = self.read("etc/passwd");
        let user = users.lines().find_map(|line| line.strip_prefix("xiezhi:")).expect("the user is there");
        let numbers: Vec<u32> = user.split(':').filter_map(|field| field.parse().ok()).collect();
        (numbers[0], numbers[1])
    }

    /// A setting of the installed unit.
    fn unit(&self, key: &str) -> String {
        let unit = self.read(UNIT);
        let value = unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        value.unwrap_or_else(|| panic!("{key}= is not in the unit")).to_owned()
    }

    /// Hands credentials over as the unit says and systemd does: `LoadCredential=ID:FOLDER` gives a file `ID_NAME` for each.
    fn hand_over_credentials(&self) -> &'static str {
        const FOLDER: &str = "/run/credentials/xiezhi.service";
        let setting = self.unit("LoadCredential");
        let (id, from) = setting.split_once(':').expect("ID:FOLDER");
        let (to, (user, group)) = (self.path(FOLDER), self.owner());
        std::fs::create_dir_all(&to).expect("a folder");
        chown(&to, Some(user), Some(group)).expect("its owner");
        for file in std::fs::read_dir(self.path(from)).expect("the folder is installed") {
            let file = file.expect("a file");
            let copy = to.join(format!("{id}_{}", file.file_name().to_string_lossy()));
            std::fs::copy(file.path(), &copy).expect("a copy");
            std::fs::set_permissions(&copy, PermissionsExt::from_mode(0o400)).expect("its mode");
            chown(&copy, Some(user), Some(group)).expect("its owner");
        }
        FOLDER
    }

    /// Starts the daemon by the unit's command line, user and umask.
    fn start(&self, notify: &str) -> Child {
        let (user, group) = (self.unit("User"), self.unit("Group"));
        let line = format!(
            "umask {} && exec setpriv --reuid={user} --regid={group} --init-groups --no-new-privs --bounding-set=-all {}",
            self.unit("UMask"),
            self.unit("ExecStart")
        );
        let mut command = self.command(&["/bin/sh", "-c", &line]);
        command.env("CREDENTIALS_DIRECTORY", self.hand_over_credentials());
        command.env("NOTIFY_SOCKET", notify).env("WATCHDOG_USEC", "2000000");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.spawn().expect("the daemon can be started")
    }
}

/// Builds the package of the binary under test.
fn package(into: &Path) -> PathBuf {
    tool("dpkg-shlibdeps", "dpkg-dev");
    tool("strip", "binutils");
    let built = ran(Command::new(top().join("deploy/debian/build")).arg(xiezhi()).arg(into)).well();
    PathBuf::from(built.out.trim())
}

/// What systemd would hear.
struct Ear {
    socket: UnixDatagram,
    name: String,
}

impl Ear {
    fn new() -> Ear {
        let name = format!("xiezhi-install-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let socket = UnixDatagram::bind_addr(&address).expect("a socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        Ear { socket, name: format!("@{name}") }
    }

    /// Waits for a message with a line; other messages may come before.
    fn hears(&self, line: &str) -> String {
        let begun = Instant::now();
        let mut heard = Vec::new();
        while begun.elapsed() < PATIENCE {
            let mut bytes = [0; 1024];
            let len = self
                .socket
                .recv(&mut bytes)
                .unwrap_or_else(|error| panic!("{line}: {error}, after {heard:?}"));
            let message = String::from_utf8_lossy(&bytes[..len]).into_owned();
            if message.lines().any(|said| said == line) {
                return message;
            }
            heard.push(message);
        }
        panic!("{line} was not said, but {heard:?}");
    }
}

/// Asks a process to end, and waits.
fn terminated(child: Child) -> Ran {
    ran(Command::new("kill").args(["-TERM", &child.id().to_string()])).well();
    let output = child.wait_with_output().expect("its end");
    let err = String::from_utf8_lossy(&output.stderr).into_owned();
    Ran { code: output.status.code(), out: String::new(), err }
}

/// Writes the configuration that a city might: its own port, and Redis with a password.
fn configure(debian: &Debian, redis: &Server) {
    let shipped = debian.read("etc/xiezhi/xiezhi.toml");
    let own = shipped.replace("127.0.0.1:8700", "127.0.0.1:0");
    assert_ne!(own, shipped, "the port is in the configuration");
    let table = format!(
        "[redis]\nurl = \"redis://127.0.0.1:{}\"\nuser = \"xiezhi\"\npassword_file = \"$CREDENTIALS_DIRECTORY/xiezhi_redis\"\n",
        redis.port
    );
    debian.write("etc/xiezhi/xiezhi.toml", &(own + &table));
    debian.write("etc/xiezhi/credentials/redis", &servers::redis_password("xiezhi"));
}

#[test]
fn a_fresh_debian_takes_the_package_and_the_daemon_runs_in_it_as_the_unit_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let (debian, package) = (Debian::new(), package(folder.path()));
    std::fs::copy(&package, debian.path("xiezhi.deb")).expect("a copy");
    debian.run(&["dpkg", "-i", "/xiezhi.deb"]).well();
    let data = debian.path("var/lib/xiezhi").metadata().expect("it is made");
    assert_eq!(((data.uid(), data.gid()), data.mode() & 0o7777), (debian.owner(), 0o750));
    assert_eq!(
        debian.read(UNIT),
        std::fs::read_to_string(top().join("deploy/systemd/xiezhi.service")).expect("it")
    );
    // As it was installed, it is a configuration.
    let said = debian.run(&["xiezhi-admin", "check-config"]).well().out;
    assert!(said.contains("/var/lib/xiezhi\n") && said.contains("/etc/xiezhi/xiezhi.toml\n"), "{said}");

    let redis = servers::redis_as_shipped(servers::free_port(), tempfile::tempdir().expect("a folder"));
    configure(&debian, &redis);
    runs_as_the_unit_says(&debian, &redis);
    is_run_by_its_operator(&debian);

    // The same again, as an upgrade does: what the operator wrote stays.
    debian.run(&["dpkg", "-i", "/xiezhi.deb"]).well();
    assert!(debian.read("etc/xiezhi/xiezhi.toml").contains("[redis]\nurl"));
    let purged = debian.run(&["dpkg", "-P", "xiezhi"]).well();
    assert!(purged.out.contains("/var/lib/xiezhi (journal, ledger, site key) is left"), "{purged:?}");
    assert!(
        debian.path("var/lib/xiezhi/journal.db").exists() && debian.path("var/lib/xiezhi/site.key").exists()
    );
    assert!(!debian.path("etc/xiezhi/credentials").exists() && !debian.path("usr/bin/xiezhi").exists());
}

fn runs_as_the_unit_says(debian: &Debian, redis: &Server) {
    let ear = Ear::new();
    let child = debian.start(&ear.name);
    ear.hears("STATUS=computing the history");
    let ready = ear.hears("READY=1");
    let address = ready.lines().find_map(|line| line.strip_prefix("STATUS=ready on ")).expect("an address");
    let token = debian.read("var/lib/xiezhi/admin.token");
    let client = Client::new(address.parse().expect("an address"), token.trim());
    assert_eq!(client.get("/readyz").status, 200);
    ear.hears("WATCHDOG=1");

    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it lives");
    let user = debian.owner().0;
    assert!(status.contains(&format!("Uid:\t{user}\t{user}\t{user}\t{user}\n")), "{status}");
    assert!(
        status.contains("NoNewPrivs:\t1\n") && status.contains("CapBnd:\t0000000000000000\n"),
        "{status}"
    );

    // An event over HTTP, and one over Redis with the password that was a credential.
    let all = events::one_lock("E1");
    client.accept(&all[..2]);
    let last = all[2].to_string();
    servers::redis_cli_as("venue", redis, &["XADD", "xiezhi:events:bid", "*", "event", &last]);
    eventually("an alert", || client.list("/api/v1/alerts?section=E1", 10).into_iter().next());

    for file in std::fs::read_dir(debian.path("var/lib/xiezhi")).expect("the data") {
        let (path, about) = file.and_then(|file| Ok((file.path(), file.metadata()?))).expect("a file");
        assert_eq!(((about.uid(), about.gid()), about.mode() & 0o077), (debian.owner(), 0), "{path:?}");
    }
    let ended = terminated(child);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ear.hears("STOPPING=1").contains("STATUS=stopping\n"));
}

fn is_run_by_its_operator(debian: &Debian) {
    let token = debian.run(&["xiezhi-admin", "token", "add", "prometheus", "--role", "metrics"]).well();
    assert!(token.out.starts_with("xzt_") && token.out.lines().count() == 1, "{token:?}");
    let about = debian.path("var/lib/xiezhi/tokens.jsonl").metadata().expect("a file");
    assert_eq!(((about.uid(), about.gid()), about.mode() & 0o077), (debian.owner(), 0));
    debian.run(&["xiezhi-admin", "verify"]).well();
    let left = std::fs::read_dir(debian.path("run")).expect("/run").filter_map(Result::ok);
    let left: Vec<_> =
        left.filter(|entry| entry.file_name().to_string_lossy().starts_with("xiezhi-admin")).collect();
    assert!(left.is_empty(), "credentials are left in {left:?}");

    // A wrong configuration ends with the status after which the unit does not try again.
    let right = debian.read("etc/xiezhi/xiezhi.toml");
    debian.write("etc/xiezhi/xiezhi.toml", &right.replace("[engine]", "[enigne]"));
    let ear = Ear::new();
    let refused = debian.start(&ear.name).wait_with_output().expect("its end");
    assert_eq!(
        refused.status.code().map(|code| code.to_string()),
        Some(debian.unit("RestartPreventExitStatus"))
    );
    assert!(String::from_utf8_lossy(&refused.stderr).contains("enigne: is no key here"));
    debian.write("etc/xiezhi/xiezhi.toml", &right);
}

/// The unit, with the binary under test in place of the one that is not installed here.
fn unit_here(folder: &Path, change: (&str, &str)) -> PathBuf {
    let unit = std::fs::read_to_string(top().join("deploy/systemd/xiezhi.service")).expect("the unit");
    let here = unit.replace("ExecStart=/usr/bin/xiezhi", &format!("ExecStart={}", xiezhi().display()));
    let changed = here.replace(change.0, change.1);
    assert!(here != unit && (changed != here || change.0.is_empty()));
    let path = folder.join("xiezhi.service");
    std::fs::write(&path, changed).expect("a file of the test");
    path
}

fn analyze(words: &[&str], unit: &Path) -> Ran {
    ran(Command::new(tool("systemd-analyze", "systemd")).args(words).arg(unit))
}

#[test]
fn systemd_finds_nothing_to_say_about_the_unit_and_little_that_it_could_harm() {
    let folder = tempfile::tempdir().expect("a folder");
    let verify = |change| analyze(&["verify", "--man=no"], &unit_here(folder.path(), change));
    let said = verify(("", "")).well();
    assert_eq!(said.out + &said.err, "");
    let misspelt = verify(("ProtectSystem=", "ProtectSytem="));
    assert!(misspelt.err.contains("ProtectSytem"), "a mistake is seen: {misspelt:?}");
    // Tenths: 2.0 of 10.
    let secure = |change| {
        analyze(
            &["security", "--offline=yes", "--threshold=20", "--no-pager"],
            &unit_here(folder.path(), change),
        )
    };
    secure(("", "")).well();
    assert_eq!(secure(("CapabilityBoundingSet=\n", "")).code, Some(1), "a hole is seen");
}

/// The system calls of a set of systemd's.
fn calls(set: &str) -> BTreeSet<String> {
    let listed =
        ran(Command::new(tool("systemd-analyze", "systemd")).args(["syscall-filter", set])).well().out;
    let names =
        listed.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with('#'));
    let mut all = BTreeSet::new();
    for name in names {
        if name.starts_with('@') {
            all.extend(calls(name));
        } else {
            all.insert(name.to_owned());
        }
    }
    all
}

#[test]
fn the_daemon_asks_nothing_of_the_kernel_that_the_unit_forbids() {
    let unit = std::fs::read_to_string(top().join("deploy/systemd/xiezhi.service")).expect("the unit");
    let (mut allowed, mut families) = (BTreeSet::new(), Vec::new());
    for line in unit.lines() {
        if let Some(sets) = line.strip_prefix("SystemCallFilter=~") {
            for call in sets.split(' ').flat_map(calls) {
                allowed.remove(&call);
            }
        } else if let Some(sets) = line.strip_prefix("SystemCallFilter=") {
            allowed.extend(sets.split(' ').flat_map(calls));
        } else if let Some(given) = line.strip_prefix("RestrictAddressFamilies=") {
            families = given.split(' ').collect();
        }
    }
    assert!(allowed.contains("read") && !allowed.contains("mount") && !families.is_empty());

    let text = traced();
    let mut asked = BTreeSet::new();
    for line in text.lines() {
        let Some((call, arguments)) =
            line.split_once(' ').and_then(|(_, call)| call.trim_start().split_once('('))
        else {
            continue;
        };
        if call.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            asked.insert(call.to_owned());
            let family = arguments.split(',').next().unwrap_or_default();
            assert!(call != "socket" || families.contains(&family), "{line}");
            let executable = arguments.contains("PROT_WRITE|PROT_EXEC")
                || (call == "mprotect" && arguments.contains("PROT_EXEC"));
            assert!(!executable, "MemoryDenyWriteExecute would refuse {line}");
        }
    }
    for call in ["execve", "fsync", "accept4", "getrandom"] {
        assert!(asked.contains(call), "the trace has seen {call}: {asked:?}");
    }
    let refused: Vec<_> = asked.difference(&allowed).collect();
    assert!(refused.is_empty(), "the unit would refuse {refused:?}");
}

/// What a daemon asks of the kernel from its start through an event and a reload to its stop, by strace.
fn traced() -> String {
    let home = traced_home();
    let (trace, log) = (home.path("trace"), home.path("log"));
    let mut command = Command::new(tool("setpriv", "util-linux"));
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.arg(tool("strace", "strace")).args(["-f", "-qq", "-o"]).arg(&trace);
    command.arg(home.path("xiezhi")).arg("serve").arg("--config").arg(home.path("xiezhi.toml"));
    command.stdout(Stdio::null()).stderr(std::fs::File::create(&log).expect("a file of the test"));
    let mut tracer = command.spawn().expect("strace runs");
    let mut said = |what: &str| {
        eventually(what, || {
            assert_eq!(tracer.try_wait().expect("its state"), None, "the traced daemon ended");
            let log = std::fs::read_to_string(&log).ok()?;
            log.lines().find(|line| line.contains(what) && line.ends_with('}')).map(str::to_owned)
        })
    };
    let ready: serde_json::Value = serde_json::from_str(&said("\"message\":\"ready\"")).expect("JSON");
    let address = ready["fields"]["address"].as_str().expect("an address").parse().expect("an address");
    let read = |name: &str| std::fs::read_to_string(home.data().join(name)).expect("a file of the daemon");
    let client = Client::new(address, read("admin.token").trim());
    client.accept(&events::one_lock("E1"));
    eventually("an alert", || client.list("/api/v1/alerts?section=E1", 10).into_iter().next());
    // It writes its own id into the lock, and listens to signals since before it answered.
    let daemon = read("lock").trim().to_owned();
    ran(Command::new("kill").args(["-HUP", &daemon])).well();
    said("SIGHUP: the rules");
    ran(Command::new("kill").args(["-TERM", &daemon])).well();
    assert_eq!(tracer.wait().expect("its end").code(), Some(0));
    std::fs::read_to_string(&trace).expect("a trace")
}

/// A home that belongs to nobody, with a copy of the binary: the test's own folders are root's.
fn traced_home() -> Home {
    let home = Home::new();
    std::fs::copy(xiezhi(), home.path("xiezhi")).expect("a copy");
    for path in [home.path(""), home.path("xiezhi"), home.path("xiezhi.toml")] {
        chown(path, Some(65534), Some(65534)).expect("root runs this test");
    }
    home
}

#[test]
fn every_script_is_a_shells() {
    let scripts = [
        "deploy/debian/build",
        "deploy/debian/postinst",
        "deploy/debian/postrm",
        "deploy/debian/prerm",
        "deploy/debian/xiezhi-admin",
        "deploy/docker/healthcheck",
        "deploy/docker/make-secrets",
        "deploy/redis/make-acl",
        "tests/boot",
        "tests/run",
        "tests/tools",
    ];
    let checked = ran(Command::new(tool("shellcheck", "shellcheck")).current_dir(top()).args(scripts));
    assert_eq!(checked.code, Some(0), "{}", checked.out);
}

/// The commands of `xiezhi` that a text names in code: each with its words and options.
fn commands_in(text: &str) -> Vec<Vec<String>> {
    let (mut spans, mut block) = (Vec::new(), false);
    for line in text.lines() {
        if line.starts_with("```") {
            block = !block;
        } else if block {
            spans.push(line.split(" # ").next().unwrap_or_default());
        } else {
            spans.extend(line.split('`').skip(1).step_by(2));
        }
    }
    let mut commands = Vec::new();
    for part in spans.iter().flat_map(|span| span.split(['|', ';', '&'])) {
        let words: Vec<&str> = part.split_whitespace().collect();
        let called = |pair: &[&str]| {
            ["xiezhi", "xiezhi-admin"].contains(&pair[0])
                && pair[1].chars().all(|c| c.is_ascii_lowercase() || c == '-')
                && !pair[1].starts_with('-')
                && pair[1] != "xiezhi"
        };
        let at = words.windows(2).position(called);
        commands.extend(at.map(|at| words[at + 1..].iter().map(|&word| word.to_owned()).collect::<Vec<_>>()));
    }
    commands
}

#[test]
fn the_handbook_names_commands_and_options_that_there_are() {
    let text = std::fs::read_to_string(top().join("docs/handbook.md")).expect("the handbook");
    let commands = commands_in(&text);
    assert!(commands.len() > 20, "{commands:?}");
    let mut wrong = Vec::new();
    for command in &commands {
        // `token add` is a command of a command.
        let words = if command[0] == "token" { command.len().min(2) } else { 1 };
        let call: Vec<&str> = command[..words].iter().map(String::as_str).chain(["--help"]).collect();
        let help = xiezhi_tests::run(&call);
        let options = command.iter().filter(|word| word.starts_with("--"));
        let unknown: Vec<_> = options.filter(|option| !help.out.contains(option.as_str())).collect();
        if help.code != Some(0) || !unknown.is_empty() {
            wrong.push(format!("xiezhi {}: {unknown:?}", command.join(" ")));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
