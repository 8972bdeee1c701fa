//! Holds what a story wants against what happened.

use super::play::{Heard, World, called, clock};
use super::read::instant;
use super::story::{Told, Want};
use std::collections::BTreeMap;
use xiezhi_alerts::core::{Notice, To};
use xiezhi_alerts::message::show_notice;
use xiezhi_alerts::{Alert, Language, feedback, text};

impl Heard {
    fn notice(&self) -> &Notice {
        self.decision.notice.as_ref().expect("only what is told is heard")
    }

    pub fn tos(&self) -> &[To] {
        &self.notice().to
    }

    /// In words, for an error.
    pub fn said(&self) -> String {
        let notice = self.notice();
        let first = |to: &To| if to.first { " (first)" } else { " (again)" };
        let to: Vec<String> = notice.to.iter().map(|to| format!("{}{}", code(to), first(to))).collect();
        let to = if to.is_empty() { "nobody".to_owned() } else { to.join(", ") };
        let why = notice.reason.said(Language::Chinese);
        format!(
            "{} {} on {} -> {to} \"{why}\"",
            clock(self.at),
            notice.kind.as_str(),
            called(&self.decision.alert)
        )
    }
}

/// A receiver as stories write it: copies by their name alone.
fn code(to: &To) -> String {
    let written = to.receiver.to_string();
    written.strip_prefix("copy:").map(str::to_owned).unwrap_or(written)
}

/// Fails with what is instead.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, wanted: T, is: T) -> Result<(), String> {
    match wanted == is {
        true => Ok(()),
        false => Err(format!("{what}: wanted {wanted:?}, is {is:?}")),
    }
}

impl World<'_> {
    pub(super) fn want(&mut self, want: &Want) -> Result<(), String> {
        match want {
            Want::Nothing => Ok(()),
            Want::Told(told) => self.told(told),
            Want::Stands { on, pairs } => {
                let alert = self.alert(on.as_deref())?;
                pairs.iter().try_for_each(|(key, wanted)| stands(alert, key, wanted))
            }
            Want::Refused(why) => {
                let entry = self.refused.as_ref().ok_or("it was not refused")?;
                contains(&entry.reason.said(Language::Chinese), why)
            }
            Want::Untold(why) => {
                let entry = self.untold.as_ref().ok_or("nothing was kept from anybody")?;
                contains(&entry.reason.said(Language::Chinese), why)
            }
            Want::Verdict { rule, counts } => {
                let is = feedback::verdicts(self.desk.alerts()).get(rule).copied().unwrap_or_default();
                same(rule, *counts, [is.substantiated, is.unfounded, is.insufficient])
            }
            Want::Sent { receiver, alone, digest } => {
                let sending = self.sending.as_mut().ok_or("nothing is paced; say burst N first")?;
                same(receiver, Some((*alone, *digest)), sending.want(receiver))
            }
        }
    }

    fn told(&mut self, told: &Told) -> Result<(), String> {
        let fits = |heard: &Heard| {
            heard.notice().kind == told.kind
                && told.on.as_ref().is_none_or(|on| *on == called(&heard.decision.alert))
        };
        let Some(at) = self.heard.iter().position(fits) else {
            let all: Vec<String> = self.heard.iter().map(Heard::said).collect();
            return Err(match all.is_empty() {
                true => "nobody was told anything".to_owned(),
                false => format!("instead: {}", all.join(" | ")),
            });
        };
        let heard = self.heard.remove(at);
        let notice = heard.notice();
        let to: BTreeMap<String, bool> = notice.to.iter().map(|to| (code(to), to.first)).collect();
        same("receivers", &told.to, &to)?;
        same("once each", notice.to.len(), to.len())?;
        if told.from.is_some() {
            same("from", told.from, notice.from_level)?;
        }
        for (what, wanted, is) in [("new", &told.new, &notice.added), ("gone", &told.gone, &notice.removed)] {
            if let Some(wanted) = wanted {
                let rules = is.iter().map(|name| name.split('|').next().unwrap_or_default().to_owned());
                let (mut wanted, mut is) = (wanted.clone(), rules.collect::<Vec<_>>());
                wanted.sort();
                is.sort();
                same(what, wanted, is)?;
            }
        }
        let shown = show_notice(1, &heard.decision, &self.names()).expect("a notice");
        let read: Vec<String> = [true, false]
            .iter()
            .map(|first| text::notice(&shown, *first, Some(self.now), Language::Chinese))
            .chain([shown.reason_zh.clone()])
            .collect();
        told.words.iter().try_for_each(|words| contains(&read.join("\n\n"), words))
    }
}

fn contains(text: &str, words: &str) -> Result<(), String> {
    match text.contains(words) {
        true => Ok(()),
        false => Err(format!("{words:?} is not in:\n{text}")),
    }
}

/// One thing about an alert as it stands.
fn stands(alert: &Alert, key: &str, wanted: &str) -> Result<(), String> {
    let none = || "none".to_owned();
    let is = match key {
        "state" => alert.state.as_str().to_owned(),
        "level" => alert.level.as_str().to_owned(),
        "owner" => alert.route.department.clone(),
        "item" => alert.route.item.clone().unwrap_or_else(none),
        "edition" => alert.route.edition.to_string(),
        "why" => alert.route.reason.said(Language::Chinese),
        "silenced" => alert.silenced_by.clone().unwrap_or_else(none),
        "overdue" => if alert.overdue { "yes" } else { "no" }.to_owned(),
        "assigned" => alert.assigned_to.clone().unwrap_or_else(none),
        "acknowledged" => alert.acknowledged.as_ref().map_or_else(none, |did| did.by.clone()),
        "sent_back" => alert.sent_back.to_string(),
        "revision" => alert.revision.to_string(),
        "episode" => alert.episode.to_string(),
        "findings" => alert.findings.len().to_string(),
        "outcome" => alert.closed.as_ref().map_or_else(none, |closing| closing.outcome.as_str().to_owned()),
        "holds" => if alert.withdrawn_at.is_some() { "no" } else { "yes" }.to_owned(),
        "handed" => alert.handed.as_ref().map_or_else(none, |handed| {
            let (outcome, level) = (handed.outcome.as_str(), handed.level.as_str());
            format!("{outcome} {level} {}", handed.findings.len())
        }),
        "due" => return due(alert, wanted),
        _ => return Err(format!("{key:?} is nothing that an alert has")),
    };
    same(key, wanted, is.as_str())
}

fn due(alert: &Alert, wanted: &str) -> Result<(), String> {
    let wanted = match wanted.split_once(' ') {
        Some((day, time)) => Some(clock(instant(day, time)?)),
        None => None,
    };
    same("due", wanted, alert.agenda.due_at.map(clock))
}
