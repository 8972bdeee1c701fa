//! DQ-03 · 报价疑似单位错误 — a price is many times its neighbour, as if written in another unit.
//!
//! *Law.* None: a matter of data quality, never of a bidder. Prices come in yuan and in 10,000 yuan (national data standard,
//! PRICE_UNIT), and are mistyped.
//!
//! *Needs.* The price of at least three priced bids.
//!
//! *Formula.* The highest price ≥ 8 × the second highest, or the second lowest ≥ 8 × the lowest (`unit_slip_factor`); one
//! row a bid. It keeps the department from taking a slip for a pattern, and is no finding.
//!
//! *Example.* 1,000,000, 1,020,000 and 103.00 (in 10,000 yuan): one row about the third.
//!
//! *Exclusions.* Fewer than three priced bids; methods single_source and auction.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::{Dossier, Sourced};
use crate::event::Method;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dq03,
    id: "DQ-03",
    zh: "报价与相邻报价相差悬殊,疑似单位错误",
    en: "a price is many times its neighbour, as if written in another unit",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Price,
    family: Family::Price,
    checks: Said {
        zh: "核对唱标记录和投标函的大小写金额与单位;请来源系统更正后重报",
        en: "compare the amount and unit in the opening record and the bid letter; have the source system correct it",
    },
    judge: Judge::Section(judge),
};

/// With fewer prices there are no neighbours to speak of.
const PRICED_MIN: usize = 3;

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let method = dossier.project.method.map(|method| method.value);
    if matches!(method, Some(Method::SingleSource | Method::Auction)) {
        return Outcome::NotApplicable("not for single source and auction");
    }
    let priced = dossier.priced();
    if priced.len() < PRICED_MIN {
        return Outcome::NotApplicable("fewer than three priced bids");
    }
    let factor = i64::from(params.thresholds.unit_slip_factor);
    let (lowest, highest) = ([priced[0], priced[1]], [priced[priced.len() - 1], priced[priced.len() - 2]]);
    let far = |low: Sourced<i64>, high: Sourced<i64>| {
        high.value > low.value && low.value.checked_mul(factor).is_some_and(|times| high.value >= times)
    };
    for (slip, name, neighbour, is_far) in [
        (lowest[0], Name::SecondPrice, lowest[1], far(lowest[0].1, lowest[1].1)),
        (highest[0], Name::SecondHighestPrice, highest[1], far(highest[1].1, highest[0].1)),
    ] {
        if is_far {
            let bidder = dossier.bids[slip.0 as usize].bidder;
            let row = Finding::new(rule, dossier.section, Severity::L)
                .key(Name::Bidder, Quantity::Text(bidder))
                .parties([bidder])
                .value(Name::Price, Quantity::Fen(slip.1.value))
                .value(name, Quantity::Fen(neighbour.1.value))
                .evidence([slip.1.event]);
            conclusions.quality.push(row);
        }
    }
    Outcome::NotTriggered
}
