//! EXP-06 · 评标专家迟到、缺席或者无理由更换 — an expert came late, did not come, or was replaced without a reason.
//!
//! *Law.* 招标投标法实施条例 §46 paragraph 2: in projects that must be tendered members of the committee are
//! not replaced but for the reasons of the law; §48 paragraph 3: those who must withdraw, leave their post or
//! cannot go on are replaced in time.
//!
//! *Needs.* `expert.signed_in` with `status`; `expert.replaced` with `reason`.
//!
//! *Formula.* Each `expert.signed_in` with status late or absent, and each `expert.replaced` without
//! `reason`. One finding an event, which names the expert and no party.
//!
//! *Example.* An expert signs in with status late: one finding. Another is replaced for the reason "ill":
//! none; without a reason: one.
//!
//! *Exclusions.* Sign-ins without a status.
//!
//! *Caution.* the articles carry the replacement without a reason. Mere lateness or absence is in no article of
//! the folder (it is in the rules on expert pools, not checked).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::event::Attendance;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp06,
    id: "EXP-06",
    zh: "评标专家迟到、缺席或者无理由更换",
    en: "an expert came late, did not come, or was replaced without a reason",
    basis: &[law("招标投标法实施条例第四十六条第二款"), law("招标投标法实施条例第四十八条第三款")],
    severity: Severity::V,
    topic: Topic::Evaluation,
    family: Family::Procedure,
    checks: Said {
        zh: "核对抽取通知、签到和更换记录及理由;核对更换专家是否重新随机抽取、原评审结论如何处理",
        en: "check notice, sign-in, replacement and its reason; see whether the new expert was drawn at \
            random and what became of the former one's conclusions",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let committee = &dossier.committee;
    let no_status = committee.attended.iter().all(|attended| attended.status.is_none());
    if no_status && committee.replaced.is_empty() {
        return Outcome::InsufficientData("expert.signed_in status");
    }
    let missed = |status| matches!(status, Some(Attendance::Late | Attendance::Absent));
    let missing = committee.attended.iter().filter(|attended| missed(attended.status));
    let replaced = committee.replaced.iter().filter(|(_, _, reasoned)| !reasoned);
    let of = |event: EventRef, expert: Symbol| {
        Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Event, Quantity::Event(event))
            .persons([expert])
            .value(Name::Expert, Quantity::Text(expert))
            .evidence([event])
    };
    let before = conclusions.findings.len();
    conclusions.findings.extend(missing.map(|attended| of(attended.event, attended.expert)));
    conclusions.findings.extend(replaced.map(|(event, expert, _)| of(*event, *expert)));
    conclusions.outcome_since(before)
}
