//! AWD-03 · 排名第一的中标候选人放弃中标 — the first-ranked candidate declined.
//!
//! *Law.* None by itself: a lead (招标投标法实施条例 §55 provides for it; cf. 招标投标法 §45 paragraph 2; OECD
//! bid-rigging list, 2025).
//!
//! *Needs.* `award.proposed.candidates` with `rank`; `award.declined`.
//!
//! *Formula.* A candidate of rank 1 in the latest `award.proposed` has an `award.declined`. One finding a
//! bidder.
//!
//! *Example.* 甲 is first, 乙 second, 甲 declines: one finding, party 甲. 乙 declines: none.
//!
//! *Exclusions.* Sections in which nobody declined; candidates without a rank.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Awd03,
    id: "AWD-03",
    zh: "排名第一的中标候选人放弃中标",
    en: "the first-ranked candidate declined",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Award,
    family: Family::Procedure,
    checks: Said {
        zh: "核对放弃理由和书面材料;核对与后一候选人的关系和价差;核对保证金处理情况",
        en: "see the written reason; see the relation to the next candidate and the difference of \
            price; see what became of the deposit",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let declined = &dossier.outcome.declined;
    if declined.is_empty() {
        return Outcome::NotApplicable("nobody declined");
    }
    let Some((proposed, candidates)) = &dossier.outcome.proposed else {
        return Outcome::InsufficientData("award.proposed candidates");
    };
    if candidates.iter().all(|(_, rank)| rank.is_none()) {
        return Outcome::InsufficientData("award.proposed candidates[].rank");
    }
    let before = conclusions.findings.len();
    for (first, _) in candidates.iter().filter(|(_, rank)| *rank == Some(1)) {
        let declines: Vec<_> =
            declined.iter().filter(|(who, _)| who == first).map(|(_, event)| *event).collect();
        if !declines.is_empty() {
            let finding = Finding::new(rule, dossier.section, params.severity(rule))
                .key(Name::Bidder, Quantity::Text(*first))
                .parties([*first])
                .value(Name::Bidders, Quantity::Count(candidates.len() as u64))
                .evidence(declines.into_iter().chain([*proposed]));
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
