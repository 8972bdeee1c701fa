//! State per key: `keyed::<S>(rows, name, context)` gives each key a plain Rust value that is told of its changes;
//! `judged` does the same under editions of the rules, and lets states judge anew when another edition comes in force.
//!
//! For every commit, and every key with changes in it, [`Keyed::change`] is called once with the key's
//! state, the consolidated changes in order, and a sink for differences of output.
//!
//! *Laws.* The output sums to a function of the rows that hold. A key whose state is empty again is dropped.
//! Changes are visited in the order of keys and values, never in that of a hash map.

use super::kept::Counter;
use super::{Diff, Stash, Time};
use crate::editions::{EditionNo, TURNS, Turn};
use differential_dataflow::consolidation::consolidate;
use differential_dataflow::{AsCollection, ExchangeData, Hashable, VecCollection};
use hashbrown::HashMap;
use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::vec::Broadcast;

/// What is kept for one key, and how it changes.
pub trait Keyed: Default + 'static {
    /// What the rows are keyed by.
    type Key: ExchangeData + Hashable + Hash;
    /// The rest of a row.
    type Row: ExchangeData;
    /// What comes out.
    type Out: Clone + 'static;
    /// What every key's state may consult: parameters, names.
    type Context: 'static;

    /// Applies `changes` (sorted by row, none zero) and gives the differences of output to `out`.
    fn change(
        &mut self,
        context: &Self::Context,
        key: &Self::Key,
        changes: &[((Self::Key, Self::Row), Diff)],
        out: &mut dyn FnMut(Self::Out, Diff),
    );

    /// Judges the same rows under another context, and gives the differences of output to `out`.
    fn reconsider(
        &mut self,
        before: &Self::Context,
        after: &Self::Context,
        key: &Self::Key,
        out: &mut dyn FnMut(Self::Out, Diff),
    ) {
        let (_, _, _, _) = (before, after, key, out);
    }

    /// Whether nothing is left to remember.
    fn is_empty(&self) -> bool;
}

/// The states of all keys of this worker, in parts that turn to an edition one by one: each is a table of its own, so
/// that a turn need not look at the others.
pub struct Parts<S: Keyed> {
    parts: Vec<HashMap<S::Key, S>>,
}

impl<S: Keyed> Parts<S> {
    fn new(parts: u32) -> Parts<S> {
        Parts { parts: (0..parts).map(|_| HashMap::new()).collect() }
    }

    fn part_of(&self, key: &S::Key) -> usize {
        if self.parts.len() == 1 {
            return 0;
        }
        let hash: u64 = key.hashed().into();
        // The low bits choose the worker.
        (hash >> 32) as usize % self.parts.len()
    }

    /// The state of a key.
    pub fn get(&self, key: &S::Key) -> Option<&S> {
        self.parts[self.part_of(key)].get(key)
    }
}

/// The states of all keys of this worker, to ask from outside the dataflow, between its steps.
pub type Shared<S> = Rc<RefCell<Parts<S>>>;

type Builder<O> = CapacityContainerBuilder<Vec<(O, Time, Diff)>>;

/// The changes of one time, key by key, in the order of keys.
fn apply<'context, S: Keyed>(
    states: &mut Parts<S>,
    changes: &mut Vec<((S::Key, S::Row), Diff)>,
    context: impl Fn(usize) -> &'context S::Context,
    kept: &Counter,
    out: &mut dyn FnMut(S::Out, Diff),
) {
    consolidate(changes);
    kept.add(changes.iter().map(|(_, diff)| diff).sum());
    for of_key in changes.chunk_by(|a, b| a.0.0 == b.0.0) {
        let key = &of_key[0].0.0;
        let part = states.part_of(key);
        let of_part = &mut states.parts[part];
        let state = of_part.entry(key.clone()).or_default();
        state.change(context(part), key, of_key, out);
        if state.is_empty() {
            of_part.remove(key);
        }
    }
}

/// Runs `S` for each key of `rows`.
pub fn keyed<'scope, S: Keyed>(
    rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
    name: &str,
    context: S::Context,
) -> VecCollection<'scope, Time, S::Out, Diff> {
    shared::<S>(rows, name, Rc::new(context)).0
}

