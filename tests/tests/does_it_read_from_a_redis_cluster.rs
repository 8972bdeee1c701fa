//! Does it read from a Redis Cluster, and show there what it shows? A real one of three masters: keys on every node, slots that move, nodes that are killed,
//! also the one that is configured; with the users that are shipped.

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;
use xiezhi_dataflows::normalise::credit_code_check;
use xiezhi_tests::events::{announced, bid, event, one_agent, one_lock};
use xiezhi_tests::redis_cluster::Cluster;
use xiezhi_tests::{Client, Daemon, Home, eventually};

const STREAM: &str = "xiezhi:events:bid";
const OTHER: &str = "xiezhi:events:witness";
const OPERATOR: [&str; 5] = ["--user", "operator", "--pass", "word-of-operator", "--no-auth-warning"];
const USERS: &str = include_str!("../../deploy/redis/users.acl");

fn cluster() -> Cluster {
    cluster_of(USERS)
}

fn cluster_of(users: &str) -> Cluster {
    let users = users.lines().filter(|line| line.starts_with("user ")).collect::<Vec<_>>().join("\n");
    Cluster::start(&users.replace("PASSWORD-OF-", "word-of-"), &OPERATOR)
}

/// A home whose daemon is told of one node.
fn home(cluster: &Cluster, node: usize) -> Home {
    let home = Home::new();
    home.write_secret("password", "word-of-xiezhi");
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n\
             [redis]\nurl = \"redis://127.0.0.1:{}\"\nuser = \"xiezhi\"\npassword_file = \"password\"\n\
             streams = [\"{STREAM}\", \"{OTHER}\"]\n",
            cluster.node(node).port
        ),
    );
    home
}

fn send(cluster: &Cluster, stream: &str, event: &Value) {
    let id = cluster.ask(&["XADD", stream, "*", "event", &event.to_string()]);
    assert!(id.contains('-'), "{id}");
}

/// Waits until so many events are in the journal and none is pending.
fn all_taken(cluster: &Cluster, client: &Client, count: usize) {
    eventually(&format!("{count} events in the journal"), || {
        (client.metric("xiezhi_journal_events") == count as f64).then_some(())
    });
    for stream in [STREAM, OTHER] {
        eventually("nothing is pending", || {
            cluster.ask(&["XPENDING", stream, "xiezhi"]).starts_with("0\n").then_some(())
        });
    }
}

/// An organisation's code that nobody else has.
fn organisation(n: usize) -> String {
    let signs = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars();
    let mut codes = signs.map(|sign| format!("91990000MA{n:07}{sign}"));
    codes.find(|code| credit_code_check(code)).expect("one of the signs is right")
}

/// A section with something to tell.
fn chance(section: &str) -> Vec<Value> {
    [vec![announced(section)], one_agent(section)].concat()
}

fn listed(n: usize) -> Value {
    let data = json!({
        "entry": format!("CR-{n}"), "org": organisation(n), "kind": "blacklist", "from_on": "2026-01-01",
        "authority": "测试机关",
    });
    event(&format!("CR-{n}-listed"), "credit.listed", data)
}

/// Waits until the cluster shows exactly the organisations that the daemon's own list has, so many at least.
fn shows_the_watch_list(cluster: &Cluster, client: &Client, least: usize) {
    eventually("the cluster shows who is watched", || {
        let listed = client.list("/api/v1/watchlist?kind=organisation", 1000);
        let listed: BTreeSet<String> =
            listed.iter().filter_map(|entry| Some(entry["party"].as_str()?.to_owned())).collect();
        let lines = |text: String| {
            text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
        };
        let set: BTreeSet<String> =
            lines(cluster.ask(&["SMEMBERS", "xiezhi:watchlist"])).into_iter().collect();
        let scan = ["--scan", "--pattern", "xiezhi:watchlist:*"];
        let keys: Vec<Vec<String>> = cluster.servers().map(|node| lines(cluster.at(node, &scan))).collect();
        let everywhere = keys.iter().all(|keys| !keys.is_empty());
        let keys: BTreeSet<String> =
            keys.concat().iter().map(|key| key.trim_start_matches("xiezhi:watchlist:").to_owned()).collect();
        (everywhere && listed.len() >= least && set == listed && keys == listed).then_some(())
    });
}

