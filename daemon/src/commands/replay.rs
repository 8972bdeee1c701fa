//! `xiezhi replay`: files through the engine, without a daemon.
//!
//! What holds at the end is a function of the accepted events and of `--now`: any order of lines, any number of workers,
//! with or without `--changes`, gives the same findings.

use super::output::{Output, counted, grouped, is_standard, unless_pipe_closed};
use super::session::{Session, SessionArgs, Tally};
use crate::config::{EXIT_CODE, Rules};
use anyhow::{Result, bail, ensure};
use serde::Serialize;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant as Clock};
use xiezhi_dataflows::finding::{Published, Rendered, Value};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::operators::Diff;
use xiezhi_dataflows::replay::{Replay, Told};
use xiezhi_dataflows::rules::Rule;
use xiezhi_dataflows::symbols::Symbols;

/// The exit code of `--strict` when a line was bad or something in it not understood.
const BAD_LINES: u8 = 2;
/// Evidence that the table for people shows of a finding; all of it is in `--findings`.
const EVIDENCE_SHOWN: usize = 4;
/// Parties that the table shows of a finding.
const PARTIES_SHOWN: usize = 12;

/// `xiezhi replay`
#[derive(clap::Args)]
#[command(after_help = "\
A file is NDJSON or a JSON array, plain or gzip; - is standard input or output. Without an output the findings are
printed for people. Rows of the national standard and OCDS releases are made into events first (--format); what in them
was not understood is told on standard error. Exit status: 0 done, 1 failed, 2 under --strict if a line was bad or
something not understood, 64 if the rules are wrong.

Examples:
  xiezhi replay --format ggzy rows.ndjson.gz --findings findings.ndjson
  xiezhi simulate --days 5 --out venue.ndjson && xiezhi replay venue.ndjson
  zcat history.gz | xiezhi replay - --findings findings.ndjson --changes changes.ndjson")]
pub struct Args {
    /// Files of events, in order of arrival.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    session: SessionArgs,
    /// Write the findings that hold at the end, a line of JSON each, sorted.
    #[arg(long, value_name = "OUT")]
    findings: Option<PathBuf>,
    /// Write every appearance, change and withdrawal of a finding with its time, a line of JSON each.
    #[arg(long, value_name = "OUT")]
    changes: Option<PathBuf>,
    /// Write what would have been notified (not in this version yet).
    #[arg(long, value_name = "OUT")]
    alerts: Option<PathBuf>,
    /// Write the watch-list that holds at the end, a line of JSON an entry, sorted.
    #[arg(long, value_name = "OUT")]
    watchlist: Option<PathBuf>,
    /// End with status 2 if a line was bad or something in it not understood.
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
///
/// # Errors
/// If something cannot be read or written.
pub fn run(args: &Args) -> Result<ExitCode> {
    unless_pipe_closed(replay(args))
}

fn replay(args: &Args) -> Result<ExitCode> {
    check(args)?;
    let rules = match Rules::load(args.session.rules.as_deref()) {
        Ok(rules) => rules,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let began = Clock::now();
    let mut changes = args.changes.as_deref().map(Changes::create).transpose()?;
    let tell = changes.as_ref().map(Changes::ear);
    let mut session = Session::start(&args.session, &rules, tell)?;
    let mut write = |replay: &Replay<'_>| changes.as_mut().map_or(Ok(()), |c| c.write(replay.symbols()));
    session.feed(&args.files, &mut |_| (), &mut write)?;
    session.replay.finish();
    write(&session.replay)?;
    if let Some(changes) = changes {
        changes.finish(session.replay.symbols())?;
    }
    let wrong = session.replay.miscounted().len();
    ensure!(wrong == 0, "the engine counted {wrong} conclusions wrong: please report this with the files");
    let findings = session.replay.findings();
    write_findings(args, &findings)?;
    if let Some(path) = &args.watchlist {
        let mut out = Output::create(path)?;
        session.replay.watch_list().iter().try_for_each(|entry| out.json(entry))?;
        out.finish()?;
    }
    eprint!("{}", summary(&session, &findings, began.elapsed()));
    Ok(exit_code(args.strict, session.tally))
}

fn exit_code(strict: bool, tally: Tally) -> ExitCode {
    ExitCode::from(if strict && !tally.is_clean() { BAD_LINES } else { 0 })
}

fn check(args: &Args) -> Result<()> {
    if args.alerts.is_some() {
        bail!("--alerts is not in this version yet; --changes tells when findings appear and go");
    }
    let outputs = [&args.findings, &args.changes, &args.watchlist];
    let standard = outputs.into_iter().flatten().filter(|path| is_standard(path)).count();
    ensure!(standard <= 1, "only one output can be standard output");
    let inputs = args.files.iter().filter(|path| is_standard(path)).count();
    ensure!(inputs <= 1, "standard input can be read only once");
    Ok(())
}

fn write_findings(args: &Args, findings: &[Rendered]) -> Result<()> {
    match &args.findings {
        Some(path) => {
            let mut out = Output::create(path)?;
            findings.iter().try_for_each(|finding| out.json(finding))?;
            out.finish()
        }
        None if args.changes.is_none() && args.watchlist.is_none() => {
            let mut out = Output::standard();
            out.line(table(findings).trim_end())?;
            out.finish()
        }
        None => Ok(()),
    }
}

/// What changed at a commit, as it is written.
#[derive(Serialize)]
struct Line<'a> {
    at: &'a str,
    change: &'static str,
    finding: &'a Rendered,
}

type Heard = Rc<RefCell<Vec<(i64, Published, Diff)>>>;

/// Writes changes as they come, a commit's together.
struct Changes {
    heard: Heard,
    out: Output,
    /// The commit's instant and changes so far.
    commit: (i64, Vec<(Published, Diff)>),
}

impl Changes {
    fn create(path: &Path) -> Result<Changes> {
        Ok(Changes { heard: Heard::default(), out: Output::create(path)?, commit: (i64::MIN, Vec::new()) })
    }

