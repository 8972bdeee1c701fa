//! Do the project's own cases come out to the letter? One JSON file a case, see `tests/cases/README.md`.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use xiezhi_dataflows::event::Door;
use xiezhi_dataflows::normalise::{Instant, Placeholders};
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::replay::{Replay, Taken};
use xiezhi_dataflows::rules::Rule;

#[derive(Deserialize)]
struct Case {
    case: String,
    rules: Vec<String>,
    now: String,
    events: Vec<serde_json::Value>,
    expect: Vec<Expected>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug, Clone)]
struct Expected {
    rule: String,
    section: Option<String>,
    parties: Vec<String>,
}

/// The findings of a case for the rules it names, and the rows of those that speak of the data alone, by replay on
/// `workers` workers.
fn found(case: &Case, workers: usize) -> Vec<Expected> {
    let now = Instant::parse(&case.now).expect("a case's now is an instant").0;
    let door = Door::new(&[7; 32], Placeholders::default());
    let params = Params::default();
    let mut replay = Replay::new(door, Placeholders::default(), params, workers, Some(now), None);
    for event in &case.events {
        let taken = replay.event(event.to_string().as_bytes());
        assert!(matches!(taken, Taken::Accepted | Taken::Duplicate), "{}: {taken:?}", case.case);
    }
    replay.finish();
    assert!(replay.miscounted().is_empty(), "{}: {:?}", case.case, replay.miscounted());
    let of_quality = |rule: &str| Rule::of(rule).is_some_and(Rule::is_of_quality);
    let rows = replay.quality().into_iter().filter(|row| of_quality(&row.rule));
    let all = replay.findings().into_iter().chain(rows).filter(|f| case.rules.contains(&f.rule));
    all.map(|f| Expected { rule: f.rule, section: f.section, parties: f.parties }).collect()
}

/// "*" as a section matches any.
fn agrees(found: &[Expected], expected: &[Expected]) -> bool {
    let matches = |f: &Expected, e: &Expected| {
        f.rule == e.rule
            && f.parties == e.parties
            && (e.section.as_deref() == Some("*") || f.section == e.section)
    };
    found.iter().all(|f| expected.iter().any(|e| matches(f, e)))
        && expected.iter().all(|e| found.iter().any(|f| matches(f, e)))
        && found.iter().collect::<BTreeSet<_>>().len() == found.len()
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let files = std::fs::read_dir(&folder).expect("the cases are beside the crate");
    let mut paths: Vec<_> = files.map(|file| file.expect("a readable folder").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let read = |path| std::fs::read_to_string(path).expect("a readable case");
    paths.iter().map(|path| serde_json::from_str(&read(path)).expect("a well-formed case")).collect()
}

#[test]
fn every_case_of_a_computed_rule_comes_out_exactly() {
    let (mut checked, mut wrong, mut waiting) = (0, Vec::new(), Vec::new());
    for mut case in cases() {
        case.rules.retain(|rule| Rule::of(rule).is_some());
        case.expect.retain(|expected| Rule::of(&expected.rule).is_some());
        if case.rules.is_empty() {
            waiting.push(case.case);
            continue;
        }
        checked += 1;
        let found = found(&case, 1 + checked % 2);
        if !agrees(&found, &case.expect) {
            wrong.push(format!("{}:\n  found    {found:?}\n  expected {:?}", case.case, case.expect));
        }
    }
    println!("{checked} cases checked, {} wait for their rules: {waiting:?}", waiting.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked >= 30, "only {checked} cases were checked");
}
