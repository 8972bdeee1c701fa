//! Does what lies at the edges of what the door admits come through to the same findings? Early and late instants, the
//! smallest and largest prices, bids sent very often, the tenderer's own values in every spelling, long retractions.

mod oracle;
#[allow(dead_code, unused_imports, reason = "only the replay is needed here")]
mod streams;

use oracle::Holds;
use serde_json::{Value, json};
use streams::{door, replay, typed};
use xiezhi_dataflows::event::Admitted;
use xiezhi_dataflows::finding::{self, EVIDENCE_MAX};
use xiezhi_dataflows::normalise::{Instant, Placeholders};
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::replay::Replay;
use xiezhi_dataflows::rules::{BIDDERS_MAX, Outcome};

const NOON: &str = "2026-03-02T12:00:00+08:00";

fn events(described: Vec<(&str, Value)>) -> Vec<Admitted> {
    let door = door();
    let admit = |(number, (kind, mut data)): (usize, (&str, Value))| {
        let time = data.as_object_mut().and_then(|data| data.remove("time")).unwrap_or(json!(NOON));
        let id = format!("{number:03}");
        let envelope = json!({
            "specversion": "1.0", "source": "/edges", "id": id, "type": kind, "time": time, "data": data,
        });
        door.admit(envelope.to_string().as_bytes()).expect("an event at the edge is still well formed")
    };
    described.into_iter().enumerate().map(admit).collect()
}

/// Holds both orders against the plain recomputation and gives the ids of the rules that fired.
fn found(described: Vec<(&str, Value)>, now: &str) -> Vec<String> {
    let now = Instant::parse(now).expect("an instant").0;
    let events = events(described);
    let holds = oracle::holds(&typed(&events), now);
    let straight = replay(&events, 1, now);
    let reversed = replay(&events.iter().rev().cloned().collect::<Vec<_>>(), 1, now);
    assert_eq!(straight, reversed);
    assert_eq!(straight.miscounted, "");
    assert_eq!(holds.differences(&Holds::of(&straight.findings, &straight.quality)), "");
    straight.findings.into_iter().map(|finding| finding.rule).collect()
}

fn firm(name: &str) -> Value {
    json!({ "code": name })
}

fn public_tender(deadline: &str) -> Vec<(&'static str, Value)> {
    vec![
        (
            "project.registered",
            json!({"project": "P", "tenderer": firm("T"), "industry": "01", "method": "public"}),
        ),
        (
            "section.announced",
            json!({"section": "S", "project": "P", "submission_deadline": deadline, "opening_at": deadline}),
        ),
    ]
}

#[test]
fn clocks_that_stand_at_the_first_or_last_instant() {
    // A clock that was never set says 1970; at +08:00 that is before zero.
    for edge in ["1970-01-01T00:00:00+08:00", "1970-01-01T00:00:00Z", "2100-12-31T23:59:59.999999-23:59"] {
        let mut events = public_tender(edge);
        events.push(("bid.submitted", json!({"section": "S", "bidder": firm("A"), "submitted_at": edge})));
        events.push((
            "bid.opened",
            json!({"section": "S", "bidder": firm("A"), "time": edge, "opened_at": edge}),
        ));
        events.push(("bid.withdrawn", json!({"section": "S", "bidder": firm("A"), "at": NOON})));
        let fired = found(events.clone(), NOON);
        assert!(fired.contains(&"BUY-11".to_owned()), "{edge}: {fired:?}");
        assert!(found(events, edge).contains(&"BUY-11".to_owned()), "{edge}");
        assert_eq!(found(public_tender(edge), NOON).len(), usize::from(edge < NOON), "{edge}");
    }
}

#[test]
fn the_smallest_and_the_largest_prices() {
    for (price, ceiling) in [("0.00", "0.01"), ("9999999999999.99", "9999999999999.98")] {
        let mut events = public_tender(NOON);
        events.push(("section.changed", json!({"section": "S", "ceiling_price": ceiling})));
        for bidder in ["A", "B", "C"] {
            events.push(("bid.opened", json!({"section": "S", "bidder": firm(bidder), "price": price})));
        }
        assert!(found(events, NOON).contains(&"PRI-01".to_owned()));
    }
}

