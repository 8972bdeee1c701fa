//! Silences: begun, listed, ended; and what they hide, before and after.

use super::handling::{SOURCE, journal, token};
use super::{App, Named, Problem, named};
use crate::tokens::Actor;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::json;
use xiezhi_alerts::silence::{Matcher, SILENCE_DAYS_MAX, SILENCES_MAX, Silence};
use xiezhi_dataflows::normalise::Instant;

/// Longest reason, characters.
const REASON_CHARS_MAX: usize = 500;
/// Most silences and hidden alerts that are shown.
const SHOWN_MAX: usize = 1_000;
/// One day, µs.
const DAY_US: i64 = 86_400_000_000;
/// How far back a preview looks, days.
const PREVIEW_DAYS: i64 = 30;

/// What is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    reason: Option<String>,
    from: Option<String>,
    until: Option<String>,
    matcher: Matcher,
    /// Only tell what it would hide.
    #[serde(default)]
    preview: bool,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    owner: String,
    reason: String,
    from: String,
    until: String,
    in_force: bool,
    ended_by: Option<String>,
    matcher: Matcher,
}

impl Shown {
    fn of(silence: Silence, now: i64) -> Shown {
        Shown {
            id: silence.id,
            owner: silence.owner,
            reason: silence.reason,
            from: Instant(silence.from).to_rfc3339(),
            until: Instant(silence.until).to_rfc3339(),
            in_force: silence.ended_by.is_none() && (silence.from..silence.until).contains(&now),
            ended_by: silence.ended_by,
            matcher: silence.matcher,
        }
    }
}

fn bad(detail: impl Into<String>) -> Problem {
    Problem::bad_request("bad_silence", detail)
}

fn instant(field: &str, text: &str) -> Result<i64, Problem> {
    let read = Instant::parse(text).map(|at| at.0);
    read.map_err(|_| bad(format!("{field}: give an instant such as 2026-12-01T09:00:00+08:00")))
}

/// `GET /api/v1/silences`.
pub(super) async fn list(State(app): State<App>) -> Result<impl IntoResponse, Problem> {
    let now = app.service()?.now();
    let silences = app.read(|ledger| ledger.silences(SHOWN_MAX)).await?;
    let items: Vec<Shown> = silences.into_iter().map(|silence| Shown::of(silence, now)).collect();
    Ok(Json(json!({ "items": items, "next": null })))
}

/// `GET /api/v1/silences/{id}`: one of them, and what it hid.
pub(super) async fn shown(State(app): State<App>, id: Named) -> Result<impl IntoResponse, Problem> {
    let (id, now) = (named(id)?, app.service()?.now());
    let found = app.read(move |ledger| Ok((ledger.silence(&id)?, ledger.hidden_by(&id, SHOWN_MAX)?))).await?;
    let (Some(silence), hid) = found else {
        return Err(Problem::not_found("there is no silence of this id"));
    };
    Ok(Json(json!({ "silence": Shown::of(silence, now), "hid": hid })))
}

/// `POST /api/v1/silences`: begins one, or with `preview` tells what it would hide.
pub(super) async fn begin(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    body: Bytes,
) -> Result<impl IntoResponse, Problem> {
    let service = app.service()?;
    let shape = "give {\"reason\", \"until\", \"matcher\": {\"level\", and one or more of \"department\", \"topic\", \"section\", \
                 \"party\", \"rule\"}}, or \"preview\": true";
    let given: Given = serde_json::from_slice(&body).map_err(|error| bad(format!("{error}; {shape}")))?;
    if !given.matcher.is_narrow() {
        return Err(bad(
            "matcher: narrow it down by department, topic, section, party or rule; nobody silences everything",
        ));
    }
    if !actor.may_silence(given.matcher.department.as_deref()) {
        return Err(Problem::forbidden(
            "name your own department in the matcher; the coordinating office may silence others",
        ));
    }
    let now = service.now();
    if given.preview {
        return Ok((StatusCode::OK, Json(preview(&app, given.matcher, now).await?)));
    }
    let reason = given.reason.unwrap_or_default().trim().to_owned();
    if !(1..=REASON_CHARS_MAX).contains(&reason.chars().count()) {
        return Err(bad(format!(
            "reason: give 1 to {REASON_CHARS_MAX} characters: auditors read it years later"
        )));
    }
    let from = given.from.as_deref().map_or(Ok(now), |text| instant("from", text))?;
    let until = instant("until", given.until.as_deref().unwrap_or_default())?;
    if until <= from.max(now) || until - from > SILENCE_DAYS_MAX * DAY_US {
        return Err(bad(format!(
            "until: give an instant after now and from, at most {SILENCE_DAYS_MAX} days after"
        )));
    }
    let in_force = app.read(|ledger| ledger.silences(SILENCES_MAX)).await?;
    if in_force.iter().filter(|silence| silence.ended_by.is_none() && silence.until > now).count()
        >= SILENCES_MAX
    {
        return Err(bad(format!("there are {SILENCES_MAX} silences; end some first")));
    }
    // Codes are folded to capitals at the door.
    let id = format!("S-{}", token()?.to_uppercase());
    let matcher = &given.matcher;
    let data = json!({
        "silence": id, "actor": actor.name, "reason": reason,
        "from": Instant(from).to_rfc3339(), "until": Instant(until).to_rfc3339(),
        "level": matcher.level, "department": matcher.department, "topic": matcher.topic, "section": matcher.section,
        "party": matcher.party, "rule": matcher.rule,
    });
    journal(&service, "alert.silenced", &format!("{id}.begin"), Instant(now), &data).await?;
    Ok((StatusCode::CREATED, Json(json!({ "id": id, "source": SOURCE }))))
}

/// What a matcher hides of what is pending, and would have hidden of the last days.
async fn preview(app: &App, matcher: Matcher, now: i64) -> Result<serde_json::Value, Problem> {
    let alerts = app.read(|ledger| ledger.alerts_whole()).await?;
    let since = now - PREVIEW_DAYS * DAY_US;
    let hidden: Vec<_> = alerts.into_iter().filter(|alert| matcher.hides(alert)).collect();
    let pending: Vec<&str> =
        hidden.iter().filter(|alert| alert.state.is_pending()).map(|alert| alert.id.0.as_str()).collect();
    let recent = hidden.iter().filter(|alert| alert.created_at >= since).count();
    Ok(json!({
        "pending": pending.len(),
        "alerts": pending.iter().take(SHOWN_MAX).collect::<Vec<_>>(),
        "created_in_the_last_days": { "days": PREVIEW_DAYS, "alerts": recent },
    }))
}

/// `DELETE /api/v1/silences/{id}`: ends one before its time; what it hid is told.
pub(super) async fn end(
    State(app): State<App>,
    Extension(actor): Extension<Actor>,
    id: Named,
) -> Result<impl IntoResponse, Problem> {
    let (id, service) = (named(id)?, app.service()?);
    let now = service.now();
    let wanted = id.clone();
    let silence = app
        .read(move |ledger| ledger.silence(&wanted))
        .await?
        .ok_or_else(|| Problem::not_found("there is no silence of this id"))?;
    if silence.ended_by.is_some() || silence.until <= now {
        return Err(Problem::conflict("over", "this silence is over"));
    }
    if !actor.may_silence(silence.matcher.department.as_deref()) {
        return Err(Problem::forbidden("this silence is another department's"));
    }
    let data = json!({ "silence": id, "actor": actor.name });
    journal(&service, "alert.unsilenced", &format!("{id}.end.{}", token()?), Instant(now), &data).await?;
    Ok(StatusCode::ACCEPTED)
}
