//! What one thing contributes: a section, a matter, an alert.

use super::sheet::Indicator;
use super::standing::Standing;
use crate::event::Industry;
use crate::judge::{Day, day_of};
use crate::normalise::Date;
use crate::symbols::Symbol;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A calendar month at +08:00: months since January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month(pub u16);

impl Month {
    /// The month of a local date. What lies before 1970 counts as January 1970.
    pub fn of_day(day: Day) -> Month {
        let (year, month, _) = Date(day).ymd();
        Month(u16::try_from((year - 1970) * 12 + month - 1).unwrap_or(0))
    }

    /// The month of an instant, µs.
    pub fn of(at: i64) -> Month {
        Month::of_day(day_of(at))
    }

    /// The calendar year.
    pub fn year(self) -> u16 {
        1970 + self.0 / 12
    }

    /// Reads `2026-11`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-').filter(|_| text.len() == 7)?;
        let (year, month): (u16, u16) = (year.parse().ok()?, month.parse().ok()?);
        ((1970..=2200).contains(&year) && (1..=12).contains(&month))
            .then(|| Month((year - 1970) * 12 + month - 1))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.0 % 12 + 1)
    }
}

/// One indicator's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Measure {
    /// Which indicator.
    pub indicator: Indicator,
    /// In which month it counts.
    pub month: Month,
    /// In the unit of the indicator's [`Measured`](super::Measured).
    pub numerator: i64,
    /// Likewise; never 0.
    pub denominator: i64,
}

/// Where it counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The department that supervises, or [`Symbol::NONE`].
    pub department: Symbol,
    /// The industry, if it is known.
    pub industry: Option<Industry>,
    /// The region, six digits, or [`Symbol::NONE`].
    pub region: Symbol,
}

/// Something bought: what the concentration of a market is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bought {
    /// In which month.
    pub month: Month,
    /// By whom.
    pub buyer: Symbol,
    /// From whom.
    pub supplier: Symbol,
    /// For how much, fen; above 0.
    pub fen: i64,
}

/// All that one section or matter contributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contribution {
    /// Where it counts.
    pub scope: Scope,
    /// Its parts.
    pub measures: Vec<Measure>,
    /// What was bought.
    pub bought: Option<Bought>,
    /// How far the section has come; of a matter none.
    pub standing: Option<Standing>,
}

impl Contribution {
    /// Adds a part; one with nothing below the line says nothing and is left out.
    pub fn put(&mut self, indicator: Indicator, month: Month, numerator: i64, denominator: i64) {
        if denominator != 0 {
            self.measures.push(Measure { indicator, month, numerator, denominator });
        }
    }

    /// Adds a part of one thing that either is so or not.
    pub fn count(&mut self, indicator: Indicator, month: Month, is_so: bool) {
        self.put(indicator, month, is_so.into(), 1);
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.measures.is_empty() && self.bought.is_none() && self.standing.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_those_of_the_local_calendar() {
        // 2026-01-01T00:00:00+08:00 is 2025-12-31T16:00:00Z.
        let new_year = 1_767_196_800_000_000;
        assert_eq!(Month::of(new_year).to_string(), "2026-01");
        assert_eq!(Month::of(new_year - 1).to_string(), "2025-12");
        assert_eq!(Month::of(new_year).year(), 2026);
        assert_eq!(Month::of(-1), Month(0));
        assert_eq!(Month::of(i64::MIN / 4), Month(0), "long before the calendar");
        for text in ["1970-01", "2026-11", "2200-12"] {
            assert_eq!(Month::parse(text).map(|month| month.to_string()).as_deref(), Some(text));
        }
        for text in ["", "2026", "2026-13", "2026-00", "26-1", "2026-1", "1969-12", "2026-1x", "+026-01"] {
            assert_eq!(Month::parse(text), None, "{text}");
        }
    }
}
