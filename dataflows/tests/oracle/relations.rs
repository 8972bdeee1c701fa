//! Relations between bidders: control, holders, persons, addresses, consortia.

use super::bids::Bid;
use super::parties::{Parties, holder_code, holding_person};
use super::terms::Section;
use super::world::{Name, World, id};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Holder, PartyRecorded};
use xiezhi_dataflows::normalise::Share;

pub fn judge(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    let parties = &world.parties;
    control(section, parties, holds);
    controllers(section, parties, holds);
    persons(section, parties, holds);
    holders(section, parties, holds);
    addresses(section, parties, holds);
    tenderers_own(section, parties, holds);
    in_two_bids(section, holds);
}

/// Values of the bidder's latest record.
fn recorded<'a>(
    parties: &Parties<'a>,
    bid: &Bid<'a>,
    values: impl Fn(&'a PartyRecorded) -> Vec<String>,
) -> Vec<(String, Name<'a>)> {
    let Some((record, event)) = parties.record(bid.bidder) else { return Vec::new() };
    values(record).into_iter().map(|value| (value, event)).collect()
}

/// REL-02: one bidder controls another.
fn control(section: &Section<'_>, parties: &Parties<'_>, holds: &mut Holds) {
    for bidder in section.bids.keys().filter(|bidder| parties.record(bidder).is_some()) {
        for controller in section.bids.keys() {
            if section.different(controller, bidder) && parties.controls(controller, bidder) {
                let found = Found::new("REL-02", Some(section.code), "X");
                let found = found.key([("controller", controller), ("bidder", bidder)]);
                let found = found.measured(chain(parties, controller, bidder));
                holds.findings.insert(found.parties([*controller, *bidder]));
            }
        }
    }
}

/// How many records one chain of control is shown by: the nearest ones of a shortest.
fn chain(parties: &Parties<'_>, controller: &str, org: &str) -> Option<(&'static str, String)> {
    const SHOWN_MAX: usize = 32;
    let links = parties.links(controller, org)?;
    Some(("events", links.min(SHOWN_MAX).to_string()))
}

/// REL-04: somebody else controls two bidders of which neither controls the other.
fn controllers(section: &Section<'_>, parties: &Parties<'_>, holds: &mut Holds) {
    for controller in parties.holders() {
        let below =
            section.bids.keys().filter(|org| **org != controller && parties.controls(controller, org));
        let below: BTreeSet<&str> = below.copied().collect();
        let beside =
            |a: &str, b: &str| section.different(a, b) && !parties.controls(a, b) && !parties.controls(b, a);
        if below.iter().any(|a| below.iter().any(|b| beside(a, b))) {
            let found = Found::new("REL-04", Some(section.code), "X").key([("controller", controller)]);
            let person = parties.is_person(controller).then_some(controller);
            let found = found.measured([("bidders", below.len().to_string())]);
            holds.findings.insert(found.parties(below).persons(person));
        }
    }
}

/// The legal representative's pseudonym.
pub fn representative(record: &PartyRecorded) -> Option<&str> {
    record.legal_representative.as_ref().and_then(id)
}

fn directing(record: &PartyRecorded) -> Vec<String> {
    let directors = record.directors.iter().filter_map(id);
    directors.chain(representative(record)).map(str::to_owned).collect()
}

/// REL-01: one legal representative; REL-06: one person directs both otherwise.
fn persons(section: &Section<'_>, parties: &Parties<'_>, holds: &mut Holds) {
    let represented = |record| representative(record).map(str::to_owned).into_iter().collect();
    for group in section.groups(|bid| recorded(parties, bid, represented)) {
        let found = Found::group("REL-01", section, "X", "person", &group);
        holds.findings.insert(found.persons([&*group.value]));
    }
    let represents = |org: &str| parties.record(org).and_then(|(record, _)| representative(record));
    let otherwise = |a: &str, b: &str| {
        section.different(a, b) && (represents(a).is_none() || represents(a) != represents(b))
    };
    for group in section.groups(|bid| recorded(parties, bid, directing)) {
        if group.bidders.iter().any(|a| group.bidders.iter().any(|b| otherwise(a, b))) {
            let found = Found::group("REL-06", section, "L", "person", &group);
            holds.findings.insert(found.persons([&*group.value]));
        }
    }
}

