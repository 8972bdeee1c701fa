//! Oddities of single events, which no section's rules can see: a time that has not come yet (DQ-07), and a name that came
//! with several contents (DQ-02).
//!
//! The driver keeps them, as it keeps deadlines: it knows which events hold and what time it is. An event costs eight bytes
//! here; only those that are odd cost more.
//!
//! *Laws.* The rows given sum up to a function of the events that hold, of the contents refused, of the clock and of the
//! tolerance: neither orders of arrival nor the way of the clock matter. A clock that never was set calls nothing future.

use crate::finding::{Finding, Published};
use crate::operators::Diff;
use crate::rules;
use crate::symbols::{EventRef, Symbol};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Microseconds of a minute.
const MINUTE_US: i64 = 60_000_000;

/// How many other contents of one event are told apart; past it they are counted as this many. A source that sends a hundred
/// needs no count.
const CONTENTS_MAX: usize = 100;

/// What is kept of every event.
#[derive(Clone, Copy)]
struct Known {
    /// The minute (since 1970) of its time; [`NEVER`] while it does not hold.
    minute: i32,
    /// The section that it is about.
    section: Symbol,
}

/// The minute of an event that does not hold.
const NEVER: i32 = i32::MIN;

/// The minute of one that holds and is never ahead, whatever its time.
const TIMELESS: i32 = NEVER + 1;

/// What is odd about single events.
#[derive(Default)]
pub struct Oddities {
    /// By the event's number.
    events: Vec<Known>,
    /// Those that are dated ahead.
    ahead: BTreeSet<(i32, EventRef)>,
    /// The contents that were refused, as their hashes.
    contents: BTreeMap<EventRef, BTreeSet<u64>>,
    clock: Option<Clock>,
}

/// What is future now.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Clock {
    /// Events of a later minute are dated ahead.
    horizon: i32,
    /// The tolerance in it.
    future_minutes: u32,
}

/// Takes a row that begins (+) or ends (−) to hold.
pub type Give<'a> = dyn FnMut(Published, Diff) + 'a;

/// What tells an event's content from others: the first bytes of its hash.
pub fn content_of(body: &[u8]) -> u64 {
    Sha256::digest(body).iter().take(8).fold(0, |content, byte| content << 8 | u64::from(*byte))
}

