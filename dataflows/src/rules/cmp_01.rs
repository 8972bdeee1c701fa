//! CMP-01 · 收到投诉满三个工作日未作出是否受理的决定 — three working days after a complaint there is no decision whether to accept it.
//!
//! *Law.* 招标投标法实施条例 §61 paragraph 2: the department decides within three working days of receipt
//! whether to accept a complaint.
//!
//! *Needs.* `complaint.received` with `department`. No event: time passing is enough.
//!
//! *Formula.* Now is at or after the end of the third working day after the local date of the first
//! `complaint.received` at a department, and there is neither `complaint.accepted` nor `complaint.refused` of
//! that complaint at that department. Key: complaint and department; the section is that of the latest of its
//! events that names one, if any does.
//!
//! *Example.* Received on Tuesday 10 February 2026; when Friday 13 has ended with nothing on record: one
//! finding.
//!
//! *Exclusions.* Years for which no working-day calendar is known (insufficient data).
//!
//! *Caution.* the article is for tendering. 政府采购法 §56 knows no such term (thirty working days from
//! RECEIPT; the acceptance term is in 94号令, not checked). Complaints about procurement need another term.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::deadlines::Wait;
use crate::dossier::Sourced;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::matter::Matter;
use crate::params::Params;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Cmp01,
    id: "CMP-01",
    zh: "收到投诉满三个工作日未作出是否受理的决定",
    en: "three working days after a complaint there is no decision whether to accept it",
    basis: &[law("招标投标法实施条例第六十一条第二款")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "向受理部门核对登记和受理通知;核对是否已移送其他部门或者要求补正",
        en: "ask the department for its register and notice; see whether it was passed on or sent back \
            for completion",
    },
    judge: Judge::Matter(judge),
};

/// The finding on a complaint that waits in vain; `since` is what the term runs from, `name` what that is.
pub fn overdue(
    rule: Rule,
    matter: &Matter,
    params: &Params,
    name: Name,
    since: Sourced<i64>,
    due: i64,
) -> Finding {
    Finding::new(rule, matter.section.unwrap_or(Symbol::NONE), params.severity(rule))
        .key(Name::Complaint, Quantity::Text(matter.code))
        .key(Name::Department, Quantity::Text(matter.department.unwrap_or(Symbol::NONE)))
        .value(name, Quantity::Instant(since.value))
        .value(Name::Due, Quantity::Instant(due))
        .evidence([since.event])
}

fn judge(rule: Rule, matter: &Matter, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if matter.department.is_none() {
        return Outcome::NotApplicable("not a complaint");
    }
    let Some(received) = matter.received else {
        return Outcome::InsufficientData("complaint.received");
    };
    let Some(due) = Wait::Complaint.due(received.value, params) else {
        return Outcome::InsufficientData("calendar year");
    };
    conclusions.measure(Name::ReceivedAt, Quantity::Instant(received.value));
    conclusions.measure(Name::Due, Quantity::Instant(due));
    if matter.accepted.is_some() || matter.refused.is_some() || !matter.has_passed(due) {
        return Outcome::NotTriggered;
    }
    conclusions.findings.push(overdue(rule, matter, params, Name::ReceivedAt, received, due));
    Outcome::Triggered
}
