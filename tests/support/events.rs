//! Events to send: those of `tests/cases`, and some made by hand.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Organisations with a valid check digit; nobody's.
pub const BIDDERS: [&str; 4] =
    ["91990000MAR6C1F0KN", "91990000MA0UL8KF37", "91990000MAXQQUL2X4", "91990000MA5QAPD9KN"];

/// The source of the events made here.
pub const SOURCE: &str = "/tests/e2e";

/// A case of `tests/cases`.
pub struct Case {
    /// Its events, in order of arrival.
    pub events: Vec<Value>,
    /// The instant at which what is expected holds.
    pub now: String,
    /// The findings that are expected: rule, section, parties.
    pub expect: Vec<Value>,
    /// The only rules that are compared.
    pub rules: Vec<String>,
}

/// The folder of cases.
fn cases_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// Reads a case.
///
/// # Panics
/// If there is none of that name.
pub fn case(name: &str) -> Case {
    let path = cases_folder().join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let case: Value = serde_json::from_str(&text).expect("JSON");
    let list = |field: &str| case[field].as_array().cloned().unwrap_or_default();
    Case {
        events: list("events"),
        now: case["now"].as_str().expect("a now").to_owned(),
        expect: list("expect"),
        rules: list("rules").iter().filter_map(|rule| rule.as_str().map(str::to_owned)).collect(),
    }
}

/// An event.
pub fn event(id: &str, kind: &str, data: Value) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": SOURCE, "type": kind,
        "time": "2026-02-09T15:00:00+08:00", "data": data,
    })
}

/// The announcement of a section, opened on 2026-02-10.
pub fn announced(section: &str) -> Value {
    event(
        &format!("{section}-announced"),
        "section.announced",
        json!({
            "section": section, "project": format!("P-{section}"), "name": "一标段",
            "ceiling_price": 10_000_000, "announced_at": "2026-01-10T09:00:00+08:00",
            "documents_from": "2026-01-10T09:00:00+08:00",
            "submission_deadline": "2026-02-10T09:00:00+08:00", "opening_at": "2026-02-10T09:00:00+08:00",
        }),
    )
}

/// A bid of one of [`BIDDERS`] with further fields; its id is the section's and the bidder's number.
pub fn bid(section: &str, bidder: usize, more: Value) -> Value {
    let mut data = json!({
        "section": section, "submitted_at": "2026-02-09T15:00:00+08:00",
        "bidder": {"code": BIDDERS[bidder], "name": format!("测试{bidder}建设有限公司")},
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more);
    }
    event(&format!("{section}-bid-{bidder}"), "bid.submitted", data)
}

/// The retraction of an event.
pub fn retracted(what: &Value) -> Value {
    let name = json!({"source": what["source"], "id": what["id"]});
    let id = format!("{}-retracted", what["id"].as_str().unwrap_or_default());
    event(&id, "event.retracted", json!({"retracts": name, "reason": "entered by mistake"}))
}

/// Two bids with one pricing lock (DEV-03, a strong lead), after the section's announcement.
pub fn one_lock(section: &str) -> Vec<Value> {
    let lock = json!({"pricing_lock": format!("GLD-{section}")});
    vec![announced(section), bid(section, 0, lock.clone()), bid(section, 1, lock)]
}

/// Two bids by one agent (PER-02, which the law deems collusion).
pub fn one_agent(section: &str) -> Vec<Value> {
    let agent = json!({"agent": {"id": format!("测试证件-{section}"), "name": "人员张"}});
    vec![bid(section, 2, agent.clone()), bid(section, 3, agent)]
}

/// Events as NDJSON.
pub fn ndjson(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}
