//! What an alert contributes to the indicators (E.1 of the assessment), and what has to be remembered of it for that.
//!
//! An alert that was withdrawn and created again has had several *lives*; each is one alert of the assessment and counts in
//! the month in which it was created. A life is told of every decision, in the one place where decisions are made.
//!
//! *Laws.* What an alert contributes is a function of its lives, the hours of work and the calendar. A limit counts from when
//! it was kept or has passed; before that an alert says nothing about it.

use crate::agenda::What;
use crate::alert::{Alert, Level};
use crate::core::NoticeKind;
use crate::duty::Place;
use crate::hours::{Hours, Pace};
use crate::reason::{Duty, Reason};
use serde::{Deserialize, Serialize};
use std::ops::Not;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::{Industry, Outcome};
use xiezhi_dataflows::indicators::{Indicator, Measure, Month};

/// How many lives of an alert are remembered: past it the first are forgotten, and their counts with them. Data that come
/// and go more often are a fault of their source, which should not fill the ledger.
pub const LIVES_MAX: usize = 32;

/// For how long after it was closed the reopening of an alert is held against it, µs: 30 days.
const REOPENED_WITHIN_US: i64 = 30 * 86_400_000_000;

/// Microseconds of a second.
const SECOND_US: i64 = 1_000_000;

/// One life of an alert: from its creation to its withdrawal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Life {
    /// When it was created, µs since 1970.
    pub created_at: i64,
    /// The department that answers for it; the last one that did.
    pub department: String,
    /// The industry of its section's project, as it was known at the creation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry: Option<Industry>,
    /// The region of its section's project, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whether no duty item covered it.
    #[serde(skip_serializing_if = "Not::not")]
    pub unrouted: bool,
    /// When somebody was first told of it, µs since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_at: Option<i64>,
    /// When it was first acknowledged, µs since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<i64>,
    /// Whether a time to acknowledge it passed in vain.
    #[serde(skip_serializing_if = "Not::not")]
    pub acknowledged_late: bool,
    /// How it was closed, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed: Option<Ended>,
    /// When it was last closed, µs since 1970; kept when it is reopened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_closed_at: Option<i64>,
    /// Whether it was reopened within 30 days.
    #[serde(skip_serializing_if = "Not::not")]
    pub reopened: bool,
    /// Whether somebody owes it something.
    #[serde(skip_serializing_if = "Not::not")]
    pub pending: bool,
    /// Whether what is owed now is past its time.
    #[serde(skip_serializing_if = "Not::not")]
    pub late: bool,
    /// Whether it went up the ladder.
    #[serde(skip_serializing_if = "Not::not")]
    pub escalated: bool,
    /// How often the liaison was reminded.
    #[serde(skip_serializing_if = "is_zero")]
    pub reminders: u32,
    /// Whether a department sent it back.
    #[serde(skip_serializing_if = "Not::not")]
    pub sent_back: bool,
    /// Whether it was given to another department.
    #[serde(skip_serializing_if = "Not::not")]
    pub reassigned: bool,
    /// Whether its basis has gone.
    #[serde(skip_serializing_if = "Not::not")]
    pub withdrawn: bool,
    /// How many findings it rests on; of a withdrawn one, it rested on last.
    pub findings: u32,
}

