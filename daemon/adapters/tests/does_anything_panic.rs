//! Does anything make an adapter panic? Any bytes, any JSON, and rows of real tables with any values.

mod support;

use proptest::prelude::*;
use std::sync::Arc;
use xiezhi_adapters::{Adapter, Codes, Format, Place, ggzy};
use xiezhi_dataflows::normalise::Placeholders;

/// Any JSON text, small.
fn json() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "table",
        "row",
        "ocid",
        "date",
        "releases",
        "tender",
        "bids",
        "details",
        "awards",
        "lots",
        "value",
        "amount",
        "2026-02-10 10:00:00",
        "2026-02-10T10:00:00Z",
        "0",
        "无",
        "GY_TENDER_LIST",
        "156",
        "é",
        "٣",
        "1e400",
    ]);
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|flag| flag.to_string()),
        any::<i64>().prop_map(|number| number.to_string()),
        (any::<i32>(), 0_u32..9).prop_map(|(whole, part)| format!("{whole}.{part}")),
        words.clone().prop_map(|word| format!("{word:?}")),
        "\\PC{0,12}".prop_map(|text| format!("\"{}\"", text.replace(['\\', '"'], "x"))),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        let entry = (words.clone(), inner.clone()).prop_map(|(key, value)| format!("{key:?}: {value}"));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|all| format!("[{}]", all.join(", "))),
            prop::collection::vec(entry, 0..5).prop_map(|all| format!("{{{}}}", all.join(", "))),
        ]
    })
}

/// A row of a table that is read, every column with any JSON.
fn row() -> impl Strategy<Value = String> {
    let tables: Vec<&str> = ggzy::table_names().collect();
    let columns = prop::sample::select(vec![
        "DATA_KEY",
        "PLATFORM_CODE",
        "DATA_TIMESTAMP",
        "BID_SECTION_CODE",
        "BID_SECTION_CODES",
        "BIDDER_ORG_CODE",
        "BID_PRICE",
        "PRICE_UNIT",
        "TENDER_MODE",
        "PURCHASE_ORDER_NUMBER",
        "WIN_CANDIDATE_CODE",
        "CHECKIN_TIME",
        "BODY_CODE",
        "BLACKLIST_CODE",
        "RECORD_DATE",
        "MARGIN_PAY",
        "SEND_COMPANY_CODE_LIST",
        "PRICE_POINTS",
    ]);
    let entry = (columns, json()).prop_map(|(column, value)| format!("{column:?}: {value}"));
    let name = (prop::sample::select(vec!["GY_", "JT_", "", "XX_"]), prop::sample::select(tables));
    (name, prop::collection::btree_set(entry, 0..12)).prop_map(|((prefix, table), entries)| {
        let entries: Vec<String> = entries.into_iter().collect();
        format!(r#"{{"table": "{prefix}{table}", "row": {{{}}}}}"#, entries.join(", "))
    })
}

fn run(format: Format, texts: &[Vec<u8>]) {
    let mut adapter = Adapter::new(format, Arc::new(Codes::default()), Placeholders::default());
    for (line, text) in (1..).zip(texts) {
        adapter.take(text, &Place { name: "any".into(), line });
    }
    adapter.finish();
    adapter.not_understood();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do(texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..4)) {
        run(Format::Ggzy, &texts);
        run(Format::Ocds, &texts);
    }

    #[test]
    fn no_json_does(texts in prop::collection::vec(json(), 1..4)) {
        let texts: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
        run(Format::Ggzy, &texts);
        run(Format::Ocds, &texts);
    }

    #[test]
    fn no_row_does(texts in prop::collection::vec(row(), 1..6)) {
        let texts: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
        run(Format::Ggzy, &texts);
    }
}
