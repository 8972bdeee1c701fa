//! The frame of an operator that keeps plain state: what came is gathered by its time, and taken when that time is complete.

use super::{Diff, Time};
use differential_dataflow::{AsCollection, ExchangeData, Hashable, VecCollection};
use std::collections::BTreeMap;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::{Exchange, Pipeline};
use timely::dataflow::operators::Capability;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::vec::Broadcast;

type Builder<O> = CapacityContainerBuilder<Vec<(O, Time, Diff)>>;

/// Where an operator leaves what comes out at the time that it takes.
pub(super) type Sink<'a, O> = dyn FnMut(O, Diff) + 'a;

/// What came at one time.
pub(super) struct Told<R, W> {
    /// Changes of rows, as they came.
    pub rows: Vec<(R, Diff)>,
    /// What every worker was told.
    pub words: Vec<W>,
}

/// What waits for its time to be complete, with the right to produce at that time.
struct Stash<R, W>(BTreeMap<Time, (Told<R, W>, Capability<Time>)>);

impl<R, W> Stash<R, W> {
    fn at(&mut self, time: Time, capability: &Capability<Time>) -> &mut Told<R, W> {
        let begin = || (Told { rows: Vec::new(), words: Vec::new() }, capability.delayed(&time));
        &mut self.0.entry(time).or_insert_with(begin).0
    }

    /// The earliest time that is complete, with what came.
    fn pop(&mut self, complete: impl Fn(&Time) -> bool) -> Option<(Time, Told<R, W>, Capability<Time>)> {
        let first = self.0.first_entry().filter(|first| complete(first.key()))?;
        let (time, (told, capability)) = first.remove_entry();
        Some((time, told, capability))
    }
}

/// Takes the changes of `rows`, each on the worker that has its key, one time after the other.
pub(super) fn rows<'scope, K: ExchangeData + Hashable, V: ExchangeData, O: Clone + 'static>(
    rows: VecCollection<'scope, Time, (K, V), Diff>,
    name: &str,
    mut take: impl FnMut(Vec<((K, V), Diff)>, &mut Sink<'_, O>) + 'static,
) -> VecCollection<'scope, Time, O, Diff> {
    let by_key = Exchange::new(|((key, _), _, _): &((K, V), Time, Diff)| key.hashed().into());
    rows.inner
        .unary_frontier::<Builder<O>, _, _, _>(by_key, name, |_, _| {
            let mut stash = Stash::<(K, V), ()>(BTreeMap::new());
            move |(input, frontier), output| {
                input.for_each_stamp(|capability, batches| {
                    let Some(capability) = capability.retain_least(output.output_index()) else { return };
                    for (row, time, diff) in batches.flat_map(|batch| batch.drain(..)) {
                        stash.at(time, &capability).rows.push((row, diff));
                    }
                });
                let complete = |time: &Time| !frontier.frontier().less_equal(time);
                while let Some((time, told, capability)) = stash.pop(complete) {
                    let mut session = output.session(&capability);
                    take(told.rows, &mut |out, diff| session.give((out, time, diff)));
                }
            }
        })
        .as_collection()
}

/// As [`rows`], beside `words` that every worker hears, each with difference 1.
pub(super) fn rows_and_words<'scope, K, V, W, O>(
    rows: VecCollection<'scope, Time, (K, V), Diff>,
    words: VecCollection<'scope, Time, W, Diff>,
    name: &str,
    mut take: impl FnMut(Told<(K, V), W>, &mut Sink<'_, O>) + 'static,
) -> VecCollection<'scope, Time, O, Diff>
where
    K: ExchangeData + Hashable,
    V: ExchangeData,
    W: ExchangeData,
    O: Clone + 'static,
{
    let by_key = Exchange::new(|((key, _), _, _): &((K, V), Time, Diff)| key.hashed().into());
    let words = words.inner.broadcast();
    rows.inner
        .binary_frontier::<_, Builder<O>, _, _, _, _>(words, by_key, Pipeline, name, |_, _| {
            let mut stash = Stash(BTreeMap::new());
            move |(row_input, row_frontier), (word_input, word_frontier), output| {
                row_input.for_each_stamp(|capability, batches| {
                    let Some(capability) = capability.retain_least(output.output_index()) else { return };
                    for (row, time, diff) in batches.flat_map(|batch| batch.drain(..)) {
                        stash.at(time, &capability).rows.push((row, diff));
                    }
                });
                word_input.for_each_stamp(|capability, batches| {
                    let Some(capability) = capability.retain_least(output.output_index()) else { return };
                    for (word, time, _) in batches.flat_map(|batch| batch.drain(..)) {
                        stash.at(time, &capability).words.push(word);
                    }
                });
                let complete = |time: &Time| {
                    !row_frontier.frontier().less_equal(time) && !word_frontier.frontier().less_equal(time)
                };
                while let Some((time, told, capability)) = stash.pop(complete) {
                    let mut session = output.session(&capability);
                    take(told, &mut |out, diff| session.give((out, time, diff)));
                }
            }
        })
        .as_collection()
}
