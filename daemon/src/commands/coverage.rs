//! `xiezhi coverage`: what the data let each rule conclude, by rule and by the system that the data came from.
//!
//! Every section is explained, by the same functions as it is judged, and the outcomes are counted. A section's source
//! system is that of its first notice (`section.announced`), else of its first event. The daemon counts the same as it goes
//! (`metrics/coverage.rs`).

use super::history::{History, HistoryArgs};
use super::output::{Output, counted, grouped, unless_pipe_closed};
use crate::config::{EXIT_CODE, Rules};
use anyhow::Result;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::process::ExitCode;
use xiezhi_dataflows::event::Event;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::rules::{Judged, Outcome, Rule};

/// How many missing fields are told of a rule: the most frequent.
const MISSING_SHOWN: usize = 3;

/// `xiezhi coverage`
#[derive(clap::Args)]
#[command(after_help = "\
Rules over many sections and over complaints and inspections judge no section and are not counted.

Examples:
  xiezhi coverage history.ndjson
  xiezhi coverage --data-dir /var/lib/xiezhi --json")]
pub struct Args {
    #[command(flatten)]
    history: HistoryArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// What could be concluded.
#[derive(Debug, Serialize)]
pub struct Coverage {
    /// The instant of the judgement, RFC 3339 at +08:00.
    pub now: Option<String>,
    /// The legal profile.
    pub profile: String,
    /// How many sections were judged.
    pub sections: u64,
    /// By source system.
    pub sources: Vec<OfSource>,
}

/// The sections of one source system.
#[derive(Debug, Serialize)]
pub struct OfSource {
    /// The system.
    pub source: String,
    /// How many sections.
    pub sections: u64,
    /// Every rule that looks at one section, in the order of the catalogue.
    pub rules: Vec<OfRule>,
}

/// In how many sections a rule ended how.
#[derive(Debug, Serialize)]
pub struct OfRule {
    /// The rule.
    pub rule: &'static str,
    /// What it says, in Chinese.
    pub zh: &'static str,
    /// All facts were there.
    pub concluded: u64,
    /// Of those: there are findings.
    pub triggered: u64,
    /// A fact was missing.
    pub insufficient_data: u64,
    /// Which ones most often.
    pub missing: Vec<Missing>,
    /// The rule does not speak about such a section.
    pub not_applicable: u64,
    /// The rule gave up.
    pub error: u64,
}

/// A field that was missing.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The field.
    pub field: &'static str,
    /// In how many sections.
    pub sections: u64,
}

/// Runs the command.
///
/// # Errors
/// If something cannot be read or written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let rules = match Rules::load(args.history.rules()) {
        Ok(rules) => rules,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let coverage = coverage(args, &rules)?;
    let mut out = Output::standard();
    let written = if args.json { out.json(&coverage) } else { out.line(text(&coverage).trim_end()) };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

fn coverage(args: &Args, rules: &Rules) -> Result<Coverage> {
    let mut seen = BTreeSet::new();
    let mut see = |event: &Event| {
        if let Some(section) = event.data.section().filter(|section| !seen.contains(*section)) {
            seen.insert(section.to_owned());
        }
    };
    let History { session, edition, .. } = args.history.run(rules, &mut see)?;
    let replay = &session.replay;
    let (mut counts, mut judged) = (BTreeMap::<String, (u64, Counts)>::new(), 0);
    for section in seen {
        // Nothing about it may hold any more.
        let Some(explanation) = replay.explain(&section) else { continue };
        judged += 1;
        let (of_source, counts) = counts.entry(replay.symbols().text(explanation.source)).or_default();
        *of_source += 1;
        explanation.outcomes.iter().for_each(|judged| counts.note(judged));
    }
    let source = |(source, (sections, counts)): (String, (u64, Counts))| OfSource {
        source,
        sections,
        rules: counts.0.into_iter().map(|(rule, count)| count.of(rule)).collect(),
    };
    Ok(Coverage {
        now: replay.now().map(|now| Instant(now).to_rfc3339()),
        profile: edition.newest().profile.name.clone(),
        sections: judged,
        sources: counts.into_iter().map(source).collect(),
    })
}

/// Outcomes by rule.
#[derive(Default)]
struct Counts(BTreeMap<Rule, Count>);

#[derive(Default)]
struct Count {
    triggered: u64,
    not_triggered: u64,
    missing: BTreeMap<&'static str, u64>,
    not_applicable: u64,
    error: u64,
}

impl Counts {
    fn note(&mut self, judged: &Judged) {
        let count = self.0.entry(judged.rule).or_default();
        *match judged.outcome {
            Outcome::Triggered => &mut count.triggered,
            Outcome::NotTriggered => &mut count.not_triggered,
            Outcome::InsufficientData(field) => count.missing.entry(field).or_default(),
            Outcome::NotApplicable(_) => &mut count.not_applicable,
            Outcome::Error(_) => &mut count.error,
        } += 1;
    }
}

impl Count {
    fn of(self, rule: Rule) -> OfRule {
        let insufficient_data = self.missing.values().sum();
        let mut missing: Vec<Missing> =
            self.missing.into_iter().map(|(field, sections)| Missing { field, sections }).collect();
        missing.sort_by_key(|missing| Reverse(missing.sections));
        missing.truncate(MISSING_SHOWN);
        OfRule {
            rule: rule.id(),
            zh: rule.sheet().zh,
            concluded: self.triggered + self.not_triggered,
            triggered: self.triggered,
            insufficient_data,
            missing,
            not_applicable: self.not_applicable,
            error: self.error,
        }
    }
}

fn text(coverage: &Coverage) -> String {
    let at = coverage.now.as_deref().unwrap_or("no time");
    let mut text =
        format!("{} at {at}, profile {}\n", counted(coverage.sections, "section"), coverage.profile);
    for OfSource { source, sections, rules } in &coverage.sources {
        let _ = writeln!(text, "\n来源 {source}  ({})", counted(*sections, "section"));
        let _ = writeln!(
            text,
            "{:<7} {:>9} {:>9} {:>9} {:>9} {:>9}  missing most often",
            "rule", "concluded", "triggered", "no data", "n/a", "error"
        );
        for rule in rules {
            let missing = rule.missing.iter().map(|m| format!("{} ({})", m.field, grouped(m.sections)));
            let line = format!(
                "{:<7} {:>9} {:>9} {:>9} {:>9} {:>9}  {}",
                rule.rule,
                grouped(rule.concluded),
                grouped(rule.triggered),
                grouped(rule.insufficient_data),
                grouped(rule.not_applicable),
                grouped(rule.error),
                missing.collect::<Vec<_>>().join(", ")
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
    }
    text
}

#[cfg(test)]
mod tests;
