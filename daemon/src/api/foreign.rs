//! Bodies in the formats of other systems: rows of the national data standard, OCDS releases.
//!
//! | content type | body |
//! |---|---|
//! | `application/vnd.ggzy+json` | a row `{"table", "row"}`, or an array of rows |
//! | `application/vnd.ggzy+x-ndjson` | a row a line |
//! | `application/vnd.ocds+json` | a release, a package, or an array of them |
//! | `application/vnd.ocds+x-ndjson` | a release or package a line |
//!
//! One request is one adapter: rows find each other within it. A corrected row also finds in the journal what it corrects; a
//! download does not find there the bidder behind its order, nor a candidate the others of its section. The receipt counts events, `index` is the row's place, and `not_understood` tells what in
//! the rows was not.

use super::Problem;
use crate::journal::Reader;
use crate::service::{Item, Receipt};
use serde::Serialize;
use std::path::Path;
use std::sync::Arc;
use xiezhi_adapters::versions::Memory;
use xiezhi_adapters::{Adapter, Codes, Format, Made, NotUnderstood, Place};
use xiezhi_dataflows::event::{Door, Faults, Refused};

/// The most events that the rows of one request may give: five times as many as may be sent as they are.
const EVENTS_MAX: usize = 50_000;

/// The format of a content type, and whether its body is lines.
pub fn of_content_type(kind: &str) -> Option<(Format, bool)> {
    match kind {
        "application/vnd.ggzy+json" => Some((Format::Ggzy, false)),
        "application/vnd.ggzy+x-ndjson" => Some((Format::Ggzy, true)),
        "application/vnd.ocds+json" => Some((Format::Ocds, false)),
        "application/vnd.ocds+x-ndjson" => Some((Format::Ocds, true)),
        _ => None,
    }
}

/// What a body gave, for the committer.
#[derive(Default)]
pub struct Adapted {
    /// Events and refusals.
    items: Vec<Item>,
    /// Of each item, the place of its row, from 0.
    rows: Vec<usize>,
    /// What was not understood; none where the body holds events.
    not_understood: Option<Vec<NotUnderstood>>,
}

impl From<Vec<Item>> for Adapted {
    /// Events as they were sent.
    fn from(items: Vec<Item>) -> Adapted {
        Adapted { items, ..Adapted::default() }
    }
}

/// Makes events of rows or releases.
///
/// # Errors
/// If they give too many.
pub fn read(door: &Door, data_dir: &Path, format: Format, parts: &[&[u8]]) -> Result<Adapted, Problem> {
    let adapter = Adapter::new(format, Arc::new(Codes::default()), door.placeholders().clone());
    let mut adapter = adapter.remembering(memory(Reader::open(data_dir).map_err(Problem::internal)?));
    let mut adapted = Adapted::default();
    for (line, part) in (1..).zip(parts) {
        let made = adapter.take(part, &Place { name: "row".into(), line });
        adapted.add(door, made, parts)?;
    }
    let made = adapter.finish();
    adapted.add(door, made, parts)?;
    adapted.not_understood = Some(adapter.not_understood());
    Ok(adapted)
}

/// The journal as the memory of earlier versions.
fn memory(journal: Reader) -> Memory {
    Box::new(move |source: &str, key: &str| {
        journal.versions(source, key).unwrap_or_else(|error| {
            tracing::error!(%error, "a corrected row's earlier version cannot be looked up; it stays");
            Vec::new()
        })
    })
}

impl Adapted {
    /// Takes the items out, and leaves what the answer needs.
    pub fn items(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.items)
    }

    /// The answer to a receipt for the items: what was refused is called by its row.
    pub fn answer(self, mut receipt: Receipt) -> Answer {
        for refusal in &mut receipt.quarantined {
            refusal.index = self.rows.get(refusal.index).copied().unwrap_or(refusal.index);
        }
        Answer { receipt, not_understood: self.not_understood }
    }

    fn add(&mut self, door: &Door, made: Vec<Made>, parts: &[&[u8]]) -> Result<(), Problem> {
        if self.items.len() + made.len() > EVENTS_MAX {
            let detail = format!("the rows give more than {EVENTS_MAX} events; send fewer in one request");
            return Err(Problem::bad_request("too_many_events", detail));
        }
        for Made { place, event } in made {
            let row = usize::try_from(place.line).unwrap_or(1).saturating_sub(1);
            self.rows.push(row);
            let raw = || parts.get(row).map(|part| part.to_vec()).unwrap_or_default();
            self.items.push(match event.map(|event| door.admit_json(event)) {
                Ok(Ok(admitted)) => Item::Admitted(Box::new(admitted)),
                Ok(Err(refused)) => Item::Refused(Box::new(refused), raw()),
                // A row cannot be scrubbed, as only its columns say what is a person's number: it is kept sealed.
                Err(faults) => Item::Refused(Box::new(unread(faults)), raw()),
            });
        }
        Ok(())
    }
}

fn unread(faults: Faults) -> Refused {
    Refused { faults, source: None, id: None, kind: None, body: None }
}

impl From<Receipt> for Answer {
    fn from(receipt: Receipt) -> Answer {
        Answer { receipt, not_understood: None }
    }
}

/// The answer to a submission: the receipt as always, and for rows what was not understood.
#[derive(Serialize)]
pub struct Answer {
    #[serde(flatten)]
    receipt: Receipt,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_understood: Option<Vec<NotUnderstood>>,
}
