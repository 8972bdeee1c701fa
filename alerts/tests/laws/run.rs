//! Runs inputs through a desk, and holds every step against the laws.

use super::inputs::{BEGIN, Input, MINUTE_US, Seen, duty, finding, place, subject};
use super::table::{after, may_become};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use xiezhi_alerts::action::Deed;
use xiezhi_alerts::alert::Handed;
use xiezhi_alerts::core::NoticeKind;
use xiezhi_alerts::desk::Refused;
use xiezhi_alerts::duty::DutyList;
use xiezhi_alerts::level;
use xiezhi_alerts::reason::Duty;
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Action, Alert, AlertId, Desk, Moved, Receiver, State, Subject};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::{EventName, Rendered};

type Findings = BTreeMap<String, Rendered>;

/// A run, and what it remembers of what was told.
pub struct Run {
    desk: Desk,
    lists: Vec<Arc<DutyList>>,
    now: i64,
    holds: BTreeMap<Subject, Findings>,
    silences: BTreeMap<String, Silence>,
    deeds: u64,
    /// Every notice: its key, its kind and to whom, in order.
    pub told: Vec<(String, NoticeKind, Vec<Receiver>)>,
    /// Every decision, in order.
    pub record: Vec<Moved>,
    keys: BTreeSet<String>,
    met: BTreeSet<(AlertId, u64, Receiver)>,
    heard: BTreeMap<AlertId, BTreeSet<String>>,
    handed: BTreeMap<AlertId, Handed>,
}

/// Runs inputs; with a restart after each, if `restless`.
pub fn run(inputs: &[Input], restless: bool) -> Run {
    let list = Arc::new(DutyList { edition: 0, ..duty(0) });
    let mut run = Run {
        desk: Desk::new(list.clone(), Arc::new(Calendar::built_in())),
        lists: vec![list],
        now: BEGIN,
        holds: BTreeMap::new(),
        silences: BTreeMap::new(),
        deeds: 0,
        told: Vec::new(),
        record: Vec::new(),
        keys: BTreeSet::new(),
        met: BTreeSet::new(),
        heard: BTreeMap::new(),
        handed: BTreeMap::new(),
    };
    for input in inputs {
        run.take(input);
        run.pass();
        if restless {
            run.restart();
        }
        run.check();
    }
    run
}

impl Run {
    /// All alerts as they stand.
    pub fn alerts(&self) -> Vec<Alert> {
        self.desk.alerts().cloned().collect()
    }

    fn take(&mut self, input: &Input) {
        match input {
            Input::Finding { at, holds } => {
                let (finding, all) = (finding(*at), self.holds.entry(subject(*at)).or_default());
                match holds {
                    true => drop(all.insert(finding.name(), finding)),
                    false => drop(all.remove(&finding.name())),
                }
                self.findings(subject(*at));
            }
            Input::Nothing { at } => {
                self.holds.entry(subject(*at)).or_default().clear();
                self.findings(subject(*at));
            }
            Input::Act { on, deed, to, outcome, seen } => self.act(*on, *deed, to.clone(), *outcome, *seen),
            Input::Clock(minutes) => self.now += minutes * MINUTE_US,
            Input::Silence { id, minutes, matcher } => {
                let (id, owner, reason) = (format!("S{id}"), "wang".to_owned(), "maintenance".to_owned());
                let (from, until, matcher) = (self.now, self.now + minutes * MINUTE_US, matcher.clone());
                let silence = Silence {
                    id: id.clone(),
                    owner,
                    reason,
                    from,
                    until,
                    matcher,
                    ended_by: None,
                    reminded: false,
                };
                self.silences.insert(id, silence.clone());
                self.desk.put_silence(silence);
            }
            Input::EndSilence { id } => {
                if let Some(silence) = self.silences.get_mut(&format!("S{id}")).filter(|s| s.until > self.now)
                {
                    silence.until = self.now;
                    self.desk.put_silence(silence.clone());
                }
            }
            Input::Duty(at) => {
                let list = Arc::new(DutyList { edition: self.lists.len() as u64, ..duty(*at) });
                self.lists.push(list.clone());
                self.desk.set_duty(list);
            }
            Input::Restart => self.restart(),
        }
    }

