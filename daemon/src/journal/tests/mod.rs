//! Does the journal keep its promises? One file a question; what they share is here.
//!
//! Tests that look into `journal.db` with anything but SQLite close the journal first (invariant 5 of `schema.rs`).

mod algorithms;
mod append_only;
mod crash;
mod decisions;
mod formats;
mod order;
mod poison;
mod quarantine;
mod rates;
mod refusals;
mod site_key;

use super::{Entry, Filter, Journal, JournalError, NewEvent, Quarantined, Reader};
use std::ops::ControlFlow;
use std::path::Path;

const KEY: [u8; 32] = [7; 32];
const NOW: i64 = 1_772_415_000_000_000;

fn open(dir: &Path) -> Journal {
    Journal::open(dir, &KEY).unwrap()
}

/// What is in quarantine, in order.
fn quarantined(journal: &Journal) -> Vec<Quarantined> {
    journal.store.quarantine(&Filter::default(), 0, 100).unwrap()
}

/// The error of something that should not have worked.
fn refused<T: std::fmt::Debug>(result: Result<T, JournalError>) -> JournalError {
    result.expect_err("this should be refused")
}

fn event(number: u64) -> NewEvent {
    NewEvent {
        source: "/haikou/ggzy/bidding".into(),
        id: format!("bid-{number:06}"),
        kind: "bid.opened".into(),
        body: format!(r#"{{"number":{number},"section":"标段"}}"#).into_bytes(),
    }
}

fn events(numbers: std::ops::Range<u64>) -> Vec<NewEvent> {
    numbers.map(event).collect()
}

/// An event of the size that a bidding system sends, about 600 bytes.
fn full_event(number: u64) -> NewEvent {
    let body = format!(r#"{{"data":{{"number":{number},"note":"{}"}}}}"#, "x".repeat(430));
    NewEvent { body: body.into_bytes(), ..event(number) }
}

fn entries(reader: &Reader, after_seq: u64) -> Vec<Entry> {
    let mut entries = Vec::new();
    let end = reader.for_each(after_seq, |entry| {
        entries.push(entry);
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(end.unwrap(), ControlFlow::Continue(()));
    entries
}
