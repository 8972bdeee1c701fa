//! `xiezhi backtest`: what other rules would find on history, held against those in force.

use super::history::HistoryArgs;
use super::output::{Output, counted, unless_pipe_closed};
use crate::comparison::{Comparison, Moves, compare};
use crate::config::{EXIT_CODE, Rules};
use crate::directory::Directory;
use anyhow::{Result, bail};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::event::Event;

/// `xiezhi backtest`
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    history: HistoryArgs,
    /// The file of rules to hold against those of --rules (else a daemon's own, else the built-in ones).
    #[arg(long, value_name = "FILE")]
    against: PathBuf,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If something cannot be read or written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let loaded = [args.history.rules(), Some(args.against.as_path())].map(Rules::load);
    let [rules, against] = match loaded {
        [Ok(rules), Ok(against)] => [rules, against],
        [Err(errors), _] | [_, Err(errors)] => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let comparison = compared(args, &rules, against)?;
    let mut out = Output::standard();
    let written = if args.json { out.json(&comparison) } else { out.line(text(&comparison).trim_end()) };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

fn compared(args: &Args, rules: &Rules, against: Rules) -> Result<Comparison> {
    if against.placeholders != rules.placeholders {
        bail!(
            "the two files of rules have other placeholders: they read other events, which cannot be compared"
        );
    }
    let directory = Directory::default();
    let mut session =
        args.history.run(rules, &mut |event: &Event| directory.learn([event].into_iter()))?.session;
    let shows = std::io::stderr().is_terminal();
    let comparison =
        compare(&mut session.replay, Edition::always(against.params), &directory, &mut |permille| {
            if shows {
                eprint!("\r{}.{} %  ", permille / 10, permille % 10);
            }
            true
        })?;
    if shows {
        eprintln!();
    }
    Ok(comparison)
}

fn table(text: &mut String, title: &str, moves: &BTreeMap<String, Moves>) {
    if moves.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for (name, moves) in moves {
        let _ = writeln!(text, "  {name:<24} +{:<8} -{}", moves.appear, moves.vanish);
    }
}

/// A table of two places as one of one.
fn flat(of: &BTreeMap<String, BTreeMap<String, Moves>>) -> BTreeMap<String, Moves> {
    let pairs = of.iter().flat_map(|(place, by_level)| {
        by_level.iter().map(move |(level, moves)| (format!("{place} {level}"), *moves))
    });
    pairs.collect()
}

fn text(comparison: &Comparison) -> String {
    let mut text = String::new();
    let Comparison { findings_before, findings_after, findings, alerts, .. } = comparison;
    let _ = writeln!(
        text,
        "{}, {} under the other rules: {} appear, {} vanish",
        counted(*findings_before as u64, "finding"),
        findings_after,
        findings.appear,
        findings.vanish
    );
    let _ = writeln!(
        text,
        "{}, {} under the other rules: {} appear, {} vanish, {} raised, {} lowered",
        counted(alerts.before as u64, "alert"),
        alerts.after,
        alerts.appear,
        alerts.vanish,
        alerts.raised,
        alerts.lowered
    );
    table(&mut text, "Findings by rule (结论按规则)", &comparison.by_rule);
    table(&mut text, "Findings by department (结论按部门)", &comparison.by_department);
    table(&mut text, "Findings by month (结论按月)", &comparison.by_month);
    table(&mut text, "Alerts by rule (预警按规则)", &alerts.by_rule);
    table(&mut text, "Alerts by level (预警按级别)", &alerts.by_level);
    table(&mut text, "Alerts by department and level (预警按部门、级别)", &flat(&alerts.by_department));
    table(&mut text, "Alerts by month and level (预警按月、级别)", &flat(&alerts.by_month));
    for (title, examples) in
        [("Appear (新增)", &comparison.examples.appear), ("Vanish (消失)", &comparison.examples.vanish)]
    {
        if !examples.is_empty() {
            let _ = writeln!(text, "\n{title}");
            examples.iter().for_each(|finding| text.push_str(&super::replay::entry(finding)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn a_rule_that_asks_for_less_finds_more_and_the_other_way_round_the_same_vanishes() {
        let path = format!("{}/../tests/cases/pri-02-three-are-too-few.json", env!("CARGO_MANIFEST_DIR"));
        let case: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("the case")).expect("JSON");
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("is written");
            path.to_string_lossy().into_owned()
        };
        let events = file("events.json", &case["events"].to_string());
        let (four, three) = (file("four.toml", "run_min = 4"), file("three.toml", "run_min = 3"));
        let compared = |rules: &str, against: &str| {
            let command = ["backtest", &events, "--rules", rules, "--against", against];
            let args = Only::try_parse_from(command).expect("a command").args;
            let [rules, against] =
                [rules, against].map(|file| Rules::load(Some(file.as_ref())).expect("rules"));
            super::compared(&args, &rules, against).expect("is compared")
        };
        let (fewer, more) = (compared(&three, &four), compared(&four, &three));
        assert_eq!(more.by_rule.get("PRI-02"), Some(&Moves { appear: 1, vanish: 0 }));
        assert_eq!(fewer.by_rule.get("PRI-02"), Some(&Moves { appear: 0, vanish: 1 }));
        assert_eq!(more.examples.appear, fewer.examples.vanish);
        let text = text(&more);
        assert!(text.contains("1 appear, 0 vanish") && text.contains("PRI-02"), "{text}");
    }
}
