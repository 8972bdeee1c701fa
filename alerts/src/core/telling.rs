//! Who is told what.

use super::{Decision, Entry, Setting};
use crate::agenda::{Agenda, What, acknowledge_by};
use crate::alert::{Alert, Level, Receiver};
use crate::duty::Copy;
use crate::indicators;
use crate::reason::{Duty, Reason};
use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $word:literal,)+) => {
        /// What people are told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum NoticeKind { $($(#[doc = $doc])+ $kind,)+ }

        impl NoticeKind {
            /// All kinds.
            pub const ALL: &'static [NoticeKind] = &[$(NoticeKind::$kind),+];

            /// The word used in interfaces.
            pub fn as_str(self) -> &'static str {
                match self { $(NoticeKind::$kind => $word),+ }
            }
        }
    };
}

kinds! {
    /// There is an alert.
    Created = "created",
    /// It is more serious than it was.
    Raised = "raised",
    /// Nothing of it is left.
    Withdrawn = "withdrawn",
    /// The time to act is near.
    Reminded = "reminded",
    /// The time to act has passed: up the ladder.
    Escalated = "escalated",
    /// The ladder has ended, and nobody has acted.
    Overdue = "overdue",
    /// Somebody has taken note.
    Acknowledged = "acknowledged",
    /// Somebody is to deal with it.
    Assigned = "assigned",
    /// The department says it is not theirs.
    Returned = "returned",
    /// Another department answers now.
    Transferred = "transferred",
    /// It is dealt with.
    Closed = "closed",
    /// It is not, after all.
    Reopened = "reopened",
    /// Somebody added something.
    Noted = "noted",
}

/// One receiver of a notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct To {
    /// Who.
    pub receiver: Receiver,
    /// Whether they hear of this alert for the first time: then they are told all of it.
    pub first: bool,
}

/// That somebody is to be told, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// Why.
    pub reason: Reason,
    /// The level before, where it rose.
    pub from_level: Option<Level>,
    /// Names of findings that are news to those who were told before: nobody was told of them, or they have become
    /// more serious.
    pub added: Vec<String>,
    /// Names of findings that went since the last revision.
    pub removed: Vec<String>,
    /// The step of the agenda, where one was taken, and of which duty.
    pub step: Option<(Duty, What)>,
    /// To whom; nobody: it goes to the stream and the record alone.
    pub to: Vec<To>,
}

impl Notice {
    /// What names this notice for ever: the alert, its revision, and what is told.
    pub fn key(&self, alert: &Alert) -> String {
        let step = match self.step {
            None => String::new(),
            Some((duty, What::Remind(n))) => format!(".{}.{n}", duty.as_str()),
            Some((duty, What::Leader)) => format!(".{}.leader", duty.as_str()),
            Some((duty, What::Office)) => format!(".{}.office", duty.as_str()),
            Some((duty, What::Overdue)) => format!(".{}.overdue", duty.as_str()),
        };
        format!("{}.{}.{}{step}", alert.id, alert.revision, self.kind.as_str())
    }
}

/// What is to be told, before it is known to whom.
pub(super) struct Draft {
    pub kind: NoticeKind,
    pub reason: Reason,
    pub from_level: Option<Level>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub step: Option<(Duty, What)>,
}

impl Draft {
    pub(super) fn new(kind: NoticeKind, reason: Reason) -> Draft {
        Draft { kind, reason, from_level: None, added: Vec::new(), removed: Vec::new(), step: None }
    }
}

/// What is done by somebody.
#[derive(Default)]
pub(super) struct By {
    pub actor: Option<String>,
    pub note: Option<String>,
    pub event: Option<xiezhi_dataflows::finding::EventName>,
}

