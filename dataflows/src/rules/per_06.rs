//! PER-06 · 同一人员在多家企业的投标中任职 — one person appears in the bids of several organisations over time.
//!
//! *Law.* None: a lead over the whole history (OECD bid-rigging list, 2025). People change employers, and
//! service agencies act for many.
//!
//! *Needs.* `agent`, `contact`, `manager` or `staff` of `bid.submitted`, with an identity.
//!
//! *Formula.* One person in bids of at least 3 (`rotation_min`) organisations in the window (`window_days`), in whatever
//! place; one finding a person.
//!
//! *Example.* 丁 is agent of 甲 in January, manager of 乙 in March, staff of 丙 in May: one finding, three parties.
//!
//! *Exclusions.* A hub, a person in bids of more than 30 (`hub_bidders`) organisations, is a data-quality row.
//!
//! The bids are gathered by [`history::values`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Per06,
    id: "PER-06",
    zh: "同一人员在多家企业的投标中任职",
    en: "one person appears in the bids of several organisations over time",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Person,
    checks: Said {
        zh: "核对社保缴纳和劳动合同的起止时间;核对是否为代办机构人员;询问各企业授权情况",
        en: "compare social insurance and employment dates; check whether the person works for a \
            service agency; ask each organisation about the authorisation",
    },
    judge: Judge::History,
};

/// The finding about one person in bids of `organisations`, shown by `sections` sections.
pub fn finding(
    params: &Params,
    person: Symbol,
    organisations: &[Symbol],
    sections: usize,
    events: impl Iterator<Item = EventRef>,
) -> Finding {
    Finding::new(Rule::Per06, Symbol::NONE, params.severity(Rule::Per06))
        .key(Name::Person, Quantity::Text(person))
        .parties(organisations.iter().copied())
        .persons([person])
        .value(Name::Bidders, Quantity::Count(organisations.len() as u64))
        .value(Name::Sections, Quantity::Count(sections as u64))
        .value(Name::Limit, Quantity::Count(params.thresholds.rotation_min.into()))
        .evidence(events)
}
