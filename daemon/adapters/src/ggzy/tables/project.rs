//! Projects and sections: TENDER_PROJECT, SECTION, TENDER_FILE_CLARI_MODI, TENDER_ABNORMITY_REPORT.

use super::{Fields, Given, Row, Table, event, named};
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "TENDER_PROJECT",
        prefixed: true,
        columns: "PROJECT_CODE TENDER_PROJECT_CODE TENDER_SELF_CODE UNIFIED_DEAL_CODE IS_TO_LAW TENDER_PROJECT_NAME \
              TENDER_PROJECT_TYPE REGION_CODE TENDER_CONTENT OWNER_NAME TENDERER_NAME TENDERER_CODE_TYPE \
              TENDERER_CODE ISUNION TENDERER_ROLE TENDERER_REGION_CODE TENDERER_PROPERTY TENDER_AGENCY_NAME \
              TENDER_AGENCY_CODE_TYPE TENDER_AGENCY_CODE TENDER_AGENCY_ROLE TENDER_AGENCY_REGION_CODE \
              TENDER_AGENCY_PROPERTY TENDER_MODE TENDER_ORGANIZE_FORM CREATE_TIME SUPERVISE_DEPT_NAME \
              SUPERVISE_DEPT_CODE APPROVE_DEPT_NAME APPROVE_DEPT_CODE REPORT_DUTY OPERATION_NAME TRADE_SYSTEM_NO \
              TRADE_SYSTEM_FEE",
        read: project,
    },
    Table {
        name: "SECTION",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE BID_SECTION_NAME BID_ECTION_NUM UNIFIED_DEAL_CODE \
              BID_TENDER_MODE REGION_CODE TRA_PLACE_CODE BID_SECTION_CONTENT TENDER_PROJECT_CLASSIFY_CODE \
              CONTRACT_RECKON_PRICE CURRENCY_CODE PRICE_UNIT BID_QUALIFICATION BEGIN_DATE LIMITE_TIME CREATE_TIME",
        read: section,
    },
    Table {
        name: "TENDER_FILE_CLARI_MODI",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE BID_SECTION_CODES UNIFIED_DEAL_CODE UNIFIED_DEAL_CODES DOC_NO \
              BID_DOC_REFER_END_TIME VALID_PERIOD BID_DOC_REFER_METHOD MARGIN_PAY_TYPE MARGIN_AMOUNT \
              MARGIN_CURRENCY MARGIN_AMOUNT_UNIT MARGIN_PERCENT CONTROL_PRICE CONTROL_PRICE_CURRENCY \
              CONTROL_PRICE_UNIT EVALUATING_METHOD EVALUATION_TYPE BID_OPEN_TIME BID_OPEN_PLACE BID_OPEN_TYPE \
              QUAL_TYPE CLARIFY_TIME IS_POSTPONE POST_OPEN_TIME POST_OPEN_ADDRESS SUBMIT_TIME PRICE_FORM_CODE",
        read: document,
    },
    Table {
        name: "TENDER_ABNORMITY_REPORT",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE EXCEPITON_NAME EXCEPITON_INFOR \
              APPROVAL_RESULT APPROVAL_TIME EXCEPITON_TYPE",
        read: abnormity,
    },
];

fn project(row: &mut Row<'_>) -> Given {
    let industry = row.industry.clone().map(Json::String);
    let data = Fields::default()
        .put("project", row.need("TENDER_PROJECT_CODE", "the project's code (招标项目编号)"))
        .put("name", row.value("TENDER_PROJECT_NAME"))
        .put("tenderer", row.need_org("TENDERER_CODE", "TENDERER_NAME"))
        .put("agency", row.org("TENDER_AGENCY_CODE", "TENDER_AGENCY_NAME"))
        .put("industry", industry)
        .put("category", row.value("TENDER_PROJECT_TYPE"))
        .put("region", row.value("REGION_CODE"))
        .put("department", row.value("SUPERVISE_DEPT_CODE"))
        .put("method", row.code("TENDER_MODE", |codes| &codes.method).map(Json::String));
    vec![event("project.registered", data)].into()
}

fn section(row: &mut Row<'_>) -> Given {
    let data = Fields::default()
        .put("section", row.section())
        .put("project", row.need("TENDER_PROJECT_CODE", "the project's code (招标项目编号)"))
        .put("name", row.value("BID_SECTION_NAME"))
        .put("estimate", row.yuan("CONTRACT_RECKON_PRICE", Some("PRICE_UNIT"), Some("CURRENCY_CODE")));
    vec![event("section.announced", data)].into()
}

/// What a tender document, or a clarification of it, sets. A postponed opening takes the place of the first one.
fn document(row: &mut Row<'_>) -> Given {
    let sections = row.several("BID_SECTION_CODES");
    let sections = if sections.is_empty() { row.several("BID_SECTION_CODE") } else { sections };
    if sections.is_empty() {
        row.fault("BID_SECTION_CODE", "is missing; give the section's code (标段编号)".to_owned());
    }
    let postponed = row.instant("POST_OPEN_TIME");
    let opening = row.instant("BID_OPEN_TIME");
    let deposit = row.yuan("MARGIN_AMOUNT", Some("MARGIN_AMOUNT_UNIT"), Some("MARGIN_CURRENCY"));
    let data = Fields::default()
        .put(
            "ceiling_price",
            row.yuan("CONTROL_PRICE", Some("CONTROL_PRICE_UNIT"), Some("CONTROL_PRICE_CURRENCY")),
        )
        .put("submission_deadline", row.instant("BID_DOC_REFER_END_TIME"))
        .put("opening_at", postponed.or(opening))
        .put("venue", row.value("BID_OPEN_PLACE"))
        .put("deposit_amount", deposit)
        .put(
            "evaluation_method",
            row.worded("EVALUATING_METHOD", |codes| &codes.evaluation_method).map(Json::String),
        );
    let change = |section: String| {
        let data = data.clone().put("section", Some(section.as_str().into()));
        named("section.changed", section, data)
    };
    sections.into_iter().map(change).collect::<Vec<_>>().into()
}

fn abnormity(row: &mut Row<'_>) -> Given {
    let data = Fields::default()
        .put("section", row.section())
        .put("reason", row.value("EXCEPITON_INFOR").or_else(|| row.value("EXCEPITON_NAME")))
        .put("at", row.instant("APPROVAL_TIME"));
    let end = row.worded("EXCEPITON_NAME", |codes| &codes.section_end);
    let kind = match end.as_deref() {
        Some("section.failed") => "section.failed",
        Some("section.suspended") => "section.suspended",
        Some("section.cancelled") => "section.cancelled",
        _ => return Given::default(),
    };
    vec![event(kind, data)].into()
}
