//! BUY-03 · 投标截止前不足十五日作出实质性澄清或者修改 — a material change less than fifteen days before the deadline.
//!
//! *Law.* 招标投标法 §23, 招标投标法实施条例 §21 and 政府采购法实施条例 §31 paragraph 2: a clarification or
//! change that may affect how bids are written is notified in writing at least fifteen days before the
//! deadline, or the deadline is put off.
//!
//! *Needs.* `section.changed` with `material`; `submission_deadline`; the tenderer.
//!
//! *Formula.* For each `section.changed` with `material` true: fewer than fifteen calendar days (local dates)
//! from the change's `time` to the deadline given latest by it or by a notice before it. One finding a
//! change.
//!
//! *Example.* Deadline 10 February, a material change on 1 February: 9 days, one finding. Had the same notice
//! put the deadline off to 20 February: 19 days, none.
//!
//! *Exclusions.* Changes that are not said to be material, or with which no deadline was known.
//!
//! *Caution.* a deadline put off by a LATER notice also satisfies the regulations; the rule looks at the
//! deadline known with the change.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::judge::day_of;
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Buy03,
    id: "BUY-03",
    zh: "投标截止前不足十五日作出实质性澄清或者修改",
    en: "a material change less than fifteen days before the deadline",
    basis: &[
        law("招标投标法第二十三条"),
        law("招标投标法实施条例第二十一条"),
        law("政府采购法实施条例第三十一条第二款"),
    ],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对澄清修改通知的发出时间、内容和接收记录;核对内容是否影响投标文件编制;核对截止时间是否相\
            应顺延",
        en: "see when the notice went out, to whom and what it says; judge whether it affects how bids \
            are written; see whether the deadline was put off",
    },
    judge: Judge::Section(judge),
};

/// 招标投标法 §23, 招标投标法实施条例 §21, 政府采购法实施条例 §31.
const DAYS: i32 = 15;

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let changes = &dossier.notices.changes;
    if changes.is_empty() {
        return Outcome::NotApplicable("no material change");
    }
    if changes.iter().all(|change| change.deadline.is_none()) {
        return Outcome::InsufficientData("section.announced submission_deadline");
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    conclusions.measure(Name::Required, Quantity::Count(DAYS.unsigned_abs().into()));
    let before = conclusions.findings.len();
    for change in changes {
        let Some(deadline) = change.deadline else { continue };
        let days = day_of(deadline.value) - day_of(change.at);
        let counted = Quantity::Count(days.max(0).unsigned_abs().into());
        conclusions.measure(Name::Days, counted);
        if days >= DAYS {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Event, Quantity::Event(change.event))
            .parties([tenderer.value])
            .value(Name::ChangedAt, Quantity::Instant(change.at))
            .value(Name::SubmissionDeadline, Quantity::Instant(deadline.value))
            .value(Name::Days, counted)
            .value(Name::Required, Quantity::Count(DAYS.unsigned_abs().into()))
            .evidence([change.event, deadline.event]);
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
