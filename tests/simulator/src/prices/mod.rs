//! Prices: what honest bidders ask under each evaluation method, and what planted ones ask.
//!
//! An honest set must not by accident look planted: all distinct, no three equal gaps or ratios, no tiny
//! spread, no lonely lowest. Such a set is drawn, checked in integers (or in plain multiplication, the
//! same on every machine) with a margin over the rules' tolerances, and drawn again where it fails.

mod wishes;

use wishes::Rungs;
pub use wishes::{LADDER, Wish};

use crate::{dice::Dice, section::Evaluation};

const ROUNDS: usize = 300;

fn within(rungs: Rungs, price: i64) -> bool {
    (rungs.0..=rungs.1).contains(&price)
}

/// `count` prices in fen under a ceiling in fen.
pub fn draw(
    dice: &mut Dice,
    ceiling: i64,
    count: usize,
    evaluation: Evaluation,
    wish: Wish,
    out: &mut Vec<i64>,
) {
    out.clear();
    let mut sorted = Vec::with_capacity(count);
    let band = Band { ceiling, count, evaluation, wish };
    out.extend((0..count).map(|_| band.one(dice)));
    let exempt = wish.plant(dice, ceiling, out);
    let fixed = wish.fixed();
    for _ in 0..ROUNDS {
        match band.fault(out, exempt, &mut sorted) {
            None => return,
            Some(Fault::Price(at)) => out[at] = band.one(dice),
            Some(Fault::Shape) => {
                for price in out.iter_mut().skip(fixed) {
                    *price = band.one(dice);
                }
                if fixed == count {
                    return;
                }
            }
        }
    }
    if wish == Wish::Honest {
        spread_out(ceiling, out);
    }
}

/// Where a section's prices lie.
struct Band {
    ceiling: i64,
    count: usize,
    evaluation: Evaluation,
    wish: Wish,
}

impl Band {
    /// One price: uniform where the lowest wins, bunched where the mean does.
    fn one(&self, dice: &mut Dice) -> i64 {
        // Many bidders in a narrow band would share ratios by chance; the band widens with them.
        let crowd = self.count as u64 * 300;
        let parts = match (self.wish.band(), self.evaluation) {
            (Some((low, high)), _) => low + dice.below(high - low),
            (_, Evaluation::LowestPrice | Evaluation::QualifiedLowest) => 862_000 + dice.below(121_000),
            (_, Evaluation::AveragePrice) => triangle(dice, 938_000, (14_000 + crowd).min(44_000)),
            (_, Evaluation::Comprehensive) => triangle(dice, 925_000, (38_000 + crowd).min(56_000)),
        };
        let price = (i128::from(self.ceiling) * i128::from(parts) / 1_000_000) as i64;
        let grain = if self.wish == Wish::Tight { 1 } else { dice.pick(&[1, 1, 1, 100, 100, 10_000]) };
        // A rough grain only where it leaves many prices to choose from.
        if self.ceiling / grain > 20_000 { price / grain * grain } else { price }
    }

    /// The first thing in the set that a price rule could report, apart from what the scheme planted.
    fn fault(&self, prices: &[i64], exempt: Rungs, sorted: &mut Vec<(i64, usize)>) -> Option<Fault> {
        sorted.clear();
        sorted.extend(prices.iter().enumerate().map(|(at, price)| (*price, at)));
        sorted.sort_unstable();
        let fixed = self.wish.fixed();
        let free = |places: &[(i64, usize)]| places.iter().map(|(_, at)| *at).find(|at| *at >= fixed);
        let equal = |pair: &[(i64, usize)]| pair[0].0 == pair[1].0;
        if let Some(at) = sorted.windows(2).filter(|pair| equal(pair)).find_map(free) {
            return Some(Fault::Price(at));
        }
        // Others must not stand between the rungs of a ladder, or it would have no equal steps.
        if let Some((_, at)) = sorted.iter().find(|(price, at)| *at >= fixed && within(exempt, *price)) {
            return Some(Fault::Price(*at));
        }
        sorted.dedup_by_key(|(price, _)| *price);
        for three in sorted.windows(3) {
            let planted = three.iter().all(|(price, _)| within(exempt, *price));
            if !planted
                && (equal_gaps(three) || equal_ratios(three))
                && let Some(at) = free(&three[1..]).or(free(three))
            {
                return Some(Fault::Price(at));
            }
        }
        self.shape_is_odd(sorted).then_some(Fault::Shape)
    }

