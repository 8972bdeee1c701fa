//! DOC-04 · 投标文件中载有其他投标人的信息(疑似相互混装) — a bid file holds the code of another bidder of the section.
//!
//! *Law.* 招标投标法实施条例 §40(五): bid files of different bidders that are mixed up in one another are
//! deemed collusion.
//!
//! *Needs.* `file.names` of at least one bid: the organisation codes found inside its files.
//!
//! *Formula.* For each bidder A and each code in its `file.names` (all its `bid.submitted` add up) that is
//! the code of another, different bidder B of the section: one finding.
//!
//! *Example.* 甲's file holds the code of 乙, who bids too: one finding, key `bidder:甲,named:乙`, parties both.
//! If 乙's file also holds 甲's code: a second one.
//!
//! *Exclusions.* The bidder's own code; codes of organisations that do not bid in the section; members of one
//! consortium.
//!
//! *Caution.* the article speaks of files mixed up (混装). A code found inside may also be a fair mention
//! (client of a reference project, manufacturer, shareholder): the daemon sees codes, not pages, so the fact is
//! worded "holds the code of".

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Doc04,
    id: "DOC-04",
    zh: "投标文件中载有其他投标人的信息(疑似相互混装)",
    en: "a bid file holds the code of another bidder of the section",
    basis: &[law("招标投标法实施条例第四十条第(五)项")],
    severity: Severity::D,
    topic: Topic::Collusion,
    family: Family::Document,
    checks: Said {
        zh: "调取原始投标文件,核对出现的位置和语境(混装页、业绩证明、厂家授权或合法引用);核对印章、署名\
            和页眉页脚",
        en: "take the original file and see where and how the code stands there (a misplaced page, a \
            reference project, a maker's authorisation, a fair mention); compare seals, signatures, \
            headers and footers",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.iter().all(|bid| bid.names.is_empty()) {
        return Outcome::InsufficientData("bid.submitted file.names");
    }
    let before = conclusions.findings.len();
    for (bid, at) in dossier.bids.iter().zip(0..) {
        for naming in bid.names.chunk_by(|a, b| a.0 == b.0) {
            let named = naming[0].0;
            let Ok(other) = dossier.bids.binary_search_by_key(&named, |b| b.bidder) else { continue };
            if !dossier.different(at, other as u32) {
                continue;
            }
            let finding = Finding::new(rule, dossier.section, params.severity(rule))
                .key(Name::Bidder, Quantity::Text(bid.bidder))
                .key(Name::Named, Quantity::Text(named))
                .parties([bid.bidder, named])
                .evidence(naming.iter().map(|(_, event)| *event));
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
