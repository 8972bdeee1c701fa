//! Lists: alerts, findings, quarantine. `{"items": […], "next": cursor or null}`.

use super::{App, Problem};
use crate::journal;
use crate::ledger::{AlertFilter, FindingFilter, Page};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::{Deserialize, Serialize};
use xiezhi_dataflows::normalise::Instant;

/// The longest page.
const LIMIT_MAX: usize = 1000;
/// A page where none is asked for.
const LIMIT_DEFAULT: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    section: Option<String>,
    topic: Option<String>,
    level: Option<String>,
    state: Option<String>,
    department: Option<String>,
    overdue: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FindingQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    rule: Option<String>,
    section: Option<String>,
    severity: Option<String>,
    party: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuarantineQuery {
    cursor: Option<u64>,
    limit: Option<usize>,
}

pub(super) type Asked<T> = Result<Query<T>, QueryRejection>;

pub(super) fn asked<T>(query: Asked<T>) -> Result<T, Problem> {
    query.map(|Query(query)| query).map_err(|error| Problem::bad_request("bad_query", error.body_text()))
}

pub(super) fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked.unwrap_or(LIMIT_DEFAULT) {
        limit @ 1..=LIMIT_MAX => Ok(limit),
        other => Err(Problem::bad_request("bad_query", format!("limit: is {other}; give 1 to {LIMIT_MAX}"))),
    }
}

/// `GET /api/v1/alerts`.
pub async fn alerts(State(app): State<App>, query: Asked<AlertQuery>) -> Result<Json<Page>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    let filter = AlertFilter {
        section: query.section,
        topic: query.topic,
        level: query.level,
        state: query.state,
        department: query.department,
        overdue: query.overdue.map(|overdue| i32::from(overdue).to_string()),
    };
    app.read(move |ledger| ledger.alerts(&filter, query.cursor.as_deref(), limit)).await.map(Json)
}

/// `GET /api/v1/findings`.
pub async fn findings(State(app): State<App>, query: Asked<FindingQuery>) -> Result<Json<Page>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    let filter = FindingFilter {
        rule: query.rule,
        section: query.section,
        severity: query.severity,
        party: query.party,
    };
    app.read(move |ledger| ledger.findings(&filter, query.cursor.as_deref(), limit)).await.map(Json)
}

/// An entry of the quarantine as it is shown.
#[derive(Serialize)]
pub(super) struct Refused {
    id: u64,
    received_at: String,
    last_received_at: String,
    count: u64,
    origin: String,
    reasons: Vec<journal::Reason>,
    source: Option<String>,
    event_id: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    /// The scrubbed event, if it was JSON.
    event: Option<serde_json::Value>,
    /// Whether the input, which was no JSON, is kept sealed.
    sealed: bool,
}

#[derive(Serialize)]
pub(super) struct RefusedPage {
    items: Vec<Refused>,
    next: Option<u64>,
}

/// `GET /api/v1/quarantine`.
pub async fn quarantine(
    State(app): State<App>,
    query: Asked<QuarantineQuery>,
) -> Result<Json<RefusedPage>, Problem> {
    app.service()?;
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    let data_dir = app.shared.data_dir.clone();
    let task = tokio::task::spawn_blocking(move || {
        journal::Reader::open(&data_dir)?.quarantine(query.cursor.unwrap_or(0), limit + 1)
    });
    let mut entries = task.await.map_err(Problem::internal)?.map_err(Problem::internal)?;
    let more = entries.len() > limit;
    entries.truncate(limit);
    let next = more.then(|| entries.last().map(|entry| entry.qid)).flatten();
    let show = |entry: journal::Quarantined| Refused {
        id: entry.qid,
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
    };
    Ok(Json(RefusedPage { items: entries.into_iter().map(show).collect(), next }))
}
