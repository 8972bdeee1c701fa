//! Does a section without a scheme keep to the law, and tell enough for every rule to look at?

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use serde_json::Value;
use support::{days, events};
use xiezhi_simulator::{Schemes, Settings};

/// The events of each section of a venue without schemes, and when its last event was.
struct Ordinary {
    projects: BTreeMap<String, Value>,
    sections: BTreeMap<String, Vec<Value>>,
    last: jiff::Timestamp,
}

static ORDINARY: LazyLock<Ordinary> = LazyLock::new(|| {
    let days = days(Settings { days: 100, schemes: Schemes::none(), ..Settings::default() });
    let (mut projects, mut sections) = (BTreeMap::new(), BTreeMap::<_, Vec<Value>>::new());
    let mut last = jiff::Timestamp::MIN;
    for event in events(&days) {
        last = instant(&event["time"]);
        if event["type"] == "project.registered" {
            projects.insert(text(&event["data"]["project"]), event["data"].clone());
        } else if let Some(section) = event["data"]["section"].as_str() {
            sections.entry(section.to_owned()).or_default().push(event);
        }
    }
    // Listings of land and property have no opening.
    sections.retain(|_, events| first(events, "section.announced")["submission_deadline"].is_string());
    Ordinary { projects, sections, last }
});

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn instant(value: &Value) -> jiff::Timestamp {
    value.as_str().and_then(|time| time.parse().ok()).unwrap_or_else(|| panic!("{value} is no instant"))
}

fn yuan(value: &Value) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap_or_else(|| panic!("{value} is no amount"))
}

/// The data of a section's events of a type.
fn all<'a>(events: &'a [Value], kind: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["type"] == kind).map(|event| &event["data"])
}

fn first<'a>(events: &'a [Value], kind: &'a str) -> &'a Value {
    all(events, kind).next().unwrap_or(&Value::Null)
}

fn hours(from: jiff::Timestamp, until: jiff::Timestamp) -> i64 {
    (until.as_second() - from.as_second()) / 3600
}

#[test]
fn terms_and_deposits_are_those_of_the_law() {
    let venue = &*ORDINARY;
    for events in venue.sections.values() {
        let notice = first(events, "section.announced");
        let project = &venue.projects[notice["project"].as_str().unwrap_or_default()];
        let deadline = instant(&notice["submission_deadline"]);
        assert!(yuan(&notice["deposit_amount"]) <= 0.02 * yuan(&notice["estimate"]), "{notice}");
        if matches!(project["method"].as_str(), Some("public" | "invited")) {
            assert!(hours(instant(&notice["documents_from"]), deadline) >= 20 * 24, "{notice}");
        }
        for event in events.iter().filter(|event| event["data"]["material"] == true) {
            assert!(hours(instant(&event["time"]), deadline) >= 15 * 24, "{event}");
        }
        for deposit in all(events, "deposit.received").filter(|deposit| deposit["form"] == "transfer") {
            assert_eq!(deposit["basic_account"], true);
            assert_eq!(deposit["account_holder"]["code"], deposit["bidder"]["code"]);
        }
    }
}

#[test]
fn committees_are_odd_and_present_and_score_alike() {
    let venue = &*ORDINARY;
    let mut scored = 0;
    for events in venue.sections.values() {
        let started = first(events, "evaluation.started");
        if started.is_null() {
            continue;
        }
        let begun = instant(&started["at"]);
        let present = all(events, "expert.signed_in")
            .filter(|one| one["status"] == "present" && instant(&one["at"]) <= begun);
        assert!(matches!(present.count(), 5 | 7));
        assert_eq!(all(events, "expert.replaced").count(), 0);
        let mut cells = BTreeMap::<_, Vec<f64>>::new();
        for score in all(events, "score.given") {
            let (given, full) = (yuan(&score["score"]), yuan(&score["full_marks"]));
            assert!((0.0..=full).contains(&given), "{score}");
            let cell = (text(&score["kind"]), text(&score["item"]), text(&score["bidder"]["code"]));
            cells.entry(cell).or_default().push(given);
        }
        for ((kind, ..), given) in &cells {
            let (low, high) =
                (given.iter().copied().fold(99.0, f64::min), given.iter().copied().fold(0.0, f64::max));
            // Whoever is that near to everybody is near to the mean of the others.
            assert!(high <= low * if kind == "subjective" { 1.2 } else { 1.0 }, "{kind} {given:?}");
        }
        scored += usize::from(!cells.is_empty());
    }
    assert!(scored >= 10, "{scored} sections with scores");
}