/// Waits until the cluster shows exactly the notices that were printed, each once and in order, so many at least.
fn shows_every_notice(cluster: &Cluster, daemon: &Daemon, least: usize) {
    eventually("the cluster shows every notice", || {
        let read = cluster.ask(&["--json", "XRANGE", "xiezhi:alerts", "-", "+"]);
        let entries: Vec<(String, Vec<String>)> = serde_json::from_str(&read).ok()?;
        let shown: Vec<(String, String)> =
            entries.into_iter().map(|(id, fields)| (id, fields[1].clone())).collect();
        let text = |value: &Value| value.as_str().expect("a key").to_owned();
        let printed: Vec<(String, String)> = daemon
            .notices()
            .iter()
            .map(|notice| (format!("{}-0", notice["seq"]), text(&notice["key"])))
            .collect();
        (printed.len() >= least && shown == printed).then_some(())
    });
}

#[test]
fn events_come_from_every_node_and_all_that_is_shown_is_where_its_slot_is() {
    let cluster = cluster();
    let keys = [STREAM, OTHER, "xiezhi:alerts", "xiezhi:watchlist", "xiezhi:heads"];
    let holders: BTreeSet<usize> = keys.iter().map(|key| cluster.holder(key)).collect();
    assert!(holders.len() > 1, "keys on several nodes");
    let home = home(&cluster, 0);
    one_lock("E1").iter().for_each(|event| send(&cluster, STREAM, event));
    chance("E2").iter().for_each(|event| send(&cluster, OTHER, event));
    (0..40).for_each(|n| send(&cluster, OTHER, &listed(n)));
    let (daemon, client) = home.start();
    all_taken(&cluster, &client, 46);
    shows_the_watch_list(&cluster, &client, 40);
    shows_every_notice(&cluster, &daemon, 1);
    let signed = client.ask("POST", "/api/v1/journal/heads", &[], Vec::new()).expect("an answer").json();
    eventually("the signed head", || {
        let read = cluster.ask(&["--json", "XRANGE", "xiezhi:heads", "-", "+"]);
        let entries: Vec<(String, Vec<String>)> = serde_json::from_str(&read).ok()?;
        let (_, fields) = entries.last()?;
        (serde_json::from_str::<Value>(&fields[1]).ok()? == signed).then_some(())
    });

    // What somebody spoils on one node is put right there.
    let key = format!("xiezhi:watchlist:{}", organisation(7));
    cluster.ask(&["SET", &key, "{}"]);
    let data = json!({"entry": "CR-8", "removed_at": "2026-11-01T00:00:00+08:00"});
    send(&cluster, OTHER, &event("CR-8-removed", "credit.removed", data));
    eventually("it is put right", || (cluster.ask(&["GET", &key]).len() > 10).then_some(()));
    eventually("it has gone", || {
        let key = format!("xiezhi:watchlist:{}", organisation(8));
        (cluster.ask(&["EXISTS", &key]).trim() == "0").then_some(())
    });
    shows_the_watch_list(&cluster, &client, 39);
    let log = daemon.log();
    assert!(!log.contains("tried again"), "{log}");
}

#[test]
fn who_may_not_ask_where_slots_are_is_told_so() {
    let cluster = cluster_of(&USERS.replace(" +cluster|slots +", " +"));
    let home = home(&cluster, 0);
    let (daemon, client) = home.start();
    eventually("the log says it", || {
        daemon.log().contains("in a cluster the user needs the right +cluster|slots").then_some(())
    });
    // Events come in all the same, from whichever node.
    send(&cluster, STREAM, &announced("E1"));
    send(&cluster, OTHER, &announced("E2"));
    all_taken(&cluster, &client, 2);
}

/// Ten organisations that are watched and a section with a finding; gives how many events that is.
fn begun(cluster: &Cluster, client: &Client) -> usize {
    (0..10).for_each(|n| send(cluster, STREAM, &listed(n)));
    one_lock("E1").iter().for_each(|event| send(cluster, STREAM, event));
    all_taken(cluster, client, 13);
    shows_the_watch_list(cluster, client, 10);
    13
}

