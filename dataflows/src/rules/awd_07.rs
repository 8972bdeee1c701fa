//! AWD-07 · 合同价格与中标价格不一致 — the contract price differs from the awarded price.
//!
//! *Law.* 招标投标法 §46 paragraph 1, 招标投标法实施条例 §57 paragraph 1 and 政府采购法 §46 paragraph 1: the
//! contract agrees with the tender document and the winning bid, its price among the rest.
//!
//! *Needs.* `award.made.price`, `contract.signed.price`.
//!
//! *Formula.* The price of the latest `contract.signed` is not that of the latest `award.made`, to the fen.
//!
//! *Example.* Awarded at 9,000,000, contract over 9,200,000: one finding, party the contractor.
//!
//! *Exclusions.* Sections without award or contract; later changes of the contract (`contract.changed`).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Awd07,
    id: "AWD-07",
    zh: "合同价格与中标价格不一致",
    en: "the contract price differs from the awarded price",
    basis: &[
        law("招标投标法第四十六条第一款"),
        law("招标投标法实施条例第五十七条第一款"),
        law("政府采购法第四十六条第一款"),
    ],
    severity: Severity::V,
    topic: Topic::Award,
    family: Family::Procedure,
    checks: Said {
        zh: "核对合同原件和中标通知书的价格口径(含税、暂列金、单价合同);核对算术修正和书面澄清",
        en: "compare the contract with the notice of award (tax, provisional sums, unit prices); see \
            arithmetic corrections and clarifications",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let (Some(award), Some(signed)) = (dossier.outcome.award, dossier.outcome.signed) else {
        return Outcome::NotApplicable("no award, or no contract");
    };
    let (Some(awarded), Some(agreed)) = (award.price, signed.price) else {
        return Outcome::InsufficientData("award.made price, contract.signed price");
    };
    let measures =
        [(Name::AwardedPrice, Quantity::Fen(awarded)), (Name::ContractPrice, Quantity::Fen(agreed))];
    measures.into_iter().for_each(|(name, quantity)| conclusions.measure(name, quantity));
    if awarded == agreed {
        return Outcome::NotTriggered;
    }
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([signed.contractor])
        .evidence([award.event, signed.event]);
    conclusions
        .findings
        .push(measures.into_iter().fold(finding, |finding, (name, q)| finding.value(name, q)));
    Outcome::Triggered
}
