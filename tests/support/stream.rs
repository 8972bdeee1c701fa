//! A reader of the alert stream (server-sent events).

use crate::http::Client;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// One event of a stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Its id.
    pub id: u64,
    /// Its kind.
    pub event: String,
    /// What it holds.
    pub data: Value,
}

/// An open stream; a thread reads it until the daemon ends it or this is dropped and the next event comes.
pub struct Stream {
    seen: Receiver<Seen>,
}

impl Stream {
    /// Opens the stream of alerts, after an id if one is given. When this returns, the daemon follows.
    ///
    /// # Panics
    /// If it is not opened.
    pub fn open(client: &Client, last_event_id: Option<u64>) -> Stream {
        let response = client.open("/api/v1/alerts/stream", last_event_id).expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        let kind = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        assert_eq!(kind, Some("text/event-stream"));
        let (send, seen) = channel();
        std::thread::spawn(move || {
            let (mut id, mut event, mut data) = (None, String::new(), String::new());
            for line in BufReader::new(response).lines() {
                let Ok(line) = line else { return };
                match line.split_once(": ").unwrap_or((&line, "")) {
                    ("id", text) => id = text.parse().ok(),
                    ("event", text) => text.clone_into(&mut event),
                    ("data", text) => data.push_str(text),
                    _ => {}
                }
                if line.is_empty() && !data.is_empty() {
                    let id = id.take().expect("an event has an id");
                    let data = serde_json::from_str(&std::mem::take(&mut data)).expect("JSON");
                    if send.send(Seen { id, event: std::mem::take(&mut event), data }).is_err() {
                        return;
                    }
                }
            }
        });
        Stream { seen }
    }

    /// The next event; none if the stream has ended or nothing comes in time.
    pub fn next_within(&self, wait: Duration) -> Option<Seen> {
        self.seen.recv_timeout(wait).ok()
    }

    /// The next event.
    ///
    /// # Panics
    /// If none comes.
    pub fn wait_next(&self) -> Seen {
        self.next_within(crate::PATIENCE).expect("an event of the stream")
    }

    /// Whether the daemon has ended the stream, with nothing more to read.
    pub fn has_ended(&self) -> bool {
        self.seen.recv_timeout(crate::PATIENCE) == Err(RecvTimeoutError::Disconnected)
    }
}
