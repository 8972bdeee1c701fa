//! What witnesses recorded, and what their devices did.

use super::terms::Section;
use super::units::seconds;
use super::world::{Name, World, at, id, name, told, within, written};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{DeviceState, Event, Gravity, WitnessDevice, WitnessKind, WitnessRecorded};
use xiezhi_dataflows::normalise::Instant;

pub fn judge(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    for (event, record) in told!(section.events, WitnessRecorded) {
        holds.findings.extend(witnessed(section, event, record));
    }
    outages(section, world, holds);
}

pub fn judge_all(world: &World<'_>, holds: &mut Holds) {
    let held: Vec<_> = world.sections.iter().filter_map(held).collect();
    for (at, a) in held.iter().enumerate() {
        holds.findings.extend(held[at + 1..].iter().filter_map(|b| overlap(a, b)));
    }
    repeated(world, holds);
}

fn witnessed(section: &Section<'_>, event: &Event, record: &WitnessRecorded) -> Option<Found> {
    let severity = match record.gravity {
        Gravity::Note => return None,
        Gravity::Minor => "L",
        Gravity::Serious => "V",
    };
    let rule = match record.kind {
        WitnessKind::UnauthorisedPerson => "WIT-03",
        WitnessKind::PrivateContact => "WIT-04",
        WitnessKind::PhoneCarriedIn => "WIT-05",
        WitnessKind::SignedForAnother => "WIT-06",
        WitnessKind::Inducement => "WIT-08",
        WitnessKind::EquipmentFault => "WIT-09",
        WitnessKind::SealBroken => "WIT-10",
        WitnessKind::ProcedureSkipped => "WIT-11",
        WitnessKind::ObjectionOnSite => "WIT-12",
        WitnessKind::PaperPassed => "WIT-14",
        WitnessKind::Unfit => "WIT-17",
        _ => "WIT-00",
    };
    let found = Found::new(rule, Some(section.code), severity)
        .key([("event", &written(name(event)))])
        .parties(record.parties.iter().map(|party| party.as_str()))
        .persons(record.persons.iter().filter_map(id))
        .evidence([name(event)]);
    Some(found)
}

/// What one device reported.
type States<'a> = Vec<(Instant, Name<'a>, DeviceState)>;

/// WIT-01: a device failed for more than a minute between opening and the end of the evaluation.
fn outages(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    let Some(begin) = section.started().map(|(event, opening)| at(event, opening.at)).min() else { return };
    let closed = told!(section.events, EvaluationClosed).map(|(event, said)| at(event, said.at)).max();
    let end = closed.unwrap_or(world.now);
    let limit = world.thresholds().outage_seconds;
    for (device, states) in states(section) {
        let mut rest = &states[..];
        while let Some(first) = rest.iter().position(|(_, _, state)| *state != DeviceState::Ok) {
            let (from, event, _) = rest[first];
            let again = rest[first..].iter().position(|(_, _, state)| *state == DeviceState::Ok);
            let fixed = again.map(|again| rest[first + again]);
            let until = fixed.map_or(end, |(fixed, _, _)| fixed.min(end));
            let since = from.max(begin);
            if until.0 - since.0 > i64::from(limit) * 1_000_000 {
                let found = Found::new("WIT-01", Some(section.code), "V").key([("event", &written(event))]);
                // For how long, as far as an end is told: of the outage, or of the evaluation.
                let over = fixed.map(|(fixed, _, _)| fixed).into_iter().chain(closed).min();
                let found = found
                    .measured([("since", since.to_rfc3339()), ("limit", limit.to_string())])
                    .measured(over.map(|over| ("seconds", seconds(since, over))))
                    .measured(device.map(|device| ("device", device.to_owned())));
                let fixing = fixed.map(|(_, event, _)| event);
                holds.findings.insert(found.evidence([event].into_iter().chain(fixing)));
            }
            rest = again.map_or(&[], |again| &rest[first + again..]);
        }
    }
}

/// What each device reported, in order.
fn states<'a>(section: &Section<'a>) -> BTreeMap<Option<&'a str>, States<'a>> {
    let mut states: BTreeMap<_, States<'_>> = BTreeMap::new();
    let reported = |event, said: &'a WitnessDevice| Some((at(event, said.at), name(event), said.state?));
    for (event, said) in told!(section.events, WitnessDevice) {
        states.entry(said.device.as_deref()).or_default().extend(reported(event, said));
    }
    states.values_mut().for_each(|states| states.sort_by_key(|(at, name, _)| (*at, *name)));
    states
}

/// A section's opening: where it was held, from when to when, and the events that say so.
struct Held<'a> {
    section: &'a str,
    room: &'a str,
    from: Instant,
    to: Instant,
    events: [Name<'a>; 2],
}

fn held<'a>(section: &Section<'a>) -> Option<Held<'a>> {
    let started = section.started().map(|(event, said)| (at(event, said.at), name(event), said));
    let (from, started, said) = started.min_by_key(|(at, name, _)| (*at, *name))?;
    let closed = told!(section.events, OpeningClosed).map(|(event, said)| (at(event, said.at), name(event)));
    let (to, closed) = closed.max()?;
    let room = said.room.as_deref()?;
    Some(Held { section: section.code, room, from, to, events: [started, closed] })
}

/// WIT-18: two openings at once in one room.
fn overlap(a: &Held<'_>, b: &Held<'_>) -> Option<Found> {
    let found = Found::new("WIT-18", None, "V");
    let found = found.key([("room", a.room), ("section", a.section), ("section", b.section)]);
    let (from, to) = (a.from.max(b.from), a.to.min(b.to));
    let found = found.measured([("since", from.to_rfc3339()), ("seconds", seconds(from, to))]);
    let at_once = a.room == b.room && from < to;
    at_once.then(|| found.evidence(a.events.into_iter().chain(b.events)))
}

/// WIT-19: three records that name one person or party.
fn repeated(world: &World<'_>, holds: &mut Holds) {
    let mut named: BTreeMap<(&str, &str), BTreeSet<Name<'_>>> = BTreeMap::new();
    for (event, record) in told!(world.events, WitnessRecorded) {
        let recent = within(at(event, record.at).local_date(), 180, world.today());
        if record.gravity == Gravity::Note || !recent {
            continue;
        }
        let persons = record.persons.iter().filter_map(id).map(|person| ("person", person));
        for who in persons.chain(record.parties.iter().map(|party| ("party", &**party))) {
            named.entry(who).or_default().insert(name(event));
        }
    }
    let least = world.thresholds().records_min as usize;
    for ((kind, who), events) in named.into_iter().filter(|(_, events)| events.len() >= least) {
        let found = Found::new("WIT-19", None, "L").key([(kind, who)]);
        let found = found.measured([("records", events.len().to_string()), ("limit", least.to_string())]);
        let found = found.evidence(events);
        holds.findings.insert(if kind == "person" { found.persons([who]) } else { found.parties([who]) });
    }
}
