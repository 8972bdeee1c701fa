//! One row as its table reads it: columns by name, each made into a value of events.md, faults gathered on the way.

use super::table::Table;
use crate::codes::{self, Codes};
use crate::draft::{Fields, Name, list, without_numbers};
use crate::report::{self, Report, What};
use crate::{Place, Shared, amount, fault, when};
use std::collections::BTreeMap;
use xiezhi_dataflows::event::fault::FAULTS_MAX;
use xiezhi_dataflows::event::{Fault, Faults};
use xiezhi_dataflows::json::{Json, Object};
use xiezhi_dataflows::normalise::{self, Instant, Placeholders};

/// Elements of a column that holds several: sections of an opening, bidders sent to evaluation.
const LISTED_MAX: usize = 1_000;

/// A row that is being read.
pub(super) struct Row<'r> {
    table_name: &'r str,
    table: &'static Table,
    /// The industry by the table's prefix.
    pub(super) industry: Option<String>,
    columns: &'r Object,
    place: &'r Place,
    /// The site's code sets.
    pub(super) codes: &'r Codes,
    placeholders: &'r Placeholders,
    report: &'r mut Report,
    faults: Vec<Fault>,
}

impl<'r> Row<'r> {
    pub(super) fn new(
        table_name: &'r str,
        table: &'static Table,
        industry: Option<String>,
        columns: &'r Object,
        place: &'r Place,
        shared: &'r mut Shared,
    ) -> Row<'r> {
        let Shared { codes, placeholders, report, .. } = shared;
        Row { table_name, table, industry, columns, place, codes, placeholders, report, faults: Vec::new() }
    }

    /// Reports the columns that the standard does not have.
    pub(super) fn note_unknown_columns(&mut self) {
        for (column, _) in self.columns.iter().filter(|(column, _)| !self.table.has(column)) {
            self.report.note(What::Column, &format!("{}.{column}", self.table_name), self.place);
        }
    }

    /// What names the row's events; none, and a fault, if the row does not say.
    pub(super) fn name(&mut self) -> Option<Name> {
        let platform =
            self.first(&["PLATFORM_CODE", "PUB_SERVICE_PLAT_CODE", "M_DATA_SOURCE"], "the system's code");
        let key = self.first(&["DATA_KEY", "M_KEY", "M_ID"], "the row's key");
        let at = self.moment("DATA_TIMESTAMP");
        if at.is_none() && self.text("DATA_TIMESTAMP").is_none() {
            self.fault(
                "DATA_TIMESTAMP",
                format!("is missing; give when the row was written, {}", when::FORM),
            );
        }
        let source = format!("/ggzy/{}/{}", platform?, self.table_name);
        Some(Name { source, key: without_numbers(&key?), at: at? })
    }

    /// The row's faults, if it has any.
    pub(super) fn finish(self) -> Result<(), Faults> {
        let mut faults = self.faults;
        faults.truncate(FAULTS_MAX);
        if faults.is_empty() { Ok(()) } else { Err(Faults(faults)) }
    }

    /// A fault of a column.
    pub(super) fn fault(&mut self, column: &str, reason: String) {
        self.faults.push(fault(&format!("{}.{column}", self.table_name), reason));
    }

    /// A column's text; none if it is absent or a placeholder.
    pub(super) fn text(&mut self, column: &'static str) -> Option<String> {
        debug_assert!(self.table.has(column), "{} has no {column}", self.table.name);
        let text = match self.columns.get(column)? {
            Json::Null => return None,
            Json::String(text) => normalise::text(text).into_owned(),
            number @ (Json::U64(_) | Json::I64(_) | Json::F64(_)) => {
                String::from_utf8(number.to_bytes()).ok()?
            }
            Json::Bool(flag) => flag.to_string(),
            other => {
                self.fault(column, format!("is {}; give a text, a number or null", other.what()));
                return None;
            }
        };
        let given = !self.placeholders.contains(&normalise::fold(&text));
        given.then_some(text)
    }

    /// A column's text as a value.
    pub(super) fn value(&mut self, column: &'static str) -> Option<Json> {
        self.text(column).map(Json::String)
    }

    /// A column that no event of the row can do without.
    pub(super) fn need(&mut self, column: &'static str, what: &str) -> Option<Json> {
        let value = self.value(column);
        if value.is_none() && self.faults.iter().all(|fault| !fault.path.ends_with(&format!(".{column}"))) {
            self.fault(column, format!("is missing; give {what}"));
        }
        value
    }

    /// The section's code, which no event of the row can do without.
    pub(super) fn section(&mut self) -> Option<Json> {
        self.need("BID_SECTION_CODE", "the section's code (标段编号)")
    }

    /// An instant; a fault if it is none.
    pub(super) fn moment(&mut self, column: &'static str) -> Option<Instant> {
        let text = self.text(column)?;
        let at = when::instant(&text, when::LOCAL);
        if at.is_none() {
            self.fault(column, format!("is \"{}\"; give {}", report::value(&text), when::FORM));
        }
        at
    }

    /// An instant as a value.
    pub(super) fn instant(&mut self, column: &'static str) -> Option<Json> {
        self.moment(column).map(|at| Json::String(at.to_rfc3339()))
    }

    /// A date as a value; a fault if it is none.
    pub(super) fn date(&mut self, column: &'static str) -> Option<Json> {
        let text = self.text(column)?;
        let date = when::date(&text);
        if date.is_none() {
            self.fault(column, format!("is \"{}\"; give a date such as 2026-03-02", report::value(&text)));
        }
        date.map(|date| Json::String(date.to_string()))
    }

    /// Money in yuan. An amount in another currency is left out and reported.
    pub(super) fn yuan(
        &mut self,
        column: &'static str,
        unit: Option<&'static str>,
        currency: Option<&'static str>,
    ) -> Option<Json> {
        // "0" in a text is a placeholder; the number 0 is an amount.
        let amount = match self.columns.get(column)? {
            Json::String(_) => Json::String(self.text(column)?),
            Json::Null => return None,
            number => number.clone(),
        };
        let unit = unit.and_then(|unit| self.text(unit)).unwrap_or_default();
        let unit = self.codes.price_unit.get(&codes::key(&unit)).copied().unwrap_or(1);
        if currency.is_some_and(|currency| !self.is_yuan(currency)) {
            return None;
        }
        amount::yuan(&amount, unit).map_err(|reason| self.fault(column, reason)).ok()
    }

    /// A number as it stands, for the door to check.
    pub(super) fn number(&mut self, column: &'static str) -> Option<Json> {
        match self.columns.get(column)? {
            number @ (Json::U64(_) | Json::I64(_) | Json::F64(_)) => Some(number.clone()),
            _ => self.value(column),
        }
    }

    /// A whole number; a fault if it is none.
    pub(super) fn count(&mut self, column: &'static str) -> Option<Json> {
        let text = self.text(column)?;
        let number = text.parse::<u64>().ok();
        if number.is_none() {
            self.fault(column, format!("is \"{}\"; give a whole number", report::value(&text)));
        }
        number.map(Json::U64)
    }

    /// What a code means; one that the site's set does not have is reported, and its column left out.
    pub(super) fn code<T: Clone>(
        &mut self,
        column: &'static str,
        set: fn(&Codes) -> &BTreeMap<String, T>,
    ) -> Option<T> {
        let code = self.text(column)?;
        let meaning = set(self.codes).get(&codes::key(&code)).cloned();
        if meaning.is_none() {
            self.report.code(&format!("{}.{column}", self.table_name), &code, self.place);
        }
        meaning
    }

    /// What the longest word of a set that a text holds means; a text that holds none is reported.
    pub(super) fn worded(
        &mut self,
        column: &'static str,
        set: fn(&Codes) -> &BTreeMap<String, String>,
    ) -> Option<String> {
        let text = self.text(column)?;
        let meaning = codes::contained(set(self.codes), &text).map(str::to_owned);
        if meaning.is_none() {
            self.report.code(&format!("{}.{column}", self.table_name), &text, self.place);
        }
        meaning
    }

    /// 是 or 否; none if it is neither.
    pub(super) fn flag(&mut self, column: &'static str) -> Option<bool> {
        match self.columns.get(column) {
            // As a placeholder, "0" would be nothing.
            Some(Json::U64(0)) => self.codes.flag.get("0").copied(),
            Some(Json::String(text)) if normalise::fold(text) == "0" => self.codes.flag.get("0").copied(),
            _ => self.code(column, |codes| &codes.flag),
        }
    }

    /// The texts of a column that holds several.
    pub(super) fn several(&mut self, column: &'static str) -> Vec<String> {
        let text = self.text(column).unwrap_or_default();
        let apart = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '，' | '；' | '、' | '|');
        let parts = text.split(apart).map(str::trim).filter(|part| !self.placeholders.contains(part));
        let mut parts: Vec<String> = parts.map(str::to_owned).collect();
        // Once each, in an order of its own, as events are named by what they are about.
        parts.sort_unstable();
        parts.dedup();
        if parts.len() > LISTED_MAX {
            self.fault(column, format!("holds {} elements; give at most {LISTED_MAX} a row", parts.len()));
            parts.clear();
        }
        parts
    }

    /// An organisation that has a code.
    pub(super) fn org(&mut self, code: &'static str, name: &'static str) -> Option<Json> {
        let code = self.value(code)?;
        Fields::default().put("code", Some(code)).put("name", self.value(name)).object()
    }

    /// An organisation that no event of the row can do without.
    pub(super) fn need_org(&mut self, code: &'static str, name: &'static str) -> Option<Json> {
        self.need(code, "the organisation's unified social credit code")?;
        self.org(code, name)
    }

    /// The bidder, which no event of the row can do without.
    pub(super) fn bidder(&mut self) -> Option<Json> {
        self.need_org("BIDDER_ORG_CODE", "BIDDER_NAME")
    }

    /// A person by number and name.
    pub(super) fn person(&mut self, number: &'static str, name: &'static str) -> Option<Json> {
        Fields::default().put("id", self.value(number)).put("name", self.value(name)).object()
    }

    /// A consortium's members. Their codes are needed to tell who bids twice; a name alone is passed over.
    pub(super) fn members(&mut self) -> Option<Json> {
        let codes = self.several("UNION_ORGAN_SET_CODE");
        let member = |code: String| Fields::default().put("code", Some(Json::String(code))).into();
        list(codes.into_iter().map(member).collect())
    }

    /// Reports a value that was left out.
    pub(super) fn note(&mut self, column: &str, what: &str) {
        self.report.note(What::Value, &format!("{}.{column}: {what}", self.table_name), self.place);
    }

    fn is_yuan(&mut self, currency: &'static str) -> bool {
        self.text(currency).is_none() || self.code(currency, |codes| &codes.yuan) == Some(true)
    }

    fn first(&mut self, columns: &[&'static str], what: &str) -> Option<String> {
        let found = columns.iter().find_map(|column| self.text(column));
        if found.is_none() {
            self.fault(columns[0], format!("is missing; give {what}"));
        }
        found
    }
}
