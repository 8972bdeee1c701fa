//! The sums of all contributions that hold, by period, department, industry and region.
//!
//! *Laws.* The sums do not depend on the order of changes; a contribution taken back leaves no trace. A key whose parts are
//! all gone is gone. Whole numbers only: a sum of 10^15 fen each over 10^9 sections fits.

use super::market::{Concentration, Market};
use super::measure::{Bought, Measure, Month, Scope};
use super::packed::Packed;
use super::sheet::{Indicator, Scoped};
use super::standing::{Stage, Standing};
use crate::event::Industry;
use crate::operators::Diff;
use crate::symbols::Symbol;
use std::collections::BTreeMap;

/// For which time an indicator is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Period {
    /// What stands now, whatever the month.
    Standing,
    /// A calendar month.
    Month(Month),
    /// A calendar year.
    Year(u16),
}

/// What is summed up together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// When.
    pub period: Period,
    /// What.
    pub indicator: Indicator,
    /// The department, or [`Symbol::NONE`].
    pub department: Symbol,
    /// The industry, if it is known.
    pub industry: Option<Industry>,
    /// The region, or [`Symbol::NONE`].
    pub region: Symbol,
}

impl Key {
    /// The key of a part: of the scope, what the indicator is told apart by.
    pub fn of(indicator: Indicator, period: Period, scope: Scope) -> Key {
        let Scope { department, industry, region } = scope;
        let none = Key { period, indicator, department: Symbol::NONE, industry, region: Symbol::NONE };
        match indicator.sheet().scoped {
            Scoped::Department => Key { department, ..none },
            Scoped::Region => Key { region, ..none },
            Scoped::Nothing => Key { industry: None, ..none },
        }
    }
}

/// Two sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Above the line.
    pub numerator: i128,
    /// Below it.
    pub denominator: i128,
    /// How many parts it is the sum of: with none it is gone, even where parts of either sign sum to 0.
    parts: i64,
}

impl Tally {
    /// A tally of these sums.
    pub fn new(numerator: i128, denominator: i128) -> Tally {
        Tally { numerator, denominator, parts: 1 }
    }

    /// Adds another to it.
    pub fn add(&mut self, other: Tally) {
        self.numerator += other.numerator;
        self.denominator += other.denominator;
        self.parts += other.parts;
    }
}

/// All sums.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    sums: BTreeMap<Key, Tally>,
    markets: BTreeMap<(Month, Option<Industry>, Symbol), Market>,
    standings: BTreeMap<(Option<Industry>, Symbol, Standing), i64>,
}

