//! OPN-03 · 逾期递交的投标文件被开标 — a bid that came after the deadline was opened.
//!
//! *Law.* 招标投标法 §28 paragraph 2 and 招标投标法实施条例 §36: bids delivered late must be refused.
//!
//! *Needs.* `submission_deadline`, `submitted_at`.
//!
//! *Formula.* submitted_at > submission_deadline and the bid has a `bid.opened`; one finding a bidder.
//!
//! *Example.* Deadline 09:00:00, submitted 09:00:01 and opened: one finding.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Opn03,
    id: "OPN-03",
    zh: "截止时间后递交的投标文件被开启",
    en: "a bid submitted after the deadline was opened",
    basis: &[law("招标投标法第二十八条第二款"), law("招标投标法实施条例第三十六条第一款")],
    severity: Severity::X,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对平台递交回执时间与截止时间;核对截止时间是否变更;核对拒收记录和平台故障情况",
        en: "compare the platform's receipt with the deadline; see whether the deadline was changed; \
            see refusals and platform faults",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(deadline) = dossier.notices.deadline else {
        return Outcome::InsufficientData("section.announced submission_deadline");
    };
    let opened = dossier.bids.iter().filter_map(|bid| Some((bid, bid.opened_at?)));
    if opened.clone().next().is_none() {
        return Outcome::NotApplicable("not opened");
    }
    if opened.clone().all(|(bid, _)| bid.submitted_at.is_none()) {
        return Outcome::InsufficientData("bid.submitted submitted_at");
    }
    let before = conclusions.findings.len();
    for (bid, opened) in opened {
        let Some(submitted) = bid.submitted_at.filter(|s| s.value > deadline.value) else { continue };
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(bid.bidder))
            .parties([bid.bidder])
            .value(Name::SubmittedAt, Quantity::Instant(submitted.value))
            .value(Name::SubmissionDeadline, Quantity::Instant(deadline.value))
            .evidence([submitted.event, deadline.event, opened.event]);
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
