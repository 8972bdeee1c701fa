//! `GET /api/v1/export?table=PROJECT_ALERTING_INFO`: alerts for another platform, as rows of the national standard.

use super::lists::{Asked, asked, limit};
use super::{App, Problem};
use crate::ledger::AlertFilter;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use xiezhi_adapters::Codes;
use xiezhi_alerts::alerting_info::{AlertingInfo, rows};
use xiezhi_alerts::message::AlertShown;
use xiezhi_dataflows::event::AlertLevel;

/// The one table that is given out so far.
const TABLE: &str = "PROJECT_ALERTING_INFO";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExportQuery {
    table: String,
    /// PLATFORM_CODE of the rows.
    platform: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
    department: Option<String>,
}

/// A row as rows come in: so that what one platform gives out another one reads.
#[derive(Serialize)]
pub(super) struct Given {
    table: &'static str,
    row: AlertingInfo,
}

#[derive(Serialize)]
pub(super) struct GivenPage {
    items: Vec<Given>,
    next: Option<String>,
}

/// Alerts by id; the limit counts alerts, each of which may give several rows.
pub async fn get(State(app): State<App>, query: Asked<ExportQuery>) -> Result<Json<GivenPage>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    if query.table != TABLE {
        let detail = format!("table: is {:?}; give {TABLE}", query.table);
        return Err(Problem::bad_request("bad_query", detail));
    }
    let filter = AlertFilter { department: query.department, ..AlertFilter::default() };
    let page = app.read(move |ledger| ledger.alerts(&filter, query.cursor.as_deref(), limit)).await?;
    let codes = Codes::default();
    let mut items = Vec::new();
    for body in &page.items {
        let alert: AlertShown = serde_json::from_str(body.get()).map_err(Problem::internal)?;
        let level =
            AlertLevel::parse(&alert.level).map_or(alert.level.as_str(), |level| codes.alert_level(level));
        let given = rows(&alert, level, query.platform.as_deref());
        items.extend(given.into_iter().map(|row| Given { table: TABLE, row }));
    }
    Ok(Json(GivenPage { items, next: page.next }))
}
