//! Prices: what honest bidders ask under each evaluation method, and what planted ones ask.
//!
//! An honest set must not by accident look planted: all distinct, no three equal gaps or ratios, no tiny
//! spread, no lonely lowest. Such a set is drawn, checked in integers (or in plain multiplication, the
//! same on every machine) with a margin over the rules' tolerances, and drawn again where it fails.

use crate::{dice::Dice, section::Evaluation};

/// What a scheme wants of the prices; the first bidders take part.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Honest,
    /// The first two are equal.
    Equal,
    /// The first five climb in equal steps.
    Ladder,
    /// The first is above the ceiling.
    OverCeiling,
}

/// Bidders on a ladder: five prices have four equal gaps, whichever of the two one counts.
pub const LADDER: usize = 5;
const ROUNDS: usize = 300;

/// The lowest and the highest rung of a planted ladder.
type Rungs = (i64, i64);
const NO_RUNGS: Rungs = (0, -1);

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
    for _ in 0..count {
        let price = one(dice, ceiling, count, evaluation);
        out.push(price);
    }
    let exempt = plant(dice, ceiling, wish, out);
    let fixed = match wish {
        Wish::Honest => 0,
        Wish::Equal => 2,
        Wish::Ladder => LADDER,
        Wish::OverCeiling => 1,
    };
    for _ in 0..ROUNDS {
        match fault(out, fixed, exempt, evaluation, &mut sorted) {
            None => return,
            Some(Fault::Price(at)) => out[at] = one(dice, ceiling, count, evaluation),
            Some(Fault::Shape) => {
                for price in out.iter_mut().skip(fixed) {
                    *price = one(dice, ceiling, count, evaluation);
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

/// One honest price: uniform where the lowest wins, bunched where the mean does.
fn one(dice: &mut Dice, ceiling: i64, count: usize, evaluation: Evaluation) -> i64 {
    // Many bidders in a narrow band would share ratios by chance; the band widens with them.
    let crowd = count as u64 * 300;
    let parts = match evaluation {
        Evaluation::LowestPrice | Evaluation::QualifiedLowest => 862_000 + dice.below(121_000),
        Evaluation::AveragePrice => triangle(dice, 938_000, (14_000 + crowd).min(44_000)),
        Evaluation::Comprehensive => triangle(dice, 925_000, (38_000 + crowd).min(56_000)),
    };
    let price = (i128::from(ceiling) * i128::from(parts) / 1_000_000) as i64;
    let grain = dice.pick(&[1, 1, 1, 100, 100, 10_000]);
    // A rough grain only where it leaves many prices to choose from.
    if ceiling / grain > 20_000 { price / grain * grain } else { price }
}

fn triangle(dice: &mut Dice, centre: u64, half: u64) -> u64 {
    centre - half + dice.below(half) + dice.below(half)
}

/// Writes what the scheme wants and answers the range that the checks leave alone.
fn plant(dice: &mut Dice, ceiling: i64, wish: Wish, prices: &mut [i64]) -> Rungs {
    let part = |per_mille: i64| ceiling / 1000 * per_mille;
    match wish {
        Wish::Honest => NO_RUNGS,
        Wish::Equal => {
            prices[1] = prices[0];
            NO_RUNGS
        }
        Wish::OverCeiling => {
            prices[0] = ceiling + part(dice.between(2, 30)) + dice.between(1, 9_999);
            NO_RUNGS
        }
        Wish::Ladder => {
            let step = part(dice.between(5, 9)) / 100 * 100;
            let first = part(dice.between(880, 900)) / 100 * 100;
            for (rung, price) in prices.iter_mut().take(LADDER).enumerate() {
                *price = first + step * rung as i64;
            }
            (first, first + step * (LADDER as i64 - 1))
        }
    }
}

enum Fault {
    /// This one price should be drawn again.
    Price(usize),
    /// The set as a whole.
    Shape,
}

/// The first thing in the set that a price rule could report, apart from what the scheme planted.
fn fault(
    prices: &[i64],
    fixed: usize,
    exempt: Rungs,
    evaluation: Evaluation,
    sorted: &mut Vec<(i64, usize)>,
) -> Option<Fault> {
    sorted.clear();
    sorted.extend(prices.iter().enumerate().map(|(at, price)| (*price, at)));
    sorted.sort_unstable();
    let free = |places: &[(i64, usize)]| places.iter().map(|(_, at)| *at).find(|at| *at >= fixed);
    for pair in sorted.windows(2) {
        if pair[0].0 == pair[1].0
            && let Some(at) = free(pair)
        {
            return Some(Fault::Price(at));
        }
    }
    // Others must not stand between the rungs of a ladder, or it would have no equal steps.
    for (price, at) in sorted.iter() {
        if *at >= fixed && within(exempt, *price) {
            return Some(Fault::Price(*at));
        }
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
    shape_is_odd(sorted, evaluation).then_some(Fault::Shape)
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

/// Would PRI-06, 07 or 11 report it, with a margin?
fn shape_is_odd(sorted: &[(i64, usize)], evaluation: Evaluation) -> bool {
    if sorted.len() < 4 {
        return false;
    }
    let (lowest, second, last) = (sorted[0].0, sorted[1].0, sorted[sorted.len() - 1].0);
    let lonely = (second - lowest) * 100 >= lowest * 4 && (last - second) * 100 <= second * 3;
    let priced_by_lowest = matches!(evaluation, Evaluation::LowestPrice | Evaluation::QualifiedLowest);
    if lonely || !priced_by_lowest {
        return lonely;
    }
    let (mean, variance) = moments(sorted);
    let (_, rest) = moments(&sorted[1..]);
    let gap = (second - lowest) as f64;
    // Coefficient of variation under 2.6 %; relative distance over 1.3.
    variance < mean * mean * 0.000_676 || gap * gap > rest * 1.69
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
    use super::*;
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
            assert!(fault(&prices, 0, NO_RUNGS, evaluation, &mut sorted).is_none(), "{count} bidders");
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
}
