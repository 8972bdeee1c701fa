//! Rows that hold for a span of a clock: windows and timers.
//!
//! `spans(rows, clock, span)` passes a row on while `enter ≤ clock < enter + length`, and takes it back when the
//! clock leaves that span, in either direction. A window over 730 days, an entry that is in force for a year and a
//! timer that is due at an instant are the same operator with other lengths.
//!
//! Updates with far-future timestamps would do the same in plain differential, but every commit would touch
//! all that wait. Here a row costs nothing until its moment.
//!
//! *Laws.* The output sums to the rows in force at the clock's present value: it depends neither on the way
//! the clock came there nor on when the row arrived. A clock that never was set passes nothing.

use super::kept::Counter;
use super::told::{self, Told};
use super::{Diff, Time};
use differential_dataflow::consolidation::consolidate;
use differential_dataflow::{ExchangeData, Hashable, VecCollection};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Rows that enter at the same value of the clock.
struct Bucket<D> {
    rows: Vec<(D, Diff)>,
    settled: usize,
}

impl<D> Default for Bucket<D> {
    fn default() -> Self {
        Bucket { rows: Vec::new(), settled: 0 }
    }
}

impl<D: Ord> Bucket<D> {
    fn push(&mut self, row: D, diff: Diff) {
        self.rows.push((row, diff));
        // Consolidating at each doubling keeps the cost of a change constant on the average.
        if self.rows.len() > 2 * self.settled.max(8) {
            consolidate(&mut self.rows);
            self.settled = self.rows.len();
        }
    }
}

/// How long a row holds, in the clock's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Length {
    /// As long as the clock says that the window is.
    Window,
    /// So long.
    Fixed(i64),
    /// For ever.
    Forever,
}

/// What the clock says: where it stands, and how long the window is, in its own unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Where it stands.
    pub at: i64,
    /// How long the window is.
    pub window: i64,
}

/// The values of `enter` for which a row of this length is in force.
fn in_force(moment: Option<Moment>, length: Length) -> Range<i64> {
    let Some(Moment { at, window }) = moment else { return 0..0 };
    match length {
        Length::Window => at - window + 1..at + 1,
        Length::Fixed(length) => at - length + 1..at + 1,
        Length::Forever => i64::MIN..at + 1,
    }
}

/// The parts of `a` that are not in `b`: at most one before and one after.
fn without(a: &Range<i64>, b: &Range<i64>) -> [Range<i64>; 2] {
    if b.is_empty() {
        return [a.clone(), a.end..a.end];
    }
    [a.start..a.end.min(b.start), a.start.max(b.end)..a.end]
}

/// The rows in force at the latest value of `clock`.
///
/// `clock` is a stream of values, each with difference 1: the last one at or before a time counts, and
/// the driver sends at most one a commit.
///
/// `span` says at which value of the clock a row begins to hold, and for how long it does.
pub fn spans<'scope, K: ExchangeData + Hashable, V: ExchangeData>(
    rows: VecCollection<'scope, Time, (K, V), Diff>,
    clock: VecCollection<'scope, Time, Moment, Diff>,
    span: impl Fn(&K, &V) -> (i64, Length) + 'static,
    name: &str,
) -> VecCollection<'scope, Time, (K, V), Diff> {
    let kept = Counter::of(name, rows.inner.scope().worker());
    let mut buckets: BTreeMap<Length, BTreeMap<i64, Bucket<(K, V)>>> = BTreeMap::new();
    let mut now: Option<Moment> = None;
    told::rows_and_words(rows, clock, name, move |Told { rows, words }, out| {
        let next = words.into_iter().max().or(now);
        if next != now {
            for (length, buckets) in &buckets {
                let (before, after) = (in_force(now, *length), in_force(next, *length));
                for (parts, sign) in [(without(&before, &after), -1), (without(&after, &before), 1)] {
                    for part in parts.into_iter().filter(|part| !part.is_empty()) {
                        for (row, diff) in buckets.range(part).flat_map(|(_, bucket)| &bucket.rows) {
                            out(row.clone(), sign * diff);
                        }
                    }
                }
            }
            now = next;
        }
        kept.add(rows.iter().map(|(_, diff)| diff).sum());
        for (row, diff) in rows {
            let (enter, length) = span(&row.0, &row.1);
            if in_force(now, length).contains(&enter) {
                out(row.clone(), diff);
            }
            buckets.entry(length).or_default().entry(enter).or_default().push(row, diff);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values in the parts of `a` that are not in `b`.
    fn left(a: &Range<i64>, b: &Range<i64>) -> Vec<i64> {
        without(a, b).into_iter().flatten().collect()
    }

    #[test]
    fn what_leaves_and_what_enters_are_the_differences_of_two_ranges() {
        let at = |at, window| Some(Moment { at, window });
        let clocks =
            [None, at(100, 10), at(103, 10), at(103, 4), at(110, 12), at(111, 10), at(500, 10), at(-3, 10)];
        for (before, after) in clocks.iter().flat_map(|a| clocks.map(|b| (*a, b))) {
            let (before, after) = (in_force(before, Length::Window), in_force(after, Length::Window));
            let naive: Vec<i64> = before.clone().filter(|value| !after.contains(value)).collect();
            assert_eq!(left(&before, &after), naive, "{before:?} without {after:?}");
        }
        assert_eq!(in_force(at(100, 10), Length::Window), 91..101);
        assert_eq!(in_force(at(100, 10), Length::Fixed(1)), 100..101);
    }
}
