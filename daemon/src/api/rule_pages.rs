//! The page of a rule, as it stands under the rules in force.

use super::{App, Named, Problem, named};
use crate::rule_page::{RulePage, find};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use std::sync::PoisonError;
use xiezhi_alerts::feedback::Verdicts;

/// A rule's page, and what became of the alerts that rested on it.
#[derive(Serialize)]
pub(super) struct Shown {
    #[serde(flatten)]
    page: RulePage,
    verdicts: Verdicts,
    /// Substantiated of all that were closed, thousandths; null where none was.
    hit_permille: Option<u64>,
}

/// `GET /api/v1/rules/{id}`.
pub(super) async fn page(State(app): State<App>, id: Named) -> Result<Json<Shown>, Problem> {
    let id = named(id)?;
    let verdicts = app.read(|ledger| ledger.verdicts()).await?;
    let service = app.service()?;
    let rule = find(&id).map_err(|unknown| Problem::not_found(unknown.to_string()))?;
    let editions = service.editions.lock().unwrap_or_else(PoisonError::into_inner);
    let params = editions.in_force().newest().clone();
    let verdicts = verdicts.get(rule.id()).copied().unwrap_or_default();
    let page = RulePage::new(rule, &params);
    Ok(Json(Shown { page, verdicts, hit_permille: verdicts.hit_permille() }))
}
