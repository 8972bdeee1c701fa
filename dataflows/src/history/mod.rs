//! History rules: dataflows over many sections, a file each.
//!
//! | file | computes | for |
//! |---|---|---|
//! | [`window`] | which rows lie in the last 730 days, which timers are due | DEV-12, HIS-02; OPN-02 |
//! | [`values`] | who used one value in which sections | DEV-12 |
//! | [`rings`] | connected components over shared values | DEV-13 |
//! | [`meetings`] | how often two bidders met, and who won | HIS-02 |
//! | [`control`] | who controls whom, through chains | REL-02 |
//!
//! Each is a state machine told of changes, run by [`keyed`](crate::operators::keyed): it can be read and
//! tested without an engine, and its laws are those of differential (the output is a function of what holds).

pub mod control;
pub mod meetings;
pub mod rings;
pub mod values;
pub mod window;

use crate::operators::Diff;

/// Emits the difference between what was published and what holds now; both sorted.
fn emit_difference<T: Clone + Ord, O>(
    before: &[T],
    after: &[T],
    as_out: impl Fn(T) -> O,
    out: &mut dyn FnMut(O, Diff),
) {
    for gone in before.iter().filter(|b| after.binary_search(b).is_err()) {
        out(as_out(gone.clone()), -1);
    }
    for new in after.iter().filter(|a| before.binary_search(a).is_err()) {
        out(as_out(new.clone()), 1);
    }
}

/// Applies consolidated changes to a sorted multiset kept as a vector. Gives the number of removals that
/// found nothing: always 0, as ingest never takes back what it did not give.
fn apply<T: Clone + Ord>(held: &mut Vec<T>, row: &T, diff: Diff) -> usize {
    let mut missing = 0;
    for _ in 0..diff.max(0) {
        let at = held.partition_point(|h| h <= row);
        held.insert(at, row.clone());
    }
    for _ in diff.min(0)..0 {
        match held.binary_search(row) {
            Ok(at) => {
                held.remove(at);
            }
            Err(_) => missing += 1,
        }
    }
    debug_assert_eq!(missing, 0, "a row was taken back that never was there");
    missing
}
