//! PRI-01 · 报价完全相同 — different bidders opened with the same price.
//!
//! *Law.* None by itself: a lead (cf. 招标投标法实施条例 §40(四), "abnormally consistent", which the committee judges).
//!
//! *Needs.* Two priced bids.
//!
//! *Formula.* Priced bids with one same price; one finding a price.
//!
//! *Example.* 甲 9,125,000 and 乙 "9125000.00": the same money, one finding.
//!
//! *Exclusions.* Single-source purchases and auctions, where equal prices mean nothing.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::Dossier;
use crate::event::Method;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::EventRef;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri01,
    id: "PRI-01",
    zh: "不同投标人的报价完全相同",
    en: "different bidders opened with the same price",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "比对分项报价和计价文件;核对是否因限价、固定单价或政府定价导致报价相同",
        en: "compare unit prices and pricing files; see whether a ceiling, fixed unit prices or a set \
            price made them equal",
    },
    judge: Judge::Section(judge),
};

/// Priced bids as (price in fen, index of the bid, event), sorted.
pub fn prices(dossier: &Dossier) -> Vec<(i64, u32, EventRef)> {
    let bids = dossier.bids.iter().enumerate();
    let mut prices: Vec<(i64, u32, EventRef)> =
        bids.filter_map(|(at, bid)| bid.priced().map(|p| (p.value, at as u32, p.event))).collect();
    prices.sort_unstable();
    prices
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if matches!(dossier.project.method.map(|m| m.value), Some(Method::SingleSource | Method::Auction)) {
        return Outcome::NotApplicable("single-source purchases and auctions");
    }
    let prices = prices(dossier);
    if prices.len() < 2 {
        return Outcome::InsufficientData("bid.opened price of two bidders");
    }
    let before = conclusions.findings.len();
    for same in prices.chunk_by(|a, b| a.0 == b.0) {
        let bids: Vec<u32> = same.iter().map(|p| p.1).collect();
        if dossier.holds_different(&bids) {
            let price = Quantity::Fen(same[0].0);
            let finding = Finding::new(rule, dossier.section, params.severity(rule))
                .key(Name::Price, price)
                .parties(dossier.bidders(&bids))
                .value(Name::Price, price)
                .value(Name::Bidders, Quantity::Count(bids.len() as u64))
                .evidence(same.iter().map(|p| p.2));
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
