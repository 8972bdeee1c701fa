//! Do the commands do what they say? Each as a person at a shell runs it: arguments, files, output, exit status.

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;
use xiezhi_dataflows::rules::Rule;
use xiezhi_tests::events::{case, ndjson};
use xiezhi_tests::{Ran, run, run_with};

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder for the test"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        let text = std::fs::read_to_string(self.path(name)).expect("a file");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// Simulates a venue of some days; gives the paths of its events and of the truth.
    fn venue(&self, name: &str, more: &[&str]) -> (String, String) {
        let path = self.path(&format!("{name}.ndjson"));
        let days =
            ["simulate", "--days", "8", "--bids-per-day", "40", "--scheme-share", "0.4", "--out", &path];
        run(&[&days, more].concat()).well();
        (path, format!("{name}.truth.ndjson"))
    }
}

fn set(findings: &[Value]) -> BTreeSet<String> {
    findings.iter().map(Value::to_string).collect()
}

/// A finding's name: what of it does not change while it holds.
fn name(finding: &Value) -> String {
    format!("{}|{}|{}", finding["rule"], finding["section"], finding["key"])
}

#[test]
fn help_names_every_command_and_a_wrong_command_line_ends_with_2() {
    let help = run(&["--help"]).well().out;
    for command in ["serve", "demo", "replay", "simulate", "bench", "explain", "check-config", "deliver-test"]
    {
        assert!(help.contains(command), "{command} is not in\n{help}");
        assert!(run(&[command, "--help"]).well().out.contains("Usage: xiezhi"), "{command}");
    }
    assert!(run(&["--version"]).well().out.starts_with("xiezhi 0."));
    for wrong in
        [&["serv"][..], &["serve", "--prot", "1"], &[], &["replay"], &["explain"], &["bench", "--bids", "x"]]
    {
        let ran = run(wrong);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {ran:?}");
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{wrong:?}: {ran:?}");
    }
}

#[test]
fn check_config_shows_what_it_understood_or_names_every_mistake() {
    let folder = Folder::new();
    let good = folder.write(
        "good.toml",
        "listen = \"127.0.0.1:9000\"\n[engine]\nworkers = 2\n[rules]\nprofile = \"fujian\"\n",
    );
    let ran = run(&["check-config", "--config", &good]).well();
    for word in ["127.0.0.1:9000", "fujian", "engine.workers", "2"] {
        assert!(ran.out.contains(word), "{word} is not in\n{}", ran.out);
    }
    run(&["check-config"]).well();

    folder.write("rules.toml", "run_min = 1\n");
    let text = "listen = \"0.0.0.0:80\"\ndata_dri = \"x\"\n[engine]\nworkers = 0\n[redis]\nurl = \"http://x\"\n\
                [rules]\nthresholds = \"rules.toml\"\n";
    let bad = folder.write("bad.toml", text);
    for command in ["check-config", "serve"] {
        let ran = run(&[command, "--config", &bad]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(64), ""), "{command}: {ran:?}");
        for mistake in [
            "5 mistakes",
            "listen: ",
            "data_dri: ",
            "engine.workers: ",
            "redis.url: begins with http:",
            "run_min: is 1",
        ] {
            assert!(ran.err.contains(mistake), "{command}: {mistake} is not in\n{}", ran.err);
        }
    }
    assert!(!Path::new(&folder.path("xiezhi-data")).exists(), "nothing is made by a wrong configuration");
    let ran = run(&["check-config", "--config", &folder.path("none.toml")]);
    assert_eq!(ran.code, Some(64), "{ran:?}");
}

#[test]
fn the_same_seed_simulates_the_same_bytes_and_another_one_others() {
    let folder = Folder::new();
    let read = |path: &str| std::fs::read(path).expect("a file");
    let (first, truth) = folder.venue("first", &["--seed", "5"]);
    let (again, truth_again) = folder.venue("again", &["--seed", "5"]);
    let (other, _) = folder.venue("other", &["--seed", "6"]);
    assert_eq!(read(&first), read(&again));
    assert_ne!(read(&first), read(&other));
    assert_eq!(folder.lines(&truth), folder.lines(&truth_again));
    let shown = run(&[
        "simulate",
        "--days",
        "8",
        "--bids-per-day",
        "40",
        "--scheme-share",
        "0.4",
        "--seed",
        "5",
        "--out",
        "-",
    ]);
    assert_eq!(shown.well().out.into_bytes(), read(&first));
    let holds = folder.lines(&truth).iter().filter(|line| line["holds"] == true).count();
    assert!(holds >= 5, "{holds} findings to expect");
    assert_eq!(run(&["simulate", "--days", "0", "--out", &first]).code, Some(1));
    assert_eq!(read(&first), read(&again), "a refused command writes nothing");
}

