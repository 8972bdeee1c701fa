//! The index of values over all sections: DEV-12.
//!
//! Ten million tiny groups in a differential reduce cost half the load time; plain state per value costs a tenth.
//! A value that one bid alone used, by far the most frequent case, is kept without an allocation.

use super::{apply, emit_difference};
use crate::finding::{Finding, Name, Published, Quantity, Severity};
use crate::judge::{Bench, Use, tracked};
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::row::Fact;
use crate::rules::{self, Rule};
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use std::sync::Arc;

/// One use of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// Who used it.
    pub bidder: Symbol,
    /// Where.
    pub section: Symbol,
    /// As which event says.
    pub event: EventRef,
}

/// A value that links bidders: those that used it, and the events that say so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Link {
    /// The value.
    pub value: Fact,
    /// The bidders, sorted.
    pub bidders: Vec<Symbol>,
    /// The events, sorted.
    pub events: Vec<EventRef>,
}

/// What the index tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Told {
    /// A finding, or a hub.
    Published(Published),
    /// A link for the rings.
    Link(Arc<Link>),
}

/// The uses of one value, sorted.
#[derive(Debug, Default)]
enum Uses {
    #[default]
    None,
    One(Holder),
    // Exactly as long as it must be: spare room in a million of them would be a tenth of all memory.
    Many(Box<[Holder]>),
}

impl Uses {
    fn as_slice(&self) -> &[Holder] {
        match self {
            Uses::None => &[],
            Uses::One(holder) => std::slice::from_ref(holder),
            Uses::Many(holders) => holders,
        }
    }

    fn change(&mut self, holder: &Holder, diff: Diff) {
        match (&mut *self, diff) {
            (Uses::None, 1) => *self = Uses::One(*holder),
            (Uses::One(held), -1) if held == holder => *self = Uses::None,
            _ => {
                let mut holders = match std::mem::take(self) {
                    Uses::Many(holders) => holders.into_vec(),
                    few => few.as_slice().to_vec(),
                };
                apply(&mut holders, holder, diff);
                *self = match holders[..] {
                    [] => Uses::None,
                    [holder] => Uses::One(holder),
                    _ => Uses::Many(holders.into()),
                };
            }
        }
    }
}

/// The bidders of sorted uses, at most `limit`; skips over the many uses of one bidder.
fn bidders(holders: &[Holder], limit: usize) -> Vec<Symbol> {
    let mut bidders = Vec::new();
    let mut rest = holders;
    while let (Some(first), true) = (rest.first(), bidders.len() < limit) {
        bidders.push(first.bidder);
        rest = &rest[rest.partition_point(|h| h.bidder <= first.bidder)..];
    }
    bidders
}

/// What the uses of one value amount to.
fn judge(bench: &Bench, value: Fact, holders: &[Holder]) -> Vec<Told> {
    let hub = bench.params.thresholds.hub_bidders as usize;
    let bidders = bidders(holders, hub + 1);
    if bidders.len() < 2 || holders.iter().all(|h| h.section == holders[0].section) {
        return Vec::new();
    }
    if bidders.len() > hub {
        let shared = Finding::new(Rule::Dev12, Symbol::NONE, Severity::L)
            .key(rules::value_name(value.kind()), Quantity::Text(value.as_symbol()))
            .value(Name::Required, Quantity::Count(hub as u64));
        return vec![Told::Published(Published::Quality(Arc::new(shared)))];
    }
    let mut sections: Vec<Symbol> = holders.iter().map(|h| h.section).collect();
    sections.sort_unstable();
    sections.dedup();
    let mut events: Vec<EventRef> = holders.iter().map(|h| h.event).collect();
    events.sort_unstable();
    events.dedup();
    let finding = rules::shared_value(&bench.params, value, &bidders, sections.len(), events.iter().copied());
    let link = Link { value, bidders, events };
    vec![Told::Published(Published::Finding(Arc::new(finding))), Told::Link(Arc::new(link))]
}

/// The state of one value.
#[derive(Debug, Default)]
struct Value {
    uses: Uses,
}

impl Keyed for Value {
    type Key = Fact;
    type Row = Holder;
    type Out = Told;
    type Context = Rc<Bench>;

    fn change(
        &mut self,
        bench: &Rc<Bench>,
        value: &Fact,
        changes: &[((Fact, Holder), Diff)],
        out: &mut dyn FnMut(Told, Diff),
    ) {
        let mut before = judge(bench, *value, self.uses.as_slice());
        for ((_, holder), diff) in changes {
            self.uses.change(holder, *diff);
        }
        let mut after = judge(bench, *value, self.uses.as_slice());
        before.sort_unstable();
        after.sort_unstable();
        emit_difference(&before, &after, |told| told, out);
    }

    fn is_empty(&self) -> bool {
        matches!(self.uses, Uses::None)
    }
}

/// Findings of DEV-12, hubs, and links for DEV-13 from the uses in the window.
pub fn shared<'scope>(
    uses: VecCollection<'scope, Time, (Symbol, Use), Diff>,
    bench: Rc<Bench>,
) -> VecCollection<'scope, Time, Told, Diff> {
    let holders = uses.flat_map(|(section, used)| {
        let holder = Holder { bidder: used.bidder, section, event: used.event };
        let tracked = (0..used.values.len()).filter_map(move |at| {
            let fact = used.values[at];
            tracked(fact.kind()).then_some(fact)
        });
        tracked.map(move |fact| (fact, holder))
    });
    keyed::<Value>(holders, "values", bench)
}
