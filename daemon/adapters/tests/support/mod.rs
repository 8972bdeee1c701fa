//! What the tests of the adapters share.
#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;
use std::sync::Arc;
use xiezhi_adapters::{Adapter, Codes, Format, Place};
use xiezhi_dataflows::event::Door;
use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise::Placeholders;

/// What came of texts.
#[derive(Debug, Default, PartialEq)]
pub struct Came {
    /// The events in the order in which they were made.
    pub events: Vec<Json>,
    /// Why there is none, with the place.
    pub faults: Vec<String>,
    /// What was not understood.
    pub not_understood: Vec<String>,
}

impl Came {
    /// The events as texts, sorted: for comparing what came in another order.
    pub fn sorted(&self) -> Vec<String> {
        let mut texts: Vec<String> = self.events.iter().map(text).collect();
        texts.sort();
        texts
    }
}

/// Runs texts through an adapter of their own.
pub fn adapt<'t>(format: Format, texts: impl IntoIterator<Item = &'t str>) -> Came {
    let mut adapter = Adapter::new(format, Arc::new(Codes::default()), Placeholders::default());
    let mut made = Vec::new();
    for (line, text) in (1..).zip(texts) {
        made.extend(adapter.take(text.as_bytes(), &Place { name: "in".into(), line }));
    }
    made.extend(adapter.finish());
    let mut came = Came::default();
    for one in made {
        match one.event {
            Ok(event) => came.events.push(event),
            Err(faults) => came.faults.push(format!("{}: {faults}", one.place)),
        }
    }
    came.not_understood = adapter.not_understood().iter().map(ToString::to_string).collect();
    came
}

/// Asserts that the door takes every event.
pub fn admitted(came: &Came) {
    let door = Door::new(&[7; 32], Placeholders::default());
    for event in &came.events {
        if let Err(refused) = door.admit_json(event.clone()) {
            panic!("{refused}\n{}", text(event));
        }
    }
}

/// A JSON value as text.
pub fn text(json: &Json) -> String {
    String::from_utf8(json.to_bytes()).expect("JSON is UTF-8")
}

/// A path in the tests' folder.
pub fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// What came, as it is kept beside its input.
pub fn golden(came: &Came) -> String {
    let events = came.events.iter().map(|event| format!("{}\n", text(event)));
    let faults = came.faults.iter().map(|fault| format!("refused {fault}\n"));
    let odd = came.not_understood.iter().map(|odd| format!("not understood: {odd}\n"));
    events.chain(faults).chain(odd).collect()
}

/// Compares with what is kept; with `XIEZHI_GOLDEN=write` in the environment, writes it instead, to be read and committed.
pub fn is_as_kept(came: &Came, name: &str) {
    let (path, now) = (path(name), golden(came));
    if std::env::var_os("XIEZHI_GOLDEN").is_some_and(|value| value == "write") {
        std::fs::write(&path, &now).expect("the golden file can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(now, kept, "{name} is not as kept; look at it, then run with XIEZHI_GOLDEN=write");
}