fn minute_of(at: i64) -> i32 {
    // The door refuses times outside 1970–2100, so that this fits.
    at.div_euclid(MINUTE_US).clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

fn quality(row: Finding) -> Published {
    Published::Quality(Arc::new(row))
}

impl Oddities {
    /// An event about `section` (or none) of this time (µs; none: it is never called future) begins or ends to hold.
    pub fn held(
        &mut self,
        event: EventRef,
        section: Symbol,
        at: Option<i64>,
        diff: Diff,
        give: &mut Give<'_>,
    ) {
        let place = event.0 as usize;
        if self.events.len() <= place {
            self.events.resize(place + 1, Known { minute: NEVER, section: Symbol::NONE });
        }
        let minute = at.map_or(TIMELESS, minute_of);
        self.events[place] = Known { minute: if diff > 0 { minute } else { NEVER }, section };
        if let Some(clock) = self.clock.filter(|clock| minute > clock.horizon) {
            if diff > 0 {
                self.ahead.insert((minute, event));
            } else {
                self.ahead.remove(&(minute, event));
            }
            give(clock.row(section, event, minute), diff);
        }
        if let Some(contents) = self.contents.get(&event) {
            give(quality(rules::conflicting_contents(section, event, contents.len())), diff);
        }
    }

    /// Another content came under the name of an event and was refused; `content` tells it from others.
    pub fn refused(&mut self, event: EventRef, content: u64, give: &mut Give<'_>) {
        let contents = self.contents.entry(event).or_default();
        let before = contents.len();
        if before < CONTENTS_MAX {
            contents.insert(content);
        }
        let after = contents.len();
        let known = self.events.get(event.0 as usize).filter(|known| known.minute != NEVER);
        let Some(section) = known.filter(|_| before != after).map(|known| known.section) else { return };
        let row = |contents| quality(rules::conflicting_contents(section, event, contents));
        if before > 0 {
            give(row(before), -1);
        }
        give(row(after), 1);
    }

    /// The clock is moved to `now`, or the tolerance is another.
    pub fn pass(&mut self, now: i64, future_minutes: u32, give: &mut Give<'_>) {
        let horizon = minute_of(now).saturating_add_unsigned(future_minutes);
        let after = Clock { horizon, future_minutes };
        match self.clock.replace(after) {
            Some(before) if before.future_minutes == future_minutes && before.horizon <= horizon => {
                while let Some(gone) = self.ahead.first().copied().filter(|(minute, _)| *minute <= horizon) {
                    self.ahead.pop_first();
                    give(self.row(before, gone), -1);
                }
            }
            before => self.begin(before, after, give),
        }
    }

    /// The clock was first set, or set back, or goes by another tolerance: all events are looked at.
    fn begin(&mut self, before: Option<Clock>, after: Clock, give: &mut Give<'_>) {
        let events = (0..).zip(&self.events);
        let later = events.filter(|(_, known)| known.minute > after.horizon);
        let ahead = later.map(|(number, known)| (known.minute, EventRef(number))).collect();
        let known = std::mem::replace(&mut self.ahead, ahead);
        // Rows say the tolerance: where it is another, all of them go and come.
        let same = before.is_some_and(|before| before.future_minutes == after.future_minutes);
        for gone in known.iter().filter(|event| !(same && self.ahead.contains(*event))) {
            before.into_iter().for_each(|before| give(self.row(before, *gone), -1));
        }
        for new in self.ahead.iter().filter(|event| !(same && known.contains(*event))) {
            give(self.row(after, *new), 1);
        }
    }

    fn row(&self, clock: Clock, (minute, event): (i32, EventRef)) -> Published {
        clock.row(self.events[event.0 as usize].section, event, minute)
    }

    /// The clock goes on to `now`, before the next instant at which something changes ([`next_wake`](Oddities::next_wake)).
    pub fn advance(&mut self, now: i64) {
        if let Some(clock) = &mut self.clock {
            let horizon = minute_of(now).saturating_add_unsigned(clock.future_minutes);
            debug_assert!(
                self.ahead.first().is_none_or(|(minute, _)| *minute > horizon),
                "a wake was missed"
            );
            clock.horizon = clock.horizon.max(horizon);
        }
    }

    /// The next instant (µs) at which an event is no longer dated ahead.
    pub fn next_wake(&self) -> Option<i64> {
        let ((minute, _), clock) = (self.ahead.first()?, self.clock?);
        Some((i64::from(*minute) - i64::from(clock.future_minutes)) * MINUTE_US)
    }
}

impl Clock {
    fn row(self, section: Symbol, event: EventRef, minute: i32) -> Published {
        let dated_at = i64::from(minute) * MINUTE_US;
        quality(rules::dated_ahead(section, event, dated_at, self.future_minutes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What rows sum up to.
    #[derive(Default)]
    struct Sum(BTreeMap<Published, Diff>);

    impl Sum {
        fn add(&mut self, row: Published, diff: Diff) {
            let count = self.0.entry(row.clone()).or_default();
            *count += diff;
            assert!((0..=1).contains(count), "{count} times {row:?}");
            if *count == 0 {
                self.0.remove(&row);
            }
        }

        fn ahead(&self) -> Vec<u32> {
            let event = |row: &Published| match row {
                Published::Quality(row) => row.evidence[0].0,
                other => panic!("{other:?}"),
            };
            self.0.keys().map(event).collect()
        }
    }

    #[test]
    fn what_is_dated_ahead_hangs_on_the_clock_alone_whatever_its_way() {
        let (mut oddities, mut sum) = (Oddities::default(), Sum::default());
        let minutes = |minutes: i64| 1_000_000 * MINUTE_US + minutes * MINUTE_US;
        let held = |oddities: &mut Oddities, sum: &mut Sum, event, at, diff| {
            oddities.held(EventRef(event), Symbol(7), Some(at), diff, &mut |row, diff| sum.add(row, diff));
        };
        held(&mut oddities, &mut sum, 1, minutes(0), 1);
        held(&mut oddities, &mut sum, 2, minutes(16), 1);
        held(&mut oddities, &mut sum, 3, minutes(60) + 1, 1);
        assert_eq!(sum.ahead(), [0; 0], "no clock, no future");
        for (now, tolerance, ahead) in [
            (minutes(0), 15, vec![2, 3]),
            (minutes(1) - 1, 15, vec![2, 3]),
            (minutes(1), 15, vec![3]),
            (minutes(45), 15, vec![]),
            (minutes(45) - 1, 15, vec![3]),
            (minutes(-20), 15, vec![1, 2, 3]),
            (minutes(-20), 60, vec![3]),
            (minutes(900), 60, vec![]),
            (minutes(0), 0, vec![2, 3]),
        ] {
            oddities.pass(now, tolerance, &mut |row, diff| sum.add(row, diff));
            assert_eq!(sum.ahead(), ahead, "at {now} with {tolerance}");
        }
        assert_eq!(oddities.next_wake(), Some(minutes(16)));
        oddities.advance(minutes(16) - 1);
        held(&mut oddities, &mut sum, 4, minutes(15), 1);
        assert_eq!(
            sum.ahead(),
            [2, 3],
            "it has gone on without a change, and what comes now is held against it"
        );
        held(&mut oddities, &mut sum, 2, minutes(16), -1);
        assert_eq!((sum.ahead(), oddities.next_wake()), (vec![3], Some(minutes(60))));
    }

    #[test]
    fn other_contents_are_counted_once_each_while_the_event_holds_and_up_to_a_limit() {
        let (mut oddities, mut sum) = (Oddities::default(), Sum::default());
        let row = |contents| quality(rules::conflicting_contents(Symbol(7), EventRef(1), contents));
        let refused = |oddities: &mut Oddities, sum: &mut Sum, content| {
            oddities.refused(EventRef(1), content, &mut |row, diff| sum.add(row, diff));
        };
        oddities.held(EventRef(1), Symbol(7), Some(0), 1, &mut |row, diff| sum.add(row, diff));
        for content in [5, 6, 5] {
            refused(&mut oddities, &mut sum, content);
        }
        assert_eq!(sum.0.keys().collect::<Vec<_>>(), [&row(2)]);
        oddities.held(EventRef(1), Symbol(7), Some(0), -1, &mut |row, diff| sum.add(row, diff));
        refused(&mut oddities, &mut sum, 8);
        assert!(sum.0.is_empty(), "what is retracted is in no conflict");
        oddities.held(EventRef(1), Symbol(7), Some(0), 1, &mut |row, diff| sum.add(row, diff));
        assert_eq!(sum.0.keys().collect::<Vec<_>>(), [&row(3)]);
        for content in 100..400 {
            refused(&mut oddities, &mut sum, content);
        }
        assert_eq!(sum.0.keys().collect::<Vec<_>>(), [&row(CONTENTS_MAX)]);
    }
}
