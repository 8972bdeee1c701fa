//! What happens to an alert if nobody does anything: reminders, then up the ladder, then the overdue list.
//!
//! *Source.* The notice, 七(十六): liaison → responsible leader → coordinating office; 八(十九): inaction is
//! accounted for.
//!
//! *Laws.* An agenda is made when a duty begins and used up from the front; a step is taken at most once. It stands
//! in the alert, so that it survives restarts with it. Steps are in order of time, and reminders of the past are
//! never in it.

use crate::duty::Times;
use crate::hours::{MINUTE_US, Pace};
use crate::reason::Duty;
use serde::{Deserialize, Serialize};

/// However near the opening, somebody gets this long to acknowledge, minutes.
const SHORTEST_MINUTES: i64 = 15;

/// What is to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The liaison is reminded; counts from 1.
    Remind(u8),
    /// The responsible leader is told.
    Leader,
    /// The coordinating office is told.
    Office,
    /// It goes on the overdue list.
    Overdue,
}

/// A step and when it is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// µs since 1970.
    pub at: i64,
    /// What.
    pub what: What,
}

/// What is owed, until when, and what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// What is owed; none: nothing.
    pub duty: Option<Duty>,
    /// Until when, µs since 1970.
    pub due_at: Option<i64>,
    /// What is still to happen, in order.
    pub steps: Vec<Step>,
    /// When the liaison was reminded of this duty, µs since 1970.
    pub reminded_at: Vec<i64>,
}

impl Agenda {
    /// The agenda of a duty that begins at `since` and is due at `due_at`. Where the coordinating office answers
    /// itself, there is no office to go up to.
    pub fn of(
        duty: Duty,
        since: i64,
        due_at: i64,
        times: &Times,
        pace: Pace<'_>,
        with_office: bool,
    ) -> Agenda {
        let before = match duty {
            Duty::Acknowledge => &times.remind_acknowledge,
            Duty::Close => &times.remind_close,
        };
        let mut reminders: Vec<i64> = before.iter().map(|term| pace.earlier(due_at, *term)).collect();
        reminders.sort_unstable();
        reminders.dedup();
        let reminders = reminders.into_iter().filter(|at| *at > since && *at < due_at);
        let mut steps: Vec<Step> =
            (1..).zip(reminders).map(|(n, at)| Step { at, what: What::Remind(n) }).collect();
        steps.push(Step { at: due_at, what: What::Leader });
        let office_at = pace.later(due_at, times.office_after);
        if !with_office {
            steps.push(Step { at: office_at, what: What::Office });
        }
        steps.push(Step { at: pace.later(office_at, times.overdue_after), what: What::Overdue });
        Agenda { duty: Some(duty), due_at: Some(due_at), steps, reminded_at: Vec::new() }
    }

    /// When something is to happen next.
    pub fn next_at(&self) -> Option<i64> {
        self.steps.first().map(|step| step.at)
    }

    /// Takes out the steps that are due.
    pub fn take(&mut self, now: i64) -> Vec<Step> {
        let due = self.steps.partition_point(|step| step.at <= now);
        self.steps.drain(..due).collect()
    }
}

/// When an alert is to be acknowledged: before the planned opening if that comes first and the level asks for it.
pub fn acknowledge_by(since: i64, opening_at: Option<i64>, times: &Times, pace: Pace<'_>) -> i64 {
    let due_at = pace.later(since, times.acknowledge);
    match opening_at.filter(|_| times.before_opening) {
        Some(opening_at) if opening_at > since => {
            due_at.min(opening_at.max(since + SHORTEST_MINUTES * MINUTE_US))
        }
        _ => due_at,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Level;
    use crate::hours::Hours;
    use xiezhi_dataflows::calendar::Calendar;
    use xiezhi_dataflows::normalise::Instant;

    fn at(text: &str) -> i64 {
        Instant::parse(&format!("2026-03-{text}:00+08:00")).expect("an instant").0
    }

    #[test]
    fn a_red_alert_goes_up_the_ladder_in_working_hours() {
        let (hours, calendar) = (Hours::default(), Calendar::built_in());
        let (times, pace) = (Times::of(Level::Red), Pace::Working(&hours, &calendar));
        let since = at("02T09:00");
        let due_at = acknowledge_by(since, None, &times, pace);
        let agenda = Agenda::of(Duty::Acknowledge, since, due_at, &times, pace, false);
        let steps: Vec<(i64, What)> = agenda.steps.iter().map(|step| (step.at, step.what)).collect();
        assert_eq!(
            steps,
            [
                (at("02T10:00"), What::Remind(1)),
                (at("02T10:30"), What::Remind(2)),
                (at("02T11:00"), What::Leader),
                (at("02T15:30"), What::Office),
                (at("03T17:30"), What::Overdue),
            ]
        );
        let with_office = Agenda::of(Duty::Acknowledge, since, due_at, &times, pace, true);
        assert!(with_office.steps.iter().all(|step| step.what != What::Office));
    }

    #[test]
    fn what_is_opened_soon_is_acknowledged_before_it_is_opened() {
        let (hours, calendar) = (Hours::default(), Calendar::built_in());
        let pace = Pace::Working(&hours, &calendar);
        let by = |level, since, opening: Option<&str>| {
            acknowledge_by(at(since), opening.map(at), &Times::of(level), pace)
        };
        assert_eq!(by(Level::Red, "02T09:00", Some("02T10:00")), at("02T10:00"));
        assert_eq!(by(Level::Red, "02T09:00", Some("02T09:05")), at("02T09:15"));
        assert_eq!(by(Level::Red, "02T09:00", Some("02T08:00")), at("02T11:00"), "it was opened already");
        assert_eq!(by(Level::Red, "02T09:00", Some("05T08:00")), at("02T11:00"));
        assert_eq!(by(Level::Yellow, "02T09:00", Some("02T10:00")), at("04T17:30"));
    }

    #[test]
    fn steps_are_taken_once_and_in_order() {
        let step = |at, what| Step { at, what };
        let steps = vec![step(1, What::Remind(1)), step(5, What::Leader), step(9, What::Overdue)];
        let mut agenda = Agenda { steps, ..Agenda::default() };
        assert_eq!((agenda.take(0).len(), agenda.take(5).len(), agenda.take(5).len()), (0, 2, 0));
        assert_eq!(agenda.next_at(), Some(9));
    }
}
