//! One section: what is known, what every rule says of it and why, and what came of it.

use super::{App, Named, Problem, named};
use crate::ledger::{AlertFilter, FindingFilter};
use crate::service::Service;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use serde_json::value::RawValue;
use std::sync::Arc;
use xiezhi_alerts::message::{Directory, SectionNames};
use xiezhi_dataflows::finding::Rendered;

/// The most findings or alerts that are listed with a section.
const LISTED_MAX: usize = 1000;

/// A rule's outcome on a section.
#[derive(Serialize)]
pub(super) struct RuleOutcome {
    rule: &'static str,
    zh: &'static str,
    en: &'static str,
    outcome: &'static str,
    /// Which field is missing, or why the rule does not apply.
    reason: Option<&'static str>,
    /// The articles it rests on, and whether each was checked against the statute.
    basis: Vec<Article>,
    findings: Vec<Rendered>,
    data_quality: Vec<Rendered>,
}

#[derive(Serialize)]
struct Article {
    article: &'static str,
    verified: bool,
}

#[derive(Serialize)]
pub(super) struct Section {
    section: String,
    names: SectionNames,
    /// How many facts about it hold.
    rows: usize,
    outcomes: Vec<RuleOutcome>,
    findings: Vec<Box<RawValue>>,
    alerts: Vec<Box<RawValue>>,
}

#[derive(Serialize)]
pub(super) struct Explained {
    section: String,
    outcomes: Vec<RuleOutcome>,
}

async fn outcomes(service: Arc<Service>, code: String) -> Result<(usize, Vec<RuleOutcome>), Problem> {
    let unknown = || Problem::not_found("no event about a section of this code holds; codes are upper case");
    let task = tokio::task::spawn_blocking(move || {
        let explanation = service.engine().explain(service.symbols.find(&code)?)?;
        let render = |findings: &[xiezhi_dataflows::finding::Finding], rule| -> Vec<Rendered> {
            let of_rule = findings.iter().filter(|finding| finding.rule == rule);
            of_rule.map(|finding| finding.render(&service.symbols)).collect()
        };
        let conclusions = &explanation.conclusions;
        let outcomes = explanation.outcomes.iter().map(|(rule, outcome)| RuleOutcome {
            rule: rule.id(),
            zh: rule.sheet().zh,
            en: rule.sheet().en,
            outcome: outcome.as_str(),
            reason: outcome.reason(),
            basis: rule
                .sheet()
                .basis
                .iter()
                .map(|b| Article { article: b.article, verified: b.verified })
                .collect(),
            findings: render(&conclusions.findings, *rule),
            data_quality: render(&conclusions.quality, *rule),
        });
        Some((explanation.rows, outcomes.collect()))
    });
    task.await.map_err(Problem::internal)?.ok_or_else(unknown)
}

/// `GET /api/v1/sections/{section}`.
pub(super) async fn section(State(app): State<App>, code: Named) -> Result<Json<Section>, Problem> {
    let code = named(code)?;
    let service = app.service()?;
    let names = service.directory.section(&code);
    let (rows, outcomes) = outcomes(service, code.clone()).await?;
    let of = code.clone();
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
    Ok(Json(Section { section: code, names, rows, outcomes, findings, alerts }))
}

/// `GET /api/v1/sections/{section}/explain`.
pub(super) async fn explain(State(app): State<App>, code: Named) -> Result<Json<Explained>, Problem> {
    let code = named(code)?;
    let (_, outcomes) = outcomes(app.service()?, code.clone()).await?;
    Ok(Json(Explained { section: code, outcomes }))
}
