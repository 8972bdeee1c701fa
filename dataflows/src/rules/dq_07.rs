//! DQ-07 · 事件时间晚于当前时间 — an event says that it was at a time that has not come yet.
//!
//! *Law.* None: a matter of data quality. A source's clock that runs ahead, or a time zone that is wrong, makes deadlines and orders of
//! events come out wrong.
//!
//! *Needs.* Nothing but the events.
//!
//! *Formula.* The event's `time`, to the minute, is more than 15 minutes (`future_minutes`) after now; one row an event. It goes
//! by itself when that time has come.
//!
//! *Example.* At 09:00 an event comes that says it was at 17:02 (a time zone that was added twice): one row, until 16:47.
//!
//! *Exclusions.* Retractions: what they undo is undone whenever they come. Times inside `data`, which may well be plans.

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dq07,
    id: "DQ-07",
    zh: "事件时间晚于当前时间",
    en: "an event says that it was at a time that has not come yet",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对来源系统的时钟与时区;请更正后重报",
        en: "check the clock and the time zone of the source system; have it correct the event and send it again",
    },
    judge: Judge::Intake,
};

/// The row of an event that is dated at that instant (µs, to the minute).
pub fn row(section: Symbol, event: EventRef, dated_at: i64, future_minutes: u32) -> Finding {
    Finding::new(Rule::Dq07, section, Severity::L)
        .key(Name::Event, Quantity::Event(event))
        .value(Name::DatedAt, Quantity::Instant(dated_at))
        .value(Name::Limit, Quantity::Seconds(60 * i64::from(future_minutes)))
        .evidence([event])
}