#[test]
fn awards_go_to_candidates_and_contracts_follow_at_the_same_price() {
    let venue = &*ORDINARY;
    let mut awards = 0;
    for events in venue.sections.values() {
        let award = first(events, "award.made");
        if award.is_null() {
            continue;
        }
        awards += 1;
        let notice = first(events, "section.announced");
        let candidates = first(events, "award.proposed")["candidates"].as_array().expect("candidates");
        assert!(candidates.iter().any(|one| one["bidder"] == award["bidder"] && one["rank"] == 1), "{award}");
        let part = yuan(&award["price"]) / yuan(&notice["ceiling_price"]);
        assert!((0.86..0.985).contains(&part), "{award}");
        let rejected: BTreeSet<_> =
            all(events, "bid.rejected").map(|one| text(&one["bidder"]["code"])).collect();
        assert!(!rejected.contains(award["bidder"]["code"].as_str().unwrap_or_default()));
        assert!(rejected.len() + 1 < all(events, "bid.opened").count());
        let (contract, notified) = (first(events, "contract.signed"), instant(&award["notified_at"]));
        if contract.is_null() {
            assert!(hours(notified, venue.last) <= 30 * 24, "{award} has no contract");
        } else {
            assert_eq!(contract["contractor"]["code"], award["bidder"]["code"]);
            assert_eq!(yuan(&contract["price"]), yuan(&award["price"]));
            assert!(hours(notified, instant(&contract["signed_at"])) < 30 * 24);
        }
    }
    assert!(awards > 800);
}

#[test]
fn openings_are_punctual_and_never_overlap_in_a_room() {
    let venue = &*ORDINARY;
    let mut rooms = BTreeMap::<_, Vec<_>>::new();
    for events in venue.sections.values() {
        let (started, closed) = (first(events, "opening.started"), first(events, "opening.closed"));
        if started.is_null() || closed.is_null() {
            continue;
        }
        let notice = first(events, "section.announced");
        let late = instant(&started["at"]).as_second() - instant(&notice["opening_at"]).as_second();
        assert!((0..=600).contains(&late), "{started}");
        rooms
            .entry(text(&started["room"]))
            .or_default()
            .push((instant(&started["at"]), instant(&closed["at"])));
        for bid in all(events, "bid.opened") {
            let submitted = all(events, "bid.submitted").filter(|one| one["bidder"] == bid["bidder"]);
            let latest = submitted.max_by_key(|one| instant(&one["submitted_at"])).expect("it was submitted");
            assert_eq!(latest["file"]["digest"], bid["file_digest"]);
            assert!(instant(&latest["submitted_at"]) <= instant(&notice["submission_deadline"]));
            assert!(bid["attendee"]["id"].is_string());
        }
        assert!(all(events, "bid.decrypted").filter(|one| one["ok"] == false).count() <= 1);
    }
    for openings in rooms.values_mut() {
        openings.sort_unstable();
        assert!(openings.windows(2).all(|two| two[0].1 < two[1].0), "{openings:?}");
    }
}