/// As [`keyed`], and gives the states too.
pub fn shared<'scope, S: Keyed>(
    rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
    name: &str,
    context: Rc<S::Context>,
) -> (VecCollection<'scope, Time, S::Out, Diff>, Shared<S>) {
    let by_key = Exchange::new(|((key, _), _, _): &((S::Key, S::Row), Time, Diff)| key.hashed().into());
    let shared: Shared<S> = Rc::new(RefCell::new(Parts::new(1)));
    let states = shared.clone();
    let kept = Counter::of(name, rows.inner.scope().worker());
    let out = rows
        .inner
        .unary_frontier::<Builder<S::Out>, _, _, _>(by_key, name, |_, _| {
            let mut stash = Stash::default();
            move |(input, frontier), output| {
                input.for_each_stamp(|capability, batches| {
                    let Some(capability) = capability.retain_least(output.output_index()) else { return };
                    for (row, time, diff) in batches.flat_map(|batch| batch.drain(..)) {
                        stash.push(time, &capability, (row, diff));
                    }
                });
                while let Some((time, mut changes, capability)) =
                    stash.pop(|time| !frontier.frontier().less_equal(time))
                {
                    let mut session = output.session(&capability);
                    apply(&mut states.borrow_mut(), &mut changes, |_| &context, &kept, &mut |out, diff| {
                        session.give((out, time, diff));
                    });
                }
            }
        })
        .as_collection();
    (out, shared)
}

/// By which edition each part of the states goes: what that means to them.
struct InForce<C> {
    of_part: Vec<Rc<C>>,
    make: Box<dyn Fn(EditionNo) -> Rc<C>>,
}

impl<C> InForce<C> {
    fn context(&self, part: usize) -> &C {
        &self.of_part[part]
    }

    /// Turns a part over to an edition; what held before, and what holds now.
    fn turn(&mut self, turn: Turn) -> (Rc<C>, Rc<C>) {
        let after = (self.make)(turn.edition);
        let before = std::mem::replace(&mut self.of_part[turn.part as usize], after.clone());
        (before, after)
    }
}

/// A row's change, or a part's new edition.
enum Change<R> {
    Row(R, Diff),
    Turn(Turn),
}

/// Runs `S` for each key of `rows` under the edition that its part has turned to, and gives the states too.
///
/// `turns` is a stream of turns, each with difference 1; `context` says what an edition means to the states.
pub fn judged<'scope, S: Keyed>(
    rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
    turns: VecCollection<'scope, Time, Turn, Diff>,
    name: &str,
    context: impl Fn(EditionNo) -> Rc<S::Context> + 'static,
) -> (VecCollection<'scope, Time, S::Out, Diff>, Shared<S>) {
    let by_key = Exchange::new(|((key, _), _, _): &((S::Key, S::Row), Time, Diff)| key.hashed().into());
    let shared: Shared<S> = Rc::new(RefCell::new(Parts::new(TURNS)));
    let states = shared.clone();
    let mut in_force = InForce { of_part: vec![context(0); TURNS as usize], make: Box::new(context) };
    let turns = turns.inner.broadcast();
    let kept = Counter::of(name, rows.inner.scope().worker());
    let out = rows
        .inner
        .binary_frontier::<_, Builder<S::Out>, _, _, _, _>(turns, by_key, Pipeline, name, |_, _| {
            let mut stash = Stash::default();
            move |(row_input, row_frontier), (turn_input, turn_frontier), output| {
                row_input.for_each_stamp(|capability, batches| {
                    let Some(capability) = capability.retain_least(output.output_index()) else { return };
                    for (row, time, diff) in batches.flat_map(|batch| batch.drain(..)) {
                        stash.push(time, &capability, Change::Row(row, diff));
                    }
                });
                turn_input.for_each_stamp(|capability, batches| {
                    let Some(capability) = capability.retain_least(output.output_index()) else { return };
                    for (turn, time, _) in batches.flat_map(|batch| batch.drain(..)) {
                        stash.push(time, &capability, Change::Turn(turn));
                    }
                });
                let complete = |time: &Time| {
                    !row_frontier.frontier().less_equal(time) && !turn_frontier.frontier().less_equal(time)
                };
                while let Some((time, changes, capability)) = stash.pop(complete) {
                    let mut states = states.borrow_mut();
                    let mut session = output.session(&capability);
                    let mut give = |out, diff| session.give((out, time, diff));
                    let mut rows = Vec::with_capacity(changes.len());
                    for change in changes {
                        match change {
                            Change::Row(row, diff) => rows.push((row, diff)),
                            Change::Turn(turn) => turn_over(&mut states, &mut in_force, turn, &mut give),
                        }
                    }
                    apply(&mut states, &mut rows, |part| in_force.context(part), &kept, &mut give);
                }
            }
        })
        .as_collection();
    (out, shared)
}

/// Judges the states of one part anew, in the order of their keys.
fn turn_over<S: Keyed>(
    states: &mut Parts<S>,
    in_force: &mut InForce<S::Context>,
    turn: Turn,
    give: &mut dyn FnMut(S::Out, Diff),
) {
    let (before, after) = in_force.turn(turn);
    let mut of_part: Vec<(&S::Key, &mut S)> = states.parts[turn.part as usize].iter_mut().collect();
    of_part.sort_unstable_by_key(|(key, _)| *key);
    for (key, state) in of_part {
        state.reconsider(&before, &after, key, give);
    }
}
