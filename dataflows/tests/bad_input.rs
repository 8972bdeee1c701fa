//! What the door does with input that no honest system sends, and with some that honest systems do: every fault has
//! its path and code, and every refusal keeps what can be kept.

#![allow(clippy::disallowed_methods, reason = "the cases are files; only the crate itself touches none")]

use std::fs;
use std::path::Path;

use xiezhi_dataflows::event::{Admitted, Data, Door, FaultCode, KINDS, Refused, reread};
use xiezhi_dataflows::json::{EVENT_BYTES_MAX, Json};
use xiezhi_dataflows::normalise::{Instant, Placeholders};

use FaultCode::{
    DuplicateKey, Malformed, MalformedJson, Missing, NotAccepted, OutOfRange, TooDeep, TooLarge, TooLong,
    UnknownType, UnsupportedVersion, WrongType,
};

const ORG: &str = r#"{"code":"91990000MAR6C1F0KN","name":"测试甲建设有限公司"}"#;

fn door() -> Door {
    Door::new(b"a site key of thirty-two bytes..", Placeholders::default())
}

fn envelope(kind: &str, data: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"e1","source":"/s","type":"{kind}","time":"2026-03-02T09:30:00+08:00","data":{data}}}"#
    )
}

/// `data` with `@` standing for a good organisation.
fn event(kind: &str, data: &str) -> String {
    envelope(kind, &data.replace('@', ORG))
}

fn admit(bytes: impl AsRef<[u8]>) -> Admitted {
    let bytes = bytes.as_ref();
    door().admit(bytes).unwrap_or_else(|refused| panic!("{}: {refused}", String::from_utf8_lossy(bytes)))
}

