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

/// The exit code of `--strict` when a line was bad.
const BAD_LINES: u8 = 2;
/// Evidence that the table for people shows of a finding; all of it is in `--findings`.
const EVIDENCE_SHOWN: usize = 4;
/// Parties that the table shows of a finding.
const PARTIES_SHOWN: usize = 12;

/// `xiezhi replay`
#[derive(clap::Args)]
#[command(after_help = "\
A file is NDJSON or a JSON array, plain or gzip; - is standard input or output. Without an output the findings are
printed for people. Exit status: 0 done, 1 failed, 2 under --strict if a line was bad, 64 if the rules are wrong.

Examples:
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
    /// Write the watch-list (not in this version yet).
    #[arg(long, value_name = "OUT")]
    watchlist: Option<PathBuf>,
    /// End with status 2 if a line was bad.
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
    eprint!("{}", summary(&session, &findings, began.elapsed()));
    Ok(exit_code(args.strict, session.tally))
}

fn exit_code(strict: bool, tally: Tally) -> ExitCode {
    ExitCode::from(if strict && tally.bad() > 0 { BAD_LINES } else { 0 })
}

fn check(args: &Args) -> Result<()> {
    if args.alerts.is_some() {
        bail!("--alerts is not in this version yet; --changes tells when findings appear and go");
    }
    if args.watchlist.is_some() {
        bail!("--watchlist is not in this version yet");
    }
    let outputs = [&args.findings, &args.changes];
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
        None if args.changes.is_none() => {
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
mod tests {
    use super::super::Cli;
    use super::*;
    use clap::Parser;
    use serde_json::Value as Json;
    use std::fs;

    fn args(line: &[&str]) -> Args {
        #[derive(Parser)]
        struct Only {
            #[command(flatten)]
            args: Args,
        }
        Only::try_parse_from([&["replay"], line].concat()).expect("a command line").args
    }

    /// Runs over lines of events; gives (findings, changes, whether it ended with 0).
    fn replayed(lines: &str, more: &[&str]) -> (Vec<Json>, Vec<Json>, bool) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let (input, findings, changes) = (path("in"), path("findings"), path("changes"));
        fs::write(&input, lines).expect("a file of the test");
        let mut line = vec![input.as_str(), "--findings", &findings, "--changes", &changes];
        line.extend(more);
        let code = run(&args(&line)).expect("a replay");
        let read = |path: &str| {
            let text = fs::read_to_string(path).expect("an output");
            text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
        };
        (read(&findings), read(&changes), code == ExitCode::SUCCESS)
    }

    /// The cases that everybody can run: (events as NDJSON, now, rules, expected (rule, section, parties)).
    fn cases() -> Vec<(String, Json)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
        let files = fs::read_dir(folder).map(|files| files.flatten().collect::<Vec<_>>()).unwrap_or_default();
        let mut paths: Vec<PathBuf> = files.into_iter().map(|file| file.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path: &PathBuf| {
            let case: Json = serde_json::from_str(&fs::read_to_string(path).expect("a case")).expect("JSON");
            let events = case["events"].as_array().expect("events").iter();
            (events.map(|event| format!("{event}\n")).collect(), case)
        };
        paths.iter().map(read).collect()
    }

    #[test]
    fn the_cases_come_out_through_files_too() {
        let mut compared = 0;
        for (at, (lines, case)) in cases().into_iter().enumerate() {
            let computed = |rule: &Json| rule.as_str().is_some_and(|rule| Rule::of(rule).is_some());
            let rules: Vec<&Json> =
                case["rules"].as_array().expect("rules").iter().filter(|rule| computed(rule)).collect();
            if rules.is_empty() {
                continue;
            }
            let workers = (1 + at % 2).to_string();
            let now = case["now"].as_str().expect("a now");
            let (findings, changes, good) =
                replayed(&lines, &["--now", now, "--strict", "--workers", &workers]);
            assert!(good, "{}", case["case"]);
            let found: Vec<_> = findings.iter().filter(|f| rules.contains(&&f["rule"])).collect();
            let expected: Vec<_> = case["expect"]
                .as_array()
                .expect("expect")
                .iter()
                .filter(|e| rules.contains(&&e["rule"]))
                .collect();
            let same = |f: &Json, e: &Json| {
                f["rule"] == e["rule"]
                    && f["parties"] == e["parties"]
                    && (e["section"] == "*" || f["section"] == e["section"])
            };
            let agrees = found.iter().all(|f| expected.iter().any(|e| same(f, e)))
                && expected.iter().all(|e| found.iter().any(|f| same(f, e)));
            assert!(agrees, "{}: found {found:?}, expected {expected:?}", case["case"]);
            assert_eq!(
                summed(&changes),
                named_by(&findings),
                "{}: changes add up to the findings",
                case["case"]
            );
            compared += 1;
        }
        assert!(compared >= 30, "only {compared} cases were compared");
    }

    fn name(finding: &Json) -> String {
        format!("{} {} {}", finding["rule"], finding["section"], finding["key"])
    }

    fn named_by(findings: &[Json]) -> BTreeMap<String, Json> {
        findings.iter().map(|finding| (name(finding), finding.clone())).collect()
    }

    /// What holds after all changes, each of which must make sense.
    fn summed(changes: &[Json]) -> BTreeMap<String, Json> {
        let (mut holds, mut last) = (BTreeMap::new(), String::new());
        for change in changes {
            let finding = &change["finding"];
            let at = change["at"].as_str().expect("an instant").to_owned();
            assert!(at.ends_with("+08:00") && at >= last, "{at} after {last}");
            last = at;
            let before = match change["change"].as_str() {
                Some("withdrawn") => holds.remove(&name(finding)).is_some(),
                Some("changed") => holds.insert(name(finding), finding.clone()).is_some(),
                Some("appeared") => holds.insert(name(finding), finding.clone()).is_none(),
                other => panic!("{other:?} is no change"),
            };
            assert!(before || change["change"] == "appeared", "{change}");
        }
        holds
    }

    fn case(name: &str) -> (String, String) {
        let (lines, case) =
            cases().into_iter().find(|(_, case)| case["case"] == name).expect("the case is there");
        (lines, case["now"].as_str().expect("a now").to_owned())
    }

    #[test]
    fn a_finding_that_grows_has_changed_and_one_that_goes_is_withdrawn() {
        let (lines, now) = case("retraction-takes-the-finding-along");
        let (findings, changes, _) = replayed(&lines, &["--now", &now]);
        let of = |word| changes.iter().filter(|change| change["change"] == word).count();
        assert!(of("appeared") > of("withdrawn") || findings.is_empty());
        assert!(of("withdrawn") >= 1, "{changes:?}");
        let (_, alone, _) = replayed(&lines, &["--now", &now, "--workers", "2"]);
        assert_eq!(changes, alone, "the changes do not hang on the number of workers");
    }

    #[test]
    fn bad_lines_are_passed_over_and_matter_only_under_strict() {
        let (lines, now) = case("dev-07-same-ip");
        let first = lines.lines().next().expect("an event");
        let conflict = first.replace("海口市某工程", "another name");
        let dirty = format!("\u{feff}{lines}\r\n{first}\r\nrubbish\n{{\"id\":1}}\n{conflict}\n");
        let (clean, ..) = replayed(&lines, &["--now", &now]);
        let (findings, _, good) = replayed(&dirty, &["--now", &now]);
        assert!(good && !clean.is_empty());
        assert_eq!(findings, clean);
        let (_, _, good) = replayed(&dirty, &["--now", &now, "--strict"]);
        assert!(!good, "a conflict and two bad lines");
        let (_, _, good) = replayed(&format!("{lines}{first}\n"), &["--now", &now, "--strict"]);
        assert!(good, "a duplicate is no bad line");
    }

    #[test]
    fn a_wrong_command_line_is_said_before_anything_is_read() {
        for (line, why) in [
            (vec!["a", "--alerts", "x"], "--alerts is not in this version yet"),
            (vec!["a", "--findings", "-", "--changes", "-"], "only one output"),
            (vec!["-", "-"], "standard input can be read only once"),
            (vec!["a", "--format", "ocds"], "--format ocds is not in this version yet"),
            (vec!["/nowhere/a"], "cannot open /nowhere/a"),
        ] {
            let error = run(&args(&line)).expect_err("refused").to_string();
            assert!(error.contains(why), "{error}");
        }
        assert!(Cli::try_parse_from(["xiezhi", "replay", "a", "--now", "today"]).is_err());
        assert!(Cli::try_parse_from(["xiezhi", "replay"]).is_err());
    }

    #[test]
    fn people_read_sections_rules_and_measures() {
        let (lines, now) = case("dev-07-same-ip");
        let (findings, ..) = replayed(&lines, &["--now", &now]);
        let findings: Vec<Rendered> =
            findings.into_iter().map(|f| serde_json::from_value(f).expect("a finding")).collect();
        let text = table(&findings);
        assert!(text.starts_with("标段 E46010000011422001\n"), "{text}");
        assert!(text.contains("L DEV-07") && text.contains("ip:59.49.7.7"), "{text}");
        assert!(table(&[]).starts_with("No findings"));
    }
}
