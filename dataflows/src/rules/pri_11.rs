//! PRI-11 · 除最低价外其余报价集中且明显偏高 — all prices but the lowest are bunched together well above it.
//!
//! *Law.* None: a lead (OECD bid-rigging list, 2025).
//!
//! *Needs.* Four priced bids.
//!
//! *Formula.* Sort the prices, repeats kept. The second lowest is at least `bunch_gap_permille` (50 ‰) above
//! the lowest, and the highest is at most `bunch_permille` (20 ‰) above the second lowest.
//!
//! *Example.* 9,000,000 · 9,500,000 · 9,600,000 · 9,650,000: the second is 5.6 % above the lowest, the
//! highest 1.6 % above the second: one finding, parties all four.
//!
//! *Exclusions.* Fewer than four priced bids. Any evaluation method.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, prices};
use crate::dossier::Dossier;
use crate::finding::{Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri11,
    id: "PRI-11",
    zh: "除最低价外其余报价集中且明显偏高",
    en: "all prices but the lowest are bunched together well above it",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "比对未中标人的分项报价和偏高原因;核对各投标人历次同场投标情况",
        en: "compare the unit prices of the others and why they are high; see how often the bidders met \
            before",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let priced = match prices::enough(dossier) {
        Ok(priced) => priced,
        Err(outcome) => return outcome,
    };
    let (lowest, second) = (priced[0].1.value, priced[1].1.value);
    let highest = priced[priced.len() - 1].1.value;
    let (gap, width) = (params.thresholds.bunch_gap_permille, params.thresholds.bunch_permille);
    let measures = [
        (Name::LowestPrice, Quantity::Fen(lowest)),
        (Name::SecondPrice, Quantity::Fen(second)),
        (Name::HighestPrice, Quantity::Fen(highest)),
    ];
    for (name, quantity) in measures {
        conclusions.measure(name, quantity);
    }
    let above = |base: i64, share: u32| i128::from(base) * (1000 + i128::from(share));
    let is_apart = i128::from(second) * 1000 >= above(lowest, gap);
    let are_bunched = i128::from(highest) * 1000 <= above(second, width);
    if !is_apart || !are_bunched {
        return Outcome::NotTriggered;
    }
    let finding = prices::finding(rule, dossier, params, &priced);
    let finding =
        measures.into_iter().fold(finding, |finding, (name, quantity)| finding.value(name, quantity));
    conclusions.findings.push(finding);
    Outcome::Triggered
}
