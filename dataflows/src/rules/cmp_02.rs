//! CMP-02 · 受理投诉满三十个工作日未作出处理决定 — thirty working days after a complaint was accepted there is no decision.
//!
//! *Law.* 招标投标法实施条例 §61 paragraph 2: a written decision within thirty working days of acceptance;
//! 政府采购法 §56: within thirty working days of receipt. Time for inspection, testing, appraisal and expert
//! review does not count (§61; 政府采购法实施条例 §58).
//!
//! *Needs.* `complaint.accepted` with `department`. No event: time passing is enough.
//!
//! *Formula.* Now is at or after the end of the thirtieth working day after the local date of the first
//! `complaint.accepted` at a department, and there is no `complaint.decided` of that complaint at that
//! department. Key and section as in CMP-01.
//!
//! *Example.* Accepted on 2 March 2026; when 14 April (the thirtieth working day) has ended with no decision
//! on record: one finding.
//!
//! *Exclusions.* Years for which no working-day calendar is known (insufficient data); complaints that were
//! not accepted.
//!
//! *Caution.* in procurement the term runs from receipt, so the rule is late there; and time that does not
//! count is unknown to the daemon.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, cmp_01, law};
use crate::deadlines::Wait;
use crate::finding::{Name, Quantity, Severity};
use crate::matter::Matter;
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Cmp02,
    id: "CMP-02",
    zh: "受理投诉满三十个工作日未作出处理决定",
    en: "thirty working days after a complaint was accepted there is no decision",
    basis: &[law("招标投标法实施条例第六十一条第二款"), law("政府采购法第五十六条")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对处理进度和是否已作出决定未报送;核对检验、检测、鉴定、专家评审占用的时间",
        en: "see how far it is and whether a decision was not reported; see how much time inspection, \
            testing, appraisal or expert review took",
    },
    judge: Judge::Matter(judge),
};

fn judge(rule: Rule, matter: &Matter, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(accepted) = matter.accepted else {
        return Outcome::NotApplicable("no complaint that was accepted");
    };
    let Some(due) = Wait::Decision.due(accepted.value, params) else {
        return Outcome::InsufficientData("calendar year");
    };
    conclusions.measure(Name::Since, Quantity::Instant(accepted.value));
    conclusions.measure(Name::Due, Quantity::Instant(due));
    if matter.decided.is_some() || !matter.has_passed(due) {
        return Outcome::NotTriggered;
    }
    conclusions.findings.push(cmp_01::overdue(rule, matter, params, Name::Since, accepted, due));
    Outcome::Triggered
}
