//! Does bad input leave it standing? What no honest system sends, and some that honest systems do (scoreboard, row 17).
//!
//! Each of them is answered: with a receipt that names place and code and an entry of the quarantine, or with a problem
//! document. All are counted. The daemon goes on. And each carries an identity number of its own, of which no byte of the
//! data directory, of standard output or of the log may know afterwards.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};
use xiezhi_dataflows::json::EVENT_BYTES_MAX;
use xiezhi_tests::events::{bid, one_lock};
use xiezhi_tests::{Client, Home, eventually};

/// What becomes of a body.
#[derive(Clone, Debug)]
enum Becomes {
    /// 202, and an entry of the quarantine with this code and path.
    Quarantined(&'static str, String),
    /// A problem document with this status and code.
    Problem(u16, &'static str),
}

use Becomes::{Problem, Quarantined};

/// A body that is bad.
struct Bad {
    body: Vec<u8>,
    kind: &'static str,
    becomes: Becomes,
}

/// The bodies, and the identity numbers that were put into them.
#[derive(Default)]
struct Gathered {
    bad: Vec<Bad>,
    numbers: Vec<String>,
}

/// A resident identity number that checks out and is nobody's: its district does not exist.
fn number(of: usize) -> String {
    let digits = format!("82990519491231{of:03}");
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

const ORG: &str = r#"{"code":"91990000MAR6C1F0KN","name":"测试甲建设有限公司"}"#;

impl Gathered {
    /// A fresh number.
    fn number(&mut self) -> String {
        self.numbers.push(number(self.numbers.len()));
        self.numbers[self.numbers.len() - 1].clone()
    }

    /// A good event with a person in it and in a note, under an id of its own.
    fn good(&mut self) -> String {
        let (place, number) = (self.bad.len(), self.number());
        let data = format!(
            r#"{{"section":"S1","bidder":{ORG},"agent":{{"id":"{number}","name":"王"}},"note":"证件{number}。","{number}":0}}"#
        );
        format!(
            r#"{{"specversion":"1.0","id":"bad-{place}","source":"/s","type":"bid.submitted","time":"2026-03-02T09:30:00+08:00","data":{data}}}"#
        )
    }

    fn raw(&mut self, body: impl Into<Vec<u8>>, code: &'static str, path: &str) {
        let becomes = Quarantined(code, path.to_owned());
        self.bad.push(Bad { body: body.into(), kind: "application/json", becomes });
    }

    fn problem(&mut self, body: impl Into<Vec<u8>>, kind: &'static str, status: u16, code: &'static str) {
        self.bad.push(Bad { body: body.into(), kind, becomes: Problem(status, code) });
    }

    /// The good event with something replaced.
    fn with(&mut self, from: &str, to: &str, code: &'static str, path: &str) {
        let good = self.good();
        assert!(good.contains(from), "{from}");
        self.raw(good.replacen(from, to, 1), code, path);
    }

    /// An event of a type with data; `@` stands for a good organisation.
    fn data(&mut self, kind: &str, data: &str, code: &'static str, path: &str) {
        let (place, number) = (self.bad.len(), self.number());
        let data = data.replace('@', ORG).replacen(
            '{',
            &format!(r#"{{"id_card":"{number}","note":"号{number}","#),
            1,
        );
        let text = format!(
            r#"{{"specversion":"1.0","id":"bad-{place}","source":"/s","type":"{kind}","time":"2026-03-02T09:30:00+08:00","data":{data}}}"#
        );
        self.raw(text, code, path);
    }
}

fn bytes_that_are_no_event(all: &mut Gathered) {
    let good = all.good();
    all.raw("", "malformed_json", "");
    all.raw(b"\x00\x01\x02", "malformed_json", "");
    all.raw("hello", "malformed_json", "");
    all.raw("null", "wrong_type", "");
    all.raw("42", "wrong_type", "");
    all.raw(format!("\"{}\"", all.numbers[0]), "wrong_type", "");
    all.raw(&good.as_bytes()[..good.len() - 1], "malformed_json", "");
    all.raw(format!("{good} {good}"), "malformed_json", "");
    all.raw(format!("\u{feff}{good}"), "malformed_json", "");
    all.raw(format!("{good},"), "malformed_json", "");
    all.raw(format!("[{good} {good}]"), "malformed_json", "");
    all.raw(good.replace('"', "'"), "malformed_json", "");
    all.raw(good.replace("证件", "\u{1}"), "malformed_json", "");
    all.raw(good.replace("证件", r"\ud800"), "malformed_json", "");
    all.raw(good.replace("证件", "\\x41"), "malformed_json", "");
    for literal in ["NaN", "Infinity", "-Infinity", "1e999", "01", "+1", ".5", "0x10", "1_000", "undefined"] {
        let good = all.good();
        all.raw(good.replace("\"S1\"", literal), "malformed_json", "");
    }
    let invalid = |text: &str| [text.as_bytes(), &[0xff, 0xfe], b"\"}"].concat();
    all.raw(invalid(&format!("{{\"id\":\"{}", all.numbers[0])), "malformed_json", "");
    let wide: Vec<u8> = good.encode_utf16().flat_map(u16::to_le_bytes).collect();
    all.raw(wide, "malformed_json", "");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(good.as_bytes()).expect("into memory");
    let packed = packed.finish().expect("into memory");
    all.raw(packed.clone(), "malformed_json", "");
    all.raw(&packed[..10], "malformed_json", "");
    all.raw([&packed[..10], good.as_bytes()].concat(), "malformed_json", "");
}

fn envelopes_that_are_wrong(all: &mut Gathered) {
    let deep = format!("data.section{}", "[0]".repeat(14));
    let long = |length: usize| format!("\"{}\"", "x".repeat(length));
    all.with("\"id\":\"bad", "\"id\":\"a\",\"id\":\"bad", "duplicate_key", "id");
    all.with("\"section\":", "\"section\":\"S2\",\"section\":", "duplicate_key", "data.section");
    all.with("\"S1\"", &format!("{}{}", "[".repeat(40), "]".repeat(40)), "too_deep", &deep);
    all.with("\"S1\"", &"[".repeat(100_000), "too_deep", &deep);
    all.with("\"S1\"", &"{\"a\":".repeat(100_000), "too_deep", &format!("data.section{}", ".a".repeat(14)));
    all.with("\"S1\"", &long(65_537), "too_long", "data.section");
    all.with("\"S1\"", &format!("[{}0]", "0,".repeat(65_536)), "too_large", "data.section");
    all.with("\"section\"", &long(300), "too_long", "data");
    let keys: String = (0..50_000).map(|key| format!("\"{key}\":0,")).collect();
    all.with("\"section\"", &format!("{keys}\"section\""), "too_large", "data");
    let good = all.good();
    all.raw([good.as_bytes(), &vec![b' '; EVENT_BYTES_MAX]].concat(), "too_large", "");
    for (from, to, code, path) in [
        ("\"specversion\":\"1.0\",", "", "missing", "specversion"),
        ("\"specversion\":\"1.0\"", "\"specversion\":1.0", "wrong_type", "specversion"),
        ("\"specversion\":\"1.0\"", "\"specversion\":\"2.0\"", "unsupported_version", "specversion"),
        ("\"id\":\"bad", "\"no\":\"bad", "missing", "id"),
        ("\"source\":\"/s\"", "\"source\":\"\"", "missing", "source"),
        ("\"source\":\"/s\"", "\"source\":[\"/s\"]", "wrong_type", "source"),
        ("\"type\":\"bid.submitted\"", "\"type\":\"bid.stolen\"", "unknown_type", "type"),
        ("\"type\":\"bid.submitted\"", "\"type\":{}", "wrong_type", "type"),
        ("2026-03-02T09:30:00+08:00", "2026-03-02T09:30:00", "malformed", "time"),
        ("2026-03-02T09:30:00+08:00", "2026-02-30T09:30:00+08:00", "out_of_range", "time"),
        ("2026-03-02T09:30:00+08:00", "1969-12-31T23:59:59Z", "out_of_range", "time"),
        ("2026-03-02T09:30:00+08:00", "9999-12-31T23:59:59Z", "out_of_range", "time"),
        ("2026-03-02T09:30:00+08:00", "-271821-04-20T00:00:00Z", "malformed", "time"),
    ] {
        all.with(from, to, code, path);
    }
}

fn data_that_are_wrong(all: &mut Gathered) {
    let opened = |price: &str| format!(r#"{{"section":"S1","bidder":@,"price":{price}}}"#);
    for price in
        ["-1", "\"-1.00\"", "1e308", "-1e308", "10000000000000", "18446744073709551615", &"9".repeat(400)]
    {
        // A number too large for a double is no JSON here; one that fits and is no price is out of range.
        let code = if price.len() == 400 { ("malformed_json", "") } else { ("out_of_range", "data.price") };
        all.data("bid.opened", &opened(price), code.0, code.1);
    }
    for price in ["0.001", "1e-9", "\"NaN\"", "\"9,000,000\"", "\"9e6\"", "\"900万元\"", "\"+5\""] {
        all.data("bid.opened", &opened(price), "malformed", "data.price");
    }
    for price in ["true", "[1]", "{}"] {
        all.data("bid.opened", &opened(price), "wrong_type", "data.price");
    }
    for (kind, data, code, path) in [
        ("bid.withdrawn", r#"{"bidder":@}"#, "missing", "data.section"),
        ("bid.withdrawn", r#"{"section":"无","bidder":@}"#, "missing", "data.section"),
        ("bid.withdrawn", r#"{"section":17,"bidder":@}"#, "wrong_type", "data.section"),
        ("bid.withdrawn", r#"{"section":"a\u0000b","bidder":@}"#, "malformed", "data.section"),
        ("bid.withdrawn", r#"{"section":"S1","bidder":{"code":"/"}}"#, "missing", "data.bidder.code"),
        ("bid.withdrawn", r#"{"section":"S1","bidder":[@]}"#, "wrong_type", "data.bidder"),
        ("bid.withdrawn", r#"{"section":"S1","bidder":@,"at":"soon"}"#, "malformed", "data.at"),
        (
            "bid.withdrawn",
            r#"{"section":"S1","bidder":@,"at":"2026-13-01T00:00:00Z"}"#,
            "out_of_range",
            "data.at",
        ),
        ("bid.decrypted", r#"{"section":"S1","bidder":@,"ok":"true"}"#, "wrong_type", "data.ok"),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"device":{"mac":60}}"#,
            "wrong_type",
            "data.device.mac",
        ),
        ("bid.submitted", r#"{"section":"S1","bidder":@,"staff":[{},7]}"#, "wrong_type", "data.staff[1]"),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"file":{"size":-1}}"#,
            "out_of_range",
            "data.file.size",
        ),
        (
            "bid.submitted",
            r#"{"section":"S1","bidder":@,"items":[{"quantity":-2}]}"#,
            "out_of_range",
            "data.items[0].quantity",
        ),
        (
            "project.registered",
            r#"{"project":"P1","tenderer":@,"industry":"07"}"#,
            "not_accepted",
            "data.industry",
        ),
        ("section.announced", r#"{"section":"S1"}"#, "missing", "data.project"),
        (
            "contract.signed",
            r#"{"section":"S1","contractor":@,"starts_on":"2026-02-29"}"#,
            "out_of_range",
            "data.starts_on",
        ),
        (
            "contract.signed",
            r#"{"section":"S1","contractor":@,"ends_on":"2201-01-01"}"#,
            "out_of_range",
            "data.ends_on",
        ),
        (
            "contract.signed",
            r#"{"section":"S1","contractor":@,"ends_on":"2026/03/02"}"#,
            "malformed",
            "data.ends_on",
        ),
        (
            "witness.recorded",
            r#"{"section":"S1","kind":"yawning","gravity":"note"}"#,
            "not_accepted",
            "data.kind",
        ),
        (
            "party.recorded",
            r#"{"org":"X","name":"甲","holders":[{"share":51}]}"#,
            "out_of_range",
            "data.holders[0].share",
        ),
        ("event.retracted", r#"{"retracts":{"source":"/s"},"reason":"r"}"#, "missing", "data.retracts.id"),
        ("event.retracted", r#"{"retracts":"e1","reason":"r"}"#, "wrong_type", "data.retracts"),
    ] {
        all.data(kind, data, code, path);
    }
}

fn requests_that_are_wrong(all: &mut Gathered) {
    let good = all.good();
    for array in [format!("[{good}"), format!("[{good}]]"), format!("[{good}] {good}")] {
        all.problem(array, "application/json", 400, "malformed_json");
    }
    all.problem(good.clone(), "text/plain", 415, "unsupported_media_type");
    all.problem(good.clone(), "application/x-www-form-urlencoded", 415, "unsupported_media_type");
    all.problem(
        format!("[{}{good}]", format!("{good},").repeat(10_000)),
        "application/json",
        400,
        "too_many_events",
    );
    all.problem([good.as_bytes(), &vec![b' '; 16 << 20]].concat(), "application/json", 413, "body_too_large");
}

/// Bytes that are no HTTP, or odd HTTP: whatever the answer is, it comes or the connection ends.
fn no_http(client: &Client, address: std::net::SocketAddr) {
    let post = "POST /api/v1/events HTTP/1.1\r\nHost: x\r\n";
    for bytes in [
        "\r\n\r\n\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1 << 20)),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "x: y\r\n".repeat(10_000)),
        format!("{post}Content-Length: -1\r\n\r\n"),
        format!("{post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef"),
        format!(
            "{post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n"
        ),
        format!("{post}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"),
        format!("{post}Content-Length: 18446744073709551615\r\n\r\n{{}}"),
        format!("{post}Authorization: Bearer \u{e9}\r\nContent-Length: 2\r\n\r\n{{}}"),
    ] {
        let mut stream = TcpStream::connect(address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        // It may have hung up on us in the middle.
        stream.write_all(bytes.as_bytes()).ok();
        stream.shutdown(Shutdown::Write).ok();
        let (begun, mut answer) = (Instant::now(), Vec::new());
        stream.read_to_end(&mut answer).ok();
        let shown = String::from_utf8_lossy(&answer);
        let start = &bytes[..bytes.len().min(60)];
        assert!(begun.elapsed() < Duration::from_secs(15), "no answer to {start:?}");
        assert!(answer.is_empty() || shown.starts_with("HTTP/1.1 4"), "{start:?}: {shown}");
    }
    assert_eq!(client.get("/healthz").status, 200);
}

fn leaks(numbers: &[String], what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let leaked: Vec<&String> = numbers.iter().filter(|number| text.contains(number.as_str())).collect();
    assert!(leaked.is_empty(), "{what} holds identity numbers that were sent: {leaked:?}");
}

#[test]
fn bad_input_is_answered_kept_counted_and_forgets_identity_numbers() {
    let mut all = Gathered::default();
    bytes_that_are_no_event(&mut all);
    envelopes_that_are_wrong(&mut all);
    data_that_are_wrong(&mut all);
    requests_that_are_wrong(&mut all);
    let Gathered { bad, mut numbers } = all;
    assert!(bad.len() >= 60 && numbers.len() >= 60, "{} bodies", bad.len());

    let home = Home::new();
    let (mut daemon, client) = home.start();
    let mut expected: BTreeMap<(String, String), u64> = BTreeMap::new();
    for (at, Bad { body, kind, becomes }) in bad.iter().enumerate() {
        let shown = String::from_utf8_lossy(&body[..body.len().min(160)]);
        let answer =
            client.try_post(kind, body.clone()).unwrap_or_else(|error| panic!("{at}: {error}: {shown}"));
        match becomes {
            Problem(status, code) => {
                assert_eq!((answer.status, answer.problem().as_str()), (*status, *code), "{at}: {shown}");
            }
            Quarantined(code, path) => {
                assert_eq!(answer.status, 202, "{at}: {}: {shown}", answer.text());
                let receipt = answer.json();
                assert_eq!(
                    (&receipt["accepted"], &receipt["duplicate"]),
                    (&json!(0), &json!(0)),
                    "{at}: {shown}"
                );
                let entries = receipt["quarantined"].as_array().expect("entries");
                let [entry] = &entries[..] else { panic!("{at}: {receipt}: {shown}") };
                let got =
                    (entry["code"].as_str().unwrap_or_default(), entry["path"].as_str().unwrap_or_default());
                assert_eq!((got, &entry["index"]), ((*code, path.as_str()), &json!(0)), "{at}: {shown}");
                assert!(entry["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{receipt}");
                leaks(&numbers, "a receipt", answer.body.as_slice());
                *expected.entry(((*code).to_owned(), path.clone())).or_default() += 1;
            }
        }
    }
    // Two contents under one name: the first stands. In one batch, and over two.
    let secret = number(999);
    let twice = |price: u64| bid("S9", 0, json!({"price": price, "agent": {"id": secret, "name": "王"}}));
    let receipt = client.post(&[twice(1), twice(2), twice(1)]);
    assert_eq!((&receipt["accepted"], &receipt["duplicate"]), (&json!(1), &json!(1)));
    assert_eq!(receipt["quarantined"][0]["code"], "conflict");
    assert_eq!(client.post(&[twice(3)])["quarantined"][0]["code"], "conflict");
    expected.insert(("conflict".to_owned(), "id".to_owned()), 2);
    numbers.push(secret);

    let kept = client.list("/api/v1/quarantine", 7);
    let mut listed: BTreeMap<(String, String), u64> = BTreeMap::new();
    for entry in &kept {
        let reasons = entry["reasons"].as_array().expect("reasons");
        let text = |field: &str| reasons[0][field].as_str().expect("a text").to_owned();
        assert!(!text("message").is_empty() && entry["origin"] == "http", "{entry}");
        assert!(
            entry["sealed"] == json!(false) || entry["event"].is_null(),
            "what is sealed is not shown: {entry}"
        );
        assert!(
            text("code") != "malformed_json" || entry["sealed"] == json!(true),
            "no JSON, so sealed: {entry}"
        );
        *listed.entry((text("code"), text("path"))).or_default() += entry["count"].as_u64().expect("a count");
    }
    assert_eq!(listed, expected, "the quarantine lists every one with its reason");
    let sum = |outcome: &str| -> f64 {
        let metrics = client.get("/metrics").text();
        let label = format!("outcome=\"{outcome}\"");
        let lines = metrics.lines().filter(|l| l.starts_with("xiezhi_events_total{") && l.contains(&label));
        lines.map(|line| line.rsplit_once(' ').expect("a value").1.parse::<f64>().expect("a number")).sum()
    };
    assert_eq!((sum("conflict"), sum("accepted")), (2.0, 1.0));
    assert_eq!(sum("refused") as u64 + 2, expected.values().sum::<u64>());

    no_http(&client, daemon.address().expect("it listens"));
    // Among bad lines a good one is taken, and works.
    let mut lines: Vec<Value> = one_lock("E1");
    lines.insert(1, json!({"note": numbers[0], "agent": numbers[1]}));
    let receipt = client.post(&lines);
    assert_eq!((&receipt["accepted"], &receipt["quarantined"][0]["index"]), (&json!(3), &json!(1)));
    eventually("a good event still works", || {
        let found = client.list("/api/v1/findings?rule=DEV-03&section=E1", 10);
        (found.len() == 1).then_some(())
    });
    eventually("a notice of it is printed", || (!daemon.notices().is_empty()).then_some(()));

    let clean = |when: &str| {
        for (name, bytes) in home.files() {
            leaks(&numbers, &format!("{name} {when}"), &bytes);
        }
    };
    clean("while it runs");
    leaks(&numbers, "what it says", &daemon.said());
    let list = serde_json::to_vec(&client.list("/api/v1/quarantine", 1000)).expect("JSON");
    leaks(&numbers, "the list of the quarantine", &list);
    let ended = daemon.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(!ended.log.contains("panicked") && !ended.log.contains("\"ERROR\""), "{}", ended.log);
    clean("after it stopped");
    leaks(&numbers, "the log", ended.log.as_bytes());
    println!(
        "{} bad bodies, {} identity numbers, {} entries of the quarantine",
        bad.len(),
        numbers.len(),
        kept.len()
    );
}

#[test]
fn a_request_that_never_ends_does_not_hold_up_the_stop() {
    let home = Home::new();
    let (mut daemon, client) = home.start();
    let address = daemon.address().expect("it listens");
    let mut silent = TcpStream::connect(address).expect("it listens");
    let mut slow = TcpStream::connect(address).expect("it listens");
    slow.write_all(b"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Le").expect("sent");
    silent.write_all(b"").expect("sent");
    client.accept(&one_lock("E1"));
    let begun = Instant::now();
    let ended = daemon.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    drop((silent, slow));
}
