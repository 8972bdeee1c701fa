//! The rules in force: read, published, tried on the whole history.

use super::{App, Problem};
use crate::comparison::{Comparison, compare};
use crate::config::Rules;
use crate::directory::Directory;
use crate::editions::{Proposal, Record};
use crate::journal::Reader;
use crate::service::{PublishError, Service};
use crate::tokens::Actor;
use axum::Extension;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::{ETAG, IF_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::event::{Admitted, Door, reread};
use xiezhi_dataflows::normalise::{Date, Placeholders};
use xiezhi_dataflows::params::{Profile, Thresholds};
use xiezhi_dataflows::replay::Replay;

/// Longest reason, characters.
const REASON_CHARS_MAX: usize = 500;
/// Of the work of a trial, the share that computing the history takes, in thousandths; the rest is the difference.
const HISTORY_SHARE: u32 = 700;

/// An edition without its calendar.
#[derive(Serialize)]
struct Shown<'a> {
    number: u64,
    published_at: &'a str,
    actor: &'a str,
    reason: &'a str,
    effective_from: Option<&'a str>,
    restores: Option<u64>,
    profile: &'a Profile,
    thresholds: &'a Thresholds,
    calendar_years: Vec<i64>,
}

impl<'a> Shown<'a> {
    fn of(record: &'a Record) -> Shown<'a> {
        Shown {
            number: record.number,
            published_at: &record.published_at,
            actor: &record.actor,
            reason: &record.reason,
            effective_from: record.effective_from.as_deref(),
            restores: record.restores,
            profile: &record.rules.profile,
            thresholds: &record.rules.thresholds,
            calendar_years: record.rules.calendar.years().map(|year| year.year).collect(),
        }
    }
}

fn shown(service: &Service, status: StatusCode) -> impl IntoResponse + use<> {
    let editions = service.editions.lock().unwrap_or_else(PoisonError::into_inner);
    let (left, all) = service.turning.left();
    let body = serde_json::json!({
        "latest": Shown::of(editions.latest()),
        "putting_in_force": { "left": left, "of": all },
        "editions": editions.records().iter().map(Shown::of).collect::<Vec<_>>(),
    });
    (status, [(ETAG, format!("\"{}\"", editions.latest().number))], Json(body))
}

/// `GET /api/v1/rules`: the latest edition, how far it has come, and all before it.
pub(super) async fn get(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    Ok(shown(&*app.service()?, StatusCode::OK))
}

/// What is published or tried.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    effective_from: Option<String>,
    #[serde(default)]
    restore: Option<u64>,
    #[serde(default)]
    rules: Option<toml::Table>,
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request("bad_rules", detail)
}

/// Reads a body into a proposal; a trial needs no reason.
fn proposal(service: &Service, actor: &str, body: &[u8], needs_reason: bool) -> Result<Proposal, Problem> {
    let shape = "give {\"reason\", \"effective_from\" (a date; none: all sections), and \"rules\" {\"profile\", \
                 \"thresholds\"} or \"restore\": the number of an edition}";
    let given: Given = serde_json::from_slice(body).map_err(|error| bad(format!("{error}; {shape}")))?;
    let reason = given.reason.unwrap_or_default().trim().to_owned();
    if needs_reason && !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(bad(format!(
            "reason: give 1 to {REASON_CHARS_MAX} characters: auditors read it years later"
        )));
    }
    let day = given.effective_from.as_deref().map(Date::parse).transpose();
    let effective_from = day.map_err(|_| bad("effective_from: give a date such as 2026-12-01"))?;
    let editions = service.editions.lock().unwrap_or_else(PoisonError::into_inner);
    let rules = match (given.rules, given.restore) {
        (Some(table), None) => {
            let mut rules = Rules::published(table).map_err(|mistakes| {
                bad(mistakes.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
            })?;
            // Working days come from the configuration alone.
            rules.params.calendar = editions.latest().rules.calendar.clone();
            rules.params
        }
        (None, Some(number)) => {
            let record = editions.records().iter().find(|record| record.number == number);
            record
                .map(|record| record.rules.clone())
                .ok_or_else(|| bad("restore: there is no such edition"))?
        }
        _ => return Err(bad(shape)),
    };
    Ok(Proposal { actor: actor.to_owned(), reason, effective_from, restores: given.restore, rules })
}

/// `PUT /api/v1/rules`: publishes an edition; `If-Match` with the number of the latest keeps two publishers apart.
pub(super) async fn put(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let service = app.service()?;
    let expected = headers.get(IF_MATCH).map(|value| {
        let number = value.to_str().ok().and_then(|text| text.trim().trim_matches('"').parse::<u64>().ok());
        number.ok_or_else(|| bad("If-Match: give the number of the latest edition, as ETag has it"))
    });
    let expected = expected.transpose()?;
    let proposal = proposal(&service, &actor.name, &body, true)?;
    let publishing = service.clone();
    let published = tokio::task::spawn_blocking(move || publishing.publish(proposal, expected)).await;
    match published.map_err(Problem::internal)? {
        Ok(_) => Ok(shown(&service, StatusCode::OK)),
        Err(error @ PublishError::Superseded(_)) => Err(Problem::conflict("superseded", error.to_string())),
        Err(error) => Err(Problem::internal(error)),
    }
}

/// Where a trial stands.
#[derive(Clone, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Standing {
    Running,
    Done { comparison: Box<Comparison> },
    Cancelled,
    Failed { why: String },
}

