//! The rows, by their numbers in the design. One fault a file.

mod broken_disk;
mod bytes;
mod calls;
mod formats;
mod full;
mod kill;
mod limits;
mod panic;
mod pause;
mod power;
mod random;
mod redis;
mod site;
mod start;
mod tamper;
mod venue;
mod wire;

use crate::board::Row;

/// All rows.
pub const ALL: [Row; 15] = [
    kill::ROW,
    calls::ROW,
    power::ROW,
    bytes::ROW,
    full::ROW,
    broken_disk::ROW,
    limits::ROW,
    pause::ROW,
    redis::ROW,
    random::DISORDER,
    random::WORKERS,
    tamper::ROW,
    panic::ROW,
    formats::ROW,
    start::ROW,
];
