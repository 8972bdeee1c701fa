//! Rows of the national data standard (公共资源交易平台系统数据规范) made into events.
//!
//! A row is `{"table": "GY_TENDER_LIST", "row": {…}}` with the standard's own column names, misspellings included. Its
//! events' source is `/ggzy/PLATFORM_CODE/TABLE`; their ids begin with `DATA_KEY@DATA_TIMESTAMP`, where M_KEY or M_ID
//! stand in for a missing DATA_KEY; their time is DATA_TIMESTAMP. Which table gives what is told in [`tables`].
//!
//! Placeholders (无, /, 暂无 …) are not given. A column that the standard has and no event needs is passed over; one that
//! it does not have is reported. A row with a bad value gives no event at all, and every fault is named.

mod held;
mod row;
mod table;
mod tables;

pub(crate) use held::Held;

use crate::draft::{Draft, Name};
use crate::report::What;
use crate::{Made, Place, Shared, wrong};
use held::{Candidate, Order, Purchase};
use row::Row;
use table::Table;
use xiezhi_dataflows::event::Faults;
use xiezhi_dataflows::json::{Json, Object};

/// What a row gives.
#[derive(Default)]
struct Given {
    drafts: Vec<Draft>,
    order: Option<Order>,
    purchase: Option<Purchase>,
    candidate: Option<Candidate>,
}

impl From<Vec<Draft>> for Given {
    fn from(drafts: Vec<Draft>) -> Given {
        Given { drafts, ..Given::default() }
    }
}

/// The names of all tables that are read, without the prefix of an industry.
pub fn table_names() -> impl Iterator<Item = &'static str> {
    table::all().map(|table| table.name)
}

/// Takes one row.
pub(crate) fn row(
    object: &Object,
    place: &Place,
    shared: &mut Shared,
    held: &mut Held,
) -> Result<Vec<Made>, Faults> {
    let name = match object.get("table") {
        Some(Json::String(name)) => name.trim(),
        _ => return Err(wrong("table", "is missing; give the table's name, such as GY_TENDER_LIST".into())),
    };
    let Some(Json::Object(columns)) = object.get("row") else {
        return Err(wrong("row", format!("of {name} is missing; give the row's columns as an object")));
    };
    for (key, _) in object.iter().filter(|(key, _)| !matches!(*key, "table" | "row")) {
        shared.report.note(What::Column, key, place);
    }
    let Some((table, industry)) = table::find(name, &shared.codes) else {
        shared.report.note(What::Table, name, place);
        return Ok(Vec::new());
    };
    read(table, Row::new(name, table, industry, columns, place, shared)).map(|(name, given)| {
        held.keep(&name, &given, place);
        shared.versions.events(&name, given.drafts, place, &mut shared.report)
    })
}

fn read(table: &Table, mut row: Row<'_>) -> Result<(Name, Given), Faults> {
    row.note_unknown_columns();
    let name = row.name();
    let given = (table.read)(&mut row);
    row.finish()?;
    // Without a name there was a fault.
    name.map(|name| (name, given)).ok_or_else(Faults::default)
}