    /// Would PRI-06, 07 or 11 report it, with a margin, without the scheme's wanting it?
    fn shape_is_odd(&self, sorted: &[(i64, usize)]) -> bool {
        if sorted.len() < 4 {
            return false;
        }
        let (lowest, second, last) = (sorted[0].0, sorted[1].0, sorted[sorted.len() - 1].0);
        let lonely = (second - lowest) * 100 >= lowest * 4 && (last - second) * 100 <= second * 3;
        if lonely && self.wish != Wish::Cover {
            return true;
        }
        if !matches!(self.evaluation, Evaluation::LowestPrice | Evaluation::QualifiedLowest) {
            return false;
        }
        let (mean, variance) = moments(sorted);
        let (_, rest) = moments(&sorted[1..]);
        let gap = (second - lowest) as f64;
        // Coefficient of variation under 2.6 %; relative distance over 1.3.
        let tight = variance < mean * mean * 0.000_676;
        let far = gap * gap > rest * 1.69;
        tight && self.wish != Wish::Tight || far && self.wish != Wish::Lonely
    }
}

fn triangle(dice: &mut Dice, centre: u64, half: u64) -> u64 {
    centre - half + dice.below(half) + dice.below(half)
}

enum Fault {
    /// This one price should be drawn again.
    Price(usize),
    /// The set as a whole.
    Shape,
}

/// Twice the tolerance of PRI-02; two equal gaps are too many already.
fn equal_gaps(three: &[(i64, usize)]) -> bool {
    let (first, second) = (three[1].0 - three[0].0, three[2].0 - three[1].0);
    (first - second).abs() <= (first / 500).max(2)
}

/// One and a half times the tolerance of PRI-03.
fn equal_ratios(three: &[(i64, usize)]) -> bool {
    let (left, right) = (i128::from(three[1].0).pow(2), i128::from(three[2].0) * i128::from(three[0].0));
    (left - right).abs() * 200_000 <= 3 * left
}

fn moments(sorted: &[(i64, usize)]) -> (f64, f64) {
    let count = sorted.len() as f64;
    let mean = sorted.iter().map(|(price, _)| *price as f64).sum::<f64>() / count;
    let squares = sorted.iter().map(|(price, _)| (*price as f64 - mean) * (*price as f64 - mean));
    (mean, squares.sum::<f64>() / (count - 1.0))
}

/// A set that passes without luck: gaps that grow steadily from 87 % to 98 % of the ceiling.
fn spread_out(ceiling: i64, prices: &mut [i64]) {
    let count = prices.len() as i128;
    for (at, price) in prices.iter_mut().enumerate() {
        let at = at as i128;
        let parts = 870_000 * count * count + 110_000 * at * (at + 1);
        *price = (i128::from(ceiling) * parts / (1_000_000 * count * count)) as i64;
    }
}

#[cfg(test)]
mod tests {
    use super::{wishes::NO_RUNGS, *};
    use crate::dice::Stream;

    const ALL: [Evaluation; 4] = [
        Evaluation::LowestPrice,
        Evaluation::AveragePrice,
        Evaluation::Comprehensive,
        Evaluation::QualifiedLowest,
    ];

