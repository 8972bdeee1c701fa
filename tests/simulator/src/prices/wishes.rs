//! What a scheme wants of a section's prices.

use crate::dice::Dice;

/// What a scheme wants of the prices; the first bidders take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Honest,
    /// The first two are equal.
    Equal,
    /// The first five climb in equal steps.
    Ladder,
    /// The first five climb in equal ratios.
    Ratio,
    /// All within little more than one per cent.
    Tight,
    /// The first alone, far below all others.
    Lonely,
    /// The first below, all others bunched.
    Cover,
    /// The first is above the ceiling.
    OverCeiling,
    /// The first is far below the ceiling.
    Bargain,
    /// The first is just below the ceiling.
    NearCeiling,
}

/// Bidders on a ladder: five prices have four equal gaps, whichever of the two one counts.
pub const LADDER: usize = 5;

/// The lowest and the highest rung of a planted ladder.
pub type Rungs = (i64, i64);
/// No ladder.
pub const NO_RUNGS: Rungs = (0, -1);

impl Wish {
    /// How many of the first prices are as the scheme wants them.
    pub const fn fixed(self) -> usize {
        match self {
            Self::Honest | Self::Tight => 0,
            Self::Equal => 2,
            Self::Ladder | Self::Ratio => LADDER,
            Self::Lonely => 3,
            Self::Cover | Self::OverCeiling | Self::Bargain | Self::NearCeiling => 1,
        }
    }

    /// The band of the other prices in millionths of the ceiling, where it is not an honest one.
    pub const fn band(self) -> Option<(u64, u64)> {
        match self {
            Self::Tight => Some((915_000, 927_000)),
            Self::Lonely => Some((925_000, 965_000)),
            Self::Cover => Some((930_000, 944_000)),
            _ => None,
        }
    }

    /// Writes the first prices and answers the range that the checks leave alone.
    pub fn plant(self, dice: &mut Dice, ceiling: i64, prices: &mut [i64]) -> Rungs {
        let part = |per_mille: i64| ceiling / 1000 * per_mille;
        match self {
            Self::Honest | Self::Tight => {}
            Self::Equal => prices[1] = prices[0],
            Self::OverCeiling => {
                prices[0] = ceiling + part(dice.between(2, 30)) + dice.between(1, 9_999);
            }
            Self::Lonely => prices[..3].copy_from_slice(&[part(862), part(920), part(970)]),
            Self::Cover => prices[0] = part(dice.between(868, 872)),
            Self::Bargain => prices[0] = part(dice.between(780, 830)),
            Self::NearCeiling => prices[0] = part(dice.between(992, 997)),
            Self::Ladder => return ladder(dice, ceiling, &mut prices[..LADDER]),
            Self::Ratio => return ratio(dice, ceiling, &mut prices[..LADDER]),
        }
        NO_RUNGS
    }
}

fn ladder(dice: &mut Dice, ceiling: i64, prices: &mut [i64]) -> Rungs {
    let step = ceiling / 1000 * dice.between(5, 9) / 100 * 100;
    let first = ceiling / 1000 * dice.between(880, 900) / 100 * 100;
    for (rung, price) in prices.iter_mut().enumerate() {
        *price = first + step * rung as i64;
    }
    (first, prices[LADDER - 1])
}

/// From 0.6 to 1.2 per cent between two: no equal steps, since the steps grow by as much.
fn ratio(dice: &mut Dice, ceiling: i64, prices: &mut [i64]) -> Rungs {
    let first = ceiling / 1000 * dice.between(880, 900);
    let per_mille = dice.between(1_006, 1_012);
    let (mut over, mut under) = (i128::from(first), 1);
    for price in prices.iter_mut() {
        // Rounded from the exact value, so that errors do not add up.
        *price = (over / under) as i64;
        (over, under) = (over * i128::from(per_mille), under * 1000);
    }
    (first, prices[LADDER - 1])
}
