//! Working time: hours of the day, on working days. Terms of supervision run in it, so that nobody is late by a
//! night.
//!
//! *Laws.* `earlier(later(t, n), n) == t` for every `t` inside working hours. Both are monotonic in `t` and in `n`.
//!
//! A year that the calendar does not know is worked Monday to Friday. For a statutory term that would be a guess that
//! accuses somebody, and the rules refuse it; here it decides when a colleague is reminded, and not to remind at all
//! would be the greater harm.

use serde::{Deserialize, Serialize};
use std::fmt;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::normalise::{Date, Instant};

/// One minute, µs.
pub const MINUTE_US: i64 = 60_000_000;
/// One day of the clock on the wall, µs.
const DAY_US: i64 = 1_440 * MINUTE_US;
/// Minutes of a day.
const DAY_MINUTES: u32 = 1_440;
/// The furthest that a term is followed, days: past it the configuration was a slip of the finger, and the last day
/// serves.
const DAYS_MAX: i32 = 1_500;
/// Longest term, in its own unit.
const TERM_MAX: u32 = 9_999;

/// The hours of a day at which people are at work, local time; sorted, none empty, none touching the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub struct Hours {
    /// From, until; minutes after local midnight.
    spans: Vec<(u32, u32)>,
}

impl Default for Hours {
    /// Offices of the city: 08:30–12:00 and 14:30–17:30.
    fn default() -> Self {
        Hours { spans: vec![(510, 720), (870, 1_050)] }
    }
}

impl TryFrom<Vec<String>> for Hours {
    type Error = String;

    fn try_from(texts: Vec<String>) -> Result<Hours, String> {
        let mut spans = Vec::with_capacity(texts.len());
        for text in &texts {
            let span = text.split_once('-').and_then(|(from, until)| Some((minute(from)?, minute(until)?)));
            match span {
                Some((from, until)) if from < until => spans.push((from, until)),
                _ => return Err(format!("{text:?} is no span of a day; give spans such as \"08:30-12:00\"")),
            }
        }
        if spans.is_empty() {
            return Err("no hour is worked; give spans such as \"08:30-12:00\"".to_owned());
        }
        match spans.windows(2).find(|pair| pair[0].1 >= pair[1].0) {
            Some(_) => {
                Err("spans overlap, touch or are out of order; give them from morning to evening".to_owned())
            }
            None => Ok(Hours { spans }),
        }
    }
}

impl From<Hours> for Vec<String> {
    fn from(hours: Hours) -> Vec<String> {
        let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        hours.spans.iter().map(|(from, until)| format!("{}-{}", clock(*from), clock(*until))).collect()
    }
}

fn minute(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |digits: &str| (digits.len() == 2).then(|| digits.parse::<u32>().ok()).flatten();
    let minutes = two(hour)? * 60 + two(minute).filter(|minute| *minute < 60)?;
    (minutes <= DAY_MINUTES).then_some(minutes)
}

/// How long somebody has: written `30m`, `2h` or `5d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Term {
    /// Minutes.
    Minutes(u32),
    /// Days: the end of the n-th working day after.
    Days(u32),
}

impl TryFrom<String> for Term {
    type Error = String;

    fn try_from(text: String) -> Result<Term, String> {
        let wrong =
            || format!("{text:?} is no term; give minutes, hours or days such as \"30m\", \"2h\", \"5d\"");
        let digits = text.trim_end_matches(['m', 'h', 'd']);
        let unit = &text[digits.len()..];
        let n = digits.parse::<u32>().ok().filter(|n| *n <= TERM_MAX && !digits.starts_with('+'));
        match (n, unit) {
            (Some(n), "m") => Ok(Term::Minutes(n)),
            (Some(n), "h") => Ok(Term::Minutes(n * 60)),
            (Some(n), "d") => Ok(Term::Days(n)),
            _ => Err(wrong()),
        }
    }
}

impl From<Term> for String {
    fn from(term: Term) -> String {
        term.to_string()
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Term::Minutes(n) if n % 60 == 0 && *n > 0 => write!(f, "{}h", n / 60),
            Term::Minutes(n) => write!(f, "{n}m"),
            Term::Days(n) => write!(f, "{n}d"),
        }
    }
}

/// How time runs for those who have to act.
#[derive(Clone, Copy, Debug)]
pub enum Pace<'a> {
    /// In working hours of working days.
    Working(&'a Hours, &'a Calendar),
    /// Day and night.
    AroundTheClock,
}

