//! Deposits: BIDDER_MARGIN_INFO, LETTER_OF_GUARANTEE. Their amounts have no unit, so they are yuan.

use super::{Fields, Given, Row, Table, event};
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "BIDDER_MARGIN_INFO",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE BIDDER_NAME BIDDER_ORG_CODE \
              UNION_ENTERPRISE_NAME UNION_ORGAN_SET_CODE MARGIN_PAY_FORM MARGIN_RECEIVE_TIME MARGIN_BANK \
              MARGIN_ACCOUNT MARGIN_PAY YEAR_MARGIN",
        read: deposit,
    },
    Table {
        name: "LETTER_OF_GUARANTEE",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE BIDDER_NAME BIDDER_ORG_CODE \
              UNION_ENTERPRISE_NAME UNION_ORGAN_SET_CODE GUARANTEE_TYPE GUARANTEE_NO GUARANTEE_STATUS PROPOSER \
              PROPOSER_PHONE PROPOSER_CARD_TYPE PROPOSER_CODE BENEFICIARY INSURER GUARANTEE_AMOUNT GUARANTEE_COST \
              CREATE_TIME BEGIN_TIME END_TIME PURCHASE_METHOD PURCHASE_TIME PURCHASE_ACCOUN RATE GUARANTEE_URL \
              GUARANTEE_MD5 LETTER_TIME",
        read: guarantee,
    },
];

fn deposit(row: &mut Row<'_>) -> Given {
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.bidder())
        .put("amount", row.yuan("MARGIN_PAY", None, None))
        .put("form", row.code("MARGIN_PAY_FORM", |codes| &codes.deposit_form).map(Json::String))
        .put("account", row.value("MARGIN_ACCOUNT"))
        .put("bank", row.value("MARGIN_BANK"))
        .put("at", row.instant("MARGIN_RECEIVE_TIME"));
    vec![event("deposit.received", data)].into()
}

/// The account that paid for the guarantee (PURCHASE_ACCOUN) is not the one that a deposit came from, and is left out.
fn guarantee(row: &mut Row<'_>) -> Given {
    let issued = row.instant("LETTER_TIME");
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.bidder())
        .put("amount", row.yuan("GUARANTEE_AMOUNT", None, None))
        .put("form", Some("guarantee".into()))
        .put("guarantor", row.value("INSURER"))
        .put("applicant", row.person("PROPOSER_CODE", "PROPOSER"))
        .put("apply_phone", row.value("PROPOSER_PHONE"))
        .put("at", issued.or_else(|| row.instant("CREATE_TIME")));
    vec![event("deposit.received", data)].into()
}
