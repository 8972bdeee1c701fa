//! What other rules would change: findings and alerts that appear and vanish, by rule, level, department and month.
//!
//! One engine computes the history under the rules in force; then the others are put in force there, and the difference
//! is what is told. The daemon's own engine, ledger and journal are not touched.

use crate::directory::Directory;
use anyhow::{Result, bail};
use serde::Serialize;
use std::collections::BTreeMap;
use xiezhi_alerts::message::Directory as _;
use xiezhi_alerts::{Level, Subject, level};
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::Date;
use xiezhi_dataflows::replay::Replay;
use xiezhi_dataflows::symbols::Symbols;

/// How many findings of each sort are shown.
const EXAMPLES_MAX: usize = 20;

/// How many appear and vanish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Moves {
    /// Only under the other rules.
    pub appear: usize,
    /// Only under those in force.
    pub vanish: usize,
}

impl Moves {
    fn count(&mut self, appears: bool) {
        *(if appears { &mut self.appear } else { &mut self.vanish }) += 1;
    }
}

/// Alerts that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AlertMoves {
    /// How many there are under the rules in force.
    pub before: usize,
    /// How many there would be.
    pub after: usize,
    /// Would be new.
    pub appear: usize,
    /// Would be withdrawn.
    pub vanish: usize,
    /// Would be more serious.
    pub raised: usize,
    /// Would be less serious.
    pub lowered: usize,
}

/// Findings that differ, to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Examples {
    /// Some that would appear.
    pub appear: Vec<Rendered>,
    /// Some that would vanish.
    pub vanish: Vec<Rendered>,
}

/// What other rules would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Findings under the rules in force.
    pub findings_before: usize,
    /// Findings under the others.
    pub findings_after: usize,
    /// Findings that differ.
    pub findings: Moves,
    /// Alerts that differ.
    pub alerts: AlertMoves,
    /// Findings by rule.
    pub by_rule: BTreeMap<String, Moves>,
    /// Alerts by level: the new one of those that appear, the old one of those that vanish.
    pub by_level: BTreeMap<String, Moves>,
    /// Findings by supervising department; `-` where none is known.
    pub by_department: BTreeMap<String, Moves>,
    /// Findings by the month of their latest evidence.
    pub by_month: BTreeMap<String, Moves>,
    /// Some of them.
    pub examples: Examples,
}

/// Puts other rules in force in a replay that has come to its end, and tells what that changes. `go_on` is asked at each
/// step, with the share that is done in thousandths; false ends it.
///
/// # Errors
/// If it was ended.
pub fn compare(
    replay: &mut Replay<'_>,
    other: Edition,
    directory: &Directory,
    go_on: &mut dyn FnMut(u32) -> bool,
) -> Result<Comparison> {
    let before = replay.findings();
    let done = replay.publish(other, &mut |left, all| go_on((1000 - 1000 * left / all.max(1)) as u32));
    if !done {
        bail!("ended before it was done");
    }
    Ok(difference(&before, &replay.findings(), directory, replay.symbols()))
}

/// What two sets of findings do not have in common; both sorted.
pub fn difference(
    before: &[Rendered],
    after: &[Rendered],
    directory: &Directory,
    symbols: &Symbols,
) -> Comparison {
    let mut comparison =
        Comparison { findings_before: before.len(), findings_after: after.len(), ..Comparison::default() };
    for (these, those, appears) in [(after, before, true), (before, after, false)] {
        for finding in these.iter().filter(|finding| those.binary_search(finding).is_err()) {
            comparison.findings.count(appears);
            comparison.by_rule.entry(finding.rule.clone()).or_default().count(appears);
            let department = finding.section.as_deref().and_then(|code| directory.section(code).department);
            let department = department.unwrap_or_else(|| "-".to_owned());
            comparison.by_department.entry(department).or_default().count(appears);
            comparison.by_month.entry(month_of(finding, symbols)).or_default().count(appears);
            let examples = &mut comparison.examples;
            let examples = if appears { &mut examples.appear } else { &mut examples.vanish };
            if examples.len() < EXAMPLES_MAX {
                examples.push(finding.clone());
            }
        }
    }
    comparison.compare_alerts(&levels(before), &levels(after));
    comparison
}

/// The month of a finding's latest evidence, `YYYY-MM`; `-` without any.
fn month_of(finding: &Rendered, symbols: &Symbols) -> String {
    let events: Vec<_> =
        finding.evidence.iter().filter_map(|event| symbols.find_name(&event.source, &event.id)).collect();
    let month = |day| Date(day).to_string().chars().take(7).collect();
    symbols.latest_day(&events).map_or_else(|| "-".to_owned(), month)
}

/// The level of each alert that findings make.
fn levels(findings: &[Rendered]) -> BTreeMap<Subject, Level> {
    let mut by_subject: BTreeMap<Subject, Vec<&Rendered>> = BTreeMap::new();
    for finding in findings {
        if let Some(subject) = Subject::of(finding) {
            by_subject.entry(subject).or_default().push(finding);
        }
    }
    let level = |findings: Vec<&Rendered>| level::of(findings.iter().copied()).0;
    by_subject.into_iter().map(|(subject, findings)| (subject, level(findings))).collect()
}

impl Comparison {
    fn compare_alerts(&mut self, before: &BTreeMap<Subject, Level>, after: &BTreeMap<Subject, Level>) {
        self.alerts.before = before.len();
        self.alerts.after = after.len();
        for (subject, level) in after {
            match before.get(subject) {
                None => {
                    self.alerts.appear += 1;
                    self.by_level.entry(level.as_str().to_owned()).or_default().appear += 1;
                }
                Some(old) if level > old => self.alerts.raised += 1,
                Some(old) if level < old => self.alerts.lowered += 1,
                Some(_) => {}
            }
        }
        for (_, level) in before.iter().filter(|(subject, _)| !after.contains_key(*subject)) {
            self.alerts.vanish += 1;
            self.by_level.entry(level.as_str().to_owned()).or_default().vanish += 1;
        }
    }
}
