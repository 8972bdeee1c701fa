//! How many rows each operator keeps, for whoever watches over memory: told by the operators through timely's own logging,
//! once a commit; without somebody who watches nothing is told.

use super::{Diff, Time};
use differential_dataflow::{AsCollection, VecCollection};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::operators::Inspect;
use timely::logging_core::Logger;
use timely::worker::Worker;

/// The name of the log.
const LOG: &str = "xiezhi/kept";

type Event = (Duration, (Arc<str>, Diff));
type Builder = CapacityContainerBuilder<Vec<Event>>;

/// Rows by operator, of all workers together; shared by the workers and whoever reads them.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<Mutex<BTreeMap<String, i64>>>);

impl Kept {
    /// Notes what this worker's operators keep from now on. Before its dataflows are built, or nothing is heard of them.
    pub fn watch(&self, worker: &Worker) {
        let rows = self.0.clone();
        let Some(mut register) = worker.log_register() else { return };
        register.insert::<Builder, _>(LOG, move |_, events| {
            let mut rows = rows.lock().unwrap_or_else(PoisonError::into_inner);
            for (_, (operator, diff)) in events.iter_mut().flat_map(|events| events.drain(..)) {
                match rows.get_mut(&*operator) {
                    Some(held) => *held += diff as i64,
                    None => drop(rows.insert(operator.as_ref().to_owned(), diff as i64)),
                }
            }
        });
    }

    /// How many rows each operator keeps. Workers tell after each step.
    pub fn rows(&self) -> BTreeMap<String, i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Counts what one operator keeps.
pub(super) struct Counter {
    name: Arc<str>,
    log: Option<Logger<Builder>>,
}

impl Counter {
    /// The counter of an operator, at 0.
    pub(super) fn of(name: &str, worker: &Worker) -> Counter {
        let log = worker.log_register().and_then(|register| register.get::<Builder>(LOG));
        let counter = Counter { name: name.into(), log };
        counter.log.iter().for_each(|log| log.log((counter.name.clone(), 0)));
        counter
    }

    /// Counts so many rows more, or fewer.
    pub(super) fn add(&self, rows: Diff) {
        if let Some(log) = self.log.as_ref().filter(|_| rows != 0) {
            log.log((self.name.clone(), rows));
        }
    }
}

/// Counts rows on their way into an arrangement of differential's.
pub fn kept<'scope, D: Clone + 'static>(
    rows: VecCollection<'scope, Time, D, Diff>,
    name: &str,
) -> VecCollection<'scope, Time, D, Diff> {
    let counter = Counter::of(name, rows.inner.scope().worker());
    rows.inner
        .inspect_core(move |told| {
            if let Ok((_, batch)) = told {
                counter.add(batch.iter().map(|(_, _, diff)| diff).sum());
            }
        })
        .as_collection()
}
