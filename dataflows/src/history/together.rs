//! Who bids together, again and again: HIS-04.
//!
//! A pair counts if it shares at least half of all sections in which either bids. So a bidder needs a partner in half
//! of its own sections; few have one, and only those are told to the one place that looks at pairs from both sides.

use super::{Rulebook, apply, emit_difference};
use crate::finding::Finding;
use crate::judge::Bench;
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::rules;
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one bidder learns of a section: that it bids there, or whom it meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Learns {
    Bids(Symbol, EventRef),
    Meets(Symbol),
}

/// The bidders of one section, each with its first event.
#[derive(Default)]
struct Section {
    bids: Vec<(Symbol, EventRef)>,
}

impl Keyed for Section {
    type Key = Symbol;
    type Row = (Symbol, EventRef);
    type Out = (Symbol, Learns);
    type Context = ();

    fn change(
        &mut self,
        _: &(),
        section: &Symbol,
        changes: &[((Symbol, (Symbol, EventRef)), Diff)],
        out: &mut dyn FnMut((Symbol, Learns), Diff),
    ) {
        for wanted in [-1, 1] {
            for ((_, bid), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                let (bidder, event) = *bid;
                let present = |bids: &[(Symbol, EventRef)]| bids.iter().any(|(held, _)| *held == bidder);
                let before = present(&self.bids);
                apply(&mut self.bids, bid, *diff);
                let after = present(&self.bids);
                out((bidder, Learns::Bids(*section, event)), *diff);
                // A bid whose first event changed goes and comes: it meets the others anew, which cancels.
                if before != after {
                    let others: BTreeSet<Symbol> = self.bids.iter().map(|(other, _)| *other).collect();
                    for other in others.into_iter().filter(|other| *other != bidder) {
                        out((bidder, Learns::Meets(other)), *diff);
                        out((other, Learns::Meets(bidder)), *diff);
                    }
                }
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.bids.is_empty()
    }
}

/// A bidder that has a partner in half of its sections.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
struct Partnered {
    bidder: Symbol,
    /// Its sections, each with the first event of its bid; sorted.
    sections: Arc<[(Symbol, EventRef)]>,
    /// With whom, and in how many sections.
    partners: Vec<(Symbol, u32)>,
}

/// One bidder: its sections, and in how many of them it met whom.
#[derive(Default)]
struct Bidder {
    sections: Vec<(Symbol, EventRef)>,
    met: Vec<(Symbol, u32)>,
    told: Option<Partnered>,
}

impl Bidder {
    fn meet(&mut self, other: Symbol, diff: Diff) {
        let at = self.met.binary_search_by_key(&other, |(held, _)| *held).unwrap_or_else(|at| {
            self.met.insert(at, (other, 0));
            at
        });
        let count = &mut self.met[at].1;
        *count = (*count as Diff + diff).max(0) as u32;
        if *count == 0 {
            self.met.remove(at);
        }
    }

    fn tell(&mut self, bench: &Bench, bidder: Symbol, out: &mut dyn FnMut(Partnered, Diff)) {
        let after = self.partnered(bidder, bench.params.thresholds.together_min);
        if after != self.told {
            self.told.iter().for_each(|told| out(told.clone(), -1));
            after.iter().for_each(|told| out(told.clone(), 1));
            self.told = after;
        }
    }

    fn partnered(&self, bidder: Symbol, together_min: u32) -> Option<Partnered> {
        let enough = |count: u32| count >= together_min && 2 * count as usize >= self.sections.len();
        let partners: Vec<_> = self.met.iter().filter(|(_, count)| enough(*count)).copied().collect();
        let sections = || self.sections.as_slice().into();
        (!partners.is_empty()).then(|| Partnered { bidder, sections: sections(), partners })
    }
}

impl Keyed for Bidder {
    type Key = Symbol;
    type Row = Learns;
    type Out = Partnered;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        bidder: &Symbol,
        changes: &[((Symbol, Learns), Diff)],
        out: &mut dyn FnMut(Partnered, Diff),
    ) {
        for wanted in [-1, 1] {
            for ((_, learns), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                match learns {
                    Learns::Bids(section, event) => {
                        apply(&mut self.sections, &(*section, *event), *diff);
                    }
                    Learns::Meets(other) => self.meet(*other, *diff),
                }
            }
        }
        self.tell(bench, *bidder, out);
    }

    fn reconsider(
        &mut self,
        _: &Bench,
        after: &Bench,
        bidder: &Symbol,
        out: &mut dyn FnMut(Partnered, Diff),
    ) {
        self.tell(after, *bidder, out);
    }

    fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.met.is_empty()
    }
}

