//! What a change of findings makes of an alert.

use super::telling::{By, Draft, decided, untold};
use super::time::{hide, over};
use super::{Decision, NoticeKind, Setting};
use crate::agenda::Agenda;
use crate::alert::{Alert, Receiver, State, Subject};
use crate::duty::Place;
use crate::indicators::Life;
use crate::level;
use crate::message::gravity;
use crate::reason::{Duty, Reason};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::finding::Rendered;

type Findings = BTreeMap<String, Rendered>;

pub(super) fn decide(
    setting: Setting<'_>,
    subject: &Subject,
    place: &Place,
    before: Option<&Alert>,
    findings: Findings,
    now: i64,
) -> Option<Decision> {
    let Some(before) = before else {
        return (!findings.is_empty()).then(|| create(setting, subject, place, None, findings, now));
    };
    let holds = before.withdrawn_at.is_none();
    match (before.state, holds, findings.is_empty()) {
        (_, false, true) => None,
        (_, true, false) if before.findings == findings => None,
        (State::Withdrawn, _, false) => Some(create(setting, subject, place, Some(before), findings, now)),
        (State::Closed, true, true) => Some(basis_gone(before, now)),
        (State::Closed, _, false) => Some(after_closing(setting, place, before, findings, now)),
        (_, _, true) => Some(withdraw(before, now)),
        (_, _, false) => Some(change(setting, place, before, findings, now)),
    }
}

fn create(
    setting: Setting<'_>,
    subject: &Subject,
    place: &Place,
    before: Option<&Alert>,
    findings: Findings,
    now: i64,
) -> Decision {
    let (level, reason) = level::of(findings.values());
    let untold = findings.keys().cloned().collect();
    let mut alert = Alert {
        id: subject.id(),
        subject: subject.clone(),
        level,
        state: State::Open,
        revision: before.map_or(1, |alert| alert.revision + 1),
        episode: before.map_or(1, |alert| alert.episode + 1),
        created_at: now,
        changed_at: now,
        findings,
        route: setting.duty.route(subject.topic, place),
        opening_at: place.opening_at,
        agenda: Agenda::default(),
        told: BTreeSet::new(),
        untold,
        silenced_by: None,
        overdue: false,
        acknowledged: None,
        assigned_to: None,
        sent_back: 0,
        closed: None,
        // What was handed over stays as it was handed.
        handed: before.and_then(|alert| alert.handed.clone()),
        withdrawn_at: None,
        lives: before.map(|alert| alert.lives.clone()).unwrap_or_default(),
    };
    let life = Life::begun(&alert, place);
    alert.lives.push(life);
    announce(setting, before, alert, Draft::new(NoticeKind::Created, reason), now)
}

/// Routes and announces an alert that an older version left behind.
pub(super) fn adopt(setting: Setting<'_>, before: &Alert, place: &Place, now: i64) -> Decision {
    let (_, reason) = level::of(before.findings.values());
    let alert = Alert {
        revision: before.revision + 1,
        changed_at: now,
        route: setting.duty.route(before.subject.topic, place),
        opening_at: place.opening_at,
        untold: before.findings.keys().cloned().collect(),
        ..before.clone()
    };
    announce(setting, Some(before), alert, Draft::new(NoticeKind::Created, reason), now)
}

/// Tells of an open alert those who answer for it and those who get copies, unless a silence hides it: all that
/// nobody was told of yet. The time to acknowledge begins.
pub(super) fn announce(
    setting: Setting<'_>,
    before: Option<&Alert>,
    mut alert: Alert,
    mut draft: Draft,
    now: i64,
) -> Decision {
    if let Some(silence) = setting.silences.hiding(&alert, now) {
        return hide(before, alert, silence.id.clone(), now);
    }
    alert.silenced_by = None;
    draft.added = std::mem::take(&mut alert.untold).into_iter().collect();
    setting.begin(&mut alert, Duty::Acknowledge, now);
    let mut to = setting.ladder(&alert);
    to.extend(setting.copies(&alert, |_| true));
    if draft.kind == NoticeKind::Reopened {
        // They were told that it was closed, or had it handed over.
        to.extend(alert.told.iter().cloned());
    }
    decided(before, alert, draft, to, By::default(), now)
}

