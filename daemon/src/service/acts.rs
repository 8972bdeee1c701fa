//! What supervisors do, on its way from the journal to the alert core, and the answer on its way back.
//!
//! An action is an event: journalled first, and applied when the commit that brought it has been computed, after the findings of that commit.
//!
//! *Invariants.* Actions are applied in the order of the journal, each once: the ledger keeps the last one's place, and after a restart those behind it
//! are applied again from the journal.

use crate::ledger::{Act, Deed};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use xiezhi_alerts::action::Action;
use xiezhi_alerts::desk::Refused;
use xiezhi_alerts::silence::{Matcher, Silence};
use xiezhi_alerts::{Alert, AlertId, Level, action};
use xiezhi_dataflows::event::{AlertHandled, AlertSilenced, Data, Event};
use xiezhi_dataflows::finding::EventName;
use xiezhi_dataflows::rules::Topic;

/// What became of an action.
pub type Outcome = Result<Box<Alert>, Refused>;

#[derive(Default)]
struct Held {
    /// By the commit that brought them.
    coming: VecDeque<(u64, Act)>,
    waiting: HashMap<(String, String), oneshot::Sender<Outcome>>,
}

/// Actions that are durable and not applied yet, and who waits for what became of them.
#[derive(Clone, Default)]
pub struct Acts {
    held: Arc<Mutex<Held>>,
}

impl Acts {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the actions among a commit's events, which stand in the journal from `first_seq` on.
    pub fn note<'a>(&self, commit: u64, first_seq: u64, events: impl Iterator<Item = &'a Event>) {
        let acts = (first_seq..).zip(events).filter_map(|(seq, event)| act_of(event, seq));
        let mut held = None;
        for act in acts {
            held.get_or_insert_with(|| self.held()).coming.push_back((commit, act));
        }
    }

    /// The actions of commits before `commit`.
    pub fn take_until(&self, commit: u64) -> Vec<Act> {
        let mut held = self.held();
        let count = held.coming.partition_point(|(of, _)| *of < commit);
        held.coming.drain(..count).map(|(_, act)| act).collect()
    }

    /// Waits for what becomes of the action of an event. To be asked before the event is submitted.
    pub fn expect(&self, source: &str, id: &str) -> oneshot::Receiver<Outcome> {
        let (sender, receiver) = oneshot::channel();
        self.held().waiting.insert((source.to_owned(), id.to_owned()), sender);
        receiver
    }

    /// Waits no longer.
    pub fn forget(&self, source: &str, id: &str) {
        self.held().waiting.remove(&(source.to_owned(), id.to_owned()));
    }

    /// Tells those who wait.
    pub fn answer(&self, acted: Vec<(EventName, Outcome)>) {
        if acted.is_empty() {
            return;
        }
        let mut held = self.held();
        for (event, outcome) in acted {
            if let Some(waiting) = held.waiting.remove(&(event.source, event.id)) {
                waiting.send(outcome).ok();
            }
        }
    }
}

/// What an event says that a supervisor did, if it does.
pub fn act_of(event: &Event, seq: u64) -> Option<Act> {
    let name = || EventName { source: event.source.to_string(), id: event.id.to_string() };
    let deed = match &event.data {
        Data::AlertAcknowledged(handled)
        | Data::AlertAssigned(handled)
        | Data::AlertReturned(handled)
        | Data::AlertTransferred(handled)
        | Data::AlertClosed(handled)
        | Data::AlertReopened(handled)
        | Data::AlertNoted(handled) => {
            let deed = action::Deed::of_event(event.data.kind())?;
            Deed::Alert(AlertId(handled.alert.to_string()), action_of(deed, handled, event.time.0, name()))
        }
        Data::AlertSilenced(silenced) => Deed::Silence(silence_of(silenced, event.time.0)),
        Data::AlertUnsilenced(ended) => {
            Deed::Unsilence(ended.silence.to_string(), ended.actor.to_string(), event.time.0)
        }
        _ => return None,
    };
    Some(Act { seq, deed })
}

fn action_of(deed: action::Deed, handled: &AlertHandled, at: i64, event: EventName) -> Action {
    let text = |text: &Option<_>| text.as_ref().map(ToString::to_string);
    let known = handled.known.iter().map(ToString::to_string).collect();
    Action {
        deed,
        actor: handled.actor.to_string(),
        at,
        department: handled.department.as_ref().map(ToString::to_string),
        to: text(&handled.to),
        outcome: handled.outcome,
        note: text(&handled.note),
        event,
        known: (!handled.known.is_empty()).then_some(known),
    }
}

fn silence_of(silenced: &AlertSilenced, at: i64) -> Silence {
    use xiezhi_dataflows::event::AlertLevel;
    let topic = silenced.topic.as_ref().map(ToString::to_string);
    let matcher = Matcher {
        level: match silenced.level {
            AlertLevel::Yellow => Level::Yellow,
            AlertLevel::Orange => Level::Orange,
            AlertLevel::Red => Level::Red,
        },
        department: silenced.department.as_ref().map(ToString::to_string),
        topic: Topic::ALL.into_iter().find(|known| Some(known.as_str()) == topic.as_deref()),
        section: silenced.section.as_ref().map(ToString::to_string),
        party: silenced.party.as_ref().map(ToString::to_string),
        rule: silenced.rule.as_ref().map(ToString::to_string),
    };
    Silence {
        id: silenced.silence.to_string(),
        owner: silenced.actor.to_string(),
        reason: silenced.reason.to_string(),
        from: silenced.from.map_or(at, |from| from.0),
        until: silenced.until.0,
        matcher,
        ended_by: None,
        reminded: false,
    }
}
