//! What a supervisor's action makes of an alert.

use super::telling::{By, Draft, decided, entry};
use super::{Decision, Entry, NoticeKind, Setting};
use crate::action::{Action, Deed, fits};
use crate::agenda::Agenda;
use crate::alert::{Alert, Closing, Did, Handed, Receiver, State};
use crate::duty::Route;
use crate::reason::{Duty, Misfit, Reason};
use xiezhi_dataflows::event::Outcome;

pub(super) fn decide(
    setting: Setting<'_>,
    before: &Alert,
    action: &Action,
    now: i64,
) -> Result<Decision, (Misfit, Box<Entry>)> {
    let by = || By {
        actor: Some(action.actor.clone()),
        note: action.note.clone(),
        event: Some(action.event.clone()),
    };
    if let Err(why) = fits(before, action, setting.duty) {
        let reason = Reason::DoesNotFit { why };
        let entry = entry(Some(before), before, "without_effect", reason, by(), Vec::new(), now);
        return Err((why, Box::new(entry)));
    }
    let mut alert = Alert { revision: before.revision + 1, changed_at: now, ..before.clone() };
    let (kind, mut to) = match action.deed {
        Deed::Acknowledge => acknowledge(setting, &mut alert, action, now),
        Deed::Assign => assign(setting, &mut alert, action, now),
        Deed::Return => send_back(setting, &mut alert, now),
        Deed::Transfer => transfer(setting, &mut alert, action, now),
        Deed::Close => close(setting, &mut alert, action),
        Deed::Reopen => reopen(setting, &mut alert, now),
        Deed::Note => (NoticeKind::Noted, Vec::new()),
    };
    to.extend(setting.recorders(&alert));
    let mut draft = Draft::new(kind, Reason::Done { by: action.actor.clone() });
    if before.silenced_by.is_some() && alert.silenced_by.is_none() {
        // A deed ends the silence for this alert: whoever was not told because of it is told now.
        draft.added = std::mem::take(&mut alert.untold).into_iter().collect();
        to.extend(setting.ladder(&alert));
        to.extend(setting.copies(&alert, |_| true));
    }
    Ok(decided(Some(before), alert, draft, to, by(), now))
}

/// Nobody is told, unless a silence hid it: whoever acknowledges knows, and the others see it in the stream.
fn acknowledge(
    setting: Setting<'_>,
    alert: &mut Alert,
    action: &Action,
    now: i64,
) -> (NoticeKind, Vec<Receiver>) {
    alert.state = State::Acknowledged;
    alert.acknowledged = Some(Did { by: action.actor.clone(), at: action.at });
    alert.silenced_by = None;
    setting.begin(alert, Duty::Close, now);
    (NoticeKind::Acknowledged, Vec::new())
}

fn assign(setting: Setting<'_>, alert: &mut Alert, action: &Action, now: i64) -> (NoticeKind, Vec<Receiver>) {
    if alert.state == State::Open {
        acknowledge(setting, alert, action, now);
    }
    alert.state = State::Assigned;
    alert.assigned_to = action.to.clone();
    (NoticeKind::Assigned, Vec::new())
}

fn send_back(setting: Setting<'_>, alert: &mut Alert, now: i64) -> (NoticeKind, Vec<Receiver>) {
    alert.sent_back += 1;
    let office = setting.duty.office.clone();
    hand_to(setting, alert, office, Reason::SentBack, now);
    (NoticeKind::Returned, vec![Receiver::Liaison(alert.route.department.clone())])
}

fn transfer(
    setting: Setting<'_>,
    alert: &mut Alert,
    action: &Action,
    now: i64,
) -> (NoticeKind, Vec<Receiver>) {
    let department = action.to.clone().unwrap_or_else(|| setting.duty.office.clone());
    hand_to(setting, alert, department, Reason::Transferred, now);
    (NoticeKind::Transferred, vec![Receiver::Liaison(alert.route.department.clone())])
}

/// Another department answers from now on, with the whole time to acknowledge.
fn hand_to(setting: Setting<'_>, alert: &mut Alert, department: String, reason: Reason, now: i64) {
    alert.route = Route { department, item: None, edition: setting.duty.edition, reason };
    alert.state = State::Open;
    alert.acknowledged = None;
    alert.assigned_to = None;
    alert.silenced_by = None;
    alert.agenda = Agenda::default();
    setting.begin(alert, Duty::Acknowledge, now);
}

/// All who got copies or were drawn in are told how it ended, and the agency to which it is handed over.
fn close(setting: Setting<'_>, alert: &mut Alert, action: &Action) -> (NoticeKind, Vec<Receiver>) {
    let did = Did { by: action.actor.clone(), at: action.at };
    let outcome = action.outcome.expect("an action that fits has its outcome");
    if is_handed_over(outcome) {
        let findings = alert.findings.clone();
        alert.handed = Some(Handed { did: did.clone(), outcome, level: alert.level, findings });
    }
    let known = match alert.state {
        State::Withdrawn => Default::default(),
        _ => action.known.clone().unwrap_or_else(|| alert.findings.keys().cloned().collect()),
    };
    let rules = alert.findings.values().map(|finding| finding.rule.clone()).collect();
    alert.closed = Some(Closing { did, outcome, note: action.note.clone(), known, rules });
    alert.state = State::Closed;
    alert.agenda = Agenda::default();
    alert.untold.clear();
    alert.overdue = false;
    let liaison = Receiver::Liaison(alert.route.department.clone());
    let mut to: Vec<Receiver> = alert.told.iter().filter(|told| **told != liaison).cloned().collect();
    let handed = setting.duty.copies.iter().filter(|copy| copy.outcome.contains(&outcome));
    to.extend(handed.map(|copy| Receiver::Copy(copy.to.clone())));
    (NoticeKind::Closed, to)
}

/// Whether an outcome hands the alert over to another agency.
pub fn is_handed_over(outcome: Outcome) -> bool {
    match outcome {
        Outcome::ReferredEnforcement | Outcome::ReferredDiscipline | Outcome::ReferredPolice => true,
        Outcome::Penalised | Outcome::Unfounded | Outcome::Insufficient => false,
    }
}

fn reopen(setting: Setting<'_>, alert: &mut Alert, now: i64) -> (NoticeKind, Vec<Receiver>) {
    if alert.withdrawn_at.is_some() {
        // Nothing of it holds: it is only no longer closed.
        alert.state = State::Withdrawn;
        alert.closed = None;
        return (NoticeKind::Reopened, alert.told.iter().cloned().collect());
    }
    alert.state = State::Open;
    alert.closed = None;
    alert.acknowledged = None;
    alert.assigned_to = None;
    setting.begin(alert, Duty::Acknowledge, now);
    let mut to = setting.ladder(alert);
    to.extend(alert.told.iter().cloned());
    (NoticeKind::Reopened, to)
}
