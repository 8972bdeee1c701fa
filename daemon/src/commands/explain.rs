//! `xiezhi explain`: every rule's outcome on one section, and why there was or was no finding.
//!
//! By the same function, on the same rows, as the judgement itself: what is told here is what the engine concluded.

use super::history::{History, HistoryArgs};
use super::output::{Output, unless_pipe_closed};
use super::replay::entry;
use crate::config::{EXIT_CODE, Rules};
use crate::explained::{Explained, bidders, of_bidders};
use anyhow::{Context, Result};
use std::fmt::Write;
use std::process::ExitCode;
use xiezhi_dataflows::finding::Value;
use xiezhi_dataflows::normalise;

/// `xiezhi explain`
#[derive(clap::Args)]
pub struct Args {
    /// The section's code.
    section: String,
    #[command(flatten)]
    history: HistoryArgs,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// If something cannot be read or written, or the section is in none of the files.
pub fn run(args: &Args) -> Result<ExitCode> {
    let rules = match Rules::load(args.history.rules()) {
        Ok(rules) => rules,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let explained = explained(args, &rules)?;
    let mut out = Output::standard();
    let written = if args.json { out.json(&explained) } else { out.line(text(&explained).trim_end()) };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

fn explained(args: &Args, rules: &Rules) -> Result<Explained> {
    let section = normalise::code(&args.section).into_owned();
    let History { session, on_record, .. } = args.history.run(rules, &mut |_| {})?;
    let replay = &session.replay;
    let explanation = replay.explain(&section);
    let explanation = explanation.with_context(|| format!("no event about section {section} holds there"))?;
    let history = of_bidders(replay.findings(), &bidders(&explanation, replay.symbols()));
    let mut explained = Explained::new(&section, replay.now(), &explanation, history, replay.symbols());
    explained.add_quality(replay.quality().into_iter().filter(|row| row.section.as_ref() == Some(&section)));
    explained.edition = on_record.and_then(|editions| editions.number_of(&explanation.params));
    Ok(explained)
}

fn text(explained: &Explained) -> String {
    let mut text = format!("标段 {}", explained.section);
    let now = explained.now.as_deref().unwrap_or("no time");
    let edition = explained.edition.map(|number| format!(", edition {number}")).unwrap_or_default();
    let Explained { rows, profile, .. } = explained;
    let _ = writeln!(text, "  ({rows} rows of facts, at {now}, profile {profile}{edition})\n");
    for rule in &explained.outcomes {
        let reason = rule.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        let _ = writeln!(text, "{}  {}  {}", rule.rule, word(rule.outcome), rule.zh);
        if !reason.is_empty() {
            let _ = writeln!(text, "      {}{reason}", rule.outcome);
        }
        if !rule.measured.is_empty() {
            let measured = rule.measured.iter().map(|m| format!("{} {}", m.name, plain(&m.value)));
            let _ = writeln!(text, "      measured: {}", measured.collect::<Vec<_>>().join(", "));
        }
        if rule.outcome == "triggered" {
            let articles = rule.basis.iter().map(|basis| {
                format!("{}{}", basis.article, if basis.verified { "" } else { " (unverified)" })
            });
            let basis = articles.collect::<Vec<_>>().join("; ");
            let basis = if basis.is_empty() { "a bare lead" } else { &basis };
            let _ = writeln!(text, "      severity {}, basis: {basis}", rule.severity);
            rule.findings.iter().for_each(|finding| text.push_str(&entry(finding)));
        }
    }
    for (title, findings) in [
        ("Data quality (数据质量)", &explained.quality),
        ("Findings over the whole history that name a bidder of this section (跨标段)", &explained.history),
    ] {
        if !findings.is_empty() {
            let _ = writeln!(text, "\n{title}");
            findings.iter().for_each(|finding| text.push_str(&entry(finding)));
        }
    }
    text
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Count(count) => count.to_string(),
    }
}

/// The outcome for people, in both languages, of one width.
fn word(outcome: &str) -> &'static str {
    match outcome {
        "triggered" => "● 触发 triggered   ",
        "not_triggered" => "○ 未触发 no         ",
        "insufficient_data" => "? 缺数据 no data    ",
        "not_applicable" => "– 不适用 n/a        ",
        _ => "! 出错 error        ",
    }
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

    fn explain(section: &str, case: &str) -> Result<Explained> {
        let path = format!("{}/../tests/cases/{case}.json", env!("CARGO_MANIFEST_DIR"));
        let case: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("events.json");
        std::fs::write(&file, case["events"].to_string())?;
        let file = file.to_string_lossy();
        let now = case["now"].as_str().unwrap_or_default();
        let args = Only::try_parse_from(["explain", section, &file, "--now", now])?.args;
        explained(&args, &Rules::default())
    }

    #[test]
    fn every_section_rule_is_told_with_its_outcome() {
        let explained = explain("e46010000011422001 ", "dev-07-same-ip").expect("the section is there");
        let of = |id| explained.outcomes.iter().find(|rule| rule.rule == id).expect("a section rule");
        assert_eq!((of("DEV-07").outcome, of("DEV-07").severity), ("triggered", "L"));
        assert_eq!(of("DEV-07").findings.len(), 1);
        let undecided = explained.outcomes.iter().filter(|rule| rule.reason.is_some());
        assert!(undecided.count() > 0, "a reason is told");
        let text = text(&explained);
        assert!(text.contains("DEV-07  ● 触发") && text.contains("ip:59.49.7.7"), "{text}");
    }

    #[test]
    fn history_findings_of_its_bidders_are_shown() {
        let path = format!(
            "{}/../tests/cases/dev-12-lock-travels-between-sections.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let case = std::fs::read_to_string(path).expect("the case");
        let case: serde_json::Value = serde_json::from_str(&case).expect("JSON");
        let events = case["events"].as_array().expect("events");
        let bid = events.iter().find(|event| event["type"] == "bid.submitted").expect("a bid");
        let section = bid["data"]["section"].as_str().expect("its section");
        let explained =
            explain(section, "dev-12-lock-travels-between-sections").expect("the section is there");
        assert!(explained.history.iter().any(|finding| finding.rule == "DEV-12"), "{:?}", explained.history);
    }

    #[test]
    fn a_section_that_is_not_there_is_said() {
        let error = explain("NOWHERE", "dev-07-same-ip").expect_err("no such section");
        assert_eq!(error.to_string(), "no event about section NOWHERE holds there");
    }
}
