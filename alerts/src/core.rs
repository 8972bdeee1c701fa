//! The alert core: what a change of findings makes of an alert, and whether somebody must be told.
//!
//! `decide(alert before, findings now, time)` → alert after, notice, reason. A finding is not an alert: people are told
//! when an alert is created, when its level rises and when it is withdrawn, never for each finding.
//!
//! *Laws.*
//! 1. The alert after is a function of the alert before, the findings and the time: a replay decides the same.
//! 2. Findings that did not change decide nothing: no revision, no notice. So a restart tells nobody anything.
//! 3. Every decision has a reason, kept with it.

use crate::alert::{Alert, Level, State, Subject};
use crate::level;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::finding::Rendered;

/// What people are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// There is an alert.
    Created,
    /// It is more serious than it was.
    Raised,
    /// Nothing of it is left.
    Withdrawn,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [NoticeKind; 3] = [NoticeKind::Created, NoticeKind::Raised, NoticeKind::Withdrawn];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            NoticeKind::Created => "created",
            NoticeKind::Raised => "raised",
            NoticeKind::Withdrawn => "withdrawn",
        }
    }
}

/// That somebody is to be told, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// Why.
    pub reason: String,
    /// The level before, where it rose.
    pub from_level: Option<Level>,
    /// Names of findings that are new since the last revision.
    pub added: Vec<String>,
    /// Names of findings that went since the last revision.
    pub removed: Vec<String>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The alert as it stands now.
    pub alert: Alert,
    /// Whom to tell what, if anybody.
    pub notice: Option<Notice>,
}

/// Decides what becomes of an alert, given all findings about its subject that hold `now` (µs since 1970). None: nothing
/// has changed.
pub fn decide(
    subject: &Subject,
    before: Option<&Alert>,
    findings: BTreeMap<String, Rendered>,
    now: i64,
) -> Option<Decision> {
    let open = before.filter(|alert| alert.state == State::Open);
    match (open, findings.is_empty()) {
        (None, true) => None,
        (None, false) => Some(create(subject, before, findings, now)),
        (Some(open), true) => Some(withdraw(open, now)),
        (Some(open), false) if open.findings == findings => None,
        (Some(open), false) => Some(change(open, findings, now)),
    }
}

fn create(
    subject: &Subject,
    before: Option<&Alert>,
    findings: BTreeMap<String, Rendered>,
    now: i64,
) -> Decision {
    let (level, reason) = level::of(findings.values());
    let notice = Notice {
        kind: NoticeKind::Created,
        reason: reason.to_owned(),
        from_level: None,
        added: findings.keys().cloned().collect(),
        removed: Vec::new(),
    };
    let alert = Alert {
        id: subject.id(),
        subject: subject.clone(),
        level,
        state: State::Open,
        revision: before.map_or(1, |alert| alert.revision + 1),
        created_at: now,
        changed_at: now,
        findings,
    };
    Decision { alert, notice: Some(notice) }
}

fn withdraw(open: &Alert, now: i64) -> Decision {
    let notice = Notice {
        kind: NoticeKind::Withdrawn,
        reason: "the records it rested on no longer support it".to_owned(),
        from_level: None,
        added: Vec::new(),
        removed: open.findings.keys().cloned().collect(),
    };
    let alert =
        Alert { state: State::Withdrawn, revision: open.revision + 1, changed_at: now, ..open.clone() };
    Decision { alert, notice: Some(notice) }
}

