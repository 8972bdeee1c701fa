//! What supervisors do with alerts: read, checked against what they saw, journalled, applied, answered.
//!
//! *Invariants.*
//! 1. `If-Match` names the revision that the supervisor saw; of two who saw the same, one wins and the other is told so (409).
//! 2. 200 only after the action is durable in the journal and its effect in the ledger.
//! 3. A supervisor acts on what the own department answers for; the coordinating office on everything.

use super::{App, Named, Problem, named};
use crate::ledger::Reader;
use crate::service::{Item, SUPERVISION, Service};
use crate::tokens::Actor;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;
use serde_json::value::RawValue;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use xiezhi_alerts::action::{Action, Deed, fits};
use xiezhi_alerts::desk::Refused;
use xiezhi_alerts::reason::Misfit;
use xiezhi_alerts::{Alert, Entry, Language};
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::EventName;
use xiezhi_dataflows::normalise::Instant;

/// The source of the events that the daemon writes itself.
pub(super) const SOURCE: &str = SUPERVISION;
/// Longest note, characters: what is longer belongs into a document.
const NOTE_CHARS_MAX: usize = 2_000;

/// What somebody is just doing something with, by its id.
#[derive(Clone, Default)]
pub(super) struct Acting(Arc<Mutex<BTreeSet<String>>>);

/// That something is being acted on, until this is dropped.
pub(super) struct Turn {
    acting: Acting,
    id: String,
}

impl Acting {
    pub(super) fn begin(&self, id: &str) -> Result<Turn, Problem> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !held.insert(id.to_owned()) {
            let detail = "somebody else is just doing something with this; read it again";
            return Err(Problem::conflict("superseded", detail));
        }
        Ok(Turn { acting: self.clone(), id: id.to_owned() })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.acting.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// What is said with an action.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    /// To whom it is assigned; to which department it is transferred.
    to: Option<String>,
    /// With what it is closed.
    outcome: Option<String>,
    /// What they add.
    note: Option<String>,
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request("bad_action", detail)
}

fn given(body: &[u8]) -> Result<(Given, Option<Outcome>), Problem> {
    let given: Given = match body.trim_ascii() {
        [] => Given::default(),
        body => serde_json::from_slice(body).map_err(|error| {
            bad(format!("{error}; give {{\"to\", \"outcome\", \"note\"}}, each where it is needed"))
        })?,
    };
    let long =
        |text: &Option<String>| text.as_ref().is_some_and(|text| text.chars().count() > NOTE_CHARS_MAX);
    if long(&given.note) || long(&given.to) {
        return Err(bad(format!("note, to: give at most {NOTE_CHARS_MAX} characters")));
    }
    let outcome = given.outcome.as_deref().map(|word| {
        let known = Outcome::ALL.iter().map(|outcome| outcome.as_str()).collect::<Vec<_>>().join(", ");
        Outcome::parse(word).ok_or_else(|| bad(format!("outcome: {word:?} is none; give one of {known}")))
    });
    Ok((given, outcome.transpose()?))
}

/// What must be said with an action, so that whoever reads it years later understands.
fn explained(deed: Deed, given: &Given, outcome: Option<Outcome>) -> Result<(), Problem> {
    let noted = given.note.as_ref().is_some_and(|note| !note.trim().is_empty());
    let dismissed = matches!(outcome, Some(Outcome::Unfounded | Outcome::Insufficient));
    let needs = match deed {
        Deed::Return | Deed::Reopen | Deed::Note => true,
        Deed::Close => dismissed,
        Deed::Acknowledge | Deed::Assign | Deed::Transfer => false,
    };
    if needs && !noted {
        return Err(bad("note: say why, in a sentence: auditors read it years later"));
    }
    Ok(())
}

