//! Do dashboards and rules show what is there: every query against a real Prometheus that scrapes the real daemon after some
//! weeks of trading, every alert on the daemon tested firing and quiet, every route, Grafana's own types?

use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;
use xiezhi_tests::events::announced;
use xiezhi_tests::office::{act, at};
use xiezhi_tests::servers::{self, Server};
use xiezhi_tests::{Client, Daemon, Home, eventually, run};

/// The weeks of trading: they end on a working day late in a month, so that the month's indicators have something to count.
const FIRST_DAY: &str = "2026-10-12";
const DAYS: &str = "45";
/// The end of what is sent, when openings are under way.
const LAST_INSTANT: &str = "2026-11-25T10:20";
/// For how long at the end nobody handles anything, so that something is open.
const UNATTENDED_US: i64 = 100 * 3_600_000_000;
/// The districts that projects are spread over; the simulator knows one.
const REGIONS: [&str; 5] = ["460100", "460105", "460106", "460107", "460108"];
/// What supervisors find, in turn.
const OUTCOMES: [&str; 6] = [
    "penalised",
    "unfounded",
    "referred_enforcement",
    "insufficient",
    "referred_discipline",
    "referred_police",
];

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_path_buf()
}

fn kept(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder of the repository whose name ends so.
fn kept_in(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).expect("a folder of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(ending));
    paths.sort();
    assert!(!paths.is_empty(), "{folder} holds no {ending}");
    paths
}

/// Runs a program in the repository, which must succeed; what it says.
fn succeeds(program: &str, args: &[&str], input: Option<&Path>) -> String {
    let stdin = input.map_or(Stdio::null(), |path| std::fs::File::open(path).expect("an input").into());
    let output = Command::new(program).args(args).current_dir(root()).stdin(stdin).output();
    let output =
        output.unwrap_or_else(|error| panic!("{program}: {error}; ./tests/run installs what tests need"));
    let said =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{program} {args:?}:\n{said}");
    said
}

/// The values of a key in a plain YAML file, in order.
fn values_of(text: &str, key: &str) -> Vec<String> {
    let value = |line: &str| {
        line.trim_start().trim_start_matches("- ").strip_prefix(key)?.strip_prefix(": ").map(str::to_owned)
    };
    text.lines().filter_map(value).collect()
}

#[test]
fn alerts_on_the_daemon_fire_and_stay_quiet() {
    succeeds("promtool", &["check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml"], None);
    let (mut alerts, mut tests, mut runbooks) = (Vec::new(), String::new(), Vec::new());
    for path in kept_in("deploy/prometheus/rules", ".yml") {
        succeeds(
            "promtool",
            &["check", "rules", "--lint=all", "--lint-fatal", &path.to_string_lossy()],
            None,
        );
        let text = std::fs::read_to_string(&path).expect("rules");
        alerts.extend(values_of(&text, "alert"));
        runbooks.extend(values_of(&text, "runbook_url"));
    }
    for path in kept_in("deploy/prometheus/tests", ".yml") {
        succeeds("promtool", &["test", "rules", &path.to_string_lossy()], None);
        tests += &std::fs::read_to_string(&path).expect("tests");
    }
    let tested: BTreeSet<String> = values_of(&tests, "name").into_iter().collect();
    let sections: BTreeSet<String> = kept("docs/runbooks.md")
        .lines()
        .filter_map(|line| line.strip_prefix("## ").map(str::to_owned))
        .collect();
    assert!(alerts.len() > 20, "{alerts:?}");
    for alert in &alerts {
        for how in ["fires", "stays quiet"] {
            assert!(tested.contains(&format!("{alert} {how}")), "no test of how {alert} {how}");
        }
        let runbook = format!("docs/runbooks.md#{}", alert.to_lowercase());
        assert!(sections.contains(alert) && runbooks.contains(&runbook), "{alert} has no runbook");
    }
    let all: BTreeSet<String> = alerts.iter().cloned().collect();
    let about_nothing: Vec<&String> =
        sections.iter().filter(|section| section.starts_with("Xiezhi") && !all.contains(*section)).collect();
    assert!(about_nothing.is_empty() && all.len() == alerts.len(), "{about_nothing:?} {alerts:?}");
}

#[test]
fn alerts_reach_whom_they_must() {
    let configuration = "deploy/alertmanager/alertmanager.yml";
    succeeds("amtool", &["check-config", configuration], None);
    let text = kept("deploy/alertmanager/routes.txt");
    let mut reached = BTreeSet::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (receiver, labels) = line.split_once(' ').expect("a receiver and labels");
        let verify = format!("--verify.receivers={receiver}");
        let mut args = vec!["config", "routes", "test", "--config.file", configuration, &verify];
        args.extend(labels.split(' '));
        succeeds("amtool", &args, None);
        reached.insert(receiver.to_owned());
    }
    let receivers = kept(configuration);
    let (_, receivers) = receivers.split_once("\nreceivers:").expect("receivers");
    let receivers: BTreeSet<String> = values_of(receivers, "name").into_iter().collect();
    assert_eq!(reached, receivers, "every receiver is tested");
}

