//! `POST /api/v1/events`: one event, a batch, or NDJSON; answered when durable.
//!
//! *Invariants.* What supervisors do (`alert.…`) is not taken from a system that reports events: it comes by the alert's own path, with the
//! name of who did it. 202 only after the commit. What is malformed is put into quarantine and named in the receipt; it does
//! not keep the rest out. A full queue is 503 with Retry-After, and nothing was taken. NDJSON is taken as it comes, in bounded memory: what
//! fails half way says how much was taken, and may be sent again whole, as nothing is taken twice.

mod body;
mod lines;

use super::foreign::{self, Adapted, Answer};
use super::{App, Problem};
use crate::service::{Ingest, Item, QueuedReply, Receipt};
use crate::tokens::{Actor, Role};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::{Extension, Json};
use body::Chunks;
use lines::{Block, Cutter};
use std::collections::VecDeque;
use std::sync::Arc;
use xiezhi_dataflows::event::{Door, Fault, FaultCode, Faults, Refused};
use xiezhi_dataflows::json::{self, EVENT_BYTES_MAX};

/// The most events in one request that is read whole: what one transaction takes several times over.
const EVENTS_MAX: usize = 10_000;
/// The most bytes of such a request, decoded.
const WHOLE_BYTES_MAX: u64 = 16 << 20;
/// The most bytes of a request of NDJSON, decoded.
const LINES_BYTES_MAX: u64 = 4 << 30;
/// The most events of such a request.
const LINES_MAX: usize = 1_000_000;
/// Blocks of lines that are on their way into the journal while the next is read.
const BLOCKS: usize = 3;
/// The most refusals that one receipt lists; the rest is counted.
const LISTED_MAX: usize = 1_000;

