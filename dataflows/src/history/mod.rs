//! History rules: dataflows over many sections, a file each.
//!
//! | file | computes | for |
//! |---|---|---|
//! | [`window`] | which dated rows are in force, which instants have passed | all below; T rules |
//! | [`values`] | who used one value, or named one person, in which sections | DEV-12, PER-06 |
//! | [`rings`] | connected components over shared values | DEV-13 |
//! | [`meetings`] | who met whom in decided sections, and who won | HIS-01, HIS-02 |
//! | [`together`] | who bids together again and again | HIS-04 |
//! | [`counts`] | what is counted over some days | HIS-10, HIS-14, WIT-19, CRD-02 |
//! | [`rooms`] | which openings were held in one room | WIT-18 |
//! | [`control`] | who controls whom, through chains | REL-02, 04, 05, 09, EXP-05 |
//! | [`registers`] | credit entries and contracts, merged under their codes | CRD-01, 03, PER-11 |
//! | [`concern`] | brings what is known of somebody to each section that concerns them | the same |
//!
//! ([`few`] is what the states of values and persons are kept in.)
//!
//! Each is a state machine told of changes, run by [`keyed`](crate::operators::keyed), or by [`judged`] where it goes by
//! thresholds: it can be read and tested without an engine, and its laws are those of differential (the output is a
//! function of what holds).

pub mod concern;
pub mod control;
pub mod counts;
pub mod few;
pub mod meetings;
pub mod registers;
pub mod rings;
pub mod rooms;
pub mod together;
pub mod values;
pub mod window;

use crate::editions::Turn;
use crate::judge::{Bench, Benches};
use crate::operators::{Diff, Keyed, Shared, Time, judged};
use differential_dataflow::VecCollection;
use std::cmp::Ordering;
use std::ops::Deref;
use std::rc::Rc;
use thin_vec::ThinVec;

/// The rules in force, as the dataflows see them.
#[derive(Clone)]
pub struct Rulebook<'scope> {
    /// What each edition means.
    pub benches: Rc<Benches>,
    /// When each part of the states turns to another.
    pub turns: VecCollection<'scope, Time, Turn, Diff>,
}

impl<'scope> Rulebook<'scope> {
    /// Runs `S` for each key of `rows`, by the newest parameters of the edition in force.
    pub fn judged<S: Keyed<Context = Bench>>(
        &self,
        rows: VecCollection<'scope, Time, (S::Key, S::Row), Diff>,
        name: &str,
    ) -> (VecCollection<'scope, Time, S::Out, Diff>, Shared<S>) {
        let benches = self.benches.clone();
        judged::<S>(rows, self.turns.clone(), name, move |edition| benches.newest(edition))
    }
}

/// Emits the difference between what was published and what holds now; both sorted, without repeats.
pub(crate) fn emit_difference<T: Clone + Ord, O>(
    before: &[T],
    after: &[T],
    as_out: impl Fn(T) -> O,
    out: &mut dyn FnMut(O, Diff),
) {
    let (mut before, mut after) = (before.iter().peekable(), after.iter().peekable());
    loop {
        // What only one side has is the smaller of the two at hand.
        let order = match (before.peek(), after.peek()) {
            (None, None) => return,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(gone), Some(new)) => gone.cmp(new),
        };
        let gone = before.next_if(|_| order.is_le());
        let new = after.next_if(|_| order.is_ge());
        if order.is_ne() {
            gone.into_iter().for_each(|gone| out(as_out(gone.clone()), -1));
            new.into_iter().for_each(|new| out(as_out(new.clone()), 1));
        }
    }
}

/// A list that rows can be put into and taken out of.
pub(crate) trait List<T>: Deref<Target = [T]> {
    /// Puts a row at this place.
    fn insert(&mut self, at: usize, row: T);
    /// Takes the row at this place out.
    fn remove(&mut self, at: usize) -> T;
}

impl<T> List<T> for Vec<T> {
    fn insert(&mut self, at: usize, row: T) {
        Vec::insert(self, at, row);
    }

    fn remove(&mut self, at: usize) -> T {
        Vec::remove(self, at)
    }
}

impl<T> List<T> for ThinVec<T> {
    fn insert(&mut self, at: usize, row: T) {
        ThinVec::insert(self, at, row);
    }

    fn remove(&mut self, at: usize) -> T {
        ThinVec::remove(self, at)
    }
}

/// Applies consolidated changes to a sorted multiset kept as a list. Gives the number of removals that
/// found nothing: always 0, as ingest never takes back what it did not give.
pub(crate) fn apply<T: Clone + Ord>(held: &mut impl List<T>, row: &T, diff: Diff) -> usize {
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