    #[test]
    fn honest_prices_are_clean_and_below_the_ceiling() {
        let mut prices = Vec::new();
        let mut sorted = Vec::new();
        for index in 0..400 {
            let mut dice = Dice::new(11, Stream::Section, index);
            let count = [3, 4, 5, 8, 30, 200][index as usize % 6];
            let evaluation = ALL[index as usize % 4];
            let ceiling = 3_000_000_000 + dice.between(0, 1_000_000) * 100;
            draw(&mut dice, ceiling, count, evaluation, Wish::Honest, &mut prices);
            let band = Band { ceiling, count, evaluation, wish: Wish::Honest };
            assert!(band.fault(&prices, NO_RUNGS, &mut sorted).is_none(), "{count} bidders");
            assert!(prices.iter().all(|price| *price < ceiling && *price * 100 > ceiling * 86));
        }
    }

    #[test]
    fn a_ladder_has_equal_steps_and_nothing_between() {
        let mut prices = Vec::new();
        for index in 0..100 {
            let mut dice = Dice::new(12, Stream::Section, index);
            draw(&mut dice, 3_000_000_000, 9, Evaluation::Comprehensive, Wish::Ladder, &mut prices);
            let (rungs, others) = prices.split_at(LADDER);
            assert!(rungs.windows(3).all(|w| w[1] - w[0] == w[2] - w[1]));
            assert!(others.iter().all(|price| !(rungs[0]..=rungs[4]).contains(price)));
        }
    }

    /// Mean of all, standard deviation of all and of all but the lowest, lowest, second and last.
    fn shape(prices: &[i64]) -> [f64; 6] {
        let mut sorted: Vec<_> = prices.iter().map(|price| (*price, 0)).collect();
        sorted.sort_unstable();
        let ((mean, all), (_, rest)) = (moments(&sorted), moments(&sorted[1..]));
        let last = sorted[sorted.len() - 1].0;
        [mean, all.sqrt(), rest.sqrt(), sorted[0].0 as f64, sorted[1].0 as f64, last as f64]
    }

    #[test]
    fn each_odd_shape_is_the_one_that_was_wanted() {
        let mut prices = Vec::new();
        for index in 0..300 {
            let mut dice = Dice::new(13, Stream::Section, index);
            let (wish, count) =
                ([Wish::Tight, Wish::Lonely, Wish::Cover][index as usize % 3], 5 + index as usize % 4);
            let evaluation =
                if wish == Wish::Cover { Evaluation::Comprehensive } else { Evaluation::LowestPrice };
            draw(&mut dice, 60_000_000 * (index as i64 + 1), count, evaluation, wish, &mut prices);
            let [mean, all, rest, lowest, second, last] = shape(&prices);
            let bunched = last <= second * 1.02 && second >= lowest * 1.05;
            assert_eq!(bunched, wish == Wish::Cover, "PRI-11 {wish:?} {prices:?}");
            if evaluation == Evaluation::LowestPrice {
                assert_eq!(all < 0.02 * mean, wish == Wish::Tight, "PRI-06 {wish:?} {prices:?}");
                assert_eq!(second - lowest > 1.5 * rest, wish == Wish::Lonely, "PRI-07 {wish:?} {prices:?}");
            }
        }
    }

    #[test]
    fn planted_ratios_are_equal_to_a_hundred_thousandth_and_their_steps_are_not() {
        let mut prices = Vec::new();
        for index in 0..100 {
            let mut dice = Dice::new(14, Stream::Section, index);
            draw(&mut dice, 60_000_000, 8, Evaluation::Comprehensive, Wish::Ratio, &mut prices);
            let (rungs, others) = prices.split_at(LADDER);
            let (p, q) = (i128::from(rungs[0]), i128::from(rungs[1]));
            for two in rungs.windows(2) {
                let (left, right) = (i128::from(two[1]) * p, i128::from(two[0]) * q);
                assert!((left - right).abs() * 100_000 <= right);
            }
            assert!(rungs.windows(3).all(|w| w[2] - w[1] > (w[1] - w[0]) * 1004 / 1000));
            assert!(others.iter().all(|price| !(rungs[0]..=rungs[4]).contains(price)));
        }
    }
}
