//! The index of values over all sections: DEV-12 and, of persons in whatever place, PER-06.
//!
//! Ten million tiny groups in a differential reduce cost half the load time; plain state per value costs a tenth.
//! A value that one bid alone used, by far the most frequent case, is kept without an allocation. Values whose names came one
//! after the other, which are mostly those of the same bids, lie in one [`Block`]: a commit of many finds them side by
//! side, where a table of single values would be missed by the processor's caches for each.

use super::few::Few;
use super::{Rulebook, emit_difference};
use crate::finding::{Finding, Name, Published, Quantity, Severity};
use crate::judge::{Bench, Use, is_person, tracked};
use crate::operators::{Diff, Keyed, Time};
use crate::row::{Fact, FactKind};
use crate::rules::{self, Rule};
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
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
    // By far the most values are one bidder's own; uses are sorted by bidder.
    if holders.first().map(|h| h.bidder) == holders.last().map(|h| h.bidder) {
        return Vec::new();
    }
    let thresholds = &bench.params.thresholds;
    let hub = thresholds.hub_bidders as usize;
    let is_person = value.kind() == FactKind::Person;
    let rule = if is_person { Rule::Per06 } else { Rule::Dev12 };
    let least = if is_person { thresholds.rotation_min as usize } else { 2 };
    // More are not needed to tell a hub, and there may be thousands.
    let bidders = bidders(holders, least.max(hub + 1));
    if bidders.len() < least || !is_person && holders.iter().all(|h| h.section == holders[0].section) {
        return Vec::new();
    }
    if bidders.len() > hub {
        let shared = Finding::new(rule, Symbol::NONE, Severity::L)
            .key(rules::value_name(value.kind()), Quantity::Text(value.as_symbol()))
            .value(Name::Limit, Quantity::Count(hub as u64));
        return vec![Told::Published(Published::Quality(Arc::new(shared)))];
    }
    let distinct = |mut symbols: Vec<Symbol>| {
        symbols.sort_unstable();
        symbols.dedup();
        symbols.len()
    };
    let sections = distinct(holders.iter().map(|h| h.section).collect());
    let mut events: Vec<EventRef> = holders.iter().map(|h| h.event).collect();
    events.sort_unstable();
    events.dedup();
    let (params, shown) = (&bench.params, events.iter().copied());
    if is_person {
        let finding = rules::rotating_person(params, value.as_symbol(), &bidders, sections, shown);
        return vec![Told::Published(Published::Finding(Arc::new(finding)))];
    }
    let finding = rules::shared_value(params, value, &bidders, sections, shown);
    let link = Link { value, bidders, events };
    vec![Told::Published(Published::Finding(Arc::new(finding))), Told::Link(Arc::new(link))]
}

/// How many values' names are in a block: so few that one more moves less than two kilobytes.
const BLOCK_SYMBOLS: u32 = 64;

/// The values whose names are numbered one after the other.
#[derive(Debug, Default)]
struct Block {
    /// Uses of each, sorted by bidder; sorted by value, and none without uses.
    values: Vec<(Fact, Few<Holder>)>,
}

impl Block {
    fn of(value: Fact) -> u32 {
        value.as_symbol().0 / BLOCK_SYMBOLS
    }

    /// Where a value is, or would be.
    fn place(&self, value: Fact) -> Result<usize, usize> {
        self.values.binary_search_by_key(&value, |(value, _)| *value)
    }

    fn change_value(
        &mut self,
        bench: &Bench,
        value: Fact,
        changes: &[((u32, (Fact, Holder)), Diff)],
        out: &mut dyn FnMut(Told, Diff),
    ) {
        let at = self.place(value).unwrap_or_else(|at| {
            self.values.insert(at, (value, Few::None));
            at
        });
        let uses = &mut self.values[at].1;
        let before = judge(bench, value, uses.as_slice());
        for ((_, (_, holder)), diff) in changes {
            uses.change(holder, *diff);
        }
        let after = judge(bench, value, uses.as_slice());
        if uses.is_empty() {
            self.values.remove(at);
        }
        tell(before, after, out);
    }
}

fn tell(mut before: Vec<Told>, mut after: Vec<Told>, out: &mut dyn FnMut(Told, Diff)) {
    before.sort_unstable();
    after.sort_unstable();
    emit_difference(&before, &after, |told| told, out);
}

impl Keyed for Block {
    type Key = u32;
    type Row = (Fact, Holder);
    type Out = Told;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        _: &u32,
        changes: &[((u32, (Fact, Holder)), Diff)],
        out: &mut dyn FnMut(Told, Diff),
    ) {
        let of_values = || changes.chunk_by(|a, b| a.0.1.0 == b.0.1.0);
        // Exactly as long as it must be: there are millions.
        let new = of_values().filter(|of_value| self.place(of_value[0].0.1.0).is_err()).count();
        self.values.reserve_exact(new);
        for of_value in of_values() {
            self.change_value(bench, of_value[0].0.1.0, of_value, out);
        }
    }

    fn reconsider(&mut self, before: &Bench, after: &Bench, _: &u32, out: &mut dyn FnMut(Told, Diff)) {
        for (value, uses) in &self.values {
            let [before, after] = [before, after].map(|bench| judge(bench, *value, uses.as_slice()));
            tell(before, after, out);
        }
    }

    fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Findings of DEV-12 and PER-06, hubs, and links for DEV-13 from the uses in the window.
pub fn shared<'scope>(
    uses: VecCollection<'scope, Time, (Symbol, Use), Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Told, Diff> {
    let holders = uses.flat_map(|(section, used)| {
        let holder = Holder { bidder: used.bidder, section, event: used.event };
        let tracked = (0..used.values.len()).filter_map(move |at| {
            let fact = used.values[at];
            let person = is_person(fact.kind()).then(|| Fact::symbol(FactKind::Person, fact.as_symbol()));
            tracked(fact.kind()).then_some(person.unwrap_or(fact))
        });
        tracked.map(move |fact| (Block::of(fact), (fact, holder)))
    });
    rules.judged::<Block>(holders, "values").0
}