/// Bids of one firm, sent again and again from the same card and processor and at last from another processor.
fn sent_again(bidder: &str, times: usize) -> Vec<(&'static str, Value)> {
    let bid = |cpu: &str| {
        let device = json!({"mac": "MAC", "cpu_id": cpu, "disk_serial": "DISK"});
        ("bid.submitted", json!({"section": "S", "bidder": firm(bidder), "device": device}))
    };
    let mut events: Vec<_> = (0..times).map(|_| bid(&format!("CPU-{bidder}"))).collect();
    events.push(bid("CPU"));
    events
}

#[test]
fn a_bid_sent_again_and_again_shows_all_its_machines() {
    for times in [1, 7, 8, 9, 40] {
        let events = sent_again("A", times).into_iter().chain(sent_again("B", times)).collect();
        assert!(found(events, NOON).contains(&"DEV-01".to_owned()), "after {times} times");
    }
}

#[test]
fn a_bid_that_shows_very_many_codes() {
    for codes in [8, 9, 16] {
        let bid = |bidder: &str, code: usize| {
            let device = json!({
                "mac": "MAC",
                "cpu_id": format!("CPU{code}"),
                "disk_serial": format!("DISK{code}"),
            });
            ("bid.submitted", json!({"section": "S", "bidder": firm(bidder), "device": device}))
        };
        let events = (0..codes).flat_map(|code| [bid("A", code), bid("B", code)]).collect();
        assert!(found(events, NOON).contains(&"DEV-01".to_owned()), "with {codes} codes");
    }
}

#[test]
fn the_tenderers_own_values_in_every_spelling() {
    for (own, kind, shown) in [
        (json!("10.0.0.1"), "ip", "10.0.0.1"),
        (json!("2001:DB8::1"), "ip", "2001:db8:0:0::1"),
        (json!("2001:0db8::1"), "ip", "2001:db8::1"),
        (json!({"ip": "2001:DB8::1"}), "ip", "2001:db8::1"),
        (json!("AA-BB cc"), "mac", "aa:bb:cc"),
        (json!({"mac": "aabb:cc"}), "mac", "AABBCC"),
    ] {
        let bid = |bidder: &str| json!({"section": "S", "bidder": firm(bidder), "device": {kind: shown}});
        let mut events = public_tender("2027-01-01T00:00:00+08:00");
        events.extend(["A", "B"].map(|bidder| ("bid.submitted", bid(bidder))));
        assert_eq!(found(events.clone(), NOON).len(), 1, "{shown}");
        events.push(("section.changed", json!({"section": "S", "devices": [own]})));
        assert_eq!(found(events, NOON), Vec::<String>::new(), "{shown}");
    }
}

#[test]
fn a_long_chain_of_retractions() {
    for length in [1, 2, 99, 100] {
        let mut events = public_tender(NOON);
        let after = "2026-03-02T12:15:00+08:00";
        for number in 1..=length {
            let retracts = json!({"source": "/edges", "id": format!("{number:03}")});
            events.push(("event.retracted", json!({"retracts": retracts, "reason": "更正"})));
        }
        assert_eq!(found(events, after).len(), usize::from(length % 2 == 0), "after {length} retractions");
    }
}

/// The events that a DQ-02 row tells of after `events` came in this order, conflicting ones among them.
fn in_conflict(events: impl Iterator<Item = Admitted>) -> Vec<String> {
    let mut replay = Replay::new(door(), Placeholders::default(), Params::default(), 1, None, None);
    events.for_each(|event| _ = replay.admitted(event));
    replay.finish();
    let rows = streams::Published::of(&replay).quality.into_iter().filter(|row| row.rule == "DQ-02");
    rows.map(|row| row.evidence[0].id.clone()).collect()
}

