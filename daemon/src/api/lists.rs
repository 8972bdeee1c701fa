//! Lists: alerts, findings. `{"items": […], "next": cursor or null}`.

use super::{App, Problem};
use crate::ledger::{AlertFilter, FindingFilter, Page};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

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
