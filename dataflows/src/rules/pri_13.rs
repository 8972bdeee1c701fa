//! PRI-13 · 超过最高投标限价 — a price above the ceiling.
//!
//! *Law.* 招标投标法实施条例 §51(五): the committee must reject a bid priced above the ceiling set in the tender
//! documents (§27).
//!
//! *Needs.* `ceiling_price` of the section and a priced bid.
//!
//! *Formula.* price > ceiling_price, in fen; one finding a bidder.
//!
//! *Example.* Ceiling 10,000,000.00, price 10,000,000.01: one finding; 10,000,000.00: none.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri13,
    id: "PRI-13",
    zh: "投标报价高于最高投标限价",
    en: "the price is above the ceiling price",
    basis: &[law("招标投标法实施条例第五十一条第(五)项")],
    severity: Severity::X,
    topic: Topic::Price,
    family: Family::Price,
    checks: Said {
        zh: "核对最高投标限价公告和变更;核对报价单位、含税口径和唱标记录;核对评标委员会是否否决",
        en: "check the ceiling's notice and changes; check units, tax and the record of the opening; \
            see whether the committee rejected the bid",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(ceiling) = dossier.notices.ceiling else {
        return Outcome::InsufficientData("section.announced ceiling_price");
    };
    let priced: Vec<_> = dossier.bids.iter().filter_map(|bid| Some((bid, bid.priced()?))).collect();
    if priced.is_empty() {
        return Outcome::InsufficientData("bid.opened price");
    }
    let before = conclusions.findings.len();
    for (bid, price) in priced.into_iter().filter(|(_, price)| price.value > ceiling.value) {
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(bid.bidder))
            .parties([bid.bidder])
            .value(Name::Price, Quantity::Fen(price.value))
            .value(Name::CeilingPrice, Quantity::Fen(ceiling.value))
            .evidence([price.event, ceiling.event]);
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
