//! State per key: `keyed::<S>(rows, name, context)` gives each key a plain Rust value that is told of its changes;
//! `judged` does the same under editions of the rules, and lets states judge anew when another edition comes in force.
//!
//! For every commit, and every key with changes in it, [`Keyed::change`] is called once with the key's
//! state, the consolidated changes in order, and a sink for differences of output.
//!
//! *Laws.* The output sums to a function of the rows that hold. A key whose state is empty again is dropped.
//! Changes are visited in the order of keys and values, never in that of a hash map.

use super::kept::Counter;
use super::told::{self, Sink, Told};
use super::{Diff, Time};
use crate::editions::{EditionNo, TURNS, Turn};
use differential_dataflow::consolidation::consolidate;
use differential_dataflow::{ExchangeData, Hashable, VecCollection};
use hashbrown::HashMap;
use std::cell::RefCell;
use std::hash::Hash;
use std::rc::Rc;

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
    pub(super) fn new(parts: u32) -> Parts<S> {
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

    /// The state of a key, which stays though it be empty.
    pub(super) fn keep(&mut self, key: &S::Key) -> &mut S {
        let part = self.part_of(key);
        self.parts[part].entry(key.clone()).or_default()
    }

    /// Does something with the state of a key, given the number of its part; what is empty then is dropped.
    pub(super) fn with(&mut self, key: &S::Key, act: impl FnOnce(usize, &mut S)) {
        let part = self.part_of(key);
        let of_part = &mut self.parts[part];
        let state = of_part.entry(key.clone()).or_default();
        act(part, state);
        if state.is_empty() {
            of_part.remove(key);
        }
    }
}

/// The states of all keys of this worker, to ask from outside the dataflow, between its steps.
pub type Shared<S> = Rc<RefCell<Parts<S>>>;

/// A key with its changes at one time.
pub(super) type OfKey<'a, S> = (&'a <S as Keyed>::Key, &'a [((<S as Keyed>::Key, <S as Keyed>::Row), Diff)]);

/// The changes of one time, key by key, in the order of keys.
pub(super) fn by_key<'a, S: Keyed>(
    changes: &'a mut Vec<((S::Key, S::Row), Diff)>,
    kept: &Counter,
) -> impl Iterator<Item = OfKey<'a, S>> {
    consolidate(changes);
    kept.add(changes.iter().map(|(_, diff)| diff).sum());
    changes.chunk_by(|a, b| a.0.0 == b.0.0).map(|of_key| (&of_key[0].0.0, of_key))
}

/// Runs `S` for each key of `rows`.
pub fn keyed<'scope, S: Keyed>(
    rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
    name: &str,
    context: S::Context,
) -> VecCollection<'scope, Time, S::Out, Diff> {
    let mut states: Parts<S> = Parts::new(1);
    let kept = Counter::of(name, rows.inner.scope().worker());
    told::rows(rows, name, move |mut changes, out| {
        for (key, changes) in by_key::<S>(&mut changes, &kept) {
            states.with(key, |_, state| state.change(&context, key, changes, out));
        }
    })
}

/// By which edition each part of the states goes: what that means to them.
struct InForce<C> {
    of_part: Vec<Rc<C>>,
    make: Box<dyn Fn(EditionNo) -> Rc<C>>,
}

impl<C> InForce<C> {
    /// Turns a part over to an edition; what held before, and what holds now.
    fn turn(&mut self, turn: Turn) -> (Rc<C>, Rc<C>) {
        let after = (self.make)(turn.edition);
        let before = std::mem::replace(&mut self.of_part[turn.part as usize], after.clone());
        (before, after)
    }
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
    let shared: Shared<S> = Rc::new(RefCell::new(Parts::new(TURNS)));
    let states = shared.clone();
    let mut in_force = InForce { of_part: vec![context(0); TURNS as usize], make: Box::new(context) };
    let kept = Counter::of(name, rows.inner.scope().worker());
    let out = told::rows_and_words(rows, turns, name, move |Told { mut rows, words }, out| {
        let mut states = states.borrow_mut();
        words.into_iter().for_each(|turn| turn_over(&mut states, &mut in_force, turn, out));
        for (key, changes) in by_key::<S>(&mut rows, &kept) {
            states.with(key, |part, state| state.change(&in_force.of_part[part], key, changes, out));
        }
    });
    (out, shared)
}

/// Judges the states of one part anew, in the order of their keys.
fn turn_over<S: Keyed>(
    states: &mut Parts<S>,
    in_force: &mut InForce<S::Context>,
    turn: Turn,
    out: &mut Sink<'_, S::Out>,
) {
    let (before, after) = in_force.turn(turn);
    let mut of_part: Vec<(&S::Key, &mut S)> = states.parts[turn.part as usize].iter_mut().collect();
    of_part.sort_unstable_by_key(|(key, _)| *key);
    for (key, state) in of_part {
        state.reconsider(&before, &after, key, out);
    }
}
