//! OPN-01 · 未按时开标 — opened before the submission deadline, or long after the planned time.
//!
//! *Law.* 招标投标法 §34: bids are opened in public at the very time of the submission deadline.
//!
//! *Needs.* An opening; `submission_deadline` or `opening_at`; the tenderer.
//!
//! *Formula.* opening < submission_deadline, or opening > opening_at + 15 minutes (`opening_grace_minutes`).
//!
//! *Example.* Deadline 09:00, opened 08:59: one finding. Opened 09:15:00: none; 09:15:01: one.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::deadlines::Wait;
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Opn01,
    id: "OPN-01",
    zh: "未在规定时间开标",
    en: "not opened at the time set",
    basis: &[law("招标投标法第三十四条")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对招标文件及变更公告载明的开标时间;调取开标记录和影像;询问主持人提前或推迟的原因",
        en: "compare the opening time in the document and its changes; take the record and video; ask \
            the host why it was early or late",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(opening) = dossier.opening else {
        return Outcome::NotApplicable("not opened");
    };
    if dossier.notices.deadline.is_none() && dossier.notices.opening_at.is_none() {
        return Outcome::InsufficientData("section.announced submission_deadline, opening_at");
    }
    let early = dossier.notices.deadline.filter(|deadline| opening.value < deadline.value);
    let is_late = |planned: i64| Wait::Opening.due(planned, params).is_some_and(|due| opening.value > due);
    let late = dossier.notices.opening_at.filter(|planned| is_late(planned.value));
    if early.is_none() && late.is_none() {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let mut finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::OpenedAt, Quantity::Instant(opening.value));
    if let Some(deadline) = early {
        finding = finding
            .value(Name::SubmissionDeadline, Quantity::Instant(deadline.value))
            .value(Name::Early, shared::seconds(deadline.value - opening.value));
    }
    if let Some(planned) = late {
        finding = finding
            .value(Name::OpeningAt, Quantity::Instant(planned.value))
            .value(Name::Late, shared::seconds(opening.value - planned.value));
    }
    let events = [Some(opening), early, late].into_iter().flatten().map(|s| s.event);
    conclusions.findings.push(finding.evidence(events));
    Outcome::Triggered
}
