//! Timely operators of our own, for what differential's do too dearly.
//!
//! Our time is totally ordered (the journal's commit number), so an operator may keep plain state per key
//! instead of a trace of all its changes: it needs no history, no compaction and a fraction of the memory.
//! The laws they keep are differential's: the output at a time is a function of the input up to that time,
//! and changes cancel exactly.

mod deferred;
mod kept;
mod keyed;
mod spans;
mod told;

pub use deferred::{Concluding, Deferred, deferred};
pub use kept::{Kept, kept};
pub use keyed::{Keyed, Parts, Shared, judged, keyed};
pub use spans::{Length, Moment, spans};

use differential_dataflow::{AsCollection, VecCollection};
use timely::dataflow::operators::OkErr;

/// The journal's commit number.
pub type Time = u64;
/// A difference: how many times more (or fewer) a row is there.
pub type Diff = isize;

/// Parts the rows into two kinds. A stream that several read is copied for each but the last; this moves every row to the
/// one that wants it.
pub fn parted<'scope, D: 'static, A: 'static, B: 'static>(
    rows: VecCollection<'scope, Time, D, Diff>,
    mut part: impl FnMut(D) -> Result<A, B> + 'static,
) -> (VecCollection<'scope, Time, A, Diff>, VecCollection<'scope, Time, B, Diff>) {
    let (ones, others) = rows.inner.ok_err(move |(row, time, diff)| match part(row) {
        Ok(one) => Ok((one, time, diff)),
        Err(other) => Err((other, time, diff)),
    });
    (ones.as_collection(), others.as_collection())
}
