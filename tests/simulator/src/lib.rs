//! A simulated public-resource trading venue: believable events, planted schemes, and the truth.
//!
//! [`Venue`] is an iterator over calendar days. Each [`Day`] holds its events in order of time, as lines
//! of JSON in the CloudEvents envelope that the daemon takes, and the findings ([`Truth`]) whose
//! evidence is complete with that day. The same [`Settings`] give the same bytes on any machine.
//!
//! ```
//! use xiezhi_simulator::{Settings, Venue};
//!
//! let venue = Venue::new(Settings { days: 1, bids_per_day: 30, ..Settings::default() }).expect("valid");
//! let lines: usize = venue.map(|day| day.events.len()).sum();
//! assert!(lines > 100);
//! ```
//!
//! Invariants:
//! 1. Times never decrease, within a day and from day to day.
//! 2. Memory does not grow with the number of days (the register of firms apart).
//! 3. A section without a scheme causes no finding that a rule could derive with certainty from its
//!    events. Leads from chance (HIS-01, HIS-02, HIS-04, HIS-10) are rare: none in a year by default.
//! 4. Every truth with `holds` must be found at the end under default thresholds; every other must not.

mod auction;
mod bid;
mod clock;
mod codes;
mod dice;
mod firms;
mod line;
mod names;
mod plan;
mod prices;
mod queue;
mod render;
mod scheme;
mod schemes;
mod section;
mod settings;
mod sundry;
mod truth;
mod venue;

pub use codes::check_digit;
pub use scheme::{Scheme, Schemes};
pub use settings::{BIDS_PER_DAY_MAX, DAYS_MAX, Detail, FIRMS_MAX, FIRMS_MIN, Settings, SettingsError};
pub use truth::Truth;
pub use venue::{Day, SimEvent, Venue};
