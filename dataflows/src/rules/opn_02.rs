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

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::deadlines::Wait;
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
    checks: Said {
        zh: "向招标人、代理机构核实是否已开标未报送、延期或终止;核对变更公告和平台运行情况",
        en: "ask tenderer and agency whether it was opened and not reported, put off or ended; see \
            change notices and the platform's state",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(planned) = dossier.notices.opening_at else {
        return Outcome::InsufficientData("section.announced opening_at");
    };
    let Some(due) = Wait::Opening.due(planned.value, params) else {
        return Outcome::Error("the time of opening is out of range");
    };
    conclusions.measure(Name::OpeningAt, Quantity::Instant(planned.value));
    conclusions.measure(Name::Due, Quantity::Instant(due));
    if dossier.opening.is_some() || dossier.is_halted() || !dossier.has_passed(due) {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::OpeningAt, Quantity::Instant(planned.value))
        .evidence([planned.event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
