//! A meter of the operators: how long each of them has worked, to find the slow one by.
//!
//! Timely itself tells when it schedules an operator and when that returns; nothing here reads a clock, and without a
//! meter nothing is told. Times are of all workers together, by the operator's name. What the dataflow spends beside its
//! operators, on keeping track of progress, stands under [`PROGRESS`].

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use timely::logging::{StartStop, TimelyEvent, TimelyEventBuilder};
use timely::worker::Worker;

/// The name under which the dataflow itself stands.
pub const PROGRESS: &str = "progress";

/// Times by name, shared by the workers that note them and whoever reads them.
#[derive(Clone, Default)]
pub struct Meter(Arc<Mutex<BTreeMap<String, Duration>>>);

/// What one worker knows of its operators.
#[derive(Default)]
struct Reading {
    names: HashMap<usize, String>,
    /// Who is at work, the innermost last: since when, and how much of it others did.
    working: Vec<(usize, Duration, Duration)>,
}

impl Meter {
    /// Notes what this worker's operators do from now on. Before its dataflows are built, or nothing is heard of them.
    pub fn watch(&self, worker: &Worker) {
        let times = self.0.clone();
        let mut reading = Reading::default();
        let Some(mut register) = worker.log_register() else { return };
        register.insert::<TimelyEventBuilder, _>("timely", move |_, events| {
            let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
            for (at, event) in events.iter_mut().flat_map(|events| events.drain(..)) {
                reading.note(at, event, &mut times);
            }
        });
    }

    /// How long each operator has worked so far. Workers tell in batches, so the latest may be missing.
    pub fn times(&self) -> BTreeMap<String, Duration> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Reading {
    fn note(&mut self, at: Duration, event: TimelyEvent, times: &mut BTreeMap<String, Duration>) {
        match event {
            TimelyEvent::Operates(operator) => {
                let name = if operator.addr.len() < 2 { PROGRESS.to_owned() } else { operator.name };
                self.names.insert(operator.id, name);
            }
            TimelyEvent::Schedule(schedule) if schedule.start_stop == StartStop::Start => {
                self.working.push((schedule.id, at, Duration::ZERO));
            }
            TimelyEvent::Schedule(schedule) => {
                let Some((id, since, others)) = self.working.pop() else { return };
                debug_assert_eq!(id, schedule.id, "who began last ends first");
                let worked = at.saturating_sub(since);
                if let Some((_, _, others)) = self.working.last_mut() {
                    *others += worked;
                }
                if let Some(name) = self.names.get(&id) {
                    *times.entry(name.clone()).or_default() += worked.saturating_sub(others);
                }
            }
            _ => {}
        }
    }
}
