//! BUY-10 · 只有一家投标 — a public tender opened with exactly one bidder.
//!
//! *Law.* None by itself: a lead (Open Contracting red flag R018). BUY-11 cites the statute.
//!
//! *Needs.* `method` of the project, an opening.
//!
//! *Formula.* Method public, opened (`opening.started`, else `bid.opened`), exactly one live bidder.
//!
//! *Example.* Three submitted, two withdrew before the opening: one finding, the party is the one that stayed.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::Dossier;
use crate::event::Method;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Buy10,
    id: "BUY-10",
    zh: "公开招标开标时只有一家投标人",
    en: "a public tender was opened with exactly one bidder",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对公告发布媒介、时间和资格条件;核对下载招标文件而未投标的单位及其原因;核对其他投标人撤回\
            情况",
        en: "check where and how long it was announced and the qualifications; ask those who took the \
            documents why they did not bid; see who withdrew",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(method) = dossier.project.method else {
        return Outcome::InsufficientData("project.registered method");
    };
    if method.value != Method::Public {
        return Outcome::NotApplicable("only public tenders");
    }
    let Some(opening) = dossier.opening else {
        return Outcome::NotApplicable("not opened");
    };
    let mut live = dossier.bids.iter().filter(|bid| bid.live);
    let (Some(only), None) = (live.next(), live.next()) else {
        return Outcome::NotTriggered;
    };
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .key(Name::Bidder, Quantity::Text(only.bidder))
        .parties([only.bidder])
        .value(Name::Bidders, Quantity::Count(1))
        .value(Name::OpenedAt, Quantity::Instant(opening.value))
        .evidence([method.event, opening.event, only.first_event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
