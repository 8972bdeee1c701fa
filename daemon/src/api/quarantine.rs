//! The quarantine: searched, corrected and sent again, or dismissed.
//!
//! *Invariants.*
//! 1. Nothing leaves it but by a decision on record: an event `quarantine.decided` in the journal, with who decided and why. One decision an entry.
//! 2. What is sent again comes through the door like everything else, and is durable before the decision is: a crash in between leaves the entry
//!    open, and deciding again finds the event there.
//! 3. What was refused is shown scrubbed; what was no JSON is kept sealed and is never shown, but may be tried again as it came.

use super::handling::{Turn, journal};
use super::lists::{Asked, asked, limit};
use super::{App, Named, Problem, named};
use crate::journal::{Decision, Filter, Quarantined, Reader, Reason, SiteKey, State};
use crate::service::{Item, fault_of_own};
use crate::tokens::Actor;
use axum::body::Bytes;
use axum::extract;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::path::Path;
use xiezhi_dataflows::event::{Admitted, Faults, QuarantineDecision};
use xiezhi_dataflows::normalise::Instant;

/// Longest note, characters.
const NOTE_CHARS_MAX: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    cursor: Option<u64>,
    limit: Option<usize>,
    reason: Option<String>,
    origin: Option<String>,
    source: Option<String>,
    event_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    state: Option<String>,
    from: Option<String>,
    until: Option<String>,
}

/// An entry as it is shown.
#[derive(Serialize)]
pub(super) struct Shown {
    id: u64,
    state: &'static str,
    received_at: String,
    last_received_at: String,
    count: u64,
    origin: String,
    reasons: Vec<Reason>,
    source: Option<String>,
    event_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    /// The scrubbed event, if it was JSON.
    event: Option<Value>,
    /// Whether the input, which was no JSON, is kept sealed.
    sealed: bool,
    decision: Option<DecisionShown>,
}

#[derive(Serialize)]
struct DecisionShown {
    decision: &'static str,
    at: String,
    /// Where the journal says who decided, and why.
    seq: u64,
}

#[derive(Serialize)]
pub(super) struct Page {
    items: Vec<Shown>,
    next: Option<u64>,
}

impl Shown {
    fn of(entry: Quarantined) -> Shown {
        let decided = |Decision { decision, at, seq }| DecisionShown {
            decision: decision.as_str(),
            at: Instant(at).to_rfc3339(),
            seq,
        };
        Shown {
            id: entry.qid,
            state: entry.decision.as_ref().map_or(State::Open, |made| State::Decided(made.decision)).as_str(),
            received_at: Instant(entry.received_at).to_rfc3339(),
            last_received_at: Instant(entry.last_received_at).to_rfc3339(),
            count: entry.count,
            origin: entry.origin,
            reasons: entry.reasons,
            source: entry.source,
            event_id: entry.id,
            kind: entry.kind,
            event: entry.body.and_then(|body| serde_json::from_slice(&body).ok()),
            sealed: entry.sealed,
            decision: entry.decision.map(decided),
        }
    }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request("bad_decision", detail)
}

impl Query {
    fn filter(self) -> Result<Filter, Problem> {
        let wrong = |detail: String| Problem::bad_request("bad_query", detail);
        let instant = |field: &str, text: Option<String>| {
            let read = text.map(|text| Instant::parse(&text).map(|at| at.0)).transpose();
            read.map_err(|_| wrong(format!("{field}: give an instant such as 2026-12-01T09:00:00+08:00")))
        };
        let state = self.state.map(|word| {
            let known = State::ALL.map(State::as_str).join(", ");
            State::parse(&word).ok_or_else(|| wrong(format!("state: {word:?} is none; give one of {known}")))
        });
        Ok(Filter {
            reason: self.reason,
            origin: self.origin,
            source: self.source,
            id: self.event_id,
            kind: self.kind,
            state: state.transpose()?,
            from: instant("from", self.from)?,
            until: instant("until", self.until)?,
        })
    }
}

/// `GET /api/v1/quarantine`.
pub(super) async fn list(
    extract::State(app): extract::State<App>,
    query: Asked<Query>,
) -> Result<Json<Page>, Problem> {
    let query = asked(query)?;
    let (limit, after) = (limit(query.limit)?, query.cursor.unwrap_or(0));
    let filter = query.filter()?;
    let mut entries = app.read_journal(move |reader, _| reader.quarantine(&filter, after, limit + 1)).await?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = more.then(|| entries.last().map(|entry| entry.qid)).flatten();
    Ok(Json(Page { items: entries.into_iter().map(Shown::of).collect(), next }))
}

/// `GET /api/v1/quarantine/{id}`.
pub(super) async fn one(extract::State(app): extract::State<App>, id: Named) -> Result<Json<Shown>, Problem> {
    let qid = number(&named(id)?)?;
    Ok(Json(Shown::of(entry(&app, qid).await?)))
}

fn unknown() -> Problem {
    Problem::not_found("there is no entry of this number in quarantine")
}

fn number(id: &str) -> Result<u64, Problem> {
    id.parse().map_err(|_| unknown())
}

async fn entry(app: &App, qid: u64) -> Result<Quarantined, Problem> {
    app.read_journal(move |reader, _| reader.quarantined(qid)).await?.ok_or_else(unknown)
}

/// What is said with a decision.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    /// Why.
    note: String,
    /// The event as it should have been; none: as it is kept.
    event: Option<Box<RawValue>>,
}

fn given(body: &[u8]) -> Result<Given, Problem> {
    let shape = "give {\"note\": why, and to send another than was refused, \"event\": the whole event as it should be}";
    let given: Given = serde_json::from_slice(body).map_err(|error| bad(format!("{error}; {shape}")))?;
    if !(1..=NOTE_CHARS_MAX).contains(&given.note.trim().chars().count()) {
        return Err(bad(format!(
            "note: say why in 1 to {NOTE_CHARS_MAX} characters: auditors read it years later"
        )));
    }
    Ok(given)
}