    fn findings(&mut self, subject: Subject) {
        let holds = self.holds[&subject].clone();
        if let Some(moved) = self.desk.findings(&subject, &place(&subject), holds.clone(), self.now) {
            if let Some(before) = &moved.before {
                assert!(may_become(before.state, moved.decision.alert.state), "{moved:#?}");
            }
            self.moved(moved);
        }
        let again = self.desk.findings(&subject, &place(&subject), holds, self.now);
        assert_eq!(again, None, "the same findings again decide nothing");
    }

    fn act(&mut self, on: usize, deed: Deed, to: Option<String>, outcome: Option<Outcome>, seen: Seen) {
        let id = subject(on).id();
        let before = self.desk.alert(&id).cloned();
        let names = before.iter().flat_map(|alert| alert.findings.keys().cloned());
        let known = match seen {
            Seen::Untold => None,
            Seen::All => Some(names.collect()),
            Seen::Some => Some(names.skip(1).collect()),
        };
        self.deeds += 1;
        let event = EventName { source: "/console".to_owned(), id: self.deeds.to_string() };
        let (actor, at) = ("wang".to_owned(), self.now);
        let action = Action { deed, actor, at, department: None, to, outcome, note: None, event, known };
        let wanted = before.as_ref().and_then(|alert| after(alert, &action, self.desk.duty()));
        match (self.desk.act(&id, &action, self.now), before) {
            (Ok(moved), Some(_)) => {
                assert_eq!(Some(moved.decision.alert.state), wanted, "{action:?} {moved:#?}");
                if deed == Deed::Close && moved.decision.alert.handed != self.handed.get(&id).cloned() {
                    self.handed.extend(moved.decision.alert.handed.clone().map(|handed| (id, handed)));
                }
                self.moved(moved);
            }
            (Err(Refused::Misfit(_, entry)), Some(before)) => {
                assert_eq!(wanted, None, "{action:?} {before:#?}");
                assert_eq!((entry.revision, entry.to), (before.revision, (before.state, before.level)));
                assert_eq!(self.desk.alert(&id), Some(&before), "what does not fit changes nothing");
            }
            (is, before) => assert!(is == Err(Refused::Unknown) && before.is_none(), "{is:?}"),
        }
    }

    /// Lets happen what is due, a few at a time.
    fn pass(&mut self) {
        loop {
            let moved = self.desk.pass(self.now, 2);
            if moved.is_empty() {
                break;
            }
            for moved in moved {
                let state = moved.before.as_ref().map(|before| before.state);
                assert_eq!(state, Some(moved.decision.alert.state), "time alone changes no state");
                self.moved(moved);
            }
        }
        assert!(self.desk.next_at().is_none_or(|at| at > self.now));
    }

    fn restart(&mut self) {
        let mut desk = Desk::new(self.desk.duty().clone(), Arc::new(Calendar::built_in()));
        let again = |text: String| serde_json::from_str(&text).expect("what was written reads");
        for alert in self.desk.alerts() {
            desk.put(again(serde_json::to_string(alert).expect("it can be written")));
        }
        for silence in self.desk.silences().all() {
            let text = serde_json::to_string(silence).expect("it can be written");
            desk.put_silence(serde_json::from_str(&text).expect("what was written reads"));
        }
        assert!(desk.alerts().eq(self.desk.alerts()));
        self.desk = desk;
    }

