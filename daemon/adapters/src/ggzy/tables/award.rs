//! Award and contract: TENDER_CANDIDATE, WIN_RESULT_ANNO, BID_WINNING_NOTICE, CONTRACT_PERFORMANCE, PERFORMANCE_INFO.

use super::{Fields, Given, Row, Table, event, named};
use crate::ggzy::Candidate;
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "TENDER_CANDIDATE",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE WIN_CANDIDATE_NAME BIDDER_CODE_TYPE \
              WIN_CANDIDATE_CODE BIDDER_ROLE BIDDER_REGION_CODE BIDDER_PROPERTY WIN_CANDIDATE_ORDER IS_FLOAT_RATE \
              EVALUATION_RESULT PRICE_FORM_CODE OTHER_BID_PRICE BID_PRICE PRICE_CURRENCY PRICE_UINT QUALITY \
              EVALUATION_STATUS WIN_CANDIDATE_QUALIFICATION",
        read: candidate,
    },
    Table {
        name: "WIN_RESULT_ANNO",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE REGION_CODE TRA_PLACE_CODE \
              TENDER_AGENCY_NAME TENDER_AGENCY_CODE NOTICE_NAME NOTICE_CONTENT NOTICE_SEND_TIME NOTICE_MEDIA URL \
              NOTICE_NATURE BULLETIN_TYPE UNION_CODE UNION_NAME WIN_BIDDER_NAME BIDDER_CODE_TYPE WIN_BIDDER_CODE \
              BIDDER_ROLE BIDDER_REGION_CODE BIDDER_PROPERTY PROJECT_LEAD PROJECT_LEAD_ID PRICE_FORM_CODE \
              BID_AMOUNT BID_CURRENCY PRICE_UNIT OTHER_BID_PRICE OTHER_CONTENT BULLETIN_DUTY EXAMINER_NAME",
        read: result,
    },
    Table {
        name: "BID_WINNING_NOTICE",
        prefixed: true,
        columns: "PROJECT_CODE TENDER_PROJECT_CODE TENDER_PROJECT_NAME BID_SECTION_CODES UNIFIED_DEAL_CODE \
              WIN_NOTICE_CODE_ENTP WIN_NOTICE_CODE WIN_BIDDER_NAME WIN_BIDDER_CODE BID_TIME TENDER_NOTICE_CONTENT \
              TIME_LIMIT BID_AMOUNT BID_CURRENCY PRICE_UNIT PRICE_FORM_CODE OTHER_BID_PRICE PROJECT_LEAD \
              PROJECT_LEAD_ID PROJECT_LEAD_CERTITY_NO WIN_NOTICE_CONTENT WIN_NOTICE_SEND_TIME",
        read: notice,
    },
    Table {
        name: "CONTRACT_PERFORMANCE",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE CONTRACT_CODE CONTRACT_NAME TENDERER_NAME \
              TENDER_CODE BIDDER_NAME BIDDER_CODE PRICE_FORM_CODE CONTRACT_PRICE PRICE_CURRENCY PRICE_UNIT \
              OTHER_CONTRACT_PRICE CONTRACT_CONTENT LIMITE_TIME QUALITY_REQUIRE SUBMIT_TIME CONTRACT_SIGN_TIME",
        read: contract,
    },
    Table {
        name: "PERFORMANCE_INFO",
        prefixed: false,
        columns: "BODY_CODE BODY_NAME BODY_TYPE BODY_ROLE TENDER_PROJECT_NAME TENDER_PROJECT_CODE BID_SECTION_CODE \
              BID_SECTION_NAME UNIFIED_DEAL_CODE CONTRACT_AMOUNT CONTRACT_CURRENCY CONTRACT_CURRENCYUNIT \
              CONTRACT_PERIOD CONTRACT_SIGNING_TIME QUALITY_STANDARDS SAFETY_STANDARDS ENVIRONMENT_STANDARDS \
              CONSTRUCTION_PERIOD CONTRACT_SETTLEMENT_AMOUNT CONTRACT_FINISH_TIME PERFORMANCE_SUBMITTED_TIME \
              GOVERNMENT DOCUMENT_CODE SCOPE M_ATT_PERFORMANCE_DOC",
        read: performance,
    },
];

