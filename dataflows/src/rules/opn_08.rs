//! OPN-08 · 开标的投标文件与递交的投标文件不一致 — the file that was opened is not the one submitted.
//!
//! *Law.* 招标投标法 §28 paragraph 1: bids received are signed for and kept, unopened; §36: all bids received
//! before the deadline are unsealed and read out in public at the opening.
//!
//! *Needs.* `bid.submitted.file.digest` and `bid.opened.file_digest` of one bidder.
//!
//! *Formula.* The digest of the file that was opened, given latest, is not that of the file submitted latest.
//! One finding a bidder.
//!
//! *Example.* 乙 submits file A, replaces it by B, and A is opened: one finding, party 乙. B is opened: none.
//!
//! *Exclusions.* Bids of which one of the two digests is not given.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::{Bid, Dossier};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Opn08,
    id: "OPN-08",
    zh: "开标的投标文件与递交的投标文件不一致",
    en: "the file that was opened is not the one submitted",
    basis: &[law("招标投标法第二十八条第一款"), law("招标投标法第三十六条第一、二款")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "调取递交回执、平台存证和开标文件,重新计算摘要值;核对截止前是否有替换、补充记录",
        en: "take the receipt, the platform's record and the opened file and compute the digests again; \
            see whether the bidder replaced its file before the deadline",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let both = |bid: &Bid| Some((bid.bidder, bid.file?, bid.opened_file?));
    let digests: Vec<_> = dossier.bids.iter().filter_map(both).collect();
    if digests.is_empty() {
        return Outcome::InsufficientData("bid.submitted file.digest, bid.opened file_digest");
    }
    let before = conclusions.findings.len();
    for (bidder, submitted, opened) in digests.into_iter().filter(|(_, a, b)| a.value != b.value) {
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(bidder))
            .parties([bidder])
            .evidence([submitted.event, opened.event]);
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
