//! Does it read from Redis? A real server: what was sent while nobody read, poison, restarts, kills, an emptied server, users
//! with few rights; and what Redis shows of alerts and the watch-list.

use serde_json::{Value, json};
use std::process::Command;
use xiezhi_tests::events::{BIDDERS, announced, bid, event, one_agent, one_lock, retracted};
use xiezhi_tests::servers::{self, Server, redis_cli, redis_on};
use xiezhi_tests::{Client, Daemon, Home, eventually};

const STREAM: &str = "xiezhi:events:bid";

/// A home whose daemon reads from a server.
fn home(server: &Server) -> Home {
    let home = Home::new();
    configure(&home, server, "");
    home
}

fn configure(home: &Home, server: &Server, more: &str) {
    let port = server.port;
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n\
             [redis]\nurl = \"redis://127.0.0.1:{port}\"\nstreams = [\"{STREAM}\"]\n{more}"
        ),
    );
}

fn send(server: &Server, event: &Value) -> String {
    let id = redis_cli(server, &["XADD", STREAM, "*", "event", &event.to_string()]);
    let id = id.trim().to_owned();
    assert!(id.contains('-'), "{id}");
    id
}

fn send_all(server: &Server, events: &[Value]) {
    events.iter().for_each(|event| drop(send(server, event)));
}

fn journalled(client: &Client, count: usize) {
    eventually(&format!("{count} events in the journal"), || {
        (client.metric("xiezhi_journal_events") == count as f64).then_some(())
    });
}

fn pending(server: &Server) -> String {
    redis_cli(server, &["XPENDING", STREAM, "xiezhi"]).lines().next().unwrap_or_default().to_owned()
}

/// Waits until everything that was given is acknowledged.
fn acknowledged(server: &Server) {
    eventually("nothing is pending", || (pending(server) == "0").then_some(()));
}

fn metric(client: &Client, name: &str) -> f64 {
    client.metric(&format!("xiezhi_redis_{name}{{stream=\"{STREAM}\"}}"))
}

fn oddity(client: &Client, what: &str) -> f64 {
    client.metric(&format!("xiezhi_redis_oddities_total{{stream=\"{STREAM}\",what=\"{what}\"}}"))
}

fn connected(client: &Client) {
    eventually("it reads", || (metric(client, "connected") == 1.0).then_some(()));
}

/// Ends a server and starts another on the same port with the same files.
fn restarted(server: Server, signal: &str) -> Server {
    let (port, folder) = server.ended(signal);
    redis_on(port, folder)
}

