//! How a market's value is spread over suppliers: exact sums, from which shares are reckoned when somebody asks.
//!
//! Shares are rounded down to thousand-millionths; the sum of their squares is so within 2 × 10^-9 of the true one.

use super::tallies::Tally;
use crate::symbols::Symbol;
use std::collections::BTreeMap;

/// One, in the unit of shares.
const ONE: i128 = 1_000_000_000;
/// How many suppliers are "the largest".
const LARGEST: usize = 10;

/// What suppliers were awarded by buyers, fen.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// By supplier and buyer.
    sums: BTreeMap<(Symbol, Symbol), i128>,
}

/// How concentrated a market is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concentration {
    /// The sum of squared shares, ÷ 1.
    pub hhi: Tally,
    /// What the ten largest were awarded, fen ÷ fen.
    pub top_ten: Tally,
    /// The same sum within each buyer, ÷ buyers.
    pub buyers: Tally,
}

impl Market {
    /// Changes what a supplier was awarded by a buyer.
    pub fn change(&mut self, supplier: Symbol, buyer: Symbol, fen: i128) {
        let held = self.sums.entry((supplier, buyer)).or_default();
        *held += fen;
        // An award has a price above 0, so that nothing is left is told by the sum.
        if *held == 0 {
            self.sums.remove(&(supplier, buyer));
        }
    }

    /// Adds another market to it.
    pub fn add(&mut self, other: &Market) {
        other.sums.iter().for_each(|((supplier, buyer), fen)| self.change(*supplier, *buyer, *fen));
    }

    /// Whether nothing was awarded.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// How concentrated it is.
    pub fn concentration(&self) -> Concentration {
        let mut suppliers: Vec<i128> = Vec::new();
        let mut buyers: BTreeMap<Symbol, Vec<i128>> = BTreeMap::new();
        let mut last = None;
        for ((supplier, buyer), fen) in &self.sums {
            match suppliers.last_mut() {
                Some(held) if last == Some(*supplier) => *held += fen,
                _ => suppliers.push(*fen),
            }
            last = Some(*supplier);
            buyers.entry(*buyer).or_default().push(*fen);
        }
        let within: i128 = buyers.values().map(|of_buyer| squares(of_buyer)).sum();
        suppliers.sort_unstable_by(|a, b| b.cmp(a));
        let largest = suppliers.iter().take(LARGEST).sum();
        Concentration {
            hhi: Tally::new(squares(&suppliers), (!suppliers.is_empty()).into()),
            top_ten: Tally::new(largest, suppliers.iter().sum()),
            buyers: Tally::new(within, buyers.len() as i128),
        }
    }
}

/// The sum of the squares of shares, in thousand-millionths.
fn squares(values: &[i128]) -> i128 {
    let total: i128 = values.iter().sum();
    if total == 0 {
        return 0;
    }
    let shares = values.iter().map(|value| value * ONE / total);
    shares.map(|share| share * share).sum::<i128>() / ONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_market_is_as_concentrated_as_its_suppliers_are_unequal() {
        let (mut market, [a, b, one, other]) = (Market::default(), [1, 2, 11, 12].map(Symbol));
        for (supplier, buyer, fen) in [(a, one, 60), (b, one, 20), (a, other, 20)] {
            market.change(supplier, buyer, fen);
        }
        let Concentration { hhi, top_ten, buyers } = market.concentration();
        // Suppliers have 80 and 20 of 100; one buyer's 60 and 20 of 80, the other's all.
        assert_eq!((hhi.numerator, hhi.denominator), (680_000_000, 1));
        assert_eq!((top_ten.numerator, top_ten.denominator), (100, 100));
        assert_eq!((buyers.numerator, buyers.denominator), (625_000_000 + ONE, 2));
        for (supplier, buyer, fen) in [(a, one, -60), (b, one, -20), (a, other, -20)] {
            market.change(supplier, buyer, fen);
        }
        assert!(market.is_empty());
    }

    #[test]
    fn only_the_ten_largest_count_as_the_ten_largest() {
        let mut market = Market::default();
        (1..=12).for_each(|supplier| market.change(Symbol(supplier), Symbol(100), supplier.into()));
        let top_ten = market.concentration().top_ten;
        assert_eq!((top_ten.numerator, top_ten.denominator), (78 - 3, 78));
    }
}
