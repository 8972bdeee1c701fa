//! What the tests of the simulator share.

use serde_json::Value;
use xiezhi_simulator::{Day, Settings, Venue};

/// All days of a venue.
pub fn days(settings: Settings) -> Vec<Day> {
    Venue::new(settings).expect("valid settings").collect()
}

/// The events of some days.
pub fn events(days: &[Day]) -> impl Iterator<Item = Value> {
    days.iter().flat_map(|day| &day.events).map(|event| serde_json::from_str(&event.json).expect("JSON"))
}
