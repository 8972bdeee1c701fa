//! A plain recomputation of the core rules, straight from `core-rules.md`, to hold the dataflows against.
//!
//! It shares nothing with them but the types of events and the spelling of codes and dates: strings, sets and nested
//! loops, slow and easy to read. What it says of a set of events does not depend on their order.

mod award;
mod bids;
mod complaints;
mod credit;
mod days;
mod devices;
mod documents;
mod experts;
mod history;
mod money;
mod parties;
mod persons;
mod prices;
mod procedure;
mod quality;
mod reading;
mod relations;
mod runs;
mod scores;
mod terms;
mod together;
#[allow(
    dead_code,
    reason = "of the tests that share the oracle only the random streams ask for the watch-list"
)]
pub mod watch;
mod witness;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use terms::{Group, Section};
use world::{Name, World};
use xiezhi_dataflows::event::{Data, Event};
use xiezhi_dataflows::finding::{EVIDENCE_MAX, Rendered, Value};
use xiezhi_dataflows::normalise::{Fen, Instant};
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::Rule;

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
    /// What was measured, as it is written. Of a published one all, of one that should hold those that are recomputed.
    pub measured: BTreeMap<String, String>,
}

impl Found {
    fn new(rule: &str, section: Option<&str>, severity: &str) -> Found {
        Found {
            rule: rule.to_owned(),
            section: section.map(str::to_owned),
            severity: severity.to_owned(),
            ..Found::default()
        }
    }

    /// The finding of a group that shares a value of a kind.
    fn group(rule: &str, section: &Section<'_>, severity: &str, kind: &str, group: &Group<'_>) -> Found {
        Found::new(rule, Some(section.code), severity)
            .key([(kind, &group.value)])
            .parties(group.bidders.iter().copied())
            .evidence(group.events())
            .measured([("bidders", group.bidders.len().to_string())])
    }

    fn key<const N: usize>(mut self, parts: [(&str, &str); N]) -> Found {
        let mut parts = parts.map(|(name, value)| format!("{name}:{value}"));
        parts.sort();
        self.key = parts.join(",");
        self
    }

    fn measured<const N: usize>(mut self, measures: [(&str, String); N]) -> Found {
        self.measured.extend(measures.map(|(name, value)| (name.to_owned(), value)));
        self
    }

    /// Without what was measured.
    fn bare(&self) -> Found {
        Found { measured: BTreeMap::new(), ..self.clone() }
    }

