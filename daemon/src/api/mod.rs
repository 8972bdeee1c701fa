//! The HTTP API.
//!
//! | path | does |
//! |---|---|
//! | `GET /healthz`, `GET /readyz` | lives; has computed the history and takes events (no token needed) |
//! | `GET /metrics` | Prometheus |
//! | `POST /api/v1/events` | an event, a batch (JSON array) or NDJSON → 202 with a receipt, after the commit |
//! | … with `application/vnd.ggzy+json`, `vnd.ocds+json`, `…+x-ndjson` | rows of the national standard, OCDS releases (`foreign.rs`) |
//! | `GET /api/v1/export?table=PROJECT_ALERTING_INFO` | alerts as rows of the national standard |
//! | `GET /api/v1/alerts`, `/alerts/{id}`, `/alerts/stream` | alerts; as they come (SSE, resumes by Last-Event-ID) |
//! | `GET /api/v1/alerts/{id}/history` | every decision on an alert: who was told, who was not, and why |
//! | `POST /api/v1/alerts/{id}/{acknowledge, assign, return, transfer, close, reopen, note}` | what supervisors do; If-Match |
//! | `GET`, `POST /api/v1/silences`; `GET`, `DELETE /silences/{id}` | what is not sent for a while; what it hides and hid |
//! | `GET /api/v1/deliveries`, `/deliveries/digests/{key}`, `POST …/{id}/resend` | what was sent to whom, and what came back |
//! | `GET /api/v1/duties` | who answers for what |
//! | `GET /api/v1/findings` | findings |
//! | `GET /api/v1/sections/{section}`, `…/explain` | one section: names, outcomes, findings, alerts |
//! | `GET /api/v1/quarantine`, `/quarantine/{id}` | what was refused, and why; by reason, origin, source, type, state, time |
//! | `POST /api/v1/quarantine/{id}/{resubmit, dismiss}` | takes it in, corrected or as it came; or decides not to |
//! | `GET /api/v1/watchlist`, `/watchlist/{party}`, `/watchlist/changes` | who is watched closely and why; what became of it |
//! | `GET /api/v1/indicators` | what supervision measures itself by: month, department, industry, region |
//! | `GET /api/v1/quality` | what about the data kept rules from findings |
//! | `GET /api/v1/journal/head`, `POST …/heads` | the latest signed head of the journal; signs one now |
//! | `GET /api/v1/journal/proof/{seq}`, `…/consistency` | proves that an entry is in; that nothing before was changed |
//! | `GET /api/v1/rules/{id}` | the page of a rule |
//! | `GET`, `PUT /api/v1/rules` | the rules in force and all before them; publishes an edition |
//! | `POST /api/v1/rules/what-if`, `GET`, `DELETE …/{id}` | tries other rules on the whole history |
//!
//! *Invariants.* Every call but the first two needs the bearer token; an error is an RFC 9457 problem document with a
//! stable code; the server listens while the history is still being computed, and says so.

mod auth;
mod deliveries;
mod events;
mod export;
mod foreign;
mod handling;
mod indicators;
mod journal;
mod lists;
mod problem;
mod quality;
mod quarantine;
mod rule_pages;
mod rules;
mod sections;
mod silences;
mod stream;
mod watchlist;

pub use auth::{AdminToken, token_path};
pub use problem::Problem;

