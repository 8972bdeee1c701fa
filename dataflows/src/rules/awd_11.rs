//! AWD-11 · 中标人向同标段其他投标人分包 — a bidder of the section became subcontractor.
//!
//! *Law.* None by itself: a lead (Open Contracting red flag R070; cf. 招标投标法 §48 and 招标投标法实施条例
//! §59, which allow subcontracting of secondary work).
//!
//! *Needs.* `contract.subcontracted`.
//!
//! *Formula.* The subcontractor of a `contract.subcontracted` is a bidder of the section, and not the
//! contractor. One finding a contractor and subcontractor.
//!
//! *Example.* 甲 is awarded and gives 乙, who bid too, a part of the work: one finding, parties 甲 and 乙.
//!
//! *Exclusions.* Subcontractors who did not bid in the section; members of a consortium who did not bid in
//! their own name.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Awd11,
    id: "AWD-11",
    zh: "中标人向同标段其他投标人分包",
    en: "a bidder of the section became subcontractor",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Award,
    family: Family::Relation,
    checks: Said {
        zh: "核对分包合同内容、金额和招标人同意文件;核对投标文件是否已载明分包;核对两家同场投标历史",
        en: "see the subcontract, its value and the tenderer's consent; see whether the bid named it; \
            see how often the two met",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let parts = &dossier.outcome.subcontracted;
    if parts.is_empty() {
        return Outcome::NotApplicable("nothing subcontracted");
    }
    let before = conclusions.findings.len();
    for same in parts.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (contractor, subcontractor, _) = same[0];
        if subcontractor == contractor || dossier.bid_of(subcontractor).is_none() {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Contractor, Quantity::Text(contractor))
            .key(Name::Subcontractor, Quantity::Text(subcontractor))
            .parties([contractor, subcontractor])
            .evidence(same.iter().map(|(_, _, event)| *event));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