#[test]
fn a_replay_finds_what_was_planted_and_its_changes_add_up_to_it() {
    let folder = Folder::new();
    let (events, truth) = folder.venue("venue", &["--seed", "9"]);
    let (findings, changes) = (folder.path("findings"), folder.path("changes"));
    let ran = run(&["replay", &events, "--findings", &findings, "--changes", &changes, "--strict"]).well();
    assert!(ran.err.contains("0 duplicate, 0 in conflict, 0 refused"), "{}", ran.err);
    let held = folder.lines("findings");

    let of = |finding: &Value| format!("{} {} {}", finding["rule"], finding["section"], finding["parties"]);
    let found: BTreeSet<String> = held.iter().map(of).collect();
    let truth = folder.lines(&truth);
    let implemented =
        truth.iter().filter(|line| Rule::of(line["rule"].as_str().unwrap_or_default()).is_some());
    let (holds, gone): (Vec<&Value>, Vec<&Value>) = implemented.partition(|line| line["holds"] == true);
    assert!(holds.len() >= 5);
    for planted in holds {
        assert!(found.contains(&of(planted)), "planted and not found: {planted}");
    }
    for planted in gone {
        assert!(!found.contains(&of(planted)), "taken back and still there: {planted}");
    }

    // Everything that appeared and was not withdrawn holds at the end.
    let mut standing = std::collections::BTreeMap::new();
    let mut last = String::new();
    for change in folder.lines("changes") {
        let at = change["at"].as_str().expect("a time").to_owned();
        assert!(at >= last, "time goes on");
        last = at;
        let finding = change["finding"].clone();
        match change["change"].as_str() {
            Some("withdrawn") => drop(standing.remove(&name(&finding))),
            _ => drop(standing.insert(name(&finding), finding)),
        }
    }
    assert_eq!(set(&standing.into_values().collect::<Vec<_>>()), set(&held));
}

#[test]
fn a_replay_gives_the_same_from_gzip_from_standard_input_in_any_order_and_by_more_workers() {
    let folder = Folder::new();
    let case = case("dev-12-lock-travels-between-sections");
    let text = ndjson(&case.events);
    let plain = folder.write("plain", &text);
    let replay = |more: &[&str], input: &[u8]| -> BTreeSet<String> {
        let line = ["replay", "--now", &case.now, "--findings", "-"];
        set(&run_with(&[&line, more].concat(), input).well().json_lines())
    };
    let expected = replay(&[&plain], b"");
    assert!(!expected.is_empty());
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).expect("into memory");
    let packed = packed.finish().expect("into memory");
    assert_eq!(replay(&[&folder.write("packed.gz", &packed)], b""), expected);
    assert_eq!(replay(&["-"], text.as_bytes()), expected);
    assert_eq!(replay(&["-"], &packed), expected);
    assert_eq!(replay(&["-"], Value::from(case.events.clone()).to_string().as_bytes()), expected);
    let reversed: Vec<Value> = case.events.iter().rev().cloned().collect();
    assert_eq!(replay(&["-", "--workers", "2"], ndjson(&reversed).as_bytes()), expected);
    let (one, two) = case.events.split_at(case.events.len() / 2);
    let (one, two) = (folder.write("1", ndjson(one)), folder.write("2", ndjson(two)));
    assert_eq!(replay(&[&one, &two, &one], b""), expected);

    let found: BTreeSet<String> = expected
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|f| case.rules.iter().any(|rule| f["rule"] == rule.as_str()))
        .map(|f| format!("{} {}", f["rule"], f["parties"]))
        .collect();
    assert_eq!(found, case.expect.iter().map(|e| format!("{} {}", e["rule"], e["parties"])).collect());
}