#[test]
fn a_retraction_of_two_contents_is_told_of_while_it_holds() {
    let retracts = |id: &str| json!({"retracts": {"source": "/edges", "id": id}, "reason": "更正"});
    let retraction = |id: &str| ("event.retracted", retracts(id));
    // 002 retracts 001, and comes again as if it retracted 000; 003 takes it back.
    let notices = public_tender(NOON);
    let first = [notices.clone(), vec![retraction("001"), retraction("002")]].concat();
    let other = [notices, vec![retraction("000")]].concat();
    let (first, other) = (events(first), events(other));
    let held = first[..3].iter().chain(&other[2..]);
    assert_eq!(in_conflict(held.clone().cloned()), ["002"]);
    assert_eq!(in_conflict(first.iter().chain(&other[2..]).cloned()), [""; 0], "it holds no more");
    assert_eq!(in_conflict(held.rev().take(1).cloned()), [""; 0], "one content is no conflict");
}

#[test]
fn retractions_that_name_each_other() {
    let mut events = public_tender(NOON);
    for (number, target) in [(2, 3), (3, 4), (4, 2), (5, 5), (6, 7), (7, 1)] {
        assert_eq!(events.len(), number);
        let retracts = json!({"source": "/edges", "id": format!("{target:03}")});
        events.push(("event.retracted", json!({"retracts": retracts, "reason": "更正"})));
    }
    assert_eq!(found(events, "2026-03-02T12:15:00+08:00"), ["OPN-02"]);
}

#[test]
fn a_planned_opening_that_is_told_after_its_moment() {
    // The second notice comes when the quarter of an hour after nine is long over: what it changes is told of then.
    let mut events = public_tender("2026-03-02T20:00:00+08:00");
    events.iter_mut().for_each(|(_, data)| data["time"] = json!("2026-03-02T08:00:00+08:00"));
    events.push(("witness.recorded", json!({"section": "S", "kind": "unfit", "gravity": "minor"})));
    let late = json!({"section": "S", "opening_at": "2026-03-02T09:00:00+08:00", "time": NOON});
    events.push(("section.changed", late));
    events.push((
        "section.changed",
        json!({"section": "S", "venue": "三号厅", "time": "2026-03-02T13:00:00+08:00"}),
    ));
    let now = Instant::parse("2026-03-02T14:00:00+08:00").expect("an instant").0;
    let told = streams::telling(&self::events(events), now);
    assert_eq!((told.findings.len(), &*told.miscounted), (2, ""));
}

#[test]
fn a_section_of_too_many_bidders_is_an_error_of_every_rule_and_one_bidder_fewer_is_judged() {
    let now = Instant::parse(NOON).expect("an instant").0;
    for (bidders, judged) in [(BIDDERS_MAX, true), (BIDDERS_MAX + 1, false)] {
        let opened =
            |n| ("bid.opened", json!({"section": "S", "bidder": firm(&format!("B{n}")), "price": "1.00"}));
        let placeholders = Placeholders::default();
        let mut replay = Replay::new(door(), placeholders, Params::default(), 1, Some(now), None);
        for event in events((0..bidders).map(opened).collect()) {
            replay.admitted(event);
        }
        replay.finish();
        let explanation = replay.explain("S").expect("the section");
        let errors = explanation.outcomes.iter().filter(|o| matches!(o.outcome, Outcome::Error(_))).count();
        let findings = replay.findings();
        if judged {
            assert_eq!((errors, findings.len(), &*findings[0].rule), (0, 1, "PRI-01"));
            assert_eq!(findings[0].parties.len(), bidders);
        } else {
            // The rules on scores count no bidders.
            let of_scores = explanation.outcomes.iter().filter(|o| o.rule.id().starts_with("EXP")).count();
            assert!(errors >= explanation.outcomes.len() - of_scores, "{:?}", explanation.outcomes);
            assert_eq!((findings.len(), replay.quality().len()), (0, 0), "nothing is concluded by halves");
        }
    }
}

