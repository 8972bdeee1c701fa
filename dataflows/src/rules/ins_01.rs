//! INS-01 · 检查完成满二十个工作日未公示结果 — twenty working days after an inspection its result is not published.
//!
//! *Law.* None in the statutes: the municipal notice on cooperative supervision (Haikou, 2021), clause 三(七),
//! asks for publication within twenty working days (not checked here).
//!
//! *Needs.* `inspection.done`. No event: time passing is enough.
//!
//! *Formula.* Now is at or after the end of the twentieth working day after the local date of the first
//! `inspection.done` of an inspection, and there is no `inspection.published` of it. Key: the inspection; no
//! section.
//!
//! *Example.* Done on 2 March 2026; when 30 March (the twentieth working day) has ended with nothing
//! published: one finding.
//!
//! *Exclusions.* Years for which no working-day calendar is known (insufficient data).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, unverified};
use crate::deadlines::Wait;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::matter::Matter;
use crate::params::Params;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Ins01,
    id: "INS-01",
    zh: "检查完成满二十个工作日未公示结果",
    en: "twenty working days after an inspection its result is not published",
    basis: &[unverified("海口市公共资源交易协同监管有关通知第三(七)项")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对检查结果是否已公示未报送;询问检查单位未公示原因",
        en: "see whether the result was published but not reported; ask the inspecting unit why not",
    },
    judge: Judge::Matter(judge),
};

fn judge(rule: Rule, matter: &Matter, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(inspected) = matter.inspected else {
        return Outcome::NotApplicable("no inspection that was done");
    };
    let Some(due) = Wait::Publication.due(inspected.value, params) else {
        return Outcome::InsufficientData("calendar year");
    };
    conclusions.measure(Name::Since, Quantity::Instant(inspected.value));
    conclusions.measure(Name::Due, Quantity::Instant(due));
    if matter.published.is_some() || !matter.has_passed(due) {
        return Outcome::NotTriggered;
    }
    let finding = Finding::new(rule, Symbol::NONE, params.severity(rule))
        .key(Name::Inspection, Quantity::Text(matter.code))
        .value(Name::Since, Quantity::Instant(inspected.value))
        .value(Name::Due, Quantity::Instant(due))
        .evidence([inspected.event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
