//! `xiezhi rules`: every rule, or the page of one: what it says, what it rests on, how it is computed.

use super::output::{Output, unless_pipe_closed};
use crate::config::{EXIT_CODE, Rules};
use crate::rule_page::{RulePage, find};
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::Rule;

/// `xiezhi rules`
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  xiezhi rules
  xiezhi rules DEV-01 --rules haikou.toml")]
pub struct Args {
    /// The rule whose page to show; without it all are listed.
    #[arg(value_name = "RULE")]
    rule: Option<String>,
    /// A file of rules: `profile`, `placeholders`, `[thresholds]`.
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

/// A rule as it is listed.
#[derive(Serialize)]
struct Listed {
    rule: &'static str,
    severity: &'static str,
    zh: &'static str,
    en: &'static str,
}

/// Runs the command.
///
/// # Errors
/// If there is no such rule, or standard output cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let rules = match Rules::load(args.rules.as_deref()) {
        Ok(rules) => rules,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let rule = args.rule.as_deref().map(find).transpose()?;
    let mut out = Output::standard();
    let written = match rule {
        Some(rule) => {
            let page = RulePage::new(rule, &rules.params);
            if args.json { out.json(&page) } else { out.line(text(&page).trim_end()) }
        }
        None if args.json => out.json(&list(&rules.params)),
        None => list(&rules.params)
            .iter()
            .try_for_each(|rule| out.line(&format!("{}  {}  {}", rule.rule, rule.severity, rule.zh))),
    };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

fn list(params: &Params) -> Vec<Listed> {
    let listed = |rule: &Rule| {
        let sheet = rule.sheet();
        Listed { rule: sheet.id, severity: params.severity(*rule).as_str(), zh: sheet.zh, en: sheet.en }
    };
    Rule::ALL.iter().map(listed).collect()
}

/// The page for people: the sheet, then the head of the source.
fn text(page: &RulePage) -> String {
    let mut text = format!("{}  {}\n        {}\n\n", page.rule, page.zh, page.en);
    let mut field = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:<11} {value}");
    };
    let national = if page.severity == page.national_severity {
        String::new()
    } else {
        format!("; {} nationally", page.national_severity)
    };
    field("severity", &format!("{} (profile {}{national})", page.severity, page.profile));
    field("alert", &format!("{} ({})", page.topic_zh, page.topic));
    if page.basis.is_empty() {
        field("basis", "none: a bare lead");
    }
    for basis in &page.basis {
        let mark = if basis.verified { "✓ checked against the text" } else { "? not verified" };
        field("basis", &format!("{}  [{mark}]", basis.article));
    }
    field("checks", page.checks.zh);
    field("", page.checks.en);
    field("parameters", page.parameters.zh);
    field("", page.parameters.en);
    for threshold in &page.thresholds {
        let changed = if threshold.value == threshold.default {
            String::new()
        } else {
            format!(" (built in: {})", threshold.default)
        };
        field("threshold", &format!("{} = {}{changed}: {}", threshold.key, threshold.value, threshold.about));
    }
    let _ = writeln!(text, "\n{}", page.page);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use xiezhi_dataflows::params::Profile;

    #[test]
    fn every_rule_is_listed_with_its_severity_under_the_profile() {
        let profile = Profile::named("fujian").expect("built in");
        let listed = list(&Params { profile, ..Params::default() });
        assert_eq!(listed.len(), Rule::ALL.len());
        assert!(listed.iter().any(|rule| rule.rule == "DEV-01" && rule.severity == "D"));
    }

    #[test]
    fn a_page_shows_the_sheet_and_the_head_of_the_source() {
        let profile = Profile::named("fujian").expect("built in");
        let params = Params { profile, ..Params::default() };
        let shown = text(&RulePage::new(Rule::Dev01, &params));
        for part in
            ["D (profile fujian; S nationally)", "? not verified", "围标串标线索", "*Law.*", "调取上传日志"]
        {
            assert!(shown.contains(part), "{part} is not in\n{shown}");
        }
        assert!(shown.contains("those of the day on which the section was announced"), "{shown}");
        assert!(text(&RulePage::new(Rule::Dev07, &params)).contains("none: a bare lead"));
        let many = text(&RulePage::new(Rule::His02, &params));
        assert!(many.contains("the newest of the edition in force"), "{many}");
    }
}
