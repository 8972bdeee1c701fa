//! BUY-12 · 除中标人外其他投标人均被否决 — every bidder but the awarded one was rejected.
//!
//! *Law.* None: a lead (Open Contracting red flag R035).
//!
//! *Needs.* `award.made`; `bid.rejected` of the others.
//!
//! *Formula.* At least three bidders, the latest award is to one of them, and each of the others has a
//! `bid.rejected`.
//!
//! *Example.* 甲, 乙 and 丙 bid, 乙 and 丙 are rejected, 甲 is awarded: one finding, party 甲. Only 丙 rejected:
//! none.
//!
//! *Exclusions.* Sections of fewer than three bidders; a bid that was withdrawn is not rejected.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Buy12,
    id: "BUY-12",
    zh: "除中标人外其他投标人均被否决",
    en: "every bidder but the awarded one was rejected",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Evaluation,
    family: Family::Procedure,
    checks: Said {
        zh: "逐份核对否决理由和招标文件依据;核对有效投标不足三个时评标委员会对竞争性的判断记录;核对中标\
            人是否存在同类问题",
        en: "check each reason against the tender document; see how the committee judged competition \
            with so few valid bids; see whether the awarded bid has the same defects",
    },
    judge: Judge::Section(judge),
};

/// Among fewer bidders nobody was shut out of a competition.
const BIDDERS_MIN: usize = 3;

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(award) = dossier.outcome.award else {
        return Outcome::NotApplicable("not awarded");
    };
    if dossier.bids.len() < BIDDERS_MIN || dossier.bid_of(award.winner).is_none() {
        return Outcome::NotApplicable("fewer than three bidders, or the awarded did not bid");
    }
    let others = || dossier.bids.iter().filter(|bid| bid.bidder != award.winner);
    if others().any(|bid| bid.rejected.is_empty()) {
        return Outcome::NotTriggered;
    }
    let rejections = others().flat_map(|bid| bid.rejected.iter().copied());
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([award.winner])
        .value(Name::Bidders, Quantity::Count(dossier.bids.len() as u64))
        .evidence(rejections.chain([award.event]));
    conclusions.findings.push(finding);
    Outcome::Triggered
}
