//! Acts a story out on the pure core: a desk, a clock, and ears for what is told.

use super::sending::Sending;
use super::story::{Act, Moment, Step, Story, Want, Way, What};
use std::collections::BTreeMap;
use std::sync::Arc;
use xiezhi_alerts::core::Entry;
use xiezhi_alerts::desk::Refused;
use xiezhi_alerts::duty::{DutyList, Place};
use xiezhi_alerts::message::{Directory, SectionNames};
use xiezhi_alerts::silence::Silence;
use xiezhi_alerts::{Action, Alert, Decision, Desk, Moved, Subject};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::Industry;
use xiezhi_dataflows::finding::{EventName, Rendered};
use xiezhi_dataflows::normalise::Instant;

/// The duty list of a story that names none.
const CITY: &str = "city";
/// How many steps of time one pass takes at most; less than a storm has, so that passes must follow each other.
const MOST: usize = 64;

/// Duty lists by name.
pub type Duties = BTreeMap<String, DutyList>;

/// What somebody was told, and when.
pub struct Heard {
    pub at: i64,
    pub decision: Decision,
}

/// A story under way.
pub struct World<'a> {
    duties: &'a Duties,
    duty: Arc<DutyList>,
    pub desk: Desk,
    findings: BTreeMap<Subject, BTreeMap<String, Rendered>>,
    places: BTreeMap<String, Place>,
    pub now: i64,
    pub heard: Vec<Heard>,
    pub untold: Option<Entry>,
    pub refused: Option<Entry>,
    pub sending: Option<Sending>,
    restless: bool,
    deeds: u64,
}

/// Names as the duty list has them; all else by its code.
pub struct Names(Arc<DutyList>);

impl Directory for Names {
    fn organisation(&self, _: &str) -> Option<String> {
        None
    }

    fn section(&self, _: &str) -> SectionNames {
        SectionNames::default()
    }

    fn department(&self, code: &str) -> Option<String> {
        self.0.departments.get(code).map(|department| department.name.clone())
    }
}

/// How an instant is shown in an error.
pub fn clock(at: i64) -> String {
    Instant(at).to_rfc3339()[..16].replace('T', " ")
}

/// Acts a story; if `restless`, everything is written down and read again after every step.
pub fn play(story: &Story, duties: &Duties, restless: bool) -> Result<(), String> {
    let mut world = World::new(duties, restless)?;
    for step in &story.steps {
        world.step(step).map_err(|what| format!("{}: {}\n  {what}", step.place, step.text))?;
    }
    let place = story.steps.last().map_or("", |step| step.place.as_str());
    world.silent().map_err(|what| format!("{place}: the end of the story\n  {what}"))
}

