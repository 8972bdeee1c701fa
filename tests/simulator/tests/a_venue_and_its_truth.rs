//! Is a simulated venue what it promises: repeatable, in order, well formed, clean, and true?

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use support::{days, events};
use xiezhi_simulator::{Day, Detail, Scheme, Schemes, Settings, Venue, check_digit};

fn sixty_days() -> Vec<Day> {
    days(Settings { days: 60, ..Settings::default() })
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let settings = |seed| Settings { seed, days: 10, bids_per_day: 60, ..Settings::default() };
    assert_eq!(days(settings(3)), days(settings(3)));
    assert_ne!(days(settings(3)), days(settings(4)));
}

#[test]
fn times_never_decrease_and_agree_with_the_events() {
    let mut last = i64::MIN;
    for day in sixty_days() {
        for event in &day.events {
            assert!(event.at >= last, "{} comes too late", event.json);
            last = event.at;
            let json: Value = serde_json::from_str(&event.json).expect("JSON");
            let time: jiff::Timestamp = json["time"].as_str().and_then(|t| t.parse().ok()).expect("a time");
            assert_eq!(time.as_microsecond(), event.at);
            assert_eq!(time.to_zoned(jiff::tz::Offset::constant(8).to_time_zone()).date(), day.date);
        }
    }
}

#[test]
fn every_event_has_its_envelope_and_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for event in events(&sixty_days()) {
        assert_eq!(event["specversion"], "1.0");
        for field in ["id", "source", "type", "time"] {
            assert!(event[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {event}");
        }
        assert!(event["data"].is_object());
        assert!(names.insert(format!("{} {}", event["source"], event["id"])), "twice: {event}");
    }
}

#[test]
fn organisations_carry_a_valid_check_digit() {
    fn check(value: &Value, seen: &mut usize) {
        match value {
            // Codes of a bill's lines are no organisations.
            Value::Object(fields) => {
                fields.iter().filter(|(key, _)| *key != "items").for_each(|(key, value)| {
                    let code = value.as_str().filter(|_| matches!(key.as_str(), "code" | "org"));
                    if let Some(code) = code {
                        *seen += 1;
                        assert!(code.starts_with("9199") && code.len() == 18, "{code}");
                        assert_eq!(check_digit(&code.as_bytes()[..17]), Some(code.as_bytes()[17]), "{code}");
                    }
                    check(value, seen);
                })
            }
            Value::Array(items) => items.iter().for_each(|item| check(item, seen)),
            _ => {}
        }
    }
    let mut seen = 0;
    for event in events(&days(Settings { days: 3, ..Settings::default() })) {
        check(&event, &mut seen);
    }
    assert!(seen > 1000);
}

#[test]
fn nothing_is_planted_where_nothing_is_wanted() {
    let settings = Settings { schemes: Schemes::none(), ..Settings::default() };
    assert!(days(settings).iter().all(|day| day.truth.is_empty()));
}

/// Values of bids that no two bidders of a section may share, as paths into the event's data.
const OWN: [&str; 22] = [
    "/agent/id",
    "/contact/id",
    "/manager/id",
    "/phone",
    "/email",
    "/device/mac",
    "/device/ip",
    "/device/cpu_id",
    "/device/disk_serial",
    "/device/memory_serial",
    "/device/board_serial",
    "/device/machine_code",
    "/pricing_lock",
    "/ca_lock",
    "/account",
    "/attendee/id",
    "/applicant/id",
    "/apply_ip",
    "/apply_phone",
    "/file/author",
    "/file/last_saved_by",
    "/file/feature_code",
];

#[test]
fn in_a_venue_without_schemes_no_two_bidders_share_a_value_or_a_price() {
    let mut holders: BTreeMap<String, String> = BTreeMap::new();
    let mut prices = BTreeSet::new();
    for event in events(&days(Settings { schemes: Schemes::none(), ..Settings::default() })) {
        let data = &event["data"];
        let Some(bidder) = data.pointer("/bidder/code").and_then(Value::as_str) else { continue };
        for path in OWN {
            if let Some(value) = data.pointer(path).and_then(Value::as_str) {
                // Over the whole venue, not only the section: nothing travels either.
                let holder = holders.entry(format!("{path} {value}")).or_insert_with(|| bidder.to_owned());
                assert_eq!(holder, bidder, "{path} {value}");
            }
        }
        if event["type"] == "bid.opened" {
            let price = data["price"].to_string();
            assert!(prices.insert(format!("{} {}", data["section"], price.trim_matches('"'))), "{event}");
        }
    }
    assert!(prices.len() > 1000);
}

#[test]
fn one_day_has_bids_and_openings_of_its_own_even_on_a_sunday() {
    for first_day in [jiff::civil::date(2026, 1, 5), jiff::civil::date(2026, 1, 11)] {
        let settings = Settings { days: 1, first_day, scheme_share: 0.5, ..Settings::default() };
        let days = days(settings);
        let (day, before) = days.split_last().expect("a day");
        assert!(before.iter().all(|day| day.lead_in) && !day.lead_in);
        let count =
            |kind: &str| events(std::slice::from_ref(day)).filter(|event| event["type"] == kind).count();
        assert!(count("opening.started") >= 5 && count("bid.opened") >= 60 && count("bid.submitted") >= 20);
        assert!(day.truth.len() >= 3, "{:?}", day.truth);
    }
}

#[test]
fn what_is_pending_does_not_grow_with_the_days() {
    let settings = Settings { days: 240, bids_per_day: 40, detail: Detail::Bids, ..Settings::default() };
    let mut venue = Venue::new(settings).expect("valid settings");
    let mut most = [0, 0];
    let mut told = 0;
    while let Some(day) = venue.next() {
        told += usize::from(!day.lead_in);
        if told > 50 {
            let half = usize::from(told > 145);
            most[half] = most[half].max(venue.pending());
        }
    }
    assert!(most[1] < most[0] * 3 / 2, "{most:?}");
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let refused = |settings| Venue::new(settings).err().expect("refused").to_string();
    assert!(refused(Settings { days: 0, ..Settings::default() }).starts_with("days is 0"));
    assert!(refused(Settings { firms: Some(3), ..Settings::default() }).starts_with("firms is 3"));
    assert!(refused(Settings { scheme_share: f64::NAN, ..Settings::default() }).starts_with("scheme_share"));
    assert!("ring,nonsense".parse::<Schemes>().is_err());
    let two: Schemes = "ring, control".parse().expect("two schemes");
    assert_eq!(two.iter().map(Scheme::name).collect::<Vec<_>>(), ["control", "ring"]);
}