#[test]
fn dashboards_are_what_the_generator_writes() {
    succeeds("python3", &["grafana/build", "--check"], None);
    let provider = kept("grafana/provisioning/dashboards/xiezhi.yml");
    assert!(provider.contains("\n      path: /etc/grafana/xiezhi/dashboards\n"), "{provider}");
}

#[test]
fn dashboards_are_of_grafanas_own_types() {
    succeeds("node", &["tests/dashboards/types/check.mjs"], None);
    succeeds("python3", &["tests/dashboards/types/round_trip.py"], None);
}

/// A daemon with Redis, an Alertmanager and a Prometheus around it, each as it is deployed but for addresses and haste.
struct Stage {
    prometheus: Server,
    alertmanager: Server,
    _redis: Server,
    daemon: Daemon,
    client: Client,
    home: Home,
}

impl Stage {
    fn set() -> Stage {
        let redis = servers::redis("");
        let alertmanager =
            servers::alertmanager_with(&without_templates(&kept("deploy/alertmanager/alertmanager.yml")));
        let mut home = Home::new();
        home.write("xiezhi.toml", &configuration(redis.port, alertmanager.port));
        home.write("duties.toml", &duties());
        let clock = home.path("clock").to_string_lossy().into_owned();
        home.set("XIEZHI_CLOCK_FILE", Some(&clock));
        home.write("clock", &at(&format!("{FIRST_DAY}T08:00")).to_string());
        let (mut daemon, client) = home.start();
        let address = eventually("the daemon tells its address", || daemon.address()).to_string();
        let files = prometheus_files(&address, &home.path("data/admin.token"), alertmanager.port);
        let prometheus = servers::prometheus(files);
        let stage = Stage { prometheus, alertmanager, _redis: redis, daemon, client, home };
        // A counter that is first seen after the load has never increased.
        eventually("Prometheus has scraped the daemon", || {
            stage.ask("up{job=\"xiezhi\"} == 1").first().cloned()
        });
        stage
    }

    /// The values of a query.
    fn ask(&self, query: &str) -> Vec<Value> {
        let url = format!("http://127.0.0.1:{}", self.prometheus.port);
        let output = Command::new("promtool").args(["query", "instant", "-o", "json", &url, query]).output();
        let answer: Value = serde_json::from_slice(&output.expect("promtool").stdout).unwrap_or_default();
        answer.as_array().cloned().unwrap_or_default()
    }