impl<'a> World<'a> {
    fn new(duties: &'a Duties, restless: bool) -> Result<World<'a>, String> {
        let mut world = World {
            duties,
            duty: Arc::default(),
            desk: Desk::default(),
            findings: BTreeMap::new(),
            places: BTreeMap::new(),
            now: i64::MIN,
            heard: Vec::new(),
            untold: None,
            refused: None,
            sending: None,
            restless,
            deeds: 0,
        };
        world.set_duty(CITY)?;
        world.desk = Desk::new(world.duty.clone(), Arc::new(Calendar::built_in()));
        Ok(world)
    }

    pub fn names(&self) -> Names {
        Names(self.duty.clone())
    }

    fn set_duty(&mut self, name: &str) -> Result<(), String> {
        let list = self.duties.get(name).ok_or_else(|| format!("there is no duty list {name}"))?;
        self.duty = Arc::new(DutyList { edition: self.duty.edition + 1, ..list.clone() });
        self.desk.set_duty(self.duty.clone());
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(moment) = step.at {
            self.silent()?;
            self.heard.clear();
            (self.untold, self.refused) = (None, None);
            self.reach(moment)?;
        }
        match &step.what {
            None => {}
            Some(What::Want(Want::Nothing)) => self.silent()?,
            Some(What::Want(want)) => self.want(want)?,
            Some(what) => self.happen(what)?,
        }
        if self.restless {
            self.restart()?;
        }
        Ok(())
    }

    /// Lets time come to an instant.
    fn reach(&mut self, to: Moment) -> Result<(), String> {
        match (to.by, to.at < self.now) {
            (Way::ClockBack, false) => return Err("the clock does not go back".to_owned()),
            (Way::Passing | Way::Outage, true) => return Err("it is earlier than the line above".to_owned()),
            _ => {}
        }
        if to.by == Way::Passing {
            self.live_until(to.at)?;
        }
        self.now = to.at;
        self.pass()
    }

    /// Lets happen, each at its instant, what is due before `end`; the story must have wanted it at that instant.
    fn live_until(&mut self, end: i64) -> Result<(), String> {
        loop {
            let paced = self.sending.as_ref().and_then(|sending| sending.next_at(self.now));
            let next = [self.desk.next_at(), paced].into_iter().flatten().min();
            let Some(next) = next.filter(|next| *next < end) else { return Ok(()) };
            self.now = self.now.max(next);
            self.pass()?;
            self.silent().map_err(|what| format!("before this, {what}"))?;
            self.heard.clear();
            self.untold = None;
        }
    }

    /// Lets everything happen that is due now.
    fn pass(&mut self) -> Result<(), String> {
        loop {
            let moved = self.desk.pass(self.now, MOST);
            let done = moved.is_empty();
            moved.into_iter().for_each(|moved| self.hear(moved));
            if done {
                break;
            }
            if self.restless {
                self.restart()?;
            }
        }
        self.send();
        Ok(())
    }

    fn hear(&mut self, moved: Moved) {
        let decision = moved.decision;
        match (&decision.notice, &mut self.sending) {
            (None, _) => self.untold = Some(decision.entry),
            (Some(_), Some(sending)) => sending.take_in(&decision),
            (Some(_), None) => self.heard.push(Heard { at: self.now, decision }),
        }
    }

    fn send(&mut self) {
        if let Some(sending) = &mut self.sending {
            sending.send(self.now);
        }
    }

    /// Fails if somebody was told what the story has not wanted.
    fn silent(&self) -> Result<(), String> {
        let told = self.heard.iter().filter(|heard| !heard.tos().is_empty());
        let told: Vec<String> = told.map(Heard::said).collect();
        match (told.is_empty(), self.sending.as_ref().and_then(Sending::unwanted)) {
            (true, None) => Ok(()),
            (true, Some(sent)) => Err(format!("{}: {sent}, which nothing wants", clock(self.now))),
            (false, _) => Err(format!("somebody was told what nothing wants: {}", told.join(" | "))),
        }
    }

    fn happen(&mut self, what: &What) -> Result<(), String> {
        self.untold = None;
        self.refused = None;
        match what {
            What::Findings { hold, findings } => self.change(findings, *hold)?,
            What::Storm(findings) => self.change(findings, true)?,
            What::Place { section, place } => drop(self.places.insert(section.clone(), place.clone())),
            What::Act(act) => self.act(act)?,
            What::Silence { id, from, until, matcher } => {
                let from = from.unwrap_or(self.now);
                let (id, owner, reason) = (id.clone(), "wang".to_owned(), "maintenance".to_owned());
                let (until, matcher) = (*until, matcher.clone());
                self.desk.put_silence(Silence {
                    id,
                    owner,
                    reason,
                    from,
                    until,
                    matcher,
                    ended_by: None,
                    reminded: false,
                });
                self.pass()?;
            }
            What::EndSilence { id } => {
                let silence = self.desk.silences().get(id).cloned().ok_or("there is no such silence")?;
                let ended_by = Some("wang".to_owned());
                self.desk.put_silence(Silence { until: self.now, ended_by, ..silence });
                self.pass()?;
            }
            What::Duty(name) => self.set_duty(name)?,
            What::Restart => self.restart()?,
            What::Burst(burst) => self.sending = Some(Sending::of(*burst)),
            What::Want(_) => unreachable!("a want is no event"),
        }
        self.send();
        Ok(())
    }

    /// Findings come or go; those of one subject in one commit.
    fn change(&mut self, findings: &[Rendered], hold: bool) -> Result<(), String> {
        let mut subjects = Vec::new();
        for finding in findings {
            let subject = Subject::of(finding).ok_or("no rule of this version")?;
            let all = self.findings.entry(subject.clone()).or_default();
            match hold {
                true => drop(all.insert(finding.name(), finding.clone())),
                false => drop(all.remove(&finding.name()).ok_or("that finding does not hold")?),
            }
            if !subjects.contains(&subject) {
                subjects.push(subject);
            }
        }
        for subject in subjects {
            let all = self.findings.get(&subject).cloned().unwrap_or_default();
            let place = self.place(&subject);
            let moved = self.desk.findings(&subject, &place, all, self.now);
            moved.into_iter().for_each(|moved| self.hear(moved));
        }
        Ok(())
    }

    /// What is known of a subject's section; that it is engineering, if the story says nothing.
    fn place(&self, subject: &Subject) -> Place {
        let engineering = || Place { industry: Some(Industry::Engineering), ..Place::default() };
        match &subject.section {
            Some(section) => self.places.get(section).cloned().unwrap_or_else(engineering),
            None => Place::default(),
        }
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        let alert = self.alert(act.on.as_deref())?.clone();
        let name = format!("deed-{}", self.deeds);
        self.deeds += 1;
        let seen = |seen: &Vec<String>| {
            let names = alert.findings.iter().filter(|(_, finding)| seen.contains(&finding.rule));
            names.map(|(name, _)| name.clone()).collect()
        };
        let action = Action {
            deed: act.deed,
            actor: act.by.clone(),
            at: self.now,
            department: None,
            to: act.to.clone(),
            outcome: act.outcome,
            note: act.note.clone(),
            event: EventName { source: "/console".to_owned(), id: name },
            known: act.seen.as_ref().map(seen),
        };
        let id = alert.id.clone();
        match self.desk.act(&id, &action, self.now) {
            Ok(moved) => self.hear(moved),
            Err(Refused::Misfit(_, entry)) => self.refused = Some(*entry),
            Err(Refused::Unknown) => return Err("the desk does not know that alert".to_owned()),
        }
        Ok(())
    }

    /// The alert that is meant: the only one, or by section and topic.
    pub fn alert(&self, on: Option<&str>) -> Result<&Alert, String> {
        let is_meant = |alert: &&Alert| on.is_none_or(|on| called(alert) == on);
        let mut meant = self.desk.alerts().filter(is_meant);
        match (meant.next(), meant.next()) {
            (Some(alert), None) => Ok(alert),
            (None, _) => Err("there is no such alert".to_owned()),
            _ => Err("which alert? on SECTION/topic".to_owned()),
        }
    }

    /// Writes everything down, and goes on with what was read again.
    fn restart(&mut self) -> Result<(), String> {
        let mut desk = Desk::new(self.duty.clone(), Arc::new(Calendar::built_in()));
        for silence in self.desk.silences().all() {
            desk.put_silence(again(silence)?);
        }
        for alert in self.desk.alerts() {
            desk.put(again(alert)?);
        }
        if !desk.unsilence(self.now).is_empty() {
            return Err("a restart told what a silence hides".to_owned());
        }
        if !desk.alerts().eq(self.desk.alerts()) || desk.next_at() != self.desk.next_at() {
            return Err("what was written down reads otherwise".to_owned());
        }
        self.desk = desk;
        // The engine tells again what holds: nothing follows from it.
        let known: Vec<_> = self.findings.iter().map(|(s, all)| (s.clone(), all.clone())).collect();
        for (subject, all) in known {
            let place = self.place(&subject);
            if self.desk.findings(&subject, &place, all, self.now).is_some() {
                return Err("a restart changed an alert".to_owned());
            }
        }
        Ok(())
    }
}

fn again<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> Result<T, String> {
    let text = serde_json::to_string(value).map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// How stories call an alert: `E1/collusion`, or by the finding that it is about.
pub fn called(alert: &Alert) -> String {
    let subject = &alert.subject;
    let about = subject.section.as_deref().or(subject.history.as_deref()).unwrap_or_default();
    format!("{about}/{}", subject.topic.as_str())
}
