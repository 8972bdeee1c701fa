//! WIT-19 · 一百八十天内多次见证记录涉及同一单位或者个人 — several witness records within 180 days name one party or person.
//!
//! *Law.* None: a lead over the history of witness records, each of which has its own rule.
//!
//! *Needs.* `witness.recorded` with `parties` or `persons`.
//!
//! *Formula.* At least 3 (`records_min`) records of gravity minor or serious that name one organisation or person, `at` in the
//! last 180 days; one finding each.
//!
//! *Example.* Phones carried in on 10, 11 and 12 February, the same expert named each time: one finding.
//!
//! *Exclusions.* Records of gravity note.
//!
//! The records are counted by [`history::counts`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic, shared};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::history::counts::Count;
use crate::params::Params;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Wit19,
    id: "WIT-19",
    zh: "一百八十天内多次见证记录涉及同一单位或者个人",
    en: "several witness records within 180 days name one party or person",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Witness,
    family: Family::Witness,
    checks: Said {
        zh: "调取各次见证记录和影像;核对各次处理结果;询问相关单位或者人员",
        en: "take the records and videos; see how each was dealt with; ask the party or person",
    },
    judge: Judge::History,
};

/// The finding about the records that name one organisation or person, if they are many.
pub fn finding(params: &Params, named: Symbol, is_person: bool, records: &[Count]) -> Option<Finding> {
    let limit = params.thresholds.records_min;
    if records.len() < limit as usize {
        return None;
    }
    let finding = Finding::new(Rule::Wit19, Symbol::NONE, params.severity(Rule::Wit19))
        .value(Name::Records, Quantity::Count(records.len() as u64))
        .value(Name::Limit, Quantity::Count(limit.into()))
        .evidence(records.iter().map(|record| record.event));
    Some(shared::about(finding, named, is_person))
}