/// A decision that is asked for, on an entry that nobody else is deciding on, and nobody has.
struct Deciding {
    given: Given,
    entry: Quarantined,
    _turn: Turn,
}

impl Deciding {
    async fn begin(app: &App, id: Named, body: &[u8]) -> Result<Deciding, Problem> {
        let (qid, given) = (number(&named(id)?)?, given(body)?);
        let turn = app.shared.acting.begin(&format!("quarantine {qid}"))?;
        let entry = entry(app, qid).await?;
        match &entry.decision {
            None => Ok(Deciding { given, entry, _turn: turn }),
            Some(Decision { decision, at, .. }) => {
                let (word, at) = (decision.as_str(), Instant(*at).to_rfc3339());
                let detail = format!("this entry was {word} at {at}; one decision is final");
                Err(Problem::conflict("decided", detail))
            }
        }
    }
}

/// `POST /api/v1/quarantine/{id}/resubmit`: takes in what was refused, corrected or as it came.
pub(super) async fn resubmit(
    extract::State(app): extract::State<App>,
    Extension(actor): Extension<Actor>,
    id: Named,
    body: Bytes,
) -> Result<Json<Shown>, Problem> {
    let deciding = Deciding::begin(&app, id, &body).await?;
    let admitted = admit(&app, &deciding).await?;
    let event = json!({ "source": admitted.event.source, "id": admitted.event.id });
    take(&app, admitted).await?;
    decide(&app, deciding, QuarantineDecision::Resubmitted, &actor, event).await
}

/// `POST /api/v1/quarantine/{id}/dismiss`: decides that what was refused is not to be taken in.
pub(super) async fn dismiss(
    extract::State(app): extract::State<App>,
    Extension(actor): Extension<Actor>,
    id: Named,
    body: Bytes,
) -> Result<Json<Shown>, Problem> {
    let deciding = Deciding::begin(&app, id, &body).await?;
    if deciding.given.event.is_some() {
        return Err(bad("event: what is dismissed is not taken in; leave it out, or POST …/resubmit"));
    }
    decide(&app, deciding, QuarantineDecision::Dismissed, &actor, Value::Null).await
}

/// Lets the corrected event in, or what is kept.
async fn admit(app: &App, deciding: &Deciding) -> Result<Admitted, Problem> {
    let door = app.service()?.door.clone();
    let Deciding { given: Given { event, .. }, entry, .. } = deciding;
    let (qid, event, kept) = (entry.qid, event.clone(), entry.body.clone());
    let let_in = move |reader: &Reader, data_dir: &Path| {
        Ok(match (event, kept) {
            (Some(event), _) => door.admit_corrected(event.get().as_bytes()),
            (None, Some(kept)) => door.readmit(&kept),
            (None, None) => {
                let raw = reader.unseal(SiteKey::load(data_dir)?.as_bytes(), qid)?;
                door.admit(&raw.unwrap_or_default())
            }
        })
    };
    let admitted = app.read_journal(let_in).await?.map_err(|refused| still(&refused.faults))?;
    if admitted.event.data.is_deed() {
        let detail = "what people do in the daemon is not sent again from here: do it by its own path";
        return Err(Problem::forbidden(detail));
    }
    if let Some(fault) = fault_of_own(&admitted.event) {
        return Err(still(&fault.into()));
    }
    Ok(admitted)
}

fn still(faults: &Faults) -> Problem {
    let faults: Vec<String> = faults
        .0
        .iter()
        .map(|fault| format!("{} {} ({})", fault.path, fault.reason, fault.code.as_str()).trim().to_owned())
        .collect();
    Problem::bad_request(
        "still_refused",
        format!("{}; correct it and send it as \"event\"", faults.join("; ")),
    )
}

/// Has the event journalled. One that would be refused again is not even sent: its entry is already there.
async fn take(app: &App, admitted: Admitted) -> Result<(), Problem> {
    let taken = || {
        let detail = "an event of this name came before with another content; send the correction under an id of its own, \
                      and event.retracted for what was wrong";
        Problem::conflict("conflict", detail)
    };
    let (source, id) = (admitted.event.source.to_string(), admitted.event.id.to_string());
    let held = app.read_journal(move |reader, _| reader.body(&source, &id)).await?;
    if held.is_some_and(|held| held != admitted.body) {
        return Err(taken());
    }
    let service = app.service()?;
    let item = Item::Admitted(Box::new(admitted));
    let reply = service.ingest.try_submit(vec![item], "resubmitted")?;
    drop(service);
    let receipt = reply.await.map_err(|_| Problem::interrupted())?;
    if receipt.quarantined.is_empty() { Ok(()) } else { Err(taken()) }
}

/// Puts the decision on record, and shows the entry with it. Its name makes it the only one: a second would be a conflict.
async fn decide(
    app: &App,
    deciding: Deciding,
    decision: QuarantineDecision,
    actor: &Actor,
    event: Value,
) -> Result<Json<Shown>, Problem> {
    let (qid, note) = (deciding.entry.qid, deciding.given.note.trim());
    let data = json!({
        "entry": qid, "decision": decision.as_str(), "actor": actor.name, "note": note, "event": event,
    });
    let service = app.service()?;
    let at = Instant(service.now());
    journal(&service, "quarantine.decided", &format!("quarantine.{qid}"), at, &data).await?;
    drop(service);
    tracing::info!(entry = qid, decision = decision.as_str(), "an entry of the quarantine was decided on");
    Ok(Json(Shown::of(entry(app, qid).await?)))
}