fn refuse(bytes: impl AsRef<[u8]>) -> Refused {
    let bytes = bytes.as_ref();
    match door().admit(bytes) {
        Ok(_) => panic!("admitted: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)])),
        Err(refused) => refused,
    }
}

fn faults(refused: &Refused) -> Vec<(&str, FaultCode)> {
    refused.faults.0.iter().map(|fault| (fault.path.as_str(), fault.code)).collect()
}

#[test]
fn a_malformed_envelope_is_refused_with_its_place() {
    let good = event("bid.withdrawn", r#"{"section":"S1","bidder":@}"#);
    admit(&good);
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to).into_bytes()
    };
    let deep = format!("data.section{}", "[0]".repeat(14));
    let rows: Vec<(Vec<u8>, &str, FaultCode)> = vec![
        (b"".to_vec(), "", MalformedJson),
        (b"\x00\x01\x02".to_vec(), "", MalformedJson),
        (b"hello".to_vec(), "", MalformedJson),
        (good.as_bytes()[..good.len() - 1].to_vec(), "", MalformedJson),
        (format!("{good} {good}").into_bytes(), "", MalformedJson),
        (format!("\u{feff}{good}").into_bytes(), "", MalformedJson),
        (good.replace("测试", "\u{1}").into_bytes(), "", MalformedJson),
        ([b"{\"id\":\"", &[0xff, 0xfe][..], b"\"}"].concat(), "", MalformedJson),
        (with("\"S1\"", r#""\ud800""#), "", MalformedJson),
        (with("\"S1\"", "NaN"), "", MalformedJson),
        (with("\"S1\"", "Infinity"), "", MalformedJson),
        (with("\"S1\"", "1e999"), "", MalformedJson),
        (with("\"S1\"", "01"), "", MalformedJson),
        (b"null".to_vec(), "", WrongType),
        (b"42".to_vec(), "", WrongType),
        (b"[]".to_vec(), "", WrongType),
        (format!("[{good}]").into_bytes(), "", WrongType),
        (with("\"id\":\"e1\"", "\"id\":\"e1\",\"id\":\"e1\""), "id", DuplicateKey),
        (with("\"section\":\"S1\"", "\"section\":\"S1\",\"section\":\"S2\""), "data.section", DuplicateKey),
        (with("\"S1\"", &format!("{}{}", "[".repeat(40), "]".repeat(40))), &deep, TooDeep),
        (with("\"S1\"", &"[".repeat(100_000)), &deep, TooDeep),
        (with("\"S1\"", &format!("\"{}\"", "x".repeat(65_537))), "data.section", TooLong),
        (with("\"S1\"", &format!("[{}0]", "0,".repeat(65_536))), "data.section", TooLarge),
        (with("\"section\"", &format!("\"{}\"", "k".repeat(300))), "data", TooLong),
        (with("{\"section\"", &format!("{{{}\"section\"", many_keys())), "data", TooLarge),
        (" ".repeat(EVENT_BYTES_MAX + 1).into_bytes(), "", TooLarge),
        (with("\"specversion\":\"1.0\",", ""), "specversion", Missing),
        (with("\"specversion\":\"1.0\"", "\"specversion\":1.0"), "specversion", WrongType),
        (with("\"specversion\":\"1.0\"", "\"specversion\":\"0.3\""), "specversion", UnsupportedVersion),
        (with("\"specversion\":\"1.0\"", "\"specversion\":\"2.0\""), "specversion", UnsupportedVersion),
        (with("\"id\":\"e1\",", ""), "id", Missing),
        (with("\"id\":\"e1\"", "\"id\":null"), "id", Missing),
        (with("\"id\":\"e1\"", "\"id\":\"  \""), "id", Missing),
        (with("\"id\":\"e1\"", "\"id\":17"), "id", WrongType),
        (with("\"id\":\"e1\"", &format!("\"id\":\"{}\"", "i".repeat(257))), "id", TooLong),
        (with("\"id\":\"e1\"", r#""id":"a\nb""#), "id", Malformed),
        (with("\"source\":\"/s\",", ""), "source", Missing),
        (with("\"source\":\"/s\"", "\"source\":\"\""), "source", Missing),
        (with("\"source\":\"/s\"", "\"source\":[\"/s\"]"), "source", WrongType),
        (with("\"source\":\"/s\"", &format!("\"source\":\"{}\"", "s".repeat(257))), "source", TooLong),
        (with("\"type\":\"bid.withdrawn\",", ""), "type", Missing),
        (with("bid.withdrawn", "bid.stolen"), "type", UnknownType),
        (with("bid.withdrawn", "Bid.Withdrawn"), "type", UnknownType),
        (with("\"type\":\"bid.withdrawn\"", "\"type\":{}"), "type", WrongType),
        (with("\"time\":\"2026-03-02T09:30:00+08:00\",", ""), "time", Missing),
        (with("\"2026-03-02T09:30:00+08:00\"", "1772415000"), "time", WrongType),
        (with("2026-03-02T09:30:00+08:00", "2026-03-02T09:30:00"), "time", Malformed),
        (with("2026-03-02T09:30:00+08:00", "2026-03-02 09:30:00+08:00"), "time", Malformed),
        (with("2026-03-02T09:30:00+08:00", "2026-03-02"), "time", Malformed),
        (with("2026-03-02T09:30:00+08:00", "yesterday"), "time", Malformed),
        (with("2026-03-02T09:30:00+08:00", "2026-03-02T09:30:00+0800"), "time", Malformed),
        (with("2026-03-02T09:30:00+08:00", "2026-03-02T09:30:00+25:00"), "time", OutOfRange),
        (with("2026-03-02T09:30:00+08:00", "2026-02-30T09:30:00+08:00"), "time", OutOfRange),
        (with("2026-03-02T09:30:00+08:00", "2026-03-02T24:00:00+08:00"), "time", OutOfRange),
        (with("2026-03-02T09:30:00+08:00", "2016-12-31T23:59:60Z"), "time", OutOfRange),
        (with("2026-03-02T09:30:00+08:00", "1969-12-31T23:59:59Z"), "time", OutOfRange),
        (with("2026-03-02T09:30:00+08:00", "9999-12-31T23:59:59Z"), "time", OutOfRange),
        (with(&good[good.find(",\"data\"").expect("data")..], "}"), "data", Missing),
        (envelope("bid.withdrawn", "null").into_bytes(), "data", Missing),
        (envelope("bid.withdrawn", "[]").into_bytes(), "data", WrongType),
        (envelope("bid.withdrawn", "\"x\"").into_bytes(), "data", WrongType),
    ];
    for (bytes, path, code) in rows {
        let refused = refuse(&bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
        assert_eq!(faults(&refused), [(path, code)], "{shown}: {refused}");
    }
}

fn many_keys() -> String {
    (0..1_024).map(|key| format!("\"k{key}\":0,")).collect()
}

#[test]
fn malformed_data_are_refused_with_their_place() {
    let rows: &[(&str, &str, &str, FaultCode)] = &[
        ("bid.withdrawn", r#"{"bidder":@}"#, "data.section", Missing),
        ("bid.withdrawn", r#"{"section":null,"bidder":@}"#, "data.section", Missing),
        ("bid.withdrawn", r#"{"section":"无","bidder":@}"#, "data.section", Missing),
        ("bid.withdrawn", r#"{"section":17,"bidder":@}"#, "data.section", WrongType),
        ("bid.withdrawn", r#"{"section":"a\u0007b","bidder":@}"#, "data.section", Malformed),
        ("bid.withdrawn", r#"{"section":"S1"}"#, "data.bidder", Missing),
        ("bid.withdrawn", r#"{"section":"S1","bidder":{}}"#, "data.bidder.code", Missing),
        (
            "bid.withdrawn",
            r#"{"section":"S1","bidder":{"code":"/","name":"甲"}}"#,
            "data.bidder.code",
            Missing,
        ),
        ("bid.withdrawn", r#"{"section":"S1","bidder":{"code":9199}}"#, "data.bidder.code", WrongType),
        ("bid.withdrawn", r#"{"section":"S1","bidder":"91990000MAR6C1F0KN"}"#, "data.bidder", WrongType),
        ("bid.withdrawn", r#"{"section":"S1","bidder":[@]}"#, "data.bidder", WrongType),
        ("bid.withdrawn", r#"{"section":"S1","bidder":@,"reason":{"a":1}}"#, "data.reason", WrongType),
        ("bid.withdrawn", r#"{"section":"S1","bidder":@,"at":"soon"}"#, "data.at", Malformed),
        (
            "bid.withdrawn",
            r#"{"section":"S1","bidder":@,"at":"2026-13-01T00:00:00Z"}"#,
            "data.at",
            OutOfRange,
        ),
        ("bid.withdrawn", r#"{"section":"S1","bidder":@,"at":1772415000}"#, "data.at", WrongType),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":-1}"#, "data.price", OutOfRange),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":"-1.00"}"#, "data.price", OutOfRange),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":1e308}"#, "data.price", OutOfRange),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":-1e308}"#, "data.price", OutOfRange),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":10000000000000}"#, "data.price", OutOfRange),
        (
            "bid.opened",
            r#"{"section":"S1","bidder":@,"price":18446744073709551615}"#,
            "data.price",
            OutOfRange,
        ),
        (
            "bid.opened",
            r#"{"section":"S1","bidder":@,"price":99999999999999999999999}"#,
            "data.price",
            OutOfRange,
        ),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":0.001}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":1e-9}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":"NaN"}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":"9,000,000"}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":"9e6"}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":"900万元"}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":"+5"}"#, "data.price", Malformed),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":true}"#, "data.price", WrongType),
        ("bid.opened", r#"{"section":"S1","bidder":@,"price":[1]}"#, "data.price", WrongType),
        ("bid.opened", r#"{"section":"S1","bidder":@,"attendee":7.5}"#, "data.attendee", WrongType),
        ("bid.opened", r#"{"section":"S1","bidder":@,"file_digest":7}"#, "data.file_digest", WrongType),
        ("bid.decrypted", r#"{"section":"S1","bidder":@}"#, "data.ok", Missing),
        ("bid.decrypted", r#"{"section":"S1","bidder":@,"ok":"true"}"#, "data.ok", WrongType),
        ("bid.decrypted", r#"{"section":"S1","bidder":@,"ok":1}"#, "data.ok", WrongType),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"device":"3C5282"}"#, "data.device", WrongType),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"device":{"mac":60}}"#, "data.device.mac", WrongType),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"staff":{"person":1}}"#, "data.staff", WrongType),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"staff":[{},7]}"#, "data.staff[1]", WrongType),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"staff":[{"post":[]}]}"#,
            "data.staff[0].post",
            WrongType,
        ),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"agent":{"name":5}}"#, "data.agent.name", WrongType),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"on_site":"yes"}"#, "data.on_site", WrongType),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"consortium":[7]}"#, "data.consortium[0]", WrongType),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"file":{"fingerprints":[1,-1]}}"#,
            "data.file.fingerprints[1]",
            OutOfRange,
        ),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"file":{"fingerprints":[1.5]}}"#,
            "data.file.fingerprints[0]",
            OutOfRange,
        ),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"file":{"fingerprints":["a"]}}"#,
            "data.file.fingerprints[0]",
            WrongType,
        ),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"file":{"size":-1}}"#, "data.file.size", OutOfRange),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"file":{"created_at":"1601-01-01T00:00:00Z"}}"#,
            "data.file.created_at",
            OutOfRange,
        ),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"items":[{"unit_price":1},{"unit_price":"x"}]}"#,
            "data.items[1].unit_price",
            Malformed,
        ),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"items":[{"quantity":-2}]}"#,
            "data.items[0].quantity",
            OutOfRange,
        ),
        ("project.registered", r#"{"project":"P1","tenderer":@}"#, "data.industry", Missing),
        (
            "project.registered",
            r#"{"project":"P1","tenderer":@,"industry":"07"}"#,
            "data.industry",
            NotAccepted,
        ),
        ("project.registered", r#"{"project":"P1","tenderer":@,"industry":1}"#, "data.industry", WrongType),
        (
            "project.registered",
            r#"{"project":"P1","tenderer":@,"industry":"01","method":"open"}"#,
            "data.method",
            NotAccepted,
        ),
        ("section.announced", r#"{"section":"S1"}"#, "data.project", Missing),
        (
            "section.announced",
            r#"{"section":"S1","project":"P1","evaluation_method":"best"}"#,
            "data.evaluation_method",
            NotAccepted,
        ),
        (
            "section.announced",
            r#"{"section":"S1","project":"P1","devices":[[]]}"#,
            "data.devices[0]",
            WrongType,
        ),
        ("section.announced", r#"{"section":"S1","project":"P1","locks":"GLD-1"}"#, "data.locks", WrongType),
        ("deposit.received", r#"{"section":"S1","bidder":@,"form":"cash"}"#, "data.form", NotAccepted),
        ("deposit.received", r#"{"section":"S1","bidder":@,"account":62220001}"#, "data.account", WrongType),
        ("expert.drawn", r#"{"section":"S1"}"#, "data.expert", Missing),
        ("expert.drawn", r#"{"section":"S1","expert":{}}"#, "data.expert.id", Missing),
        (
            "expert.drawn",
            r#"{"section":"S1","expert":{"name":"王"},"pool_size":4294967296}"#,
            "data.pool_size",
            OutOfRange,
        ),
        (
            "expert.signed_in",
            r#"{"section":"S1","expert":{"name":"王"},"status":"asleep"}"#,
            "data.status",
            NotAccepted,
        ),
        (
            "score.given",
            r#"{"section":"S1","expert":{"name":"王"},"bidder":@,"item":"T1"}"#,
            "data.score",
            Missing,
        ),
        (
            "score.given",
            r#"{"section":"S1","expert":{"name":"王"},"bidder":@,"item":"T1","score":1.23456}"#,
            "data.score",
            Malformed,
        ),
        (
            "score.given",
            r#"{"section":"S1","expert":{"name":"王"},"bidder":@,"item":"T1","score":"good"}"#,
            "data.score",
            Malformed,
        ),
        ("award.proposed", r#"{"section":"S1"}"#, "data.candidates", Missing),
        (
            "award.proposed",
            r#"{"section":"S1","candidates":[{"rank":1}]}"#,
            "data.candidates[0].bidder",
            Missing,
        ),
        (
            "award.proposed",
            r#"{"section":"S1","candidates":[{"bidder":@,"rank":-1}]}"#,
            "data.candidates[0].rank",
            OutOfRange,
        ),
        ("contract.changed", r#"{"section":"S1","contractor":@,"delta":"-1e3"}"#, "data.delta", Malformed),
        (
            "contract.signed",
            r#"{"section":"S1","contractor":@,"starts_on":"2026-02-29"}"#,
            "data.starts_on",
            OutOfRange,
        ),
        (
            "contract.signed",
            r#"{"section":"S1","contractor":@,"ends_on":"2201-01-01"}"#,
            "data.ends_on",
            OutOfRange,
        ),
        (
            "contract.signed",
            r#"{"section":"S1","contractor":@,"ends_on":"2026/03/02"}"#,
            "data.ends_on",
            Malformed,
        ),
        (
            "witness.recorded",
            r#"{"section":"S1","kind":"yawning","gravity":"note"}"#,
            "data.kind",
            NotAccepted,
        ),
        ("witness.recorded", r#"{"section":"S1","kind":"other"}"#, "data.gravity", Missing),
        ("witness.device", r#"{"section":"S1","state":"broken"}"#, "data.state", NotAccepted),
        ("complaint.received", r#"{"complaint":"C1"}"#, "data.department", Missing),
        ("party.recorded", r#"{"org":"91990000MAR6C1F0KN"}"#, "data.name", Missing),
        ("party.recorded", r#"{"org":{},"name":"甲"}"#, "data.org.code", Missing),
        (
            "party.recorded",
            r#"{"org":"X","name":"甲","holders":[{"share":51}]}"#,
            "data.holders[0].share",
            OutOfRange,
        ),
        (
            "party.recorded",
            r#"{"org":"X","name":"甲","holders":[{"share":-0.1}]}"#,
            "data.holders[0].share",
            OutOfRange,
        ),
        (
            "party.recorded",
            r#"{"org":"X","name":"甲","founded_on":"1850-01-01"}"#,
            "data.founded_on",
            OutOfRange,
        ),
        ("person.employed", r#"{"person":{"name":"王"},"org":"X"}"#, "data.from_on", Missing),
        ("credit.listed", r#"{"entry":"B1","kind":"rude","from_on":"2026-01-01"}"#, "data.kind", NotAccepted),
        ("event.retracted", r#"{"retracts":{"source":"/s","id":"e1"}}"#, "data.reason", Missing),
        ("event.retracted", r#"{"retracts":{"source":"/s"},"reason":"r"}"#, "data.retracts.id", Missing),
        ("event.retracted", r#"{"retracts":"e1","reason":"r"}"#, "data.retracts", WrongType),
        (
            "alert.closed",
            r#"{"alert":"XZ-1","actor":"a","outcome":"forgotten"}"#,
            "data.outcome",
            NotAccepted,
        ),
    ];
    for (kind, data, path, code) in rows {
        let refused = refuse(event(kind, data));
        assert_eq!(faults(&refused), [(*path, *code)], "{kind} {data}: {refused}");
        assert_eq!((refused.id.as_deref(), refused.kind.as_deref()), (Some("e1"), Some(*kind)));
        assert!(refused.body.is_some());
    }
    let long = |field: &str, length: usize| {
        event(
            "bid.withdrawn",
            &format!(r#"{{"section":"S1","bidder":@,"{field}":"{}"}}"#, "好".repeat(length)),
        )
    };
    admit(long("reason", 4_096));
    assert_eq!(faults(&refuse(long("reason", 4_097))), [("data.reason", TooLong)]);
    let code = |length: usize| event("section.failed", &format!(r#"{{"section":"{}"}}"#, "S".repeat(length)));
    admit(code(128));
    assert_eq!(faults(&refuse(code(129))), [("data.section", TooLong)]);
}

#[test]
fn all_faults_are_told_at_once_up_to_eight() {
    let refused = refuse(event("bid.submitted", r#"{"price":-1,"on_site":"x","device":{"mac":1}}"#));
    let expected = [
        ("data.section", Missing),
        ("data.bidder", Missing),
        ("data.price", OutOfRange),
        ("data.on_site", WrongType),
        ("data.device.mac", WrongType),
    ];
    assert_eq!(faults(&refused), expected);
    let many = event("section.announced", &format!(r#"{{"fingerprints":[{}-1]}}"#, "-1,".repeat(999)));
    assert_eq!(refuse(many).faults.0.len(), 8);
}

#[test]
fn a_fault_says_what_to_give_instead() {
    for (kind, data, expected) in [
        (
            "bid.opened",
            r#"{"section":"S1","bidder":@,"price":-5}"#,
            "data.price: is negative; give yuan from 0 up to 10,000,000,000,000 with at most two decimals",
        ),
        (
            "witness.device",
            r#"{"section":"S1","state":"broken"}"#,
            "data.state: is \"broken\"; give one of ok, interrupted, skewed",
        ),
        (
            "bid.withdrawn",
            r#"{"section":"S1","bidder":@,"at":"1601-01-01T00:00:00Z"}"#,
            "data.at: is \"1601-01-01T00:00:00Z\"; give a year from 1970 to 2100",
        ),
        (
            "bid.withdrawn",
            r#"{"section":"S1","bidder":{"name":"甲"}}"#,
            "data.bidder.code: is missing; give the organisation's unified social credit code",
        ),
    ] {
        assert_eq!(refuse(event(kind, data)).to_string(), expected);
    }
}

#[test]
fn what_means_not_given_is_no_fault_where_nothing_is_needed() {
    let admitted = admit(event(
        "bid.submitted",
        r#"{"section":" s1 ","bidder":@,"price":"/","phone":"无","email":"none","agent":{"id":"-","name":"王"},
            "manager":{"id":"无","name":"暂无"},"staff":[{"person":null}],"submitted_at":"","on_site":null,
            "device":{"mac":"00-00-00-00-00-00","cpu_id":"ffff","ip":"0.0.0.0"},"pricing_lock":"N/A",
            "consortium":[{"code":"/","name":"无"}],"currency":"CNY","unknown":{"deep":[1,2,3]}}"#,
    ));
    let Data::BidSubmitted(bid) = &admitted.event.data else { panic!("{:?}", admitted.event) };
    assert_eq!(bid.section.as_str(), "S1");
    assert_eq!(
        (bid.price, &bid.phone, &bid.email, bid.submitted_at, bid.on_site),
        (None, &None, &None, None, None)
    );
    let agent = bid.agent.as_ref().expect("a name is a person");
    assert_eq!((&agent.id, agent.name.as_deref()), (&None, Some("王")));
    assert_eq!((&bid.manager, &bid.pricing_lock, bid.consortium.len()), (&None, &None, 0));
    let device = bid.device.as_ref().expect("given");
    assert_eq!((&device.mac, &device.cpu_id, &device.ip), (&None, &None, &None));
    assert!(admitted.warnings.is_empty());
}

#[test]
fn a_wrong_check_digit_is_a_warning() {
    let admitted = admit(event("section.failed", r#"{"section":"S1"}"#));
    assert!(admitted.warnings.is_empty());
    let admitted =
        admit(event("bid.withdrawn", r#"{"section":"S1","bidder":{"code":"91990000MAR6C1F0KP"}}"#));
    let warnings: Vec<String> = admitted.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(admitted.warnings[0].as_str(), "credit_code");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].starts_with("data.bidder.code: 91990000MAR6C1F0KP is no unified"), "{warnings:?}");
}

#[test]
fn own_devices_come_as_codes_or_as_devices() {
    let admitted = admit(event(
        "section.announced",
        r#"{"section":"S1","project":"P1","devices":["3c-52",{"mac":"AA:BB","ip":"1.2.3.4","cpu_id":"无"}],"locks":["GLD-77"]}"#,
    ));
    let Data::SectionAnnounced(section) = admitted.event.data else { panic!("{:?}", admitted.event) };
    let texts = |codes: &[xiezhi_dataflows::event::Hardware]| {
        codes.iter().map(|code| code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(texts(&section.devices), ["3C52", "AABB", "1.2.3.4"]);
    assert_eq!(texts(&section.locks), ["GLD77"]);
}

#[test]
fn the_body_does_not_depend_on_the_order_of_keys() {
    let first = admit(event("bid.opened", r#"{"section":"S1","bidder":@,"price":10,"x":{"b":1,"a":2}}"#));
    let second = admit(
        r#" {"data": {"x":{"a":2.0,"b":1e0}, "price":10.00, "bidder":{"name":"测试甲建设有限公司","code":"91990000MAR6C1F0KN"},
             "section":"S1"}, "time":"2026-03-02T09:30:00+08:00", "type":"bid.opened", "source":"\/s", "id":"e1",
             "specversion":"1.0"} "#,
    );
    assert_eq!(String::from_utf8_lossy(&first.body), String::from_utf8_lossy(&second.body));
    assert_eq!(first, second);
}

#[test]
fn every_case_is_admitted_and_reads_the_same_from_the_journal() {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/cases"));
    let (mut cases, mut events) = (0, 0);
    for entry in fs::read_dir(folder).expect("tests/cases") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        cases += 1;
        let case = Json::parse(&fs::read(&path).expect("a case")).expect("JSON");
        let Some(Json::Array(list)) = case.get("events") else { panic!("{}: no events", path.display()) };
        for json in list {
            let admitted = admit(json.to_bytes());
            assert_eq!(reread(&admitted.body, &Placeholders::default()).as_ref(), Ok(&admitted.event));
            assert_eq!(door().readmit(&admitted.body).as_ref(), Ok(&admitted), "once scrubbed is enough");
            assert!(!String::from_utf8_lossy(&admitted.body).contains("测试证件"), "{}", path.display());
            events += 1;
        }
    }
    assert!(cases >= 50 && events >= 500, "{cases} cases, {events} events");
}

#[test]
fn the_types_are_those_of_the_contract() {
    assert_eq!(KINDS.len(), 64, "61 of events.md, and three that only the daemon writes");
    for kind in KINDS {
        let refused = refuse(envelope(kind, "7"));
        assert_eq!(faults(&refused), [("data", WrongType)], "{kind}");
    }
    let admitted = admit(event("payment.made", "{}"));
    assert_eq!(
        (admitted.event.data.kind(), admitted.event.time),
        ("payment.made", Instant(1_772_415_000_000_000))
    );
}
