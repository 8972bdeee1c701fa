//! Who bids and with what: TENDER_LIST, BIDDER_MAKE_TOOL_INFO, BID_DOC_CHARACT_CODE, BIDDER_PROJECT_MEMBER,
//! TENDER_FILE_BUYYER_INFO. The rows of one bid add up by section and bidder.

use super::{Draft, Fields, Given, Row, Table, event, list, named};
use crate::ggzy::{Order, Purchase};
use xiezhi_dataflows::json::Json;

/// The tables of this group.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "TENDER_LIST",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE BIDDER_NAME BIDDER_CODE_TYPE BIDDER_ORG_CODE \
              BIDDER_ROLE BIDDER_REGION_CODE BIDDER_PROPERTY BIDDER_CREDIT_SCORE IS_LOST BIDDER_OPERATION_PERSON \
              BIDDER_OPERATION_PERSON_ID BIDDER_OPERATION_PERSON_CON BID_MANAGER ID_CARD REGIST_CERTIFICATE \
              MARGIN_PAY_FORM IS_COMMIT_MARGIN MARGIN_RECEIVE_TIME UNION_ENTERPRISE_NAME UNION_ORGAN_SET_CODE \
              UNION_CONTACT_NAME UNION_CONTACT_PHONE BIDDER_INFO_VERSION PRICE_FORM_CODE OTHER_BID_PRICE \
              BID_PRICE PRICE_CURRENCY PRICE_UNIT TIME_LIMIT PURCHASE_ORDER_NUMBER IS_REVIEW_SHORTLISTED \
              CHECKIN_TIME",
        read: bid,
    },
    Table {
        name: "BIDDER_MAKE_TOOL_INFO",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODES BIDDER_NAME BIDDER_CODE_TYPE \
              BIDDER_ORG_CODE BIDDER_ROLE SUBMITTIME CPU_ID HARD_DISK_SERIAL_NUMBER MEMORY_SERIAL_NUMBER NET_ID \
              MAC_ADDRESS TOOL_VERSION",
        read: tool,
    },
    Table {
        name: "BID_DOC_CHARACT_CODE",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODES BIDDER_NAME BIDDER_CODE_TYPE \
              BIDDER_ORG_CODE BIDDER_ROLE BID_DOCUMENT_NAME BID_DOCUMENT_SIDE BID_DOCUMENT_MD5 \
              TENDER_DOC_SUBMITTIME CPU_ID HARD_DISK_SERIAL_NUMBER MEMORY_SERIAL_NUMBER NET_ID MAC_ADDRESS \
              TENDER_DOCUMENTS_URL VALUATION_XML",
        read: file,
    },
    Table {
        name: "BIDDER_PROJECT_MEMBER",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE BIDDER_NAME BIDDER_CODE_TYPE BIDDER_ORG_CODE \
              NAME PHONE ID_CARD_NO POSITION TECHNICAL_POST CERTIFICATE_NO CERTIFICATE_TYPE CERTIFICATE_FULL_NAME \
              CERTIFICATE_LEVLE YEARS_OF_WORKING CREDIT_SCORE GRADUATE_SCHOOL",
        read: member,
    },
    Table {
        name: "TENDER_FILE_BUYYER_INFO",
        prefixed: true,
        columns: "TENDER_PROJECT_CODE BID_SECTION_CODE UNIFIED_DEAL_CODE PURCHASE_WAY PURCHASE_MODE PURCHASE_MONEY \
              PURCHASE_ORDER_NUMBER PURCHASE_ACCOUNT PURCHASE_TIME PURCHASE_IP PURCHASE_BROWSER DOWNLOAD_IP \
              DOWNLOAD_BROWSER",
        read: purchase,
    },
];