/// How a life was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// When, µs since 1970.
    pub at: i64,
    /// With what.
    pub outcome: Outcome,
    /// Whether after what was owed then was due.
    pub late: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl Life {
    /// A life that begins at a place.
    pub fn begun(alert: &Alert, place: &Place) -> Life {
        Life {
            created_at: alert.created_at,
            department: alert.route.department.clone(),
            industry: place.industry,
            region: place.region.clone(),
            unrouted: alert.route.reason == Reason::NoDutyItem,
            ..Life::default()
        }
    }

    /// The life of an alert that an older version left behind, as far as the alert tells.
    fn recovered(alert: &Alert) -> Life {
        let closed = alert.closed.as_ref();
        let mut life = Life {
            told_at: alert.told.is_empty().not().then_some(alert.created_at),
            acknowledged_at: alert.acknowledged.as_ref().map(|did| did.at),
            closed: closed.map(|closing| Ended { at: closing.did.at, outcome: closing.outcome, late: false }),
            last_closed_at: closed.map(|closing| closing.did.at),
            reminders: alert.agenda.reminded_at.len() as u32,
            sent_back: alert.sent_back > 0,
            ..Life::begun(alert, &Place::default())
        };
        life.stands(alert);
        life
    }

    /// What follows from the alert as it stands.
    fn stands(&mut self, alert: &Alert) {
        self.department.clone_from(&alert.route.department);
        self.pending = alert.state.is_pending();
        self.late = self.pending && is_late(alert);
        self.withdrawn = alert.withdrawn_at.is_some();
        self.findings = alert.findings.len() as u32;
    }

    fn told(&mut self, kind: NoticeKind, step: Option<(Duty, What)>) {
        match kind {
            NoticeKind::Reminded => self.reminders += 1,
            NoticeKind::Escalated | NoticeKind::Overdue => {
                self.escalated = true;
                let in_vain = step.is_some_and(|(duty, _)| duty == Duty::Acknowledge);
                self.acknowledged_late |= in_vain && self.acknowledged_at.is_none();
            }
            NoticeKind::Returned => self.sent_back = true,
            NoticeKind::Transferred => self.reassigned = true,
            _ => {}
        }
    }
}

/// Whether the time of what is owed has passed: its step has been taken.
fn is_late(alert: &Alert) -> bool {
    alert.agenda.duty.is_some() && alert.agenda.steps.iter().all(|step| step.what != What::Leader)
}

/// Tells an alert's life what was decided. Of what was decided the alert is already as it is after.
pub(crate) fn live(
    before: Option<&Alert>,
    alert: &mut Alert,
    notice: Option<(NoticeKind, Option<(Duty, What)>)>,
    now: i64,
) {
    if alert.lives.is_empty() {
        let recovered = Life::recovered(before.unwrap_or(alert));
        alert.lives.push(recovered);
    }
    let mut lives = std::mem::take(&mut alert.lives);
    lives.drain(..lives.len().saturating_sub(LIVES_MAX));
    if let Some(life) = lives.last_mut() {
        if let Some((kind, step)) = notice {
            life.told(kind, step);
        }
        if !alert.told.is_empty() {
            life.told_at.get_or_insert(now);
        }
        let due = before.and_then(|before| Some((before.agenda.duty?, before.agenda.due_at?)));
        if let (None, Some(did)) = (life.acknowledged_at, &alert.acknowledged) {
            life.acknowledged_at = Some(did.at);
            life.acknowledged_late |= due.is_some_and(|(duty, at)| duty == Duty::Acknowledge && did.at > at);
        }
        if life.closed.is_some() && alert.closed.is_none() {
            life.reopened |= life.last_closed_at.is_some_and(|at| now - at <= REOPENED_WITHIN_US);
            life.closed = None;
        }
        if let (None, Some(closing)) = (life.closed, &alert.closed) {
            let (at, outcome) = (closing.did.at, closing.outcome);
            life.closed = Some(Ended { at, outcome, late: due.is_some_and(|(_, due)| at > due) });
            life.last_closed_at = Some(at);
        }
        life.stands(alert);
    }
    alert.lives = lives;
}

/// What one life contributes, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// The department that answers.
    pub department: &'a str,
    /// The industry, if it is known.
    pub industry: Option<Industry>,
    /// Its measures.
    pub measures: Vec<Measure>,
}

/// Of a pending alert: who answers for it, where, and how serious it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pending<'a> {
    /// The department's code.
    pub department: &'a str,
    /// The industry, if it is known.
    pub industry: Option<Industry>,
    /// The region, if it is known.
    pub region: Option<&'a str>,
    /// The level.
    pub level: Level,
}

