//! Objections and complaints: OBJECTION, OBJECTION_REPLY, COMPLAINT_INFO.

use super::{Fields, Given, Row, Table, event, list, named};
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "OBJECTION",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE OBJECTIONG_GUID TITTLE CONTENT TYPE \
              SUBMIT_TIME CREATOR CREATOR_TYPE CREATOR_ROLE CREATOR_CODE CREATOR_CONTACT",
        read: objection,
    },
    Table {
        name: "OBJECTION_REPLY",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE OBJECTIONG_GUID RESPONSE_TITTLE \
              RESPONSE_CONTENT RESPONSE_SUBMIT_TIME RESPONSE_CREATOR RESPONSE_CREATOR_TYPE RESPONSE_CREATOR_ROLE \
              RESPONSE_CREATOR_CODE RESPONSE_CREATOR_CONTACT RESPONSE_STATUS",
        read: reply,
    },
    Table {
        name: "COMPLAINT_INFO",
        prefixed: false,
        columns: "TENDER_PROJECT_NAME TENDER_PROJECT_CODE BID_SECTION_CODE BID_SECTION_NAME UNIFIED_DEAL_CODE \
              COMPLAINT_NAME COMPLAINT_PHONE COMPLAINT_MAIL COMPLAINTED_BODY_NAME COMPLAINTED_BODY_TYPE \
              COMPLAINTED_BODY_CODE DISSENT_REASON COMPLAINT_CONTENT COMPLAINT_DATE ACCEPT_DATE HANDLE_RESULT \
              HANDLE_BASIS HANDLE_DATE CONFINED_ACTION START_DATE END_DATE DEALING_UNIT ENTER_CREDIT_PLAT \
              SIGNATURE",
        read: complaint,
    },
];

/// In engineering it is an objection (异议), in government procurement a challenge (质疑).
fn objection(row: &mut Row<'_>) -> Given {
    let kind = if row.industry.as_deref() == Some("02") { "challenge" } else { "objection" };
    let data = matter(row)
        .put("kind", Some(kind.into()))
        .put("by", party(row, "CREATOR_CODE", "CREATOR"))
        .put("at", row.instant("SUBMIT_TIME"));
    vec![event("objection.raised", data)].into()
}

fn reply(row: &mut Row<'_>) -> Given {
    let data = matter(row)
        .put("by", party(row, "RESPONSE_CREATOR_CODE", "RESPONSE_CREATOR"))
        .put("at", row.instant("RESPONSE_SUBMIT_TIME"))
        .put("upheld", row.code("RESPONSE_STATUS", |codes| &codes.upheld).map(Json::Bool));
    vec![event("objection.answered", data)].into()
}

fn matter(row: &mut Row<'_>) -> Fields {
    let objection = row.need("OBJECTIONG_GUID", "the objection's own name, by which its answer is found");
    Fields::default().put("objection", objection).put("section", row.section())
}

/// An organisation by its code, else a person by name.
fn party(row: &mut Row<'_>, code: &'static str, name: &'static str) -> Option<Json> {
    let named = row.value(name);
    row.org(code, name).or_else(|| Fields::default().put("name", named).object())
}

/// A complaint has no number of its own, so it goes by the row's key. Each date that it gives is a stage of its way.
fn complaint(row: &mut Row<'_>) -> Given {
    let key = row.name().map(|name| Json::String(name.key));
    let respondents = row.several("COMPLAINTED_BODY_CODE").into_iter().map(Json::String).collect();
    let data = Fields::default()
        .put("complaint", key)
        .put("section", row.value("BID_SECTION_CODE"))
        .put("department", row.need("DEALING_UNIT", "the department that deals with it (处理单位)"));
    let received = data
        .clone()
        .put("complainant", Fields::default().put("name", row.value("COMPLAINT_NAME")).object())
        .put("respondents", list(respondents));
    let outcome = row.value("HANDLE_RESULT");
    let stages = [
        ("complaint.received", "received", row.instant("COMPLAINT_DATE"), received),
        ("complaint.accepted", "accepted", row.instant("ACCEPT_DATE"), data.clone()),
        ("complaint.decided", "decided", row.instant("HANDLE_DATE"), data.put("outcome", outcome)),
    ];
    let stage = |(kind, suffix, at, data): (&'static str, &str, Option<Json>, Fields)| {
        at.map(|at| named(kind, suffix, data.put("at", Some(at))))
    };
    stages.into_iter().filter_map(stage).collect::<Vec<_>>().into()
}
