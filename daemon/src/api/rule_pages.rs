//! The page of a rule, as it stands under the rules in force.

use super::{App, Named, Problem, named};
use crate::rule_page::{RulePage, find};
use axum::Json;
use axum::extract::State;
use std::sync::PoisonError;

/// `GET /api/v1/rules/{id}`.
pub(super) async fn page(State(app): State<App>, id: Named) -> Result<Json<RulePage>, Problem> {
    let id = named(id)?;
    let service = app.service()?;
    let rule = find(&id).map_err(|unknown| Problem::not_found(unknown.to_string()))?;
    let editions = service.editions.lock().unwrap_or_else(PoisonError::into_inner);
    let params = editions.in_force().newest().clone();
    Ok(Json(RulePage::new(rule, &params)))
}
