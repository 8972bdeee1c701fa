//! The evaluation: BID_EVALUATION_EXPERT, EVALUATION_SCORE_DETAIL.

use super::{Draft, Fields, Given, Row, Table, event, named};
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "BID_EVALUATION_EXPERT",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE EXPERT_TYPE EXPERT_NAME ID_CARD ID_CARD_TYPE \
              EXPERT_CHECK_IN_TIME IS_CHAIR_MAN IS_INVALID_SCORE IS_TENDER_AGENT IS_ECONOMICAL_EXPERT \
              IS_TECHNOLOGICAL_EXPERT",
        read: expert,
    },
    Table {
        name: "EVALUATION_SCORE_DETAIL",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE BIDDER_NAME BIDDER_CODE_TYPE BIDDER_ORG_CODE \
              BIDDER_ROLE UNION_ENTERPRISE_NAME UNION_ORGAN_SET_CODE UNION_CONTACT_NAME UNION_CONTACT_PHONE \
              EXPERT_NAME ID_CARD PRICE_POINTS QUALIFICATION_POINTS BUSINESS_POINTS TECHNICAL_POINTS \
              RESPONSE_POINTS OTHER_POINTS QUALIFICATION_DETAIL BUSINESS_DETAIL TECHNICAL_DETAIL RESPONSE_DETAIL \
              OTHER_DETAIL",
        read: score,
    },
];

/// Columns of points: the item that they are, and its kind where the standard says. Which of the others are objective
/// differs from tender to tender.
const POINTS: &[(&str, &str, Option<&str>)] = &[
    ("PRICE_POINTS", "PRICE", Some("price")),
    ("QUALIFICATION_POINTS", "QUALIFICATION", None),
    ("BUSINESS_POINTS", "BUSINESS", None),
    ("TECHNICAL_POINTS", "TECHNICAL", None),
    ("RESPONSE_POINTS", "RESPONSE", None),
    ("OTHER_POINTS", "OTHER", None),
];

/// The row says who sat on the committee, not when the expert was drawn: that is by the row's time. A check-in is a
/// presence; whether it was late, the row does not say.
fn expert(row: &mut Row<'_>) -> Given {
    let (section, expert) = (row.section(), who(row));
    let drawn = Fields::default()
        .put("section", section.clone())
        .put("expert", expert.clone())
        .put("role", role(row).map(Json::from));
    let mut drafts = vec![event("expert.drawn", drawn)];
    drafts.extend(row.instant("EXPERT_CHECK_IN_TIME").map(|at| {
        let data = Fields::default()
            .put("section", section)
            .put("expert", expert)
            .put("status", Some("present".into()))
            .put("at", Some(at));
        named("expert.signed_in", "signed_in", data)
    }));
    drafts.into()
}

fn who(row: &mut Row<'_>) -> Option<Json> {
    let person = row.person("ID_CARD", "EXPERT_NAME");
    if person.is_none() {
        row.fault(
            "ID_CARD",
            "is missing; give the expert's identity number, or at least EXPERT_NAME".to_owned(),
        );
    }
    person
}

fn role(row: &mut Row<'_>) -> Option<&'static str> {
    let roles = [
        ("IS_TENDER_AGENT", "tenderer"),
        ("IS_ECONOMICAL_EXPERT", "economic"),
        ("IS_TECHNOLOGICAL_EXPERT", "technical"),
    ];
    roles.into_iter().find(|(column, _)| row.flag(column) == Some(true)).map(|(_, role)| role)
}

fn score(row: &mut Row<'_>) -> Given {
    let (section, expert, bidder) = (row.section(), who(row), row.bidder());
    let given = |(column, item, kind): &(&'static str, &'static str, Option<&str>)| -> Option<Draft> {
        let data = Fields::default()
            .put("section", section.clone())
            .put("expert", expert.clone())
            .put("bidder", bidder.clone())
            .put("item", Some((*item).into()))
            .put("kind", kind.map(Json::from))
            .put("score", Some(row.number(column)?));
        Some(named("score.given", *item, data))
    };
    POINTS.iter().filter_map(given).collect::<Vec<_>>().into()
}
