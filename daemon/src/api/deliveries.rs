//! What was sent to whom, what came back, and what could not be delivered.

use super::lists::{Asked, asked, limit};
use super::{App, Named, Problem, named};
use crate::ledger::{Delivery, OutboxFilter, OutboxState, Parcel};
use crate::service::Work;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::oneshot;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DeliveryQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    channel: Option<String>,
    state: Option<String>,
    alert: Option<String>,
}

/// `GET /api/v1/deliveries`.
pub(super) async fn list(
    State(app): State<App>,
    query: Asked<DeliveryQuery>,
) -> Result<impl IntoResponse, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    if query.cursor.as_deref().is_some_and(|cursor| cursor.parse::<u64>().is_err()) {
        return Err(Problem::bad_request(
            "bad_query",
            "cursor: give the one that the page before had as next",
        ));
    }
    let known = OutboxState::ALL.map(OutboxState::as_str);
    if query.state.as_deref().is_some_and(|state| !known.contains(&state)) {
        return Err(Problem::bad_request("bad_query", format!("state: give one of {}", known.join(", "))));
    }
    let filter = OutboxFilter { channel: query.channel, state: query.state, alert: query.alert };
    let (items, next) =
        app.read(move |ledger| ledger.outbox(&filter, query.cursor.as_deref(), limit)).await?;
    Ok(Json(json!({ "items": items, "next": next })))
}

/// `GET /api/v1/deliveries/digests/{key}`: everything that a digest told of.
pub(super) async fn digest(State(app): State<App>, key: Named) -> Result<impl IntoResponse, Problem> {
    let key = named(key)?;
    let parcels = app.read(move |ledger| ledger.digest(&key)).await?;
    if parcels.is_empty() {
        return Err(Problem::not_found("there is no digest of this key"));
    }
    let items: Vec<_> = parcels.into_iter().filter_map(|parcel: Parcel| parcel.notice).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

/// `POST /api/v1/deliveries/{id}/resend`: what was given up is tried again.
pub(super) async fn resend(State(app): State<App>, id: Named) -> Result<impl IntoResponse, Problem> {
    let id =
        named(id)?.parse::<u64>().map_err(|_| Problem::not_found("there is no delivery of this number"))?;
    let filter =
        OutboxFilter { state: Some(OutboxState::Dead.as_str().to_owned()), ..OutboxFilter::default() };
    let before = (id.saturating_sub(1)).to_string();
    let (rows, _) = app.read(move |ledger| ledger.outbox(&filter, Some(&before), 1)).await?;
    if rows.first().is_none_or(|row| row.id != id) {
        return Err(Problem::conflict(
            "not_dead",
            "no delivery of this number was given up; only such can be sent again",
        ));
    }
    let (noted, wait) = oneshot::channel();
    let work = Work::Deliveries(vec![Delivery::Resend(vec![id])], noted);
    app.service()?.works.send(work).map_err(|_| Problem::starting())?;
    wait.await.map_err(|_| Problem::interrupted())?;
    Ok(StatusCode::ACCEPTED)
}