/// Makes a decision of an alert as it is now and what is told of it.
pub(super) fn decided(
    before: Option<&Alert>,
    alert: Alert,
    draft: Draft,
    to: Vec<Receiver>,
    by: By,
    now: i64,
) -> Decision {
    let mut alert = alert;
    let mut receivers: Vec<To> = Vec::with_capacity(to.len());
    for receiver in to {
        if receivers.iter().all(|known| known.receiver != receiver) {
            let first = !alert.told.contains(&receiver);
            receivers.push(To { receiver, first });
        }
    }
    alert.told.extend(receivers.iter().map(|to| to.receiver.clone()));
    let Draft { kind, reason, from_level, added, removed, step } = draft;
    indicators::live(before, &mut alert, Some((kind, step)), now);
    let told = receivers.iter().map(|to| to.receiver.to_string()).collect();
    let entry = entry(before, &alert, kind.as_str(), reason.clone(), by, told, now);
    let notice = Notice { kind, reason, from_level, added, removed, step, to: receivers };
    Decision { alert, notice: Some(notice), entry }
}

/// A decision that tells nobody, and why not.
pub(super) fn untold(before: Option<&Alert>, alert: Alert, what: &str, reason: Reason, now: i64) -> Decision {
    let mut alert = alert;
    indicators::live(before, &mut alert, None, now);
    let entry = entry(before, &alert, what, reason, By::default(), Vec::new(), now);
    Decision { alert, notice: None, entry }
}

pub(super) fn entry(
    before: Option<&Alert>,
    alert: &Alert,
    what: &str,
    reason: Reason,
    by: By,
    told: Vec<String>,
    now: i64,
) -> Entry {
    Entry {
        at: now,
        revision: alert.revision,
        what: what.to_owned(),
        from: before.map(|alert| (alert.state, alert.level)),
        to: (alert.state, alert.level),
        reason,
        by: by.actor,
        note: by.note,
        event: by.event,
        told,
    }
}

impl Setting<'_> {
    /// Those who get copies of an alert, as it stands.
    pub(super) fn copies(&self, alert: &Alert, wanted: impl Fn(&Copy) -> bool) -> Vec<Receiver> {
        let covers = |copy: &&Copy| {
            alert.level >= copy.level && (copy.topic.is_empty() || copy.topic.contains(&alert.subject.topic))
        };
        let copies = self.duty.copies.iter().filter(covers).filter(|copy| wanted(copy));
        copies.map(|copy| Receiver::Copy(copy.to.clone())).collect()
    }

    /// Those who keep a full record elsewhere.
    pub(super) fn recorders(&self, alert: &Alert) -> Vec<Receiver> {
        self.copies(alert, |copy| copy.everything)
    }

    /// The liaison of the department that answers, and everybody above who has been drawn in.
    pub(super) fn ladder(&self, alert: &Alert) -> Vec<Receiver> {
        let department = &alert.route.department;
        let mut ladder = vec![Receiver::Liaison(department.clone())];
        let above = [Receiver::Leader(department.clone()), Receiver::Liaison(self.duty.office.clone())];
        ladder.extend(above.into_iter().filter(|receiver| alert.told.contains(receiver)));
        ladder
    }

    /// Begins a duty of an alert: it is owed from `now` on. Where the same duty is running, never later than it was
    /// owed: what has become more serious does not give more time.
    pub(super) fn begin(&self, alert: &mut Alert, duty: Duty, now: i64) {
        let (times, pace) = (self.duty.times(alert.level), self.duty.pace(alert.level, self.calendar));
        let due_at = match duty {
            Duty::Acknowledge => acknowledge_by(now, alert.opening_at, times, pace),
            Duty::Close => pace.later(now, times.close),
        };
        let running = alert.agenda.due_at.filter(|at| alert.agenda.duty == Some(duty) && *at > now);
        let due_at = running.map_or(due_at, |running| running.min(due_at));
        let with_office = alert.route.department == self.duty.office;
        alert.agenda = Agenda::of(duty, now, due_at, times, pace, with_office);
        alert.overdue = false;
    }
}
