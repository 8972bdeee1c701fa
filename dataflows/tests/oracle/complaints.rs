//! Objections, complaints and inspections that wait for an answer.

use super::days::{end_of_day, end_of_working_day};
use super::terms::Section;
use super::world::{Name, World, at, earliest, latest, told};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Complaint, Event, Objection, ObjectionKind};
use xiezhi_dataflows::normalise::Instant;

/// Each thing by its code, with the events about it.
fn by_code<'a, K: Ord, T>(
    told: impl Iterator<Item = (&'a Event, T)>,
    code: impl Fn(&T) -> K,
) -> BTreeMap<K, Vec<(&'a Event, T)>> {
    let mut things: BTreeMap<K, Vec<_>> = BTreeMap::new();
    for (event, said) in told {
        things.entry(code(&said)).or_default().push((event, said));
    }
    things
}

/// What a term runs from, and when it ended.
fn term(name: &str, from: Instant, due: Instant) -> [(&str, String); 2] {
    [(name, from.to_rfc3339()), ("due", due.to_rfc3339())]
}

/// CMP-03 and 04: an objection or challenge is not answered.
pub fn judge_section(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    let Some(tenderer) = section.tenderer() else { return };
    let answered = told!(section.events, ObjectionAnswered).map(|(_, said)| &*said.objection);
    let answered: BTreeSet<&str> = answered.collect();
    for challenge in [false, true] {
        let raised = told!(section.events, ObjectionRaised)
            .filter(|(_, said)| (said.kind == Some(ObjectionKind::Challenge)) == challenge);
        for (code, raised) in by_code(raised, |said: &&Objection| &*said.objection) {
            let raised = raised.into_iter().map(|(event, said)| (event, at(event, said.at)));
            let Some((raised_at, event)) = earliest(raised) else { continue };
            let due = if challenge {
                end_of_working_day(&world.calendar, raised_at, 7)
            } else {
                Some(end_of_day(raised_at, 3))
            };
            let late = due.filter(|due| world.now >= *due && !answered.contains(code));
            if let Some(due) = late {
                let rule = if challenge { "CMP-04" } else { "CMP-03" };
                let found = Found::new(rule, Some(section.code), "V").key([("objection", code)]);
                let found = found.measured(term("received_at", raised_at, due));
                holds.findings.insert(found.parties([tenderer]).evidence([event]));
            }
        }
    }
}

/// CMP-01, CMP-02 and INS-01.
pub fn judge_all(world: &World<'_>, holds: &mut Holds) {
    undecided(world, "CMP-01", 3, holds);
    undecided(world, "CMP-02", 30, holds);
    inspections(world, holds);
}

fn which(said: &&Complaint) -> (String, String) {
    (said.complaint.as_str().to_owned(), said.department.as_str().to_owned())
}

/// CMP-01: neither accepted nor refused; CMP-02: accepted and not decided.
fn undecided(world: &World<'_>, rule: &str, days: u32, holds: &mut Holds) {
    let began: Vec<_> = match rule {
        "CMP-01" => told!(world.events, ComplaintReceived).collect(),
        _ => told!(world.events, ComplaintAccepted).collect(),
    };
    let ended: BTreeSet<(String, String)> = match rule {
        "CMP-01" => {
            told!(world.events, ComplaintAccepted | ComplaintRefused).map(|(_, said)| which(&said)).collect()
        }
        _ => told!(world.events, ComplaintDecided).map(|(_, said)| which(&said)).collect(),
    };
    for (complaint, began) in by_code(began.into_iter(), which) {
        let began = began.into_iter().map(|(event, said)| (event, at(event, said.at)));
        let Some((began_at, event)) = earliest(began) else { continue };
        let due = end_of_working_day(&world.calendar, began_at, days);
        let late = due.filter(|due| world.now >= *due && !ended.contains(&complaint));
        if let Some(due) = late {
            let from = if rule == "CMP-01" { "received_at" } else { "since" };
            let found = waiting(world, rule, &complaint, event);
            holds.findings.insert(found.measured(term(from, began_at, due)));
        }
    }
}

/// The finding about a complaint, in the section that the latest event of it gives.
fn waiting(world: &World<'_>, rule: &str, complaint: &(String, String), event: Name<'_>) -> Found {
    let stages = told!(
        world.events,
        ComplaintReceived | ComplaintAccepted | ComplaintRefused | ComplaintDecided | ComplaintAnswered
    );
    let about = stages.filter(|(_, said)| which(said) == *complaint);
    let section = latest(about.map(|(event, said)| (event, said.section.as_deref())));
    let found = Found::new(rule, section.map(|(section, _)| section), "V");
    found.key([("complaint", &complaint.0), ("department", &complaint.1)]).evidence([event])
}

/// INS-01: what was found is not published.
fn inspections(world: &World<'_>, holds: &mut Holds) {
    let published = told!(world.events, InspectionPublished).map(|(_, said)| &*said.inspection);
    let published: BTreeSet<&str> = published.collect();
    for (code, done) in by_code(told!(world.events, InspectionDone), |said| &*said.inspection) {
        let done = done.into_iter().map(|(event, said)| (event, at(event, said.at)));
        let Some((done_at, event)) = earliest(done) else { continue };
        let due = end_of_working_day(&world.calendar, done_at, 20);
        let late = due.filter(|due| world.now >= *due && !published.contains(code));
        if let Some(due) = late {
            let found = Found::new("INS-01", None, "V").key([("inspection", code)]);
            let found = found.measured(term("since", done_at, due));
            holds.findings.insert(found.evidence([event]));
        }
    }
}
