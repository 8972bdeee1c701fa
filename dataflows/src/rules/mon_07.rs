//! MON-07 · 投标保证金超过项目估算价的 2% — the deposit asked for exceeds 2 % of the estimate.
//!
//! *Law.* 招标投标法实施条例 §26 paragraph 1: the deposit must not exceed 2 % of the project's estimated price;
//! 政府采购法实施条例 §33 paragraph 1: nor 2 % of the budget.
//!
//! *Needs.* `industry`; `deposit_amount`; `estimate` or `ceiling_price` of the section; the tenderer.
//!
//! *Formula.* deposit_amount × 50 > the section's estimate (its ceiling price if no estimate is given), in
//! industries 01 and 02. The latest notice that gives a figure counts.
//!
//! *Example.* Estimate 10,000,000: a deposit of 200,000 is 2 % and silent, 200,000.01 is one finding, party
//! the tenderer. Without an estimate the ceiling price stands in its place.
//!
//! *Exclusions.* Industries other than engineering (01) and government procurement (02).
//!
//! *Caution.* the base in law is the estimate (估算价) or the budget (预算金额). Where only the ceiling price
//! is known, the measure is approximate.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Mon07,
    id: "MON-07",
    zh: "投标保证金超过项目估算价的 2%",
    en: "the deposit asked for exceeds 2 % of the estimate",
    basis: &[law("招标投标法实施条例第二十六条第一款"), law("政府采购法实施条例第三十三条第一款")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Money,
    checks: Said {
        zh: "核对招标文件中的保证金金额和项目估算价(预算金额);核对分标段估算价",
        en: "compare the deposit in the tender document with the estimate (the budget); check the \
            estimates of each section",
    },
    judge: Judge::Section(judge),
};

/// A deposit may be one in so many of the estimate: 2 % (招标投标法实施条例 §26 paragraph 1).
const ONE_IN: i64 = 50;

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if let Some(outcome) = shared::outside_tendering(dossier) {
        return outcome;
    }
    let Some(deposit) = dossier.notices.deposit else {
        return Outcome::InsufficientData("section.announced deposit_amount");
    };
    let estimate = dossier.notices.estimate.map(|estimate| (Name::Estimate, estimate));
    let ceiling = dossier.notices.ceiling.map(|ceiling| (Name::CeilingPrice, ceiling));
    let Some((name, base)) = estimate.or(ceiling) else {
        return Outcome::InsufficientData("section.announced estimate, ceiling_price");
    };
    let measured = [
        (Name::DepositAmount, Quantity::Fen(deposit.value)),
        (name, Quantity::Fen(base.value)),
        (Name::Limit, Quantity::Fen(base.value / ONE_IN)),
    ];
    measured.into_iter().for_each(|(name, quantity)| conclusions.measure(name, quantity));
    if i128::from(deposit.value) * i128::from(ONE_IN) <= i128::from(base.value) {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let finding = Finding::new(rule, dossier.section, params.severity(rule)).parties([tenderer.value]);
    let finding =
        measured.into_iter().fold(finding, |finding, (name, quantity)| finding.value(name, quantity));
    conclusions.findings.push(finding.evidence([deposit.event, base.event]));
    Outcome::Triggered
}
