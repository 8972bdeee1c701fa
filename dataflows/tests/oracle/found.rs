//! What holds, as it is compared: a finding or a data-quality row with all that it says.

use super::terms::{Group, Section};
use super::world::Name;
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::finding::{EVIDENCE_MAX, Rendered, Value};

/// Rules whose evidence is not compared: of several chains of control, one is shown.
const CHAINED: [&str; 4] = ["EXP-05", "REL-02", "REL-04", "REL-09"];

/// A finding or a data-quality row.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub rule: String,
    pub section: Option<String>,
    pub key: String,
    pub severity: String,
    pub parties: BTreeSet<String>,
    pub persons: BTreeSet<String>,
    /// `source#id`. None for the rules of [`CHAINED`].
    pub evidence: Option<BTreeSet<String>>,
    /// All that was measured, as it is written.
    pub measured: BTreeMap<String, String>,
}

impl Found {
    pub fn new(rule: &str, section: Option<&str>, severity: &str) -> Found {
        Found {
            rule: rule.to_owned(),
            section: section.map(str::to_owned),
            severity: severity.to_owned(),
            ..Found::default()
        }
    }

    /// The finding of a group that shares a value of a kind.
    pub fn group(rule: &str, section: &Section<'_>, severity: &str, kind: &str, group: &Group<'_>) -> Found {
        Found::new(rule, Some(section.code), severity)
            .key([(kind, &group.value)])
            .parties(group.bidders.iter().copied())
            .evidence(group.events())
            .measured([("bidders", group.bidders.len().to_string())])
    }

    pub fn key<const N: usize>(mut self, parts: [(&str, &str); N]) -> Found {
        let mut parts = parts.map(|(name, value)| format!("{name}:{value}"));
        parts.sort();
        self.key = parts.join(",");
        self
    }

    pub fn measured<'n>(mut self, measures: impl IntoIterator<Item = (&'n str, String)>) -> Found {
        self.measured.extend(measures.into_iter().map(|(name, value)| (name.to_owned(), value)));
        self
    }

    pub fn parties<'a>(mut self, parties: impl IntoIterator<Item = &'a str>) -> Found {
        self.parties = parties.into_iter().map(str::to_owned).collect();
        self
    }

    pub fn persons<'a>(mut self, persons: impl IntoIterator<Item = &'a str>) -> Found {
        self.persons = persons.into_iter().map(str::to_owned).collect();
        self
    }

    /// The events that it rests on. Where they are too many to be written out, their number is.
    pub fn evidence<'a>(mut self, events: impl IntoIterator<Item = Name<'a>>) -> Found {
        // Sorted by (source, id) before it is cut, as published findings are.
        let events: BTreeSet<Name<'_>> = events.into_iter().collect();
        let (all, shown) = (events.len(), events.into_iter().take(EVIDENCE_MAX));
        self.evidence = Some(shown.map(|(source, id)| format!("{source}#{id}")).collect());
        self.measured((all > EVIDENCE_MAX).then(|| ("events", all.to_string())))
    }

    /// Without what was measured.
    pub fn bare(&self) -> Found {
        Found { measured: BTreeMap::new(), ..self.clone() }
    }
}

impl From<&Rendered> for Found {
    fn from(rendered: &Rendered) -> Found {
        let evidence = rendered.evidence.iter().map(|event| format!("{}#{}", event.source, event.id));
        Found {
            rule: rendered.rule.clone(),
            section: rendered.section.clone(),
            key: rendered.key.clone(),
            severity: rendered.severity.clone(),
            parties: rendered.parties.iter().cloned().collect(),
            persons: rendered.persons.iter().cloned().collect(),
            evidence: (!CHAINED.contains(&&*rendered.rule)).then(|| evidence.collect()),
            measured: rendered.value.iter().map(|(name, value)| (name.clone(), written(value))).collect(),
        }
    }
}

/// A measure as text.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Count(count) => count.to_string(),
    }
}

/// What one side has and the other has not, for a reader; empty if nothing. Where the two agree but for measures, those
/// are told that differ.
pub fn differences(what: &str, should: &BTreeSet<Found>, published: &BTreeSet<Found>) -> String {
    let mut text = String::new();
    for found in should.difference(published) {
        match published.iter().find(|other| other.bare() == found.bare()) {
            Some(other) => text.push_str(&unlike(found, other)),
            None => text.push_str(&format!("{what} that should hold: {found:?}\n")),
        }
    }
    for found in published.difference(should) {
        // What agrees but for its measures is told of above.
        if !should.difference(published).any(|other| other.bare() == found.bare()) {
            text.push_str(&format!("{what} that should not hold: {found:?}\n"));
        }
    }
    text
}

/// What two findings measure otherwise that agree in all else.
fn unlike(should: &Found, published: &Found) -> String {
    let names: BTreeSet<&String> = should.measured.keys().chain(published.measured.keys()).collect();
    let differ = names.into_iter().filter_map(|name| {
        let (wanted, given) = (should.measured.get(name), published.measured.get(name));
        (wanted != given).then(|| format!("{name} should be {wanted:?} and is {given:?}: {published:?}\n"))
    });
    differ.collect()
}
