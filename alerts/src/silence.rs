//! Silences: what is not to be sent for a while, who decided so, why and until when.
//!
//! *Laws.* A silence ends; it needs an owner, a reason and something that narrows it down. It never hides more than
//! the level that it names. What it hid and still holds when it ends is told then: it postpones, it loses nothing.
//! Withdrawals of what was told before are never hidden.

use crate::alert::{Alert, Level};
use crate::hours::MINUTE_US;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::rules::Topic;

/// Longest silence, days: nobody remembers one that is older.
pub const SILENCE_DAYS_MAX: i64 = 30;
/// Most silences that are in force at once.
pub const SILENCES_MAX: usize = 200;
/// How long before its end the owner is told, µs; of a shorter one, half of its time.
const REMIND_US: i64 = 60 * MINUTE_US;

/// What a silence hides: all that is given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// The most serious level that it hides.
    pub level: Level,
    /// The department that answers, code.
    #[serde(default)]
    pub department: Option<String>,
    /// The topic.
    #[serde(default)]
    pub topic: Option<Topic>,
    /// The section.
    #[serde(default)]
    pub section: Option<String>,
    /// Every finding concerns this organisation, code.
    #[serde(default)]
    pub party: Option<String>,
    /// Every finding is of this rule.
    #[serde(default)]
    pub rule: Option<String>,
}

impl Matcher {
    /// Whether anything narrows it down.
    pub fn is_narrow(&self) -> bool {
        self.department.is_some()
            || self.topic.is_some()
            || self.section.is_some()
            || self.party.is_some()
            || self.rule.is_some()
    }

    /// Whether it hides an alert.
    pub fn hides(&self, alert: &Alert) -> bool {
        let is = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| given == Some(wanted))
        };
        let findings = || alert.findings.values();
        alert.level <= self.level
            && is(&self.department, Some(&alert.route.department))
            && is(&self.section, alert.subject.section.as_deref())
            && self.topic.is_none_or(|topic| topic == alert.subject.topic)
            && self.party.as_ref().is_none_or(|party| findings().all(|f| f.parties.contains(party)))
            && self.rule.as_ref().is_none_or(|rule| findings().all(|f| f.rule == *rule))
    }
}

/// A silence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// Its identity.
    pub id: String,
    /// Who answers for it: the name of a token.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// From when, µs since 1970.
    pub from: i64,
    /// Until when, µs since 1970.
    pub until: i64,
    /// What it hides.
    pub matcher: Matcher,
    /// Who ended it before its time.
    #[serde(default)]
    pub ended_by: Option<String>,
    /// Whether it was told that it ends soon.
    #[serde(default)]
    pub reminded: bool,
}

impl Silence {
    /// When something happens next to it, µs since 1970.
    pub fn next_at(&self) -> i64 {
        if self.reminded { self.until } else { self.remind_at() }
    }

    /// When its owner is told that it ends, µs since 1970.
    fn remind_at(&self) -> i64 {
        self.until - REMIND_US.min((self.until - self.from).max(0) / 2)
    }
}

/// The silences that are in force or will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Silences {
    by_id: BTreeMap<String, Silence>,
}

impl Silences {
    /// Puts a silence in, or in place of the one of its id.
    pub fn put(&mut self, silence: Silence) {
        self.by_id.insert(silence.id.clone(), silence);
    }

    /// Takes out what is over, and gives it.
    pub fn expire(&mut self, now: i64) -> Vec<Silence> {
        let over: Vec<String> = self
            .by_id
            .values()
            .filter(|silence| silence.until <= now)
            .map(|silence| silence.id.clone())
            .collect();
        over.iter().filter_map(|id| self.by_id.remove(id)).collect()
    }

    /// The silence that hides an alert now: the one that hides it already, even if the clock was set back to before
    /// it began; else, of several, the one that lasts longest.
    pub fn hiding(&self, alert: &Alert, now: i64) -> Option<&Silence> {
        let does_already = |silence: &Silence| alert.silenced_by.as_ref() == Some(&silence.id);
        let in_force = self.by_id.values().filter(|silence| now < silence.until);
        let hiding = in_force.filter(|silence| silence.from <= now || does_already(silence));
        let hiding = hiding.filter(|silence| silence.matcher.hides(alert));
        hiding.max_by_key(|silence| (does_already(silence), silence.until))
    }

    /// A silence.
    pub fn get(&self, id: &str) -> Option<&Silence> {
        self.by_id.get(id)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Silence> {
        self.by_id.values()
    }

    /// When something happens next to one of them: it ends, or its owner is to be told so.
    pub fn next_at(&self) -> Option<i64> {
        self.by_id.values().map(Silence::next_at).min()
    }

    /// Those that end soon and whose owners have not been told so; they count as told from now on.
    pub fn remind(&mut self, now: i64) -> Vec<Silence> {
        let soon = self.by_id.values_mut().filter(|silence| !silence.reminded && silence.remind_at() <= now);
        soon.map(|silence| {
            silence.reminded = true;
            silence.clone()
        })
        .collect()
    }
}
