//! Do the servers around it fit? Redis, nginx, Compose and Kubernetes as they are shipped: each started for real, or checked by the real checker, which
//! is shown a mistake too.

use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;
use xiezhi_tests::servers::{self, Server, redis_cli_as};
use xiezhi_tests::tools::{made, ran, tool, top};
use xiezhi_tests::{Client, Home, Ran, events, eventually, xiezhi};

const STREAM: &str = "xiezhi:events:bid";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder for the test")
}

fn shipped(path: &str) -> String {
    std::fs::read_to_string(top().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A text with something in it replaced, which must be there.
fn replaced(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} is not in {text}");
    text.replace(from, to)
}

#[test]
fn a_killed_redis_keeps_what_the_group_had_not_acknowledged() {
    let server = servers::redis_as_shipped(servers::free_port(), folder());
    let ask = |server: &Server, words: &[&str]| redis_cli_as("xiezhi", server, words);
    ask(&server, &["XGROUP", "CREATE", STREAM, "xiezhi", "0", "MKSTREAM"]);
    let mut ids = Vec::new();
    for n in 0..7 {
        let id = redis_cli_as("venue", &server, &["XADD", STREAM, "*", "event", &n.to_string()]);
        ids.push(id.trim().to_owned());
    }
    // A read of several is written between MULTI and EXEC, which is what a server loses if its default user may do nothing.
    let read = ask(&server, &["XREADGROUP", "GROUP", "xiezhi", "a", "COUNT", "5", "STREAMS", STREAM, ">"]);
    assert!(read.contains(&ids[4]) && !read.contains(&ids[5]), "{read}");
    assert_eq!(ask(&server, &["XACK", STREAM, "xiezhi", &ids[0], &ids[1]]).trim(), "2");

    let (port, files) = server.ended("-KILL");
    let server = servers::redis_as_shipped(port, files);
    let pending = redis_cli_as("operator", &server, &["XPENDING", STREAM, "xiezhi", "-", "+", "10"]);
    let still: Vec<&str> = pending.lines().filter(|line| ids.iter().any(|id| id == line)).collect();
    assert_eq!(still, [&ids[2], &ids[3], &ids[4]], "{pending}");
    let groups = ask(&server, &["XINFO", "GROUPS", STREAM]);
    assert!(groups.contains(&format!("last-delivered-id\n{}", ids[4])), "{groups}");
    assert_eq!(redis_cli_as("operator", &server, &["XLEN", STREAM]).trim(), "7");
}

#[test]
fn redis_lets_nobody_in_without_a_password_and_drops_nothing_to_make_room() {
    let server = servers::redis_as_shipped(servers::free_port(), folder());
    assert!(servers::redis_cli(&server, &["GET", "a"]).starts_with("NOAUTH"));
    assert!(redis_cli_as("reader", &server, &["XADD", STREAM, "*", "event", "a"]).starts_with("NOPERM"));
    assert!(redis_cli_as("venue", &server, &["XLEN", STREAM]).starts_with("NOPERM"));
    for (key, value) in [
        ("maxmemory-policy", "noeviction"),
        ("appendonly", "yes"),
        ("appendfsync", "always"),
        ("bind", "127.0.0.1 -::1"),
        ("protected-mode", "yes"),
    ] {
        let said = redis_cli_as("operator", &server, &["CONFIG", "GET", key]);
        assert_eq!(said.lines().nth(1), Some(value), "{key}");
    }
    // Full: what is added is refused, what is there stays.
    redis_cli_as("venue", &server, &["XADD", STREAM, "*", "event", "a"]);
    redis_cli_as("operator", &server, &["CONFIG", "SET", "maxmemory", "1"]);
    assert!(redis_cli_as("venue", &server, &["XADD", STREAM, "*", "event", "b"]).starts_with("OOM"));
    assert_eq!(redis_cli_as("operator", &server, &["XLEN", STREAM]).trim(), "1");
    // The word of the health check in compose.yml.
    let alive = servers::redis_cli(&server, &["ping"]);
    assert!(alive.contains("NOAUTH"), "{alive}");
    // No password stands in the file that the server reads; a short one is refused.
    let users = std::fs::read_to_string(server.path("users.acl")).expect("a file");
    assert!(
        users.contains("user operator on #") && !users.contains("the password of") && !users.contains('>')
    );
    std::fs::write(server.path("passwords/venue"), "short\n").expect("a file of the test");
    let refused = ran(Command::new(top().join("deploy/redis/make-acl")).arg(server.path("passwords")));
    assert!(refused.code == Some(1) && refused.err.contains("less than 16"), "{refused:?}");
}

/// nginx with the shipped site, for this daemon.
struct Proxy {
    server: Server,
    open: u16,
}

impl Proxy {
    fn before(daemon: &Client) -> Proxy {
        let (port, open, files) = (servers::free_port(), servers::free_port(), folder());
        servers::certificate(files.path());
        let place = |name: &str| files.path().join(name).display().to_string();
        let site = shipped("deploy/nginx/xiezhi.conf");
        let site = replaced(&site, "server 127.0.0.1:8700;", &format!("server {};", daemon.authority()));
        let site = replaced(&site, "listen [::]:80;", "");
        let site = replaced(&site, "listen 80;", &format!("listen 127.0.0.1:{open};"));
        let site = replaced(&site, "listen [::]:443 ssl http2;", "");
        let site = replaced(&site, "listen 443 ssl http2;", &format!("listen 127.0.0.1:{port} ssl http2;"));
        let site = replaced(&site, "/etc/nginx/tls/xiezhi.pem", &place("cert.pem"));
        let site = replaced(&site, "/etc/nginx/tls/xiezhi.key", &place("key.pem"));
        let site = replaced(&site, "/var/log/nginx/xiezhi.log", &place("access.log"));
        std::fs::write(files.path().join("xiezhi.conf"), site).expect("a file of the test");
        // One process, so that ending it leaves no worker. Folders for bodies and answers that are kept on the disk.
        let temp: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};\n", place(kind)))
            .concat();
        let conf = format!(
            "daemon off;\nmaster_process off;\npid {};\nerror_log stderr warn;\nevents {{}}\nhttp {{\n{temp}include {};\n}}\n",
            place("pid"),
            place("xiezhi.conf")
        );
        std::fs::write(files.path().join("nginx.conf"), conf).expect("a file of the test");
        let (nginx, conf) = (tool("nginx", "nginx-light"), place("nginx.conf"));
        let checked = ran(Command::new(&nginx).args(["-t", "-c", &conf])).well();
        let said: Vec<&str> = checked
            .err
            .lines()
            .filter(|line| !line.contains("the configuration file") && !line.contains("test is successful"))
            .collect();
        assert!(said.is_empty(), "nginx -t says {said:?}");
        let server = Server::start(nginx.to_str().expect("UTF-8"), port, files, &["-c", &conf]);
        Proxy { server, open }
    }

    /// curl with a token, to a path over TLS.
    fn curl(&self, token: &str, path: &str, more: &[&str]) -> Command {
        let mut command = Command::new(tool("curl", "curl"));
        command
            .args(["--silent", "--show-error", "--max-time", "60", "--cacert"])
            .arg(self.server.path("ca.pem"));
        command.arg("--header").arg(format!("Authorization: Bearer {token}")).args(more);
        command.arg(format!("https://localhost:{}{path}", self.server.port));
        command
    }

    /// The status of an answer.
    fn status(&self, token: &str, path: &str, more: &[&str]) -> String {
        let more = [&["--output", "/dev/null", "--write-out", "%{http_code}"], more].concat();
        ran(&mut self.curl(token, path, &more)).out
    }
}

