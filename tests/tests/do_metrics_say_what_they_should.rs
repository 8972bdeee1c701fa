//! Do the metrics say what they should? All of them are documented, none grows with the data, and the indicators are those of
//! the API, before and after a restart.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_simulator::{Settings, Venue};
use xiezhi_tests::events::{event, ndjson};
use xiezhi_tests::office::{self, Office, alert_of, done};
use xiezhi_tests::{Client, eventually};

/// Labels that a registry's own machinery makes.
const OF_HISTOGRAMS: [&str; 1] = ["le"];

/// How many sections somebody makes up, each in a region and with departments of its own: more than have labels.
const OUTSIDERS: usize = 150;

/// One sample: its labels.
type Labels = BTreeMap<String, String>;

/// What `/metrics` says: of each family its type, and its samples.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    samples: Vec<(Labels, f64)>,
}

fn labels_of(text: &str) -> Labels {
    let mut labels = Labels::new();
    let mut rest = text;
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"').expect("a value");
        labels.insert(name.trim_start_matches(',').to_owned(), value.to_owned());
        rest = after;
    }
    labels
}

fn families(client: &Client) -> BTreeMap<String, Family> {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current = String::new();
    for line in client.get("/metrics").text().lines() {
        if let Some(described) = line.strip_prefix("# TYPE ") {
            let (name, kind) = described.split_once(' ').expect("a name and a type");
            current = name.to_owned();
            families.entry(current.clone()).or_default().kind = kind.to_owned();
        } else if !line.starts_with('#') && !line.is_empty() {
            let (sample, value) = line.rsplit_once(' ').expect("a sample and a value");
            let labels = sample.split_once('{').map_or("", |(_, labels)| labels.trim_end_matches('}'));
            let value = value.parse().expect("a number");
            let family = families.get_mut(&current).expect("its type came before");
            family.samples.push((labels_of(labels), value));
        }
    }
    families
}

/// A line of the documentation: name, type, labels, from when it is there.
struct Documented {
    kind: String,
    labels: BTreeSet<String>,
    always: bool,
}

fn documented() -> BTreeMap<String, Documented> {
    let text = include_str!("../../docs/metrics.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let read = |row: &str| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [name, kind, labels, there, ..] = cells[..] else { panic!("{row}") };
        let labels = labels.split(',').map(|label| label.trim().trim_matches('`').to_owned());
        let labels = labels.filter(|label| !label.is_empty()).collect();
        let always = there == "always";
        (name.trim_matches('`').to_owned(), Documented { kind: kind.to_owned(), labels, always })
    };
    rows.map(read).collect()
}

#[test]
fn every_metric_is_documented_and_every_documented_one_is_there() {
    let office = Office::at("2026-02-09T09:00");
    let (_daemon, client) = office.open();
    client.accept(&office::red("E1"));
    let alert = alert_of(&client, "E1");
    let alert = done(&client, &alert, "acknowledge", &json!({}));
    done(&client, &alert, "close", &json!({"outcome": "unfounded", "note": "核实"}));
    let documented = documented();
    let undocumented = |families: &BTreeMap<String, Family>| -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, family) in families {
            let Some(row) = documented.get(name) else {
                wrong.push(format!("{name} is not documented"));
                continue;
            };
            if row.kind != family.kind {
                wrong.push(format!("{name} is a {}, and documented as a {}", family.kind, row.kind));
            }
            for (labels, _) in &family.samples {
                let own: BTreeSet<String> =
                    labels.keys().filter(|l| !OF_HISTOGRAMS.contains(&&***l)).cloned().collect();
                if own != row.labels {
                    wrong.push(format!("{name} has the labels {own:?}, documented are {:?}", row.labels));
                    break;
                }
            }
        }
        wrong
    };
    // The watchdog looks once a second.
    let families = eventually("the engine's health", || {
        Some(families(&client)).filter(|all| all.contains_key("xiezhi_engine_arrangement_rows"))
    });
    assert_eq!(undocumented(&families), Vec::<String>::new());
    let missing: Vec<&String> = documented
        .iter()
        .filter(|(name, row)| row.always && !families.contains_key(*name))
        .map(|(n, _)| n)
        .collect();
    assert!(missing.is_empty(), "documented as always there, and not there: {missing:?}");
    let rows = &families["xiezhi_engine_arrangement_rows"].samples;
    let judged = rows.iter().find(|(labels, _)| labels["arrangement"] == "judge").expect("the judge");
    assert!(judged.1 >= 3.0, "the rows of a section with two bids: {judged:?}");
    let idle = families["xiezhi_engine_idle_ratio"].samples[0].1;
    assert!((0.0..=1.0).contains(&idle), "{idle}");
    assert_eq!(client.metric("xiezhi_alert_acknowledge_seconds_count{department=\"zjj\"}"), 1.0);
    assert_eq!(client.metric("xiezhi_alert_close_seconds_count{department=\"zjj\"}"), 1.0);
    assert_eq!(client.metric("xiezhi_alert_close_seconds_count{department=\"swj\"}"), 0.0);
}