/// How alerts are counted: by these hours of work and this calendar.
#[derive(Clone, Copy, Debug)]
pub struct Counting<'a> {
    /// Hours of work.
    pub hours: &'a Hours,
    /// Working days.
    pub calendar: &'a Calendar,
}

impl Counting<'_> {
    /// What an alert contributes, a part for each of its lives.
    pub fn parts<'a>(&self, alert: &'a Alert) -> Vec<Part<'a>> {
        alert.lives.iter().map(|life| self.part(life)).collect()
    }

    /// The working time between two instants, seconds; 0 if the second comes first.
    pub fn worked(&self, from: i64, until: i64) -> i64 {
        Pace::Working(self.hours, self.calendar).between(from, until) / SECOND_US
    }

    fn part<'a>(&self, life: &'a Life) -> Part<'a> {
        let month = Month::of(life.created_at);
        let mut measures = Vec::with_capacity(Indicator::Noise as usize + 1);
        let mut put = |indicator, numerator: i64, of: bool| {
            if of {
                measures.push(Measure { indicator, month, numerator, denominator: 1 });
            }
        };
        let (told, acknowledged) = (life.told_at.is_some(), life.acknowledged_at);
        let closed = life.closed;
        let due = closed.is_some() || life.late;
        let in_time = closed.is_some_and(|closed| !closed.late);
        put(Indicator::Disposal, closed.is_some().into(), due);
        put(Indicator::DisposalOnTime, in_time.into(), due);
        put(Indicator::Acknowledgement, acknowledged.is_some().into(), told);
        let tried = acknowledged.is_some() || life.acknowledged_late;
        put(Indicator::AcknowledgementOnTime, (!life.acknowledged_late).into(), tried);
        if let Some(at) = acknowledged {
            let from = life.told_at.unwrap_or(life.created_at);
            put(Indicator::AcknowledgeHours, self.worked(from, at), true);
        }
        if let Some(closed) = closed {
            put(Indicator::CloseHours, self.worked(life.created_at, closed.at), true);
        }
        put(Indicator::Overdue, life.late.into(), life.pending || closed.is_some());
        put(Indicator::Escalation, life.escalated.into(), true);
        put(Indicator::Reminders, life.reminders.into(), life.pending);
        put(Indicator::Closed, closed.is_some().into(), true);
        if let Some(Ended { outcome, .. }) = closed {
            let is = |wanted: Outcome| i64::from(outcome == wanted);
            let found = !matches!(outcome, Outcome::Unfounded | Outcome::Insufficient);
            put(Indicator::Substantiated, found.into(), true);
            put(Indicator::Dismissed, is(Outcome::Unfounded), true);
            put(Indicator::TransferredEnforcement, is(Outcome::ReferredEnforcement), true);
            put(Indicator::TransferredDiscipline, is(Outcome::ReferredDiscipline), true);
            put(Indicator::TransferredPolice, is(Outcome::ReferredPolice), true);
        }
        put(Indicator::SentBack, life.sent_back.into(), true);
        put(Indicator::Reassigned, life.reassigned.into(), true);
        put(Indicator::Unrouted, life.unrouted.into(), true);
        put(Indicator::Reopened, life.reopened.into(), life.last_closed_at.is_some());
        put(Indicator::Withdrawn, life.withdrawn.into(), true);
        put(Indicator::Noise, life.findings.into(), told);
        Part { department: &life.department, industry: life.industry, measures }
    }
}

/// Where a pending alert is counted; none if nobody owes it anything.
pub fn pending(alert: &Alert) -> Option<Pending<'_>> {
    let life = alert.lives.last();
    (alert.state.is_pending()).then(|| Pending {
        department: &alert.route.department,
        industry: life.and_then(|life| life.industry),
        region: life.and_then(|life| life.region.as_deref()),
        level: alert.level,
    })
}

/// An alert that an older version left behind gets the life that can be told from it.
pub fn recover(alert: &mut Alert) {
    if alert.lives.is_empty() {
        alert.lives.push(Life::recovered(alert));
    }
}
