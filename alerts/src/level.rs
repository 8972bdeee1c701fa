//! How serious a set of findings is.
//!
//! *Source.* `design.md`, Alerts: red for D, X, C, or for strong leads of two families; orange for V, one strong
//! lead, or leads of two families on one party; yellow for a lead.
//!
//! *Law.* More findings never make an alert less serious.

use crate::alert::Level;
use crate::reason::Reason;
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::rules::{Family, Rule};

/// The level of findings about one subject, and the reason.
pub fn of<'a>(findings: impl Iterator<Item = &'a Rendered> + Clone) -> (Level, Reason) {
    let has = |letters: &[&str]| findings.clone().any(|f| letters.contains(&f.severity.as_str()));
    if has(&["D", "X", "C"]) {
        return (Level::Red, Reason::DeemedOrInvalid);
    }
    let strong = findings.clone().filter(|f| f.severity == "S");
    let families: BTreeSet<Family> = strong.filter_map(family).collect();
    if families.len() >= 2 {
        return (Level::Red, Reason::StrongLeadsOfTwoKinds);
    }
    if has(&["V"]) {
        return (Level::Orange, Reason::Breach);
    }
    if !families.is_empty() {
        return (Level::Orange, Reason::StrongLead);
    }
    let mut by_party: BTreeMap<&str, BTreeSet<Family>> = BTreeMap::new();
    for finding in findings {
        for party in &finding.parties {
            by_party.entry(party).or_default().extend(family(finding));
        }
    }
    if by_party.values().any(|families| families.len() >= 2) {
        return (Level::Orange, Reason::LeadsOfTwoKinds);
    }
    (Level::Yellow, Reason::Lead)
}

fn family(finding: &Rendered) -> Option<Family> {
    Rule::of(&finding.rule).map(|rule| rule.sheet().family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::finding;

    #[test]
    fn levels_follow_the_table() {
        let rows: &[(&[(&str, &str, &[&str])], Level)] = &[
            (&[("DEV-07", "L", &["a", "b"])], Level::Yellow),
            (&[("DEV-07", "L", &["a", "b"]), ("DEV-06", "L", &["a", "b"])], Level::Yellow),
            (&[("DEV-07", "L", &["a", "b"]), ("PRI-01", "L", &["c", "d"])], Level::Yellow),
            (&[("DEV-07", "L", &["a", "b"]), ("PRI-01", "L", &["b", "c"])], Level::Orange),
            (&[("DEV-03", "S", &["a", "b"])], Level::Orange),
            (&[("DEV-03", "S", &["a", "b"]), ("DEV-01", "S", &["a", "b"])], Level::Orange),
            (&[("DEV-03", "S", &["a", "b"]), ("PRI-02", "S", &["c", "d"])], Level::Red),
            (&[("OPN-01", "V", &["t"])], Level::Orange),
            (&[("PER-02", "D", &["a", "b"])], Level::Red),
            (&[("PRI-13", "X", &["a"])], Level::Red),
        ];
        for (findings, level) in rows {
            let findings: Vec<_> =
                findings.iter().map(|(rule, severity, parties)| finding(rule, severity, parties)).collect();
            assert_eq!(of(findings.iter()).0, *level, "{findings:?}");
        }
    }
}
