//! What a caller may choose about a venue, checked whole before anything is generated.
//!
//! Every setting has a default, so `Settings { days: 30, ..Settings::default() }` is a venue. A wrong
//! setting is refused with its name and the limit that it broke, never corrected in silence.

use std::fmt;

use jiff::civil::Date;

use crate::scheme::{Scheme, Schemes};

/// Longest span: ten years and a bit. Beyond it the civil calendar and the numbering are untested.
pub const DAYS_MAX: u32 = 4_000;
/// Most bids opened on one day: one `Day` is held in memory as a whole (about 3 kB a bid).
pub const BIDS_PER_DAY_MAX: u32 = 100_000;
/// Most firms in the population; addresses and phones are numbered within this range.
pub const FIRMS_MAX: u32 = 1_000_000;
/// Fewest firms: a trade must be wide enough that chance meetings stay rare.
pub const FIRMS_MIN: u32 = 200;

/// How to generate a venue. Same settings, same bytes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Seed of everything random.
    pub seed: u64,
    /// Number of simulated days, at least 1.
    pub days: u32,
    /// The first simulated day (local date, +08:00).
    pub first_day: Date,
    /// Mean number of bids opened on a working day.
    pub bids_per_day: u32,
    /// Which schemes to plant.
    pub schemes: Schemes,
    /// Share of sections that start a planted scheme, 0 to 0.8.
    pub scheme_share: f64,
    /// Size of the firm population; `None` lets it grow with the number of bids.
    pub firms: Option<u32>,
    /// How much of a section's life is told.
    pub detail: Detail,
}

impl Default for Settings {
    /// A year from the first day on ends within 2026, the last year whose working days are known.
    fn default() -> Self {
        Self {
            seed: 1,
            days: 30,
            first_day: jiff::civil::date(2025, 1, 6),
            bids_per_day: 120,
            schemes: Schemes::all(),
            scheme_share: 0.05,
            firms: None,
            detail: Detail::Full,
        }
    }
}

impl Settings {
    /// Checks every setting and answers with the first that is wrong.
    pub fn check(&self) -> Result<(), SettingsError> {
        let within = |name, value: u64, least: u64, most: u64| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(SettingsError::OutOfRange { name, value, least, most })
            }
        };
        within("days", self.days.into(), 1, DAYS_MAX.into())?;
        within("bids_per_day", self.bids_per_day.into(), 1, BIDS_PER_DAY_MAX.into())?;
        if let Some(firms) = self.firms {
            within("firms", firms.into(), FIRMS_MIN.into(), FIRMS_MAX.into())?;
        }
        if !(0.0..=0.8).contains(&self.scheme_share) {
            return Err(SettingsError::SchemeShare(self.scheme_share));
        }
        let year = self.first_day.year();
        if !(1971..=2200).contains(&year) {
            return Err(SettingsError::FirstDay(self.first_day));
        }
        Ok(())
    }

    /// The firm population: as set, or one firm for about twelve bids over a base of 800.
    ///
    /// Wide enough that two firms rarely meet five times by chance, which HIS-02 and HIS-04 would report.
    pub fn firm_population(&self) -> u32 {
        let bids = u64::from(self.days) * u64::from(self.bids_per_day);
        let grown = (800 + bids / 12).min(FIRMS_MAX.into());
        self.firms.unwrap_or(u32::try_from(grown).unwrap_or(FIRMS_MAX))
    }
}

/// How much of a section's life is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Everything: downloads, deposits, decryption, experts, scores, notes, returns (about 11 events a bid).
    Full,
    /// Only what bids and awards need (about 3 events a bid), for benchmarks. Schemes that rest on
    /// anything else, such as deposits, scores or complaints, are not planted.
    Bids,
}

/// A setting that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingsError {
    /// A number outside its limits.
    OutOfRange {
        /// The setting's name.
        name: &'static str,
        /// What was asked for.
        value: u64,
        /// The least that is allowed.
        least: u64,
        /// The most that is allowed.
        most: u64,
    },
    /// A share outside 0 to 0.8.
    SchemeShare(f64),
    /// A first day outside the years 1971 to 2200.
    FirstDay(Date),
    /// No scheme has this name.
    UnknownScheme(String),
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfRange { name, value, least, most } => {
                write!(f, "{name} is {value}; choose {least} to {most}")
            }
            Self::SchemeShare(share) => write!(f, "scheme_share is {share}; choose 0 to 0.8"),
            Self::FirstDay(day) => write!(f, "first_day is {day}; choose a year from 1971 to 2200"),
            Self::UnknownScheme(name) => {
                write!(f, "no scheme is called {name:?}; known are all, none")?;
                Scheme::ALL.iter().try_for_each(|scheme| write!(f, ", {scheme}"))
            }
        }
    }
}

impl std::error::Error for SettingsError {}
