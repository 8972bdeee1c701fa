//! Intake: from accepted events to exact changes of rows, with retractions.
//!
//! `event.retracted` undoes an event, whether it came before or comes after. Intake knows, for each
//! event that a retraction names, whether it holds, and gives the dataflows exact pairs: a row once when its event
//! begins to hold, and once negatively when it ends. Nothing is taken back that was not given.
//!
//! *Laws.*
//! 1. An event holds if it has come and no retraction that holds names it. A retraction is an event: it can
//!    be retracted itself, and then what it undid holds again. (Retractions that name each other in a ring, which only
//!    a broken source makes, are judged one after another by their names, so that the result is still a
//!    function of the set of events.)
//! 2. What has been given, summed up, is the rows of the events that hold: the order of arrival does not matter.
//! 3. What was told to hold and not to hold any more, summed up, is the events that hold, retractions among them.
//! 4. Each name comes in once; repeats and conflicts are kept out by the journal before.

use crate::event::{Data, Event};
use crate::facts::{self, Update};
use crate::operators::Diff;
use crate::symbols::{EventRef, Symbols};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Where accepted events can be read again: the journal, or a replay's memory.
pub trait Archive {
    /// The event of that name, or none if it has not come.
    fn event(&self, name: EventRef) -> Option<Event>;
}

/// What is remembered of an event that a retraction names, or that is a retraction.
#[derive(Default)]
struct Entangled {
    come: bool,
    holds: bool,
    /// What it retracts, if it is a retraction.
    retracts: Option<EventRef>,
    retracted_by: BTreeSet<EventRef>,
}

/// Takes what an event changes.
pub trait Taker {
    /// The event begins (+1) or ends (−1) to hold; what it gives follows.
    fn holds(&mut self, name: EventRef, event: &Event, diff: Diff);

    /// The same of a retraction.
    fn retraction_holds(&mut self, name: EventRef, diff: Diff);

    /// A row comes or goes.
    fn row(&mut self, update: Update, diff: Diff);
}

/// The state of intake: small, as only retractions and what they name are in it.
pub struct Intake {
    symbols: Arc<Symbols>,
    entangled: HashMap<EventRef, Entangled>,
}

impl Intake {
    /// Nothing has come yet.
    pub fn new(symbols: Arc<Symbols>) -> Intake {
        Intake { symbols, entangled: HashMap::new() }
    }

    /// Whether an event that has come holds.
    pub fn holds(&self, name: EventRef) -> bool {
        self.judge(name, &mut BTreeSet::new())
    }

    /// Takes in one event that is new, and gives what changes to `taker`.
    pub fn take(&mut self, name: EventRef, event: &Event, archive: &dyn Archive, taker: &mut dyn Taker) {
        if let Data::EventRetracted(retraction) = &event.data {
            let (target, _) = self.symbols.name(&retraction.retracts.source, &retraction.retracts.id);
            // An event that came before was not worth remembering until now.
            let known = self.entangled.contains_key(&target);
            let named = self.entangled.entry(target).or_default();
            named.retracted_by.insert(name);
            if !known && target != name && archive.event(target).is_some() {
                (named.come, named.holds) = (true, true);
            }
            self.entangled.entry(name).or_default().retracts = Some(target);
        } else if !self.entangled.contains_key(&name) {
            // Nearly every event: nobody speaks of it.
            self.give(name, event, 1, taker);
            return;
        }
        if let Some(entangled) = self.entangled.get_mut(&name) {
            entangled.come = true;
        }
        self.settle(name, event, archive, taker);
    }

    /// Judges again the event that came and all that its chain of retractions reaches.
    fn settle(&mut self, came: EventRef, event: &Event, archive: &dyn Archive, taker: &mut dyn Taker) {
        let mut seen = BTreeSet::new();
        let mut next = Some(came);
        while let Some(name) = next.filter(|name| seen.insert(*name)) {
            let held = self.entangled.get(&name).is_some_and(|e| e.holds);
            let holds = self.holds(name);
            let Some(entangled) = self.entangled.get_mut(&name) else { break };
            entangled.holds = holds;
            next = entangled.retracts;
            if holds != held {
                let diff = if holds { 1 } else { -1 };
                if next.is_some() {
                    taker.retraction_holds(name, diff);
                } else if name == came {
                    self.give(name, event, diff, taker);
                } else if let Some(event) = archive.event(name) {
                    self.give(name, &event, diff, taker);
                }
            }
        }
    }

    fn judge(&self, name: EventRef, above: &mut BTreeSet<EventRef>) -> bool {
        let Some(entangled) = self.entangled.get(&name) else { return true };
        if !above.insert(name) {
            return true;
        }
        let holds = entangled.come && !entangled.retracted_by.iter().any(|r| self.judge(*r, above));
        above.remove(&name);
        holds
    }

    fn give(&self, name: EventRef, event: &Event, diff: Diff, taker: &mut dyn Taker) {
        taker.holds(name, event, diff);
        facts::updates(event, name, &self.symbols, &mut |update| taker.row(update, diff));
    }
}
