//! PRI-19 · 中标价接近最高投标限价 — the awarded price is close to the ceiling price.
//!
//! *Law.* None: a lead (Open Contracting red flag R031). A tight ceiling gives the same picture.
//!
//! *Needs.* `award.made.price`, `ceiling_price` of the section, three priced bids.
//!
//! *Formula.* At least three priced bids, and price of the latest award · 1000 ≥ `ceiling_price` ·
//! `near_ceiling_permille` (990), in fen.
//!
//! *Example.* Ceiling 10,000,000, three priced bids, awarded at 9,900,000: one finding, party the awarded
//! bidder. At 9,899,999.99: none.
//!
//! *Exclusions.* Sections of fewer than three priced bids, without a ceiling price (insufficient data) or
//! without an award.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, prices};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri19,
    id: "PRI-19",
    zh: "中标价接近最高投标限价",
    en: "the awarded price is close to the ceiling price",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Price,
    family: Family::Price,
    checks: Said {
        zh: "核对最高投标限价的编制依据;核对其他投标人报价和否决情况;与同类项目节资率比对",
        en: "check how the ceiling was made; see the other prices and rejections; compare the saving \
            with that of like projects",
    },
    judge: Judge::Section(judge),
};

/// With fewer priced bids nobody was there to press the price.
const PRICED_MIN: usize = 3;

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let (award, price, ceiling) = match prices::awarded(dossier) {
        Ok(awarded) => awarded,
        Err(outcome) => return outcome,
    };
    let priced = dossier.bids.iter().filter(|bid| bid.priced().is_some()).count();
    if priced < PRICED_MIN {
        return Outcome::NotApplicable("fewer than three priced bids");
    }
    let limit = params.thresholds.near_ceiling_permille;
    conclusions.measure(Name::Share, prices::permille(price, ceiling.value));
    conclusions.measure(Name::Limit, Quantity::Permille(limit));
    if i128::from(price) * 1000 < i128::from(ceiling.value) * i128::from(limit) {
        return Outcome::NotTriggered;
    }
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([award.winner])
        .value(Name::AwardedPrice, Quantity::Fen(price))
        .value(Name::CeilingPrice, Quantity::Fen(ceiling.value))
        .value(Name::Share, prices::permille(price, ceiling.value))
        .value(Name::Limit, Quantity::Permille(limit))
        .value(Name::Bidders, Quantity::Count(priced as u64))
        .evidence([award.event, ceiling.event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