#[test]
fn a_slot_that_moves_takes_nothing_with_it() {
    let cluster = cluster();
    let home = home(&cluster, 1);
    let (daemon, client) = home.start();
    let mut sent = begun(&cluster, &client);
    for (n, key) in [STREAM, "xiezhi:alerts", "xiezhi:watchlist", STREAM].into_iter().enumerate() {
        let before = cluster.holder(key);
        cluster.move_on(key, Duration::from_millis(300));
        assert_ne!(cluster.holder(key), before, "{key}");
        send(&cluster, STREAM, &listed(10 + n));
        let section = format!("E-{n}");
        chance(&section).iter().for_each(|event| send(&cluster, OTHER, event));
        sent += 4;
        all_taken(&cluster, &client, sent);
        shows_the_watch_list(&cluster, &client, 11 + n);
    }
    shows_every_notice(&cluster, &daemon, 5);
    for what in ["emptied", "backwards", "ahead", "trimmed", "gone"] {
        let odd = format!("xiezhi_redis_oddities_total{{stream=\"{STREAM}\",what=\"{what}\"}}");
        assert_eq!(client.metric(&odd), 0.0, "{what}");
    }
    assert_eq!(client.metric(r#"xiezhi_events_total{outcome="duplicate",type="credit.listed"}"#), 0.0);
}

#[test]
fn a_node_that_is_killed_and_comes_back_loses_nothing() {
    let mut cluster = cluster();
    let home = home(&cluster, 0);
    let (daemon, client) = home.start();
    let mut sent = begun(&cluster, &client);
    // Every node once, so those of the streams, of what is shown, and the one that is configured.
    for number in 0..3 {
        let killed = cluster.kill(number);
        std::thread::sleep(Duration::from_millis(2_500));
        cluster.revive(killed);
        send(&cluster, STREAM, &listed(10 + number));
        send(&cluster, OTHER, &announced(&format!("E-{number}")));
        send(&cluster, OTHER, &bid(&format!("E-{number}"), 0, json!({})));
        sent += 3;
        all_taken(&cluster, &client, sent);
        shows_the_watch_list(&cluster, &client, 11 + number);
    }
    chance("E2").iter().for_each(|event| send(&cluster, STREAM, event));
    all_taken(&cluster, &client, sent + 3);
    shows_every_notice(&cluster, &daemon, 2);
    assert_eq!(client.metric(r#"xiezhi_events_total{outcome="refused",type="unknown"}"#), 0.0);
}

#[test]
fn it_reads_on_when_the_node_that_is_configured_is_gone() {
    let mut cluster = cluster();
    let configured = (0..3).find(|node| [STREAM, OTHER].iter().all(|stream| cluster.holder(stream) != *node));
    let configured = configured.expect("a node without a stream");
    for node in cluster.servers() {
        let set = cluster.at(node, &["CONFIG", "SET", "cluster-require-full-coverage", "no"]);
        assert_eq!(set.trim(), "OK");
    }
    let home = home(&cluster, configured);
    let (_daemon, client) = home.start();
    send(&cluster, STREAM, &announced("E1"));
    all_taken(&cluster, &client, 1);
    let _gone = cluster.kill(configured);
    for node in cluster.servers() {
        cluster.at(node, &["CLIENT", "KILL", "TYPE", "normal"]);
    }
    let reads = |stream| client.metric(&format!("xiezhi_redis_connected{{stream=\"{stream}\"}}")) == 1.0;
    let broken = |stream| client.metric(&format!("xiezhi_redis_broken_total{{stream=\"{stream}\"}}")) >= 1.0;
    eventually("it has connected anew", || {
        [STREAM, OTHER].into_iter().all(|stream| broken(stream) && reads(stream)).then_some(())
    });
    send(&cluster, STREAM, &announced("E2"));
    send(&cluster, OTHER, &announced("E3"));
    all_taken(&cluster, &client, 3);
}
