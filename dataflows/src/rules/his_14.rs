//! HIS-14 · 一年内多次撤回投标或放弃中标 — the bidder withdrew bids or declined awards several times within a year.
//!
//! *Law.* None: a lead over the whole history (OECD bid-rigging list, 2025; cf. 招标投标法 §45 paragraph 2 and
//! 招标投标法实施条例 §35).
//!
//! *Needs.* `bid.withdrawn`, `award.declined`.
//!
//! *Formula.* At least 3 (`withdrawals_min`) bids withdrawn or awards declined, `at` in the last 365 days; one finding a
//! bidder.
//!
//! *Example.* Two bids withdrawn in March, an award declined in June: one finding, until the following March.
//!
//! *Exclusions.* None.
//!
//! The events are counted by [`history::counts`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::history::counts::Count;
use crate::params::Params;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::His14,
    id: "HIS-14",
    zh: "一年内多次撤回投标或放弃中标",
    en: "the bidder withdrew bids or declined awards several times within a year",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::History,
    checks: Said {
        zh: "核对历次撤回、放弃的理由和时间;查看每次由谁中标、价格差多少;核对保证金处理情况",
        en: "see the reasons and times; see who won each time and at which difference of price; see \
            what became of the deposits",
    },
    judge: Judge::History,
};

/// The finding about one bidder's withdrawals of a year, if they are many.
pub fn finding(params: &Params, bidder: Symbol, withdrawals: &[Count]) -> Option<Finding> {
    let limit = params.thresholds.withdrawals_min;
    let finding = || {
        Finding::new(Rule::His14, Symbol::NONE, params.severity(Rule::His14))
            .key(Name::Bidder, Quantity::Text(bidder))
            .parties([bidder])
            .value(Name::Withdrawals, Quantity::Count(withdrawals.len() as u64))
            .value(Name::Limit, Quantity::Count(limit.into()))
            .evidence(withdrawals.iter().map(|withdrawal| withdrawal.event))
    };
    (withdrawals.len() >= limit as usize).then(finding)
}
