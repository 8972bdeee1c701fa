//! OPN-01 · 未按时开标 — opened before the submission deadline, or long after the planned time.
//!
//! *Law.* 招标投标法 §34: bids are opened in public at the very time of the submission deadline.
//!
//! *Needs.* An opening; `submission_deadline` or `opening_at`; the tenderer.
//!
//! *Formula.* opening < submission_deadline, or opening > opening_at + 15 minutes (`opening_grace_minutes`).
//!
//! *Example.* Deadline 09:00, opened 08:59: one finding. Opened 09:15:00: none; 09:15:01: one.

use super::{Conclusions, Family, Judge, Outcome, Rule, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::{Params, Thresholds};

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
    judge: Judge::Section(judge),
};

const SECOND: i64 = 1_000_000;

/// How long after the planned time an opening may begin, µs.
pub fn grace(thresholds: &Thresholds) -> i64 {
    i64::from(thresholds.opening_grace_minutes) * 60 * SECOND
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(opening) = dossier.opening else {
        return Outcome::NotApplicable("not opened");
    };
    if dossier.deadline.is_none() && dossier.opening_at.is_none() {
        return Outcome::InsufficientData("section.announced submission_deadline, opening_at");
    }
    let early = dossier.deadline.filter(|deadline| opening.value < deadline.value);
    let late = dossier.opening_at.filter(|planned| opening.value > planned.value + grace(&params.thresholds));
    if early.is_none() && late.is_none() {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let mut finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::OpenedAt, Quantity::Instant(opening.value));
    let seconds = |span: i64| Quantity::Seconds((span + SECOND - 1) / SECOND);
    if let Some(deadline) = early {
        finding = finding
            .value(Name::SubmissionDeadline, Quantity::Instant(deadline.value))
            .value(Name::Early, seconds(deadline.value - opening.value));
    }
    if let Some(planned) = late {
        finding = finding
            .value(Name::OpeningAt, Quantity::Instant(planned.value))
            .value(Name::Late, seconds(opening.value - planned.value));
    }
    let events = [Some(opening), early, late].into_iter().flatten().map(|s| s.event);
    conclusions.findings.push(finding.evidence(events));
    Outcome::Triggered
}
