//! One section: what is known, what every rule says of it and why, and what came of it.

use super::{App, Named, Problem, named};
use crate::explained::{Explained, bidders};
use crate::ledger::{AlertFilter, FindingFilter, QualityFilter, Reader};
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use xiezhi_alerts::message::{Directory, SectionNames};

/// The most findings, alerts or data-quality rows that are listed with a section.
const LISTED_MAX: usize = 1000;

/// A section with what came of it.
#[derive(Serialize)]
pub(super) struct Section {
    names: SectionNames,
    findings: Vec<Box<RawValue>>,
    alerts: Vec<Box<RawValue>>,
    #[serde(flatten)]
    explained: Explained,
}

async fn explained(app: &App, code: String) -> Result<Explained, Problem> {
    let (service, of) = (app.service()?, code.clone());
    let unknown = || Problem::not_found("no event about a section of this code holds; codes are upper case");
    let task = tokio::task::spawn_blocking(move || {
        let explanation = service.engine().explain(service.symbols.find(&code)?)?;
        let now = crate::clock::system_now();
        let explained = Explained::new(&code, Some(now), &explanation, Vec::new(), &service.symbols);
        let edition = service.edition_of(&explanation.params);
        Some((Explained { edition, ..explained }, bidders(&explanation, &service.symbols)))
    });
    let (mut explained, bidders) = task.await.map_err(Problem::internal)?.ok_or_else(unknown)?;
    let filter = QualityFilter { section: Some(of), ..QualityFilter::default() };
    let read = move |ledger: &Reader| {
        Ok((ledger.quality(&filter, None, LISTED_MAX)?.0, ledger.across_sections(&bidders, LISTED_MAX)?))
    };
    let (quality, history) = app.read(read).await?;
    explained.add_quality(quality.into_iter().map(|quality| quality.row));
    explained.history = history;
    Ok(explained)
}

/// `GET /api/v1/sections/{section}`.
pub(super) async fn section(State(app): State<App>, code: Named) -> Result<Json<Section>, Problem> {
    let code = named(code)?;
    let service = app.service()?;
    let names = service.directory.section(&code);
    let explained = explained(&app, code.clone()).await?;
    let of = code;
    let (findings, alerts) = app
        .read(move |ledger| {
            let findings = FindingFilter { section: Some(of.clone()), ..FindingFilter::default() };
            let alerts = AlertFilter { section: Some(of), ..AlertFilter::default() };
            Ok((
                ledger.findings(&findings, None, LISTED_MAX)?.items,
                ledger.alerts(&alerts, None, LISTED_MAX)?.items,
            ))
        })
        .await?;
    Ok(Json(Section { names, findings, alerts, explained }))
}

/// `GET /api/v1/sections/{section}/explain`.
pub(super) async fn explain(State(app): State<App>, code: Named) -> Result<Json<Explained>, Problem> {
    let code = named(code)?;
    Ok(Json(explained(&app, code).await?))
}
