//! Does coverage agree with itself? What the daemon counts as it goes and what the command counts over the same journal.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use xiezhi_tests::events::ndjson;
use xiezhi_tests::{Client, Home, eventually, run};

/// How many sections, by rule, source and outcome.
type Counts = BTreeMap<(String, String, String), u64>;

/// By `/metrics`.
fn scraped(client: &Client) -> Counts {
    let text = client.get("/metrics").text();
    let samples = text.lines().filter_map(|line| line.strip_prefix("xiezhi_rule_sections{"));
    let sample = |line: &str| {
        let (labels, value) = line.split_once("} ")?;
        let label = |name: &str| {
            let (_, rest) = labels.split_once(&format!("{name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let value = value.parse::<u64>().ok().filter(|value| *value > 0)?;
        Some(((label("rule")?, label("source")?, label("outcome")?), value))
    };
    samples.filter_map(sample).collect()
}

/// By the command.
fn commanded(home: &Home) -> Counts {
    let data = home.data();
    let ran = run(&["coverage", "--data-dir", &data.to_string_lossy(), "--json"]).well();
    let coverage = ran.json_lines().remove(0);
    let mut counts = Counts::new();
    for source in coverage["sources"].as_array().expect("sources") {
        for rule in source["rules"].as_array().expect("rules") {
            let count = |field: &str| rule[field].as_u64().expect("a count");
            for (outcome, value) in [
                ("triggered", count("triggered")),
                ("not_triggered", count("concluded") - count("triggered")),
                ("insufficient_data", count("insufficient_data")),
                ("not_applicable", count("not_applicable")),
                ("error", count("error")),
            ] {
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                if value > 0 {
                    counts.insert((text(&rule["rule"]), text(&source["source"]), outcome.to_owned()), value);
                }
            }
        }
    }
    counts
}

/// What the two do not have in common.
fn differences<'a>(a: &'a Counts, b: &'a Counts) -> Vec<String> {
    let only = |these: &'a Counts, those: &'a Counts, what: &'static str| {
        let only = these.iter().filter(|(place, value)| those.get(*place) != Some(*value));
        only.map(move |(place, value)| format!("{what}: {place:?} {value}"))
    };
    only(a, b, "metric").chain(only(b, a, "command")).collect()
}

#[test]
fn the_metric_says_what_the_command_says_of_a_venue_under_whatever_rules_and_after_a_restart() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let file = home.path("events.ndjson");
    run(&[
        "simulate",
        "--days",
        "40",
        "--seed",
        "7",
        "--bids-per-day",
        "30",
        "--out",
        &file.to_string_lossy(),
    ])
    .well();
    let mut events: Vec<Value> = std::fs::read_to_string(&file)
        .expect("a file")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    // Sections come from three systems.
    for (at, event) in events.iter_mut().enumerate() {
        if event["type"] == "section.announced" {
            event["source"] = json!(format!("/platform/{}", at % 3));
        }
    }
    for batch in events.chunks(1000) {
        let answer = client.try_post("application/x-ndjson", ndjson(batch)).expect("an answer");
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    agree(&home, &client);
    let counts = commanded(&home);
    let of =
        |rule: &str| counts.iter().filter(|((of, ..), _)| of == rule).map(|(_, count)| count).sum::<u64>();
    let sections = of("DEV-01");
    assert!(sections > 50, "{sections} sections");
    for rule in ["DOC-01", "PRI-05", "EXP-08", "EXP-09", "EXP-10", "EXP-14", "EXP-15"] {
        assert_eq!(of(rule), sections, "{rule} is told of every section");
    }
    let sources: std::collections::BTreeSet<&String> = counts.keys().map(|(_, source, _)| source).collect();
    assert!(sources.len() >= 3, "{sources:?}");

    let rules =
        json!({"reason": "试行", "rules": {"thresholds": {"run_min": 3, "cells_min": 1, "items_min": 1}}});
    let answer = client.ask("PUT", "/api/v1/rules", &[], rules.to_string().into_bytes()).expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());
    eventually("the edition in force", || {
        (client.get_json("/api/v1/rules")["putting_in_force"]["left"] == 0).then_some(())
    });
    agree(&home, &client);

    daemon.terminate();
    let (_daemon, client) = home.start();
    agree(&home, &client);
}

/// Waits until both say the same.
fn agree(home: &Home, client: &Client) {
    eventually("all is published", || (client.metric("xiezhi_frontier_lag_commits") == 0.0).then_some(()));
    let commanded = commanded(home);
    let mut last = Vec::new();
    for _ in 0..100 {
        last = differences(&scraped(client), &commanded);
        if last.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{}", last.join("\n"));
}