/// What the API says, by indicator: numerator, denominator, value.
fn said(client: &Client, query: &str) -> BTreeMap<String, Value> {
    let items = client.list(&format!("/api/v1/indicators?{query}"), 20);
    items.into_iter().map(|item| (item["indicator"].as_str().expect("a word").to_owned(), item)).collect()
}

#[test]
fn what_supervisors_do_is_counted_and_a_restart_counts_the_same() {
    let office = Office::at("2026-02-09T09:00");
    let (daemon, client) = office.open();
    client.accept(&[office::red("E1"), office::orange("E2")].concat());
    let [first, second] = ["E1", "E2"].map(|section| alert_of(&client, section));
    office.set_clock(office::at("2026-02-09T10:30"));
    let first = done(&client, &first, "acknowledge", &json!({}));
    office.set_clock(office::at("2026-02-09T15:00"));
    done(&client, &first, "close", &json!({"outcome": "referred_discipline"}));
    let indicators = said(&client, "department=zjj");
    let of = |id: &str| {
        let item = &indicators[id];
        (
            item["numerator"].as_str().expect("text").to_owned(),
            item["denominator"].as_str().expect("text").to_owned(),
        )
    };
    let pair = |above: &str, below: &str| (above.to_owned(), below.to_owned());
    for (id, above, below) in [
        ("closed", "1", "2"),
        ("substantiated", "1", "1"),
        ("transferred_discipline", "1", "1"),
        ("transferred_police", "0", "1"),
        ("disposal_on_time", "1", "1"),
        ("acknowledgement", "1", "2"),
        // An hour and a half, and three and a half hours without the break at noon: seconds.
        ("acknowledge_hours", "5400", "1"),
        ("close_hours", "12600", "1"),
    ] {
        assert_eq!(of(id), pair(above, below), "{id}: {indicators:#?}");
    }
    let never = &indicators["savings"];
    assert_eq!((&never["value"], never["shown"].as_str()), (&Value::Null, Some("不涉及")));
    for (name, value) in [("numerator", 1.0), ("denominator", 2.0)] {
        let labels = r#"department="zjj",indicator="closed",industry="01",period="month",region="""#;
        assert_eq!(client.metric(&format!("xiezhi_indicator_{name}{{{labels}}}")), value, "{name}");
    }
    let pending = "xiezhi_alerts_pending_by{department=\"zjj\",industry=\"01\",level=\"orange\",region=\"\"}";
    assert_eq!(client.metric(pending), 1.0);
    // Time passes: the other is late. Not yet the opening, or there would be more alerts.
    office.set_clock(office::at("2026-02-10T08:55"));
    eventually("the second is overdue", || {
        let late = said(&client, "indicator=overdue&department=zjj");
        (late["overdue"]["numerator"] == "1" && late["overdue"]["denominator"] == "2").then_some(())
    });
    let id = second["id"].as_str().expect("an id").to_owned();
    let before = (said(&client, "month=2026-02"), said(&client, "month=2026"));
    daemon.terminate();
    let (_daemon, client) = office.open();
    assert_eq!(client.get(&format!("/api/v1/alerts/{id}")).status, 200);
    assert_eq!((said(&client, "month=2026-02"), said(&client, "month=2026")), before);
    for (query, code) in [
        ("indicator=none", "bad_query"),
        ("month=2026-13", "bad_query"),
        ("group_by=party", "bad_query"),
        ("cursor=x", "bad_query"),
        ("party=x", "bad_query"),
    ] {
        assert_eq!(client.get(&format!("/api/v1/indicators?{query}")).problem(), code, "{query}");
    }
}

/// A year of trading, and events of somebody who makes names up.
fn year() -> Vec<Value> {
    let settings = Settings { days: 365, bids_per_day: 8, scheme_share: 0.2, ..Settings::default() };
    let lines = Venue::new(settings).expect("valid").flat_map(|day| day.events);
    lines.map(|line| serde_json::from_str(&line.json).expect("JSON")).collect()
}