use crate::journal::{JournalError, Reader as JournalReader};
use crate::ledger::Reader;
use crate::metrics::Metrics;
use crate::service::Service;
use crate::tokens::{Right, Tokens};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{self, DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::{delete, get, post, put};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// The largest body of a request: some ten thousand events, a second's work.
const BODY_BYTES_MAX: usize = 16 << 20;

/// What every handler shares.
#[derive(Clone)]
pub struct App {
    shared: Arc<Shared>,
}

struct Shared {
    service: RwLock<Option<Arc<Service>>>,
    token: AdminToken,
    tokens: Tokens,
    metrics: Arc<Metrics>,
    data_dir: PathBuf,
    stopping: watch::Sender<bool>,
    trials: rules::Trials,
    /// Alerts that somebody is just doing something with.
    acting: handling::Acting,
}

impl App {
    /// An application that is not ready yet.
    pub fn new(token: AdminToken, metrics: Arc<Metrics>, data_dir: PathBuf) -> App {
        let stopping = watch::Sender::new(false);
        let trials = rules::Trials::default();
        App {
            shared: Arc::new(Shared {
                service: RwLock::default(),
                token,
                tokens: Tokens::of(&data_dir),
                acting: handling::Acting::default(),
                metrics,
                data_dir,
                stopping,
                trials,
            }),
        }
    }

    /// From now on events are taken.
    pub fn ready(&self, service: Arc<Service>) {
        *self.shared.service.write().unwrap_or_else(PoisonError::into_inner) = Some(service);
    }

    /// Ends the streams and lets go of the service.
    pub fn stop(&self) {
        self.shared.stopping.send_replace(true);
        *self.shared.service.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn service(&self) -> Result<Arc<Service>, Problem> {
        let service = self.shared.service.read().unwrap_or_else(PoisonError::into_inner);
        service.clone().ok_or_else(Problem::starting)
    }

    /// Reads the ledger on a thread that may block.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, crate::ledger::LedgerError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.service()?;
        let data_dir = self.shared.data_dir.clone();
        let task =
            tokio::task::spawn_blocking(move || Reader::open(&data_dir).and_then(|reader| read(&reader)));
        task.await.map_err(Problem::internal)?.map_err(Problem::internal)
    }

    /// Reads the journal on a thread that may block.
    async fn read_journal<T: Send + 'static>(
        &self,
        read: impl FnOnce(&JournalReader, &Path) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.service()?;
        let data_dir = self.shared.data_dir.clone();
        let task = tokio::task::spawn_blocking(move || {
            JournalReader::open(&data_dir).and_then(|reader| read(&reader, &data_dir))
        });
        task.await.map_err(Problem::internal)?.map_err(Problem::internal)
    }

    /// The routes.
    pub fn router(self) -> Router {
        let guard = |right: Right, routes: Router<App>| {
            routes.route_layer(axum::middleware::from_fn_with_state((self.clone(), right), auth::require))
        };
        let read = Router::new()
            .route("/api/v1/alerts", get(lists::alerts))
            .route("/api/v1/alerts/stream", get(stream::alerts))
            .route("/api/v1/alerts/{id}", get(handling::alert))
            .route("/api/v1/alerts/{id}/history", get(handling::history))
            .route("/api/v1/silences", get(silences::list))
            .route("/api/v1/silences/{id}", get(silences::shown))
            .route("/api/v1/deliveries", get(deliveries::list))
            .route("/api/v1/deliveries/digests/{key}", get(deliveries::digest))
            .route("/api/v1/duties", get(handling::duties))
            .route("/api/v1/export", get(export::get))
            .route("/api/v1/findings", get(lists::findings))
            .route("/api/v1/watchlist", get(watchlist::list))
            .route("/api/v1/watchlist/changes", get(watchlist::changes))
            .route("/api/v1/watchlist/{party}", get(watchlist::entry))
            .route("/api/v1/indicators", get(indicators::list))
            .route("/api/v1/quality", get(quality::list))
            .route("/api/v1/rules/{id}", get(rule_pages::page))
            .route("/api/v1/rules", get(rules::get))
            .route("/api/v1/journal/head", get(journal::head))
            .route("/api/v1/journal/proof/{seq}", get(journal::inclusion))
            .route("/api/v1/journal/consistency", get(journal::consistency))
            .route("/api/v1/sections/{section}", get(sections::section))
            .route("/api/v1/sections/{section}/explain", get(sections::explain));
        let handle = Router::new()
            .route("/api/v1/alerts/{id}/{deed}", post(handling::act))
            .route("/api/v1/silences", post(silences::begin))
            .route("/api/v1/silences/{id}", delete(silences::end));
        let manage = Router::new()
            .route("/api/v1/quarantine", get(quarantine::list))
            .route("/api/v1/quarantine/{id}", get(quarantine::one))
            .route("/api/v1/quarantine/{id}/resubmit", post(quarantine::resubmit))
            .route("/api/v1/quarantine/{id}/dismiss", post(quarantine::dismiss))
            .route("/api/v1/deliveries/{id}/resend", post(deliveries::resend))
            .route("/api/v1/rules", put(rules::put))
            .route("/api/v1/rules/what-if", post(rules::what_if))
            .route("/api/v1/rules/what-if/{id}", get(rules::trial_shown).delete(rules::trial_cancelled));
        let seal = Router::new().route("/api/v1/journal/heads", post(journal::sign));
        let guarded = guard(Right::Read, read)
            .merge(guard(Right::Handle, handle))
            .merge(guard(Right::Seal, seal))
            .merge(guard(Right::Manage, manage))
            .merge(guard(Right::Ingest, Router::new().route("/api/v1/events", post(events::post))))
            .merge(guard(Right::Metrics, Router::new().route("/metrics", get(metrics))));
        Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(readyz))
            .merge(guarded)
            .fallback(|| async {
                Problem::not_found("there is nothing at this path; the paths are in the README")
            })
            .method_not_allowed_fallback(|| async { Problem::method_not_allowed() })
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self)
    }
}

/// The name that stands in a path.
type Named = Result<extract::Path<String>, PathRejection>;

fn named(path: Named) -> Result<String, Problem> {
    let unreadable =
        |_| Problem::bad_request("bad_path", "the path is not UTF-8 once its % codes are resolved");
    path.map(|extract::Path(name)| name).map_err(unreadable)
}

async fn readyz(State(app): State<App>) -> Result<&'static str, Problem> {
    app.service().map(|_| "ready\n")
}

async fn metrics(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let text = app.shared.metrics.render().map_err(Problem::internal)?;
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text))
}
