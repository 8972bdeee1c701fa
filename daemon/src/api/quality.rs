//! Data quality: what about the data kept a rule from a finding.

use super::lists::{Asked, asked, limit};
use super::{App, Problem};
use crate::directory::Directory;
use crate::ledger::{QualityFilter, QualityRow, Reader};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_alerts::message::Directory as Names;
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::Instant;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QualityQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    rule: Option<String>,
    section: Option<String>,
    party: Option<String>,
}

/// A row as it is listed.
#[derive(Serialize)]
pub(super) struct Item {
    #[serde(flatten)]
    row: Rendered,
    since: String,
    /// The parties' names, of those that some event named.
    names: BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct Items {
    items: Vec<Item>,
    next: Option<String>,
}

fn item(QualityRow { row, since }: QualityRow, directory: &Directory) -> Item {
    let name = |party: &String| Some((party.clone(), directory.organisation(party)?));
    let names = row.parties.iter().filter_map(name).collect();
    Item { row, since: Instant(since).to_rfc3339(), names }
}

/// `GET /api/v1/quality`.
pub(super) async fn list(State(app): State<App>, query: Asked<QualityQuery>) -> Result<Json<Items>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    let directory = app.service()?.directory.clone();
    let filter = QualityFilter { rule: query.rule, section: query.section, party: query.party };
    let read = move |ledger: &Reader| {
        let (rows, next) = ledger.quality(&filter, query.cursor.as_deref(), limit)?;
        Ok(Items { items: rows.into_iter().map(|row| item(row, &directory)).collect(), next })
    };
    app.read(read).await.map(Json)
}
