//! The rules about many sections, and who controls whom.

use super::terms::{Bid, HARDWARE, Name, Section, latest};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Data, Event, PartyRecorded};
use xiezhi_dataflows::normalise::{Date, Instant, Share};

/// `window_days`
const WINDOW_DAYS: i32 = 730;
/// `hub_bidders`
const HUB: usize = 30;
/// `crowd`
const CROWD: usize = 50;

/// Judges all sections by the rules that look at the whole history.
pub fn judge(sections: &[Section<'_>], now: i64, holds: &mut Holds) {
    let today = Instant(now).local_date();
    let links = travelling_values(sections, today, holds);
    rings(&links, holds);
    recurrent_winners(sections, today, holds);
}

/// Whether a bid lies in the window.
fn in_window(bid: &Bid<'_>, today: Date) -> bool {
    (0..=WINDOW_DAYS).contains(&(today.0 - bid.day().0))
}

/// One use of a value: who, where, as which event says.
type Use<'a> = (&'a str, &'a str, Name<'a>);

/// Every use in the window of a value that DEV-12 follows, by kind and value.
fn uses<'a>(sections: &[Section<'a>], today: Date) -> BTreeMap<(&'static str, &'a str), Vec<Use<'a>>> {
    let mut uses: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for section in sections {
        for bid in section.bids.values().filter(|bid| in_window(bid, today) && !bid.on_site()) {
            let mut kinds = vec![
                ("machine_code", bid.device(|device| &device.machine_code)),
                ("pricing_lock", bid.submits(|bid| bid.pricing_lock.as_deref())),
                ("ca_lock", bid.ca_locks()),
                ("feature_code", bid.submits(|bid| bid.file.as_ref()?.feature_code.as_deref())),
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

/// A value that links bidders: who used it, and the events that say so.
struct Link<'a> {
    bidders: BTreeSet<&'a str>,
    events: BTreeSet<Name<'a>>,
}

/// DEV-12, and the links for DEV-13.
fn travelling_values<'a>(sections: &[Section<'a>], today: Date, holds: &mut Holds) -> Vec<Link<'a>> {
    let mut links = Vec::new();
    for ((kind, value), uses) in uses(sections, today) {
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

/// DEV-13: what links have a bidder in common belongs together.
fn rings(links: &[Link<'_>], holds: &mut Holds) {
    let mut rings: Vec<Link<'_>> = Vec::new();
    for link in links {
        let mut joined = Link { bidders: link.bidders.clone(), events: link.events.clone() };
        let mut apart = Vec::new();
        for ring in rings {
            if ring.bidders.is_disjoint(&joined.bidders) {
                apart.push(ring);
            } else {
                joined.bidders.extend(ring.bidders);
                joined.events.extend(ring.events);
            }
        }
        apart.push(joined);
        rings = apart;
    }
    for ring in rings.iter().filter(|ring| ring.bidders.len() >= 3) {
        let first = ring.bidders.first().copied().unwrap_or_default();
        let found = Found::new("DEV-13", None, "L").key([("bidder", first)]);
        let found = found.parties(ring.bidders.iter().copied()).evidence(ring.events.iter().copied());
        holds.findings.insert(found);
    }
}

/// HIS-02: pairs that meet often, one and the same of them winning.
fn recurrent_winners(sections: &[Section<'_>], today: Date, holds: &mut Holds) {
    let mut meetings: BTreeMap<(&str, &str), Vec<&Section<'_>>> = BTreeMap::new();
    for section in sections.iter().filter(|section| section.award().is_some() && section.bids.len() <= CROWD)
    {
        let there = section.bids.values().filter(|bid| in_window(bid, today));
        let there: Vec<&str> = there.map(|bid| bid.bidder).collect();
        for (at, a) in there.iter().enumerate() {
            for b in &there[at + 1..] {
                meetings.entry((*a, *b)).or_default().push(section);
            }
        }
    }
    for ((a, b), met) in meetings.iter().filter(|(_, met)| met.len() >= 5) {
        let awards = || met.iter().filter_map(|section| section.award());
        for winner in [a, b] {
            let wins = awards().filter(|(awarded, _)| awarded == winner).count();
            if wins * 100 >= met.len() * 80 {
                let bids = met.iter().flat_map(|section| [&section.bids[a], &section.bids[b]]);
                let events = bids.map(|bid| bid.first_event().1).chain(awards().map(|(_, event)| event));
                let found = Found::new("HIS-02", None, "L").key([("bidder", a), ("bidder", b)]);
                holds.findings.insert(found.parties([*a, *b]).evidence(events));
            }
        }
    }
}

/// Who controls whom.
pub struct Control<'a> {
    /// The controlling holders that the latest record of an organisation names.
    holders: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

/// Reads control off the party records.
pub fn control<'a>(events: &[&'a Event]) -> Control<'a> {
    let mut records: BTreeMap<&str, Vec<(&Event, Option<&PartyRecorded>)>> = BTreeMap::new();
    for event in events {
        if let Data::PartyRecorded(record) = &event.data {
            records.entry(&record.org).or_default().push((event, Some(record)));
        }
    }
    let latest_of = |records: Vec<(&'a Event, _)>| latest(records.into_iter()).map(|(record, _)| record);
    let holders = records.into_iter().filter_map(|(org, of)| Some((org, controllers(latest_of(of)?))));
    Control { holders: holders.collect() }
}

fn controllers(record: &PartyRecorded) -> BTreeSet<&str> {
    let half = 500_000;
    let controlling = record.holders.iter().filter(|holder| {
        holder.controls == Some(true) || holder.share.is_some_and(|Share(millionths)| millionths > half)
    });
    let code = controlling.filter_map(|holder| match (&holder.org, &holder.person) {
        (Some(org), _) => Some(org.as_str()),
        (None, Some(person)) => person.id.as_deref(),
        (None, None) => None,
    });
    code.collect()
}

impl Control<'_> {
    /// Whether there is a chain of any length from the controller down to the organisation.
    pub fn controls(&self, controller: &str, org: &str) -> bool {
        let (mut above, mut waiting) = (BTreeSet::new(), vec![org]);
        while let Some(next) = waiting.pop() {
            for holder in self.holders.get(next).into_iter().flatten() {
                if above.insert(*holder) {
                    waiting.push(holder);
                }
            }
        }
        above.contains(controller)
    }
}