fn change(open: &Alert, findings: BTreeMap<String, Rendered>, now: i64) -> Decision {
    let (level, reason) = level::of(findings.values());
    let added = findings.keys().filter(|name| !open.findings.contains_key(*name)).cloned().collect();
    let removed = open.findings.keys().filter(|name| !findings.contains_key(*name)).cloned().collect();
    let notice = (level > open.level).then(|| Notice {
        kind: NoticeKind::Raised,
        reason: reason.to_owned(),
        from_level: Some(open.level),
        added,
        removed,
    });
    let alert = Alert { level, revision: open.revision + 1, changed_at: now, findings, ..open.clone() };
    Decision { alert, notice }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A finding with nothing but what decides.
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

    fn set(findings: &[Rendered]) -> BTreeMap<String, Rendered> {
        findings.iter().map(|f| (f.name(), f.clone())).collect()
    }

    fn subject() -> Subject {
        Subject::of(&finding("DEV-07", "L", &["a"])).expect("a known rule")
    }

    #[test]
    fn an_alert_is_created_raised_withdrawn_and_created_again() {
        let lead = finding("DEV-07", "L", &["a", "b"]);
        let deemed = finding("PER-02", "D", &["a", "b"]);
        let created = decide(&subject(), None, set(std::slice::from_ref(&lead)), 1).expect("a decision");
        assert_eq!((created.alert.level, created.alert.revision), (Level::Yellow, 1));
        let both = set(&[lead.clone(), deemed]);
        let raised = decide(&subject(), Some(&created.alert), both, 2).expect("a decision");
        let notice = raised.notice.expect("a rise is told");
        assert_eq!((notice.kind, notice.from_level), (NoticeKind::Raised, Some(Level::Yellow)));
        // It falls: changed, and nobody is told.
        let fallen =
            decide(&subject(), Some(&raised.alert), set(std::slice::from_ref(&lead)), 3).expect("a decision");
        assert_eq!((fallen.alert.level, fallen.notice), (Level::Yellow, None));
        let gone = decide(&subject(), Some(&fallen.alert), BTreeMap::new(), 4).expect("a decision");
        assert_eq!(gone.alert.state, State::Withdrawn);
        assert_eq!(gone.alert.findings.len(), 1, "what it rested on stays readable");
        let again = decide(&subject(), Some(&gone.alert), set(&[lead]), 5).expect("a decision");
        assert_eq!((again.alert.id, again.alert.revision), (created.alert.id, 5));
        assert_eq!((again.alert.created_at, again.alert.state), (5, State::Open));
    }

    #[test]
    fn findings_that_did_not_change_decide_nothing() {
        let findings = set(&[finding("DEV-07", "L", &["a", "b"])]);
        let created = decide(&subject(), None, findings.clone(), 1).expect("a decision");
        assert_eq!(decide(&subject(), Some(&created.alert), findings, 9), None);
        assert_eq!(decide(&subject(), None, BTreeMap::new(), 9), None);
        let gone = decide(&subject(), Some(&created.alert), BTreeMap::new(), 2).expect("a decision");
        assert_eq!(decide(&subject(), Some(&gone.alert), BTreeMap::new(), 9), None);
    }

    fn any_finding() -> impl Strategy<Value = Rendered> {
        let rules = [
            ("DEV-07", "L"),
            ("DEV-06", "L"),
            ("PRI-01", "L"),
            ("DEV-03", "S"),
            ("PRI-02", "S"),
            ("PER-02", "D"),
        ];
        (0..rules.len(), 0..4usize).prop_map(move |(rule, party)| {
            let party = ["a", "b", "c", "d"][party];
            finding(rules[rule].0, rules[rule].1, &[party, "e"])
        })
    }

    proptest! {
        /// Whatever comes and goes: revisions have no gaps, the level is that of the findings, an open alert has
        /// findings, nobody is told of the same thing twice in a row.
        #[test]
        fn any_sequence_of_findings_keeps_the_laws(steps in prop::collection::vec(
            prop::collection::vec(any_finding(), 0..4), 1..40,
        )) {
            let mut alert: Option<Alert> = None;
            let mut told: Option<(NoticeKind, Level)> = None;
            for (now, findings) in steps.iter().enumerate() {
                let findings = set(findings);
                let Some(decision) = decide(&subject(), alert.as_ref(), findings.clone(), now as i64) else {
                    let holds = alert.as_ref().filter(|a| a.state == State::Open).map(|a| &a.findings);
                    prop_assert_eq!(holds.cloned().unwrap_or_default(), findings);
                    continue;
                };
                prop_assert_eq!(decision.alert.revision, alert.as_ref().map_or(0, |a| a.revision) + 1);
                if decision.alert.state == State::Open {
                    prop_assert_eq!(&decision.alert.findings, &findings);
                    prop_assert_eq!(decision.alert.level, level::of(findings.values()).0);
                } else {
                    prop_assert!(findings.is_empty());
                }
                if let Some(notice) = &decision.notice {
                    match notice.kind {
                        NoticeKind::Created => prop_assert!(told.is_none_or(|(kind, _)| kind == NoticeKind::Withdrawn)),
                        NoticeKind::Withdrawn => prop_assert!(told.is_some_and(|(kind, _)| kind != NoticeKind::Withdrawn)),
                        NoticeKind::Raised => prop_assert!(notice.from_level < Some(decision.alert.level)),
                    }
                    told = Some((notice.kind, decision.alert.level));
                }
                alert = Some(decision.alert);
            }
        }

        /// More findings never make an alert less serious.
        #[test]
        fn levels_only_rise_with_more_findings(
            few in prop::collection::vec(any_finding(), 1..5), more in prop::collection::vec(any_finding(), 0..5),
        ) {
            let less = level::of(set(&few).values()).0;
            let all: Vec<Rendered> = few.into_iter().chain(more).collect();
            prop_assert!(level::of(set(&all).values()).0 >= less);
        }
    }
}
