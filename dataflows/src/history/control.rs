//! Control chains: who controls whom, directly or through others. REL-02, REL-04, REL-05, REL-09, EXP-05.
//!
//! *Source.* `core-rules.md`, Terms: holder → organisation where `controls` is true or `share` > 0.5; chains count to
//! any length, cycles are allowed.
//!
//! The graph is small (organisations with a controlling holder) and lives on one worker. A changed record
//! searches again, upward, only from the organisation and those below it. The result is brought to each
//! section that such an organisation is concerned in, as a fact of that section.

use super::apply;
use crate::dossier::{Holder, holders, is_later};
use crate::facts::joined;
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};
use differential_dataflow::VecCollection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The holders who control an organisation, as one `party.recorded` names them, in the order of their codes.
#[derive(Clone, Debug)]
struct Record {
    event: EventRef,
    controllers: Vec<Holder>,
}

/// How many events of one chain are named as evidence.
const CHAIN_MAX: usize = 32;

/// Who controls an organisation, as the facts of a control row: each controller, then the events of its chain.
type Chains = Arc<[Fact]>;

#[derive(Default)]
struct Graph {
    records: HashMap<Symbol, Vec<Row>>,
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
            for controller in &old.controllers {
                if let Some(below) = self.below.get_mut(&controller.who) {
                    below.remove(&org);
                }
            }
        }
        let records = self.records.get(&org).map_or(&[][..], Vec::as_slice);
        let latest =
            records.iter().reduce(
                |best, record| {
                    if is_later(record, (best.at, best.event), names) { record } else { best }
                },
            );
        let Some(latest) = latest else { return };
        let controllers = holders(&latest.facts).into_iter().filter(Holder::has_control).collect();
        let latest = Record { event: latest.event, controllers };
        if latest.controllers.is_empty() {
            return;
        }
        for controller in &latest.controllers {
            self.below.entry(controller.who).or_default().insert(org);
        }
        self.above.insert(org, latest);
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
            for controller in &record.controllers {
                if reached.contains_key(&controller.who) {
                    continue;
                }
                let kind =
                    if controller.is_person { FactKind::ControllerPerson } else { FactKind::Controller };
                facts.push(Fact::symbol(kind, controller.who));
                facts.extend(chain.iter().map(|e| Fact::new(FactKind::Via, e.0.into())));
                reached.insert(controller.who, chain.clone());
                waiting.push_back(controller.who);
            }
        }
        (!facts.is_empty()).then(|| facts.into())
    }
}

impl Keyed for Graph {
    type Key = ();
    type Row = (Symbol, Row);
    type Out = (Symbol, Chains);
    type Context = Arc<Symbols>;

    fn change(
        &mut self,
        names: &Arc<Symbols>,
        _: &(),
        changes: &[(((), (Symbol, Row)), Diff)],
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

/// Control rows about organisations, from the rows of party records.
pub fn chains<'scope>(
    records: VecCollection<'scope, Time, (Symbol, Row), Diff>,
    names: Arc<Symbols>,
) -> VecCollection<'scope, Time, (Symbol, Row), Diff> {
    let chains = keyed::<Graph>(records.map(|record| ((), record)), "control chains", names);
    chains.map(|(org, chains)| (org, joined(RowKind::Control, org, chains)))
}
