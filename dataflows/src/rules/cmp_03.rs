//! CMP-03 · 收到异议满三日未答复 — three days after an objection there is no answer.
//!
//! *Law.* 招标投标法实施条例 §22 (about the tender document) and §54 paragraph 2 (about the result): the
//! tenderer answers within three days of receipt and suspends the tender until it has.
//!
//! *Needs.* `objection.raised`; the tenderer. No event: time passing is enough.
//!
//! *Formula.* Now is at or after the end of the third calendar day after the local date of the first
//! `objection.raised` of a code, of kind objection or without a kind, and there is no `objection.answered` of
//! that code in the section. One finding an objection.
//!
//! *Example.* Raised on 10 February; when 13 February has ended with no answer on record: one finding, party
//! the tenderer.
//!
//! *Exclusions.* Challenges (CMP-04). An answer that comes later takes the finding away.
//!
//! *Caution.* objections at the opening (§44 paragraph 3) are answered on the spot; the event does not tell
//! them apart.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::deadlines::Wait;
use crate::dossier::Dossier;
use crate::event::ObjectionKind;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Cmp03,
    id: "CMP-03",
    zh: "收到异议满三日未答复",
    en: "three days after an objection there is no answer",
    basis: &[law("招标投标法实施条例第二十二条"), law("招标投标法实施条例第五十四条第二款")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对异议接收时间和答复文件;核对答复前是否暂停招标投标活动;核对异议是否在规定期限内提出",
        en: "see when it was received and the answer; see whether the tender was suspended until then; \
            see whether the objection came in time",
    },
    judge: Judge::Section(judge),
};

/// A finding for each objection of this kind that waits for its answer in vain.
pub fn unanswered(
    (rule, kind, wait): (Rule, ObjectionKind, Wait),
    dossier: &Dossier,
    params: &Params,
    conclusions: &mut Conclusions,
) -> Outcome {
    let mut raised = dossier.objections.iter().filter(|objection| objection.kind == kind).peekable();
    if raised.peek().is_none() {
        return Outcome::NotApplicable("nothing of the kind was raised");
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let (before, mut unknown) = (conclusions.findings.len(), false);
    for objection in raised {
        let Some(due) = wait.due(objection.at, params) else {
            unknown |= objection.answered_at.is_none();
            continue;
        };
        conclusions.measure(Name::ReceivedAt, Quantity::Instant(objection.at));
        conclusions.measure(Name::Due, Quantity::Instant(due));
        if objection.answered_at.is_some() || !dossier.has_passed(due) {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Objection, Quantity::Text(objection.code))
            .parties([tenderer.value])
            .value(Name::ReceivedAt, Quantity::Instant(objection.at))
            .value(Name::Due, Quantity::Instant(due))
            .evidence([objection.event]);
        conclusions.findings.push(finding);
    }
    match conclusions.outcome_since(before) {
        Outcome::NotTriggered if unknown => Outcome::InsufficientData("calendar year"),
        outcome => outcome,
    }
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    unanswered((rule, ObjectionKind::Objection, Wait::Objection), dossier, params, conclusions)
}
