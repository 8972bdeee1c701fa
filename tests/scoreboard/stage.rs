//! The stage of a row: a home with a clock that stands still, a receiver over HTTP that everybody's messages go to, and the checks that every recovery must
//! pass.

use crate::board::Tally;
use crate::machine::Mounted;
use crate::oracle::Oracle;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};
use xiezhi_tests::office::at;
use xiezhi_tests::{Client, Daemon, Ended, Home, Manner, PATIENCE, Receiver, eventually, run};

const CHANNEL: &str = "hook";

const DUTIES: &str = r#"
office = "office"
[[department]]
code = "office"
name = "市公管办"
liaison = { channels = ["hook"] }
leader = { channels = ["hook"] }
"#;

/// The local date on which everything happens.
pub const TODAY: jiff::civil::Date = jiff::civil::date(2026, 3, 10);

/// The stage.
pub struct Stage {
    /// The file system of the data directory, if it has one of its own. Before the home: it is unmounted first.
    pub disk: Option<Disk>,
    /// Where the daemon lives.
    pub home: Home,
    hook: Receiver,
    now: std::cell::Cell<i64>,
}

impl Default for Stage {
    fn default() -> Stage {
        Stage::with("")
    }
}

impl Stage {
    /// A stage whose daemon's configuration has some more lines.
    pub fn with(more: &str) -> Stage {
        let mut home = Home::new();
        let hook = Receiver::start(Manner::answers(200, "ok"));
        home.write(
            "xiezhi.toml",
            &format!(
                "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n[routing]\nduty_list = \"duties.toml\"\n\
                 [[deliver]]\nname = \"{CHANNEL}\"\nkind = \"webhook\"\nurl = \"{}\"\nallow_private = true\ntimeout_ms = 5000\n{more}",
                hook.url("/hook")
            ),
        );
        home.write("duties.toml", DUTIES);
        home.set("XIEZHI_CLOCK_FILE", Some(&home.path("clock").to_string_lossy()));
        let stage = Stage { disk: None, home, hook, now: std::cell::Cell::new(0) };
        stage.set_clock(at(&format!("{TODAY}T10:00")));
        stage
    }

    /// Sets the daemon's clock, µs since 1970.
    pub fn set_clock(&self, now: i64) {
        self.now.set(now);
        self.home.write("clock", &now.to_string());
    }

    /// Starts the daemon, waits until it is ready, and notes how long that took.
    pub fn start(&self, tally: &mut Tally) -> (Daemon, Client) {
        let begun = Instant::now();
        let started = self.home.start();
        tally.recovered(begun);
        started
    }

    /// Every row of the outbox, as the interface lists them.
    fn deliveries(&self, client: &Client, query: &str) -> Vec<Value> {
        client.list(&format!("/api/v1/deliveries{query}"), 1000)
    }

    /// Lets minutes go by until nothing waits to be sent.
    ///
    /// # Panics
    /// If something waits for ever.
    pub fn deliver_all(&self, client: &Client) {
        eventually("nothing waits in the outbox", || {
            if self.deliveries(client, "?state=waiting").is_empty() {
                return Some(());
            }
            self.set_clock(self.now.get() + 60_000_000);
            std::thread::sleep(Duration::from_millis(300));
            None
        });
    }

    /// The keys that the receiver was sent; of a digest those that it tells of.
    pub fn told(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for request in self.hook.requests() {
            let told: Value = serde_json::from_slice(&request.body).expect("a webhook is sent JSON");
            let key = |told: &Value| told["key"].as_str().map(str::to_owned);
            match told["data"]["items"].as_array() {
                Some(items) => keys.extend(items.iter().filter_map(key)),
                None => keys.extend(key(&told)),
            }
        }
        keys
    }

    /// Everything that must hold once the faults are over and all has been sent: I1 to I5. Gives the findings.
    ///
    /// # Panics
    /// If something does not.
    pub fn check(&self, client: &Client, oracle: &Oracle) -> Vec<Value> {
        let there = oracle.check_journal(&self.home.data());
        assert_eq!(client.metric("xiezhi_journal_events"), there.len() as f64, "I6: every entry is counted");
        let events: Vec<&str> = there.iter().map(|place| oracle.events[*place].as_str()).collect();
        self.check_findings(client, &events);
        let before = self.now.get();
        self.deliver_all(client);
        let found = match self.now.get() == before {
            true => client.list("/api/v1/findings", 1000),
            false => self.check_findings(client, &events),
        };
        if there.len() == oracle.events.len() {
            oracle.check_truth(&found);
        }
        self.check_alerts(client, &found);
        found
    }

