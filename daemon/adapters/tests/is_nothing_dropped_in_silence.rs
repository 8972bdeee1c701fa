//! Is nothing dropped in silence? Unknown tables, columns and codes; rows that are wrong.

mod support;

use support::adapt;
use xiezhi_adapters::Format;

const PROJECT: &str = r#"{"table": "GY_TENDER_PROJECT", "row": {"DATA_KEY": "k", "PLATFORM_CODE": "P",
    "DATA_TIMESTAMP": "2026-02-10 10:00:00", "TENDER_PROJECT_CODE": "T1", "TENDERER_CODE": "O1", MORE}}"#;

#[test]
fn what_is_unknown_is_told_once_with_its_count_and_first_place() {
    let odd = PROJECT.replace("MORE", r#""COLOUR": "red", "TENDER_MODE": "7""#);
    let other = r#"{"table": "GY_NEW_TABLE", "row": {}}"#;
    let came = adapt(Format::Ggzy, [other, &odd, &odd, other, other]);
    assert_eq!(
        came.not_understood,
        [
            "table GY_NEW_TABLE: 3 times, first at in:1",
            "column GY_TENDER_PROJECT.COLOUR: 2 times, first at in:2",
            "code GY_TENDER_PROJECT.TENDER_MODE = 7: 2 times, first at in:2",
        ]
    );
    assert_eq!((came.events.len(), came.faults.len()), (2, 0), "the rest of the row is read");
}

#[test]
fn a_bad_row_costs_itself_only_and_names_every_fault() {
    let good = PROJECT.replace("MORE", r#""TENDER_MODE": "1""#);
    let list = r#"{"table": "GY_TENDER_LIST", "row": {"DATA_KEY": "k", "PLATFORM_CODE": "P", "BIDDER_NAME": "x",
        "DATA_TIMESTAMP": "gestern", "BID_PRICE": "1e5", "CHECKIN_TIME": "2026-02-30 10:00:00"}}"#;
    let came = adapt(Format::Ggzy, [list, &good, "[]", "{", "{}", r#"{"table": "GY_SECTION"}"#]);
    assert_eq!(came.events.len(), 1);
    assert_eq!(came.faults.len(), 5, "{:?}", came.faults);
    for part in [
        "in:1: ",
        "GY_TENDER_LIST.DATA_TIMESTAMP: is \"gestern\"; give local time such as 2026-03-02 09:30:00",
        "GY_TENDER_LIST.BID_SECTION_CODE: is missing; give the section's code",
        "GY_TENDER_LIST.BIDDER_ORG_CODE: is missing; give the organisation's unified social credit code",
        "GY_TENDER_LIST.BID_PRICE: is no plain number; give an amount such as 912.5",
        "GY_TENDER_LIST.CHECKIN_TIME: is \"2026-02-30 10:00:00\"; give",
    ] {
        assert!(came.faults[0].contains(part), "{part} is not in {}", came.faults[0]);
    }
    assert!(came.faults[4].contains("row: of GY_SECTION is missing"), "{}", came.faults[4]);
}

#[test]
fn faults_and_reports_show_nobody_s_number() {
    let number = "460105198001010011";
    let row = PROJECT.replace("MORE", &format!(r#""TENDER_MODE": "{number}", "CREATE_TIME": "{number}""#));
    let list = format!(
        r#"{{"table": "GY_TENDER_LIST", "row": {{"DATA_KEY": "k", "PLATFORM_CODE": "P",
        "DATA_TIMESTAMP": "{number}", "CHECKIN_TIME": "{number}"}}}}"#
    );
    let came = adapt(Format::Ggzy, [row.as_str(), &list]);
    assert!(came.not_understood.len() == 1 && came.faults.len() == 1);
    let told = format!("{:?}{:?}", came.faults, came.not_understood);
    assert!(!told.contains(number) && told.contains("characters, not shown"), "{told}");
}
