//! One section explained, rule by rule: the one shape that the command line, the API and the console share.

use serde::Serialize;
use std::collections::BTreeSet;
use xiezhi_dataflows::engine::Explanation;
use xiezhi_dataflows::finding::{Finding, Rendered, Value, quantity_value};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::{Judged, Sheet};
use xiezhi_dataflows::symbols::Symbols;

/// A section, rule by rule.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// The section's code.
    pub section: String,
    /// The instant of the judgement, RFC 3339 at +08:00.
    pub now: Option<String>,
    /// How many rows of facts the section has.
    pub rows: usize,
    /// The edition of the rules on record that judges it, of a daemon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<u64>,
    /// The legal profile.
    pub profile: String,
    /// Every rule that looks at one section, in the order of the catalogue.
    pub outcomes: Vec<RuleExplained>,
    /// What about the data kept a rule from a finding.
    pub quality: Vec<Rendered>,
    /// Findings over the whole history that name a bidder of this section.
    pub history: Vec<Rendered>,
}

/// One rule on one section.
#[derive(Debug, Serialize)]
pub struct RuleExplained {
    /// Its id.
    pub rule: &'static str,
    /// What it says, in Chinese.
    pub zh: &'static str,
    /// What it says, in English.
    pub en: &'static str,
    /// `triggered`, `not_triggered`, `insufficient_data`, `not_applicable` or `error`.
    pub outcome: &'static str,
    /// What is missing, or why it does not apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
    /// What it measured, against what.
    pub measured: Vec<Measured>,
    /// The severity that a finding has under the profile.
    pub severity: &'static str,
    /// What the rule rests on.
    pub basis: Vec<Article>,
    /// What may be checked next.
    pub checks: Checks,
    /// Its findings in this section.
    pub findings: Vec<Rendered>,
}

/// A value that a rule measured, or its threshold.
#[derive(Debug, Serialize)]
pub struct Measured {
    /// What it is.
    pub name: &'static str,
    /// The value.
    pub value: Value,
}

/// An article that a rule rests on.
#[derive(Debug, Serialize)]
pub struct Article {
    /// The article.
    pub article: &'static str,
    /// Whether it was checked against the statute's text.
    pub verified: bool,
}

/// What may be checked next.
#[derive(Debug, Serialize)]
pub struct Checks {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

/// The articles that a rule rests on.
pub fn articles(sheet: &Sheet) -> Vec<Article> {
    sheet.basis.iter().map(|basis| Article { article: basis.article, verified: basis.verified }).collect()
}

impl Explained {
    /// Writes an explanation out. `history` are the findings that [`of_bidders`] left.
    pub fn new(
        section: &str,
        now: Option<i64>,
        explanation: &Explanation,
        history: Vec<Rendered>,
        symbols: &Symbols,
    ) -> Explained {
        let sorted = |findings: &[Finding]| {
            let mut findings: Vec<Rendered> = findings.iter().map(|f| f.render(symbols)).collect();
            findings.sort();
            findings
        };
        let findings = sorted(&explanation.conclusions.findings);
        let params = &explanation.params;
        let rule = |judged: &Judged| RuleExplained::new(judged, &findings, params, symbols);
        Explained {
            section: section.to_owned(),
            now: now.map(|now| Instant(now).to_rfc3339()),
            rows: explanation.rows.len(),
            edition: None,
            profile: params.profile.name.clone(),
            outcomes: explanation.outcomes.iter().map(rule).collect(),
            quality: sorted(&explanation.conclusions.quality),
            history,
        }
    }
}

impl Explained {
    /// Adds data-quality rows about the section that no section rule gave, but the way in of single events.
    pub fn add_quality(&mut self, rows: impl Iterator<Item = Rendered>) {
        self.quality.extend(rows);
        self.quality.sort();
        self.quality.dedup();
    }
}

impl RuleExplained {
    fn new(judged: &Judged, findings: &[Rendered], params: &Params, symbols: &Symbols) -> RuleExplained {
        let sheet = judged.rule.sheet();
        let measured = judged.measured.iter();
        RuleExplained {
            rule: sheet.id,
            zh: sheet.zh,
            en: sheet.en,
            outcome: judged.outcome.as_str(),
            reason: judged.outcome.reason(),
            measured: measured
                .map(|(name, value)| Measured { name: name.as_str(), value: quantity_value(*value, symbols) })
                .collect(),
            severity: params.severity(judged.rule).as_str(),
            basis: articles(sheet),
            checks: Checks { zh: sheet.checks.zh, en: sheet.checks.en },
            findings: findings.iter().filter(|finding| finding.rule == sheet.id).cloned().collect(),
        }
    }
}

/// The codes of those who bid in the section.
pub fn bidders(explanation: &Explanation, symbols: &Symbols) -> BTreeSet<String> {
    explanation.bidders.iter().map(|bidder| symbols.text(*bidder)).collect()
}

/// The findings over the whole history that name one of these organisations.
pub fn of_bidders(findings: Vec<Rendered>, bidders: &BTreeSet<String>) -> Vec<Rendered> {
    let names = |finding: &Rendered| finding.parties.iter().any(|party| bidders.contains(party));
    findings.into_iter().filter(|finding| finding.section.is_none() && names(finding)).collect()
}
