//! How widely prices lie, in whole numbers: with n prices of sum S and sample standard deviation s,
//! n · (n − 1) · s² = n · Σp² − S². Answers are none where 128 bits do not hold them, which takes more than any real price.

use crate::finding::Quantity;

/// The spread of some prices.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    count: i128,
    sum: i128,
    /// n · Σp² − S².
    squares: i128,
}

impl Spread {
    /// The spread of at least two prices, fen.
    pub fn of(prices: &[i64]) -> Option<Spread> {
        let lowest = i128::from(prices.iter().copied().min()?);
        let count = prices.len() as i128;
        let (mut sum, mut offs, mut squares) = (0_i128, 0_i128, 0_i128);
        for price in prices {
            // Moving all prices by the lowest leaves the deviation as it is and keeps the squares small.
            let off = i128::from(*price) - lowest;
            sum = sum.checked_add(i128::from(*price))?;
            offs = offs.checked_add(off)?;
            squares = squares.checked_add(off.checked_mul(off)?)?;
        }
        let squares = count.checked_mul(squares)?.checked_sub(offs.checked_mul(offs)?)?;
        (count > 1).then_some(Spread { count, sum, squares })
    }

    /// Whether s / (S / n) is below so many thousandths.
    pub fn varies_less_than(self, permille: u32) -> Option<bool> {
        let limit = i128::from(permille).checked_mul(self.sum)?;
        let limit = limit.checked_mul(limit)?.checked_mul(self.count - 1)?;
        Some(self.squares.checked_mul(self.count)?.checked_mul(1_000_000)? < limit)
    }

    /// s / (S / n), rounded down.
    pub fn variation(self) -> Option<Quantity> {
        let mean = self.sum.checked_mul(self.sum)?.checked_mul(self.count - 1)?;
        let share = self.squares.checked_mul(self.count)?.checked_mul(1_000_000)?.checked_div(mean)?;
        Some(Quantity::Permille(share.isqrt().try_into().unwrap_or(u32::MAX)))
    }

    /// Whether `gap` / s is above so many thousandths; any gap is, where s is nought.
    pub fn is_exceeded_by(self, gap: i64, permille: u32) -> Option<bool> {
        let limit = i128::from(permille).pow(2).checked_mul(self.squares)?;
        Some(self.scaled(gap)? > limit)
    }

    /// `gap` / s, rounded down; none also where s is nought.
    pub fn distance(self, gap: i64) -> Option<Quantity> {
        let share = self.scaled(gap)?.checked_div(self.squares)?;
        Some(Quantity::Permille(share.isqrt().try_into().unwrap_or(u32::MAX)))
    }

    /// gap² · n · (n − 1), in millionths.
    fn scaled(self, gap: i64) -> Option<i128> {
        let square = i128::from(gap).checked_mul(i128::from(gap))?;
        square.checked_mul(1_000_000)?.checked_mul(self.count * (self.count - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coefficient_of_variation_is_that_of_the_sample() {
        // Mean 100, squared deviations 4 + 0 + 0 + 4 = 8, s² = 8 / 3: 1.6329… %.
        let spread = Spread::of(&[98, 100, 100, 102]).expect("small");
        assert_eq!(spread.variation(), Some(Quantity::Permille(16)));
        assert_eq!((spread.varies_less_than(16), spread.varies_less_than(17)), (Some(false), Some(true)));
        // s = 2 and mean 100 exactly: 2 % is not below 2 %.
        let spread = Spread::of(&[98, 100, 102]).expect("small");
        assert_eq!((spread.varies_less_than(20), spread.varies_less_than(21)), (Some(false), Some(true)));
    }

    #[test]
    fn the_relative_distance_is_measured_in_deviations_of_the_others() {
        // s of 98, 100, 102 is 2: a gap of 3 is exactly 1.5.
        let others = Spread::of(&[98, 100, 102]).expect("small");
        assert_eq!(others.distance(3), Some(Quantity::Permille(1500)));
        assert_eq!(
            (others.is_exceeded_by(3, 1500), others.is_exceeded_by(4, 1500)),
            (Some(false), Some(true))
        );
        let equal = Spread::of(&[100, 100, 100]).expect("small");
        assert_eq!((equal.is_exceeded_by(0, 1500), equal.is_exceeded_by(1, 1500)), (Some(false), Some(true)));
        assert_eq!(equal.distance(1), None);
    }

    #[test]
    fn the_dearest_prices_that_can_be_read_do_not_overflow_unseen() {
        let dear = Spread::of(&[1_000_000_000_000_000 - 1; 4]).expect("held");
        assert_eq!(dear.varies_less_than(20), Some(true));
        let wide: Vec<i64> = (0..5000).map(|at| at % 2 * 999_999_999_999_999).collect();
        assert_eq!(Spread::of(&wide).and_then(|spread| spread.varies_less_than(20)), None);
    }
}
