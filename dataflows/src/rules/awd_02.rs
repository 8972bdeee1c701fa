//! AWD-02 · 在中标候选人以外确定中标人 — the awarded bidder is not among the proposed candidates.
//!
//! *Law.* 招标投标法 §40 paragraph 2: the tenderer chooses the winner from the candidates the committee
//! recommends; §57: an award outside of them is void. 政府采购法实施条例 §43 paragraph 1: in the order of the
//! report.
//!
//! *Needs.* `award.made`; `award.proposed.candidates`.
//!
//! *Formula.* The bidder of the latest `award.made` is not among the candidates of the latest
//! `award.proposed`.
//!
//! *Example.* Candidates 甲, 乙 and 丙, awarded 丁: one finding, party 丁.
//!
//! *Exclusions.* Sections without an award, or without proposed candidates (insufficient data).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Awd02,
    id: "AWD-02",
    zh: "在中标候选人以外确定中标人",
    en: "the awarded bidder is not among the proposed candidates",
    basis: &[
        law("招标投标法第四十条第二款"),
        law("招标投标法第五十七条"),
        law("政府采购法实施条例第四十三条第一款"),
    ],
    severity: Severity::V,
    topic: Topic::Award,
    family: Family::Procedure,
    checks: Said {
        zh: "核对评标报告、候选人公示和中标通知书;核对是否重新评标、重新公示而数据未更新",
        en: "compare the evaluation report, the notice of candidates and the notice of award; see \
            whether there was a new evaluation that was not reported",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(award) = dossier.outcome.award else {
        return Outcome::NotApplicable("not awarded");
    };
    let Some((proposed, candidates)) = &dossier.outcome.proposed else {
        return Outcome::InsufficientData("award.proposed candidates");
    };
    if candidates.iter().any(|(candidate, _)| *candidate == award.winner) {
        return Outcome::NotTriggered;
    }
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([award.winner])
        .value(Name::Bidders, Quantity::Count(candidates.len() as u64))
        .evidence([award.event, *proposed]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