/// Who is linked with whom; always from both sides.
type Edges = BTreeMap<Symbol, BTreeSet<Symbol>>;

/// All bidders with partners, in one place.
#[derive(Default)]
struct Cliques {
    bidders: BTreeMap<Symbol, Partnered>,
    published: Vec<Arc<Finding>>,
}

impl Cliques {
    /// Pairs that share at least half of all their sections, from both sides: while an edition of the rules is being put
    /// in force, one of the two may ask for fewer meetings than the other, and only one tells of the pair.
    fn edges(&self) -> Edges {
        let mut edges = Edges::new();
        for (bidder, partnered) in &self.bidders {
            for (other, together) in &partnered.partners {
                let Some(met) = self.bidders.get(other) else { continue };
                // Jaccard: together / (a + b − together) ≥ 1/2.
                if 3 * *together as usize >= partnered.sections.len() + met.sections.len() {
                    edges.entry(*bidder).or_default().insert(*other);
                    edges.entry(*other).or_default().insert(*bidder);
                }
            }
        }
        edges
    }

    fn findings(&self, bench: &Bench) -> Vec<Arc<Finding>> {
        let edges = self.edges();
        let mut reached: BTreeSet<Symbol> = BTreeSet::new();
        let mut findings = Vec::new();
        for bidder in edges.keys() {
            if reached.contains(bidder) {
                continue;
            }
            let mut component = BTreeSet::from([*bidder]);
            let mut waiting = vec![*bidder];
            while let Some(next) = waiting.pop() {
                let new = edges[&next].iter().filter(|other| component.insert(**other));
                waiting.extend(new.copied().collect::<Vec<_>>());
            }
            reached.extend(&component);
            if component.len() >= bench.params.thresholds.ring_min as usize {
                findings.push(Arc::new(self.finding(bench, &component, &edges)));
            }
        }
        findings.sort_unstable();
        findings
    }

    fn publish(&mut self, bench: &Bench, out: &mut dyn FnMut(Arc<Finding>, Diff)) {
        let after = self.findings(bench);
        emit_difference(&self.published, &after, |finding| finding, out);
        self.published = after;
    }

    fn finding(&self, bench: &Bench, component: &BTreeSet<Symbol>, edges: &Edges) -> Finding {
        let mut sections = BTreeSet::new();
        let mut events = BTreeSet::new();
        for (bidder, other) in component.iter().flat_map(|b| edges[b].iter().map(move |other| (b, other))) {
            let (own, others) = (&self.bidders[bidder].sections, &self.bidders[other].sections);
            for (section, event) in own.iter() {
                if others.binary_search_by_key(section, |(held, _)| *held).is_ok() {
                    sections.insert(*section);
                    events.insert(*event);
                }
            }
        }
        let first = component.iter().min_by_key(|bidder| bench.symbols.text(**bidder));
        let first = first.copied().unwrap_or(Symbol::NONE);
        let bidders = component.iter().copied();
        rules::clique(&bench.params, first, bidders, sections.len(), events.into_iter())
    }
}

impl Keyed for Cliques {
    type Key = ();
    type Row = Partnered;
    type Out = Arc<Finding>;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        _: &(),
        changes: &[(((), Partnered), Diff)],
        out: &mut dyn FnMut(Arc<Finding>, Diff),
    ) {
        for ((_, partnered), _) in changes.iter().filter(|(_, diff)| *diff < 0) {
            self.bidders.remove(&partnered.bidder);
        }
        for ((_, partnered), _) in changes.iter().filter(|(_, diff)| *diff > 0) {
            self.bidders.insert(partnered.bidder, partnered.clone());
        }
        self.publish(bench, out);
    }

    fn reconsider(&mut self, _: &Bench, after: &Bench, _: &(), out: &mut dyn FnMut(Arc<Finding>, Diff)) {
        self.publish(after, out);
    }

    fn is_empty(&self) -> bool {
        self.bidders.is_empty()
    }
}

/// Findings of HIS-04 from the bids in the window: section, bidder, first event.
pub fn cliques<'scope>(
    bids: VecCollection<'scope, Time, (Symbol, (Symbol, EventRef)), Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Arc<Finding>, Diff> {
    let learns = keyed::<Section>(bids, "bids of sections", ());
    let partnered = rules.judged::<Bidder>(learns, "partners").0;
    rules.judged::<Cliques>(partnered.map(|partnered| ((), partnered)), "cliques").0
}
