//! BUY-11 · 不足三家开标 — opened although fewer than three bidders were left.
//!
//! *Law.* 招标投标法 §28: with fewer than three bidders the tenderer must tender anew; 招标投标法实施条例 §44: it must not open.
//!
//! *Needs.* `method` and `tenderer` of the project, an opening.
//!
//! *Formula.* Method public or invited, `opening.started` or `bid.opened`, fewer than three (`bidders_min`) live
//! bidders; the party is the tenderer.
//!
//! *Example.* Three submitted, one withdrew an hour before the opening, which took place: one finding.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::event::Method;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Buy11,
    id: "BUY-11",
    zh: "投标人少于三个仍然开标",
    en: "opened with fewer than three bidders",
    basis: &[law("招标投标法第二十八条第一款"), law("招标投标法实施条例第四十四条第二款")],
    severity: Severity::X,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对截止时间前递交和撤回记录;核对开标记录和是否重新招标;核对所属行业是否另有规定",
        en: "check what was submitted and withdrawn by the deadline; see the opening's record and \
            whether it was tendered anew; check for other rules of the trade",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(method) = dossier.project.method else {
        return Outcome::InsufficientData("project.registered method");
    };
    if !matches!(method.value, Method::Public | Method::Invited) {
        return Outcome::NotApplicable("only public and invited tenders");
    }
    let Some(opening) = dossier.opening else {
        return Outcome::NotApplicable("not opened");
    };
    let live = dossier.live();
    if live >= params.thresholds.bidders_min as usize {
        return Outcome::NotTriggered;
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let gone = dossier.bids.iter().filter(|bid| !bid.live);
    let withdrawals = gone.filter_map(|bid| bid.withdrawn_at.map(|w| w.event));
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([tenderer.value])
        .value(Name::Bidders, Quantity::Count(live as u64))
        .value(Name::Required, Quantity::Count(params.thresholds.bidders_min.into()))
        .value(Name::OpenedAt, Quantity::Instant(opening.value))
        .evidence([method.event, opening.event].into_iter().chain(withdrawals));
    conclusions.findings.push(finding);
    Outcome::Triggered
}
