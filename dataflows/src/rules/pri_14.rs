//! PRI-14 · 中标价低于最高投标限价的 85% — the awarded price is below 85 % of the ceiling price.
//!
//! *Law.* None by itself: a lead (cf. 招标投标法 §33 and 招标投标法实施条例 §51(五), prices below cost; some
//! local rules ask for more security below 85 %, not checked). A low price is not a price below cost.
//!
//! *Needs.* `award.made.price`, `ceiling_price` of the section.
//!
//! *Formula.* Price of the latest award · 1000 < `ceiling_price` · `low_award_permille` (850), in fen.
//!
//! *Example.* Ceiling 10,000,000, awarded at 8,499,999.99: one finding, party the awarded bidder. At
//! 8,500,000: none.
//!
//! *Exclusions.* Sections without a ceiling price (insufficient data) or without an award.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, prices};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri14,
    id: "PRI-14",
    zh: "中标价低于最高投标限价的 85%",
    en: "the awarded price is below 85 % of the ceiling price",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Price,
    family: Family::Price,
    checks: Said {
        zh: "核对评标委员会是否要求并审查了低价说明;调取成本分析和主要材料价格;核对履约担保",
        en: "check whether the committee asked for and examined an explanation; take the cost analysis \
            and main material prices; check the performance security",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let (award, price, ceiling) = match prices::awarded(dossier) {
        Ok(awarded) => awarded,
        Err(outcome) => return outcome,
    };
    let limit = params.thresholds.low_award_permille;
    conclusions.measure(Name::Share, prices::permille(price, ceiling.value));
    conclusions.measure(Name::Limit, Quantity::Permille(limit));
    if i128::from(price) * 1000 >= i128::from(ceiling.value) * i128::from(limit) {
        return Outcome::NotTriggered;
    }
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([award.winner])
        .value(Name::AwardedPrice, Quantity::Fen(price))
        .value(Name::CeilingPrice, Quantity::Fen(ceiling.value))
        .value(Name::Share, prices::permille(price, ceiling.value))
        .value(Name::Limit, Quantity::Permille(limit))
        .evidence([award.event, ceiling.event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
