//! A table of the standard: its columns, and what its rows give.

use super::row::Row;
use super::{Given, tables};
use crate::codes::{self, Codes};

/// Columns of every table: its head (S) and its tails (T, F).
const COMMON: &str = "M_ID DATA_KEY M_DATA_SOURCE M_TM M_VERSION PLATFORM_CODE PUB_SERVICE_PLAT_CODE DATA_TIMESTAMP \
                      TRADE_PLAT PUB_SERVICE_PLAT M_KEY M_IS_HISTORY M_CREATEBY M_CREATE_TM";

/// A table.
pub(super) struct Table {
    /// Its name, without the prefix of an industry.
    pub(super) name: &'static str,
    /// Whether its name has a prefix (GY_, JT_): trading systems keep a table for each industry, public services one.
    pub(super) prefixed: bool,
    /// All its own columns, separated by blanks.
    pub(super) columns: &'static str,
    /// Makes events of a row.
    pub(super) read: fn(&mut Row<'_>) -> Given,
}

impl Table {
    /// Whether the standard has a column here.
    pub(super) fn has(&self, column: &str) -> bool {
        let listed = |columns: &str| columns.split_ascii_whitespace().any(|known| known == column);
        listed(self.columns) || listed(COMMON)
    }
}

/// All tables that are read.
pub(super) fn all() -> impl Iterator<Item = &'static Table> {
    tables::ALL.iter().copied().flatten()
}

/// The table of a name, and the industry by its prefix.
pub(super) fn find(name: &str, codes: &Codes) -> Option<(&'static Table, Option<String>)> {
    if let Some(table) = all().find(|table| !table.prefixed && table.name == name) {
        return Some((table, None));
    }
    let (prefix, rest) = name.split_once('_')?;
    let industry = codes.industry.get(&codes::key(prefix))?;
    all().find(|table| table.prefixed && table.name == rest).map(|table| (table, Some(industry.clone())))
}