fn made_up(number: usize) -> Vec<Value> {
    let (section, project) = (format!("X{number}"), format!("XP{number}"));
    let at = "2025-12-10T10:00:00+08:00";
    let registered = json!({
        "project": project, "tenderer": {"code": "91990000MA5QAPD9KN"}, "industry": "01",
        "region": format!("{:06}", 100_000 + number), "department": format!("made-up-{number}"),
    });
    let announced = json!({"section": section, "project": project, "announced_at": at});
    let received = json!({
        "complaint": format!("XC{number}"), "department": format!("invented-{number}"), "at": at,
    });
    let failed = json!({"section": section, "at": at});
    [
        ("project.registered", registered),
        ("section.announced", announced),
        ("complaint.received", received),
        ("section.failed", failed),
    ]
    .into_iter()
    .map(|(kind, data)| event(&format!("{section}-{kind}"), kind, data))
    .collect()
}

#[test]
fn a_year_of_trading_adds_no_label_value_beyond_what_is_configured() {
    let office = Office::at("2025-12-31T12:00");
    let (_daemon, client) = office.open();
    let events = year();
    let batches = |events: &[Value]| {
        for batch in events.chunks(1_000) {
            let answer = client.try_post("application/x-ndjson", ndjson(batch)).expect("an answer");
            assert_eq!(answer.status, 202, "{}", answer.text());
        }
    };
    batches(&events);
    let outsiders: Vec<Value> = (0..OUTSIDERS).flat_map(made_up).collect();
    batches(&outsiders);
    // What is published in order is there up to the last event when that is: that the engine has nothing in flight would not do, as the
    // publisher may still be writing.
    let last =
        format!("/api/v1/indicators?month=2025&indicator=failed&region={:06}", 100_000 + OUTSIDERS - 1);
    eventually("the last event counted", || {
        (client.get_json(&last)["items"][0]["denominator"] == "1").then_some(())
    });
    let mut values: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let families = families(&client);
    for family in families.values() {
        for (name, value) in family.samples.iter().flat_map(|(labels, _)| labels) {
            values.entry(name.clone()).or_default().insert(value.clone());
        }
    }
    let of = |label: &str| values.get(label).cloned().unwrap_or_default();
    let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<String>>();
    assert_eq!(of("department"), set(&["", "office", "other", "swj", "zjj"]));
    let industries = set(&["", "01", "02", "03", "04", "05", "90"]);
    assert!(of("industry").is_subset(&industries), "{:?}", of("industry"));
    let regions = of("region");
    assert!(regions.contains("other") && regions.len() <= 64 + 2, "{} regions", regions.len());
    let shape =
        |r: &String| r.is_empty() || r == "other" || r.len() == 6 && r.bytes().all(|b| b.is_ascii_digit());
    assert!(regions.iter().all(shape), "{regions:?}");
    assert!(of("source").len() <= 17, "{:?}", of("source"));
    assert_eq!(of("period"), set(&["month", "year"]));
    let rules: BTreeSet<String> =
        xiezhi_dataflows::rules::Rule::ALL.iter().map(|rule| rule.id().to_owned()).collect();
    assert!(of("rule").is_subset(&rules), "{:?}", of("rule"));
    let indicators: BTreeSet<String> = xiezhi_dataflows::indicators::Indicator::ALL
        .iter()
        .map(|indicator| indicator.as_str().to_owned())
        .collect();
    assert!(of("indicator").is_subset(&indicators) && of("indicator").len() > 40, "{:?}", of("indicator"));
    // Whatever the label: nothing that an event names.
    let named: BTreeSet<&str> = events
        .iter()
        .chain(&outsiders)
        .flat_map(|event| {
            ["section", "bidder", "org", "project", "expert", "complaint"].map(|key| &event["data"][key])
        })
        .filter_map(|value| {
            value.as_str().or_else(|| value["code"].as_str()).or_else(|| value["id"].as_str())
        })
        .collect();
    for (label, values) in &values {
        let leaked: Vec<&String> = values.iter().filter(|value| named.contains(value.as_str())).collect();
        assert!(leaked.is_empty(), "{label} shows {leaked:?}");
    }
    // What is summed up is all there.
    let all = said(&client, "month=2025&indicator=failed");
    let by_region = client.list("/api/v1/indicators?month=2025&indicator=failed&group_by=region", 50);
    let sum: u64 =
        by_region.iter().filter_map(|item| item["denominator"].as_str()?.parse::<u64>().ok()).sum();
    assert_eq!(all["failed"]["denominator"], sum.to_string().as_str());
    assert!(by_region.len() > OUTSIDERS, "the API is exact: {} regions", by_region.len());
    let shown: f64 = families["xiezhi_indicator_denominator"]
        .samples
        .iter()
        .filter(|(labels, _)| labels["indicator"] == "failed" && labels["period"] == "year")
        .map(|(_, value)| value)
        .sum();
    assert_eq!(shown, sum as f64, "the metrics lose nothing");
    let by_month = client.list("/api/v1/indicators?month=2025&indicator=failed&group_by=month", 5);
    assert!(by_month.len() >= 10, "{by_month:?}");
}
