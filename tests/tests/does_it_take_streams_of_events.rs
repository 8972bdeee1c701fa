//! Does it take streams of events? NDJSON of any length as it comes, compressed or not, broken off, with a bomb in it.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use xiezhi_tests::events::{BIDDERS, announced, event, ndjson};
use xiezhi_tests::{Answer, Client, Home};

const LINES: &str = "application/x-ndjson";

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn post(client: &Client, encoding: &str, body: Vec<u8>) -> Answer {
    let headers = [("content-type", LINES), ("content-encoding", encoding)];
    client.ask("POST", "/api/v1/events", &headers, body).expect("an answer")
}

/// So many events: sections, each announced.
fn many(from: usize, count: usize) -> String {
    let events: Vec<_> = (from..from + count).map(|n| announced(&format!("E{n}"))).collect();
    ndjson(&events)
}

#[test]
fn more_than_a_batch_is_taken_in_one_request_and_each_refusal_is_named() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let mut lines: Vec<String> = many(0, 25_000).lines().map(str::to_owned).collect();
    for (at, line) in [(7, "{\"half\": "), (12_345, "[]"), (24_999, "{}")] {
        lines[at] = line.to_owned();
    }
    lines[20_000] = format!("{{\"id\": \"{}\"}}", "x".repeat(3 << 20));
    let text = lines.join("\r\n");
    let answer = post(&client, "identity", text.clone().into_bytes());
    assert_eq!(answer.status, 202, "{}", answer.text());
    let receipt = answer.json();
    assert_eq!((&receipt["accepted"], &receipt["duplicate"]), (&json!(24_996), &json!(0)));
    let refused = receipt["quarantined"].as_array().expect("a list");
    let told: Vec<_> = refused.iter().map(|refusal| (&refusal["index"], &refusal["code"])).collect();
    assert_eq!(told[0], (&json!(7), &json!("malformed_json")));
    assert_eq!(told[2], (&json!(20_000), &json!("too_large")));
    assert_eq!(
        told.iter().map(|(index, _)| (*index).clone()).collect::<Vec<_>>(),
        [7, 12_345, 20_000, 24_999]
    );
    assert!(refused[2]["reason"].as_str().expect("a reason").contains("only its beginning is kept"));
    assert_eq!(client.metric("xiezhi_journal_events"), 24_996.0);

    // The same again, compressed: nothing is taken twice.
    let again = post(&client, "gzip", gzip(text.as_bytes()));
    assert_eq!((again.status, &again.json()["duplicate"]), (202, &json!(24_996)));
    assert_eq!(client.metric("xiezhi_journal_events"), 24_996.0);
    let rows = client.list("/api/v1/quarantine", 100);
    assert_eq!(rows.len(), 4, "the same refused again is the same row");
}

#[test]
fn more_refusals_than_a_receipt_lists_are_counted() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let text: String = (0..1_500).map(|n| format!("{{\"n\": {n}}}\n")).collect();
    let receipt = post(&client, "identity", text.into_bytes()).json();
    assert_eq!(receipt["quarantined"].as_array().map(Vec::len), Some(1_000));
    assert_eq!(receipt["quarantined_unlisted"], 500);
}

#[test]
fn what_fails_half_way_says_how_much_was_taken() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let text = many(0, 20_000);
    let mut half = gzip(text.as_bytes());
    half.truncate(half.len() / 2);
    let answer = post(&client, "gzip", half);
    assert_eq!((answer.status, answer.problem().as_str()), (400, "bad_encoding"));
    let taken = client.metric("xiezhi_journal_events");
    let said = answer.json()["detail"].as_str().expect("a text").to_owned();
    assert!(
        taken > 1_000.0 && said.contains(&format!("; {taken} events before it were taken")),
        "{taken}: {said}"
    );
    let receipt = post(&client, "gzip", gzip(text.as_bytes())).json();
    assert_eq!(
        (&receipt["accepted"], &receipt["duplicate"]),
        (&json!(20_000 - taken as u64), &json!(taken as u64))
    );

    // A bomb costs little, and nothing else suffers.
    let bomb = gzip(&vec![b' '; 256 << 20]);
    assert_eq!(post(&client, "gzip", bomb).problem(), "compressed_too_much");
    assert_eq!(post(&client, "br", b"{}".to_vec()).problem(), "unsupported_media_type");
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.id())).expect("its status");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    assert!(peak.expect("its peak") < 512 << 10, "{peak:?} kB");

    // Deeds of supervisors are not taken from who only reports: what came before them is.
    let token = xiezhi_tests::run(&[
        "token",
        "--config",
        home.path("xiezhi.toml").to_str().expect("a path"),
        "add",
        "系统",
        "--role",
        "ingest",
    ]);
    let system = client.with_token(token.well().out.trim());
    let deed = event("d1", "alert.acknowledged", json!({"alert": "XZ-7K3M-92QD", "actor": BIDDERS[0]}));
    let answer = post(&system, "identity", format!("{deed}\n{}", many(30_000, 10)).into_bytes());
    assert_eq!((answer.status, answer.problem().as_str()), (403, "forbidden"));
    assert_eq!(client.metric("xiezhi_journal_events"), 20_000.0);
}

/// A request that breaks off: whole lines before it are taken, the daemon stands, and the rest can be sent again.
#[test]
fn a_connection_that_breaks_off_leaves_what_was_whole() {
    let home = Home::new();
    let (mut daemon, client) = home.start();
    let address = daemon.address().expect("where it listens");
    let token = std::fs::read_to_string(home.data().join("admin.token")).expect("a token");
    let text = many(0, 9_000);
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(
        stream,
        "POST /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: {LINES}\r\nContent-Length: {}\r\n\r\n",
        token.trim(),
        text.len()
    )
    .expect("written");
    stream.write_all(&text.as_bytes()[..text.len() - 10]).expect("written");
    stream.shutdown(std::net::Shutdown::Write).expect("shut");
    stream.read_to_end(&mut Vec::new()).ok();
    let receipt = post(&client, "identity", text.into_bytes()).json();
    let (accepted, duplicate) =
        (receipt["accepted"].as_u64().expect("a number"), receipt["duplicate"].as_u64().expect("a number"));
    assert_eq!(accepted + duplicate, 9_000, "{receipt}");
    assert!(duplicate > 0 && accepted > 0, "{receipt}");
}
