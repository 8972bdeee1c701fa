//! Coverage, over files of events.

use super::*;
use clap::Parser;
use serde_json::{Value, json};

#[derive(Parser)]
struct Only {
    #[command(flatten)]
    args: Args,
}

fn covered(events: &[Value]) -> Coverage {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("events.json");
    std::fs::write(&file, Value::from(events.to_vec()).to_string()).expect("a file");
    let args = Only::try_parse_from(["coverage", &file.to_string_lossy()]).expect("a command line").args;
    coverage(&args, &Rules::default()).expect("a coverage")
}

fn event(id: &str, source: &str, at: &str, kind: &str, data: Value) -> Value {
    json!({"specversion": "1.0", "id": id, "source": source, "type": kind, "time": at, "data": data})
}

fn bid(id: &str, section: &str, code: &str, more: &Value) -> Value {
    let mut data = json!({
        "section": section, "submitted_at": "2026-02-09T15:00:00+08:00", "bidder": {"code": code},
    });
    if let (Some(data), Value::Object(more)) = (data.as_object_mut(), more) {
        data.extend(more.clone());
    }
    event(id, "/platform", "2026-02-09T15:00:00+08:00", "bid.submitted", data)
}

fn announced(id: &str, source: &str, at: &str, section: &str) -> Value {
    let data = json!({
        "section": section, "project": "P1", "announced_at": "2026-01-10T09:00:00+08:00",
        "opening_at": "2026-02-10T09:00:00+08:00",
    });
    event(id, source, at, "section.announced", data)
}

#[test]
fn outcomes_are_counted_by_rule_and_source_with_what_was_missing() {
    let (a, b) = ("91990000MAR6C1F0KN", "91990000MA0UL8KF37");
    let lock = json!({"pricing_lock": "GLD-1"});
    let coverage = covered(&[
        // E1: announced by one system, the bids came by another, and before it.
        bid("1", "E1", a, &lock),
        bid("2", "E1", b, &lock),
        announced("3", "/notices", "2026-02-10T15:00:00+08:00", "E1"),
        announced("4", "/later", "2026-02-11T15:00:00+08:00", "E1"),
        // E2: never announced.
        bid("5", "E2", a, &json!({})),
        bid("6", "E2", b, &json!({})),
    ]);
    assert_eq!(coverage.sections, 2);
    let sources: Vec<_> = coverage.sources.iter().map(|s| (s.source.as_str(), s.sections)).collect();
    assert_eq!(sources, [("/notices", 1), ("/platform", 1)]);
    let of = |source: usize, id| {
        coverage.sources[source].rules.iter().find(|rule| rule.rule == id).expect("the rule")
    };
    let lock = of(0, "DEV-03");
    assert_eq!((lock.concluded, lock.triggered, lock.insufficient_data), (1, 1, 0));
    let lock = of(1, "DEV-03");
    assert_eq!((lock.concluded, lock.insufficient_data), (0, 1));
    assert_eq!(lock.missing.iter().map(|m| m.sections).collect::<Vec<_>>(), [1]);
    assert!(lock.missing[0].field.contains("pricing_lock"), "{lock:?}");
    for rule in coverage.sources.iter().flat_map(|source| &source.rules) {
        let all = rule.concluded + rule.insufficient_data + rule.not_applicable + rule.error;
        assert_eq!(all, 1, "{rule:?}");
    }
    // Rules on files and scores are counted too; those over many sections judge none.
    assert!(coverage.sources[0].rules.iter().any(|rule| rule.rule == "DOC-01"));
    assert!(!coverage.sources[0].rules.iter().any(|rule| rule.rule == "DEV-12"));
    let text = text(&coverage);
    assert!(text.starts_with("2 sections at ") && text.contains("来源 /notices  (1 section)"), "{text}");
}

#[test]
fn the_three_fields_that_miss_most_are_told() {
    let missing = BTreeMap::from([("a", 1), ("b", 5), ("c", 2), ("d", 2)]);
    let rule = Count { missing, ..Count::default() }.of(Rule::Dev01);
    assert_eq!(rule.insufficient_data, 10);
    let shown: Vec<_> = rule.missing.iter().map(|m| (m.field, m.sections)).collect();
    assert_eq!(shown, [("b", 5), ("c", 2), ("d", 2)]);
}
