//! Do order, repetition and corrections come out right?

mod support;

use std::sync::Arc;
use support::{Came, adapt, text};
use xiezhi_adapters::{Adapter, Codes, Format, Place};
use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise::Placeholders;

const ROW: &str = r#"{"table": "GY_BIDDER_MAKE_TOOL_INFO", "row": {"DATA_KEY": "k", "PLATFORM_CODE": "P",
    "DATA_TIMESTAMP": "$AT", "BID_SECTION_CODE": "S1", "BIDDER_ORG_CODE": "B1", "MAC_ADDRESS": "$MAC"}}"#;

fn row(time: &str, mac: &str) -> String {
    ROW.replace("$AT", time).replace("$MAC", mac)
}

fn names(came: &Came) -> Vec<(&str, &str)> {
    fn of<'c>(event: &'c Json, key: &str) -> &'c str {
        event.get(key).and_then(Json::as_str).unwrap_or_default()
    }
    came.events.iter().map(|event| (of(event, "type"), of(event, "id"))).collect()
}

#[test]
fn a_row_that_comes_twice_gives_the_same_events_twice() {
    let row = row("2026-02-10 10:00:00", "3C-52");
    let came = adapt(Format::Ggzy, [row.as_str(), &row]);
    assert_eq!(came.events.len(), 2);
    assert_eq!(came.events[0], came.events[1]);
}

#[test]
fn a_corrected_row_takes_the_place_of_the_one_before_in_any_order() {
    let rows = [
        row("2026-02-10 10:00:00", "AA-AA"),
        row("2026-02-10 11:00:00", "BB-BB"),
        row("2026-02-10 12:00:00", "CC-CC"),
    ];
    let first = adapt(Format::Ggzy, rows.iter().map(String::as_str));
    assert_eq!(
        names(&first),
        [
            ("bid.submitted", "k@20260210T100000"),
            ("bid.submitted", "k@20260210T110000"),
            ("event.retracted", "k@20260210T100000/superseded"),
            ("bid.submitted", "k@20260210T120000"),
            ("event.retracted", "k@20260210T110000/superseded"),
        ]
    );
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let came = adapt(Format::Ggzy, order.map(|at| rows[at].as_str()));
        assert_eq!(came.sorted(), first.sorted(), "{order:?}");
    }
}

#[test]
fn a_row_is_corrected_that_came_before_this_adapter_was_made() {
    let ids = [
        "k@20260210T100000",
        "k@20260210T110000/a",
        "k@20260210T110000/b",
        "k@20260210T100000/superseded",
        "k@x",
    ];
    let memory = move |source: &str, key: &str| {
        assert_eq!((source, key), ("/ggzy/P/GY_BIDDER_MAKE_TOOL_INFO", "k"));
        ids.iter().map(|id| (*id).to_owned()).collect()
    };
    let adapter = Adapter::new(Format::Ggzy, Arc::new(Codes::default()), Placeholders::default());
    let mut adapter = adapter.remembering(Box::new(memory));
    let place = Place { name: "in".into(), line: 1 };
    let made = adapter.take(row("2026-02-10 12:00:00", "CC-CC").as_bytes(), &place);
    let events: Vec<Json> = made.into_iter().map(|made| made.event.expect("an event")).collect();
    let came = Came { events, ..Came::default() };
    assert_eq!(
        names(&came),
        [
            ("bid.submitted", "k@20260210T120000"),
            ("event.retracted", "k@20260210T110000/a/superseded"),
            ("event.retracted", "k@20260210T110000/b/superseded"),
        ]
    );
}

#[test]
fn one_version_with_two_contents_keeps_both_for_the_door_to_refuse_the_second() {
    let (one, other) = (row("2026-02-10 10:00:00", "AA-AA"), row("2026-02-10 10:00:00", "BB-BB"));
    let came = adapt(Format::Ggzy, [one.as_str(), &other]);
    let names = names(&came);
    assert_eq!(names[0], names[1]);
    assert_ne!(text(&came.events[0]), text(&came.events[1]));
}

#[test]
fn orders_and_candidates_find_each_other_in_any_order() {
    let rows: Vec<String> = ["TENDER_FILE_BUYYER_INFO", "TENDER_CANDIDATE", "TENDER_LIST"]
        .into_iter()
        .flat_map(|table| {
            let rows =
                std::fs::read_to_string(support::path(&format!("tables/{table}.ndjson"))).expect("rows");
            rows.lines().map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    let forward = adapt(Format::Ggzy, rows.iter().map(String::as_str));
    let backward = adapt(Format::Ggzy, rows.iter().rev().map(String::as_str));
    assert_eq!(forward.sorted(), backward.sorted());
    let proposed = forward.events.iter().filter(|event| event.get("type") == Some(&"award.proposed".into()));
    assert_eq!(proposed.count(), 1);
}

#[test]
fn a_later_compiled_release_takes_the_place_of_the_one_before() {
    let release = |tag: &str, date: &str, id: &str| {
        format!(
            r#"{{"ocid": "ocds-x-1", "id": "{id}", "date": "{date}", "tag": ["{tag}"],
            "bids": {{"details": [{{"id": "b", "tenderers": [{{"id": "F"}}]}}]}}}}"#
        )
    };
    let (one, two) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    let came = adapt(Format::Ocds, [release("compiled", one, "a").as_str(), &release("compiled", two, "b")]);
    let retracted = names(&came).iter().filter(|(kind, _)| *kind == "event.retracted").count();
    assert_eq!((came.events.len(), retracted), (6, 2));
    let came = adapt(Format::Ocds, [release("bid", one, "a").as_str(), &release("bid", two, "b")]);
    assert_eq!(came.events.len(), 4, "releases that are not compiled add up");
}
