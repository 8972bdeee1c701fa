//! The award and the contract.

use super::days::end_of_day;
use super::terms::Section;
use super::units::yuan;
use super::world::{Name, World, at, latest_told, name, told};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{AwardProposed, Event};

pub fn judge(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    let proposed = latest_told(told!(section.events, AwardProposed));
    holds.findings.extend(proposed.and_then(|proposed| not_proposed(section, proposed)));
    holds.findings.extend(proposed.iter().flat_map(|proposed| declined(section, *proposed)));
    holds.findings.extend(unsigned(section, world));
    holds.findings.extend(other_price(section));
    subcontractors(section, holds);
}

/// AWD-02: the award went to none of the candidates.
fn not_proposed(section: &Section<'_>, (event, proposed): (&Event, &AwardProposed)) -> Option<Found> {
    let (award_event, award) = section.award()?;
    let found = Found::new("AWD-02", Some(section.code), "V").parties([&*award.bidder.code]);
    let found = found.measured([candidates(proposed)]);
    let among = proposed.candidates.iter().any(|candidate| candidate.bidder.code == award.bidder.code);
    (!among).then(|| found.evidence([name(event), name(award_event)]))
}

/// How many candidates there are.
fn candidates(proposed: &AwardProposed) -> (&'static str, String) {
    ("bidders", proposed.candidates.len().to_string())
}

/// AWD-03: who came first declines.
fn declined(section: &Section<'_>, (event, proposed): (&Event, &AwardProposed)) -> Vec<Found> {
    let first = proposed.candidates.iter().filter(|candidate| candidate.rank == Some(1));
    let found = first.filter_map(|candidate| {
        let bidder = &candidate.bidder.code;
        let declined = told!(section.events, AwardDeclined).filter(|(_, said)| said.bidder.code == *bidder);
        let declined: Vec<Name<'_>> = declined.map(|(event, _)| name(event)).collect();
        let found = Found::new("AWD-03", Some(section.code), "L").key([("bidder", bidder)]);
        let found = found.measured([candidates(proposed)]);
        let events = declined.iter().copied().chain([name(event)]);
        (!declined.is_empty()).then(|| found.parties([&**bidder]).evidence(events))
    });
    found.collect()
}

/// AWD-06: no contract within 30 days.
fn unsigned(section: &Section<'_>, world: &World<'_>) -> Option<Found> {
    let (event, award) = section.award()?;
    let notified_at = at(event, award.notified_at);
    let due = end_of_day(notified_at, 30);
    let signed = told!(section.events, ContractSigned).next().is_some();
    let found = Found::new("AWD-06", Some(section.code), "V").parties([&*award.bidder.code]);
    let found = found.measured([("notified_at", notified_at.to_rfc3339()), ("due", due.to_rfc3339())]);
    (world.now >= due && !signed).then(|| found.evidence([name(event)]))
}

/// AWD-07: the contract has another price than the award.
fn other_price(section: &Section<'_>) -> Option<Found> {
    let (event, award) = section.award()?;
    let (signed, contract) = latest_told(told!(section.events, ContractSigned))?;
    let found = Found::new("AWD-07", Some(section.code), "V").parties([&*contract.contractor.code]);
    let (awarded, agreed) = (award.price?, contract.price?);
    let found = found.measured([("awarded_price", yuan(awarded)), ("contract_price", yuan(agreed))]);
    (awarded != agreed).then(|| found.evidence([name(event), name(signed)]))
}

/// AWD-11: a subcontractor was a bidder.
fn subcontractors(section: &Section<'_>, holds: &mut Holds) {
    let mut pairs: BTreeMap<(&str, &str), BTreeSet<Name<'_>>> = BTreeMap::new();
    for (event, said) in told!(section.events, ContractSubcontracted) {
        let (contractor, subcontractor) = (&*said.contractor.code, &*said.subcontractor.code);
        if contractor != subcontractor && section.bids.contains_key(subcontractor) {
            pairs.entry((contractor, subcontractor)).or_default().insert(name(event));
        }
    }
    for ((contractor, subcontractor), events) in pairs {
        let found = Found::new("AWD-11", Some(section.code), "L");
        let found = found.key([("contractor", contractor), ("subcontractor", subcontractor)]);
        holds.findings.insert(found.parties([contractor, subcontractor]).evidence(events));
    }
}