/// A child that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn nginx_passes_on_alerts_and_events_as_they_come() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let token = std::fs::read_to_string(home.data().join("admin.token")).expect("a token");
    let (token, proxy) = (token.trim(), Proxy::before(&client));
    assert_eq!(proxy.status(token, "/readyz", &[]), "200");
    assert_eq!(proxy.status("xzt_wrong", "/api/v1/alerts", &[]), "401");

    // Alerts: heard while the stream is open.
    let mut listening = proxy.curl(token, "/api/v1/alerts/stream", &["--no-buffer"]);
    let mut stream = Running(listening.stdout(Stdio::piped()).spawn().expect("curl runs"));
    eventually("the stream is open", || (client.metric("xiezhi_alert_streams") > 0.0).then_some(()));
    client.accept(&events::one_lock("E1"));
    let lines = BufReader::new(stream.0.stdout.take().expect("piped")).lines();
    let told =
        lines.map(|line| line.expect("text")).find(|line| line.starts_with("data: ")).expect("an alert");
    assert!(told.contains("E1"), "{told}");
    assert!(stream.0.try_wait().expect("its state").is_none(), "it is still open");

    // Events: taken while the request is under way. More than nginx lets through by itself (1 MiB), with more to come.
    let from = ["--request", "POST", "--header", "Content-Type: application/x-ndjson", "--upload-file", "-"];
    let mut sending = proxy.curl(token, "/api/v1/events", &from);
    let mut sending =
        Running(sending.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("curl runs"));
    let mut body = sending.0.stdin.take().expect("piped");
    let before = client.metric("xiezhi_journal_events");
    let sections = |from: usize, to: usize| {
        let all: Vec<Value> = (from..to).map(|n| events::announced(&format!("L{n}"))).collect();
        events::ndjson(&all)
    };
    let first = sections(0, 6_000);
    assert!(first.len() > 2 << 20, "{} bytes", first.len());
    body.write_all(first.as_bytes()).expect("curl reads");
    eventually("the first are taken", || (client.metric("xiezhi_journal_events") > before).then_some(()));
    body.write_all(sections(6_000, 6_100).as_bytes()).expect("curl reads");
    drop(body);
    let mut answer = String::new();
    std::io::Read::read_to_string(sending.0.stdout.as_mut().expect("piped"), &mut answer).expect("text");
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    assert_eq!(answer["accepted"], 6_100, "{answer}");
}

