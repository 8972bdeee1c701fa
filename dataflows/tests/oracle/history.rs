//! The rules about many sections: values that travel, persons who do, who never wins and who always does.

use super::bids::{Bid, HARDWARE};
use super::terms::Section;
use super::units::percent;
use super::world::{Name, World, at, name, told, within};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::normalise::Date;

/// What is counted by the year.
const YEAR: i32 = 365;

/// Judges all sections by the rules that look at the whole history.
pub fn judge(world: &World<'_>, holds: &mut Holds) {
    let links = travelling_values(world, holds);
    rings(&links, world, holds);
    rotating_persons(world, holds);
    never_winning(world, holds);
    captured(world, holds);
    withdrawals(world, holds);
}

/// The bids of a section that lie in the window.
pub fn recent<'a, 's>(section: &'s Section<'a>, today: Date) -> impl Iterator<Item = &'s Bid<'a>> {
    let days = section.thresholds().window_days as i32;
    section.bids.values().filter(move |bid| within(bid.day(), days, today))
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

/// What links bidders: who they are, in which sections, the events that say so, and how many such links it is made of.
#[derive(Clone, Default)]
pub struct Link<'a> {
    pub bidders: BTreeSet<&'a str>,
    pub sections: BTreeSet<&'a str>,
    pub events: BTreeSet<Name<'a>>,
    pub links: usize,
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
            sections: uses.iter().map(|(_, section, _)| *section).collect(),
            links: 1,
            events: uses.iter().map(|(_, _, event)| *event).collect(),
        };
        let found = Found::new("DEV-12", None, "L").key([(kind, value)]);
        if link.bidders.len() > world.thresholds().hub_bidders as usize {
            holds.quality.insert(hub(found, world));
            continue;
        }
        let found = found.measured([
            ("bidders", link.bidders.len().to_string()),
            ("sections", link.sections.len().to_string()),
        ]);
        let found = found.parties(link.bidders.iter().copied()).evidence(link.events.iter().copied());
        holds.findings.insert(found);
        links.push(link);
    }
    links
}

/// The row of a hub: by its value alone, and how many it needs more than.
fn hub(found: Found, world: &World<'_>) -> Found {
    found.measured([("limit", world.thresholds().hub_bidders.to_string())]).evidence([])
}

/// DEV-13: what is linked over values.
fn rings(links: &[Link<'_>], world: &World<'_>, holds: &mut Holds) {
    for ring in components(links, world) {
        let values = [("values", ring.links.to_string())];
        holds.findings.insert(ring.found("DEV-13").measured(values));
    }
}

impl Link<'_> {
    /// The finding about these bidders, which the first of them gives its name.
    pub fn found(self, rule: &str) -> Found {
        let first = self.bidders.first().copied().unwrap_or_default();
        let found = Found::new(rule, None, "L").key([("bidder", first)]);
        found.parties(self.bidders).evidence(self.events)
    }
}

/// Links that have a bidder in common belong together: what `ring_min` or more bidders form.
pub fn components<'a>(links: &[Link<'a>], world: &World<'_>) -> Vec<Link<'a>> {
    let mut components: Vec<Link<'_>> = Vec::new();
    for link in links {
        let mut joined = link.clone();
        let mut apart = Vec::new();
        for component in components {
            if component.bidders.is_disjoint(&joined.bidders) {
                apart.push(component);
            } else {
                joined.bidders.extend(component.bidders);
                joined.sections.extend(component.sections);
                joined.events.extend(component.events);
                joined.links += component.links;
            }
        }
        apart.push(joined);
        components = apart;
    }
    components.retain(|component| component.bidders.len() >= world.thresholds().ring_min as usize);
    components
}

/// PER-06: one person in the bids of several organisations.
fn rotating_persons(world: &World<'_>, holds: &mut Holds) {
    let mut seen: BTreeMap<&str, Link<'_>> = BTreeMap::new();
    for section in &world.sections {
        for bid in recent(section, world.today()) {
            let persons = [bid.agents(), bid.contacts(), bid.team()].into_iter().flatten();
            for (person, event) in persons {
                let link = seen.entry(person).or_default();
                link.bidders.insert(bid.bidder);
                link.sections.insert(section.code);
                link.events.insert(event);
            }
        }
    }
    let least = world.thresholds().rotation_min as usize;
    for (person, link) in seen.into_iter().filter(|(_, link)| link.bidders.len() >= least) {
        let found = Found::new("PER-06", None, "L").key([("person", person)]);
        if link.bidders.len() > world.thresholds().hub_bidders as usize {
            holds.quality.insert(hub(found, world));
        } else {
            let found = found.measured([
                ("bidders", link.bidders.len().to_string()),
                ("sections", link.sections.len().to_string()),
                ("limit", least.to_string()),
            ]);
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
    let least = world.thresholds().bids_min as usize;
    for (bidder, (events, _)) in bids.into_iter().filter(|(_, (events, won))| events.len() >= least && !won) {
        let found = Found::new("HIS-01", None, "L").key([("bidder", bidder)]);
        let found = found.measured([
            ("bids", events.len().to_string()),
            ("wins", "0".to_owned()),
            ("limit", least.to_string()),
        ]);
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
    let (least, share) = (world.thresholds().awards_min as usize, world.thresholds().concentration_permille);
    for (tenderer, awards) in awards {
        let total: i64 = awards.iter().map(|(_, price, _)| price).sum();
        let of = |bidder: &str| awards.iter().filter(|(awarded, _, _)| *awarded == bidder).copied().collect();
        let most = |bidder: &&str| {
            let theirs: Vec<(&str, i64, Name<'_>)> = of(bidder);
            let value: i64 = theirs.iter().map(|(_, price, _)| price).sum();
            total > 0 && theirs.len() >= least && value * 1000 >= total * i64::from(share)
        };
        let bidders: BTreeSet<&str> = awards.iter().map(|(awarded, _, _)| *awarded).filter(most).collect();
        if !bidders.is_empty() {
            let theirs = awards.iter().filter(|(awarded, _, _)| bidders.contains(awarded));
            let found = Found::new("HIS-10", None, "L").key([("tenderer", tenderer)]);
            let value: i64 = theirs.clone().map(|(_, price, _)| price).sum();
            let found = found.measured([
                ("awards", awards.len().to_string()),
                ("wins", theirs.clone().count().to_string()),
                ("share", percent(value * 1000 / total)),
                ("limit", percent(share)),
            ]);
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
    let least = world.thresholds().withdrawals_min as usize;
    for (bidder, events) in left.into_iter().filter(|(_, events)| events.len() >= least) {
        let found = Found::new("HIS-14", None, "L").key([("bidder", bidder)]);
        let found = found.measured([("withdrawals", events.len().to_string()), ("limit", least.to_string())]);
        holds.findings.insert(found.parties([bidder]).evidence(events));
    }
}