#[test]
fn under_strict_bad_lines_end_with_2_and_are_named_by_line_and_place() {
    let folder = Folder::new();
    let case = case("dev-07-same-ip");
    let mut lines: Vec<String> = ndjson(&case.events).lines().map(str::to_owned).collect();
    let mut conflict = case.events[0].clone();
    conflict["data"]["name"] = json!("another name");
    lines.insert(1, "rubbish".to_owned());
    lines.insert(3, r#"{"specversion":"1.0","id":"x","source":"/s","type":"bid.stolen"}"#.to_owned());
    lines.push(conflict.to_string());
    let file = folder.write("dirty", lines.join("\n"));
    let clean =
        run_with(&["replay", "-", "--now", &case.now, "--findings", "-"], ndjson(&case.events).as_bytes());
    let check = |ran: &Ran, code: i32| {
        assert_eq!(ran.code, Some(code), "{ran:?}");
        let last = lines.len();
        for start in [format!("{file}:2: "), format!("{file}:4: "), format!("{file}:{last}: ")] {
            assert!(ran.err.lines().any(|line| line.starts_with(&start)), "{start} is not in\n{}", ran.err);
        }
        assert!(ran.err.contains("type: ") && ran.err.contains("another content"), "{}", ran.err);
        assert!(ran.err.contains("1 in conflict, 2 refused"), "{}", ran.err);
        assert_eq!(set(&ran.json_lines()), set(&clean.json_lines()), "the good lines count all the same");
    };
    check(&run(&["replay", &file, "--now", &case.now, "--findings", "-"]), 0);
    check(&run(&["replay", &file, "--now", &case.now, "--findings", "-", "--strict"]), 2);
    let ran = run(&["replay", &folder.path("none")]);
    assert!(ran.code == Some(1) && ran.err.contains("cannot open"), "{ran:?}");
}

#[test]
fn explain_tells_every_rule_on_a_section() {
    let folder = Folder::new();
    let case = case("per-02-same-agent");
    let section = case.expect[0]["section"].as_str().expect("a section");
    let file = folder.write("events", ndjson(&case.events));
    let ran = run(&["explain", section, &file, "--now", &case.now, "--json"]).well();
    let explained = &ran.json_lines()[0];
    assert_eq!(explained["section"], section);
    let rules = explained["outcomes"].as_array().expect("rules");
    let of =
        |id: &str| rules.iter().find(|rule| rule["rule"] == id).unwrap_or_else(|| panic!("{id} is not told"));
    assert_eq!((&of("PER-02")["outcome"], &of("PER-02")["severity"]), (&json!("triggered"), &json!("D")));
    assert_eq!(of("PER-02")["findings"][0]["parties"], case.expect[0]["parties"]);
    assert!(rules.iter().any(|r| r["outcome"] == "insufficient_data" && r["reason"].is_string()));
    let text = run(&["explain", section, &file, "--now", &case.now]).well().out;
    assert!(text.contains("PER-02") && text.contains("triggered"), "{text}");
    let ran = run(&["explain", "E404", &file]);
    assert!(ran.code == Some(1) && ran.err.contains("section E404"), "{ran:?}");
}

#[test]
fn the_demo_finds_all_that_was_planted() {
    let ran = run(&["demo", "--once", "--seconds", "3", "--listen", "127.0.0.1:0"]).well();
    let line = ran.out.lines().find(|line| line.contains("planted and found: ")).expect("a summary");
    let counts = line.split("planted and found: ").nth(1).and_then(|text| text.strip_suffix('.'));
    let (found, planted) = counts.and_then(|text| text.split_once(" of ")).expect("N of N");
    assert!(found == planted && planted.parse::<u32>().is_ok_and(|planted| planted >= 10), "{line}");
    assert!(ran.out.contains("first alert after"), "{}", ran.out);
    assert!(!ran.err.contains("\"ERROR\""), "{}", ran.err);
}

#[test]
fn a_bench_is_one_line_of_json_with_its_measures() {
    let ran = run(&["bench", "--bids", "3000", "--json"]).well();
    let lines = ran.json_lines();
    let [report] = &lines[..] else { panic!("one line, not {}", ran.out) };
    assert_eq!(report["bids"], 3000);
    for key in
        ["load_bids_per_s", "rss_bytes_per_bid", "rss_peak_bytes_per_bid", "events", "sections", "findings"]
    {
        assert!(report[key].as_u64().is_some_and(|value| value > 0), "{key} of {report}");
    }
    for key in ["latency_ms", "retraction_ms", "large_section_ms", "hub_ms", "window_slot_ms"] {
        let of =
            |field: &str| report[key][field].as_f64().unwrap_or_else(|| panic!("{key}.{field} of {report}"));
        assert!(0.0 < of("p50") && of("p50") <= of("p99") && of("p99") <= of("max"), "{key} of {report}");
    }
}
