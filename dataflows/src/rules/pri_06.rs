//! PRI-06 · 报价离散程度过低 — prices lie unusually close together.
//!
//! *Law.* None: a statistical lead (coefficient of variation, Imhof; Abrantes-Metz). Meaningful under
//! lowest-price methods only.
//!
//! *Needs.* `evaluation_method`; four priced bids.
//!
//! *Formula.* Of n prices with mean m, the sample standard deviation s = √(Σ(p − m)² / (n − 1)); the
//! coefficient of variation s / m is below `cv_max_permille` (20 ‰). Computed in whole fen, without rounding.
//!
//! *Example.* 9,800,000 · 9,900,000 · 10,000,000 · 10,100,000: s = 129,099, m = 9,950,000, s / m = 1.30 %:
//! one finding, parties all four.
//!
//! *Exclusions.* Fewer than four priced bids; evaluation methods other than `lowest_price` and
//! `qualified_lowest`, where bidders aim at an average and lie close together by design. Rejected bids stay
//! priced, withdrawn ones do not.

use super::spread::Spread;
use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, prices};
use crate::dossier::Dossier;
use crate::finding::{Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri06,
    id: "PRI-06",
    zh: "报价离散程度过低",
    en: "prices lie unusually close together",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "核对限价、定额或市场公开价是否压缩了报价空间;结合设备、人员、资金线索一并核对",
        en: "check whether ceiling, norms or public prices leave little room; look at it together with \
            device, person and money leads",
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
    let limit = params.thresholds.cv_max_permille;
    let spread = Spread::of(&all);
    let Some(is_narrow) = spread.and_then(|spread| spread.varies_less_than(limit)) else {
        return Outcome::Error("the prices are too large to be compared");
    };
    let variation = spread.and_then(|spread| spread.variation()).unwrap_or(Quantity::Permille(0));
    conclusions.measure(Name::Variation, variation);
    conclusions.measure(Name::Limit, Quantity::Permille(limit));
    if !is_narrow {
        return Outcome::NotTriggered;
    }
    let finding = prices::finding(rule, dossier, params, &priced)
        .value(Name::Variation, variation)
        .value(Name::Limit, Quantity::Permille(limit));
    conclusions.findings.push(finding);
    Outcome::Triggered
}
