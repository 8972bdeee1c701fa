//! CMP-04 · 收到质疑满七个工作日未答复 — seven working days after a challenge there is no answer.
//!
//! *Law.* 政府采购法 §53: the purchaser answers a supplier's written challenge within seven working days of
//! receipt, in writing; §54: so does the agency within its mandate.
//!
//! *Needs.* `objection.raised` with `kind` challenge; the tenderer. No event: time passing is enough.
//!
//! *Formula.* Now is at or after the end of the seventh working day after the local date of the first
//! `objection.raised` of a code, of kind challenge, and there is no `objection.answered` of that code in the
//! section. One finding a challenge.
//!
//! *Example.* Raised on Monday 2 March 2026; when Wednesday 11 March (the seventh working day) has ended with
//! no answer on record: one finding, party the tenderer.
//!
//! *Exclusions.* Objections (CMP-03); years for which no working-day calendar is known (insufficient data).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, cmp_03, law};
use crate::deadlines::Wait;
use crate::dossier::Dossier;
use crate::event::ObjectionKind;
use crate::finding::Severity;
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Cmp04,
    id: "CMP-04",
    zh: "收到质疑满七个工作日未答复",
    en: "seven working days after a challenge there is no answer",
    basis: &[law("政府采购法第五十三条")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对质疑函接收时间和答复文件;核对是否由采购代理机构答复;核对合同是否暂停签订",
        en: "see when it was received and the answer; see whether the agency answered; see whether the \
            contract was held back",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    cmp_03::unanswered((rule, ObjectionKind::Challenge, Wait::Challenge), dossier, params, conclusions)
}
