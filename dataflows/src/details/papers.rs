//! Files and bills of a section's bids.

use super::Detail;
use crate::symbols::{EventRef, Symbol, Symbols};
use std::collections::BTreeMap;

/// What one bid's files and bill show.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    /// The bidder.
    pub bidder: Symbol,
    /// Fingerprints of its files, without the tender document's; sorted.
    pub prints: Vec<u64>,
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
}

impl Papers {
    /// Merges details of one section: fingerprints add up, of an item's prices the latest counts.
    pub fn merge(section: Symbol, details: &[Detail], names: &Symbols) -> Papers {
        let mut papers = Papers { section, ..Papers::default() };
        let mut tender: Vec<u64> = Vec::new();
        let mut by_bidder: BTreeMap<Symbol, Paper> = BTreeMap::new();
        let mut prices: BTreeMap<(Symbol, Symbol), (i64, EventRef, i64)> = BTreeMap::new();
        for detail in details {
            match detail {
                Detail::Roll(roll) => papers.roll = roll.to_vec(),
                Detail::Prints { bidder, prints, .. } if !bidder.is_some() => tender.extend(prints.iter()),
                Detail::Prints { bidder, event, prints } => {
                    let paper = by_bidder.entry(*bidder).or_default();
                    paper.prints.extend(prints.iter());
                    paper.print_events.push(*event);
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
                Detail::Score(_) | Detail::Terms(_) => {}
            }
        }
        for ((bidder, item), (_, event, price)) in prices {
            by_bidder.entry(bidder).or_default().items.push((item, price, event));
        }
        tender.sort_unstable();
        papers.papers = by_bidder.into_iter().map(|(bidder, paper)| Paper { bidder, ..paper }).collect();
        for paper in &mut papers.papers {
            paper.prints.retain(|print| tender.binary_search(print).is_err());
            paper.prints.sort_unstable();
            paper.prints.dedup();
        }
        // Who withdrew the roll's only reason to name him bids no longer.
        let Papers { roll, papers: all, .. } = &mut papers;
        all.retain(|paper| roll.iter().any(|(bidder, _)| *bidder == paper.bidder));
        papers
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
