//! Windows and timers: rows that hold for a span of time.
//!
//! The window of `core-rules.md` is the last 730 days before now, in calendar days between local dates: a bid dated on
//! day d is in it while 0 ≤ today − d ≤ 730. A whole day entering or leaving at once would hold up events for
//! a quarter of a second at 10M bids, so a day is moved in 16 slots by the hash of the section, a slot a commit.
//!
//! Timers hold from their due instant on.

use super::counts::Count;
use crate::judge::{Day, Roster, Use};
use crate::operators::{Diff, Length, Moment, Time, spans};
use crate::symbols::Symbol;
use crate::watch::Watched;
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Into how many parts a day's move is cut.
pub const SLOTS: i64 = 16;

/// The window clock when slots 0 to `slot` have moved on to `day`, and the others still are on the day before.
pub fn clock(day: Day, slot: i64) -> i64 {
    i64::from(day) * SLOTS + slot
}

/// A mixed hash: section numbers are dense, and neighbours should not share a slot.
fn slot_of(section: Symbol) -> i64 {
    i64::from(section.0.wrapping_mul(0x9E37_79B9) >> 28)
}

fn enter(section: Symbol, day: Day) -> i64 {
    clock(day, slot_of(section))
}

/// The window's length in slots: the day itself and `window_days` after it.
pub fn length(window_days: u32) -> i64 {
    (i64::from(window_days) + 1) * SLOTS
}

/// The moment when slots 0 to `slot` have moved on to `day`, under a window of so many days.
pub fn moment(day: Day, slot: i64, window_days: u32) -> Moment {
    Moment { at: clock(day, slot), window: length(window_days) }
}

/// What holds for some days only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Dated {
    /// A bid's event showed identifying values. For the window.
    Use(Use),
    /// A bid in a decided section, dated on that day. For the window.
    Met(Arc<Roster>, Day),
    /// Something that is counted, from that day on, for so many days after it.
    Count(Count, Day, u32),
    /// A cause of the watch-list, from that day on, for so many days after it, or for ever.
    Watched(Watched, Day, Option<u32>),
}

impl Dated {
    fn span(&self, key: Symbol) -> (i64, Length) {
        match self {
            Dated::Use(used) => (enter(key, used.day), Length::Window),
            Dated::Met(_, day) => (enter(key, *day), Length::Window),
            Dated::Watched(_, day, None) => (enter(key, *day), Length::Forever),
            Dated::Watched(_, day, Some(days)) => (enter(key, *day), Length::Fixed(length(*days))),
            Dated::Count(_, day, days) => (enter(key, *day), Length::Fixed(length(*days))),
        }
    }
}

/// The dated rows that are in force.
pub fn in_force<'scope>(
    rows: VecCollection<'scope, Time, (Symbol, Dated), Diff>,
    clock: VecCollection<'scope, Time, Moment, Diff>,
) -> VecCollection<'scope, Time, (Symbol, Dated), Diff> {
    spans(rows, clock, |key, dated| dated.span(*key), "windows")
}

/// The instants that have passed, by section.
pub fn passed<'scope>(
    due: VecCollection<'scope, Time, (Symbol, i64), Diff>,
    now: VecCollection<'scope, Time, Moment, Diff>,
) -> VecCollection<'scope, Time, (Symbol, i64), Diff> {
    spans(due, now, |_, due| (*due, Length::Forever), "timers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bid_stays_730_days_after_its_own_and_leaves_in_its_slot() {
        for section in (1..500).map(Symbol) {
            let (day, slot) = (20_000, slot_of(section));
            assert!((0..SLOTS).contains(&slot));
            let in_force = |clock: i64| {
                let enter = enter(section, day);
                clock - length(730) < enter && enter <= clock
            };
            assert!(!in_force(clock(day - 1, SLOTS - 1)), "not before its day");
            assert!(in_force(clock(day, SLOTS - 1)));
            assert!(in_force(clock(day + 730, SLOTS - 1)));
            assert!(!in_force(clock(day + 731, SLOTS - 1)));
            assert!(!in_force(clock(day + 731, slot)), "gone with its slot");
            assert!(slot == 0 || in_force(clock(day + 731, slot - 1)), "not before its slot");
        }
    }
}
