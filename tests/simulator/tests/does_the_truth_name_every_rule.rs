//! Does the truth of a year name every core rule, each where and about whom it can be?

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde_json::Value;
use support::{days, events};
use xiezhi_simulator::{Day, Detail, Scheme, Settings, Truth};

/// Every core rule, family by family.
const RULES: &str = "
    DEV-01 DEV-03 DEV-04 DEV-05 DEV-06 DEV-07 DEV-08 DEV-09 DEV-10 DEV-12 DEV-13 DEV-14
    DOC-01 DOC-04 DOC-05 DOC-06
    PER-02 PER-03 PER-04 PER-06 PER-09 PER-11
    MON-01 MON-02 MON-03 MON-04 MON-07
    PRI-01 PRI-02 PRI-03 PRI-05 PRI-06 PRI-07 PRI-11 PRI-13 PRI-14 PRI-19
    REL-01 REL-02 REL-04 REL-05 REL-06 REL-07 REL-09 REL-11
    HIS-01 HIS-02 HIS-04 HIS-10 HIS-14
    BUY-02 BUY-03 BUY-10 BUY-11 BUY-12 BUY-13
    OPN-01 OPN-02 OPN-03 OPN-06 OPN-08
    EXP-01 EXP-05 EXP-06 EXP-08 EXP-09 EXP-10 EXP-14 EXP-15
    AWD-02 AWD-03 AWD-06 AWD-07 AWD-11
    WIT-00 WIT-01 WIT-03 WIT-04 WIT-05 WIT-06 WIT-08 WIT-09 WIT-10 WIT-11 WIT-12 WIT-14 WIT-17 WIT-18 WIT-19
    CMP-01 CMP-02 CMP-03 CMP-04
    CRD-01 CRD-02 CRD-03
    INS-01";

/// Rules about the whole history, whose findings name no section.
const OF_NO_SECTION: [&str; 12] = [
    "DEV-12", "DEV-13", "PER-06", "HIS-01", "HIS-02", "HIS-04", "HIS-10", "HIS-14", "WIT-18", "WIT-19",
    "CRD-02", "INS-01",
];

/// Rules whose findings name no party.
const OF_NO_PARTY: [&str; 7] = ["EXP-06", "EXP-14", "WIT-01", "WIT-18", "CMP-01", "CMP-02", "INS-01"];

/// Rules whose findings name the tenderer.
const OF_THE_TENDERER: [&str; 9] =
    ["MON-07", "BUY-02", "BUY-03", "BUY-11", "OPN-01", "OPN-02", "EXP-01", "CMP-03", "CMP-04"];

static YEAR: LazyLock<Vec<Day>> = LazyLock::new(|| days(Settings { days: 365, ..Settings::default() }));

fn truth(days: &[Day]) -> impl Iterator<Item = &Truth> {
    days.iter().flat_map(|day| &day.truth)
}

#[test]
fn a_year_plants_every_rule_and_every_scheme() {
    let days = &*YEAR;
    let planted: BTreeSet<_> = truth(days).filter(|truth| truth.holds).map(|truth| truth.rule).collect();
    let rules: BTreeSet<_> = RULES.split_whitespace().collect();
    assert_eq!(planted, rules);
    let schemes: BTreeSet<_> = truth(days).map(|truth| truth.scheme).collect();
    let missing: Vec<_> = Scheme::ALL.iter().filter(|scheme| !schemes.contains(scheme.name())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(truth(days).all(|truth| truth.holds || truth.scheme == "correction"));
}

#[test]
fn the_truth_names_sections_and_parties_that_the_events_know() {
    let days = &*YEAR;
    let (mut tenderers, mut sections, mut bidders) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for event in events(days) {
        let data = &event["data"];
        match event["type"].as_str() {
            Some("project.registered") => {
                tenderers.insert(text(&data["project"]), text(&data["tenderer"]["code"]));
            }
            Some("section.announced") => {
                sections.insert(text(&data["section"]), text(&data["project"]));
            }
            Some("bid.submitted") => {
                bidders.insert(text(&data["bidder"]["code"]));
                for partner in data["consortium"].as_array().into_iter().flatten() {
                    bidders.insert(text(&partner["code"]));
                }
            }
            Some("credit.listed") => _ = bidders.insert(text(&data["org"])),
            _ => {}
        }
    }
    for truth in truth(days) {
        assert_eq!(truth.section.is_none(), OF_NO_SECTION.contains(&truth.rule), "{truth:?}");
        let project = truth.section.as_ref().map(|section| &sections[section]);
        if OF_NO_PARTY.contains(&truth.rule) {
            assert!(truth.parties.is_empty(), "{truth:?}");
        } else if OF_THE_TENDERER.contains(&truth.rule) {
            let tenderer = project.map(|project| tenderers[project].clone());
            assert_eq!(truth.parties, tenderer.into_iter().collect::<Vec<_>>(), "{truth:?}");
        } else {
            let may_be_empty = truth.rule.starts_with("WIT-");
            assert!(may_be_empty || !truth.parties.is_empty(), "{truth:?}");
            assert!(truth.parties.iter().all(|party| bidders.contains(party)), "{truth:?}");
        }
    }
}

#[test]
fn a_finding_of_one_scheme_is_told_once() {
    let days = &*YEAR;
    let mut told = BTreeSet::new();
    for truth in truth(days).filter(|truth| truth.section.is_some() && truth.rule != "WIT-00") {
        assert!(told.insert((truth.rule, &truth.section, &truth.parties)), "twice: {truth:?}");
    }
}

#[test]
fn a_year_by_default_lies_within_the_years_whose_working_days_are_known() {
    for event in events(&YEAR) {
        for field in ["/time", "/data/at", "/data/submission_deadline", "/data/notified_at"] {
            if let Some(year) = event.pointer(field).and_then(Value::as_str).and_then(|time| time.get(..4)) {
                assert!(("2020"..="2026").contains(&year), "{event}");
            }
        }
    }
}

#[test]
fn a_benchmark_plants_only_what_its_events_tell() {
    let settings = Settings { days: 365, detail: Detail::Bids, ..Settings::default() };
    let days = &days(settings);
    let kinds: BTreeSet<String> =
        events(days).filter_map(|event| event["type"].as_str().map(str::to_owned)).collect();
    let lean = [
        "award.made",
        "bid.opened",
        "bid.submitted",
        "contract.signed",
        "event.retracted",
        "opening.started",
        "party.recorded",
        "project.registered",
        "section.announced",
        "section.failed",
        "section.suspended",
    ];
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), lean);
    let count = days.iter().map(|day| day.events.len()).sum::<usize>() as f64;
    let bids = events(days).filter(|event| event["type"] == "bid.submitted").count() as f64;
    assert!(count / bids < 2.65, "{} events a bid", count / bids);
    let rules: BTreeSet<_> = truth(days).map(|truth| truth.rule).collect();
    assert!(rules.contains("HIS-04") && rules.contains("DEV-04") && rules.contains("REL-07"), "{rules:?}");
    assert!(!rules.iter().any(|rule| rule.starts_with("WIT") || rule.starts_with("EXP")), "{rules:?}");
}