    /// Laws of one decision.
    fn moved(&mut self, moved: Moved) {
        self.record.push(moved.clone());
        let (before, decision) = (&moved.before, &moved.decision);
        let alert = &decision.alert;
        let kind = decision.notice.as_ref().map(|notice| notice.kind);
        let is_step =
            matches!(kind, Some(NoticeKind::Reminded | NoticeKind::Escalated | NoticeKind::Overdue));
        let begun = before.as_ref().map_or(0, |before| before.revision);
        let is_hidden_by_a_pass = decision.entry.what == "silenced" && alert.revision == begun;
        let step = if is_step || is_hidden_by_a_pass { 0 } else { 1 };
        assert_eq!(alert.revision, begun + step, "revisions have no gaps: {moved:#?}");
        assert_eq!(decision.entry.revision, alert.revision);
        assert!(before.as_ref().is_none_or(|before| before.subject == alert.subject));
        let heard = self.heard.entry(alert.id.clone()).or_default();
        if before.as_ref().is_none_or(|before| before.episode != alert.episode) {
            heard.clear();
        }
        if kind == Some(NoticeKind::Closed) {
            heard.extend(alert.findings.keys().cloned());
        }
        let Some(notice) = &decision.notice else {
            assert!(decision.entry.told.is_empty());
            return;
        };
        heard.extend(notice.added.iter().cloned());
        let key = notice.key(alert);
        assert!(self.keys.insert(key.clone()), "told twice: {key}");
        let receivers: Vec<Receiver> = notice.to.iter().map(|to| to.receiver.clone()).collect();
        let once: BTreeSet<&Receiver> = receivers.iter().collect();
        assert_eq!(once.len(), receivers.len(), "one decision tells one receiver once: {receivers:?}");
        for to in &notice.to {
            let is_first = self.met.insert((alert.id.clone(), alert.episode, to.receiver.clone()));
            assert_eq!(to.first, is_first, "{:?} {notice:#?}", to.receiver);
        }
        self.told.push((key, notice.kind, receivers));
    }

    /// Laws of the whole desk.
    fn check(&self) {
        let next = self.desk.alerts().filter_map(|alert| alert.agenda.next_at());
        let ends = self.desk.silences().all().map(Silence::next_at);
        let unseen = self.desk.next_at() == Some(i64::MIN);
        assert!(
            unseen || self.desk.next_at() == next.chain(ends).min(),
            "all that is due is known to be due"
        );
        for (subject, holds) in &self.holds {
            let alert = self.desk.alert(&subject.id());
            match (alert, holds.is_empty()) {
                (None, empty) => assert!(empty, "{subject:?} is lost"),
                (Some(alert), true) => {
                    assert!(matches!(alert.state, State::Withdrawn | State::Closed), "{alert:#?}");
                    assert!(alert.withdrawn_at.is_some());
                }
                (Some(alert), false) => self.holding(alert, holds),
            }
        }
        for (id, handed) in &self.handed {
            let alert = self.desk.alert(id).expect("an alert that was handed over");
            assert_eq!(alert.handed.as_ref(), Some(handed), "what was handed over stays as it was");
        }
    }

    /// Laws of an alert whose findings hold.
    fn holding(&self, alert: &Alert, holds: &Findings) {
        assert_eq!(alert.findings, *holds, "an alert rests on exactly what holds");
        assert_eq!(alert.level, level::of(holds.values()).0);
        assert_eq!(alert.withdrawn_at, None);
        assert!(alert.untold.iter().all(|name| holds.contains_key(name)), "{alert:#?}");
        if let Some(closed) = &alert.closed {
            assert_eq!(alert.state, State::Closed);
            assert!(
                holds.keys().all(|name| closed.known.contains(name)),
                "closed, and not known: {alert:#?}"
            );
            assert_eq!(alert.agenda.next_at(), None);
            return;
        }
        assert!(alert.state.is_pending(), "{alert:#?}");
        let list = &self.lists[usize::try_from(alert.route.edition).expect("an edition")];
        assert!(
            list.departments.contains_key(&alert.route.department),
            "its owner is in the list that named it"
        );
        if let Some(id) = &alert.silenced_by {
            let silence = &self.silences[id];
            assert_eq!(alert.state, State::Open);
            assert!(
                silence.until > self.now && silence.matcher.hides(alert),
                "hidden by nothing: {alert:#?}"
            );
            assert_eq!(alert.agenda.due_at, None);
            return;
        }
        assert!(!alert.told.is_empty(), "somebody was told: {alert:#?}");
        let heard = &self.heard[&alert.id];
        assert!(holds.keys().all(|name| heard.contains(name) || alert.untold.contains(name)), "{alert:#?}");
        let duty = if alert.state == State::Open { Duty::Acknowledge } else { Duty::Close };
        assert_eq!(alert.agenda.duty, Some(duty));
        assert!(alert.agenda.due_at.is_some() && alert.agenda.steps.is_sorted_by_key(|step| step.at));
        assert_eq!(alert.agenda.steps.is_empty(), alert.overdue, "the ladder ends on the overdue list");
    }
}
