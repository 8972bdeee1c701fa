//! Which events hold, what each is about, and how values of several are merged.

use std::collections::BTreeSet;
use xiezhi_dataflows::event::{Data, Event};
use xiezhi_dataflows::normalise::Instant;

/// What is counted by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Section(String),
    Project(String),
    Complaint(String, String),
    Inspection(String),
}

impl Entity {
    /// What an event is about, as far as indicators go by it.
    pub fn of(event: &Event) -> Option<Entity> {
        Some(match &event.data {
            Data::ProjectRegistered(said) => Entity::Project(said.project.as_str().to_owned()),
            Data::ComplaintReceived(said)
            | Data::ComplaintAccepted(said)
            | Data::ComplaintRefused(said)
            | Data::ComplaintDecided(said) => {
                Entity::Complaint(said.complaint.as_str().to_owned(), said.department.as_str().to_owned())
            }
            Data::InspectionDrawn(said) | Data::InspectionDone(said) | Data::InspectionPublished(said) => {
                Entity::Inspection(said.inspection.as_str().to_owned())
            }
            other => Entity::Section(other.section()?.to_owned()),
        })
    }
}

/// An event's name.
pub fn name(event: &Event) -> (&str, &str) {
    (&event.source, &event.id)
}

/// The events that hold: each once, and none that another retracts.
pub fn live<'a>(events: impl Iterator<Item = &'a Event> + Clone) -> Vec<&'a Event> {
    let retracted: BTreeSet<(&str, &str)> = events
        .clone()
        .filter_map(|event| match &event.data {
            Data::EventRetracted(said) => Some((&*said.retracts.source, &*said.retracts.id)),
            _ => None,
        })
        .collect();
    let mut seen = BTreeSet::new();
    events.filter(|event| !retracted.contains(&name(event)) && seen.insert(name(event))).collect()
}

/// What the latest event says that says anything; of equal times the one of the greater name.
pub fn latest<'a, T>(events: &[&'a Event], says: impl Fn(&'a Event) -> Option<T>) -> Option<T> {
    let said = events.iter().filter_map(|event| Some((event, says(event)?)));
    said.max_by_key(|(event, _)| (event.time, name(event))).map(|(_, said)| said)
}

/// When something was: as said, else the event's time. All instants of events of a kind.
pub fn instants<'a>(
    events: &[&'a Event],
    says: impl Fn(&'a Event) -> Option<Option<Instant>>,
) -> Vec<Instant> {
    events.iter().filter_map(|event| says(event).map(|at| at.unwrap_or(event.time))).collect()
}
