//! The indicators recomputed plainly: from the events of one section or matter, and a sum over all of them. Nothing here
//! knows of rows, dossiers or contributions.

mod events;
mod matters;
mod sections;

pub use events::{Entity, live};

use std::collections::BTreeMap;
use xiezhi_dataflows::event::Event;
use xiezhi_dataflows::normalise::Instant;

/// Indicator, month such as `2026-03`, department, industry, region.
pub type Key = (&'static str, String, String, String, String);
/// Sums by key, or the parts of one entity.
pub type Sums = BTreeMap<Key, (i128, i128)>;

/// How the rules ended that judge a section by itself: how many decided something, were short of data, applied at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Endings {
    pub decided: usize,
    pub short: usize,
    pub applicable: usize,
}

/// What was bought: month, industry, region, buyer, supplier, fen.
pub type Bought = (String, String, String, String, String, i64);

/// What an entity gives.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub sums: Sums,
    pub bought: Option<Bought>,
}

/// What one entity gives at an instant, by its own events and those of all projects.
pub fn given(
    entity: &Entity,
    events: &[&Event],
    projects: &BTreeMap<String, Vec<&Event>>,
    endings: Endings,
    now: Instant,
) -> Given {
    match entity {
        Entity::Section(_) => sections::given(events, projects, endings, now),
        Entity::Complaint(_, department) => matters::complaint(events, department, now),
        Entity::Inspection(_) => matters::inspection(events, now),
        Entity::Project(_) => Given::default(),
    }
}

/// Adds to sums, so many times.
pub fn add(to: &mut Sums, parts: &Sums, times: i128) {
    for (key, (above, below)) in parts {
        let held = to.entry(key.clone()).or_default();
        held.0 += above * times;
        held.1 += below * times;
        if *held == (0, 0) {
            to.remove(key);
        }
    }
}

/// The month of an instant.
fn month(at: Instant) -> String {
    let (year, month, _) = at.local_date().ymd();
    format!("{year:04}-{month:02}")
}

/// Parts that are put down one by one.
struct Parts {
    scope: [String; 3],
    sums: Sums,
}

impl Parts {
    fn put(&mut self, id: &'static str, at: Instant, above: i128, below: i128) {
        if below == 0 {
            return;
        }
        let [department, industry, region] = self.scope.clone();
        let supervised = ["coverage", "data_quality"].contains(&id)
            || ["complaint", "inspection", "objection"].iter().any(|of| id.starts_with(of));
        let (department, region) =
            if supervised { (department, String::new()) } else { (String::new(), region) };
        let held = self.sums.entry((id, month(at), department, industry, region)).or_default();
        held.0 += above;
        held.1 += below;
    }

    fn is(&mut self, id: &'static str, at: Instant, so: bool) {
        self.put(id, at, so.into(), 1);
    }
}
