//! What does each table give? Made-up rows (`tables/TABLE.ndjson`) beside the events and reports kept for them.

mod support;

use std::collections::BTreeSet;
use support::{adapt, admitted, is_as_kept, path};
use xiezhi_adapters::{Format, ggzy};

#[test]
fn every_table_has_a_sample_and_gives_what_is_kept() {
    let mut sampled = BTreeSet::new();
    for table in ggzy::table_names() {
        let rows = std::fs::read_to_string(path(&format!("tables/{table}.ndjson")));
        let rows = rows.unwrap_or_else(|error| panic!("a sample of {table}: {error}"));
        let came = adapt(Format::Ggzy, rows.lines());
        admitted(&came);
        is_as_kept(&came, &format!("tables/{table}.golden"));
        sampled.insert(table);
    }
    for asked in [
        "TENDER_PROJECT",
        "SECTION",
        "TENDER_LIST",
        "BIDDER_MAKE_TOOL_INFO",
        "BID_DOC_CHARACT_CODE",
        "BIDDER_PROJECT_MEMBER",
        "BIDDER_MARGIN_INFO",
        "LETTER_OF_GUARANTEE",
        "TENDER_FILE_BUYYER_INFO",
        "BID_OPENING_RECORD",
        "BID_OPEN_DETAIL",
        "REJECTED_BID_INFO",
        "BID_EVALUATION_EXPERT",
        "EVALUATION_SCORE_DETAIL",
        "TENDER_CANDIDATE",
        "WIN_RESULT_ANNO",
        "BID_WINNING_NOTICE",
        "CONTRACT_PERFORMANCE",
        "OBJECTION",
        "OBJECTION_REPLY",
        "COMPLAINT_INFO",
        "BLACK_LIST",
        "WITHDRAW_BLACK_LIST",
        "VIOLATING_LAWS_RULES_INFO",
        "LEGAL_PERSON_BASE",
    ] {
        assert!(sampled.contains(asked), "{asked} is not read");
    }
}

#[test]
fn releases_and_packages_give_what_is_kept() {
    let texts = std::fs::read_to_string(path("ocds/releases.jsonl")).expect("the sample");
    let came = adapt(Format::Ocds, texts.lines());
    admitted(&came);
    is_as_kept(&came, "ocds/releases.golden");
}
