//! How measures are written: money, shares, lengths of time, marks.

use xiezhi_dataflows::normalise::{Fen, Instant, Score};

/// Money.
pub fn yuan(Fen(fen): Fen) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// A share of thousandths.
pub fn percent(permille: impl Into<i128>) -> String {
    let permille = permille.into();
    format!("{}.{}%", permille / 10, permille % 10)
}

/// A length of time in whole seconds, begun ones counted.
pub fn seconds(from: Instant, to: Instant) -> String {
    ((to.0 - from.0 + 999_999) / 1_000_000).to_string()
}

/// Marks, to the ten-thousandth.
pub fn marks(Score(marks): Score) -> String {
    let sign = if marks < 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", marks.abs() / 10_000, marks.abs() % 10_000)
}