    /// Sends the weeks day by day, at their own time, while supervisors handle what they are told.
    fn play(&self) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let out = folder.path().join("events.ndjson").to_string_lossy().into_owned();
        let settings =
            ["--days", DAYS, "--first-day", FIRST_DAY, "--bids-per-day", "60", "--scheme-share", "0.4"];
        run(&[&["simulate", "--out", &out, "--seed", "7"][..], &settings].concat()).well();
        let text = std::fs::read_to_string(&out).expect("events");
        let last = at(LAST_INSTANT);
        let mut events: Vec<(i64, Value)> =
            text.lines().map(|line| spread(serde_json::from_str(line).expect("JSON"))).collect();
        events.retain(|(at, _)| *at <= last);
        let mut now = at(&format!("{FIRST_DAY}T08:00"));
        let mut closed = 0;
        while now < last {
            now = (now + 12 * 3_600_000_000).min(last);
            self.home.write("clock", &now.to_string());
            let sent = events.iter().take_while(|(at, _)| *at <= now).count();
            let batch: Vec<Value> = events.drain(..sent).map(|(_, event)| event).collect();
            if !batch.is_empty() {
                self.client.accept(&batch);
            }
            if now < last - UNATTENDED_US {
                closed = self.handle(closed);
            }
        }
        assert!(closed >= 2 * OUTCOMES.len(), "{closed} closed");
        self.misbehave(now);
    }

    /// What an office does in half a day: acknowledges most of what is open, closes some of what was acknowledged. Who is
    /// overtaken by a reminder or a correction tries again the next time. How many were closed.
    fn handle(&self, closed: usize) -> usize {
        let does = |alert: &Value, deed: &str, body: &Value| {
            let answer = act(&self.client, alert, deed, body);
            assert!(matches!(answer.status, 200 | 409), "{deed}: {}", answer.text());
            answer.status == 200
        };
        let acknowledged = self.client.list("/api/v1/alerts?state=acknowledged", 100);
        let closed = acknowledged.iter().step_by(2).fold(closed, |closed, alert| {
            let outcome = OUTCOMES[closed % OUTCOMES.len()];
            closed + usize::from(does(alert, "close", &json!({"outcome": outcome, "note": "已核查"})))
        });
        for (n, alert) in self.client.list("/api/v1/alerts?state=open", 100).iter().enumerate() {
            if n % 4 != 3 {
                does(alert, "acknowledge", &json!({}));
            }
        }
        closed
    }

    /// What senders do wrong: an event dated ahead, one that is none, one that comes twice.
    fn misbehave(&self, now: i64) {
        let time = jiff::Timestamp::from_microsecond(now + 7_200_000_000).expect("an instant").to_string();
        let mut ahead = announced("AHEAD");
        ahead["time"] = time.into();
        self.client.accept(std::slice::from_ref(&ahead));
        self.client.post(&[json!({"specversion": "1.0"}), ahead]);
    }

    /// Waits until Prometheus knows what the daemon knows, and has scraped it and gone through its rules twice since.
    fn settle(&self) {
        let events = self.client.metric("xiezhi_journal_events");
        eventually("Prometheus has the last events", || {
            self.ask(&format!("xiezhi_journal_events >= {events}")).first().cloned()
        });
        let now = jiff::Timestamp::now().as_second();
        for (what, query) in [
            ("two more scrapes", format!("min(timestamp(xiezhi_ready)) > {}", now + 2)),
            (
                "two more rounds of rules",
                format!("min(timestamp(rule:xiezhi_findings:max90d)) > {}", now + 2),
            ),
            ("two more rounds of the others", format!("min(timestamp(xiezhi:ready:avg30d)) > {}", now + 2)),
        ] {
            eventually(what, || self.ask(&query).first().cloned());
        }
    }
}

