//! WIT-18 · 两个标段在同一开标室的开标时间重叠 — the openings of two sections overlap in one room.
//!
//! *Law.* None in the statutes: rules of the venue (not checked). Sections of one project are often opened
//! together.
//!
//! *Needs.* `opening.started` with `room`, `opening.closed`.
//!
//! *Formula.* The openings of two sections in one room overlap: each begins before the other is closed; one finding a
//! pair of sections.
//!
//! *Example.* S1 from 09:00 to 10:00 and S2 from 09:30 to 09:50 in 开标一室: one finding. S2 from 10:00: none.
//!
//! *Exclusions.* Openings of which the end or the room is not reported.
//!
//! The openings are kept by [`history::rooms`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic, shared, unverified};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::judge::Session;
use crate::params::Params;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Wit18,
    id: "WIT-18",
    zh: "两个标段在同一开标室的开标时间重叠",
    en: "the openings of two sections overlap in one room",
    basis: &[unverified("公共资源交易场所管理有关规定")],
    severity: Severity::V,
    topic: Topic::Witness,
    family: Family::Witness,
    checks: Said {
        zh: "核对场地预约和开标记录时间;核对是否为同一项目的多个标段合并开标",
        en: "compare the booking and the records' times; see whether sections of one project were \
            opened together",
    },
    judge: Judge::History,
};

/// The finding about two openings that overlap in one room.
pub fn finding(params: &Params, room: Symbol, a: &Session, b: &Session) -> Finding {
    // In an order that does not depend on which of them is looked at.
    let (a, b) = if a.section < b.section { (a, b) } else { (b, a) };
    let (from, to) = (a.from.max(b.from), a.to.min(b.to));
    Finding::new(Rule::Wit18, Symbol::NONE, params.severity(Rule::Wit18))
        .key(Name::Room, Quantity::Text(room))
        .key(Name::Section, Quantity::Text(a.section))
        .key(Name::Section, Quantity::Text(b.section))
        .value(Name::Since, Quantity::Instant(from))
        .value(Name::Seconds, shared::seconds(to - from))
        .evidence([a.started, a.closed, b.started, b.closed])
}