    fn parties<'a>(mut self, parties: impl IntoIterator<Item = &'a str>) -> Found {
        self.parties = parties.into_iter().map(str::to_owned).collect();
        self
    }

    fn persons<'a>(mut self, persons: impl IntoIterator<Item = &'a str>) -> Found {
        self.persons = persons.into_iter().map(str::to_owned).collect();
        self
    }

    fn evidence<'a>(mut self, events: impl IntoIterator<Item = Name<'a>>) -> Found {
        // Sorted by (source, id) before it is cut, as published findings are.
        let events: BTreeSet<Name<'_>> = events.into_iter().collect();
        let shown = events.into_iter().take(EVIDENCE_MAX);
        self.evidence = Some(shown.map(|(source, id)| format!("{source}#{id}")).collect());
        self
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

/// Money as it is written.
fn yuan(Fen(fen): Fen) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// A share of thousandths as it is written.
fn percent(permille: i64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// A length of time in whole seconds, begun ones counted, as it is written.
fn seconds(from: Instant, to: Instant) -> String {
    ((to.0 - from.0 + 999_999) / 1_000_000).to_string()
}

/// What holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Holds {
    pub findings: BTreeSet<Found>,
    /// Groups that are the venue's own, and hubs.
    pub quality: BTreeSet<Found>,
}

impl Holds {
    /// What of published rows this speaks of.
    pub fn of(findings: &[Rendered], quality: &[Rendered]) -> Holds {
        let found = |rows: &[Rendered]| rows.iter().map(Found::from).collect();
        Holds { findings: found(findings), quality: found(quality) }
    }

    /// A group of bidders that share a value, unless it says more of the venue.
    fn guarded(&mut self, section: &Section<'_>, group: &Group<'_>, found: Found) {
        let rows = if section.is_noise(group) { &mut self.quality } else { &mut self.findings };
        rows.insert(found);
    }

    /// With the severities of a legal profile in the place of the national ones.
    fn rated(self, rules: &Params) -> Holds {
        let rated = |found: Found| {
            let rule = Rule::of(&found.rule).filter(|rule| rule.sheet().severity.as_str() == found.severity);
            let other = rule.and_then(|rule| rules.profile.severity.get(&rule));
            let severity = other.map_or(found.severity, |severity| severity.as_str().to_owned());
            Found { severity, ..found }
        };
        let [findings, quality] =
            [self.findings, self.quality].map(|rows| rows.into_iter().map(rated).collect());
        Holds { findings, quality }
    }

    /// What the two do not have in common of the rules that the engine computes, for a reader; empty if nothing.
    pub fn differences(&self, published: &Holds) -> String {
        let mut text = String::new();
        for (what, these, those) in [
            ("finding that should hold", &self.findings, &published.findings),
            ("finding that should not hold", &published.findings, &self.findings),
            ("data-quality row that should hold", &self.quality, &published.quality),
            ("data-quality row that should not hold", &published.quality, &self.quality),
        ] {
            let those: BTreeSet<Found> = those.iter().map(Found::bare).collect();
            let only = these.iter().filter(|found| !those.contains(&found.bare()));
            for found in only.filter(|found| Rule::of(&found.rule).is_some()) {
                text.push_str(&format!("{what}: {found:?}\n"));
            }
        }
        for (these, those) in [(&self.findings, &published.findings), (&self.quality, &published.quality)] {
            let those: BTreeMap<Found, &Found> = those.iter().map(|found| (found.bare(), found)).collect();
            for (found, published) in
                these.iter().filter_map(|found| Some((found, those.get(&found.bare())?)))
            {
                let wrong =
                    |(name, value): &(&String, &String)| published.measured.get(*name) != Some(*value);
                for measure in found.measured.iter().filter(wrong) {
                    text.push_str(&format!("{measure:?} should be measured: {published:?}\n"));
                }
            }
        }
        text
    }
}

/// What holds at `now` (µs) after these events, in whatever order they came and however often, by the usual parameters.
pub fn holds(events: &[Event], now: i64) -> Holds {
    holds_by(&Params::default(), events, now)
}

/// The same by other parameters.
pub fn holds_by(rules: &Params, events: &[Event], now: i64) -> Holds {
    let world = World::of(holding(events), Instant(now), rules);
    let mut holds = Holds::default();
    for section in &world.sections {
        devices::judge(section, &mut holds);
        documents::judge(section, &mut holds);
        persons::judge(section, &world, &mut holds);
        money::judge(section, &mut holds);
        prices::judge(section, &mut holds);
        quality::judge(section, &mut holds);
        relations::judge(section, &world, &mut holds);
        procedure::judge(section, &world, &mut holds);
        experts::judge(section, &world, &mut holds);
        scores::judge(section, &mut holds);
        award::judge(section, &world, &mut holds);
        witness::judge(section, &world, &mut holds);
        complaints::judge_section(section, &world, &mut holds);
    }
    history::judge(&world, &mut holds);
    together::judge(&world, &mut holds);
    witness::judge_all(&world, &mut holds);
    complaints::judge_all(&world, &mut holds);
    credit::judge(&world, &mut holds);
    quality::judge_events(&world, &mut holds);
    holds.rated(rules)
}

/// The events that hold: those that no retraction that holds names.
fn holding(events: &[Event]) -> Vec<&Event> {
    let come: BTreeMap<Name<'_>, &Event> = events.iter().map(|event| (world::name(event), event)).collect();
    let mut retracted_by: BTreeMap<Name<'_>, Vec<Name<'_>>> = BTreeMap::new();
    for (name, event) in &come {
        if let Data::EventRetracted(data) = &event.data {
            retracted_by.entry((&data.retracts.source, &data.retracts.id)).or_default().push(*name);
        }
    }
    // A ring of retractions names nothing but itself, so it matters to no finding how it is judged.
    fn holds<'a>(name: Name<'a>, by: &BTreeMap<Name<'a>, Vec<Name<'a>>>, above: &mut Vec<Name<'a>>) -> bool {
        if above.contains(&name) {
            return true;
        }
        above.push(name);
        let holds = !by.get(&name).into_iter().flatten().any(|retraction| holds(*retraction, by, above));
        above.pop();
        holds
    }
    let holding = come.into_iter().filter(|(name, _)| holds(*name, &retracted_by, &mut Vec::new()));
    holding.map(|(_, event)| event).collect()
}