/// EVALUATION_RESULT is marks where it is a number.
fn candidate(row: &mut Row<'_>) -> Given {
    let section = row.section();
    let rank = row.count("WIN_CANDIDATE_ORDER");
    let score = row.text("EVALUATION_RESULT").filter(|text| text.parse::<u64>().is_ok() || is_decimal(text));
    let data = Fields::default()
        .put("bidder", row.need_org("WIN_CANDIDATE_CODE", "WIN_CANDIDATE_NAME"))
        .put("rank", rank.clone())
        .put("price", row.yuan("BID_PRICE", Some("PRICE_UINT"), Some("PRICE_CURRENCY")))
        .put("score", score.map(Json::String));
    let rank = if let Some(Json::U64(rank)) = rank { rank } else { u64::MAX };
    let section = section.as_ref().and_then(Json::as_str);
    let candidate = section.map(|section| Candidate { section: section.to_owned(), rank, data: data.into() });
    Given { candidate, ..Given::default() }
}

fn is_decimal(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(whole, part)| digits(whole) && digits(part) && part.len() <= 4)
}

/// A published result. When the winner was notified is in the notice.
fn result(row: &mut Row<'_>) -> Given {
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.need_org("WIN_BIDDER_CODE", "WIN_BIDDER_NAME"))
        .put("price", row.yuan("BID_AMOUNT", Some("PRICE_UNIT"), Some("BID_CURRENCY")))
        .put("manager", row.person("PROJECT_LEAD_ID", "PROJECT_LEAD"));
    vec![event("award.made", data)].into()
}

/// A notice to the winner (中标通知书). Of several sections it gives one amount, which is none of theirs.
fn notice(row: &mut Row<'_>) -> Given {
    row.need("BID_SECTION_CODES", "the sections' codes (标段编号), separated by commas");
    let sections = row.several("BID_SECTION_CODES");
    let price = row.yuan("BID_AMOUNT", Some("PRICE_UNIT"), Some("BID_CURRENCY"));
    let data = Fields::default()
        .put("bidder", row.need_org("WIN_BIDDER_CODE", "WIN_BIDDER_NAME"))
        .put("price", price.filter(|_| sections.len() == 1))
        .put("manager", row.person("PROJECT_LEAD_ID", "PROJECT_LEAD"))
        .put("notified_at", row.instant("WIN_NOTICE_SEND_TIME"));
    let made = |section: String| {
        let data = data.clone().put("section", Some(section.as_str().into()));
        named("award.made", section, data)
    };
    sections.into_iter().map(made).collect::<Vec<_>>().into()
}

fn contract(row: &mut Row<'_>) -> Given {
    let data = Fields::default()
        .put("section", row.section())
        .put("contractor", row.need_org("BIDDER_CODE", "BIDDER_NAME"))
        .put("price", row.yuan("CONTRACT_PRICE", Some("PRICE_UNIT"), Some("PRICE_CURRENCY")))
        .put("signed_at", row.instant("CONTRACT_SIGN_TIME"));
    vec![event("contract.signed", data)].into()
}

/// A report on how a contract was carried out; of weight once it says when it was finished.
fn performance(row: &mut Row<'_>) -> Given {
    let Some(finished) = row.instant("CONTRACT_FINISH_TIME") else { return Given::default() };
    let price = row.yuan("CONTRACT_AMOUNT", Some("CONTRACT_CURRENCYUNIT"), Some("CONTRACT_CURRENCY"));
    let data = Fields::default()
        .put("section", row.section())
        .put("contractor", row.need_org("BODY_CODE", "BODY_NAME"))
        .put("price", price)
        .put("signed_at", row.instant("CONTRACT_SIGNING_TIME"))
        .put("at", Some(finished));
    vec![event("contract.completed", data)].into()
}