#[test]
fn nginx_shows_metrics_to_few_and_sends_no_token_on_from_the_open() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let token = std::fs::read_to_string(home.data().join("admin.token")).expect("a token");
    let (token, proxy) = (token.trim(), Proxy::before(&client));
    assert_eq!(proxy.status(token, "/metrics", &[]), "200");
    assert_eq!(proxy.status(token, "/metrics", &["--interface", "127.0.0.2"]), "403");
    let open = |path: &str| {
        let url = format!("http://127.0.0.1:{}{path}", proxy.open);
        let shown = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}"];
        ran(Command::new(tool("curl", "curl")).args(shown).arg(url)).well().out
    };
    assert_eq!(open("/api/v1/alerts").trim(), "403");
    assert_eq!(open("/"), "301 https://127.0.0.1/");
    // A firm that somebody looked for is not in the log.
    proxy.status(token, "/api/v1/watchlist?name=someone", &[]);
    let log = std::fs::read_to_string(proxy.server.path("access.log")).expect("a log");
    assert!(log.contains("GET /api/v1/watchlist 200") && !log.contains("someone"), "{log}");
}

fn compose(words: &[&str], secrets: Option<&Path>) -> Ran {
    let mut command = Command::new(made("docker-compose"));
    command.arg("--file").arg(top().join("deploy/docker/compose.yml")).args(words);
    command.env_remove("XIEZHI_SECRETS").envs(secrets.map(|secrets| ("XIEZHI_SECRETS", secrets)));
    ran(&mut command)
}

/// The secrets of compose.yml.
fn secrets() -> TempDir {
    let folder = folder();
    ran(Command::new(top().join("deploy/docker/make-secrets")).arg(folder.path())).well();
    folder
}

#[test]
fn compose_takes_its_file_and_every_image_is_pinned_every_health_asked_for() {
    let without = compose(&["config", "--quiet"], None);
    assert!(without.code == Some(1) && without.err.contains("make-secrets"), "{without:?}");
    let secrets = secrets();
    let shown = compose(&["config", "--format", "json"], Some(secrets.path())).well();
    assert_eq!(shown.err, "");
    let file: Value = serde_json::from_str(&shown.out).expect("JSON");
    let services = file["services"].as_object().expect("services");
    let names: Vec<&str> = services.keys().map(String::as_str).collect();
    assert_eq!(names, ["alertmanager", "grafana", "network", "prometheus", "redis", "xiezhi"]);
    let dockerfile = shipped("deploy/docker/Dockerfile");
    for (name, service) in services {
        let image = service["image"].as_str().expect("an image");
        let version = image.rsplit_once(':').map_or("", |(_, version)| version);
        assert!(version.contains('.') && version != "latest", "{name}: {image} is pinned");
        let asked = service["healthcheck"]["test"].is_array()
            || (name == "xiezhi" && dockerfile.contains("\nHEALTHCHECK "));
        assert!(asked, "{name} has no health check");
        for volume in service["volumes"].as_array().into_iter().flatten().filter(|v| v["type"] == "bind") {
            let source = PathBuf::from(volume["source"].as_str().expect("a path"));
            assert!(source.exists(), "{name} mounts {}, which is not there", source.display());
        }
        // Out of the machine leads nothing.
        for port in service["ports"].as_array().into_iter().flatten() {
            assert_eq!(port["host_ip"], "127.0.0.1", "{name}");
        }
    }
}

