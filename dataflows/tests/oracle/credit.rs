//! Credit entries: who bid or won while listed, and who was listed for collusion again.

use super::bids::Bid;
use super::terms::Section;
use super::world::{Name, World, at, id, latest_told, name, told, years_later};
use super::{Found, Holds};
use std::collections::BTreeMap;
use xiezhi_dataflows::event::{CreditKind, CreditListed, Event};
use xiezhi_dataflows::normalise::Instant;

/// An entry: its code, its latest listing, and since when it is removed.
pub struct Entry<'a> {
    pub code: &'a str,
    pub listed: &'a CreditListed,
    pub event: Name<'a>,
    pub removed_at: Option<Instant>,
}

impl<'a> Entry<'a> {
    pub fn org(&self) -> Option<&'a str> {
        self.listed.org.as_deref()
    }

    /// From when to when it is in force.
    fn days(&self) -> impl Iterator<Item = (&'static str, String)> {
        let until = self.listed.until_on.map(|until| ("until_on", until.to_string()));
        [("from_on", self.listed.from_on.to_string())].into_iter().chain(until)
    }

    pub fn person(&self) -> Option<&'a str> {
        if self.listed.org.is_some() { None } else { id(self.listed.person.as_ref()?) }
    }

    fn is_in_force(&self, at: Instant) -> bool {
        let day = at.local_date();
        let removed = self.removed_at.is_some_and(|removed| removed <= at);
        self.listed.from_on <= day && self.listed.until_on.is_none_or(|until| day <= until) && !removed
    }
}

/// Every entry.
pub fn entries<'a>(world: &World<'a>) -> Vec<Entry<'a>> {
    let mut listings: BTreeMap<&str, Vec<(&Event, &CreditListed)>> = BTreeMap::new();
    for (event, listed) in told!(world.events, CreditListed) {
        listings.entry(&listed.entry).or_default().push((event, listed));
    }
    let entries = listings.into_iter().filter_map(|(code, listings)| {
        let (event, listed) = latest_told(listings.into_iter())?;
        let removals = told!(world.events, CreditRemoved).filter(|(_, removed)| &*removed.entry == code);
        let removals = removals.map(|(event, removed)| at(event, removed.removed_at));
        let removed_at = removals.chain(listed.removed_at).min();
        Some(Entry { code, listed, event: name(event), removed_at })
    });
    entries.collect()
}

pub fn judge(world: &World<'_>, holds: &mut Holds) {
    let entries = entries(world);
    for section in &world.sections {
        for bid in section.bids.values() {
            let found = entries.iter().filter_map(|entry| bid_while_listed(section, bid, entry));
            holds.findings.extend(found);
        }
        holds.findings.extend(entries.iter().filter_map(|entry| won_while_listed(section, entry)));
    }
    listed_again(world, &entries, holds);
}

/// CRD-01: the bidder, a member of the consortium, an agent or the manager was listed when the bid was submitted.
fn bid_while_listed(section: &Section<'_>, bid: &Bid<'_>, entry: &Entry<'_>) -> Option<Found> {
    let of_org = entry.org().is_some_and(|org| org == bid.bidder || bid.has_member(org));
    let of_person = entry.person().is_some_and(|person| {
        let acting = bid.agents().into_iter().chain(bid.manager());
        acting.map(|(acting, _)| acting).any(|acting| acting == person)
    });
    let (submitted_at, submitted) = bid.submitted_at()?;
    let severity = if entry.listed.kind == CreditKind::Blacklist { "X" } else { "L" };
    let found = Found::new("CRD-01", Some(section.code), severity);
    let found = found.key([("bidder", bid.bidder), ("entry", entry.code)]).parties([bid.bidder]);
    let found = found.measured([("submitted_at", submitted_at.to_rfc3339())]).measured(entry.days());
    ((of_org || of_person) && entry.is_in_force(submitted_at))
        .then(|| found.persons(entry.person()).evidence([entry.event, submitted]))
}

/// CRD-03: the award went to one on a blacklist.
fn won_while_listed(section: &Section<'_>, entry: &Entry<'_>) -> Option<Found> {
    let (event, award) = section.award()?;
    let awarded = &*award.bidder.code;
    let listed = entry.listed.kind == CreditKind::Blacklist && entry.org() == Some(awarded);
    let notified_at = at(event, award.notified_at);
    let found = Found::new("CRD-03", Some(section.code), "X").key([("entry", entry.code)]);
    let found = found.measured([("notified_at", notified_at.to_rfc3339())]).measured(entry.days());
    (listed && entry.is_in_force(notified_at))
        .then(|| found.parties([awarded]).evidence([name(event), entry.event]))
}

/// CRD-02: listed twice for collusion in three years.
fn listed_again(world: &World<'_>, entries: &[Entry<'_>], holds: &mut Holds) {
    let mut listed: BTreeMap<(&str, &str), Vec<Name<'_>>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.listed.kind == CreditKind::Collusion) {
        let from = entry.listed.from_on;
        if from <= world.today() && world.today() <= years_later(from, 3) {
            let org = entry.org().map(|org| ("party", org));
            let Some(who) = org.or_else(|| Some(("person", entry.person()?))) else { continue };
            listed.entry(who).or_default().push(entry.event);
        }
    }
    let least = world.thresholds().collusion_entries_min as usize;
    for ((kind, who), events) in listed.into_iter().filter(|(_, events)| events.len() >= least) {
        let found = Found::new("CRD-02", None, "D").key([(kind, who)]);
        let found = found.measured([("entries", events.len().to_string()), ("limit", least.to_string())]);
        let found = found.evidence(events);
        holds.findings.insert(if kind == "person" { found.persons([who]) } else { found.parties([who]) });
    }
}
