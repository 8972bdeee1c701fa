//! One section: what is known, what every rule says of it and why, and what came of it.

use super::{App, Named, Problem, named};
use crate::explained::Explained;
use crate::ledger::{AlertFilter, FindingFilter};
use crate::service::Service;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use xiezhi_alerts::message::{Directory, SectionNames};

/// The most findings or alerts that are listed with a section.
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

async fn explained(service: Arc<Service>, code: String) -> Result<Explained, Problem> {
    let unknown = || Problem::not_found("no event about a section of this code holds; codes are upper case");
    let task = tokio::task::spawn_blocking(move || {
        let explanation = service.engine().explain(service.symbols.find(&code)?)?;
        let now = crate::clock::system_now();
        let explained = Explained::new(&code, Some(now), &explanation, Vec::new(), &service.symbols);
        let edition = service.edition_of(&explanation.params);
        Some(Explained { edition, ..explained })
    });
    task.await.map_err(Problem::internal)?.ok_or_else(unknown)
}

/// `GET /api/v1/sections/{section}`.
pub(super) async fn section(State(app): State<App>, code: Named) -> Result<Json<Section>, Problem> {
    let code = named(code)?;
    let service = app.service()?;
    let names = service.directory.section(&code);
    let explained = explained(service, code.clone()).await?;
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
    Ok(Json(explained(app.service()?, code).await?))
}
