//! BUY-13 · 最低报价的投标被否决 — the bid with the lowest price was rejected.
//!
//! *Law.* None: a lead (Open Contracting red flag R036).
//!
//! *Needs.* `evaluation_method`, `award.made`, `bid.opened.price`, `bid.rejected`.
//!
//! *Formula.* Evaluation method `lowest_price` or `qualified_lowest`, an award, and a bid whose price is the
//! lowest of all priced bids was rejected. One finding a bidder.
//!
//! *Example.* 乙 has the lowest price and is rejected, 甲 is awarded: one finding, party 乙.
//!
//! *Exclusions.* Other evaluation methods; sections without an award or without prices.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, prices};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Buy13,
    id: "BUY-13",
    zh: "最低报价的投标被否决",
    en: "the bid with the lowest price was rejected",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Evaluation,
    family: Family::Procedure,
    checks: Said {
        zh: "核对否决理由、招标文件条款和澄清记录;核对同一标准是否适用于其他投标人",
        en: "check the reason, the clause and the clarifications; see whether the same measure was used \
            for the others",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if let Some(outcome) = prices::not_by_lowest_price(dossier) {
        return outcome;
    }
    let Some(award) = dossier.outcome.award else {
        return Outcome::NotApplicable("not awarded");
    };
    let priced = dossier.priced();
    let Some((_, lowest)) = priced.first() else {
        return Outcome::InsufficientData("bid.opened price");
    };
    let before = conclusions.findings.len();
    for (at, price) in priced.iter().take_while(|(_, price)| price.value == lowest.value) {
        let bid = &dossier.bids[*at as usize];
        if bid.rejected.is_empty() {
            continue;
        }
        let mut finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(bid.bidder))
            .parties([bid.bidder])
            .value(Name::LowestPrice, Quantity::Fen(price.value))
            .evidence(bid.rejected.iter().copied().chain([price.event]));
        if let Some(awarded) = award.price {
            finding = finding.value(Name::AwardedPrice, Quantity::Fen(awarded));
        }
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
