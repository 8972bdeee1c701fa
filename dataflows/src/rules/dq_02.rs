//! DQ-02 · 同一编号、内容不同的事件 — one event's name came with several contents.
//!
//! *Law.* None: a matter of data quality. (source, id) names an event for ever, so that sending again is harmless (CloudEvents
//! 1.0); a source that uses a name twice makes one of two facts unknown.
//!
//! *Needs.* Nothing but the events.
//!
//! *Formula.* An event that holds (a retraction too), and at least one other content under its (source, id); one row an
//! event, with the number of other contents. The first one stands; the others are in quarantine.
//!
//! *Example.* Bid 17 comes with a price of 1,000,000 yuan, and later again with 1,200,000: one row that names event 17, one other
//! content. It goes when the source retracts event 17 and sends what is right under another id.
//!
//! *Exclusions.* The same content again is a repetition and nothing else.

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dq02,
    id: "DQ-02",
    zh: "同一编号的事件先后内容不同",
    en: "one event's name came with several contents",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "对照隔离区中的内容与来源系统的原始记录;请来源系统撤回有误的事件,以新编号重报",
        en: "compare what is in quarantine with the source system's record; have it retract what is wrong and send what is \
             right under a new id",
    },
    judge: Judge::Intake,
};

/// The row of an event that so many other contents came for.
pub fn row(section: Symbol, event: EventRef, contents: usize) -> Finding {
    Finding::new(Rule::Dq02, section, Severity::L)
        .key(Name::Event, Quantity::Event(event))
        .value(Name::Contents, Quantity::Count(contents as u64))
        .evidence([event])
}