/// Everybody is told over one channel: the wall's Alertmanager.
fn duties() -> String {
    let text = kept("deploy/duties.toml");
    let lines = text.lines().map(|line| match line.split_once("channels = [") {
        Some((before, after)) => {
            let (_, rest) = after.split_once(']').expect("a list on one line");
            format!("{before}channels = [\"wall\"]{rest}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

fn configuration(redis: u16, alertmanager: u16) -> String {
    format!(
        "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n\
         [routing]\nduty_list = \"duties.toml\"\nconsole = \"https://jg.example\"\n\
         [redis]\nurl = \"redis://127.0.0.1:{redis}\"\nstreams = [\"xiezhi:events:bid\", \"xiezhi:events:witness\"]\n\
         [[deliver]]\nname = \"wall\"\nkind = \"alertmanager\"\nurl = \"http://127.0.0.1:{alertmanager}\"\nallow_private = true\n"
    )
}

/// The deployed configuration, whose templates lie beside it.
fn without_templates(text: &str) -> String {
    let folder = root().join("deploy/alertmanager/templates/");
    text.replace("- templates/", &format!("- {}", folder.display()))
        .replace("group_wait: 10s", "group_wait: 0s")
}

/// The deployed configuration and rules of Prometheus, with other addresses, and seconds for minutes.
fn prometheus_files(daemon: &str, token: &Path, alertmanager: u16) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let replace = |text: String, pairs: &[(&str, &str)]| {
        pairs.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "prometheus.yml says no {from}");
            text.replace(from, to)
        })
    };
    let (token, alertmanager) = (token.to_string_lossy(), format!("127.0.0.1:{alertmanager}"));
    let text = replace(
        kept("deploy/prometheus/prometheus.yml"),
        &[
            ("scrape_interval: 15s", "scrape_interval: 1s"),
            ("scrape_timeout: 10s", "scrape_timeout: 1s"),
            ("evaluation_interval: 15s", "evaluation_interval: 1s"),
            ("127.0.0.1:8700", daemon),
            ("127.0.0.1:9093", alertmanager.as_str()),
            ("/etc/prometheus/xiezhi.token", token.as_ref()),
        ],
    );
    std::fs::write(folder.path().join("prometheus.yml"), text).expect("a file of the test");
    std::fs::create_dir(folder.path().join("rules")).expect("a folder of the test");
    for path in kept_in("deploy/prometheus/rules", ".yml") {
        let text = std::fs::read_to_string(&path).expect("rules");
        let text = text
            .replace("interval: 1m", "interval: 1s")
            .replace("interval: 4m", "interval: 1s")
            .replace("for: 1m", "for: 1s");
        std::fs::write(folder.path().join("rules").join(path.file_name().expect("a name")), text)
            .expect("a file of the test");
    }
    folder
}

/// An event with its instant; projects spread over the districts.
fn spread(mut event: Value) -> (i64, Value) {
    if event["type"] == "project.registered" {
        let project = event["data"]["project"].as_str().expect("a project");
        let sum: usize = project.bytes().map(usize::from).sum();
        event["data"]["region"] = REGIONS[sum % REGIONS.len()].into();
    }
    let time: jiff::Timestamp =
        event["time"].as_str().and_then(|time| time.parse().ok()).expect("an instant");
    (time.as_microsecond(), event)
}

#[test]
fn every_query_is_answered_after_some_weeks_of_trading() {
    let stage = Stage::set();
    stage.play();
    stage.settle();

    entries_backed_by_evidence_are_those_with_a_finding_or_a_record(&stage.client);

    let metrics = stage.home.path("metrics.txt");
    std::fs::write(&metrics, stage.client.get("/metrics").text()).expect("a file of the test");
    succeeds("promtool", &["check", "metrics"], Some(&metrics));

    let url = format!("http://127.0.0.1:{}", stage.prometheus.port);
    let said = succeeds("python3", &["tests/dashboards/check.py", &url], None);
    assert!(said.contains(": 0 faults"), "{said}");
    succeeds("python3", &["tests/dashboards/test_check.py", &url], None);

    // What Prometheus says of a daemon that is gone reaches Alertmanager, and there whoever is on call.
    let Stage { alertmanager, daemon, .. } = stage;
    daemon.kill();
    eventually("Alertmanager tells those on call", || {
        let shown = servers::amtool(&alertmanager, &["alert", "query", "-o", "json", "alertname=XiezhiDown"]);
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        shown.as_array()?.iter().find(|alert| alert["receivers"][0]["name"] == "on-call").cloned()
    });
}

/// E.2, counted again over the list as anybody reads it.
fn entries_backed_by_evidence_are_those_with_a_finding_or_a_record(client: &Client) {
    eventually("the indicator is that of the list", || {
        let entries = client.list("/api/v1/watchlist", 200);
        let is_backed = |entry: &&Value| {
            let causes = entry["causes"].as_array().expect("causes");
            causes.iter().any(|cause| cause["cause"] == "history" || cause["cause"] == "listed")
        };
        let told = client.list("/api/v1/indicators?indicator=evidence_backed", 20);
        let number = |field: &str| told[0][field].as_str().and_then(|text| text.parse::<usize>().ok());
        let counted = (entries.iter().filter(is_backed).count(), entries.len());
        assert!(counted.0 > 0, "some entry is backed");
        (number("numerator").zip(number("denominator")) == Some(counted)).then_some(())
    });
}

#[test]
#[ignore = "for people: `… -- --ignored --nocapture look` serves what the test plays, for tests/dashboards/render, until Enter"]
fn look() {
    let stage = Stage::set();
    stage.play();
    stage.settle();
    println!("PROMETHEUS=http://127.0.0.1:{}", stage.prometheus.port);
    std::io::stdin().read_line(&mut String::new()).expect("a line");
}