    fn ear(&self) -> Box<Told<'static>> {
        let heard = self.heard.clone();
        Box::new(move |at, what, diff| heard.borrow_mut().push((at, what.clone(), diff)))
    }

    fn write(&mut self, symbols: &Symbols) -> Result<()> {
        let heard = std::mem::take(&mut *self.heard.borrow_mut());
        for (at, what, diff) in heard {
            // A commit's changes come sorted and each once, so a step back begins the next commit; what a commit takes
            // back of the one before is always such a step.
            let begins = self.commit.1.last().is_some_and(|(last, _)| what <= *last);
            if at != self.commit.0 || begins {
                self.flush(symbols)?;
                self.commit.0 = at;
            }
            self.commit.1.push((what, diff));
        }
        Ok(())
    }

    fn flush(&mut self, symbols: &Symbols) -> Result<()> {
        let (at, changes) = &mut self.commit;
        let at = Instant(*at).to_rfc3339();
        for (change, finding) in named(changes.drain(..), symbols) {
            self.out.json(&Line { at: &at, change, finding: &finding })?;
        }
        Ok(())
    }

    fn finish(mut self, symbols: &Symbols) -> Result<()> {
        self.write(symbols)?;
        self.flush(symbols)?;
        self.out.finish()
    }
}

/// What a commit did to each finding, by its name: a finding that goes and comes again has changed.
fn named(
    changes: impl Iterator<Item = (Published, Diff)>,
    symbols: &Symbols,
) -> Vec<(&'static str, Rendered)> {
    let mut names: BTreeMap<String, (Option<Rendered>, Option<Rendered>)> = BTreeMap::new();
    for (what, diff) in changes {
        let Published::Finding(finding) = what else { continue };
        let finding = finding.render(symbols);
        let (gone, come) = names.entry(finding.name()).or_default();
        *(if diff > 0 { come } else { gone }) = Some(finding);
    }
    let change = |(gone, come): (Option<Rendered>, Option<Rendered>)| match (gone, come) {
        (Some(_), Some(come)) => Some(("changed", come)),
        (None, Some(come)) => Some(("appeared", come)),
        (Some(gone), None) => Some(("withdrawn", gone)),
        (None, None) => None,
    };
    names.into_values().filter_map(change).collect()
}

/// The findings for people: section by section, what was found, with whom, and how it was measured.
pub(super) fn table(findings: &[Rendered]) -> String {
    let mut text = String::new();
    if findings.is_empty() {
        text.push_str("No findings. (没有发现线索)\n");
    }
    // Findings of a section first, then those over the whole history.
    let mut sections: BTreeMap<(bool, Option<&str>), Vec<&Rendered>> = BTreeMap::new();
    for finding in findings {
        sections.entry((finding.section.is_none(), finding.section.as_deref())).or_default().push(finding);
    }
    for ((_, section), findings) in sections {
        let title =
            section.map_or("跨标段 (over the whole history)".to_owned(), |code| format!("标段 {code}"));
        let _ = writeln!(text, "{title}");
        findings.iter().for_each(|finding| text.push_str(&entry(finding)));
        text.push('\n');
    }
    text
}

/// One finding for people, some indented lines.
pub(super) fn entry(finding: &Rendered) -> String {
    let title = Rule::of(&finding.rule).map_or("", |rule| rule.sheet().zh);
    let mut text = format!("  {} {}  {title}\n", finding.severity, finding.rule);
    let mut field = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(text, "      {name:<9} {value}");
        }
    };
    field("about", finding.key.replace(',', ", "));
    field("parties", shortened(finding.parties.iter().cloned(), PARTIES_SHOWN));
    field("persons", shortened(finding.persons.iter().cloned(), PARTIES_SHOWN));
    let measured = finding.value.iter().map(|(name, value)| format!("{name} {}", plain(value)));
    field("measured", measured.collect::<Vec<_>>().join(", "));
    let evidence = finding.evidence.iter().map(|event| format!("{}#{}", event.source, event.id));
    field("evidence", shortened(evidence, EVIDENCE_SHOWN));
    text
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Count(count) => count.to_string(),
    }
}

fn shortened(all: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = all.len().saturating_sub(most);
    let mut shown: Vec<String> = all.take(most).collect();
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    shown.join(", ")
}

fn summary(session: &Session<'_>, findings: &[Rendered], taken: Duration) -> String {
    let mut text = format!("{}\n", session.tally);
    let sections: BTreeSet<&str> = findings.iter().filter_map(|f| f.section.as_deref()).collect();
    let at = session.replay.now().map(|now| format!(" at {}", Instant(now).to_rfc3339())).unwrap_or_default();
    let (found, sections) =
        (counted(findings.len() as u64, "finding"), counted(sections.len() as u64, "section"));
    let _ = writeln!(text, "{found} in {sections} hold{at}");
    let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
    findings.iter().for_each(|finding| *rules.entry(&finding.rule).or_default() += 1);
    for (rule, count) in rules {
        let title = Rule::of(rule).map_or("", |rule| rule.sheet().zh);
        let _ = writeln!(text, "  {rule}  {:>6}  {title}", grouped(count));
    }
    let _ = writeln!(text, "{:.1} s", taken.as_secs_f64());
    text
}

#[cfg(test)]
mod tests;
