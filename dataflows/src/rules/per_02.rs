//! PER-02 · 同一经办人 — one person handles the bids of different bidders.
//!
//! *Law.* 招标投标法实施条例 §40(二): different bidders that entrust one unit or person with their bids are deemed to
//! collude.
//!
//! *Needs.* `agent.id`.
//!
//! *Formula.* Bids that name one same agent; one finding a person.
//!
//! *Example.* 甲 and 丁 both name agent p:… : one finding.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Per02,
    id: "PER-02",
    zh: "不同投标人委托同一人办理投标事宜",
    en: "different bidders entrusted the same person with their bids",
    basis: &[law("招标投标法实施条例第四十条第(二)项")],
    severity: Severity::D,
    topic: Topic::Collusion,
    family: Family::Person,
    checks: Said {
        zh: "核对授权委托书原件和身份核验记录;核对经办人的社保和劳动合同;核对是否为联合体成员",
        en: "check the originals of the powers of attorney and the identity check; see the agent's \
            social insurance and contract; check for a consortium",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.of_kind(FactKind::Agent).is_empty() {
        return Outcome::InsufficientData("bid.submitted agent.id");
    }
    let before = conclusions.findings.len();
    for (fact, group) in dossier.groups(FactKind::Agent, |_| true) {
        let finding = shared::group_finding(rule, dossier, params, fact, &group);
        conclusions.findings.push(finding.persons([fact.as_symbol()]));
    }
    conclusions.outcome_since(before)
}
