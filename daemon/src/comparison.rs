//! What other rules would change: findings and alerts that appear and vanish, by rule, level, department and month.
//!
//! One engine computes the history under the rules in force; then the others are put in force there, and the difference
//! is what is told. The daemon's own engine, ledger and journal are not touched.

use crate::directory::Directory;
use anyhow::{Result, bail};
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
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
    /// By each rule among an alert's findings: an alert of three rules counts under each of them.
    pub by_rule: BTreeMap<String, Moves>,
    /// By level.
    pub by_level: BTreeMap<String, Moves>,
    /// By supervising department (`-` where none is known) and level.
    pub by_department: BTreeMap<String, BTreeMap<String, Moves>>,
    /// By the month of the latest evidence, and level.
    pub by_month: BTreeMap<String, BTreeMap<String, Moves>>,
}

/// An alert as findings make it.
struct AlertAs<'a> {
    level: Level,
    findings: Vec<&'a Rendered>,
}

/// The alerts that findings make.
type Alerts<'a> = BTreeMap<Subject, AlertAs<'a>>;

/// What is known of events and sections besides findings.
#[derive(Clone, Copy)]
struct Known<'a> {
    directory: &'a Directory,
    symbols: &'a Symbols,
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
    let known = Known { directory, symbols };
    let mut comparison =
        Comparison { findings_before: before.len(), findings_after: after.len(), ..Comparison::default() };
    for (these, those, appears) in [(after, before, true), (before, after, false)] {
        for finding in these.iter().filter(|finding| those.binary_search(finding).is_err()) {
            comparison.findings.count(appears);
            comparison.by_rule.entry(finding.rule.clone()).or_default().count(appears);
            comparison.by_department.entry(known.department_of(finding)).or_default().count(appears);
            comparison.by_month.entry(known.month_of([finding])).or_default().count(appears);
            let examples = &mut comparison.examples;
            let examples = if appears { &mut examples.appear } else { &mut examples.vanish };
            if examples.len() < EXAMPLES_MAX {
                examples.push(finding.clone());
            }
        }
    }
    comparison.alerts = AlertMoves::between(&alerts(before), &alerts(after), known);
    comparison
}

impl Known<'_> {
    /// The department that supervises the finding's section; `-` where none is known.
    fn department_of(self, finding: &Rendered) -> String {
        let department = finding.section.as_deref().and_then(|code| self.directory.section(code).department);
        department.unwrap_or_else(|| "-".to_owned())
    }

    /// The month of the latest evidence, `YYYY-MM`; `-` without any.
    fn month_of<'a>(self, findings: impl IntoIterator<Item = &'a Rendered>) -> String {
        let evidence = findings.into_iter().flat_map(|finding| &finding.evidence);
        let events: Vec<_> =
            evidence.filter_map(|event| self.symbols.find_name(&event.source, &event.id)).collect();
        let month = |day| Date(day).to_string().chars().take(7).collect();
        self.symbols.latest_day(&events).map_or_else(|| "-".to_owned(), month)
    }
}

/// The alerts that findings make, each with its level.
fn alerts(findings: &[Rendered]) -> Alerts<'_> {
    let mut by_subject: BTreeMap<Subject, Vec<&Rendered>> = BTreeMap::new();
    for finding in findings {
        if let Some(subject) = Subject::of(finding) {
            by_subject.entry(subject).or_default().push(finding);
        }
    }
    let alert = |findings: Vec<_>| AlertAs { level: level::of(findings.iter().copied()).0, findings };
    by_subject.into_iter().map(|(subject, findings)| (subject, alert(findings))).collect()
}

impl AlertMoves {
    fn between(before: &Alerts<'_>, after: &Alerts<'_>, known: Known<'_>) -> AlertMoves {
        let mut moves = AlertMoves { before: before.len(), after: after.len(), ..AlertMoves::default() };
        for (these, those, appears) in [(after, before, true), (before, after, false)] {
            for (_, alert) in these.iter().filter(|(subject, _)| !those.contains_key(*subject)) {
                *(if appears { &mut moves.appear } else { &mut moves.vanish }) += 1;
                moves.sort_in(alert, appears, known);
            }
        }
        for (subject, alert) in after {
            match before.get(subject).map(|before| alert.level.cmp(&before.level)) {
                Some(Ordering::Greater) => moves.raised += 1,
                Some(Ordering::Less) => moves.lowered += 1,
                Some(Ordering::Equal) | None => {}
            }
        }
        moves
    }

    /// Counts an alert that appears or vanishes under its rules, level, department and month.
    fn sort_in(&mut self, AlertAs { level, findings }: &AlertAs<'_>, appears: bool, known: Known<'_>) {
        let level = level.as_str();
        let rules: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
        for rule in rules {
            self.by_rule.entry(rule.to_owned()).or_default().count(appears);
        }
        self.by_level.entry(level.to_owned()).or_default().count(appears);
        // The findings of an alert are about one section, or none.
        let department = findings.first().map_or_else(|| "-".to_owned(), |first| known.department_of(first));
        let month = known.month_of(findings.iter().copied());
        for (by, place) in [(&mut self.by_department, department), (&mut self.by_month, month)] {
            by.entry(place).or_default().entry(level.to_owned()).or_default().count(appears);
        }
    }
}
