//! Windows and timers: rows that hold for a span of time.
//!
//! The window of `core-rules.md` is the last 730 days before now, in calendar days between local dates: a bid dated on
//! day d is in it while 0 ≤ today − d ≤ 730. A whole day entering or leaving at once would hold up events for
//! a quarter of a second at 10M bids, so a day is moved in 16 slots by the hash of the section, a slot a commit.
//!
//! Timers hold from their due instant on.

use crate::judge::{Day, Roster, Use};
use crate::operators::{Diff, Time, spans};
use crate::symbols::Symbol;
use differential_dataflow::VecCollection;
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

/// How long a row stays, in slots: the day itself and `window_days` after it.
fn length(window_days: u32) -> i64 {
    (i64::from(window_days) + 1) * SLOTS
}

/// The uses in the window.
pub fn uses<'scope>(
    uses: VecCollection<'scope, Time, (Symbol, Use), Diff>,
    clock: VecCollection<'scope, Time, i64, Diff>,
    window_days: u32,
) -> VecCollection<'scope, Time, (Symbol, Use), Diff> {
    let length = Some(length(window_days));
    spans(uses, clock, length, |section, used| enter(*section, used.day), "window of uses")
}

/// The rosters in the window, for each day that dates one of their bids.
pub fn rosters<'scope>(
    rosters: VecCollection<'scope, Time, (Symbol, (Arc<Roster>, Day)), Diff>,
    clock: VecCollection<'scope, Time, i64, Diff>,
    window_days: u32,
) -> VecCollection<'scope, Time, (Symbol, (Arc<Roster>, Day)), Diff> {
    let length = Some(length(window_days));
    spans(rosters, clock, length, |section, (_, day)| enter(*section, *day), "window of meetings")
}

/// The instants that have passed, by section.
pub fn passed<'scope>(
    due: VecCollection<'scope, Time, (Symbol, i64), Diff>,
    now: VecCollection<'scope, Time, i64, Diff>,
) -> VecCollection<'scope, Time, (Symbol, i64), Diff> {
    spans(due, now, None, |_, due| *due, "timers")
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