/// A trial of other rules on the whole history.
pub struct Trial {
    number: u64,
    permille: AtomicU32,
    cancelled: AtomicBool,
    standing: Mutex<Standing>,
}

/// The trials since the start: the last one only, as each takes as much memory as the history.
#[derive(Default)]
pub struct Trials {
    last: Mutex<Option<Arc<Trial>>>,
}

impl Trial {
    fn shown(&self) -> serde_json::Value {
        let standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut shown = serde_json::to_value(standing).expect("plain data");
        shown["id"] = self.number.into();
        shown["progress"] = {
            let permille = self.permille.load(Ordering::Relaxed);
            format!("{}.{}%", permille / 10, permille % 10).into()
        };
        shown
    }

    fn is_running(&self) -> bool {
        matches!(*self.standing.lock().unwrap_or_else(PoisonError::into_inner), Standing::Running)
    }

    fn goes_on(&self, permille: u32) -> bool {
        self.permille.store(permille, Ordering::Relaxed);
        !self.cancelled.load(Ordering::Relaxed)
    }

    fn run(&self, data_dir: &std::path::Path, before: Edition, after: Edition, placeholders: Placeholders) {
        let standing = match self.compare(data_dir, before, after, placeholders) {
            Ok(comparison) => Standing::Done { comparison: Box::new(comparison) },
            Err(_) if self.cancelled.load(Ordering::Relaxed) => Standing::Cancelled,
            Err(error) => Standing::Failed { why: format!("{error:#}") },
        };
        *self.standing.lock().unwrap_or_else(PoisonError::into_inner) = standing;
    }

    fn compare(
        &self,
        data_dir: &std::path::Path,
        before: Edition,
        after: Edition,
        placeholders: Placeholders,
    ) -> anyhow::Result<Comparison> {
        let now = crate::clock::system_now();
        // Nothing comes through this door: the journal's events are scrubbed already.
        let door = Door::new(&[0; 32], placeholders.clone());
        let mut replay = Replay::under(door, placeholders.clone(), before, 1, Some(now), None);
        let directory = Directory::default();
        let reader = Reader::open(data_dir)?;
        let (mut come, all) = (0_u64, reader.last()?.seq.max(1));
        let ended = reader.for_each(0, |entry| match reread(&entry.body, &placeholders) {
            Ok(event) => {
                directory.learn([&event].into_iter());
                replay.admitted(Admitted { event, body: entry.body, warnings: Vec::new() });
                come += 1;
                if self.goes_on((u64::from(HISTORY_SHARE) * come / all).min(HISTORY_SHARE.into()) as u32) {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break("cancelled".to_owned())
                }
            }
            Err(faults) => ControlFlow::Break(format!("event {} cannot be read: {faults}", entry.seq)),
        })?;
        if let ControlFlow::Break(why) = ended {
            anyhow::bail!(why);
        }
        replay.finish();
        let rest = 1000 - HISTORY_SHARE;
        compare(&mut replay, after, &directory, &mut |permille| {
            self.goes_on(HISTORY_SHARE + rest * permille / 1000)
        })
    }
}

/// `POST /api/v1/rules/what-if`: begins a trial; 202 with its id. One runs at a time.
pub(super) async fn what_if(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let service = app.service()?;
    let proposal = proposal(&service, &actor.name, &body, false)?;
    let (before, after) = {
        let editions = service.editions.lock().unwrap_or_else(PoisonError::into_inner);
        (editions.in_force(), editions.in_force_with(proposal.effective_from, &proposal.rules))
    };
    let mut last = app.shared.trials.last.lock().unwrap_or_else(PoisonError::into_inner);
    if last.as_ref().is_some_and(|trial| trial.is_running()) {
        return Err(Problem::conflict("trial_running", "a trial is running; wait for it, or cancel it"));
    }
    let trial = Arc::new(Trial {
        number: last.as_ref().map_or(1, |trial| trial.number + 1),
        permille: AtomicU32::new(0),
        cancelled: AtomicBool::new(false),
        standing: Mutex::new(Standing::Running),
    });
    let (running, data_dir) = (trial.clone(), app.shared.data_dir.clone());
    let placeholders = service.door.placeholders().clone();
    let body = move || running.run(&data_dir, before, after, placeholders);
    std::thread::Builder::new().name("what-if".to_owned()).spawn(body).map_err(Problem::internal)?;
    *last = Some(trial.clone());
    Ok((StatusCode::ACCEPTED, Json(trial.shown())))
}

fn trial(app: &App, id: &str) -> Result<Arc<Trial>, Problem> {
    let last = app.shared.trials.last.lock().unwrap_or_else(PoisonError::into_inner);
    let found = last.as_ref().filter(|trial| trial.number.to_string() == id).cloned();
    found.ok_or_else(|| Problem::not_found("there is no trial of this id; only the last is kept"))
}

/// `GET /api/v1/rules/what-if/{id}`: how far a trial is, and what it found.
pub(super) async fn trial_shown(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, Problem> {
    Ok(Json(trial(&app, &id)?.shown()))
}

/// `DELETE /api/v1/rules/what-if/{id}`: ends a trial.
pub(super) async fn trial_cancelled(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    trial(&app, &id)?.cancelled.store(true, Ordering::Relaxed);
    Ok(StatusCode::NO_CONTENT)
}
