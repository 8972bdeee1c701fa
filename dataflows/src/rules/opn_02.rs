//! OPN-02 (T) · 到时未开标 — time has come, and nothing was opened, failed, suspended or cancelled.
//!
//! *Law.* 招标投标法 §34: bids are opened in public at the very time of the submission deadline.
//!
//! *Needs.* `opening_at`; the tenderer. No event: that the moment has passed is a fact of the section, brought by the
//! timers of [`history`](crate::history).
//!
//! *Formula.* now ≥ opening_at + 15 minutes (`opening_grace_minutes`), and no `opening.started`, `bid.opened`,
//! `section.failed`, `section.suspended` or `section.cancelled`.
//!
//! *Example.* Planned 09:00, at 09:15 nothing has happened: one finding; it goes when the opening is reported.

use super::{Conclusions, Family, Judge, Outcome, Rule, Sheet, Topic, law, opn_01};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Opn02,
    id: "OPN-02",
    zh: "到开标时间未见开标、流标、中止或取消记录",
    en: "the opening time has passed without an opening, failure, suspension or cancellation on record",
    basis: &[law("招标投标法第三十四条")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(planned) = dossier.opening_at else {
        return Outcome::InsufficientData("section.announced opening_at");
    };
    let due = planned.value + opn_01::grace(&params.thresholds);
    if dossier.opening.is_some() || dossier.halted || !dossier.passed.contains(&due) {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::OpeningAt, Quantity::Instant(planned.value))
        .evidence([planned.event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