fn revision(headers: &HeaderMap) -> Result<u64, Problem> {
    let header = headers.get(IF_MATCH).ok_or_else(|| {
        Problem::precondition_required(
            "give the alert's revision as If-Match, as ETag has it: it says what you saw",
        )
    })?;
    let number = header.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse().ok());
    number.ok_or_else(|| bad("If-Match: give the alert's revision, as ETag has it"))
}

/// An alert as it is shown, with its revision as ETag.
fn answer(revision: u64, shown: Box<RawValue>) -> Response {
    let mut response = Json(shown).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("\"{revision}\"")) {
        response.headers_mut().insert(ETAG, value);
    }
    response
}

/// `GET /api/v1/alerts/{id}`.
pub(super) async fn alert(State(app): State<App>, id: Named) -> Result<Response, Problem> {
    let id = named(id)?;
    let read = move |ledger: &Reader| {
        Ok(ledger.alert_whole(&id)?.map(|alert| alert.revision).zip(ledger.alert(&id)?))
    };
    let found = app.read(read).await?;
    let (revision, shown) = found.ok_or_else(unknown)?;
    Ok(answer(revision, shown))
}

fn unknown() -> Problem {
    Problem::not_found("there is no alert of this id")
}

/// A line of an alert's history as it is shown.
#[derive(Serialize)]
struct LineShown {
    at: String,
    revision: u64,
    what: String,
    from_state: Option<&'static str>,
    from_level: Option<&'static str>,
    state: &'static str,
    level: &'static str,
    reason: String,
    reason_zh: String,
    by: Option<String>,
    note: Option<String>,
    event: Option<EventName>,
    told: Vec<String>,
}

impl LineShown {
    fn of(line: Entry) -> LineShown {
        LineShown {
            at: Instant(line.at).to_rfc3339(),
            revision: line.revision,
            from_state: line.from.map(|(state, _)| state.as_str()),
            from_level: line.from.map(|(_, level)| level.as_str()),
            state: line.to.0.as_str(),
            level: line.to.1.as_str(),
            reason: line.reason.said(Language::English),
            reason_zh: line.reason.said(Language::Chinese),
            what: line.what,
            by: line.by,
            note: line.note,
            event: line.event,
            told: line.told,
        }
    }
}

/// `GET /api/v1/alerts/{id}/history`: every decision, oldest first.
pub(super) async fn history(State(app): State<App>, id: Named) -> Result<impl IntoResponse, Problem> {
    let id = named(id)?;
    let lines = app.read(move |ledger| ledger.history(&id)).await?;
    if lines.is_empty() {
        return Err(unknown());
    }
    let items: Vec<LineShown> = lines.into_iter().map(LineShown::of).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

/// `GET /api/v1/duties`: the duty list in force.
pub(super) async fn duties(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let duty = app.service()?.directory.duty();
    Ok(Json(json!({
        "edition": duty.edition,
        "office": duty.office,
        "departments": duty.departments.values().map(|department| json!({
            "code": department.code,
            "name": department.name,
            "liaison": { "channels": department.liaison.channels },
            "leader": { "channels": department.leader.channels },
        })).collect::<Vec<_>>(),
        "items": duty.items,
        "copies": duty.copies,
        "times": duty.times,
        "hours": duty.hours,
    })))
}

/// `POST /api/v1/alerts/{id}/{deed}`.
pub(super) async fn act(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let Path((id, word)) = path.map_err(|error| Problem::bad_request("bad_path", error.body_text()))?;
    let deed = Deed::ALL.into_iter().find(|deed| deed.as_str() == word).ok_or_else(|| {
        let known = Deed::ALL.map(Deed::as_str).join(", ");
        Problem::not_found(format!("nothing of this name can be done with an alert; known are {known}"))
    })?;
    let seen = revision(&headers)?;
    let (given, outcome) = given(&body)?;
    explained(deed, &given, outcome)?;
    let service = app.service()?;
    let turn = app.shared.acting.begin(&id)?;
    let asked = id.clone();
    let alert = app.read(move |ledger| ledger.alert_whole(&asked)).await?.ok_or_else(unknown)?;
    if !actor.may_handle(&alert.route.department) {
        return Err(Problem::forbidden("another department answers for this alert"));
    }
    if alert.revision != seen {
        let detail = format!(
            "the alert has changed since you read it: it is at revision {}; read it again",
            alert.revision
        );
        return Err(Problem::conflict("superseded", detail));
    }
    let act = Act { deed, given, outcome, actor: &actor };
    let revision = act.submit(&service, &alert).await?;
    drop((turn, service));
    let shown = app.read(move |ledger| ledger.alert(&id)).await?.ok_or_else(unknown)?;
    Ok(answer(revision, shown))
}

struct Act<'a> {
    deed: Deed,
    given: Given,
    outcome: Option<Outcome>,
    actor: &'a Actor,
}

