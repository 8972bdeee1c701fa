//! The rules about many sections: values that travel, persons who do, who never wins and who always does.

use super::bids::{Bid, HARDWARE};
use super::terms::Section;
use super::world::{Name, World, at, name, told, within};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::normalise::Date;

/// `window_days`
const WINDOW_DAYS: i32 = 730;
/// `hub_bidders`
const HUB: usize = 30;
/// What is counted by the year.
const YEAR: i32 = 365;

/// Judges all sections by the rules that look at the whole history.
pub fn judge(world: &World<'_>, holds: &mut Holds) {
    let links = travelling_values(world, holds);
    rings(&links, holds);
    rotating_persons(world, holds);
    never_winning(world, holds);
    captured(world, holds);
    withdrawals(world, holds);
}

/// The bids of a section that lie in the window.
pub fn recent<'a, 's>(section: &'s Section<'a>, today: Date) -> impl Iterator<Item = &'s Bid<'a>> {
    section.bids.values().filter(move |bid| within(bid.day(), WINDOW_DAYS, today))
}

/// One use of a value: who, where, as which event says.
type Use<'a> = (&'a str, &'a str, Name<'a>);

/// Every use in the window of a value that DEV-12 follows, by kind and value.
fn uses<'a>(world: &World<'a>) -> BTreeMap<(&'static str, &'a str), Vec<Use<'a>>> {
    let mut uses: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for section in &world.sections {
        for bid in recent(section, world.today()).filter(|bid| !bid.on_site()) {
            let mut kinds = vec![
                ("machine_code", bid.device(|device| &device.machine_code)),
                ("pricing_lock", bid.pricing_locks()),
                ("ca_lock", bid.ca_locks()),
                ("feature_code", bid.feature_codes()),
            ];
            kinds.extend(HARDWARE.map(|(kind, code)| (kind, bid.device(code))));
            for (kind, shown) in kinds {
                for (value, event) in shown.into_iter().filter(|(value, _)| section.counts(value)) {
                    uses.entry((kind, value)).or_default().push((bid.bidder, section.code, event));
                }
            }
        }
    }
    uses
}

/// What links bidders: who they are, and the events that say so.
#[derive(Clone, Default)]
pub struct Link<'a> {
    pub bidders: BTreeSet<&'a str>,
    pub events: BTreeSet<Name<'a>>,
}

/// DEV-12, and the links for DEV-13.
fn travelling_values<'a>(world: &World<'a>, holds: &mut Holds) -> Vec<Link<'a>> {
    let mut links = Vec::new();
    for ((kind, value), uses) in uses(world) {
        let elsewhere = |(a, s1, _): &Use<'_>| uses.iter().any(|(b, s2, _)| b != a && s2 != s1);
        if !uses.iter().any(elsewhere) {
            continue;
        }
        let link = Link {
            bidders: uses.iter().map(|(bidder, _, _)| *bidder).collect(),
            events: uses.iter().map(|(_, _, event)| *event).collect(),
        };
        let found = Found::new("DEV-12", None, "L").key([(kind, value)]);
        if link.bidders.len() > HUB {
            holds.quality.insert(found.evidence([]));
            continue;
        }
        let found = found.parties(link.bidders.iter().copied()).evidence(link.events.iter().copied());
        holds.findings.insert(found);
        links.push(link);
    }
    links
}