    /// The findings come to be those of a replay of the events in their proper order: I3. A receipt says that an event is durable; it is computed
    /// a moment later.
    ///
    /// # Panics
    /// If they do not.
    pub fn check_findings(&self, client: &Client, events: &[&str]) -> Vec<Value> {
        let file = self.home.path("events.ndjson");
        std::fs::write(&file, events.join("\n")).expect("a file");
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let (file, key) = (text(&file), text(&self.home.data().join("site.key")));
        let now = jiff::Timestamp::from_microsecond(self.now.get()).expect("an instant").to_string();
        let ran =
            run(&["replay", &file, "--now", &now, "--site-key", &key, "--findings", "-", "--strict"]).well();
        let lines = |findings: &[Value]| findings.iter().map(Value::to_string).collect::<BTreeSet<String>>();
        let (expected, begun) = (lines(&ran.json_lines()), Instant::now());
        loop {
            let found = client.list("/api/v1/findings", 1000);
            let held = lines(&found);
            if held == expected {
                return found;
            }
            let more: Vec<_> = held.difference(&expected).take(3).collect();
            let fewer: Vec<_> = expected.difference(&held).take(3).collect();
            assert!(
                begun.elapsed() < PATIENCE,
                "I3: {} findings, a replay gives {}; more {more:?}, fewer {fewer:?}",
                held.len(),
                expected.len()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Every finding is in an alert, every alert was told of, and what was told is what the outbox says: I4, I5.
    fn check_alerts(&self, client: &Client, found: &[Value]) {
        let alerts = client.list("/api/v1/alerts", 1000);
        let held = |alert: &&Value| alert["state"] != "withdrawn";
        let facts: BTreeSet<(String, String)> = alerts
            .iter()
            .filter(held)
            .flat_map(|alert| alert["facts"].as_array().into_iter().flatten())
            .map(|fact| (fact["rule"].to_string(), fact["key"].to_string()))
            .collect();
        for finding in found {
            let name = (finding["rule"].to_string(), finding["key"].to_string());
            assert!(facts.contains(&name), "I4: no alert tells of {finding}");
        }
        let told = self.told();
        for alert in &alerts {
            let id = alert["id"].as_str().expect("an id");
            assert!(told.iter().any(|key| key.starts_with(id)), "I4: the receiver never heard of {alert}");
        }
        let rows = self.deliveries(client, "");
        let sent: BTreeSet<String> = rows
            .iter()
            .inspect(|row| assert_eq!(row["state"], "sent", "I4: {row}"))
            .filter_map(|row| row["key"].as_str().map(str::to_owned))
            .collect();
        let unsent: Vec<_> = sent.difference(&told).take(3).collect();
        let unknown: Vec<_> = told.difference(&sent).take(3).collect();
        assert!(unsent.is_empty(), "I4: noted as sent and never received: {unsent:?}");
        assert!(unknown.is_empty(), "I5: received under keys that the outbox does not know: {unknown:?}");
    }

    /// A start with nothing new tells nobody anything, and a daemon that knows nothing but the journal comes to the same alerts: I3.
    ///
    /// # Panics
    /// If not.
    pub fn check_restarts(&self, daemon: Daemon, client: &Client, tally: &mut Tally) {
        let names = |client: &Client| -> BTreeSet<String> {
            let alerts = client.list("/api/v1/alerts", 1000);
            let held = alerts.iter().filter(|alert| alert["state"] != "withdrawn");
            held.map(|alert| {
                json!([alert["id"], alert["level"], alert["section"], alert["topic"]]).to_string()
            })
            .collect()
        };
        let before = names(client);
        let watched = client.list("/api/v1/watchlist", 1000);
        stopped(daemon);
        let told = self.told().len();
        let (daemon, client) = self.start(tally);
        assert_eq!(names(&client), before, "I3: alerts after a restart");
        let again = stopped(daemon);
        assert_eq!(
            again.notices,
            Vec::<Value>::new(),
            "I5: a restart with nothing new tells nobody anything"
        );
        assert_eq!(self.told().len(), told, "I5: a restart with nothing new sends nothing");
        let verified = run(&["verify", "--data-dir", &self.home.data().to_string_lossy()]);
        assert_eq!(verified.code, Some(0), "I7: {}{}", verified.out, verified.err);
        // From the journal alone.
        for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
            std::fs::remove_file(self.home.data().join(file)).ok();
        }
        let (daemon, client) = self.start(tally);
        assert_eq!(names(&client), before, "I3: alerts computed from nothing");
        let parties = |list: &[Value]| {
            list.iter().map(|entry| json!([entry["party"], entry["level"]]).to_string()).collect::<Vec<_>>()
        };
        assert_eq!(
            parties(&client.list("/api/v1/watchlist", 1000)),
            parties(&watched),
            "I3: the watch-list computed from nothing"
        );
        stopped(daemon);
    }
}

/// A file system of a data directory of its own.
pub enum Disk {
    /// In memory, of a size.
    Memory(Mounted),
    /// In a file.
    Image { _mounted: Mounted, image: tempfile::TempPath },
}

/// Stops a daemon in order.
///
/// # Panics
/// If it does not end well.
pub fn stopped(daemon: Daemon) -> Ended {
    let ended = daemon.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    ended
}

impl Oracle {
    /// What was planted and holds is found.
    fn check_truth(&self, found: &[Value]) {
        use xiezhi_dataflows::rules::Rule;
        for planted in self.truth.iter().filter(|truth| truth.holds && Rule::of(truth.rule).is_some()) {
            let is_it = |f: &Value| f["rule"] == planted.rule && f["parties"] == json!(planted.parties);
            assert!(found.iter().any(is_it), "planted and not found: {planted:?}");
        }
    }
}