/// REL-05: one holder of at least 5 % in each, without control.
fn holders(section: &Section<'_>, parties: &Parties<'_>, holds: &mut Holds) {
    let least = section.thresholds().holder_share_permille * 1000;
    let large = |holder: &&Holder| holder.share.is_some_and(|Share(millionths)| millionths >= least);
    let without_control = |bid: &Bid<'_>| {
        let Some((record, event)) = parties.record(bid.bidder) else { return Vec::new() };
        let holders = record.holders.iter().filter(large).filter_map(holder_code);
        let other = |holder: &&str| *holder != bid.bidder && !parties.controls(holder, bid.bidder);
        let holders = holders.filter(other);
        holders.map(|holder| (holder.to_owned(), event)).collect()
    };
    for group in section.groups(without_control) {
        let person = parties.is_person(&group.value).then_some(&*group.value);
        let found = Found::group("REL-05", section, "L", "holder", &group);
        holds.findings.insert(found.persons(person));
    }
}

/// REL-07: one address.
fn addresses(section: &Section<'_>, parties: &Parties<'_>, holds: &mut Holds) {
    let address = |record: &PartyRecorded| {
        let upper = record.address.as_deref().map(str::to_uppercase).unwrap_or_default();
        let folded: String = upper.chars().filter(|letter| letter.is_alphanumeric()).collect();
        if folded.is_empty() { Vec::new() } else { vec![folded] }
    };
    for group in section.groups(|bid| recorded(parties, bid, address)) {
        holds.findings.insert(Found::group("REL-07", section, "L", "address", &group));
    }
}

/// REL-09: control between the tenderer and a bidder.
fn tenderers_own(section: &Section<'_>, parties: &Parties<'_>, holds: &mut Holds) {
    let Some(tenderer) = section.tenderer() else { return };
    for bidder in section.bids.keys().filter(|bidder| **bidder != tenderer) {
        let (down, up) = (parties.controls(tenderer, bidder), parties.controls(bidder, tenderer));
        if down || up {
            let found = Found::new("REL-09", Some(section.code), "X").key([("bidder", bidder)]);
            // Where each controls the other, the tenderer is named.
            let controller = if down { tenderer } else { *bidder };
            let found =
                found.measured([("tenderer", tenderer.to_owned()), ("controller", controller.to_owned())]);
            holds.findings.insert(found.parties([*bidder]));
        }
    }
}

/// REL-11: one organisation stands in two bids, as lead or member.
fn in_two_bids(section: &Section<'_>, holds: &mut Holds) {
    let mut standing: BTreeMap<&str, BTreeSet<(&str, Name<'_>)>> = BTreeMap::new();
    for bid in section.bids.values() {
        let leads = (bid.bidder, bid.first_event().1);
        for (org, event) in bid.members().into_iter().chain([leads]) {
            standing.entry(org).or_default().insert((bid.bidder, event));
        }
    }
    for (org, shown) in standing {
        let leads: BTreeSet<&str> = shown.iter().map(|(lead, _)| *lead).collect();
        if leads.len() >= 2 {
            let found = Found::new("REL-11", Some(section.code), "X").key([("org", org)]);
            let found = found.measured([("bids", leads.len().to_string())]);
            let found = found.evidence(shown.iter().map(|(_, event)| *event));
            holds.findings.insert(found.parties(leads.into_iter().chain([org])));
        }
    }
}

/// Whether a person is legal representative, director or holder of an organisation.
pub fn stands_in(record: &PartyRecorded, person: &str) -> bool {
    directing(record).iter().any(|director| director == person)
        || record.holders.iter().any(|holder| holding_person(holder) == Some(person))
}
