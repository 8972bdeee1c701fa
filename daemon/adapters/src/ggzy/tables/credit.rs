//! Registers of credit: BLACK_LIST, WITHDRAW_BLACK_LIST, VIOLATING_LAWS_RULES_INFO.

use super::{Fields, Given, Row, Table, event, named};
use crate::codes;
use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "BLACK_LIST",
        prefixed: false,
        columns: "BLACKLIST_CODE BODY_NAME BODY_CODE BODY_TYPE BODY_ROLE RECORD_REASON RECORD_DATE GOVERNMENT \
              DOCUMENT_CODE REVOCATION_STATUS CONFINED_ACTION SCOPE M_ATT_BLACKLIST_DOC",
        read: listed,
    },
    Table {
        name: "WITHDRAW_BLACK_LIST",
        prefixed: false,
        columns: "BODY_NAME BODY_CODE BODY_TYPE BODY_ROLE BLACKLIST_CODE REVOCATIONEASONS GOVERNMENT DOCUMENT_CODE \
              ROPOSER APPLICATION_DATE SCOPE M_ATT_UNDODOCDOC",
        read: withdrawn,
    },
    Table {
        name: "VIOLATING_LAWS_RULES_INFO",
        prefixed: false,
        columns: "VIOLATING_CODE VIOLATING_NAME VIOLATING_TIME VIOLATING_TYPE BODY_NAME BODY_TYPE BODY_CODE BODY_ROLE \
              AREA REWARD_PUNISHMENT_BODY VIOLATING_INSTRUCTIONS GOVERNMENT TENDER_PROJECT_NAME \
              TENDER_PROJECT_CODE BID_SECTION_CODE BID_SECTION_NAME UNIFIED_DEAL_CODE DOCUMENT_CODE \
              PUNISHMENT_BASIS PUNISHMENT_RESULT CONFINED_ACTION CONFINED_START CONFINED_END OPERATE_DATE SCOPE \
              M_ATT_ILLEGAL_DOC M_ATT_PUNISHMENT_DOC",
        read: violation,
    },
];

/// An entry that is marked as revoked is gone at the latest when its row was written.
fn listed(row: &mut Row<'_>) -> Given {
    let entry = row.need("BLACKLIST_CODE", "the entry's own name (黑名单标识号)");
    let data = body(row)
        .put("entry", entry.clone())
        .put("kind", Some("blacklist".into()))
        .put("authority", row.value("GOVERNMENT"))
        .put("basis", row.value("DOCUMENT_CODE"))
        .put("from_on", need_date(row, &["RECORD_DATE"]));
    let mut drafts = vec![event("credit.listed", data)];
    if row.flag("REVOCATION_STATUS") == Some(true) {
        drafts.push(named("credit.removed", "removed", Fields::default().put("entry", entry)));
    }
    drafts.into()
}

/// APPLICATION_DATE is when removal was asked for, so the row's own time counts.
fn withdrawn(row: &mut Row<'_>) -> Given {
    let data = body(row)
        .put("entry", row.need("BLACKLIST_CODE", "the name of the entry that goes (黑名单标识号)"))
        .put("authority", row.value("GOVERNMENT"))
        .put("basis", row.value("DOCUMENT_CODE"));
    vec![event("credit.removed", data)].into()
}

fn violation(row: &mut Row<'_>) -> Given {
    let entry = row.need("VIOLATING_CODE", "the record's own name (违法违规信息标识号)");
    let data = body(row)
        .put("entry", entry)
        .put("kind", Some(kind(row)))
        .put("authority", row.value("GOVERNMENT"))
        .put("basis", row.value("PUNISHMENT_BASIS").or_else(|| row.value("DOCUMENT_CODE")))
        .put("from_on", need_date(row, &["CONFINED_START", "OPERATE_DATE", "VIOLATING_TIME"]))
        .put("until_on", row.date("CONFINED_END"));
    vec![event("credit.listed", data)].into()
}

/// By the words of its type and name; what says nothing else is a penalty.
fn kind(row: &mut Row<'_>) -> Json {
    let texts = [row.text("VIOLATING_TYPE"), row.text("VIOLATING_NAME")];
    let said = texts.iter().flatten().find_map(|text| codes::contained(&row.codes.credit_kind, text));
    said.unwrap_or("penalty").into()
}

/// Whom the entry is about: a person where BODY_CODE is an identity number, else an organisation.
fn body(row: &mut Row<'_>) -> Fields {
    let Some(code) = row.text("BODY_CODE") else {
        row.fault(
            "BODY_CODE",
            "is missing; give the unified social credit code or identity number".to_owned(),
        );
        return Fields::default();
    };
    if normalise::identity_number_at(&code, 0).is_some() && !normalise::credit_code_check(&code) {
        return Fields::default().put("person", row.person("BODY_CODE", "BODY_NAME"));
    }
    Fields::default().put("org", Some(Json::String(code)))
}

/// The first date that is given.
fn need_date(row: &mut Row<'_>, columns: &[&'static str]) -> Option<Json> {
    match columns.iter().find(|column| row.text(column).is_some()) {
        Some(column) => row.date(column),
        None => row.need(columns[0], "a date such as 2026-03-02"),
    }
}
