//! State per key: `keyed::<S>(rows, name, context)` gives each key a plain Rust value that is told of its changes.
//!
//! For every commit, and every key with changes in it, [`Keyed::change`] is called once with the key's
//! state, the consolidated changes in order, and a sink for differences of output.
//!
//! *Laws.* The output sums to a function of the rows that hold. A key whose state is empty again is dropped.
//! Changes are visited in the order of keys and values, never in that of a hash map.

use super::{Diff, Stash, Time};
use differential_dataflow::consolidation::consolidate;
use differential_dataflow::{AsCollection, ExchangeData, Hashable, VecCollection};
use std::collections::HashMap;
use std::hash::Hash;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::operator::Operator;

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

    /// Whether nothing is left to remember.
    fn is_empty(&self) -> bool;
}

/// Runs `S` for each key of `rows`.
pub fn keyed<'scope, S: Keyed>(
    rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
    name: &str,
    context: S::Context,
) -> VecCollection<'scope, Time, S::Out, Diff> {
    type Builder<O> = CapacityContainerBuilder<Vec<(O, Time, Diff)>>;
    let by_key = Exchange::new(|((key, _), _, _): &((S::Key, S::Row), Time, Diff)| key.hashed().into());
    rows.inner
        .unary_frontier::<Builder<S::Out>, _, _, _>(by_key, name, |_, _| {
            let mut states: HashMap<S::Key, S> = HashMap::new();
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
                    consolidate(&mut changes);
                    let mut session = output.session(&capability);
                    for of_key in changes.chunk_by(|a, b| a.0.0 == b.0.0) {
                        let key = &of_key[0].0.0;
                        let state = states.entry(key.clone()).or_default();
                        state.change(&context, key, of_key, &mut |out, diff| session.give((out, time, diff)));
                        if state.is_empty() {
                            states.remove(key);
                        }
                    }
                }
            }
        })
        .as_collection()
}