/// What the findings and data-quality rows of a rule measure under a name, as it is written. The oracle agrees.
fn measured(described: Vec<(&'static str, Value)>, rule: &str, name: &str) -> Vec<Option<String>> {
    found(described.clone(), NOON);
    let published = replay(&events(described), 1, Instant::parse(NOON).expect("an instant").0);
    let rows = published.findings.into_iter().chain(published.quality).filter(|row| row.rule == rule);
    let text = |value: &finding::Value| match value {
        finding::Value::Text(text) => text.clone(),
        finding::Value::Count(count) => count.to_string(),
    };
    rows.map(|row| row.value.get(name).map(text)).collect()
}

#[test]
fn two_openings_overlap_for_begun_seconds() {
    let held = |section: &str, from: &str, to: &str| {
        let at = |at: &str| format!("2026-03-02T{at}+08:00");
        [
            ("opening.started", json!({"section": section, "room": "一室", "at": at(from)})),
            ("opening.closed", json!({"section": section, "at": at(to)})),
        ]
    };
    for (from, seconds) in [("09:59:58", "2"), ("09:59:58.5", "2"), ("09:59:59.999999", "1")] {
        let both = [held("S1", "09:00:00", "10:00:00"), held("S2", from, "11:00:00")].concat();
        assert_eq!(measured(both, "WIT-18", "seconds"), [Some(seconds.to_owned())], "{from}");
    }
}

#[test]
fn a_score_is_no_share_of_a_mean_of_nought_and_one_of_a_mean_below() {
    let shares = |marks: [&str; 3]| {
        let given = |(expert, score): (usize, &str)| {
            let expert = json!({"id": format!("E{expert}")});
            let given = json!({
                "section": "S", "bidder": firm("甲"), "item": "施工组织", "kind": "subjective", "expert": expert,
                "score": score,
            });
            ("score.given", given)
        };
        let mut shares = measured(marks.into_iter().enumerate().map(given).collect(), "EXP-08", "share");
        shares.sort();
        shares
    };
    let [three_fifths, all_of_it] = ["60.0%", "100.0%"].map(|share| Some(share.to_owned()));
    assert_eq!(shares(["5", "0", "0"]), [None, all_of_it.clone(), all_of_it.clone()]);
    // -2 lies at the very mean of the others.
    assert_eq!(shares(["-1", "-2", "-3"]), [all_of_it, three_fifths]);
}

#[test]
fn a_slip_is_told_beside_the_price_that_it_is_held_against() {
    let opened = |(bidder, price): (&str, &str)| {
        ("bid.opened", json!({"section": "S", "bidder": firm(bidder), "price": price}))
    };
    let prices = [("甲", "1.00"), ("乙", "100.00"), ("丙", "101.00"), ("丁", "9999.00")];
    let described: Vec<_> = prices.into_iter().map(opened).collect();
    let [mut lowest, mut highest] = ["second_lowest_price", "second_highest_price"]
        .map(|name| measured(described.clone(), "DQ-03", name));
    lowest.sort();
    highest.sort();
    assert_eq!(lowest, [None, Some("100.00".to_owned())]);
    assert_eq!(highest, [None, Some("101.00".to_owned())]);
}

#[test]
fn more_events_than_are_written_out_are_counted() {
    let opened =
        |n| ("bid.opened", json!({"section": "S", "bidder": firm(&format!("B{n}")), "price": "1.00"}));
    for (bidders, counted) in [(EVIDENCE_MAX, None), (EVIDENCE_MAX + 1, Some("201".to_owned()))] {
        let described = (0..bidders).map(opened).collect();
        assert_eq!(measured(described, "PRI-01", "events"), [counted]);
    }
}

#[test]
fn control_reaches_through_a_chain_of_any_length_and_names_its_nearest_links() {
    let links = 60;
    let holds = |n: usize| {
        let holder = json!({"org": format!("C{n}"), "controls": true});
        ("party.recorded", json!({"org": format!("C{}", n + 1), "name": "某公司", "holders": [holder]}))
    };
    let mut described: Vec<_> = (0..links).map(holds).collect();
    for bidder in ["C0", &*format!("C{links}")] {
        described.push(("bid.submitted", json!({"section": "S", "bidder": firm(bidder)})));
    }
    assert_eq!(found(described.clone(), NOON), ["REL-02"]);
    let rendered = replay(&events(described), 1, Instant::parse(NOON).expect("an instant").0).findings;
    let evidence: Vec<&str> = rendered[0].evidence.iter().map(|event| event.id.as_str()).collect();
    let nearest: Vec<String> = (links - 32..links).map(|n| format!("{n:03}")).collect();
    assert!(nearest.iter().all(|event| evidence.contains(&event.as_str())), "{evidence:?}");
    assert!(!evidence.contains(&"000"), "{evidence:?}");
}
