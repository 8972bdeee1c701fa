//! PRI-03 · 报价呈等比排列 — prices climb by equal ratios.
//!
//! *Law.* 招标投标法实施条例 §40(四): prices with a regular difference are deemed collusion. Whether equal
//! ratios are regular in the law's sense the committee or the department decides: a strong lead that cites it.
//!
//! *Needs.* As many distinct prices above nought as make a run (`run_min`, 4).
//!
//! *Formula.* Sort the distinct prices p₀ < p₁ < … and scan upward. A run begins with the ratio r = p₁ / p₀
//! and goes on while the next ratio equals it within 0.001 % of it: |pᵢ₊₁ · p₀ − pᵢ · p₁| · 100,000 ≤ pᵢ ·
//! p₁. Runs of at least `run_min` prices are findings, taken as long as they go; a new run may begin at the
//! last price of the one before.
//!
//! *Example.* 8,000,000 · 8,400,000 · 8,820,000 · 9,261,000 (each 5 % above the one before): one finding.
//! 8,000,000 · 8,400,000 · 8,800,000 · 9,200,000: none, these are equal steps (PRI-02).
//!
//! *Exclusions.* A run of which one PRI-02 run holds every price: over a short range equal steps and equal
//! ratios are the same. Prices of nought have no ratio.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, pri_02, prices};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use std::ops::RangeInclusive;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri03,
    id: "PRI-03",
    zh: "报价呈等比排列",
    en: "prices climb by equal ratios",
    basis: &[law("招标投标法实施条例第四十条第(四)项")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "请评标委员会或监督部门认定是否呈规律性差异;调取各投标人计价文件和让利(下浮)计算过程;核对是\
            否由评标办法的下浮率规则引起",
        en: "have the committee or department decide whether the difference is regular; take the \
            pricing files and discount calculations; check whether the method's discount rule causes it",
    },
    judge: Judge::Section(judge),
};

/// Equal ratios may differ by one part in so many (0.001 %).
const EXACTNESS: i128 = 100_000;

/// Runs of equal ratios in sorted distinct prices above nought (fen), as ranges of indices, at least `run_min` long.
fn runs(prices: &[i64], run_min: usize) -> Vec<RangeInclusive<usize>> {
    let price = |at: usize| i128::from(prices[at]);
    prices::runs(prices.len(), run_min, |from, at| {
        // Prices are below 10¹⁵ fen, so that nothing here reaches 10³⁶.
        let expected = price(at) * price(from + 1);
        (price(at + 1) * price(from) - expected).abs() * EXACTNESS <= expected
    })
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let priced = dossier.priced();
    let mut distinct: Vec<i64> = priced.iter().map(|(_, price)| price.value).collect();
    distinct.dedup();
    let run_min = params.thresholds.run_min as usize;
    let steps = pri_02::runs(&distinct, run_min);
    let in_steps: Vec<(i64, i64)> =
        steps.iter().map(|run| (distinct[*run.start()], distinct[*run.end()])).collect();
    distinct.retain(|price| *price > 0);
    if distinct.len() < run_min {
        return Outcome::InsufficientData("bid.opened price: too few distinct prices for a run");
    }
    let before = conclusions.findings.len();
    for run in runs(&distinct, run_min) {
        let (first, last) = (distinct[*run.start()], distinct[*run.end()]);
        if in_steps.iter().any(|(lowest, highest)| *lowest <= first && *highest >= last) {
            continue;
        }
        let within: Vec<_> =
            priced.iter().filter(|(_, price)| (first..=last).contains(&price.value)).collect();
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::FirstPrice, Quantity::Fen(first))
            .key(Name::LastPrice, Quantity::Fen(last))
            .parties(within.iter().map(|(bid, _)| dossier.bids[*bid as usize].bidder))
            .value(Name::Step, prices::permille(distinct[run.start() + 1], first))
            .value(Name::Bidders, Quantity::Count(within.len() as u64))
            .evidence(within.iter().map(|(_, price)| price.event));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn ratios_are_equal_within_a_thousandth_of_a_per_cent() {
        let rows: &[(&[i64], &[(usize, usize)])] = &[
            (&[], &[]),
            (&[100, 200, 400], &[]),
            (&[100, 200, 400, 800], &[(0, 3)]),
            (&[7, 100, 200, 400, 800, 1600, 1700], &[(1, 5)]),
            // a new run may begin at the last price of the one before
            (&[1, 2, 4, 8, 24, 72, 216], &[(0, 3), (3, 6)]),
            // 4,000,040 is 0.001 % off 4,000,000; one more is too much
            (&[1_000_000, 2_000_000, 4_000_040, 8_000_080], &[(0, 3)]),
            (&[1_000_000, 2_000_000, 4_000_041, 8_000_082], &[]),
        ];
        for (prices, expected) in rows {
            let found: Vec<(usize, usize)> = runs(prices, 4).iter().map(|r| (*r.start(), *r.end())).collect();
            assert_eq!(&found, expected, "{prices:?}");
        }
    }
}
