//! The desk: all alerts, what is due, and the setting that decides; still pure.
//!
//! *Invariants.* Every alert with a next step is in `due` under that instant, and no other; every alert that a
//! silence hides is in `silenced`. After a pass no alert is hidden without a silence that hides it, whatever was put
//! on the desk or became of the silences. Whoever holds a desk writes each [`Moved`] down before anything of it
//! leaves the house.

use crate::action::Action;
use crate::alert::{Alert, AlertId, Subject};
use crate::core::{Decision, Entry, Setting, on_action, on_adoption, on_findings, on_silences, on_time};
use crate::duty::{DutyList, Place};
use crate::reason::Misfit;
use crate::silence::{Silence, Silences};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::finding::Rendered;

/// What became of one alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// As it was; none: it is new.
    pub before: Option<Alert>,
    /// As it is now, what is told and what stands in its history.
    pub decision: Decision,
}

/// Why an action has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no such alert.
    Unknown,
    /// It does not fit, and its history says so.
    Misfit(Misfit, Box<Entry>),
}

/// All alerts.
#[derive(Debug, Default)]
pub struct Desk {
    duty: Arc<DutyList>,
    calendar: Arc<Calendar>,
    silences: Silences,
    alerts: BTreeMap<Subject, Alert>,
    subjects: BTreeMap<AlertId, Subject>,
    due: BTreeSet<(i64, Subject)>,
    silenced: BTreeSet<Subject>,
    /// Silences that end soon and whose owners are to be told so.
    ending: Vec<Silence>,
    /// Whether the silences, or what they hide, were put here since it was last seen to that they hide it.
    unseen: bool,
}

impl Desk {
    /// A desk without alerts.
    pub fn new(duty: Arc<DutyList>, calendar: Arc<Calendar>) -> Desk {
        Desk { duty, calendar, ..Desk::default() }
    }

    /// Goes by another duty list from now on. Alerts stay with whom they are; their next step goes by the new list.
    pub fn set_duty(&mut self, duty: Arc<DutyList>) {
        self.duty = duty;
    }

    /// Goes by another calendar from now on.
    pub fn set_calendar(&mut self, calendar: Arc<Calendar>) {
        self.calendar = calendar;
    }

    /// The duty list.
    pub fn duty(&self) -> &Arc<DutyList> {
        &self.duty
    }

    /// The silences.
    pub fn silences(&self) -> &Silences {
        &self.silences
    }

    /// Puts an alert on the desk as it stands: one that was written down before.
    pub fn put(&mut self, alert: Alert) {
        self.unseen = true;
        self.lay(alert);
    }

    fn lay(&mut self, alert: Alert) {
        let subject = alert.subject.clone();
        if let Some(before) = self.alerts.get(&subject)
            && let Some(at) = before.agenda.next_at()
        {
            self.due.remove(&(at, subject.clone()));
        }
        if let Some(at) = alert.agenda.next_at() {
            self.due.insert((at, subject.clone()));
        }
        match alert.silenced_by {
            Some(_) => self.silenced.insert(subject.clone()),
            None => self.silenced.remove(&subject),
        };
        self.subjects.insert(alert.id.clone(), subject.clone());
        self.alerts.insert(subject, alert);
    }

    /// Puts a silence in force, or in place of the one of its id.
    pub fn put_silence(&mut self, silence: Silence) {
        self.unseen = true;
        self.silences.put(silence);
    }

    /// All alerts.
    pub fn alerts(&self) -> impl Iterator<Item = &Alert> {
        self.alerts.values()
    }

    /// An alert.
    pub fn alert(&self, id: &AlertId) -> Option<&Alert> {
        self.alerts.get(self.subjects.get(id)?)
    }

    /// When something is to happen next, if nobody does anything; `i64::MIN` if it is to be seen at once whether
    /// silences still hide what they hid.
    pub fn next_at(&self) -> Option<i64> {
        if self.unseen && !self.silenced.is_empty() {
            return Some(i64::MIN);
        }
        let due = self.due.first().map(|(at, _)| *at);
        [due, self.silences.next_at()].into_iter().flatten().min()
    }

