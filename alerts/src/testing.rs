//! What tests of several modules make: findings with nothing but what decides.

use crate::alert::{Alert, Subject};
use crate::core::{Setting, on_findings};
use crate::duty::{DutyList, Place};
use crate::silence::Silences;
use std::collections::BTreeMap;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::finding::Rendered;

/// A finding of section E1.
pub(crate) fn finding(rule: &str, severity: &str, parties: &[&str]) -> Rendered {
    Rendered {
        rule: rule.to_owned(),
        section: Some("E1".to_owned()),
        key: parties.join("+"),
        parties: parties.iter().map(|p| (*p).to_owned()).collect(),
        persons: Vec::new(),
        severity: severity.to_owned(),
        value: BTreeMap::new(),
        evidence: Vec::new(),
    }
}

/// Findings by name.
pub(crate) fn set(findings: &[Rendered]) -> BTreeMap<String, Rendered> {
    findings.iter().map(|f| (f.name(), f.clone())).collect()
}

/// The alert that findings make at the begin of 1970.
pub(crate) fn alert(findings: &[Rendered]) -> Alert {
    let (duty, calendar, silences) = (DutyList::default(), Calendar::built_in(), Silences::default());
    let setting = Setting { duty: &duty, calendar: &calendar, silences: &silences };
    let subject = Subject::of(&findings[0]).expect("a known rule");
    on_findings(setting, &subject, &Place::default(), None, set(findings), 0).expect("a decision").alert
}
