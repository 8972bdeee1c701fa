//! PRI-07 · 最低价与次低价差距异常,其余报价相互接近 — the lowest price stands apart, and the others lie close together.
//!
//! *Law.* None: a statistical lead (relative distance, Imhof). Meaningful under lowest-price methods only.
//!
//! *Needs.* `evaluation_method`; four priced bids.
//!
//! *Formula.* Sort the prices, repeats kept. With s the sample standard deviation of all but the lowest,
//! (second lowest − lowest) / s is above `rd_min_permille` (1500 ‰). Where s is nought any gap is above.
//!
//! *Example.* 9,000,000 · 9,800,000 · 9,900,000 · 10,000,000: gap 800,000, s of the other three 100,000,
//! ratio 8: one finding, parties all four.
//!
//! *Exclusions.* Fewer than four priced bids; evaluation methods other than `lowest_price` and
//! `qualified_lowest`. Two lowest prices that are equal leave no gap.

use super::spread::Spread;
use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, prices};
use crate::dossier::Dossier;
use crate::finding::{Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri07,
    id: "PRI-07",
    zh: "最低价与次低价差距异常,其余报价相互接近",
    en: "the lowest price stands apart, and the others lie close together",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "调取各投标人成本构成和报价说明;核对未中标人报价是否具有竞争性",
        en: "take the cost breakdowns and explanations; check whether the other bidders' prices could \
            compete",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if let Some(outcome) = prices::not_by_lowest_price(dossier) {
        return outcome;
    }
    let priced = match prices::enough(dossier) {
        Ok(priced) => priced,
        Err(outcome) => return outcome,
    };
    let all: Vec<i64> = priced.iter().map(|(_, price)| price.value).collect();
    let (lowest, second) = (all[0], all[1]);
    let limit = params.thresholds.rd_min_permille;
    let others = Spread::of(&all[1..]);
    let Some(is_apart) = others.and_then(|others| others.is_exceeded_by(second - lowest, limit)) else {
        return Outcome::Error("the prices are too large to be compared");
    };
    let distance = others.and_then(|others| others.distance(second - lowest));
    if let Some(distance) = distance {
        conclusions.measure(Name::Distance, distance);
    }
    conclusions.measure(Name::Limit, Quantity::Permille(limit));
    if !is_apart {
        return Outcome::NotTriggered;
    }
    let mut finding = prices::finding(rule, dossier, params, &priced)
        .value(Name::LowestPrice, Quantity::Fen(lowest))
        .value(Name::SecondPrice, Quantity::Fen(second))
        .value(Name::Limit, Quantity::Permille(limit));
    if let Some(distance) = distance {
        finding = finding.value(Name::Distance, distance);
    }
    conclusions.findings.push(finding);
    Outcome::Triggered
}
