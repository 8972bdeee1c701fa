//! The opening: BID_OPENING_RECORD, BID_OPEN_DETAIL, REJECTED_BID_INFO.

use super::{Fields, Given, Row, Table, event, named};
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "BID_OPENING_RECORD",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODES UNIFIED_DEAL_CODES BID_OPENING_ACTOR OPEN_COMPERE \
              TENDER_AGENCY_PERSON TENDERER_PERSON NOTICE_NAME BID_OPENING_CONTENT BID_OPENING_ADDRESS \
              BID_OPENING_TIME URL",
        read: record,
    },
    Table {
        name: "BID_OPEN_DETAIL",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE NOTARY ROUND ROLL_BALL_LIST VALUE_RESULT \
              CONTENT SEND_COMPANY_LIST SEND_COMPANY_CODE_LIST",
        read: detail,
    },
    Table {
        name: "REJECTED_BID_INFO",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE BIDDER_NAME BIDDER_CODE_TYPE BIDDER_ORG_CODE \
              BIDDER_ROLE UNION_ENTERPRISE_NAME UNION_ORGAN_SET_CODE UNION_CONTACT_NAME UNION_CONTACT_PHONE \
              EXPERT_NAME ID_CARD REASON",
        read: rejected,
    },
];

/// One opening may be that of several sections.
fn record(row: &mut Row<'_>) -> Given {
    row.need("BID_SECTION_CODES", "the sections' codes (标段编号), separated by commas");
    let data = Fields::default()
        .put("room", row.value("BID_OPENING_ADDRESS"))
        .put("host", row.value("OPEN_COMPERE"))
        .put("at", row.instant("BID_OPENING_TIME"));
    let started = |section: String| {
        let data = data.clone().put("section", Some(section.as_str().into()));
        named("opening.started", section, data)
    };
    row.several("BID_SECTION_CODES").into_iter().map(started).collect::<Vec<_>>().into()
}

/// Who was sent to evaluation was opened. The row holds no prices; those are in TENDER_LIST.
fn detail(row: &mut Row<'_>) -> Given {
    let section = row.section();
    let opened = |code: String| {
        let bidder = Fields::default().put("code", Some(Json::String(code.clone())));
        let data = Fields::default().put("section", section.clone()).put("bidder", bidder.object());
        named("bid.opened", code, data)
    };
    row.several("SEND_COMPANY_CODE_LIST").into_iter().map(opened).collect::<Vec<_>>().into()
}

fn rejected(row: &mut Row<'_>) -> Given {
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.bidder())
        .put("reason", row.value("REASON"));
    vec![event("bid.rejected", data)].into()
}
