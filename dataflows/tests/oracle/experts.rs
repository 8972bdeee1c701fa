//! Experts: how many there were, whom they belong to, whether they came.

use super::relations::stands_in;
use super::terms::Section;
use super::world::{Name, World, at, earliest, id, latest, latest_told, name, told, written, years_later};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Attendance, Event, ExpertAttended};
use xiezhi_dataflows::normalise::{Date, Instant};

pub fn judge(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    holds.findings.extend(committee(section));
    let sitting = sitting(section);
    for expert in &sitting {
        for bidder in section.bids.keys().filter(|bidder| belongs(section, world, expert, bidder)) {
            let found = Found::new("EXP-05", Some(section.code), "V");
            let found = found.key([("bidder", bidder), ("expert", expert)]);
            holds.findings.insert(found.parties([*bidder]).persons([*expert]));
        }
    }
    attendance(section, holds);
}

fn signed_in<'a>(section: &Section<'a>) -> impl Iterator<Item = (&'a Event, &'a ExpertAttended)> {
    told!(section.events, ExpertSignedIn)
}

/// EXP-01: fewer than five experts, or an even number of them.
fn committee(section: &Section<'_>) -> Option<Found> {
    let started = told!(section.events, EvaluationStarted);
    let (start, event) = earliest(started.map(|(event, evaluation)| (event, at(event, evaluation.at))))?;
    let mut signed: BTreeMap<&str, Vec<(&Event, &ExpertAttended)>> = BTreeMap::new();
    for (event, expert) in signed_in(section) {
        if let Some(who) = id(&expert.expert) {
            signed.entry(who).or_default().push((event, expert));
        }
    }
    if signed.is_empty() {
        return None;
    }
    let present: Vec<Name<'_>> =
        signed.into_values().filter_map(|signed| present_by(start, signed)).collect();
    let wrong = present.len() < section.thresholds().experts_min as usize || present.len().is_multiple_of(2);
    let found = Found::new("EXP-01", Some(section.code), "V").parties([section.tenderer()?]);
    let found = found.measured([
        ("experts", present.len().to_string()),
        ("required", section.thresholds().experts_min.to_string()),
    ]);
    (wrong && section.built_or_bought()).then(|| found.evidence(present.into_iter().chain([event])))
}

/// By which event an expert was present at an instant.
fn present_by<'a>(instant: Instant, signed: Vec<(&'a Event, &'a ExpertAttended)>) -> Option<Name<'a>> {
    let by_then = signed.into_iter().filter(|(event, expert)| at(event, expert.at) <= instant);
    let (event, expert) = latest_told(by_then)?;
    (expert.status == Some(Attendance::Present)).then(|| name(event))
}

/// Those who were drawn or signed in, and not replaced.
fn sitting<'a>(section: &Section<'a>) -> BTreeSet<&'a str> {
    let drawn = told!(section.events, ExpertDrawn).map(|(_, expert)| &expert.expert);
    let mut sitting: BTreeSet<&str> =
        drawn.chain(signed_in(section).map(|(_, expert)| &expert.expert)).filter_map(id).collect();
    for (_, replaced) in told!(section.events, ExpertReplaced) {
        id(&replaced.expert).map(|expert| sitting.remove(expert));
    }
    sitting
}

/// EXP-05: whether an expert belongs to a bidder.
fn belongs(section: &Section<'_>, world: &World<'_>, expert: &str, bidder: &str) -> bool {
    let drawn = told!(section.events, ExpertDrawn).filter(|(_, drawn)| id(&drawn.expert) == Some(expert));
    let employer = latest(drawn.map(|(event, drawn)| (event, drawn.employer.as_ref())));
    let works = employer.is_some_and(|(employer, _)| {
        let employer = &*employer.code;
        employer == bidder
            || world.parties.controls(employer, bidder)
            || world.parties.controls(bidder, employer)
    });
    let record = world.parties.record(bidder);
    works
        || record.is_some_and(|(record, _)| stands_in(record, expert))
        || was_employed(section, world, expert, bidder)
}

/// Whether the bidder employed the expert when it was drawn, or in the three years before.
fn was_employed(section: &Section<'_>, world: &World<'_>, expert: &str, bidder: &str) -> bool {
    let Some(day) = called_on(section, expert) else { return false };
    told!(world.events, PersonEmployed).any(|(_, job)| {
        let theirs = id(&job.person) == Some(expert) && &*job.org == bidder;
        theirs && job.from_on <= day && job.until_on.is_none_or(|until| until >= years_later(day, -3))
    })
}

/// The day on which the expert was drawn, or else signed in.
fn called_on(section: &Section<'_>, expert: &str) -> Option<Date> {
    let drawn = told!(section.events, ExpertDrawn).filter(|(_, drawn)| id(&drawn.expert) == Some(expert));
    let drawn = latest_told(drawn).map(|(event, drawn)| at(event, drawn.at));
    let signed = signed_in(section).filter(|(_, signed)| id(&signed.expert) == Some(expert));
    let signed = || earliest(signed.map(|(event, signed)| (event, at(event, signed.at)))).map(|(at, _)| at);
    drawn.or_else(signed).map(|at| at.local_date())
}

/// EXP-06: late, absent, or replaced without a reason.
fn attendance(section: &Section<'_>, holds: &mut Holds) {
    let missed = signed_in(section)
        .filter(|(_, expert)| matches!(expert.status, Some(Attendance::Late | Attendance::Absent)))
        .map(|(event, expert)| (event, &expert.expert));
    let replaced = told!(section.events, ExpertReplaced)
        .filter(|(_, replaced)| replaced.reason.is_none())
        .map(|(event, replaced)| (event, &replaced.expert));
    for (event, expert) in missed.chain(replaced) {
        let shown: Name<'_> = name(event);
        let found = Found::new("EXP-06", Some(section.code), "V").key([("event", &written(shown))]);
        let found = found.measured(id(expert).map(|expert| ("expert", expert.to_owned())));
        holds.findings.insert(found.persons(id(expert)).evidence([shown]));
    }
}
