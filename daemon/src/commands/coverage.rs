//! `xiezhi coverage`: what the data let each rule conclude, by rule and by the system that the data came from.
//!
//! Every section is explained, by the same functions as it is judged, and the outcomes are counted. A section's source
//! system is that of its first notice (`section.announced`), else of its first event.

use super::output::{Output, counted, grouped, unless_pipe_closed};
use super::session::{Session, SessionArgs};
use crate::config::{EXIT_CODE, Rules};
use anyhow::Result;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use xiezhi_dataflows::event::{Data, Event};
use xiezhi_dataflows::facts::{Update, is_matter, updates};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::rules::{Judged, Outcome, Rule};
use xiezhi_dataflows::symbols::{Symbol, Symbols};

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
    /// Files of events; without any, the journal of a daemon, which may be running.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The daemon's data directory.
    #[arg(long, value_name = "DIR", default_value = crate::config::DATA_DIR, conflicts_with = "files")]
    data_dir: PathBuf,
    #[command(flatten)]
    session: SessionArgs,
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
    let rules = match Rules::load(args.session.rules.as_deref()) {
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
    let mut options = args.session.clone();
    if args.files.is_empty() {
        // As the daemon judges: by the clock, not by the latest event.
        options.now = options.now.or(Some(Instant(crate::clock::system_now())));
    }
    let mut session = Session::start(&options, rules, None)?;
    let symbols = session.replay.symbols().clone();
    let mut sections = Sections::new(symbols.clone());
    let mut seen = |event: &Event| sections.see(event);
    if args.files.is_empty() {
        session.feed_journal(&args.data_dir, rules, &mut seen)?;
    } else {
        session.feed(&args.files, &mut seen, &mut |_| Ok(()))?;
    }
    session.replay.finish();
    let (mut counts, mut judged) = (BTreeMap::<String, (u64, Counts)>::new(), 0);
    for (section, first) in sections.first {
        // Nothing about it may hold any more.
        let Some(explanation) = session.replay.explain(&symbols.text(section)) else { continue };
        judged += 1;
        let (of_source, counts) = counts.entry(first.source.into()).or_default();
        *of_source += 1;
        explanation.outcomes.iter().for_each(|judged| counts.note(judged));
    }
    let source = |(source, (sections, counts)): (String, (u64, Counts))| OfSource {
        source,
        sections,
        rules: counts.0.into_iter().map(|(rule, count)| count.of(rule)).collect(),
    };
    Ok(Coverage {
        now: session.replay.now().map(|now| Instant(now).to_rfc3339()),
        profile: rules.params.profile.name.clone(),
        sections: judged,
        sources: counts.into_iter().map(source).collect(),
    })
}

/// Which event of a section came first: a notice before others, then by time and name, whatever their order of arrival.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct First {
    is_no_notice: bool,
    at: i64,
    source: Box<str>,
}

/// The sections seen, each with its first event.
struct Sections {
    symbols: Arc<Symbols>,
    first: BTreeMap<Symbol, First>,
}

impl Sections {
    fn new(symbols: Arc<Symbols>) -> Sections {
        Sections { symbols, first: BTreeMap::new() }
    }

    fn see(&mut self, event: &Event) {
        let (name, _) = self.symbols.name(&event.source, &event.id);
        let is_no_notice = !matches!(event.data, Data::SectionAnnounced(_));
        updates(event, name, &self.symbols, &mut |update| {
            let (Update::Section(section, _) | Update::Detail(section, _)) = update else { return };
            if is_matter(&self.symbols.text(section)) {
                return;
            }
            let first = First { is_no_notice, at: event.time.0, source: event.source.clone() };
            match self.first.get_mut(&section) {
                Some(known) if *known <= first => {}
                Some(known) => *known = first,
                None => drop(self.first.insert(section, first)),
            }
        });
    }
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
