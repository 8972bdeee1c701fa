//! How fast events come in, door to journal: in one run, on the real binary, over HTTP and over Redis, beside what parsing alone
//! takes. `cargo run --release -p xiezhi-tests --bin throughput [EVENTS]` prints one line of JSON.
//!
//! Rates go up and down with the machine, so each is given as a ratio too: to the budget, and to what the door alone manages on one core.

use serde_json::json;
use std::time::{Duration, Instant};
use xiezhi_dataflows::event::Door;
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_simulator::{Settings, Venue};
use xiezhi_tests::servers::{self, Server};
use xiezhi_tests::{Client, Home};

/// Events a second that the design asks for.
const BUDGET: f64 = 50_000.0;
/// Events where none are asked for.
const EVENTS: usize = 300_000;
/// Events in one request over HTTP, and in one pipeline to Redis.
const BATCH: usize = 5_000;
const STREAM: &str = "xiezhi:events:bid";

fn main() {
    let events =
        std::env::args().nth(1).map_or(EVENTS, |text| text.parse().expect("EVENTS: give a whole number"));
    let lines = lines(events);
    let bytes: usize = lines.iter().map(String::len).sum();
    let door = through_the_door(&lines);
    let (http, at_once) = over_http(&lines);
    let redis = over_redis(&lines);
    let ratio =
        |rate: f64| json!({"events_per_s": rate.round(), "of_budget": rate / BUDGET, "of_door": rate / door});
    let told = json!({
        "events": events,
        "bytes_per_event": bytes / events,
        "door_one_core": {"events_per_s": door.round(), "of_budget": door / BUDGET},
        "http_ndjson": ratio(http),
        "http_ndjson_one_request": ratio(at_once),
        "redis": ratio(redis),
    });
    println!("{told}");
}

/// A busy venue's events, a line of JSON each.
fn lines(count: usize) -> Vec<String> {
    let settings = Settings { bids_per_day: 2_000, days: 365, ..Settings::default() };
    let venue = Venue::new(settings).expect("a venue");
    let lines: Vec<String> = venue.flat_map(|day| day.events).map(|event| event.json).take(count).collect();
    assert_eq!(lines.len(), count, "EVENTS: a year of the venue has {} events", lines.len());
    lines
}

fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Parsing, scrubbing, reading: what every event costs before anything is written.
fn through_the_door(lines: &[String]) -> f64 {
    let door = Door::new(&[7; 32], Placeholders::default());
    let began = Instant::now();
    let admitted = lines.iter().filter(|line| door.admit(line.as_bytes()).is_ok()).count();
    assert_eq!(admitted, lines.len(), "the door takes what the simulator makes");
    rate(lines.len(), began.elapsed())
}

/// In requests of [`BATCH`] events, one after the other, and then all in one request: until the answer, so until durable.
fn over_http(lines: &[String]) -> (f64, f64) {
    let bodies: Vec<String> = lines.chunks(BATCH).map(|lines| lines.join("\n")).collect();
    let home = Home::new();
    let (_daemon, client) = home.start();
    let began = Instant::now();
    bodies.into_iter().for_each(|body| posted(&client, body));
    let in_batches = rate(lines.len(), began.elapsed());
    let home = Home::new();
    let (_daemon, client) = home.start();
    let whole = lines.join("\n");
    let began = Instant::now();
    posted(&client, whole);
    (in_batches, rate(lines.len(), began.elapsed()))
}

fn posted(client: &Client, body: String) {
    let answer = client.try_post("application/x-ndjson", body).expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
}

/// From a stream that is full when the daemon starts to read, until the last is journalled.
fn over_redis(lines: &[String]) -> f64 {
    let server = servers::redis("");
    fill(&server, lines);
    let home = Home::new();
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n[redis]\n\
             url = \"redis://127.0.0.1:{}\"\nstreams = [\"{STREAM}\"]\n",
            server.port
        ),
    );
    let (_daemon, client) = home.start();
    let began = Instant::now();
    let before = client.metric("xiezhi_journal_events");
    while client.metric("xiezhi_journal_events") < lines.len() as f64 {
        std::thread::sleep(Duration::from_millis(10));
    }
    rate(lines.len() - before as usize, began.elapsed())
}

fn fill(server: &Server, lines: &[String]) {
    for lines in lines.chunks(BATCH) {
        servers::redis_pipe(
            server,
            lines.iter().map(|line| vec!["XADD", STREAM, "*", "event", line.as_str()]),
        );
    }
}
