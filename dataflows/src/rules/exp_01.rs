//! EXP-01 · 评标委员会人数不足五人或者为双数 — the committee has fewer than five members or an even number.
//!
//! *Law.* 招标投标法 §37 paragraph 2: in projects that must be tendered the committee has five or more members,
//! an odd number, at least two thirds of them technical and economic experts.
//!
//! *Needs.* `evaluation.started`; `expert.signed_in` with `status`; `industry` and `tenderer` of the project.
//!
//! *Formula.* Industry 01 or 02; of each expert the latest sign-in at or before the first
//! `evaluation.started` counts; those with status present are fewer than `experts_min` (5), or an even
//! number.
//!
//! *Example.* Five experts are drawn, four have signed in as present when the evaluation starts: one finding,
//! party the tenderer.
//!
//! *Exclusions.* Other industries; sections in which no expert has signed in at all (insufficient data).
//!
//! *Caution.* for industry 02 the folder asks for three or more, odd, in negotiation and inquiry (政府采购法
//! §38(一), §40(一)); five or more for tenders is in 87号令 §47 (not checked). The rule should be limited to
//! methods public and invited, or three lawful members of a negotiation group will be reported. Members who are
//! the tenderer's representatives must sign in as events too, or the number is wrong.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::event::Attendance;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp01,
    id: "EXP-01",
    zh: "评标委员会人数不足五人或者为双数",
    en: "the committee has fewer than five members or an even number",
    basis: &[law("招标投标法第三十七条第二款")],
    severity: Severity::V,
    topic: Topic::Evaluation,
    family: Family::Procedure,
    checks: Said {
        zh: "核对评标委员会组建记录、抽取记录和签到表;核对招标人代表是否已计入;核对中途退出和补抽情况",
        en: "check the records of forming and drawing and the sign-in sheet; see whether the tenderer's \
            representatives are counted; see who left and was replaced",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if let Some(outcome) = shared::outside_tendering(dossier) {
        return outcome;
    }
    let Some(started) = dossier.meeting.evaluation_started else {
        return Outcome::NotApplicable("evaluation not started");
    };
    if dossier.committee.attended.is_empty() {
        return Outcome::InsufficientData("expert.signed_in status");
    }
    let mut present = dossier.committee.attendance_at(started.value);
    present.retain(|attended| attended.status == Some(Attendance::Present));
    let required = params.thresholds.experts_min;
    conclusions.measure(Name::Experts, Quantity::Count(present.len() as u64));
    conclusions.measure(Name::Required, Quantity::Count(required.into()));
    if present.len() >= required as usize && present.len() % 2 == 1 {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::Experts, Quantity::Count(present.len() as u64))
        .value(Name::Required, Quantity::Count(required.into()))
        .evidence(present.iter().map(|attended| attended.event).chain([started.event]));
    conclusions.findings.push(finding);
    Outcome::Triggered
}