impl Act<'_> {
    /// Journals the action and waits for its effect; gives the alert's revision after it.
    async fn submit(self, service: &Service, alert: &Alert) -> Result<u64, Problem> {
        let event_id = format!("{}.{}.{}.{}", alert.id, alert.revision, self.deed.as_str(), token()?);
        let known: BTreeSet<String> = alert.findings.keys().cloned().collect();
        let at = Instant(service.now());
        let action = Action {
            deed: self.deed,
            actor: self.actor.name.clone(),
            at: at.0,
            department: self.actor.department.clone(),
            to: self.given.to.clone(),
            outcome: self.outcome,
            note: self.given.note.clone(),
            event: EventName { source: SOURCE.to_owned(), id: event_id.clone() },
            known: (self.deed == Deed::Close).then_some(known),
        };
        fits(alert, &action, &service.directory.duty()).map_err(misfit)?;
        let data = json!({
            "alert": alert.id.0,
            "actor": action.actor,
            "department": action.department,
            "to": action.to,
            "outcome": action.outcome,
            "note": action.note,
            "known": action.known.clone().unwrap_or_default(),
        });
        let waiting = service.acts.expect(SOURCE, &event_id);
        let journalled = journal(service, self.deed.event_type(), &event_id, at, &data).await;
        if let Err(problem) = journalled {
            service.acts.forget(SOURCE, &event_id);
            return Err(problem);
        }
        match waiting.await.map_err(|_| Problem::interrupted())? {
            Ok(alert) => Ok(alert.revision),
            Err(Refused::Misfit(why, _)) => Err(misfit(why)),
            Err(Refused::Unknown) => Err(unknown()),
        }
    }
}

fn misfit(why: Misfit) -> Problem {
    let (zh, en) = (why.said(Language::Chinese), why.said(Language::English));
    Problem::conflict("does_not_fit", format!("{en} ({zh})"))
}

/// A few letters that make an event's name its own.
pub(super) fn token() -> Result<String, Problem> {
    let mut bytes = [0u8; 6];
    getrandom::fill(&mut bytes).map_err(|error| Problem::internal(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes an event of the daemon's own into the journal; returns when it is durable.
pub(super) async fn journal(
    service: &Service,
    kind: &str,
    id: &str,
    at: Instant,
    data: &serde_json::Value,
) -> Result<(), Problem> {
    let event = json!({
        "specversion": "1.0", "id": id, "source": SOURCE, "type": kind, "time": at.to_rfc3339(), "data": data,
    });
    let admitted = service.door.admit(event.to_string().as_bytes());
    let admitted = admitted.map_err(|refused| {
        let reasons: Vec<String> =
            refused.faults.0.iter().map(|fault| format!("{}: {}", fault.path, fault.reason)).collect();
        bad(reasons.join("; "))
    })?;
    let item = Item::Admitted(Box::new(admitted));
    let reply = service.ingest.try_record(vec![item], "supervision")?;
    let receipt = reply.await.map_err(|_| Problem::interrupted())?;
    match receipt.quarantined.first() {
        Some(refusal) => Err(bad(format!("{}: {}", refusal.path, refusal.reason))),
        None => Ok(()),
    }
}
