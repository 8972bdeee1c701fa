//! Many measured times in three numbers.

use serde::Serialize;

/// Percentiles by nearest rank: each is a time that was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Spread {
    pub p50: f64,
    pub p99: f64,
    pub max: f64,
    pub count: u64,
}

impl Spread {
    /// Of times in milliseconds; zeros if there are none.
    pub fn of(mut times_ms: Vec<f64>) -> Spread {
        times_ms.sort_unstable_by(f64::total_cmp);
        let rank = |percent: usize| {
            let rank = (times_ms.len() * percent).div_ceil(100).max(1);
            times_ms.get(rank - 1).copied().unwrap_or_default()
        };
        let rounded = |ms: f64| (ms * 10_000.0).round() / 10_000.0;
        let (p50, p99, max) = (rounded(rank(50)), rounded(rank(99)), rounded(rank(100)));
        Spread { p50, p99, max, count: times_ms.len() as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_times() {
        for (times, expected) in [
            (vec![], (0.0, 0.0, 0.0)),
            (vec![3.0], (3.0, 3.0, 3.0)),
            (vec![2.0, 1.0], (1.0, 2.0, 2.0)),
            ((1..=100).rev().map(f64::from).collect(), (50.0, 99.0, 100.0)),
            ((1..=1000).map(f64::from).collect(), (500.0, 990.0, 1000.0)),
        ] {
            let Spread { p50, p99, max, .. } = Spread::of(times);
            assert_eq!((p50, p99, max), expected);
        }
    }
}
