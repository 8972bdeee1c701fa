//! Rings: connected components of bidders over the values they share. DEV-13.
//!
//! Label propagation in a loop costs seconds when a long chain is cut: its price is the diameter. Here the
//! graph is plain state, and a change searches again only the components that it touches, breadth first: a
//! component of 10,000 firms costs milliseconds, whatever its shape. All rings live on one worker.

use super::values::Link;
use super::{Rulebook, emit_difference};
use crate::finding::Finding;
use crate::judge::Bench;
use crate::operators::{Diff, Keyed, Time};
use crate::row::Fact;
use crate::rules;
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// A connected component.
struct Component {
    bidders: Vec<Symbol>,
    finding: Option<Arc<Finding>>,
}

/// The graph: values and bidders, linked where a bidder used a value.
#[derive(Default)]
struct Rings {
    links: BTreeMap<Fact, Arc<Link>>,
    values_of: HashMap<Symbol, BTreeSet<Fact>>,
    component_of: HashMap<Symbol, u64>,
    components: HashMap<u64, Component>,
    next: u64,
}

impl Rings {
    fn set(&mut self, link: &Arc<Link>, diff: Diff) {
        if diff > 0 {
            for bidder in &link.bidders {
                self.values_of.entry(*bidder).or_default().insert(link.value);
            }
            self.links.insert(link.value, link.clone());
        } else {
            for bidder in &link.bidders {
                if let Some(values) = self.values_of.get_mut(bidder) {
                    values.remove(&link.value);
                    if values.is_empty() {
                        self.values_of.remove(bidder);
                    }
                }
            }
            self.links.remove(&link.value);
        }
    }

    /// Takes out the components of these bidders: their other members, and their findings.
    fn dissolve(&mut self, touched: &mut BTreeSet<Symbol>) -> Vec<Arc<Finding>> {
        let ids: BTreeSet<u64> =
            touched.iter().filter_map(|bidder| self.component_of.get(bidder)).copied().collect();
        let mut findings = Vec::new();
        for component in ids.iter().filter_map(|id| self.components.remove(id)) {
            for bidder in &component.bidders {
                self.component_of.remove(bidder);
            }
            touched.extend(component.bidders);
            findings.extend(component.finding);
        }
        findings
    }

    /// Finds the components that these bidders form now, and their findings.
    fn search(&mut self, bench: &Bench, touched: &BTreeSet<Symbol>) -> Vec<Arc<Finding>> {
        let mut findings = Vec::new();
        for start in touched {
            if self.component_of.contains_key(start) || !self.values_of.contains_key(start) {
                continue;
            }
            self.next += 1;
            let (mut bidders, mut values) = (vec![*start], BTreeSet::new());
            self.component_of.insert(*start, self.next);
            let mut at = 0;
            while at < bidders.len() {
                for value in self.values_of.get(&bidders[at]).into_iter().flatten() {
                    if !values.insert(*value) {
                        continue;
                    }
                    for bidder in self.links.get(value).into_iter().flat_map(|link| &link.bidders) {
                        if self.component_of.insert(*bidder, self.next).is_none() {
                            bidders.push(*bidder);
                        }
                    }
                }
                at += 1;
            }
            let finding = self.finding(bench, &bidders, &values);
            findings.extend(finding.clone());
            self.components.insert(self.next, Component { bidders, finding });
        }
        findings
    }

    fn finding(&self, bench: &Bench, bidders: &[Symbol], values: &BTreeSet<Fact>) -> Option<Arc<Finding>> {
        if bidders.len() < bench.params.thresholds.ring_min as usize {
            return None;
        }
        // Named by the smallest code, not by the smallest number: numbers follow the order of arrival.
        let first = bidders.iter().copied().min_by_key(|b| bench.symbols.text(*b)).unwrap_or_default();
        let events: BTreeSet<EventRef> = values.iter().flat_map(|v| &self.links[v].events).copied().collect();
        let bidders = bidders.iter().copied();
        Some(Arc::new(rules::ring(&bench.params, first, bidders, values.len(), events.into_iter())))
    }
}

