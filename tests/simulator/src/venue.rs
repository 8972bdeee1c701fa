//! The venue: day after day, what happened and what of it is a planted scheme.
//!
//! Memory holds the firms, the plans of sections between registration and completion, and one day's
//! lines; it grows with `bids_per_day` and `firms`, not with `days`.

use jiff::civil::Date;

use crate::{
    clock::{self, DayNo},
    plan::{AHEAD, Planner},
    queue::What,
    settings::{Settings, SettingsError},
    truth::Truth,
};

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimEvent {
    /// The event's `time`, in microseconds since the epoch.
    pub at: i64,
    /// The event as one line of JSON, without a line break.
    pub json: String,
}

/// What happened on one calendar day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The date (+08:00).
    pub date: Date,
    /// Is the day before the first simulated day? Such days carry only what the sections of the
    /// simulated days need: their announcements, deposits and early bids. None of them may be left out.
    pub lead_in: bool,
    /// The events, in order of time.
    pub events: Vec<SimEvent>,
    /// The findings whose evidence is complete with this day.
    pub truth: Vec<Truth>,
}

/// A simulated trading venue: an iterator over its days.
pub struct Venue {
    planner: Planner,
    today: DayNo,
    first_day: DayNo,
    last_day: DayNo,
    /// Without a weekday in the span, weekends are worked: there must be openings.
    works_weekends: bool,
}

impl Venue {
    /// A venue with these settings.
    ///
    /// # Errors
    /// If a setting is out of its range.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        settings.check()?;
        let first_day = clock::day_number(settings.first_day);
        let last_day = first_day + i64::from(settings.days) - 1;
        let today = first_day - AHEAD;
        Ok(Self {
            planner: Planner::new(&settings, today, last_day),
            today,
            first_day,
            last_day,
            works_weekends: !(first_day..=last_day).any(clock::is_weekday),
        })
    }

    /// How many things are planned and have not happened yet.
    pub fn pending(&self) -> usize {
        self.planner.queue.len()
    }

    fn plan(&mut self) {
        let opening = self.today + AHEAD;
        if opening >= self.first_day && (clock::is_weekday(opening) || self.works_weekends) {
            self.planner.opening_day(opening);
        }
        if self.today >= self.first_day {
            self.planner.sundry_day(self.today);
        }
    }

    fn tell(&mut self) -> Day {
        let due = self.planner.queue.pop_day();
        let mut events = Vec::with_capacity(due.len());
        let mut truth = Vec::new();
        let Planner { firms, writer, .. } = &mut self.planner;
        for due in due {
            let json = match due.what {
                What::Step(section, step) => writer.step(firms, &section, step, due.at),
                What::Party(firm) => writer.party(firms, firm, due.at),
                What::Line(line) => line.into(),
                What::Truth(finding) => {
                    truth.push(*finding);
                    continue;
                }
            };
            events.push(SimEvent { at: clock::instant_us(due.at), json });
        }
        Day { date: clock::date_of(self.today), lead_in: self.today < self.first_day, events, truth }
    }
}

impl Iterator for Venue {
    type Item = Day;

    /// The next day. Empty lead-in days are left out.
    fn next(&mut self) -> Option<Day> {
        while self.today <= self.last_day {
            self.plan();
            let day = self.tell();
            self.today += 1;
            if !day.lead_in || !day.events.is_empty() {
                return Some(day);
            }
        }
        None
    }
}