/// Takes events.
pub async fn post(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Answer>), Problem> {
    let taker = {
        let service = app.service()?;
        // Held any longer, the service could not stop while this waits for it.
        Taker { door: service.door.clone(), ingest: service.ingest.clone(), deeds: actor.role == Role::Admin }
    };
    let kind = header(&headers, CONTENT_TYPE).unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let encoding = header(&headers, CONTENT_ENCODING);
    let whole = |body| Chunks::of(body, encoding, WHOLE_BYTES_MAX).map(Chunks::whole);
    let answer = match (kind.as_str(), foreign::of_content_type(&kind)) {
        (_, Some((format, lines))) => {
            let body = whole(body)?.await?;
            let data_dir = app.shared.data_dir.clone();
            let read = move |door: &Door| foreign::read(door, &data_dir, format, &parts(&body, lines)?);
            taker.whole(read).await?
        }
        ("application/x-ndjson" | "application/ndjson" | "application/jsonl", None) => {
            taker.lines(Chunks::of(body, encoding, LINES_BYTES_MAX)?).await?.into()
        }
        (
            "application/json" | "application/cloudevents+json" | "application/cloudevents-batch+json",
            None,
        ) => {
            let body = whole(body)?.await?;
            taker.whole(move |door: &Door| read(door, &body)).await?
        }
        (other, None) => {
            return Err(Problem::unsupported(format!(
                "{other:?} is not spoken; send application/json (an event or an array), application/x-ndjson, \
                 application/vnd.ggzy+json, application/vnd.ocds+json, or these two as …+x-ndjson"
            )));
        }
    };
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

fn header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// What takes the events of one request.
struct Taker {
    door: Arc<Door>,
    ingest: Ingest,
    /// Whether what supervisors do may be among them.
    deeds: bool,
}

impl Taker {
    /// What is read at once, all or nothing.
    async fn whole(
        self,
        read: impl FnOnce(&Door) -> Result<Adapted, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        let door = self.door.clone();
        let read = tokio::task::spawn_blocking(move || read(&door));
        let mut adapted = read.await.map_err(Problem::internal)??;
        let receipt = answered(self.submit(adapted.items())?).await?;
        Ok(adapted.answer(receipt))
    }

    /// Lines, block by block.
    async fn lines(self, mut chunks: Chunks) -> Result<Receipt, Problem> {
        let mut taken = Taken::default();
        match self.take(&mut chunks, &mut taken).await {
            Ok(()) => Ok(taken.receipt),
            // What is under way is durable soon, whatever is answered; it is told here so that the number is right.
            Err(problem) => {
                while taken.settle().await.unwrap_or(false) {}
                chunks.pass_over().await;
                Err(problem.after(taken.receipt.accepted + taken.receipt.duplicate))
            }
        }
    }

    async fn take(&self, chunks: &mut Chunks, taken: &mut Taken) -> Result<(), Problem> {
        let mut cutter = Cutter::default();
        loop {
            let chunk = chunks.next().await?;
            let ended = chunk.is_none();
            let blocks = match chunk {
                Some(chunk) => cutter.push(&chunk),
                None => cutter.finish().into_iter().collect(),
            };
            for block in blocks {
                let door = self.door.clone();
                let read = tokio::task::spawn_blocking(move || read_block(&door, &block));
                let items = read.await.map_err(Problem::internal)?;
                taken.begin(items.len(), self.submit_next(items, taken).await?);
                while taken.under_way.len() >= BLOCKS {
                    taken.settle().await?;
                }
            }
            if ended {
                while taken.settle().await? {}
                return Ok(());
            }
        }
    }

    /// Submits the first block if there is a place for it, and the next when there is one: the sender waits meanwhile.
    async fn submit_next(&self, items: Vec<Item>, taken: &Taken) -> Result<QueuedReply, Problem> {
        if taken.events == 0 {
            return self.submit(items);
        }
        if taken.events + items.len() > LINES_MAX {
            return Err(too_many(&format!("more than {LINES_MAX}")));
        }
        self.may(&items)?;
        let ingest = self.ingest.clone();
        let submitted = tokio::task::spawn_blocking(move || ingest.submit(items, "http"));
        Ok(submitted.await.map_err(Problem::internal)??)
    }

    fn submit(&self, items: Vec<Item>) -> Result<QueuedReply, Problem> {
        self.may(&items)?;
        Ok(self.ingest.try_submit(items, "http")?)
    }

    fn may(&self, items: &[Item]) -> Result<(), Problem> {
        if self.deeds || !items.iter().any(is_deed) {
            return Ok(());
        }
        let detail = "events of type alert.… are not taken here: POST /api/v1/alerts/{id}/{acknowledge, …}; nothing of this was taken";
        Err(Problem::forbidden(detail))
    }
}

fn too_many(count: &str) -> Problem {
    let detail = format!(
        "{count} events in one request; send at most {EVENTS_MAX}, or at most {LINES_MAX} as application/x-ndjson"
    );
    Problem::bad_request("too_many_events", detail)
}

async fn answered(reply: QueuedReply) -> Result<Receipt, Problem> {
    reply.await.map_err(|_| Problem::interrupted())
}

/// What was taken of a request of lines.
#[derive(Default)]
struct Taken {
    receipt: Receipt,
    /// Events that were submitted.
    events: usize,
    /// Blocks whose receipts are to come: where each begins.
    under_way: VecDeque<(usize, QueuedReply)>,
}

impl Taken {
    fn begin(&mut self, events: usize, reply: QueuedReply) {
        self.under_way.push_back((self.events, reply));
        self.events += events;
    }

    /// Waits for the oldest receipt; whether there was one to come.
    async fn settle(&mut self) -> Result<bool, Problem> {
        let Some((first, reply)) = self.under_way.pop_front() else { return Ok(false) };
        let receipt = answered(reply).await?;
        self.receipt.accepted += receipt.accepted;
        self.receipt.duplicate += receipt.duplicate;
        for mut refusal in receipt.quarantined {
            refusal.index += first;
            match self.receipt.quarantined.len() < LISTED_MAX {
                true => self.receipt.quarantined.push(refusal),
                false => self.receipt.quarantined_unlisted += 1,
            }
        }
        Ok(true)
    }
}

/// Whether an event says what a supervisor did.
fn is_deed(item: &Item) -> bool {
    matches!(item, Item::Admitted(admitted) if admitted.event.data.is_deed())
}

fn admit(door: &Door, part: &[u8]) -> Item {
    match door.admit(part) {
        Ok(admitted) => Item::Admitted(Box::new(admitted)),
        Err(refused) => Item::Refused(Box::new(refused), part.to_vec()),
    }
}

fn read(door: &Door, body: &[u8]) -> Result<Adapted, Problem> {
    Ok(parts(body, false)?.into_iter().map(|part| admit(door, part)).collect::<Vec<_>>().into())
}

/// The events, rows or releases of a body that is read at once.
fn parts(body: &[u8], lines: bool) -> Result<Vec<&[u8]>, Problem> {
    let parts: Vec<&[u8]> = match (lines, body.trim_ascii_start().first()) {
        (true, _) => not_empty(body).collect(),
        (false, Some(b'[')) => {
            json::elements(body).map_err(|fault| Problem::bad_request("malformed_json", fault.to_string()))?
        }
        (false, _) => vec![body],
    };
    if parts.len() > EVENTS_MAX {
        return Err(too_many(&parts.len().to_string()));
    }
    Ok(parts)
}

fn not_empty(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty())
}

fn read_block(door: &Door, block: &Block) -> Vec<Item> {
    match block {
        Block::Lines(lines) => not_empty(lines).map(|line| admit(door, line)).collect(),
        Block::TooLong { head, bytes } => {
            let reason = format!(
                "has {bytes} bytes; an event has at most {EVENT_BYTES_MAX}; only its beginning is kept"
            );
            let refused = Refused {
                faults: Faults(vec![Fault::whole(FaultCode::TooLarge, reason)]),
                source: None,
                id: None,
                kind: None,
                body: None,
            };
            vec![Item::Refused(Box::new(refused), head.clone())]
        }
    }
}
