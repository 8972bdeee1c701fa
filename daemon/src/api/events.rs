//! `POST /api/v1/events`: one event, a batch, or NDJSON; answered when durable.
//!
//! *Invariants.* What supervisors do (`alert.…`) is not taken from a system that reports events: it comes by the alert's own path, with the
//! name of who did it. 202 only after the commit. What is malformed is put into quarantine and named in the receipt; it does
//! not keep the rest out. A full queue is 503 with Retry-After, and nothing was taken.

use super::foreign::{self, Adapted, Answer};
use super::{App, Problem};
use crate::service::{Busy, Item};
use crate::tokens::{Actor, Role};
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use std::path::PathBuf;
use xiezhi_adapters::Format;
use xiezhi_dataflows::event::Door;
use xiezhi_dataflows::json;

/// The most events in one request: what one transaction takes several times over.
const EVENTS_MAX: usize = 10_000;

/// Takes events.
pub async fn post(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Answer>), Problem> {
    let service = app.service()?;
    let body = body.map_err(|rejection| Problem::unreadable_body(&rejection))?;
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let of_others = foreign::of_content_type(&kind);
    let lines = match kind.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => true,
        "application/json" | "application/cloudevents+json" | "application/cloudevents-batch+json" => false,
        other => match of_others {
            Some((_, lines)) => lines,
            None => {
                return Err(Problem::unsupported(format!(
                    "{other:?} is not spoken; send application/json (an event or an array), application/x-ndjson, \
                     application/vnd.ggzy+json, application/vnd.ocds+json, or these two as …+x-ndjson"
                )));
            }
        },
    };
    let door = service.door.clone();
    let format = of_others.map(|(format, _)| format);
    let data_dir = app.shared.data_dir.clone();
    let task = tokio::task::spawn_blocking(move || {
        read(&door, &body, lines, format.map(|format| (format, data_dir)))
    });
    let mut adapted = task.await.map_err(Problem::internal)??;
    let items = adapted.items();
    if actor.role != Role::Admin && items.iter().any(is_deed) {
        let detail = "events of type alert.… are not taken here: POST /api/v1/alerts/{id}/{acknowledge, …}; nothing was taken";
        return Err(Problem::forbidden(detail));
    }
    let reply = service.ingest.try_submit(items, "http").map_err(|busy| match busy {
        Busy::Full => Problem::busy(),
        Busy::Stopping => Problem::starting(),
    })?;
    // Held any longer, the service could not stop while this waits for it.
    drop(service);
    let receipt = reply.await.map_err(|_| Problem::starting())?;
    Ok((StatusCode::ACCEPTED, Json(adapted.answer(receipt))))
}

/// Whether an event says what a supervisor did.
fn is_deed(item: &Item) -> bool {
    matches!(item, Item::Admitted(admitted) if admitted.event.data.kind().starts_with("alert."))
}

fn read(
    door: &Door,
    body: &Bytes,
    lines: bool,
    format: Option<(Format, PathBuf)>,
) -> Result<Adapted, Problem> {
    let parts: Vec<&[u8]> = if lines {
        body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty()).collect()
    } else if body.trim_ascii_start().first() == Some(&b'[') {
        json::elements(body).map_err(|fault| Problem::bad_request("malformed_json", fault.to_string()))?
    } else {
        vec![body]
    };
    if parts.len() > EVENTS_MAX {
        let detail = format!("{} events in one request; send at most {EVENTS_MAX}", parts.len());
        return Err(Problem::bad_request("too_many_events", detail));
    }
    if let Some((format, data_dir)) = format {
        return foreign::read(door, &data_dir, format, &parts);
    }
    let admit = |part: &[u8]| match door.admit(part) {
        Ok(admitted) => Item::Admitted(Box::new(admitted)),
        Err(refused) => Item::Refused(Box::new(refused), part.to_vec()),
    };
    Ok(parts.into_iter().map(admit).collect::<Vec<_>>().into())
}
