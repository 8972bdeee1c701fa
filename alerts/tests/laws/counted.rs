//! The indicators of alerts, recomputed plainly: from the record of all decisions, not from what an alert remembers.

use std::collections::BTreeMap;
use xiezhi_alerts::core::NoticeKind;
use xiezhi_alerts::hours::{Hours, MINUTE_US};
use xiezhi_alerts::indicators::{Counting, LIVES_MAX};
use xiezhi_alerts::reason::{Duty, Reason};
use xiezhi_alerts::{Alert, AlertId, Moved, State};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::normalise::{Date, Instant};

/// Sums by indicator, month, department and industry.
pub type Sums = BTreeMap<(String, String, String, String), (i64, i64)>;

const DAY_US: i64 = 86_400_000_000;

/// The working time between two instants, day by day.
fn worked_seconds(from: i64, until: i64) -> i64 {
    let (calendar, mut seconds, mut day) = (Calendar::built_in(), 0, Instant(from).local_date());
    while day.midnight().0 < until {
        let works = calendar.is_working_day(day).unwrap_or_else(|| (day.0 + 3).rem_euclid(7) < 5);
        for (opens, closes) in [(510, 720), (870, 1_050)] {
            let opens = (day.midnight().0 + opens * MINUTE_US).max(from);
            let closes = (day.midnight().0 + closes * MINUTE_US).min(until);
            if works && closes > opens {
                seconds += (closes - opens) / 1_000_000;
            }
        }
        day = Date(day.0 + 1);
    }
    seconds
}

/// What a record of decisions amounts to.
pub fn plainly(record: &[Moved]) -> Sums {
    let mut lives: BTreeMap<AlertId, BTreeMap<u64, Vec<&Moved>>> = BTreeMap::new();
    for moved in record {
        let alert = &moved.decision.alert;
        lives.entry(alert.id.clone()).or_default().entry(alert.episode).or_default().push(moved);
    }
    let mut sums = Sums::new();
    for of_alert in lives.values() {
        of_alert.values().rev().take(LIVES_MAX).for_each(|life| one(life, &mut sums));
    }
    sums
}

