//! Control chains: who controls whom, directly or through others. REL-02 (and, later, REL-04 and REL-09).
//!
//! *Source.* `core-rules.md`, Terms: holder → organisation where `controls` is true or `share` > 0.5; chains count to
//! any length, cycles are allowed.
//!
//! The graph is small (organisations with a controlling holder) and lives on one worker. A changed record
//! searches again, upward, only from the organisation and those below it. The result is brought to each
//! section in which such an organisation bids, as a fact of that section.

use super::apply;
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// One `party.recorded`: the controlling holders it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Record {
    /// The event's time, µs.
    pub at: i64,
    /// The event.
    pub event: EventRef,
    /// Holders that control the organisation, in the order of their codes (not of their numbers).
    pub controllers: Arc<[Symbol]>,
}

/// How many events of one chain are named as evidence.
const CHAIN_MAX: usize = 32;

/// Who controls an organisation, as the facts of a control row: each controller, then the events of its chain.
type Chains = Arc<[Fact]>;

#[derive(Default)]
struct Graph {
    records: HashMap<Symbol, Vec<Record>>,
    /// The record that counts, where it names a controller.
    above: BTreeMap<Symbol, Record>,
    below: BTreeMap<Symbol, BTreeSet<Symbol>>,
    published: BTreeMap<Symbol, Chains>,
}

impl Graph {
    /// The organisations whose chains may run through `org`, itself included.
    fn downward(&self, org: Symbol, reached: &mut BTreeSet<Symbol>) {
        let mut waiting = vec![org];
        while let Some(next) = waiting.pop() {
            if reached.insert(next) {
                waiting.extend(self.below.get(&next).into_iter().flatten());
            }
        }
    }

    /// Makes the latest record of `org` the one that counts.
    fn settle(&mut self, org: Symbol, names: &Symbols) {
        if let Some(old) = self.above.remove(&org) {
            for controller in old.controllers.iter() {
                if let Some(below) = self.below.get_mut(controller) {
                    below.remove(&org);
                }
            }
        }
        let records = self.records.get(&org).map_or(&[][..], Vec::as_slice);
        let latest = records.iter().reduce(|best, record| {
            let later = record.at > best.at
                || record.at == best.at && names.name_is_greater(record.event, best.event);
            if later { record } else { best }
        });
        let Some(latest) = latest.filter(|record| !record.controllers.is_empty()) else { return };
        for controller in latest.controllers.iter() {
            self.below.entry(*controller).or_default().insert(org);
        }
        self.above.insert(org, latest.clone());
    }

    /// All controllers of `org`, nearest first, each with the events of a shortest chain to it.
    fn chains(&self, org: Symbol) -> Option<Chains> {
        let mut facts = Vec::new();
        let mut reached: BTreeMap<Symbol, Vec<EventRef>> = BTreeMap::from([(org, Vec::new())]);
        let mut waiting = std::collections::VecDeque::from([org]);
        while let Some(at) = waiting.pop_front() {
            let Some(record) = self.above.get(&at) else { continue };
            let mut chain = reached[&at].clone();
            if chain.len() < CHAIN_MAX {
                chain.push(record.event);
            }
            for controller in record.controllers.iter() {
                if reached.contains_key(controller) {
                    continue;
                }
                facts.push(Fact::symbol(FactKind::Controller, *controller));
                facts.extend(chain.iter().map(|e| Fact::new(FactKind::Via, e.0.into())));
                reached.insert(*controller, chain.clone());
                waiting.push_back(*controller);
            }
        }
        (!facts.is_empty()).then(|| facts.into())
    }
}

impl Keyed for Graph {
    type Key = ();
    type Row = (Symbol, Record);
    type Out = (Symbol, Chains);
    type Context = Arc<Symbols>;

    fn change(
        &mut self,
        names: &Arc<Symbols>,
        _: &(),
        changes: &[(((), (Symbol, Record)), Diff)],
        out: &mut dyn FnMut((Symbol, Chains), Diff),
    ) {
        let changed: BTreeSet<Symbol> = changes.iter().map(|((_, (org, _)), _)| *org).collect();
        let mut touched = BTreeSet::new();
        for org in &changed {
            self.downward(*org, &mut touched);
        }
        for ((_, (org, record)), diff) in changes {
            let records = self.records.entry(*org).or_default();
            apply(records, record, *diff);
            if records.is_empty() {
                self.records.remove(org);
            }
        }
        for org in &changed {
            self.settle(*org, names);
        }
        for org in touched {
            let after = self.chains(org);
            let before = match &after {
                Some(chains) => self.published.insert(org, chains.clone()),
                None => self.published.remove(&org),
            };
            if before != after {
                before.into_iter().for_each(|chains| out((org, chains), -1));
                after.into_iter().for_each(|chains| out((org, chains), 1));
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

/// What is known of one bidder: where it bids, and who controls it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum Known {
    BidsIn(Symbol),
    ControlledBy(Chains),
}

/// Brings a bidder's controllers to its sections.
#[derive(Default)]
struct Bidder {
    sections: Vec<Symbol>,
    chains: Option<Chains>,
}

impl Bidder {
    fn rows(&self, bidder: Symbol) -> Vec<(Symbol, Row)> {
        let Some(chains) = &self.chains else { return Vec::new() };
        let mut sections = self.sections.clone();
        sections.dedup();
        let row =
            Row { kind: RowKind::Control, bidder, at: 0, event: EventRef::default(), facts: chains.clone() };
        sections.into_iter().map(|section| (section, row.clone())).collect()
    }
}

impl Keyed for Bidder {
    type Key = Symbol;
    type Row = Known;
    type Out = (Symbol, Row);
    type Context = ();

    fn change(
        &mut self,
        _: &(),
        bidder: &Symbol,
        changes: &[((Symbol, Known), Diff)],
        out: &mut dyn FnMut((Symbol, Row), Diff),
    ) {
        let before = self.rows(*bidder);
        for wanted in [-1, 1] {
            for ((_, known), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                match known {
                    Known::BidsIn(section) => {
                        apply(&mut self.sections, section, *diff);
                    }
                    Known::ControlledBy(chains) => self.chains = (*diff > 0).then(|| chains.clone()),
                }
            }
        }
        super::emit_difference(&before, &self.rows(*bidder), |row| row, out);
    }

    fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.chains.is_none()
    }
}

/// Control rows for each section, from all party records and from who bids where (one row an event).
pub fn controllers<'scope>(
    records: VecCollection<'scope, Time, (Symbol, Record), Diff>,
    bids: VecCollection<'scope, Time, (Symbol, Symbol), Diff>,
    names: Arc<Symbols>,
) -> VecCollection<'scope, Time, (Symbol, Row), Diff> {
    let chains = keyed::<Graph>(records.map(|record| ((), record)), "control chains", names);
    let controlled = chains.map(|(org, chains)| (org, Known::ControlledBy(chains)));
    let bidding = bids.map(|(bidder, section)| (bidder, Known::BidsIn(section)));
    keyed::<Bidder>(controlled.concat(bidding), "controllers of bidders", ())
}