    fn setting(&self) -> Setting<'_> {
        Setting { duty: &self.duty, calendar: &self.calendar, silences: &self.silences }
    }

    fn moved(&mut self, subject: &Subject, decision: Decision) -> Moved {
        let before = self.alerts.get(subject).cloned();
        self.lay(decision.alert.clone());
        Moved { before, decision }
    }

    /// All findings about a subject that hold now.
    pub fn findings(
        &mut self,
        subject: &Subject,
        place: &Place,
        findings: BTreeMap<String, Rendered>,
        now: i64,
    ) -> Option<Moved> {
        let decision = on_findings(self.setting(), subject, place, self.alerts.get(subject), findings, now)?;
        Some(self.moved(subject, decision))
    }

    /// What a supervisor does.
    ///
    /// # Errors
    /// If it has no effect.
    pub fn act(&mut self, alert: &AlertId, action: &Action, now: i64) -> Result<Moved, Refused> {
        let subject = self.subjects.get(alert).cloned().ok_or(Refused::Unknown)?;
        let before = self.alerts.get(&subject).ok_or(Refused::Unknown)?;
        let decision = on_action(self.setting(), before, action, now)
            .map_err(|(why, entry)| Refused::Misfit(why, entry))?;
        Ok(self.moved(&subject, decision))
    }

    /// Lets time pass: what silences no longer hide, however much it is, then steps, the earliest first, until `most`
    /// have moved.
    pub fn pass(&mut self, now: i64, most: usize) -> Vec<Moved> {
        self.unseen |= !self.silences.expire(now).is_empty();
        self.ending.extend(self.silences.remind(now));
        let mut moved = if self.unseen { self.unsilence(now) } else { Vec::new() };
        while moved.len() < most {
            let Some((_, subject)) = self.due.first().filter(|(at, _)| *at <= now).cloned() else { break };
            let decision = self.alerts.get(&subject).and_then(|before| on_time(self.setting(), before, now));
            match decision {
                Some(decision) => moved.push(self.moved(&subject, decision)),
                // Nothing follows from it: it must not come up for ever.
                None => drop(self.due.pop_first()),
            }
        }
        moved
    }

    /// Takes over alerts that an older version left behind: pending, with nothing owed and nothing hidden. They are announced, as
    /// nobody was told of them by a duty list.
    pub fn adopt(&mut self, place: &dyn Fn(&Subject) -> Place, now: i64) -> Vec<Moved> {
        let left: Vec<Subject> = self
            .alerts
            .values()
            .filter(|alert| {
                alert.state.is_pending() && alert.agenda.duty.is_none() && alert.silenced_by.is_none()
            })
            .map(|alert| alert.subject.clone())
            .collect();
        let mut moved = self.unsilence(now);
        for subject in left {
            let decision = self
                .alerts
                .get(&subject)
                .map(|before| on_adoption(self.setting(), before, &place(&subject), now));
            moved.extend(decision.map(|decision| self.moved(&subject, decision)));
        }
        moved
    }

    /// The silences of which a pass has found that they end soon: their owners are to be told so, once.
    pub fn take_ending(&mut self) -> Vec<Silence> {
        std::mem::take(&mut self.ending)
    }

    /// Tells of what no silence hides any more; a pass does so too.
    pub fn unsilence(&mut self, now: i64) -> Vec<Moved> {
        self.unseen = false;
        let hidden: Vec<Subject> = self.silenced.iter().cloned().collect();
        let mut moved = Vec::new();
        for subject in hidden {
            let decision =
                self.alerts.get(&subject).and_then(|before| on_silences(self.setting(), before, now));
            moved.extend(decision.map(|decision| self.moved(&subject, decision)));
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Level;
    use crate::silence::Matcher;
    use crate::testing::{finding, set};

    #[test]
    fn what_a_silence_hid_that_is_gone_after_a_restart_is_told() {
        let finding = finding("DEV-07", "L", &["a", "b"]);
        let subject = Subject::of(&finding).expect("a known rule");
        let matcher = Matcher {
            level: Level::Red,
            department: None,
            topic: None,
            section: Some("E1".to_owned()),
            party: None,
            rule: None,
        };
        let (id, owner, reason) = ("S1".to_owned(), "wang".to_owned(), "maintenance".to_owned());
        let silence =
            Silence { id, owner, reason, from: 0, until: 10, matcher, ended_by: None, reminded: false };
        let mut desk = Desk::new(Arc::default(), Arc::new(Calendar::built_in()));
        desk.put_silence(silence);
        let hidden = desk.findings(&subject, &Place::default(), set(&[finding]), 1).expect("an alert");
        assert!(hidden.decision.notice.is_none());
        // The silence ended and was forgotten while nobody was running.
        let mut again = Desk::new(Arc::default(), Arc::new(Calendar::built_in()));
        again.put(hidden.decision.alert);
        assert_eq!(again.next_at(), Some(i64::MIN), "it is seen to at once");
        let told = again.pass(20, 1);
        assert!(told.len() == 1 && told[0].decision.notice.is_some(), "{told:?}");
        assert!(again.next_at().is_some_and(|at| at > 20), "and only once");
    }
}
