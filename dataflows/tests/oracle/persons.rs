//! Persons: who acts for several bidders, and how they are reached.

use super::bids::Bid;
use super::terms::Section;
use super::world::{Name, World, at, earliest, id, latest_told, name, told};
use super::{Found, Holds};
use sha2::{Digest, Sha256};
use xiezhi_dataflows::event::{Contract, Event, Industry};
use xiezhi_dataflows::normalise::Instant;

pub fn judge(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    shared(section, holds);
    contacts(section, holds);
    engaged_manager(section, world, holds);
}

/// PER-02, 03 and 09: one agent, one member of the team, one at the opening.
fn shared(section: &Section<'_>, holds: &mut Holds) {
    for (rule, groups) in [
        ("PER-02", section.groups(Bid::agents)),
        ("PER-03", section.groups(Bid::team)),
        ("PER-09", section.groups(attendees)),
    ] {
        for group in groups {
            let found = Found::group(rule, section, "D", "person", &group);
            holds.findings.insert(found.persons([&*group.value]));
        }
    }
}

fn attendees<'a>(bid: &Bid<'a>) -> Vec<(&'a str, Name<'a>)> {
    let attendees = bid.opened().map(|(event, opened)| Some((id(opened.attendee.as_ref()?)?, name(event))));
    attendees.flatten().collect()
}

/// A telephone number or address as findings show it.
pub fn masked(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let hidden = text.chars().count().saturating_sub(4);
    let shown: String = text.chars().skip(hidden).collect();
    format!("{shown}-{digest}")
}

/// PER-04: one contact, telephone number or address.
fn contacts(section: &Section<'_>, holds: &mut Holds) {
    let bought = section.industry() == Some(Industry::GovernmentProcurement);
    let severity = if bought { "D" } else { "L" };
    for group in section.groups(Bid::contacts) {
        let found = Found::group("PER-04", section, severity, "contact", &group);
        holds.findings.insert(found.persons([&*group.value]));
    }
    for (kind, groups) in [("phone", section.groups(Bid::phones)), ("email", section.groups(Bid::emails))] {
        for group in groups {
            let found = Found::group("PER-04", section, severity, kind, &group);
            holds.findings.insert(found.key([(kind, &masked(&group.value))]));
        }
    }
}

/// PER-11: the manager of the award still manages a contract of another section.
fn engaged_manager(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    let Some((event, award)) = section.award() else { return };
    let Some(manager) = award.manager.as_ref().and_then(id) else { return };
    let notified_at = at(event, award.notified_at);
    for other in world.sections.iter().filter(|other| other.code != section.code) {
        let Some((signed, contract)) = managed_contract(other) else { continue };
        let signed_at = signed_at(signed, contract);
        let begun = signed_at <= notified_at;
        let ended = completed_at(other).is_some_and(|completed| completed <= notified_at);
        if contract.manager.as_ref().and_then(id) == Some(manager) && begun && !ended {
            let found = Found::new("PER-11", Some(section.code), "X");
            let found = found.key([("contract", other.code), ("person", manager)]);
            let found = found.parties([&*award.bidder.code]).persons([manager]);
            let found = found
                .measured([("notified_at", notified_at.to_rfc3339()), ("signed_at", signed_at.to_rfc3339())]);
            holds.findings.insert(found.evidence([name(event), name(signed)]));
        }
    }
}

/// The latest contract that names its manager.
fn managed_contract<'a>(section: &Section<'a>) -> Option<(&'a Event, &'a Contract)> {
    let signed = told!(section.events, ContractSigned);
    latest_told(signed.filter(|(_, contract)| contract.manager.as_ref().and_then(id).is_some()))
}

fn signed_at(event: &Event, contract: &Contract) -> Instant {
    at(event, contract.signed_at.or(contract.at))
}

fn completed_at(section: &Section<'_>) -> Option<Instant> {
    let completed = told!(section.events, ContractCompleted);
    let completed = completed.map(|(event, contract)| (event, at(event, contract.at.or(contract.signed_at))));
    earliest(completed).map(|(at, _)| at)
}
