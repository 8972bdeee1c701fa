//! What an expert gives a bidder for an item, in tenths of a mark.
//!
//! The winner leads with every expert by more than a price can make good, objective items and prices are
//! scored alike, subjective ones within a few per cent, and no two experts agree on everything: no rule on
//! scores has a reason to speak, unless the section's [`Scoring`] gives it one.

use crate::{
    dice::mix,
    section::{Scoring, Section},
};

/// The items by place: two subjective ones, an objective one, the price.
const SKILL: usize = 0;
const PLAN: usize = 1;
const RECORD: usize = 2;

/// The score of an expert for the bidder at a place and an item.
pub fn tenths(section: &Section, expert: usize, place: usize, item: usize) -> u64 {
    let honest = honest(section, expert, place, item);
    let rival = place == section.rival();
    match section.scoring {
        Scoring::OneSided if expert == 1 && rival && item == PLAN => honest * 55 / 100,
        Scoring::Unequal if expert == 2 && rival && item == RECORD => honest - 5,
        Scoring::OverFull if expert == 0 && wins(section, place) && item == PLAN => 315,
        Scoring::Copied if expert == 1 && item <= PLAN => self::honest(section, 0, place, item),
        Scoring::Deciding => deciding(expert, place, item),
        _ => honest,
    }
}

fn wins(section: &Section, place: usize) -> bool {
    section.award.as_ref().is_some_and(|award| award.winner == place)
}

fn honest(section: &Section, expert: usize, place: usize, item: usize) -> u64 {
    let bid = &section.bids[place];
    let base = if wins(section, place) { 90 } else { 78 } + mix(bid.number + item as u64) % 5;
    match item {
        SKILL => base * 4 + expert as u64,
        PLAN => base * 3 + mix(bid.number * 16 + expert as u64) % 8,
        RECORD => base,
        _ => price(section, place),
    }
}

/// Twenty marks for the lowest price, one less for every four per cent of the ceiling above it.
fn price(section: &Section, place: usize) -> u64 {
    let prices = section.priced().map(|place| section.bids[place].price);
    let lowest = prices.min().unwrap_or(0);
    let above = (section.bids[place].price - lowest) * 1000 / section.ceiling;
    200 - (above / 4).clamp(0, 30) as u64
}

/// All experts prefer the second bidder by a little but the third expert, who prefers the first by more than
/// all others together. Prices are scored alike, or they would decide.
fn deciding(expert: usize, place: usize, item: usize) -> u64 {
    let base = [85, 87, 75][place.min(2)];
    match (item, expert, place) {
        (SKILL, 2, 0) => 395,
        (SKILL, 2, 1) => 310,
        (PLAN, 2, 0) => 285,
        (PLAN, 2, 1) => 245,
        (SKILL, ..) => base * 4 + expert as u64,
        (PLAN, ..) => base * 3,
        (RECORD, ..) => base,
        _ => 190,
    }
}