fn bid(row: &mut Row<'_>) -> Given {
    let (section, bidder, price) = (row.section(), row.bidder(), price(row));
    let data = Fields::default()
        .put("section", section.clone())
        .put("bidder", bidder.clone())
        .put("submitted_at", row.instant("CHECKIN_TIME"))
        .put("consortium", row.members())
        .put("price", price.clone())
        .put("agent", row.person("BIDDER_OPERATION_PERSON_ID", "BIDDER_OPERATION_PERSON"))
        .put("phone", row.value("BIDDER_OPERATION_PERSON_CON"))
        .put("manager", row.person("ID_CARD", "BID_MANAGER"));
    let mut drafts = vec![event("bid.submitted", data)];
    drafts.extend(price.map(|price| opened(section.clone(), bidder.clone(), price)));
    let number = row.text("PURCHASE_ORDER_NUMBER");
    let order = section.zip(bidder).zip(number).and_then(|((section, bidder), number)| {
        Some(Order { section: section.as_str()?.to_owned(), number, bidder })
    });
    Given { drafts, order, ..Given::default() }
}

/// A bid in another form (a rate, 费率) has no amount, which some systems write as 0.
fn price(row: &mut Row<'_>) -> Option<Json> {
    let price = row.yuan("BID_PRICE", Some("PRICE_UNIT"), Some("PRICE_CURRENCY"));
    let in_another_form = row.text("OTHER_BID_PRICE").is_some();
    price.filter(|price| !(in_another_form && *price == Json::U64(0)))
}

/// Prices are reported once they were read out, so a row with one says that the bid was opened.
fn opened(section: Option<Json>, bidder: Option<Json>, price: Json) -> Draft {
    let data = Fields::default().put("section", section).put("bidder", bidder).put("price", Some(price));
    named("bid.opened", "opened", data)
}

fn tool(row: &mut Row<'_>) -> Given {
    let file = Fields::default()
        .put("created_at", row.instant("SUBMITTIME"))
        .put("tool_version", row.value("TOOL_VERSION"));
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.bidder())
        .put("device", device(row))
        .put("file", file.object());
    vec![event("bid.submitted", data)].into()
}

fn file(row: &mut Row<'_>) -> Given {
    let file = Fields::default().put("digest", row.value("BID_DOCUMENT_MD5")).put("size", size(row));
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.bidder())
        .put("submitted_at", row.instant("TENDER_DOC_SUBMITTIME"))
        .put("device", device(row))
        .put("file", file.object());
    if row.text("VALUATION_XML").is_some() {
        row.note("VALUATION_XML", "its content is not read");
    }
    vec![event("bid.submitted", data)].into()
}

/// A size is a text without a unit of its own; only plain digits are sure to be bytes.
fn size(row: &mut Row<'_>) -> Option<Json> {
    let size = row.text("BID_DOCUMENT_SIDE")?;
    let bytes = size.parse::<u64>().ok();
    if bytes.is_none() {
        row.note("BID_DOCUMENT_SIDE", "not in bytes; left out");
    }
    bytes.map(Json::U64)
}

fn device(row: &mut Row<'_>) -> Option<Json> {
    Fields::default()
        .put("mac", row.value("MAC_ADDRESS"))
        .put("ip", row.value("NET_ID"))
        .put("cpu_id", row.value("CPU_ID"))
        .put("disk_serial", row.value("HARD_DISK_SERIAL_NUMBER"))
        .put("memory_serial", row.value("MEMORY_SERIAL_NUMBER"))
        .object()
}

fn member(row: &mut Row<'_>) -> Given {
    let member = Fields::default()
        .put("person", row.person("ID_CARD_NO", "NAME"))
        .put("post", row.value("POSITION"))
        .put("certificate", row.value("CERTIFICATE_NO"));
    let data = Fields::default()
        .put("section", row.section())
        .put("bidder", row.bidder())
        .put("staff", list(member.object().into_iter().collect()));
    vec![event("bid.submitted", data)].into()
}

/// The address of the download, else that of the purchase.
fn purchase(row: &mut Row<'_>) -> Given {
    let section = row.section();
    let number = row.need("PURCHASE_ORDER_NUMBER", "the order's number, which leads to the bidder");
    let bought_from = row.value("PURCHASE_IP");
    let data = Fields::default()
        .put("section", section.clone())
        .put("ip", row.value("DOWNLOAD_IP").or(bought_from))
        .put("at", row.instant("PURCHASE_TIME"));
    let purchase = section.zip(number).and_then(|(section, number)| {
        let (section, number) = (section.as_str()?.to_owned(), number.as_str()?.to_owned());
        Some(Purchase { section, number, data })
    });
    Given { purchase, ..Given::default() }
}
