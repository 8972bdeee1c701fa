//! Files and bills of a section's bids.

use super::{Detail, Prints};
use crate::symbols::{EventRef, Symbol, Symbols};
use std::collections::{BTreeMap, BTreeSet};

/// What one bid's files and bill show.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    /// The bidder.
    pub bidder: Symbol,
    /// The events that gave fingerprints.
    pub print_events: Vec<EventRef>,
    /// Item, unit price in fen, and the event that gave it; sorted by item.
    pub items: Vec<(Symbol, i64, EventRef)>,
}

/// Files and bills of one section.
#[derive(Debug, Default)]
pub struct Papers {
    /// The section.
    pub section: Symbol,
    /// Who bids, and the other members of each consortium.
    roll: Vec<(Symbol, Vec<Symbol>)>,
    /// Those who showed something, sorted by bidder.
    pub papers: Vec<Paper>,
    /// Fingerprints of their files, without the tender document's.
    pub prints: Prints,
}

/// From so many bidders on, what more than half of them hold is nobody's own.
const BOILERPLATE_FROM: usize = 6;

impl Papers {
    /// Merges details of one section: fingerprints add up, of an item's prices the latest counts. `changed` are the
    /// bidders whose fingerprints came or went.
    pub fn merge(&mut self, section: Symbol, details: &[Detail], changed: BTreeSet<Symbol>, names: &Symbols) {
        self.section = section;
        let before = std::mem::take(&mut self.roll);
        let roll = details.iter().find_map(|detail| match detail {
            Detail::Roll(roll) => Some(roll.to_vec()),
            _ => None,
        });
        self.roll = roll.unwrap_or_default();
        self.papers = papers(details, names);
        // Who withdrew the roll's only reason to name him bids no longer.
        let Papers { roll, papers: all, .. } = self;
        all.retain(|paper| is_on(roll, paper.bidder));
        let mut other = changed;
        let came_or_went = |a: &[(Symbol, Vec<Symbol>)], b: &[(Symbol, Vec<Symbol>)]| {
            a.iter().map(|(bidder, _)| *bidder).filter(|bidder| !is_on(b, *bidder)).collect::<Vec<_>>()
        };
        other.extend(came_or_went(&before, roll));
        other.extend(came_or_went(roll, &before));
        self.merge_prints(details, other);
    }

    /// Merges the fingerprints of those who hold others than before.
    fn merge_prints(&mut self, details: &[Detail], other: BTreeSet<Symbol>) {
        let mut files: BTreeMap<Symbol, BTreeSet<u64>> =
            other.into_iter().map(|bidder| (bidder, BTreeSet::new())).collect();
        for detail in details {
            let Detail::Prints { bidder, prints, .. } = detail else { continue };
            let counts = !bidder.is_some() || is_on(&self.roll, *bidder);
            if let Some(file) = files.get_mut(bidder).filter(|_| counts) {
                file.extend(prints.iter());
            }
        }
        let bidders = self.bidders();
        self.prints.change(&files, if bidders >= BOILERPLATE_FROM { bidders / 2 } else { bidders });
    }

    /// How many bid in the section.
    pub fn bidders(&self) -> usize {
        self.roll.len()
    }

    fn members(&self, bidder: Symbol) -> &[Symbol] {
        let at = self.roll.binary_search_by_key(&bidder, |(lead, _)| *lead);
        at.map_or(&[], |at| self.roll[at].1.as_slice())
    }

    /// Whether two bidders are different: neither is in the other's consortium.
    pub fn different(&self, a: Symbol, b: Symbol) -> bool {
        a != b && !self.members(a).contains(&b) && !self.members(b).contains(&a)
    }
}

fn is_on(roll: &[(Symbol, Vec<Symbol>)], bidder: Symbol) -> bool {
    roll.binary_search_by_key(&bidder, |(lead, _)| *lead).is_ok()
}

/// What each bidder showed, without the fingerprints themselves.
fn papers(details: &[Detail], names: &Symbols) -> Vec<Paper> {
    let mut by_bidder: BTreeMap<Symbol, Paper> = BTreeMap::new();
    let mut prices: BTreeMap<(Symbol, Symbol), (i64, EventRef, i64)> = BTreeMap::new();
    for detail in details {
        match detail {
            Detail::Prints { bidder, event, .. } if bidder.is_some() => {
                by_bidder.entry(*bidder).or_default().print_events.push(*event);
            }
            Detail::Items { bidder, at, event, items } => {
                for (item, price) in items.iter() {
                    let later = |(held_at, held): (i64, EventRef)| {
                        *at > held_at || *at == held_at && names.name_is_greater(*event, held)
                    };
                    let held = prices.get(&(*bidder, *item)).map(|(at, event, _)| (*at, *event));
                    if held.is_none_or(later) {
                        prices.insert((*bidder, *item), (*at, *event, *price));
                    }
                }
            }
            Detail::Terms(_) | Detail::Roll(_) | Detail::Prints { .. } | Detail::Score(_) => {}
        }
    }
    for ((bidder, item), (_, event, price)) in prices {
        by_bidder.entry(bidder).or_default().items.push((item, price, event));
    }
    by_bidder.into_iter().map(|(bidder, paper)| Paper { bidder, ..paper }).collect()
}
