//! BUY-02 · 自招标文件开始发出至投标截止不足二十日 — less than twenty days from the issue of the documents to the deadline.
//!
//! *Law.* 招标投标法 §24 (projects that must be tendered) and 政府采购法 §35 (goods and services by tender):
//! from the day the documents begin to be issued to the deadline for bids no less than twenty days.
//!
//! *Needs.* `method`, `industry` and `tenderer` of the project; `submission_deadline`; `documents_from` or
//! `announced_at`.
//!
//! *Formula.* Method public or invited, industry 01 or 02, and fewer than twenty calendar days (local dates)
//! from `documents_from`, or `announced_at` where it is missing, to the latest `submission_deadline`.
//!
//! *Example.* Documents from 10 January, deadline 29 January: 19 days, one finding, party the tenderer.
//! Deadline 30 January: none.
//!
//! *Exclusions.* Other methods and industries.
//!
//! *Caution.* where `documents_from` is missing the rule counts from `announced_at`, which is not what the
//! articles say.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::event::Method;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::judge::day_of;
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Buy02,
    id: "BUY-02",
    zh: "自招标文件开始发出至投标截止不足二十日",
    en: "less than twenty days from the issue of the documents to the deadline",
    basis: &[law("招标投标法第二十四条"), law("政府采购法第三十五条")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对招标文件开始发出日和投标截止时间的公告原文;核对是否属于依法必须招标;核对是否已顺延",
        en: "compare the notices with the first day of issue and the deadline; check whether the \
            project must be tendered; see whether the deadline was put off",
    },
    judge: Judge::Section(judge),
};

/// 招标投标法 §24, 政府采购法 §35.
const DAYS: i32 = 20;

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if let Some(outcome) = shared::outside_tendering(dossier) {
        return outcome;
    }
    match dossier.project.method.map(|method| method.value) {
        None => return Outcome::InsufficientData("project.registered method"),
        Some(Method::Public | Method::Invited) => {}
        Some(_) => return Outcome::NotApplicable("only public and invited tenders"),
    }
    let Some(from) = dossier.notices.documents_from.or(dossier.notices.announced_at) else {
        return Outcome::InsufficientData("section.announced documents_from, announced_at");
    };
    let Some(deadline) = dossier.notices.deadline else {
        return Outcome::InsufficientData("section.announced submission_deadline");
    };
    let days = day_of(deadline.value) - day_of(from.value);
    let measures = [
        (Name::Days, Quantity::Count(days.max(0).unsigned_abs().into())),
        (Name::Required, Quantity::Count(DAYS.unsigned_abs().into())),
    ];
    measures.into_iter().for_each(|(name, quantity)| conclusions.measure(name, quantity));
    if days >= DAYS {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::DocumentsFrom, Quantity::Instant(from.value))
        .value(Name::SubmissionDeadline, Quantity::Instant(deadline.value))
        .evidence([from.event, deadline.event]);
    conclusions
        .findings
        .push(measures.into_iter().fold(finding, |finding, (name, q)| finding.value(name, q)));
    Outcome::Triggered
}
