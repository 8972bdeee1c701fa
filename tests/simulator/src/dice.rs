//! Repeatable randomness: one ChaCha8 stream for each thing that is decided.
//!
//! A stream is named by (seed, what it decides, which one), so that a change in one part of the venue
//! does not shift the rest. Draws are made with integers only: the same on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream decides.
#[derive(Clone, Copy)]
pub enum Stream {
    /// A working day: how many projects and of what kind.
    Day = 1,
    /// One section's life.
    Section = 2,
    /// What happens beside the sections on one calendar day.
    Sundry = 3,
}

/// A stream of draws.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of this name.
    pub fn new(seed: u64, stream: Stream, index: u64) -> Self {
        let mut name = [0; 32];
        name[..8].copy_from_slice(&seed.to_le_bytes());
        name[8..16].copy_from_slice(&(stream as u64).to_le_bytes());
        name[16..24].copy_from_slice(&index.to_le_bytes());
        Self(ChaCha8Rng::from_seed(name))
    }

    /// A number from 0 to `n` − 1; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(n)) >> 64) as u64
    }

    /// An index into something of length `n`.
    pub fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        debug_assert!(low <= high);
        low + self.below((high - low + 1) as u64) as i64
    }

    /// True in so many cases of a thousand.
    pub fn per_mille(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.index(from.len())]
    }

    /// One of these by weight.
    pub fn weighted<T: Copy>(&mut self, from: &[(u64, T)]) -> T {
        let mut point = self.below(from.iter().map(|(weight, _)| weight).sum());
        for (weight, value) in from {
            if point < *weight {
                return *value;
            }
            point -= weight;
        }
        from[from.len() - 1].1
    }
}

/// Mixes 64 bits one to one (the finaliser of the SplitMix generator): unlike numbers stay unlike.
pub const fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_its_name() {
        let draw = |seed, index| {
            let mut dice = Dice::new(seed, Stream::Day, index);
            [dice.below(1000), dice.below(1000), dice.below(1000), dice.below(1000)]
        };
        assert_eq!(draw(7, 3), draw(7, 3));
        assert_ne!(draw(7, 3), draw(8, 3));
        assert_ne!(draw(7, 3), draw(7, 4));
    }

    #[test]
    fn draws_stay_in_range() {
        let mut dice = Dice::new(1, Stream::Day, 1);
        assert!((0..1000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert!((0..1000).all(|_| dice.weighted(&[(0, 'a'), (1, 'b')]) == 'b'));
    }
}
