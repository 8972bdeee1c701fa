//! What is recorded of organisations, and who controls whom.

use super::world::{Name, id, latest_told, name, told};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Event, Holder, PartyRecorded};
use xiezhi_dataflows::normalise::Share;

/// The latest record of each organisation: it replaces the earlier ones whole.
pub struct Parties<'a> {
    latest: BTreeMap<&'a str, (&'a Event, &'a PartyRecorded)>,
}

/// The code of a holder, or the pseudonym.
pub fn holder_code(holder: &Holder) -> Option<&str> {
    match (&holder.org, &holder.person) {
        (Some(org), _) => Some(org),
        (None, Some(person)) => id(person),
        (None, None) => None,
    }
}

/// The holder's pseudonym, if it is a person.
pub fn holding_person(holder: &Holder) -> Option<&str> {
    if holder.org.is_some() { None } else { holder_code(holder) }
}

fn is_controlling(holder: &Holder) -> bool {
    let half = 500_000;
    holder.controls == Some(true) || holder.share.is_some_and(|Share(millionths)| millionths > half)
}

impl<'a> Parties<'a> {
    /// Reads them off the events.
    pub fn of(events: &[&'a Event]) -> Parties<'a> {
        let mut records: BTreeMap<&str, Vec<(&Event, &PartyRecorded)>> = BTreeMap::new();
        for (event, record) in told!(events, PartyRecorded) {
            records.entry(&record.org).or_default().push((event, record));
        }
        let latest = records.into_iter().filter_map(|(org, of)| Some((org, latest_told(of.into_iter())?)));
        Parties { latest: latest.collect() }
    }

    /// The record of an organisation that counts.
    pub fn record(&self, org: &str) -> Option<(&'a PartyRecorded, Name<'a>)> {
        self.latest.get(org).map(|(event, record)| (*record, name(event)))
    }

    /// Whether there is a chain of any length from the controller down to the organisation.
    pub fn controls(&self, controller: &str, org: &str) -> bool {
        self.links(controller, org).is_some()
    }

    /// How many records the shortest chain from the controller down to the organisation rests on; none if there is none.
    pub fn links(&self, controller: &str, org: &str) -> Option<usize> {
        let (mut above, mut level) = (BTreeSet::new(), BTreeSet::from([org]));
        for links in 1.. {
            level = level.into_iter().flat_map(|org| self.controllers(org)).collect();
            level.retain(|holder| above.insert(*holder));
            if level.contains(controller) {
                return Some(links);
            }
            if level.is_empty() {
                break;
            }
        }
        None
    }

    /// Who controls an organisation directly.
    fn controllers(&self, org: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let holders = self.record(org).map_or(&[][..], |(record, _)| &record.holders);
        holders.iter().filter(|holder| is_controlling(holder)).filter_map(holder_code)
    }

    /// Every holder that any record names.
    pub fn holders(&self) -> BTreeSet<&'a str> {
        let holders = self.latest.values().flat_map(|(_, record)| &record.holders);
        holders.filter_map(holder_code).collect()
    }

    /// Whether a holder is a person.
    pub fn is_person(&self, holder: &str) -> bool {
        let mut holders = self.latest.values().flat_map(|(_, record)| &record.holders);
        holders.any(|named| holding_person(named) == Some(holder))
    }
}
