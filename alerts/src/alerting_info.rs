//! Alerts as rows of the national data standard: PROJECT_ALERTING_INFO (项目报警信息, 16.2).
//!
//! *Readings.* The table has one responsible body (责任主体) a row, so an alert gives a row for each organisation that its
//! findings name, or one without. M_KEY is the alert's id, and the organisation's code where there is one; DATA_TIMESTAMP is
//! the alert's last change, so a later row of the same key takes the place of the one before. What we do not know
//! is null. The codes of ALERT_LEVEL are the caller's, as the standard's own could not be verified.

use crate::message::{AlertShown, PartyShown};
use serde::Serialize;
use std::collections::BTreeMap;
use xiezhi_dataflows::normalise::Instant;

/// One row, with the standard's own column names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs, reason = "the columns are the standard's")]
pub struct AlertingInfo {
    pub tender_project_name: Option<String>,
    pub tender_project_code: Option<String>,
    pub bid_section_code: Option<String>,
    pub bid_section_name: Option<String>,
    pub unified_deal_code: Option<String>,
    pub project_type: Option<String>,
    pub trade_type: Option<String>,
    pub body_name: Option<String>,
    pub body_code: Option<String>,
    pub supervisor_unit_name: Option<String>,
    pub supervisor_unit_code: Option<String>,
    pub supervisory_node: String,
    pub alert_level: String,
    pub alert_date: String,
    pub alert_info: String,
    pub handled: &'static str,
    pub handle_result: Option<String>,
    /// 发布日期; the standard spells it so.
    pub pulish_date: String,
    pub confined_action: Option<String>,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub operator: Option<String>,
    pub enter_credit_plat: Option<String>,
    pub signature: Option<String>,
    pub platform_code: Option<String>,
    pub data_timestamp: String,
    pub m_key: String,
}

/// The rows of an alert. `level` is the code of its level, `platform` that of the system that reports.
pub fn rows(alert: &AlertShown, level: &str, platform: Option<&str>) -> Vec<AlertingInfo> {
    let mut bodies: BTreeMap<&str, &PartyShown> = BTreeMap::new();
    for party in alert.facts.iter().flat_map(|fact| &fact.parties) {
        bodies.entry(&party.code).or_insert(party);
    }
    match bodies.is_empty() {
        true => vec![row(alert, None, level, platform)],
        false => bodies.into_values().map(|body| row(alert, Some(body), level, platform)).collect(),
    }
}

fn row(alert: &AlertShown, body: Option<&PartyShown>, level: &str, platform: Option<&str>) -> AlertingInfo {
    let names = &alert.section_names;
    let rules: Vec<String> = alert.facts.iter().map(|fact| format!("{} {}", fact.rule, fact.zh)).collect();
    let closed = alert.handling.closed.as_ref();
    let withdrawn = alert.handling.withdrawn_at.as_ref().map(|_| "依据的数据已更正,预警撤回".to_owned());
    AlertingInfo {
        tender_project_name: names.project_name.clone(),
        tender_project_code: names.project.clone(),
        bid_section_code: alert.section.clone(),
        bid_section_name: names.name.clone(),
        unified_deal_code: None,
        project_type: None,
        trade_type: None,
        body_name: body.and_then(|body| body.name.clone()),
        body_code: body.map(|body| body.code.clone()),
        supervisor_unit_name: alert.charge.department_name.clone(),
        supervisor_unit_code: Some(alert.charge.department.clone()).filter(|code| !code.is_empty()),
        supervisory_node: rules.join(";"),
        alert_level: level.to_owned(),
        alert_date: local(&alert.created_at),
        alert_info: alert.text_zh.clone(),
        handled: if closed.is_some() || withdrawn.is_some() { "1" } else { "0" },
        handle_result: closed
            .and_then(|did| did.outcome_zh.clone().or_else(|| did.outcome.clone()))
            .or(withdrawn),
        pulish_date: local(&alert.changed_at),
        confined_action: None,
        start_date: None,
        end_date: None,
        operator: closed.map(|did| did.by.clone()),
        enter_credit_plat: None,
        signature: None,
        platform_code: platform.map(str::to_owned),
        data_timestamp: local(&alert.changed_at),
        m_key: body.map_or_else(|| alert.id.clone(), |body| format!("{}/{}", alert.id, body.code)),
    }
}

/// Local time as the standard writes it, without an offset.
fn local(at: &str) -> String {
    let Ok(at) = Instant::parse(at) else { return at.to_owned() };
    at.to_rfc3339().trim_end_matches("+08:00").replace('T', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Directory, SectionNames, show};
    use crate::testing::{alert, finding};

    struct Names;

    impl Directory for Names {
        fn organisation(&self, code: &str) -> Option<String> {
            (code == "A").then(|| "测试甲".to_owned())
        }

        fn section(&self, _: &str) -> SectionNames {
            let project = Some("P1".to_owned());
            SectionNames { name: Some("一标段".to_owned()), project, ..SectionNames::default() }
        }

        fn department(&self, _: &str) -> Option<String> {
            None
        }
    }

    #[test]
    fn an_alert_gives_a_row_for_each_organisation_that_it_names() {
        let shown =
            show(&alert(&[finding("DEV-01", "S", &["A", "B"]), finding("PRI-01", "L", &["B"])]), &Names);
        let rows = rows(&shown, "红", Some("460100PT01"));
        let bodies: Vec<_> =
            rows.iter().map(|row| (row.body_code.as_deref(), row.body_name.as_deref())).collect();
        assert_eq!(bodies, [(Some("A"), Some("测试甲")), (Some("B"), None)]);
        assert_eq!(rows[0].m_key, format!("{}/A", shown.id));
        assert_eq!((rows[0].handled, rows[0].alert_date.as_str()), ("0", "1970-01-01 08:00:00"));
        assert!(rows[0].supervisory_node.contains("DEV-01 ") && rows[0].alert_info.contains("E1"));
    }

    #[test]
    fn an_alert_without_organisations_gives_one_row_and_the_columns_are_the_standards() {
        let shown = show(&alert(&[finding("OPN-01", "V", &[])]), &Names);
        let rows = rows(&shown, "橙", None);
        assert_eq!((rows.len(), rows[0].m_key.as_str()), (1, shown.id.as_str()));
        let json = serde_json::to_value(&rows[0]).expect("JSON");
        let columns: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        for column in [
            "TENDER_PROJECT_CODE",
            "BID_SECTION_CODE",
            "SUPERVISORY_NODE",
            "ALERT_LEVEL",
            "PULISH_DATE",
            "M_KEY",
        ] {
            assert!(columns.contains(&column), "{column} is not in {columns:?}");
        }
        assert_eq!(columns.len(), 27);
    }

    #[test]
    fn what_was_closed_or_withdrawn_is_handled() {
        use crate::message::DidShown;
        let mut shown = show(&alert(&[finding("OPN-01", "V", &[])]), &Names);
        shown.handling.withdrawn_at = Some("2026-03-01T10:00:00+08:00".to_owned());
        let row = &rows(&shown, "橙", None)[0];
        assert_eq!((row.handled, row.handle_result.as_deref()), ("1", Some("依据的数据已更正,预警撤回")));
        let did = DidShown {
            by: "zjj-1".into(),
            at: "2026-03-01T10:00:00+08:00".into(),
            outcome: Some("unfounded".into()),
            outcome_zh: Some("查否".into()),
            note: None,
        };
        shown.handling.closed = Some(did);
        let row = &rows(&shown, "橙", None)[0];
        assert_eq!((row.handle_result.as_deref(), row.operator.as_deref()), (Some("查否"), Some("zjj-1")));
    }
}
