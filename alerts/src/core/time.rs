//! What follows from the time: reminders, the ladder, the end of silences.

use super::findings::announce;
use super::telling::{By, Draft, decided, untold};
use super::{Decision, NoticeKind, Setting};
use crate::agenda::{Agenda, Step, What};
use crate::alert::{Alert, Receiver, State};
use crate::reason::Reason;

pub(super) fn decide(setting: Setting<'_>, before: &Alert, now: i64) -> Option<Decision> {
    let mut alert = before.clone();
    let steps = alert.agenda.take(now);
    let (duty, due_at) = alert.agenda.duty.zip(alert.agenda.due_at)?;
    // The furthest step says the most: what was due before it while nobody was running is told with it.
    let last = *steps.last()?;
    let missed = steps.iter().filter(|step| step.at < last.at).count();
    let kind = match last.what {
        What::Remind(_) => NoticeKind::Reminded,
        What::Leader | What::Office => NoticeKind::Escalated,
        What::Overdue => NoticeKind::Overdue,
    };
    if let Some(silence) = setting.silences.hiding(before, now).filter(|_| before.state == State::Open) {
        return Some(hide(Some(before), alert, silence.id.clone(), now));
    }
    let reason = match last.what {
        What::Remind(_) => Reason::DueSoon { step: duty, due_at },
        _ => Reason::NotDone { step: duty, due_at, reminded_at: alert.agenda.reminded_at.clone(), missed },
    };
    if kind == NoticeKind::Reminded {
        alert.agenda.reminded_at.push(now);
    }
    alert.overdue |= last.what == What::Overdue;
    let mut to = reached(setting, &alert, &steps);
    to.extend(setting.recorders(&alert));
    let draft = Draft { step: Some((duty, last.what)), ..Draft::new(kind, reason) };
    Some(decided(Some(before), alert, draft, to, By::default(), now))
}

/// Who is told of these steps: of a reminder the liaison, of the others everybody whom they reach.
fn reached(setting: Setting<'_>, alert: &Alert, steps: &[Step]) -> Vec<Receiver> {
    let department = &alert.route.department;
    let (leader, office) =
        (Receiver::Leader(department.clone()), Receiver::Liaison(setting.duty.office.clone()));
    let mut to = Vec::new();
    for step in steps {
        match step.what {
            What::Remind(_) => {}
            What::Leader => to.push(leader.clone()),
            What::Office => to.push(office.clone()),
            What::Overdue => to.extend([office.clone(), leader.clone()]),
        }
    }
    if to.is_empty() {
        to.push(Receiver::Liaison(department.clone()));
    }
    to
}

/// Tells of an alert that no silence hides any more, or puts it under the one that still does.
pub(super) fn unsilenced(setting: Setting<'_>, before: &Alert, now: i64) -> Option<Decision> {
    let hidden_by = before.silenced_by.as_ref().filter(|_| before.state == State::Open)?;
    match setting.silences.hiding(before, now) {
        Some(silence) if silence.id == *hidden_by => None,
        Some(silence) => Some(hide(Some(before), before.clone(), silence.id.clone(), now)),
        None => {
            let alert = Alert { revision: before.revision + 1, changed_at: now, ..before.clone() };
            Some(over(setting, before, alert, now))
        }
    }
}

/// Hides an alert: nobody is told, and nothing is due.
pub(super) fn hide(before: Option<&Alert>, alert: Alert, silence: String, now: i64) -> Decision {
    let alert = Alert { agenda: Agenda::default(), silenced_by: Some(silence.clone()), ..alert };
    untold(before, alert, "silenced", Reason::Silenced { silence }, now)
}

/// The silence of an alert is over: what it hid is told.
pub(super) fn over(setting: Setting<'_>, before: &Alert, alert: Alert, now: i64) -> Decision {
    let silence = before.silenced_by.clone().unwrap_or_default();
    let draft = Draft::new(NoticeKind::Created, Reason::SilenceOver { silence });
    announce(setting, Some(before), alert, draft, now)
}