impl Pace<'_> {
    /// The instant at which a term that begins at `from` (µs since 1970) ends.
    pub fn later(&self, from: i64, term: Term) -> i64 {
        match (self, term) {
            (Pace::AroundTheClock, Term::Minutes(n)) => from + i64::from(n) * MINUTE_US,
            (Pace::AroundTheClock, Term::Days(n)) => from + i64::from(n) * DAY_US,
            (Pace::Working(hours, calendar), Term::Minutes(n)) => {
                worked_later(hours, calendar, from, i64::from(n) * MINUTE_US)
            }
            (Pace::Working(hours, calendar), Term::Days(n)) => end_of_day_later(hours, calendar, from, n),
        }
    }

    /// The instant from which a term that ends at `until` (µs since 1970) has begun.
    pub fn earlier(&self, until: i64, term: Term) -> i64 {
        match (self, term) {
            (Pace::AroundTheClock, Term::Minutes(n)) => until - i64::from(n) * MINUTE_US,
            (Pace::AroundTheClock, Term::Days(n)) => until - i64::from(n) * DAY_US,
            (Pace::Working(hours, calendar), Term::Minutes(n)) => {
                worked_earlier(hours, calendar, until, i64::from(n) * MINUTE_US)
            }
            (Pace::Working(hours, calendar), Term::Days(n)) => {
                let day = hours.spans.iter().map(|(from, until)| i64::from(until - from)).sum::<i64>();
                worked_earlier(hours, calendar, until, i64::from(n) * day * MINUTE_US)
            }
        }
    }
}

impl Pace<'_> {
    /// How much time runs between two instants (µs since 1970), µs; 0 if the second comes first.
    pub fn between(&self, from: i64, until: i64) -> i64 {
        match self {
            Pace::AroundTheClock => (until - from).max(0),
            Pace::Working(hours, calendar) => worked_between(hours, calendar, from, until),
        }
    }
}

/// Whether a day is worked; of a year that the calendar lacks, Monday to Friday.
fn is_worked(calendar: &Calendar, day: Date) -> bool {
    // 1970-01-01 was a Thursday.
    calendar.is_working_day(day).unwrap_or_else(|| (day.0 + 3).rem_euclid(7) < 5)
}

/// The working spans of a day, µs since 1970.
fn spans(hours: &Hours, day: Date) -> impl DoubleEndedIterator<Item = (i64, i64)> {
    let midnight = day.midnight().0;
    let at = move |minute: u32| midnight + i64::from(minute) * MINUTE_US;
    hours.spans.iter().map(move |(from, until)| (at(*from), at(*until)))
}

fn worked_later(hours: &Hours, calendar: &Calendar, from: i64, mut left: i64) -> i64 {
    let first = Instant(from).local_date().0;
    for day in (first..first + DAYS_MAX).map(Date).filter(|day| is_worked(calendar, *day)) {
        for (start, end) in spans(hours, day).map(|(start, end)| (start.max(from), end)) {
            if end > start {
                if left <= end - start {
                    return start + left;
                }
                left -= end - start;
            }
        }
    }
    Date(first + DAYS_MAX).midnight().0
}

fn worked_between(hours: &Hours, calendar: &Calendar, from: i64, until: i64) -> i64 {
    let (first, last) = (Instant(from).local_date().0, Instant(until).local_date().0);
    let days = (first..=last.min(first.saturating_add(DAYS_MAX))).map(Date);
    let worked = days.filter(|day| is_worked(calendar, *day)).flat_map(|day| spans(hours, day));
    worked.map(|(start, end)| (end.min(until) - start.max(from)).max(0)).sum()
}

fn worked_earlier(hours: &Hours, calendar: &Calendar, until: i64, mut left: i64) -> i64 {
    let last = Instant(until).local_date().0;
    for day in (last - DAYS_MAX..=last).rev().map(Date).filter(|day| is_worked(calendar, *day)) {
        for (start, end) in spans(hours, day).rev().map(|(start, end)| (start, end.min(until))) {
            if end > start {
                if left <= end - start {
                    return end - left;
                }
                left -= end - start;
            }
        }
    }
    Date(last - DAYS_MAX).midnight().0
}