fn withdraw(before: &Alert, now: i64) -> Decision {
    let alert = Alert {
        state: State::Withdrawn,
        revision: before.revision + 1,
        changed_at: now,
        withdrawn_at: Some(now),
        agenda: Agenda::default(),
        silenced_by: None,
        overdue: false,
        ..before.clone()
    };
    tell_all_of_withdrawal(before, alert, now)
}

/// A closed alert keeps its outcome; that its basis has gone is shown on it, and told to all who were told of it.
fn basis_gone(before: &Alert, now: i64) -> Decision {
    let mut alert =
        Alert { revision: before.revision + 1, changed_at: now, withdrawn_at: Some(now), ..before.clone() };
    if let Some(closing) = &mut alert.closed {
        closing.known.clear();
    }
    tell_all_of_withdrawal(before, alert, now)
}

fn tell_all_of_withdrawal(before: &Alert, alert: Alert, now: i64) -> Decision {
    let removed = before.findings.keys().cloned().collect();
    let to: Vec<Receiver> = before.told.iter().cloned().collect();
    let draft = Draft { removed, ..Draft::new(NoticeKind::Withdrawn, Reason::BasisGone) };
    decided(Some(before), alert, draft, to, By::default(), now)
}

fn change(setting: Setting<'_>, place: &Place, before: &Alert, findings: Findings, now: i64) -> Decision {
    let (level, reason) = level::of(findings.values());
    let removed = names(&before.findings, |name, _| !findings.contains_key(name));
    let news = names(&findings, |name, finding| is_news(finding, before.findings.get(name)));
    let still = before.untold.iter().filter(|name| findings.contains_key(*name)).cloned();
    let unheard = still.chain(news).collect();
    let mut alert = Alert {
        level,
        revision: before.revision + 1,
        changed_at: now,
        findings,
        untold: unheard,
        ..before.clone()
    };
    if level > before.level {
        // What was acknowledged was the alert as it was: a rise asks again.
        alert.state = State::Open;
        alert.opening_at = place.opening_at;
        let from_level = Some(before.level);
        let draft = Draft { from_level, removed, ..Draft::new(NoticeKind::Raised, reason) };
        return announce(setting, Some(before), alert, draft, now);
    }
    if let Some(hidden_by) = &before.silenced_by {
        match setting.silences.hiding(&alert, now) {
            None => return over(setting, before, alert, now),
            Some(silence) if silence.id == *hidden_by => {}
            Some(silence) => return hide(Some(before), alert, silence.id.clone(), now),
        }
    }
    let reason = Reason::NotMoreSerious { from: before.level, to: level };
    untold(Some(before), alert, "changed", reason, now)
}

fn after_closing(
    setting: Setting<'_>,
    place: &Place,
    before: &Alert,
    findings: Findings,
    now: i64,
) -> Decision {
    let (level, _) = level::of(findings.values());
    let known = before.closed.as_ref().map(|closing| &closing.known);
    let is_known = |name: &String| known.is_some_and(|known| known.contains(name));
    let news = names(&findings, |name, finding| {
        !is_known(name) || before.findings.get(name).is_some_and(|before| is_news(finding, Some(before)))
    });
    let removed = names(&before.findings, |name, _| !findings.contains_key(name));
    let mut alert = Alert {
        level,
        revision: before.revision + 1,
        changed_at: now,
        findings,
        withdrawn_at: None,
        ..before.clone()
    };
    if news.is_empty() {
        return untold(Some(before), alert, "changed", Reason::KnownWhenClosed, now);
    }
    alert.state = State::Open;
    alert.opening_at = place.opening_at;
    alert.acknowledged = None;
    alert.assigned_to = None;
    alert.closed = None;
    let reason = Reason::NewSinceClosing { facts: news.len() };
    alert.untold = news.into_iter().collect();
    let draft = Draft { removed, ..Draft::new(NoticeKind::Reopened, reason) };
    announce(setting, Some(before), alert, draft, now)
}

/// Whether a finding says what the one of its name before it, if any, did not: one that has become more serious does.
fn is_news(finding: &Rendered, before: Option<&Rendered>) -> bool {
    before.is_none_or(|before| gravity(&finding.severity) < gravity(&before.severity))
}

/// The names of the findings that are wanted.
fn names(findings: &Findings, wanted: impl Fn(&String, &Rendered) -> bool) -> Vec<String> {
    findings.iter().filter(|(name, finding)| wanted(name, finding)).map(|(name, _)| name.clone()).collect()
}