#[test]
fn offices_answer_in_time() {
    let days = days(Settings { days: 150, schemes: Schemes::none(), ..Settings::default() });
    let mut asked = BTreeMap::new();
    let mut waited = BTreeMap::<_, Vec<i64>>::new();
    let mut last = jiff::Timestamp::MIN;
    for event in events(&days) {
        last = instant(&event["time"]);
        let data = &event["data"];
        // The next stage, and the days that it may take.
        let (code, from, next) = match event["type"].as_str() {
            Some("objection.raised") if data["kind"] == "objection" => {
                ("objection", "", Some(("answered", 2)))
            }
            Some("objection.raised") => ("objection", "", Some(("answered", 5))),
            Some("objection.answered") => ("objection", "answered", None),
            Some("complaint.received") => ("complaint", "", Some(("accepted", 1))),
            Some("complaint.accepted") => ("complaint", "accepted", Some(("decided", 21))),
            Some("complaint.decided") => ("complaint", "decided", None),
            Some("inspection.done") => ("inspection", "", Some(("published", 5))),
            Some("inspection.published") => ("inspection", "published", None),
            _ => continue,
        };
        let name = text(&data[code]);
        if let Some((asked_at, limit)) = asked.remove(&(name.clone(), from)) {
            let taken = hours(asked_at, last);
            assert!(taken <= limit * 24, "{event} took {taken} hours");
            waited.entry(code).or_default().push(taken);
        }
        if let Some((next, limit)) = next {
            asked.insert((name, next), (last, limit));
        }
    }
    assert!(asked.values().all(|(at, limit)| hours(*at, last) <= limit * 24), "{asked:?}");
    assert!(waited.len() == 3 && waited.values().all(|waits| waits.len() > 10), "{waited:?}");
}

#[test]
fn a_share_of_the_files_is_told_whole_and_every_file_is_unlike_the_others() {
    let venue = &*ORDINARY;
    let (mut told, mut bids) = (0, 0);
    for events in venue.sections.values() {
        let template =
            first(events, "section.announced")["fingerprints"].as_array().cloned().unwrap_or_default();
        let mut held = BTreeMap::new();
        for bid in all(events, "bid.submitted") {
            bids += 1;
            let (file, bidder) = (&bid["file"], &bid["bidder"]["code"]);
            let Some(prints) = file["fingerprints"].as_array() else { continue };
            told += 1;
            assert_eq!(file["names"], serde_json::json!([bidder]));
            let own: Vec<u64> =
                prints.iter().filter(|one| !template.contains(one)).filter_map(Value::as_u64).collect();
            assert!(own.len() >= 20 && own.len() < prints.len());
            assert!(own.iter().all(|one| held.insert(*one, bidder).is_none_or(|other| other == bidder)));
            assert!(bid["items"].as_array().is_some_and(|items| items.len() >= 10));
        }
    }
    assert!((bids / 20..bids / 5).contains(&told), "{told} of {bids}");
}

/// Fields that the event catalogue requires, by type.
const REQUIRED: [(&str, &[&str]); 24] = [
    ("project.registered", &["project", "tenderer", "industry"]),
    ("section.announced", &["section", "project"]),
    ("section.changed", &["section"]),
    ("document.downloaded", &["section", "bidder"]),
    ("deposit.received", &["section", "bidder"]),
    ("bid.submitted", &["section", "bidder"]),
    ("bid.decrypted", &["section", "bidder", "ok"]),
    ("bid.opened", &["section", "bidder"]),
    ("expert.drawn", &["section", "expert"]),
    ("expert.replaced", &["section", "expert"]),
    ("expert.signed_in", &["section", "expert"]),
    ("score.given", &["section", "expert", "bidder", "item", "score"]),
    ("award.proposed", &["section", "candidates"]),
    ("award.made", &["section", "bidder"]),
    ("contract.signed", &["section", "contractor"]),
    ("contract.subcontracted", &["section", "contractor", "subcontractor"]),
    ("witness.recorded", &["section", "kind", "gravity"]),
    ("witness.device", &["section"]),
    ("objection.raised", &["objection", "section"]),
    ("complaint.received", &["complaint", "department"]),
    ("party.recorded", &["org", "name"]),
    ("person.employed", &["person", "org", "from_on"]),
    ("credit.listed", &["entry", "kind", "from_on"]),
    ("inspection.done", &["inspection"]),
];

#[test]
fn every_event_has_the_fields_that_its_type_requires() {
    let mut seen = BTreeSet::new();
    let settings = Settings { days: 90, scheme_share: 0.5, ..Settings::default() };
    for event in events(&days(settings)) {
        let kind = text(&event["type"]);
        for (_, fields) in REQUIRED.iter().filter(|(required, _)| *required == kind) {
            assert!(fields.iter().all(|field| !event["data"][*field].is_null()), "{event}");
        }
        seen.insert(kind);
    }
    assert!(REQUIRED.iter().all(|(kind, _)| seen.contains(*kind)), "{seen:?}");
}
