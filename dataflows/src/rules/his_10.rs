//! HIS-10 · 同一招标人的中标金额集中于一家企业 — most of a tenderer's awarded value went to one bidder.
//!
//! *Law.* None: a lead over the whole history (Open Contracting red flag R040).
//!
//! *Needs.* `award.made` with `price`; the tenderer of `project.registered`.
//!
//! *Formula.* Of one tenderer's awards whose `notified_at` lies in the last 365 days, at least 5 (`awards_min`) and at least
//! 50 % (`concentration_permille`) of the value went to one bidder; one finding a tenderer.
//!
//! *Example.* Ten awards, five of them worth two thirds of the value to 甲: one finding.
//!
//! *Exclusions.* An award without a price counts with 0; where all are without, nothing is said.
//!
//! The awards are gathered by [`history::counts`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::history::counts::Count;
use crate::params::Params;
use crate::symbols::Symbol;
use std::collections::BTreeMap;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::His10,
    id: "HIS-10",
    zh: "同一招标人的中标金额集中于一家企业",
    en: "most of a tenderer's awarded value went to one bidder",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Award,
    family: Family::History,
    checks: Said {
        zh: "查看各项目的采购方式、资格条件和评分办法;核对各次竞争程度和投标人数",
        en: "see the methods, qualifications and scoring rules of the projects; see how many bid each \
            time",
    },
    judge: Judge::History,
};

/// The finding about one tenderer's awards of a year, if one bidder had so large a part of them.
pub fn finding(params: &Params, tenderer: Symbol, awards: &[Count]) -> Option<Finding> {
    let mut of_bidder: BTreeMap<Symbol, (u32, i128)> = BTreeMap::new();
    for award in awards {
        let (count, value) = of_bidder.entry(award.of).or_default();
        *count += 1;
        *value += i128::from(award.value);
    }
    let total: i128 = of_bidder.values().map(|(_, value)| value).sum();
    let share = i128::from(params.thresholds.concentration_permille);
    let large =
        |count: u32, value: i128| count >= params.thresholds.awards_min && value * 1000 >= share * total;
    of_bidder.retain(|_, (count, value)| large(*count, *value));
    if total == 0 || of_bidder.is_empty() {
        return None;
    }
    let value: i128 = of_bidder.values().map(|(_, value)| value).sum();
    let events = awards.iter().filter(|award| of_bidder.contains_key(&award.of)).map(|award| award.event);
    let finding = Finding::new(Rule::His10, Symbol::NONE, params.severity(Rule::His10))
        .key(Name::Tenderer, Quantity::Text(tenderer))
        .parties(of_bidder.keys().copied())
        .value(Name::Awards, Quantity::Count(awards.len() as u64))
        .value(Name::Wins, Quantity::Count(of_bidder.values().map(|(count, _)| u64::from(*count)).sum()))
        .value(Name::Share, Quantity::Permille((value * 1000 / total) as u32))
        .value(Name::Limit, Quantity::Permille(params.thresholds.concentration_permille))
        .evidence(events);
    Some(finding)
}
