//! PRI-02 · 报价等差 — prices that climb by equal steps.
//!
//! *Law.* 招标投标法实施条例 §40(四): prices with a regular difference are deemed collusion. Whether these are regular in
//! the law's sense the committee or the department decides: a strong lead that cites it.
//!
//! *Needs.* As many distinct prices as make a run (`run_min`, 4).
//!
//! *Formula.* Sort the distinct prices p₀ < p₁ < … and scan upward. A run begins with the gap g = p₁ − p₀ and
//! goes on while |gap − g| ≤ max(0.01 yuan, 0.1 % of g). Runs of at least 4 prices are findings, taken as long as they
//! go; a new run may begin at the last price of the one before.
//!
//! *Example.* 9,100,000 · 9,150,000 · 9,200,000 · 9,250,000 · 9,999,999: one finding over the first four.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, pri_01, prices};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use std::ops::RangeInclusive;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri02,
    id: "PRI-02",
    zh: "报价呈等差排列",
    en: "prices climb by equal steps",
    basis: &[law("招标投标法实施条例第四十条第(四)项")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "请评标委员会或监督部门认定是否呈规律性差异;调取计价软件工程文件和报价调整过程;核对是否由评\
            标办法的下浮档次引起",
        en: "have the committee or department decide whether the difference is regular; take the \
            pricing files and late adjustments; see whether the method's discount steps cause it",
    },
    judge: Judge::Section(judge),
};

/// Runs of equal gaps in sorted distinct prices (fen), as ranges of indices, at least `run_min` long.
pub fn runs(prices: &[i64], run_min: usize) -> Vec<RangeInclusive<usize>> {
    prices::runs(prices.len(), run_min, |from, at| {
        let gap = prices[from + 1] - prices[from];
        let off = (prices[at + 1] - prices[at]).abs_diff(gap);
        // off ≤ max(1 fen, gap / 1000), without division
        off <= 1 || u128::from(off) * 1000 <= gap.unsigned_abs().into()
    })
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let priced = pri_01::prices(dossier);
    let mut distinct: Vec<i64> = priced.iter().map(|p| p.0).collect();
    distinct.dedup();
    let run_min = params.thresholds.run_min as usize;
    if distinct.len() < run_min {
        return Outcome::InsufficientData("bid.opened price: too few distinct prices for a run");
    }
    let before = conclusions.findings.len();
    for run in runs(&distinct, run_min) {
        let (first, last) = (distinct[*run.start()], distinct[*run.end()]);
        let within = priced.iter().filter(|p| (first..=last).contains(&p.0));
        let bids: Vec<u32> = within.clone().map(|p| p.1).collect();
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::FirstPrice, Quantity::Fen(first))
            .key(Name::LastPrice, Quantity::Fen(last))
            .parties(dossier.bidders(&bids))
            .value(Name::Step, Quantity::Fen(distinct[run.start() + 1] - first))
            .value(Name::Bidders, Quantity::Count(bids.len() as u64))
            .evidence(within.map(|p| p.2));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}

#[cfg(test)]
mod tests {
    use super::runs;

    #[test]
    fn runs_are_scanned_upward_and_taken_as_long_as_they_go() {
        let rows: &[(&[i64], &[(usize, usize)])] = &[
            (&[], &[]),
            (&[100], &[]),
            (&[100, 200, 300], &[]),
            (&[100, 200, 300, 400], &[(0, 3)]),
            (&[100, 200, 300, 400, 500, 777], &[(0, 4)]),
            // a new run may begin at the last price of the one before
            (&[0, 10, 20, 30, 130, 230, 330], &[(0, 3), (3, 6)]),
            // one fen of tolerance for small steps, 0.1 % for large ones
            (&[0, 10, 21, 31], &[(0, 3)]),
            (&[0, 10, 22, 32], &[]),
            (&[0, 100_000, 200_100, 300_000], &[(0, 3)]),
            (&[0, 100_000, 200_101, 300_000], &[]),
            // the first gap counts, not the one before
            (&[5, 100, 200, 300, 400], &[(1, 4)]),
        ];
        for (prices, expected) in rows {
            let found: Vec<(usize, usize)> =
                runs(prices, 4).into_iter().map(|r| (*r.start(), *r.end())).collect();
            assert_eq!(&found, expected, "{prices:?}");
        }
    }
}