#[test]
fn what_was_sent_before_anybody_read_is_taken_and_acknowledged_after_the_commit() {
    let server = servers::redis("");
    send_all(&server, &one_lock("E1"));
    let home = home(&server);
    let (daemon, client) = home.start();
    journalled(&client, 3);
    acknowledged(&server);
    eventually("its alert", || client.list("/api/v1/alerts?section=E1", 10).into_iter().next());
    assert_eq!((metric(&client, "acknowledged_total"), metric(&client, "connected")), (3.0, 1.0));

    // Twice is a duplicate; poison is kept, told and acknowledged; neither keeps the rest out.
    send(&server, &announced("E1"));
    redis_cli(&server, &["XADD", STREAM, "*", "event", "{\"half\": "]);
    redis_cli(&server, &["XADD", STREAM, "*", "a", "1", "b", "2"]);
    redis_cli(&server, &["XADD", STREAM, "*", "event", &json!({"type": "bid.submitted"}).to_string()]);
    let mut own = retracted(&announced("E1"));
    own["source"] = json!("/xiezhi/set-aside");
    send(&server, &own);
    send(&server, &announced("E2"));
    journalled(&client, 4);
    acknowledged(&server);
    assert_eq!(client.metric(r#"xiezhi_events_total{outcome="refused",type="event.retracted"}"#), 1.0);
    let refused = r#"xiezhi_events_total{outcome="refused",type="unknown"}"#;
    assert_eq!(client.metric(refused), 2.0);
    assert_eq!(client.metric(r#"xiezhi_events_total{outcome="duplicate",type="section.announced"}"#), 1.0);
    for what in ["emptied", "backwards", "ahead", "trimmed", "gone"] {
        assert_eq!(oddity(&client, what), 0.0, "{what}");
    }

    // What is sent while it is stopped is taken afterwards, once.
    daemon.terminate();
    send_all(&server, &one_agent("E2"));
    let (_daemon, client) = home.start();
    journalled(&client, 6);
    acknowledged(&server);
    assert_eq!(metric(&client, "acknowledged_total"), 2.0);
}

#[test]
fn a_daemon_that_is_killed_takes_up_what_it_had_not_acknowledged() {
    let server = servers::redis("");
    let home = home(&server);
    let mut sent = 0;
    for round in 0..6 {
        let (daemon, client) = home.start();
        connected(&client);
        for n in 0..40 {
            send(&server, &announced(&format!("E{round}-{n}")));
            sent += 1;
        }
        daemon.kill();
    }
    // Another of the group was given something and is gone.
    send(&server, &announced("E-lost"));
    let read = ["XREADGROUP", "GROUP", "xiezhi", "gone", "STREAMS", STREAM, ">"];
    assert!(redis_cli(&server, &read).contains("E-lost"));
    let (_daemon, client) = home.start();
    journalled(&client, sent);
    eventually("only that of the other is pending", || (pending(&server) == "1").then_some(()));
    // It is taken over once it has been idle for a minute: made so by claiming it with that idle time.
    let entry = redis_cli(&server, &["XPENDING", STREAM, "xiezhi", "-", "+", "1"]);
    let entry = entry.lines().next().expect("an entry");
    redis_cli(&server, &["XCLAIM", STREAM, "xiezhi", "gone", "0", entry, "IDLE", "61000"]);
    journalled(&client, sent + 1);
    acknowledged(&server);
}

#[test]
fn a_server_that_is_restarted_killed_or_emptied_loses_nothing_that_was_accepted() {
    let mut server = servers::redis("appendonly yes\nappendfsync always");
    let home = home(&server);
    let (_daemon, client) = home.start();
    connected(&client);
    send_all(&server, &one_lock("E1"));
    journalled(&client, 3);
    acknowledged(&server);
    let mut count = 3;
    for signal in ["-TERM", "-KILL"] {
        server = restarted(server, signal);
        send(&server, &announced(&format!("E{signal}")));
        count += 1;
        journalled(&client, count);
        acknowledged(&server);
    }
    assert!(metric(&client, "broken_total") >= 1.0);
    assert_eq!(oddity(&client, "backwards"), 0.0);

    // Emptied while it reads: the group is gone, and the stream ends before what was acknowledged.
    redis_cli(&server, &["FLUSHALL"]);
    send(&server, &announced("E-after"));
    journalled(&client, count + 1);
    acknowledged(&server);
    eventually("it is noticed", || (oddity(&client, "emptied") == 1.0).then_some(()));
}

#[test]
fn entries_trimmed_before_they_were_read_are_noticed() {
    let server = servers::redis("");
    let home = home(&server);
    let (daemon, client) = home.start();
    connected(&client);
    send(&server, &announced("E1"));
    journalled(&client, 1);
    acknowledged(&server);
    daemon.terminate();
    send_all(&server, &["E2", "E3", "E4"].map(announced));
    redis_cli(&server, &["XTRIM", STREAM, "MAXLEN", "1"]);
    let (daemon, client) = home.start();
    journalled(&client, 2);
    assert_eq!(oddity(&client, "trimmed"), 1.0);
    assert!(daemon.log().contains("trimmed or deleted before they were read"), "{}", daemon.log());
}

/// Who may read events and show alerts, and nothing else. The default user is off but may all: a server of version 7.0
/// does not replay transactions of its append-only file otherwise.
const USERS: &str = include_str!("../../deploy/redis/users.acl");

#[test]
fn the_users_that_are_shipped_suffice_and_survive_a_kill_with_their_append_only_file() {
    let users = USERS.lines().filter(|line| line.starts_with("user ")).collect::<Vec<_>>().join("\n");
    let users = users.replace("PASSWORD-OF-", "word-of-");
    let server = servers::redis(&format!("appendonly yes\nappendfsync always\n{users}"));
    let home = home(&server);
    home.write_secret("password", "word-of-xiezhi");
    configure(&home, &server, "user = \"xiezhi\"\npassword_file = \"password\"\n");
    let venue = ["--user", "venue", "--pass", "word-of-venue", "--no-auth-warning"];
    let venue = |server: &Server, command: &[&str]| redis_cli(server, &[&venue[..], command].concat());
    let add = |server: &Server, event: &Value| {
        let id = venue(server, &["XADD", STREAM, "*", "event", &event.to_string()]);
        assert!(id.contains('-'), "{id}");
    };
    one_lock("E1").iter().for_each(|event| add(&server, event));
    assert!(venue(&server, &["XRANGE", STREAM, "-", "+"]).contains("NOPERM"), "who sends does not read");
    assert!(redis_cli(&server, &["XLEN", STREAM]).contains("NOAUTH"));
    let (_daemon, client) = home.start();
    journalled(&client, 3);
    let before = 3.0;
    eventually("all is acknowledged", || (metric(&client, "acknowledged_total") == before).then_some(()));

    let server = restarted(server, "-KILL");
    add(&server, &announced("E2"));
    journalled(&client, 4);
    eventually("the group is where it was", || {
        (metric(&client, "acknowledged_total") == before + 1.0).then_some(())
    });
    assert_eq!(oddity(&client, "backwards"), 0.0);
}

/// The alerts' stream: number and key of each entry.
fn shown(server: &Server) -> Vec<(u64, String)> {
    let read = redis_cli(server, &["--json", "XRANGE", "xiezhi:alerts", "-", "+"]);
    let entries: Value = serde_json::from_str(&read).expect("JSON");
    let entry = |entry: &Value| {
        let number = entry[0].as_str().expect("an id").trim_end_matches("-0").parse().expect("a number");
        let message: Value = serde_json::from_str(entry[1][5].as_str().expect("a message")).expect("JSON");
        assert_eq!(message["key"], entry[1][1]);
        (number, entry[1][1].as_str().expect("a key").to_owned())
    };
    entries.as_array().expect("entries").iter().map(entry).collect()
}

fn watched(server: &Server) -> Vec<String> {
    let mut codes: Vec<String> =
        redis_cli(server, &["SMEMBERS", "xiezhi:watchlist"]).lines().map(str::to_owned).collect();
    codes.retain(|code| !code.is_empty());
    codes.sort();
    let keys = redis_cli(server, &["--scan", "--pattern", "xiezhi:watchlist:*"]);
    let mut keys: Vec<String> =
        keys.lines().filter_map(|key| Some(key.strip_prefix("xiezhi:watchlist:")?.to_owned())).collect();
    keys.sort();
    if keys == codes { codes } else { vec![format!("{codes:?} is not {keys:?}")] }
}

fn listed() -> Value {
    let data = json!({
        "entry": "CR-1", "org": BIDDERS[0], "kind": "blacklist", "from_on": "2026-01-01", "authority": "测试机关",
    });
    event("CR-1-listed", "credit.listed", data)
}

/// Waits until Redis shows exactly the organisations that the daemon's own list has; whether one is among them.
fn watching(server: &Server, client: &Client, one: &str) -> bool {
    let shown = eventually("Redis shows who is watched", || {
        let listed = client.list("/api/v1/watchlist?kind=organisation", 100);
        let mut listed: Vec<&str> = listed.iter().filter_map(|entry| entry["party"].as_str()).collect();
        listed.sort_unstable();
        Some(watched(server)).filter(|shown| *shown == listed)
    });
    shown.iter().any(|code| code == one)
}

/// The same, once a party is or is not among them.
fn watching_until(server: &Server, client: &Client, one: &str, wanted: bool) {
    eventually(&format!("{one} is watched: {wanted}"), || {
        (watching(server, client, one) == wanted).then_some(())
    });
}

fn notices(client: &Client, daemon: &Daemon, count: usize) -> Vec<String> {
    let seen = eventually(&format!("{count} notices"), || {
        Some(daemon.notices()).filter(|notices| notices.len() >= count)
    });
    assert_eq!(client.get("/healthz").status, 200);
    seen.iter().map(|notice| notice["key"].as_str().expect("a key").to_owned()).collect()
}

#[test]
fn redis_shows_every_alert_once_and_exactly_who_is_watched() {
    let server = servers::redis("");
    let home = home(&server);
    let (daemon, client) = home.start();
    let clash = one_agent("E1");
    client.accept(&[vec![announced("E1"), listed()], clash.clone()].concat());
    watching_until(&server, &client, BIDDERS[0], true);
    let entry = redis_cli(&server, &["GET", &format!("xiezhi:watchlist:{}", BIDDERS[0])]);
    let entry: Value = serde_json::from_str(&entry).expect("JSON");
    assert_eq!((&entry["party"], &entry["level"]), (&json!(BIDDERS[0]), &json!("red")));
    let keys = notices(&client, &daemon, 1);
    let told = |wanted: &[String]| {
        eventually(&format!("Redis shows {wanted:?}"), || {
            let shown = shown(&server);
            let numbers: Vec<u64> = shown.iter().map(|(number, _)| *number).collect();
            assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
            (shown.into_iter().map(|(_, key)| key).collect::<Vec<_>>() == wanted).then_some(())
        });
    };
    told(&keys);

    // What somebody else spoils is put right; what is emptied is built again.
    redis_cli(&server, &["SET", "xiezhi:watchlist:91990000MABCDEFGHJ", "{}"]);
    redis_cli(&server, &["SADD", "xiezhi:watchlist", "91990000MABCDEFGHJ"]);
    redis_cli(&server, &["DEL", &format!("xiezhi:watchlist:{}", BIDDERS[0])]);
    watching_until(&server, &client, BIDDERS[0], true);
    redis_cli(&server, &["FLUSHALL"]);
    watching_until(&server, &client, BIDDERS[0], true);
    told(&keys);

    // A removal disappears, also if it came while nobody was there.
    client.accept(&[retracted(&clash[1])]);
    let keys = notices(&client, &daemon, keys.len() + 1);
    told(&keys);
    let data = json!({"entry": "CR-1", "removed_at": "2026-11-01T00:00:00+08:00"});
    daemon.terminate();
    let (_daemon, client) = home.start();
    client.accept(&[event("CR-1-removed", "credit.removed", data)]);
    watching_until(&server, &client, BIDDERS[0], false);
    told(&keys);
}

/// The heads that Redis shows, each with its number.
fn heads(server: &Server) -> Vec<(u64, Value)> {
    let text = redis_cli(server, &["--json", "XRANGE", "xiezhi:heads", "-", "+"]);
    let entries: Vec<(String, Vec<String>)> = serde_json::from_str(&text).expect("entries");
    let head = |(id, fields): (String, Vec<String>)| {
        let number = id.trim_end_matches("-0").parse().expect("a number");
        (number, serde_json::from_str(&fields[1]).expect("a head"))
    };
    entries.into_iter().map(head).collect()
}

#[test]
fn redis_shows_every_signed_head_once() {
    let server = servers::redis("");
    let home = home(&server);
    let (daemon, client) = home.start();
    client.accept(&[announced("E1")]);
    let signed = client.ask("POST", "/api/v1/journal/heads", &[], Vec::new()).expect("an answer").json();
    let shows = |wanted: &[Value]| {
        let wanted: Vec<_> =
            wanted.iter().map(|head| (head["number"].as_u64().expect("a number"), head.clone())).collect();
        eventually("the heads in Redis", || (heads(&server) == wanted).then_some(()));
    };
    let record = || -> Vec<Value> {
        let text = std::fs::read_to_string(home.data().join("heads.jsonl")).expect("the record");
        text.lines().map(|line| serde_json::from_str(line).expect("a head")).collect()
    };
    assert_eq!(record().last(), Some(&signed));
    shows(&record());
    redis_cli(&server, &["FLUSHALL"]);
    shows(&record());
    client.accept(&[announced("E2")]);
    daemon.terminate();
    // The head of the stop is shown after the restart, and not those before it again.
    let (_daemon, _client) = home.start();
    assert_eq!(record().len(), 3);
    shows(&record());
}

#[test]
fn it_follows_a_failover_and_takes_what_comes_twice_as_duplicates() {
    let master = servers::redis("repl-diskless-sync-delay 0");
    let replica = servers::redis(&format!("replicaof 127.0.0.1 {}", master.port));
    eventually("the replica follows", || {
        redis_cli(&replica, &["INFO", "replication"]).contains("master_link_status:up").then_some(())
    });
    let sentinel = servers::sentinel(master.port);
    eventually("the sentinel knows the replica", || {
        let port = sentinel.port.to_string();
        let asked = Command::new("redis-cli").args(["-p", &port, "SENTINEL", "replicas", "venue"]).output();
        let known = String::from_utf8(asked.expect("redis-cli").stdout).expect("UTF-8");
        known.contains(&replica.port.to_string()).then_some(())
    });
    let home = Home::new();
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n[redis]\nurl = \"redis://venue\"\n\
             sentinels = [\"127.0.0.1:1\", \"127.0.0.1:{}\"]\nstreams = [\"{STREAM}\"]\n",
            sentinel.port
        ),
    );
    let (_daemon, client) = home.start();
    connected(&client);
    send_all(&master, &one_lock("E1"));
    journalled(&client, 3);
    acknowledged(&master);
    eventually("the replica has what was acknowledged", || (pending(&replica) == "0").then_some(()));
    master.ended("-KILL");
    eventually("the replica is the master", || {
        redis_cli(&replica, &["INFO", "replication"]).contains("role:master").then_some(())
    });
    send(&replica, &announced("E1"));
    send(&replica, &announced("E2"));
    journalled(&client, 4);
    acknowledged(&replica);
    assert_eq!(oddity(&client, "backwards"), 0.0);
}

#[test]
fn it_reads_inside_tls() {
    let server = servers::redis_with_tls();
    let home = Home::new();
    let ca = server.path("ca.pem");
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n[redis]\nurl = \"rediss://localhost:{}\"\n\
             ca_file = {ca:?}\nstreams = [\"{STREAM}\"]\n",
            server.port
        ),
    );
    let (_daemon, client) = home.start();
    connected(&client);
    let port = server.port.to_string();
    let added = Command::new("redis-cli")
        .args(["-h", "localhost", "-p", &port, "--tls", "--cacert"])
        .arg(&ca)
        .args(["XADD", STREAM, "*", "event", &bid("E1", 0, json!({})).to_string()])
        .output()
        .expect("redis-cli");
    assert!(added.status.success(), "{added:?}");
    journalled(&client, 1);
}
