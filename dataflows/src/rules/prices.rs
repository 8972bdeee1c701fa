//! How the prices of a section lie to each other: what the rules on prices have in common.

use super::{Outcome, Rule};
use crate::dossier::{Award, Dossier, Sourced};
use crate::event::EvaluationMethod;
use crate::finding::{Finding, Name, Quantity};
use crate::params::Params;
use std::ops::RangeInclusive;

/// From how many priced bids on a picture of prices says anything (PRI-06, PRI-07, PRI-11).
pub const PRICED_MIN: usize = 4;

/// A priced bid: its index, and its price in fen.
pub type Priced = (u32, Sourced<i64>);

/// Why a rule made for lowest-price tenders does not judge the section; none if it does.
pub fn not_by_lowest_price(dossier: &Dossier) -> Option<Outcome> {
    match dossier.notices.evaluation.map(|evaluation| evaluation.value) {
        None => Some(Outcome::InsufficientData("section.announced evaluation_method")),
        Some(EvaluationMethod::LowestPrice | EvaluationMethod::QualifiedLowest) => None,
        Some(_) => Some(Outcome::NotApplicable("only lowest_price and qualified_lowest")),
    }
}

/// The priced bids in order of price, if there are as many as a picture of prices needs.
pub fn enough(dossier: &Dossier) -> Result<Vec<Priced>, Outcome> {
    match dossier.priced() {
        priced if priced.is_empty() => Err(Outcome::InsufficientData("bid.opened price")),
        priced if priced.len() < PRICED_MIN => Err(Outcome::NotApplicable("fewer than four priced bids")),
        priced => Ok(priced),
    }
}

/// Runs in `prices` sorted distinct prices, scanned upward, as ranges of indices, at least `run_min` long: each as long as
/// `goes_on(its first, at)` says that the price after `at` belongs to it. A new one may begin at its last price.
pub fn runs(
    prices: usize,
    run_min: usize,
    goes_on: impl Fn(usize, usize) -> bool,
) -> Vec<RangeInclusive<usize>> {
    let mut runs = Vec::new();
    let mut from = 0;
    while from + 1 < prices {
        let mut to = from + 1;
        while to + 1 < prices && goes_on(from, to) {
            to += 1;
        }
        if to - from + 1 >= run_min {
            runs.push(from..=to);
            from = to;
        } else {
            from += 1;
        }
    }
    runs
}

/// A finding about all that are priced.
pub fn finding(rule: Rule, dossier: &Dossier, params: &Params, priced: &[Priced]) -> Finding {
    Finding::new(rule, dossier.section, params.severity(rule))
        .parties(priced.iter().map(|(bid, _)| dossier.bids[*bid as usize].bidder))
        .value(Name::Bidders, Quantity::Count(priced.len() as u64))
        .evidence(priced.iter().map(|(_, price)| price.event))
}

/// The award with its price and the ceiling price, in fen.
pub fn awarded(dossier: &Dossier) -> Result<(Award, i64, Sourced<i64>), Outcome> {
    let award = dossier.outcome.award.ok_or(Outcome::NotApplicable("not awarded"))?;
    let price = award.price.ok_or(Outcome::InsufficientData("award.made price"))?;
    let ceiling =
        dossier.notices.ceiling.ok_or(Outcome::InsufficientData("section.announced ceiling_price"))?;
    Ok((award, price, ceiling))
}

/// `part` of `whole` in thousandths, rounded down.
pub fn permille(part: i64, whole: i64) -> Quantity {
    let share = i128::from(part) * 1000 / i128::from(whole.max(1));
    Quantity::Permille(share.try_into().unwrap_or(u32::MAX))
}