fn one(life: &[&Moved], sums: &mut Sums) {
    let (first, last) = (life[0], life[life.len() - 1]);
    let alert = &last.decision.alert;
    let created_at = first.decision.entry.at;
    let (year, month, _) = Instant(created_at).local_date().ymd();
    let industry = alert.subject.section.as_ref().map_or("", |_| "01");
    let mut put = |id: &str, above: i64, of: bool| {
        let department = alert.route.department.clone();
        let key = (id.to_owned(), format!("{year:04}-{month:02}"), department, industry.to_owned());
        if of {
            let held = sums.entry(key).or_default();
            *held = (held.0 + above, held.1 + 1);
        }
    };
    let of_kind = |kind: NoticeKind| {
        life.iter().filter(move |moved| moved.decision.notice.as_ref().is_some_and(|n| n.kind == kind))
    };
    let happened = |kind| i64::from(of_kind(kind).next().is_some());
    let told_at = life.iter().find(|m| !m.decision.entry.told.is_empty()).map(|m| m.decision.entry.at);
    let was_acknowledged = |moved: &&&Moved| {
        matches!(moved.decision.entry.to.0, State::Acknowledged | State::Assigned)
            && moved.before.as_ref().is_some_and(|before| before.state == State::Open)
            && moved.decision.alert.acknowledged.is_some()
            && moved.before.as_ref().is_some_and(|before| before.acknowledged.is_none())
    };
    let acknowledged = life.iter().position(|moved| was_acknowledged(&moved));
    let acknowledged_at = acknowledged.map(|at| life[at].decision.entry.at);
    // Before it was acknowledged for the first time.
    let missed =
        life[..acknowledged.unwrap_or(life.len())].iter().any(|moved| in_vain(moved, Duty::Acknowledge));
    let after_due = acknowledged.is_some_and(|at| {
        let agenda = life[at].before.as_ref().map(|before| &before.agenda);
        let due = agenda.filter(|agenda| agenda.duty == Some(Duty::Acknowledge)).and_then(|a| a.due_at);
        due.is_some_and(|due| life[at].decision.entry.at > due)
    });
    let closed = alert.closed.as_ref().and_then(|closing| {
        let closing_decision = of_kind(NoticeKind::Closed).next_back()?;
        let due = closing_decision.before.as_ref().and_then(|before| before.agenda.due_at);
        Some((closing.outcome, closing.did.at, due.is_some_and(|due| closing.did.at > due)))
    });
    let pending = alert.state.is_pending();
    let late = pending && is_late(life, alert);
    let due = closed.is_some() || late;
    put("disposal", closed.is_some().into(), due);
    put("disposal_on_time", closed.is_some_and(|(_, _, late)| !late).into(), due);
    put("acknowledgement", acknowledged.is_some().into(), told_at.is_some());
    let acknowledged_late = missed || after_due;
    put("acknowledgement_on_time", (!acknowledged_late).into(), acknowledged.is_some() || acknowledged_late);
    if let Some(at) = acknowledged_at {
        put("acknowledge_hours", worked_seconds(told_at.unwrap_or(created_at), at), true);
    }
    put("overdue", late.into(), pending || closed.is_some());
    put("escalation", happened(NoticeKind::Escalated).max(happened(NoticeKind::Overdue)), true);
    put("reminders", of_kind(NoticeKind::Reminded).count() as i64, pending);
    put("closed", closed.is_some().into(), true);
    if let Some((outcome, at, _)) = closed {
        put("close_hours", worked_seconds(created_at, at), true);
        let found = ![Outcome::Unfounded, Outcome::Insufficient].contains(&outcome);
        put("substantiated", found.into(), true);
        put("dismissed", (outcome == Outcome::Unfounded).into(), true);
        put("transferred_enforcement", (outcome == Outcome::ReferredEnforcement).into(), true);
        put("transferred_discipline", (outcome == Outcome::ReferredDiscipline).into(), true);
        put("transferred_police", (outcome == Outcome::ReferredPolice).into(), true);
    }
    put("sent_back", happened(NoticeKind::Returned), true);
    put("reassigned", happened(NoticeKind::Transferred), true);
    let unrouted = first.decision.alert.route.reason == Reason::NoDutyItem;
    put("unrouted", unrouted.into(), true);
    let (mut closed_at, mut reopened) = (None, false);
    for moved in life {
        let was = moved.before.as_ref().filter(|b| b.episode == moved.decision.alert.episode);
        let is = moved.decision.alert.closed.as_ref();
        match (was.and_then(|was| was.closed.as_ref()), is) {
            (None, Some(closing)) => closed_at = Some(closing.did.at),
            (Some(_), None) => {
                reopened |= closed_at.is_some_and(|at| moved.decision.entry.at - at <= 30 * DAY_US);
            }
            _ => {}
        }
    }
    put("reopened", reopened.into(), closed_at.is_some());
    put("withdrawn", alert.withdrawn_at.is_some().into(), true);
    put("noise", alert.findings.len() as i64, told_at.is_some());
}

/// Whether a decision says that a duty was not done in time.
fn in_vain(moved: &Moved, wanted: Duty) -> bool {
    matches!(&moved.decision.entry.reason, Reason::NotDone { step, .. } if *step == wanted)
}

/// Whether a decision has said that what is owed now was not done in time.
fn is_late(life: &[&Moved], alert: &Alert) -> bool {
    let (Some(duty), Some(due)) = (alert.agenda.duty, alert.agenda.due_at) else { return false };
    life.iter().rev().take_while(|moved| moved.decision.alert.agenda.due_at == Some(due)).any(|moved| {
        matches!(&moved.decision.entry.reason, Reason::NotDone { step, due_at, .. } if *step == duty && *due_at == due)
    })
}

/// What alerts say of themselves, moved by each decision.
#[derive(Default)]
pub struct Moving {
    pub sums: Sums,
}

impl Moving {
    pub fn take(&mut self, moved: &Moved) {
        moved.before.iter().for_each(|before| self.add(before, -1));
        self.add(&moved.decision.alert, 1);
    }

    fn add(&mut self, alert: &Alert, times: i64) {
        let (hours, calendar) = (Hours::default(), Calendar::built_in());
        for part in (Counting { hours: &hours, calendar: &calendar }).parts(alert) {
            for measure in &part.measures {
                let (id, month) = (measure.indicator.as_str().to_owned(), measure.month.to_string());
                let industry = part.industry.map_or("", |industry| industry.as_str()).to_owned();
                let key = (id, month, part.department.to_owned(), industry);
                let held = self.sums.entry(key.clone()).or_default();
                *held = (held.0 + times * measure.numerator, held.1 + times * measure.denominator);
                if *held == (0, 0) {
                    self.sums.remove(&key);
                }
            }
        }
    }
}