fn end_of_day_later(hours: &Hours, calendar: &Calendar, from: i64, days: u32) -> i64 {
    let first = Instant(from).local_date().0;
    let worked = (first + 1..first + DAYS_MAX).map(Date).filter(|day| is_worked(calendar, *day));
    let day = worked.take(days as usize).last().unwrap_or(Date(first));
    spans(hours, day).last().map_or(from, |(_, end)| end.max(from))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> i64 {
        Instant::parse(&format!("{text}:00+08:00")).expect("an instant").0
    }

    fn term(text: &str) -> Term {
        Term::try_from(text.to_owned()).expect(text)
    }

    #[test]
    fn terms_run_in_working_hours_of_working_days() {
        let (hours, calendar) = (Hours::default(), Calendar::built_in());
        let pace = Pace::Working(&hours, &calendar);
        for (from, length, until) in [
            // Monday morning; over lunch; over the evening; over a weekend.
            ("2026-03-02T09:00", "2h", "2026-03-02T11:00"),
            ("2026-03-02T11:00", "2h", "2026-03-02T15:30"),
            ("2026-03-02T17:20", "2h", "2026-03-03T10:20"),
            ("2026-03-06T16:30", "2h", "2026-03-09T09:30"),
            // Before the office opens, at night, on a Sunday.
            ("2026-03-02T03:00", "30m", "2026-03-02T09:00"),
            ("2026-03-02T23:00", "30m", "2026-03-03T09:00"),
            ("2026-03-01T12:00", "30m", "2026-03-02T09:00"),
            // To the very end of a span, not to the begin of the next.
            ("2026-03-02T10:00", "2h", "2026-03-02T12:00"),
            // Over the Spring Festival: the 14th (a Saturday) is worked, the 15th to the 23rd are off, the 28th is worked.
            ("2026-02-13T17:00", "1h", "2026-02-14T09:00"),
            ("2026-02-14T17:00", "1h", "2026-02-24T09:00"),
            ("2026-02-27T17:00", "1h", "2026-02-28T09:00"),
            // Working days end with the day.
            ("2026-03-02T09:00", "1d", "2026-03-03T17:30"),
            ("2026-03-05T20:00", "2d", "2026-03-09T17:30"),
            ("2026-02-13T09:00", "2d", "2026-02-24T17:30"),
        ] {
            assert_eq!(Instant(pace.later(at(from), term(length))), Instant(at(until)), "{from} + {length}");
        }
    }

    #[test]
    fn a_reminder_lies_before_its_term_in_working_hours() {
        let (hours, calendar) = (Hours::default(), Calendar::built_in());
        let pace = Pace::Working(&hours, &calendar);
        for (until, length, from) in [
            ("2026-03-02T11:00", "30m", "2026-03-02T10:30"),
            ("2026-03-02T14:40", "30m", "2026-03-02T11:40"),
            ("2026-03-09T08:40", "30m", "2026-03-06T17:10"),
            ("2026-03-09T17:30", "1d", "2026-03-09T08:30"),
            ("2026-03-09T12:00", "1d", "2026-03-06T14:30"),
        ] {
            assert_eq!(
                Instant(pace.earlier(at(until), term(length))),
                Instant(at(from)),
                "{until} - {length}"
            );
        }
    }

    #[test]
    fn red_alerts_may_run_around_the_clock() {
        let night = at("2026-03-07T23:00");
        assert_eq!(Pace::AroundTheClock.later(night, term("2h")), at("2026-03-08T01:00"));
        assert_eq!(Pace::AroundTheClock.later(night, term("1d")), at("2026-03-08T23:00"));
    }

    #[test]
    fn a_year_without_a_calendar_is_worked_from_monday_to_friday() {
        let (hours, calendar) = (Hours::default(), Calendar::built_in());
        let pace = Pace::Working(&hours, &calendar);
        // 2099-01-02 is a Friday.
        assert_eq!(pace.later(at("2099-01-02T17:00"), term("1h")), at("2099-01-05T09:00"));
    }

    #[test]
    fn what_is_no_span_and_no_term_is_refused() {
        for texts in
            [&["8:30-12:00"][..], &["12:00-08:30"], &["08:30-12:00", "11:00-13:00"], &[], &["25:00-26:00"]]
        {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            assert!(Hours::try_from(texts.clone()).is_err(), "{texts:?}");
        }
        for text in ["", "h", "2", "2w", "-1h", "+1h", "1.5h", "99999d", "2hh"] {
            assert!(Term::try_from(text.to_owned()).is_err(), "{text}");
        }
        assert_eq!(term("120m").to_string(), "2h");
        let hours: Vec<String> = Hours::default().into();
        assert_eq!(hours, ["08:30-12:00", "14:30-17:30"]);
    }

    proptest! {
        #[test]
        fn earlier_undoes_later_inside_working_hours(start in 0i64..400 * 1_440, minutes in 1u32..5_000) {
            let (hours, calendar) = (Hours::default(), Calendar::built_in());
            let pace = Pace::Working(&hours, &calendar);
            let from = pace.later(at("2025-01-01T00:00") + start * MINUTE_US, Term::Minutes(1));
            let until = pace.later(from, Term::Minutes(minutes));
            prop_assert!(until > from);
            prop_assert_eq!(pace.between(from, until), i64::from(minutes) * MINUTE_US);
            prop_assert_eq!(pace.between(until, from), 0);
            let back = pace.earlier(until, Term::Minutes(minutes));
            // The end of one span and the begin of the next are the same moment of work.
            prop_assert_eq!(pace.later(back, Term::Minutes(1)), pace.later(from, Term::Minutes(1)));
        }
    }
}
