//! The journal's proofs: its latest signed head, a head on demand, that an entry is in, that nothing before was changed.

use super::lists::{Asked, asked};
use super::{App, Named, Problem, named};
use crate::heads::{HeadsError, Proven, Wanted};
use crate::service::Service;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use xiezhi_proof::SignedHead;

impl From<HeadsError> for Problem {
    fn from(error: HeadsError) -> Problem {
        match error {
            HeadsError::Range { size: 0, .. } => {
                Problem::not_found("no signed head covers an entry yet; POST /api/v1/journal/heads signs one")
            }
            HeadsError::Range { .. } => Problem::bad_request("out_of_range", error.to_string()),
            HeadsError::NotWhole { .. } => {
                tracing::error!(%error, "a proof or a head was asked for");
                Problem::conflict("journal_not_whole", error.to_string())
            }
            other => Problem::internal(other),
        }
    }
}

/// Does something with the heads on a thread that may block.
async fn with_heads<T: Send + 'static>(
    app: &App,
    what: impl FnOnce(&Service) -> Result<T, HeadsError> + Send + 'static,
) -> Result<T, Problem> {
    let service: Arc<Service> = app.service()?;
    let task = tokio::task::spawn_blocking(move || what(&service));
    Ok(task.await.map_err(Problem::internal)??)
}

/// `GET /api/v1/journal/head`: the latest signed head.
pub(super) async fn head(State(app): State<App>) -> Result<Json<SignedHead>, Problem> {
    let latest = with_heads(&app, |service| Ok(service.heads.latest())).await?;
    latest.map(Json).ok_or_else(|| {
        Problem::not_found("no head is signed yet; POST /api/v1/journal/heads signs one at once")
    })
}

/// `POST /api/v1/journal/heads`: signs a head; 201, or 200 with the latest if nothing has come since.
pub(super) async fn sign(State(app): State<App>) -> Result<(StatusCode, Json<SignedHead>), Problem> {
    let (head, new) = with_heads(&app, |service| service.heads.demand(service.now())).await?;
    Ok((if new { StatusCode::CREATED } else { StatusCode::OK }, Json(head)))
}

/// The size in whose journal an entry is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InSize {
    size: Option<u64>,
}

/// `GET /api/v1/journal/proof/{seq}?size=`: proves that an entry is in the journal.
pub(super) async fn inclusion(
    State(app): State<App>,
    seq: Named,
    query: Asked<InSize>,
) -> Result<Json<Proven>, Problem> {
    let seq = named(seq)?.parse();
    let seq = seq.map_err(|_| Problem::bad_request("bad_path", "an entry is named by its place: 1, 2, …"))?;
    let wanted = Wanted::Inclusion { seq, size: asked(query)?.size };
    Ok(Json(with_heads(&app, move |service| service.heads.prove(wanted)).await?))
}

/// The sizes of an earlier and a later journal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    from: u64,
    to: Option<u64>,
}

/// `GET /api/v1/journal/consistency?from=&to=`: proves that an earlier journal is the beginning of a later one.
pub(super) async fn consistency(
    State(app): State<App>,
    query: Asked<Between>,
) -> Result<Json<Proven>, Problem> {
    let Between { from, to } = asked(query)?;
    let wanted = Wanted::Consistency { from, to };
    Ok(Json(with_heads(&app, move |service| service.heads.prove(wanted)).await?))
}
