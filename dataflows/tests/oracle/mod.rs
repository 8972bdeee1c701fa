//! A plain recomputation of the core rules, straight from `core-rules.md`, to hold the dataflows against.
//!
//! It shares nothing with them but the types of events and the spelling of codes and dates: strings, sets and nested
//! loops, slow and easy to read. What it says of a set of events does not depend on their order. It says all that is
//! published of a finding: one that measures anything else is wrong.

mod award;
mod bids;
mod complaints;
mod credit;
mod days;
mod devices;
mod documents;
mod experts;
mod found;
mod history;
#[allow(dead_code, reason = "of the tests that share the oracle only the random streams count measures")]
pub mod measures;
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
mod units;
#[allow(
    dead_code,
    reason = "of the tests that share the oracle only the random streams ask for the watch-list"
)]
pub mod watch;
mod witness;
mod world;

use found::Found;
use std::collections::{BTreeMap, BTreeSet};
use terms::{Group, Section};
use world::{Name, World};
use xiezhi_dataflows::event::{Data, Event};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::Rule;

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

    /// What of these rows is published otherwise, with all that they measure, for a reader; empty if nothing.
    pub fn differences(&self, published: &Holds) -> String {
        found::differences("finding", &self.findings, &published.findings)
            + &found::differences("data-quality row", &self.quality, &published.quality)
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