impl Tallies {
    /// Takes in what one commit changed: contributions that began (+) and ended (−) to hold. Most of what a section
    /// contributed before it does after, too, and is not touched.
    pub fn change<'a>(&mut self, changes: impl Iterator<Item = (&'a Packed, Diff)>) {
        let mut parts: Vec<(Key, Tally)> = Vec::new();
        for (packed, diff) in changes {
            let contribution = packed.unpack();
            for measure in &contribution.measures {
                parts.push(part(measure, contribution.scope, diff));
            }
            if let Some(bought) = contribution.bought {
                self.buy(contribution.scope, bought, diff);
            }
            if let Some(standing) = contribution.standing {
                let Scope { industry, region, .. } = contribution.scope;
                let held = self.standings.entry((industry, region, standing)).or_default();
                *held += diff as i64;
                if *held == 0 {
                    self.standings.remove(&(industry, region, standing));
                }
            }
        }
        self.sum(parts);
    }

    /// Takes in parts of something that counts in this scope.
    pub fn add(&mut self, measures: &[Measure], scope: Scope, diff: Diff) {
        self.sum(measures.iter().map(|measure| part(measure, scope, diff)).collect());
    }

    /// Takes in a part of what stands now.
    pub fn stand(&mut self, indicator: Indicator, numerator: i64, denominator: i64, diff: Diff) {
        let key = Key::of(indicator, Period::Standing, Scope::default());
        self.put(key, times(numerator, denominator, diff));
    }

    fn sum(&mut self, mut parts: Vec<(Key, Tally)>) {
        parts.sort_unstable_by_key(|(key, _)| *key);
        for same in parts.chunk_by(|a, b| a.0 == b.0) {
            let mut tally = Tally::default();
            same.iter().for_each(|(_, part)| tally.add(*part));
            if tally != Tally::default() {
                let key = same[0].0;
                self.put(key, tally);
                if let Period::Month(month) = key.period {
                    self.put(Key { period: Period::Year(month.year()), ..key }, tally);
                }
            }
        }
    }

    fn put(&mut self, key: Key, tally: Tally) {
        let held = self.sums.entry(key).or_default();
        held.add(tally);
        if *held == Tally::default() {
            self.sums.remove(&key);
        }
    }

    fn buy(&mut self, scope: Scope, bought: Bought, diff: Diff) {
        let of = (bought.month, scope.industry, scope.region);
        let market = self.markets.entry(of).or_default();
        market.change(bought.supplier, bought.buyer, i128::from(bought.fen) * diff as i128);
        if market.is_empty() {
            self.markets.remove(&of);
        }
    }

    /// All that is known of a period, in the order of keys; nothing with a denominator of 0.
    pub fn of(&self, period: Period) -> Vec<(Key, Tally)> {
        let first = |period| Key {
            period,
            indicator: Indicator::ALL[0],
            department: Symbol::NONE,
            industry: None,
            region: Symbol::NONE,
        };
        let sums = self.sums.range(first(period)..).take_while(|(key, _)| key.period == period);
        let mut all: Vec<(Key, Tally)> = sums.map(|(key, tally)| (*key, *tally)).collect();
        for ((industry, region), market) in self.markets_of(period) {
            let scope = Scope { department: Symbol::NONE, industry, region };
            let Concentration { hhi, top_ten, buyers } = market.concentration();
            for (indicator, tally) in [
                (Indicator::ConcentrationHhi, hhi),
                (Indicator::TopTenShare, top_ten),
                (Indicator::BuyerConcentrationHhi, buyers),
            ] {
                all.push((Key::of(indicator, period, scope), tally));
            }
        }
        all.retain(|(_, tally)| tally.denominator != 0);
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }

    /// One sum; none where nothing is summed up. What is reckoned from a market stands in [`of`](Tallies::of) alone.
    pub fn get(&self, key: &Key) -> Option<Tally> {
        self.sums.get(key).copied()
    }

    fn markets_of(&self, period: Period) -> BTreeMap<(Option<Industry>, Symbol), Market> {
        let (from, until) = match period {
            Period::Standing => return BTreeMap::new(),
            Period::Month(month) => (month.0, month.0.saturating_add(1)),
            Period::Year(year) => {
                let from = year.saturating_sub(1970) * 12;
                (from, from.saturating_add(12))
            }
        };
        let first = |month| (Month(month), None, Symbol::NONE);
        let mut markets: BTreeMap<_, Market> = BTreeMap::new();
        for ((_, industry, region), market) in self.markets.range(first(from)..first(until)) {
            markets.entry((*industry, *region)).or_default().add(market);
        }
        markets
    }

    /// The months of which something is known, in order.
    pub fn months(&self) -> Vec<Month> {
        let mut months: Vec<Month> = Vec::new();
        for key in self.sums.keys() {
            if let Period::Month(month) = key.period
                && months.last() != Some(&month)
            {
                months.push(month);
            }
        }
        months
    }

    /// How many sections have come how far at an instant (µs), by industry and region.
    pub fn stages(&self, now: i64) -> BTreeMap<(Option<Industry>, Symbol, Stage), i64> {
        let mut stages = BTreeMap::new();
        for ((industry, region, standing), count) in &self.standings {
            *stages.entry((*industry, *region, standing.at(now))).or_default() += count;
        }
        stages
    }

    /// How many sums there are.
    pub fn len(&self) -> usize {
        self.sums.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty() && self.markets.is_empty() && self.standings.is_empty()
    }
}

fn part(measure: &Measure, scope: Scope, diff: Diff) -> (Key, Tally) {
    let key = Key::of(measure.indicator, Period::Month(measure.month), scope);
    (key, times(measure.numerator, measure.denominator, diff))
}

fn times(numerator: i64, denominator: i64, diff: Diff) -> Tally {
    let diff = diff as i64;
    Tally {
        numerator: i128::from(numerator) * i128::from(diff),
        denominator: i128::from(denominator) * i128::from(diff),
        parts: diff,
    }
}
