//! Rings: connected components of bidders over the values they share. DEV-13.
//!
//! Label propagation in a loop costs seconds when a long chain is cut: its price is the diameter. Here the
//! graph is plain state, and a change searches again only the components that it touches, breadth first: a
//! component of 10,000 firms costs milliseconds, whatever its shape. All rings live on one worker.

use super::few::Few;
use super::values::Link;
use super::{Rulebook, emit_difference};
use crate::finding::Finding;
use crate::judge::Bench;
use crate::operators::{Diff, Keyed, Time};
use crate::row::Fact;
use crate::rules;
use crate::symbols::Symbol;
use differential_dataflow::VecCollection;
use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

/// A connected component.
struct Component {
    bidders: Vec<Symbol>,
    finding: Option<Arc<Finding>>,
}

/// The graph: values and bidders, linked where a bidder used a value.
#[derive(Default)]
struct Rings {
    links: HashMap<Fact, Arc<Link>>,
    values_of: HashMap<Symbol, Few<Fact>>,
    component_of: HashMap<Symbol, u64>,
    components: HashMap<u64, Component>,
    next: u64,
}

impl Rings {
    fn set(&mut self, link: &Arc<Link>, diff: Diff) {
        for bidder in &link.bidders {
            let values = self.values_of.entry(*bidder).or_default();
            values.change(&link.value, diff);
            if values.is_empty() {
                self.values_of.remove(bidder);
            }
        }
        if diff > 0 {
            self.links.insert(link.value, link.clone());
        } else {
            self.links.remove(&link.value);
        }
    }

    /// Takes out the components of these bidders: their members, and their findings. Bidders in no component stay.
    fn dissolve(&mut self, touched: &mut Vec<Symbol>) -> Vec<Arc<Finding>> {
        let mut findings = Vec::new();
        for at in 0..touched.len() {
            let Some(id) = self.component_of.get(&touched[at]) else { continue };
            let Some(component) = self.components.remove(id) else { continue };
            for bidder in &component.bidders {
                self.component_of.remove(bidder);
            }
            touched.extend(component.bidders);
            findings.extend(component.finding);
        }
        findings.sort_unstable();
        findings
    }

    /// Finds the components that these bidders form now, and their findings.
    fn search(&mut self, bench: &Bench, touched: &[Symbol]) -> Vec<Arc<Finding>> {
        let mut findings = Vec::new();
        for start in touched {
            if self.component_of.contains_key(start) || !self.values_of.contains_key(start) {
                continue;
            }
            self.next += 1;
            let (bidders, links) = self.reach(*start, self.next);
            let finding = ring(bench, &bidders, &links);
            findings.extend(finding.clone());
            self.components.insert(self.next, Component { bidders, finding });
        }
        findings.sort_unstable();
        findings
    }

    /// All that can be reached from a bidder, marked as one component: bidders, and the links between them.
    fn reach(&mut self, start: Symbol, component: u64) -> (Vec<Symbol>, Vec<Arc<Link>>) {
        let (mut bidders, mut links, mut seen) = (vec![start], Vec::new(), HashSet::new());
        self.component_of.insert(start, component);
        let mut at = 0;
        while let Some(bidder) = bidders.get(at) {
            for value in self.values_of.get(bidder).map_or(&[][..], Few::as_slice) {
                let Some(link) = self.links.get(value).filter(|_| seen.insert(*value)) else { continue };
                for bidder in &link.bidders {
                    if self.component_of.insert(*bidder, component).is_none() {
                        bidders.push(*bidder);
                    }
                }
                links.push(link.clone());
            }
            at += 1;
        }
        (bidders, links)
    }
}

/// The finding about a component, if there are enough in it.
fn ring(bench: &Bench, bidders: &[Symbol], links: &[Arc<Link>]) -> Option<Arc<Finding>> {
    if bidders.len() < bench.params.thresholds.ring_min as usize {
        return None;
    }
    // Named by the smallest code, not by the smallest number: numbers follow the order of arrival.
    let first = bidders.iter().copied().reduce(|a, b| bench.symbols.first_of(a, b))?;
    let events = links.iter().flat_map(|link| &link.events).copied();
    Some(Arc::new(rules::ring(&bench.params, first, bidders.iter().copied(), links.len(), events)))
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
        let mut touched = changes.iter().flat_map(|((_, link), _)| &link.bidders).copied().collect();
        let before = self.dissolve(&mut touched);
        // What goes first: a value whose users changed goes and comes in one commit.
        for wanted in [-1, 1] {
            for ((_, link), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                self.set(link, *diff);
            }
        }
        emit_difference(&before, &self.search(bench, &touched), |finding| finding, out);
    }

    fn reconsider(&mut self, _: &Bench, after: &Bench, _: &(), out: &mut dyn FnMut(Arc<Finding>, Diff)) {
        let mut all = self.values_of.keys().copied().collect();
        let before = self.dissolve(&mut all);
        emit_difference(&before, &self.search(after, &all), |finding| finding, out);
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
    use crate::symbols::{EventRef, Symbols};
    use std::collections::{BTreeMap, BTreeSet};

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
