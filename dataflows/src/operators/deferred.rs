//! State per key that may be told of its changes now and conclude later: while a history is loaded, what holds in between is
//! nobody's question, and a state that concludes once does a fraction of the work.
//!
//! *Laws.* Once all have concluded, the output sums to what it would be had each concluded at once. Those that wait conclude in
//! the order of their keys.

use super::kept::Counter;
use super::keyed::{Keyed, Parts, Shared, by_key};
use super::told::{self, Sink, Told};
use super::{Diff, Time};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A state that can take changes in without a conclusion. [`Keyed::change`] must do both.
pub trait Deferred: Keyed {
    /// Takes changes in (sorted by row, none zero).
    fn take(&mut self, changes: &[((Self::Key, Self::Row), Diff)]);

    /// Gives the differences of output since the last conclusion.
    fn conclude(&mut self, context: &Self::Context, key: &Self::Key, out: &mut dyn FnMut(Self::Out, Diff));
}

/// What is said of when states conclude; at the beginning they do so at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Concluding {
    /// From this commit on changes are only taken in.
    Later,
    /// About so many of the states that wait conclude: each worker its share.
    Some(usize),
    /// All that wait conclude, and each at once from this commit on.
    AtOnce,
}

/// Runs `S` for each key of `rows`, concluding when `said` says so, and gives the states too.
pub fn deferred<'scope, S: Deferred>(
    rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
    said: VecCollection<'scope, Time, Concluding, Diff>,
    name: &str,
    context: Rc<S::Context>,
) -> (VecCollection<'scope, Time, S::Out, Diff>, Shared<S>) {
    let shared: Shared<S> = Rc::new(RefCell::new(Parts::new(1)));
    let states = shared.clone();
    let worker = rows.inner.scope().worker().clone();
    let (kept, workers) = (Counter::of(name, &worker), worker.peers());
    let mut waiting: Option<BTreeSet<S::Key>> = None;
    let out = told::rows_and_words(rows, said, name, move |Told { mut rows, words }, out| {
        let mut states = states.borrow_mut();
        for word in words {
            let word = match word {
                Concluding::Some(all) => Concluding::Some(all.div_ceil(workers)),
                other => other,
            };
            conclude(&mut states, &mut waiting, word, &context, out);
        }
        for (key, changes) in by_key::<S>(&mut rows, &kept) {
            match &mut waiting {
                None => states.with(key, |_, state| state.change(&context, key, changes, out)),
                Some(waiting) => {
                    // A state that is empty now still has to take back what it concluded.
                    states.keep(key).take(changes);
                    waiting.insert(key.clone());
                }
            }
        }
    });
    (out, shared)
}

/// Does what was said.
fn conclude<S: Deferred>(
    states: &mut Parts<S>,
    waiting: &mut Option<BTreeSet<S::Key>>,
    said: Concluding,
    context: &S::Context,
    out: &mut Sink<'_, S::Out>,
) {
    let most = match said {
        Concluding::Later => {
            waiting.get_or_insert_default();
            return;
        }
        Concluding::Some(most) => most,
        Concluding::AtOnce => usize::MAX,
    };
    for _ in 0..most {
        let Some(key) = waiting.as_mut().and_then(BTreeSet::pop_first) else { break };
        states.with(&key, |_, state| state.conclude(context, &key, out));
    }
    if said == Concluding::AtOnce {
        *waiting = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use differential_dataflow::input::InputSession;
    use std::collections::BTreeMap;
    use std::sync::mpsc::channel;

    /// The sum of a key's numbers, told while there are any.
    #[derive(Default)]
    struct Sum {
        numbers: Vec<i64>,
        told: Option<i64>,
    }

    impl Keyed for Sum {
        type Key = u32;
        type Row = i64;
        type Out = (u32, i64);
        type Context = ();

        fn change(
            &mut self,
            context: &(),
            key: &u32,
            changes: &[((u32, i64), Diff)],
            out: &mut dyn FnMut((u32, i64), Diff),
        ) {
            self.take(changes);
            self.conclude(context, key, out);
        }

        fn is_empty(&self) -> bool {
            self.numbers.is_empty()
        }
    }

    impl Deferred for Sum {
        fn take(&mut self, changes: &[((u32, i64), Diff)]) {
            for ((_, number), diff) in changes {
                crate::history::apply(&mut self.numbers, number, *diff);
            }
        }

        fn conclude(&mut self, (): &(), key: &u32, out: &mut dyn FnMut((u32, i64), Diff)) {
            let now = (!self.numbers.is_empty()).then(|| self.numbers.iter().sum());
            self.told.into_iter().for_each(|before| out((*key, before), -1));
            now.into_iter().for_each(|now| out((*key, now), 1));
            self.told = now;
        }
    }

    /// One time: what is said, and changes of a key's numbers.
    type Step = (Option<Concluding>, &'static [(u32, i64, Diff)]);

    /// How much comes out at each time, and what holds after the last.
    fn run(workers: usize, steps: &'static [Step]) -> (Vec<usize>, BTreeMap<(u32, i64), Diff>) {
        let (told, outputs) = channel();
        let config = timely::Config::process(workers);
        timely::execute(config, move |worker| {
            let told = told.clone();
            let (mut rows, mut said) = (InputSession::new(), InputSession::new());
            worker.dataflow::<Time, _, _>(|scope| {
                let (rows, said) = (rows.to_collection(scope), said.to_collection(scope));
                deferred::<Sum>(rows, said, "sums", Rc::default()).0.inspect(move |(out, time, diff)| {
                    told.send((*time, *out, *diff)).ok();
                });
            });
            for (time, (word, changes)) in (1..).zip(steps) {
                rows.advance_to(time);
                said.advance_to(time);
                if worker.index() == 0 {
                    word.iter().for_each(|word| said.update(*word, 1));
                    changes.iter().for_each(|(key, number, diff)| rows.update((*key, *number), *diff));
                }
            }
        })
        .expect("workers start")
        .join();
        let (mut came, mut holds) = (vec![0; steps.len()], BTreeMap::new());
        for (time, out, diff) in outputs {
            came[time as usize - 1] += 1;
            *holds.entry(out).or_insert(0) += diff;
        }
        holds.retain(|_, diff| *diff != 0);
        (came, holds)
    }

    const CHANGES: &[Step] = &[
        (None, &[(1, 10, 1), (2, 20, 1), (3, 30, 1)]),
        (Some(Concluding::Later), &[(1, 11, 1), (2, 20, -1), (4, 40, 1)]),
        (None, &[(1, 12, 1), (5, 50, 1)]),
        (None, &[(5, 50, -1)]),
        (Some(Concluding::Some(2)), &[]),
        (Some(Concluding::AtOnce), &[(3, 31, 1)]),
        (None, &[(6, 60, 1)]),
    ];

    #[test]
    fn what_waits_concludes_when_it_is_told_to_once_and_in_order() {
        let (came, holds) = run(1, CHANGES);
        // Of the two first in order, one changed and one is gone; one is new, one came and went; then one that did not wait.
        assert_eq!(came, [3, 0, 0, 0, 3, 3, 1]);
        let expected = [(1, 33), (3, 61), (4, 40), (6, 60)];
        assert_eq!(holds, expected.map(|out| (out, 1)).into());
        assert_eq!(run(3, CHANGES).1, holds);
    }
}