impl Keyed for Rings {
    type Key = ();
    type Row = Arc<Link>;
    type Out = Arc<Finding>;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        _: &(),
        changes: &[(((), Arc<Link>), Diff)],
        out: &mut dyn FnMut(Arc<Finding>, Diff),
    ) {
        let mut touched: BTreeSet<Symbol> =
            changes.iter().flat_map(|((_, link), _)| link.bidders.iter().copied()).collect();
        let mut before = self.dissolve(&mut touched);
        // What goes first: a value whose users changed goes and comes in one commit.
        for wanted in [-1, 1] {
            for ((_, link), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                self.set(link, *diff);
            }
        }
        let mut after = self.search(bench, &touched);
        before.sort_unstable();
        after.sort_unstable();
        emit_difference(&before, &after, |finding| finding, out);
    }

    fn reconsider(&mut self, _: &Bench, after: &Bench, _: &(), out: &mut dyn FnMut(Arc<Finding>, Diff)) {
        let mut all: BTreeSet<Symbol> =
            self.links.values().flat_map(|link| link.bidders.iter().copied()).collect();
        let mut before = self.dissolve(&mut all);
        let mut after = self.search(after, &all);
        before.sort_unstable();
        after.sort_unstable();
        emit_difference(&before, &after, |finding| finding, out);
    }

    fn is_empty(&self) -> bool {
        self.links.is_empty()
    }
}

/// Findings of DEV-13.
pub fn rings<'scope>(
    links: VecCollection<'scope, Time, Arc<Link>, Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Arc<Finding>, Diff> {
    rules.judged::<Rings>(links.map(|link| ((), link)), "rings").0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Params;
    use crate::row::FactKind;
    use crate::symbols::Symbols;

    fn bench() -> Bench {
        let symbols = Arc::new(Symbols::default());
        // Codes whose order as text is the reverse of their numbers'.
        (0..64).for_each(|i| assert_eq!(symbols.intern(&format!("{:02}", 63 - i)).0, i + 1));
        Bench { params: Arc::new(Params::default()), symbols }
    }

    fn link(value: u32, bidders: &[u32]) -> Arc<Link> {
        let bidders: BTreeSet<Symbol> = bidders.iter().map(|b| Symbol(*b)).collect();
        let value = Fact::symbol(FactKind::Mac, Symbol(value));
        Arc::new(Link {
            value,
            bidders: bidders.into_iter().collect(),
            events: vec![EventRef(value.value() as u32)],
        })
    }

    /// Components by repeated merging of sets, straight from the definition.
    fn naive(links: &BTreeMap<u32, Arc<Link>>) -> BTreeSet<Vec<Symbol>> {
        let mut sets: Vec<BTreeSet<Symbol>> = Vec::new();
        for link in links.values() {
            let mut merged: BTreeSet<Symbol> = link.bidders.iter().copied().collect();
            sets.retain(|set| {
                let apart = set.is_disjoint(&merged);
                if !apart {
                    merged.extend(set);
                }
                apart
            });
            sets.push(merged);
        }
        sets.into_iter().filter(|set| set.len() >= 3).map(|set| set.into_iter().collect()).collect()
    }

    #[test]
    fn whatever_links_come_and_go_the_rings_are_those_of_the_links_that_are_left() {
        let bench = bench();
        let mut random = 0x2545_F491_4F6C_DD1Du64;
        let mut next = |below: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % below) as u32
        };
        let (mut rings, mut links) = (Rings::default(), BTreeMap::new());
        let mut held: BTreeMap<Arc<Finding>, Diff> = BTreeMap::new();
        for _ in 0..3_000 {
            let mut changes = Vec::new();
            for _ in 0..1 + next(3) {
                let value = 1 + next(24);
                let users: Vec<u32> = (0..2 + next(3)).map(|_| 1 + next(40)).collect();
                let after = (next(3) > 0).then(|| link(value, &users)).filter(|l| l.bidders.len() >= 2);
                changes.retain(|((_, l), _): &(((), Arc<Link>), Diff)| l.value.as_symbol().0 != value);
                let before = links.get(&value).cloned();
                changes.extend(before.map(|l| (((), l), -1)));
                changes.extend(after.map(|l| (((), l), 1)));
            }
            differential_dataflow::consolidation::consolidate(&mut changes);
            for ((_, link), diff) in changes.iter().filter(|(_, diff)| *diff < 0) {
                assert_eq!(*diff, -1);
                links.remove(&link.value.as_symbol().0);
            }
            for ((_, link), _) in changes.iter().filter(|(_, diff)| *diff > 0) {
                links.insert(link.value.as_symbol().0, link.clone());
            }
            rings.change(&bench, &(), &changes, &mut |finding, diff| {
                *held.entry(finding).or_insert(0) += diff;
            });
            held.retain(|_, count| *count != 0);
            assert!(held.values().all(|count| *count == 1));
            let found: BTreeSet<Vec<Symbol>> = held.keys().map(|f| f.parties.clone()).collect();
            assert_eq!(found, naive(&links));
        }
        assert!(!held.is_empty());
    }
}
