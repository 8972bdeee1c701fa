//! Replays of the cases, through files.

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
        // Data-quality rows are no findings, and in no file.
        let finds = |rule: Rule| !rule.is_of_quality();
        let computed = |rule: &Json| rule.as_str().and_then(Rule::of).is_some_and(finds);
        let rules: Vec<&Json> =
            case["rules"].as_array().expect("rules").iter().filter(|rule| computed(rule)).collect();
        if rules.is_empty() {
            continue;
        }
        let workers = (1 + at % 2).to_string();
        let now = case["now"].as_str().expect("a now");
        let (findings, changes, good) = replayed(&lines, &["--now", now, "--strict", "--workers", &workers]);
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
        assert_eq!(summed(&changes), named_by(&findings), "{}: changes add up to the findings", case["case"]);
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
        (
            vec!["a", "--format", "ggzy", "--codes", "/nowhere/codes"],
            "cannot read the code sets /nowhere/codes",
        ),
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

#[test]
fn the_watch_list_is_written_a_line_an_entry() {
    let (lines, now) = case("dev-07-same-ip");
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::write(path("in"), lines).expect("a file");
    let code = run(&args(&[&path("in"), "--now", &now, "--watchlist", &path("out")])).expect("a replay");
    assert_eq!(code, ExitCode::SUCCESS);
    let text = fs::read_to_string(path("out")).expect("an output");
    let entries: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let parties: Vec<&str> = entries.iter().map(|e| e["party"].as_str().expect("a party")).collect();
    assert!(!parties.is_empty() && parties.is_sorted(), "{parties:?}");
    let named = |entry: &&Json| {
        let causes = entry["causes"].as_array().expect("causes");
        causes.iter().any(|cause| cause["rule"] == "DEV-07" && cause["points"] == "5")
    };
    assert_eq!(entries.iter().filter(named).count(), 2, "{entries:?}");
}
