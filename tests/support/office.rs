//! A supervising office: a daemon with a duty list, a clock of its own, and a receiver over HTTP for everybody who is told.

use crate::events::{announced, bid, event};
use crate::{Answer, Client, Daemon, Home, Manner, Receiver, eventually};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Who is told: channels, each a webhook of its own.
pub const CHANNELS: [&str; 5] =
    ["zjj-liaison", "zjj-leader", "office-liaison", "office-leader", "discipline"];

/// The department that answers for engineering.
pub const DEPARTMENT: &str = "zjj";

const DUTIES: &str = r#"
office = "office"
[[department]]
code = "office"
name = "市公管办"
liaison = { channels = ["office-liaison"] }
leader = { channels = ["office-leader"] }
[[department]]
code = "zjj"
name = "市住建局"
liaison = { channels = ["zjj-liaison"] }
leader = { channels = ["zjj-leader"] }
[[department]]
code = "swj"
name = "市水务局"
liaison = { channels = ["office-liaison"] }
leader = { channels = ["office-leader"] }
[[duty]]
item = "3.2"
name = "工程建设"
trade = ["01"]
department = "zjj"
[[copy]]
to = "discipline"
level = "red"
outcome = ["referred_discipline"]
channels = ["discipline"]
[times.red]
acknowledge = "2h"
remind_acknowledge = ["1h", "30m"]
office_after = "2h"
before_opening = false
[times.orange]
acknowledge = "4h"
remind_acknowledge = ["1h"]
before_opening = false
"#;

/// The office.
pub struct Office {
    /// Where its daemon lives.
    pub home: Home,
    receivers: BTreeMap<&'static str, Receiver>,
}

/// The number of µs of a local instant, `2026-02-09T15:00`.
///
/// # Panics
/// If it is none.
pub fn at(text: &str) -> i64 {
    let instant: jiff::Timestamp = format!("{text}:00+08:00").parse().expect("an instant");
    instant.as_microsecond()
}

impl Office {
    /// An office at a local instant, whose receivers take everything.
    ///
    /// # Panics
    /// If it cannot be set up.
    pub fn at(now: &str) -> Office {
        let mut home = Home::new();
        let receivers: BTreeMap<&'static str, Receiver> =
            CHANNELS.into_iter().map(|name| (name, Receiver::start(Manner::answers(200, "ok")))).collect();
        let mut text = String::from("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n");
        text += "[routing]\nduty_list = \"duties.toml\"\nconsole = \"https://jg.example\"\n";
        for (name, receiver) in &receivers {
            let url = receiver.url("/hook");
            text += &format!(
                "[[deliver]]\nname = \"{name}\"\nkind = \"webhook\"\nurl = \"{url}\"\nallow_private = true\ntimeout_ms = 2000\n"
            );
        }
        home.write("xiezhi.toml", &text);
        home.write("duties.toml", DUTIES);
        let clock = home.path("clock").to_string_lossy().into_owned();
        home.set("XIEZHI_CLOCK_FILE", Some(&clock));
        let office = Office { home, receivers };
        office.set_clock(at(now));
        office
    }

    /// Sets the daemon's clock, µs since 1970.
    pub fn set_clock(&self, now: i64) {
        self.home.write("clock", &now.to_string());
    }

    /// Starts its daemon.
    pub fn open(&self) -> (Daemon, Client) {
        self.home.start()
    }

    /// A receiver.
    ///
    /// # Panics
    /// If there is none of this name.
    pub fn receiver(&self, channel: &str) -> &Receiver {
        self.receivers.get(channel).unwrap_or_else(|| panic!("no channel {channel}"))
    }

    /// What a channel was told, as JSON, in order.
    ///
    /// # Panics
    /// If it was sent no JSON.
    pub fn told(&self, channel: &str) -> Vec<Value> {
        let parse = |body: &[u8]| serde_json::from_slice(body).expect("a webhook is sent JSON");
        self.receiver(channel).requests().iter().map(|request| parse(&request.body)).collect()
    }

    /// The kinds of what a channel was told, in order; the same message twice counts once.
    pub fn kinds(&self, channel: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let mut kinds = Vec::new();
        for told in self.told(channel) {
            let key = told["key"].as_str().unwrap_or_default().to_owned();
            if !seen.contains(&key) {
                seen.push(key);
                let kind = told["type"].as_str().unwrap_or_default();
                kinds.push(kind.trim_start_matches("alert.").to_owned());
            }
        }
        kinds
    }

    /// Waits until a channel was told these kinds, and nothing else.
    ///
    /// # Panics
    /// If it was not.
    pub fn wait_told(&self, channel: &str, kinds: &[&str]) {
        eventually(&format!("{channel} is told {kinds:?}, has {:?}", self.kinds(channel)), || {
            (self.kinds(channel) == kinds).then_some(())
        });
    }
}

/// An engineering section with its project.
pub fn section(code: &str) -> Vec<Value> {
    let project = json!({
        "project": format!("P-{code}"), "name": "某道路工程", "tenderer": {"code": "91990000MA5QAPD9KN"},
        "industry": "01", "method": "public",
    });
    vec![event(&format!("{code}-project"), "project.registered", project), announced(code)]
}

/// Two bids of a section by one agent: PER-02, red.
pub fn red(code: &str) -> Vec<Value> {
    let agent = json!({"agent": {"id": format!("测试证件-{code}"), "name": "人员张"}});
    [section(code), vec![bid(code, 2, agent.clone()), bid(code, 3, agent)]].concat()
}

/// Two bids of a section with one pricing lock: DEV-03, orange.
pub fn orange(code: &str) -> Vec<Value> {
    let lock = json!({"pricing_lock": format!("GLD-{code}")});
    [section(code), vec![bid(code, 0, lock.clone()), bid(code, 1, lock)]].concat()
}

/// Waits for the one alert of a section.
///
/// # Panics
/// If there is none.
pub fn alert_of(client: &Client, section: &str) -> Value {
    eventually(&format!("an alert about {section}"), || {
        client.list(&format!("/api/v1/alerts?section={section}"), 10).into_iter().next()
    })
}

/// Does something with an alert as it was seen.
///
/// # Panics
/// If there is no answer.
pub fn act(client: &Client, alert: &Value, deed: &str, body: &Value) -> Answer {
    let (id, revision) = (alert["id"].as_str().expect("an id"), alert["revision"].to_string());
    let path = format!("/api/v1/alerts/{id}/{deed}");
    client.ask("POST", &path, &[("if-match", &revision)], body.to_string().into_bytes()).expect("an answer")
}

/// The same, which must be done; the alert after it.
///
/// # Panics
/// If it is not.
pub fn done(client: &Client, alert: &Value, deed: &str, body: &Value) -> Value {
    let answer = act(client, alert, deed, body);
    assert_eq!(answer.status, 200, "{deed}: {}", answer.text());
    answer.json()
}
