//! AWD-06 · 中标通知书发出满三十日未签订合同 — thirty days after the notice of award there is no contract on record.
//!
//! *Law.* 招标投标法 §46 paragraph 1 and 政府采购法 §46 paragraph 1: a written contract is made within thirty
//! days of the notice of award.
//!
//! *Needs.* `award.made` (`notified_at`). No event: time passing is enough.
//!
//! *Formula.* Now is at or after the end of the thirtieth calendar day after the local date of the latest
//! award's `notified_at` (the event's `time` where it is missing), and there is no `contract.signed`.
//!
//! *Example.* Notified on 20 February; when 22 March has ended (thirty days) and no contract is on record:
//! one finding, party the awarded.
//!
//! *Exclusions.* Sections without an award. A contract that comes later takes the finding away.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::deadlines::Wait;
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Awd06,
    id: "AWD-06",
    zh: "中标通知书发出满三十日未签订合同",
    en: "thirty days after the notice of award there is no contract on record",
    basis: &[law("招标投标法第四十六条第一款"), law("政府采购法第四十六条第一款")],
    severity: Severity::V,
    topic: Topic::Award,
    family: Family::Procedure,
    checks: Said {
        zh: "核对合同是否已签订而未报送;询问招标人和中标人未签订原因;核对是否有质疑、投诉暂停或附加条件",
        en: "see whether there is a contract that was not reported; ask both sides why not; see whether \
            a challenge or complaint suspended it, or conditions were added",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(award) = dossier.outcome.award else {
        return Outcome::NotApplicable("not awarded");
    };
    let Some(due) = Wait::Contract.due(award.notified_at, params) else {
        return Outcome::InsufficientData("calendar year");
    };
    conclusions.measure(Name::NotifiedAt, Quantity::Instant(award.notified_at));
    conclusions.measure(Name::Due, Quantity::Instant(due));
    if dossier.outcome.signed.is_some() || !dossier.has_passed(due) {
        return Outcome::NotTriggered;
    }
    let finding = Finding::new(rule, dossier.section, params.severity(rule))
        .parties([award.winner])
        .value(Name::NotifiedAt, Quantity::Instant(award.notified_at))
        .value(Name::Due, Quantity::Instant(due))
        .evidence([award.event]);
    conclusions.findings.push(finding);
    Outcome::Triggered
}