/// DEV-13: what is linked over values.
fn rings(links: &[Link<'_>], holds: &mut Holds) {
    for found in components("DEV-13", links) {
        holds.findings.insert(found);
    }
}

/// The findings of a rule about three or more bidders: links that have a bidder in common belong together.
pub fn components(rule: &str, links: &[Link<'_>]) -> Vec<Found> {
    let mut components: Vec<Link<'_>> = Vec::new();
    for link in links {
        let mut joined = link.clone();
        let mut apart = Vec::new();
        for component in components {
            if component.bidders.is_disjoint(&joined.bidders) {
                apart.push(component);
            } else {
                joined.bidders.extend(component.bidders);
                joined.events.extend(component.events);
            }
        }
        apart.push(joined);
        components = apart;
    }
    let found = components.into_iter().filter(|component| component.bidders.len() >= 3).map(|component| {
        let first = component.bidders.first().copied().unwrap_or_default();
        let found = Found::new(rule, None, "L").key([("bidder", first)]);
        found.parties(component.bidders).evidence(component.events)
    });
    found.collect()
}

/// PER-06: one person in the bids of three organisations.
fn rotating_persons(world: &World<'_>, holds: &mut Holds) {
    let mut seen: BTreeMap<&str, Link<'_>> = BTreeMap::new();
    for section in &world.sections {
        for bid in recent(section, world.today()) {
            let persons = [bid.agents(), bid.contacts(), bid.team()].into_iter().flatten();
            for (person, event) in persons {
                let link = seen.entry(person).or_default();
                link.bidders.insert(bid.bidder);
                link.events.insert(event);
            }
        }
    }
    for (person, link) in seen.into_iter().filter(|(_, link)| link.bidders.len() >= 3) {
        let found = Found::new("PER-06", None, "L").key([("person", person)]);
        if link.bidders.len() > HUB {
            holds.quality.insert(found.evidence([]));
        } else {
            let found = found.parties(link.bidders).persons([person]);
            holds.findings.insert(found.evidence(link.events));
        }
    }
}

/// HIS-01: ten bids in decided sections and no win.
fn never_winning(world: &World<'_>, holds: &mut Holds) {
    let mut bids: BTreeMap<&str, (Vec<Name<'_>>, bool)> = BTreeMap::new();
    for section in &world.sections {
        let Some((_, award)) = section.award() else { continue };
        for bid in recent(section, world.today()) {
            let (events, won) = bids.entry(bid.bidder).or_default();
            events.push(bid.first_event().1);
            *won |= *award.bidder.code == *bid.bidder;
        }
    }
    for (bidder, (events, _)) in bids.into_iter().filter(|(_, (events, won))| events.len() >= 10 && !won) {
        let found = Found::new("HIS-01", None, "L").key([("bidder", bidder)]);
        holds.findings.insert(found.parties([bidder]).evidence(events));
    }
}

/// HIS-10: most of one tenderer's awards go to one bidder.
fn captured(world: &World<'_>, holds: &mut Holds) {
    let mut awards: BTreeMap<&str, Vec<(&str, i64, Name<'_>)>> = BTreeMap::new();
    for section in &world.sections {
        let (Some((event, award)), Some(tenderer)) = (section.award(), section.tenderer()) else { continue };
        if within(at(event, award.notified_at).local_date(), YEAR, world.today()) {
            let price = award.price.map_or(0, |price| price.0);
            awards.entry(tenderer).or_default().push((&award.bidder.code, price, name(event)));
        }
    }
    for (tenderer, awards) in awards {
        let total: i64 = awards.iter().map(|(_, price, _)| price).sum();
        let of = |bidder: &str| awards.iter().filter(|(awarded, _, _)| *awarded == bidder).copied().collect();
        let most = |bidder: &&str| {
            let theirs: Vec<(&str, i64, Name<'_>)> = of(bidder);
            let value: i64 = theirs.iter().map(|(_, price, _)| price).sum();
            total > 0 && theirs.len() >= 5 && value * 2 >= total
        };
        let bidders: BTreeSet<&str> = awards.iter().map(|(awarded, _, _)| *awarded).filter(most).collect();
        if !bidders.is_empty() {
            let theirs = awards.iter().filter(|(awarded, _, _)| bidders.contains(awarded));
            let found = Found::new("HIS-10", None, "L").key([("tenderer", tenderer)]);
            let found = found.evidence(theirs.map(|(_, _, event)| *event));
            holds.findings.insert(found.parties(bidders));
        }
    }
}

/// HIS-14: three withdrawals or declined awards in a year.
fn withdrawals(world: &World<'_>, holds: &mut Holds) {
    let mut left: BTreeMap<&str, Vec<Name<'_>>> = BTreeMap::new();
    for (event, said) in told!(world.events, BidWithdrawn | AwardDeclined) {
        if within(at(event, said.at).local_date(), YEAR, world.today()) {
            left.entry(&said.bidder.code).or_default().push(name(event));
        }
    }
    for (bidder, events) in left.into_iter().filter(|(_, events)| events.len() >= 3) {
        let found = Found::new("HIS-14", None, "L").key([("bidder", bidder)]);
        holds.findings.insert(found.parties([bidder]).evidence(events));
    }
}