#[test]
fn each_container_can_read_its_secrets_and_nobody_else() {
    let secrets = secrets();
    let about = |name: &str| {
        let about = secrets.path().join(name).metadata().unwrap_or_else(|error| panic!("{name}: {error}"));
        (about.uid(), about.mode() & 0o777)
    };
    for (name, expected) in [
        ("redis", (0, 0o700)),
        ("redis/venue", (0, 0o400)),
        ("xiezhi", (10001, 0o700)),
        ("xiezhi/redis_xiezhi", (10001, 0o400)),
        ("grafana", (472, 0o400)),
        ("metrics.token", (65534, 0o600)),
    ] {
        assert_eq!(about(name), expected, "{name}");
    }
    let read = |name: &str| std::fs::read_to_string(secrets.path().join(name)).expect("a secret");
    let before = ["redis/xiezhi", "grafana"].map(read);
    assert_eq!(before[0], read("xiezhi/redis_xiezhi"));
    // Run again, it changes nothing.
    ran(Command::new(top().join("deploy/docker/make-secrets")).arg(secrets.path())).well();
    assert_eq!(before, ["redis/xiezhi", "grafana"].map(read));
    // And the configuration in the image names what is there.
    checks(&top().join("deploy/docker/xiezhi.toml"), &secrets.path().join("xiezhi"));
}

/// Whether a configuration is right, with these credentials. The calendar lies beside it in the image.
fn checks(config: &Path, credentials: &Path) {
    let folder = folder();
    std::fs::copy(config, folder.path().join("xiezhi.toml")).expect("a copy");
    std::fs::copy(top().join("deploy/calendar.toml"), folder.path().join("calendar.toml")).expect("a copy");
    let mut command = Command::new(xiezhi());
    command.arg("check-config").arg("--config").arg(folder.path().join("xiezhi.toml"));
    ran(command.env("CREDENTIALS_DIRECTORY", credentials)).well();
}

#[test]
fn the_images_health_check_tells_a_daemon_that_is_ready_from_none() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let health = |port: &str| ran(Command::new(top().join("deploy/docker/healthcheck")).arg(port)).code;
    let authority = client.authority();
    let port = authority.rsplit_once(':').expect("a port").1;
    assert_eq!(health(port), Some(0));
    assert_eq!(health(&servers::free_port().to_string()), Some(1));
    // Something answers, but not that it is ready.
    let other = xiezhi_tests::Receiver::start(xiezhi_tests::Manner::answers(503, "starting"));
    assert_eq!(health(&other.address().port().to_string()), Some(1));
}

#[test]
fn what_the_image_copies_is_there() {
    let dockerfile = shipped("deploy/docker/Dockerfile");
    let copies = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.contains("--from"));
    let mut seen = 0;
    for line in copies {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.starts_with("--")).collect();
        for source in &words[..words.len() - 1] {
            assert!(top().join(source).exists(), "{source} is copied");
            seen += 1;
        }
    }
    assert!(seen > 8, "{seen}");
}

#[test]
fn kubernetes_knows_every_field_of_the_manifests() {
    let validate = made("venv").join("bin/kubernetes-validate");
    let folder = folder();
    let check = |text: &str| {
        let path = folder.path().join("manifest.yaml");
        std::fs::write(&path, text).expect("a file of the test");
        ran(Command::new(&validate).args(["--strict", "--kubernetes-version", "1.30"]).arg(path))
    };
    let manifest = shipped("deploy/kubernetes/xiezhi.yaml");
    for text in [&manifest, &shipped("deploy/kubernetes/secret.yaml")] {
        check(text).well();
    }
    assert_ne!(
        check(&replaced(&manifest, "readinessProbe", "readinesProbe")).code,
        Some(0),
        "a mistake is seen"
    );

    // The configuration in it is one, with the secret's key as a file.
    let lines = manifest.lines().skip_while(|line| *line != "  xiezhi.toml: |").skip(1);
    let config: String = lines
        .take_while(|line| *line != "---")
        .map(|line| format!("{}\n", line.get(4..).unwrap_or_default()))
        .collect();
    std::fs::write(folder.path().join("config"), config).expect("a file of the test");
    let secret = shipped("deploy/kubernetes/secret.yaml");
    let keys = secret.lines().skip_while(|line| *line != "stringData:").skip(1);
    for (key, value) in keys.filter_map(|line| line.trim().split_once(": ")) {
        let mut file = std::fs::File::create(folder.path().join(key)).expect("a file of the test");
        file.write_all(value.as_bytes()).expect("a file of the test");
        std::fs::set_permissions(
            folder.path().join(key),
            std::os::unix::fs::PermissionsExt::from_mode(0o440),
        )
        .expect("its mode");
    }
    checks(&folder.path().join("config"), folder.path());
}
