//! Who wins, and when candidates, award and contract come.

use crate::{
    bid::Fate,
    clock::{self, HOUR, at},
    dice::Dice,
    firms::{FirmNo, Firms},
    schemes::Winner,
    section::{Award, Evaluation, Section},
};

/// Winners that a tenderer remembers: it does not choose them again where it has a choice, or half of its
/// money would go to one firm by chance (HIS-10).
const SUPPLIERS_MAX: usize = 32;

/// Bids without a win after which a firm is favoured.
const PATIENCE: u32 = 5;

/// For each tenderer, who won there lately.
pub struct Suppliers(Vec<Vec<FirmNo>>);

impl Suppliers {
    /// Of so many tenderers.
    pub fn new(tenderers: u64) -> Self {
        Self(vec![Vec::new(); tenderers as usize + 2])
    }

    /// Who won there lately; nobody where a scheme chooses the winners.
    pub fn of(&self, tenderer: u64) -> &[FirmNo] {
        self.0.get(tenderer as usize).map_or(&[], Vec::as_slice)
    }

    /// Notes a winner.
    pub fn note(&mut self, tenderer: u64, winner: FirmNo) {
        let Some(suppliers) = self.0.get_mut(tenderer as usize) else { return };
        if suppliers.len() == SUPPLIERS_MAX {
            suppliers.remove(0);
        }
        suppliers.push(winner);
    }
}

/// The award of a section, if a bid stands.
pub fn award(dice: &mut Dice, section: &Section, wanted: Winner, regulars: &[FirmNo]) -> Option<Award> {
    let mut standing: Vec<usize> = section.priced().collect();
    standing.retain(|place| section.bids[*place].fate == Fate::Stands);
    standing.sort_by_key(|place| section.bids[*place].price);
    let winner = winner(dice, section, wanted, &standing, regulars)?;
    let others = standing.iter().copied().filter(|place| *place != winner);
    let candidates = std::iter::once(winner).chain(others).take(3).collect();
    let day = section.day();
    let proposed = clock::weekday_from(day + dice.between(1, 3));
    let made = clock::weekday_from(proposed + dice.between(4, 6));
    let signed = clock::weekday_from(made + dice.between(5, 20));
    Some(Award {
        candidates,
        winner,
        proposed: at(proposed, 10, 0) + dice.between(0, 6 * HOUR),
        declined: None,
        made: at(made, 9, 0) + dice.between(0, 8 * HOUR),
        signed: Some(at(signed, 9, 0) + dice.between(0, 8 * HOUR)),
        contract_price: None,
        completed: dice.per_mille(100).then(|| at(signed + dice.between(10, 22), 10, 0)),
    })
}

/// Lets one who has bid long without winning change places, and prices, with the winner: else chance would
/// make many of them look like companions (HIS-01).
pub fn favour(section: &mut Section, firms: &Firms, regulars: &[FirmNo]) {
    let Some(award) = &mut section.award else { return };
    let longing = |place: &usize| {
        let bid = &section.bids[*place];
        let firm = firms.get(bid.firm);
        let long = firm.wins == 0 && firm.losses >= PATIENCE && !regulars.contains(&bid.firm);
        if long && bid.fate == Fate::Stands { firm.losses } else { 0 }
    };
    let Some(place) = (0..section.bids.len()).max_by_key(longing) else { return };
    if longing(&place) <= longing(&award.winner) {
        return;
    }
    let winner = award.winner;
    for candidate in &mut award.candidates {
        *candidate = match *candidate {
            same if same == winner => place,
            same if same == place => winner,
            other => other,
        };
    }
    award.winner = place;
    let price = section.bids[place].price;
    section.bids[place].price = std::mem::replace(&mut section.bids[winner].price, price);
}

/// The winner's place; `standing` is sorted by price.
fn winner(
    dice: &mut Dice,
    section: &Section,
    wanted: Winner,
    standing: &[usize],
    regulars: &[FirmNo],
) -> Option<usize> {
    match (wanted, section.evaluation) {
        (Winner::First, _) => Some(0),
        (_, Evaluation::LowestPrice | Evaluation::QualifiedLowest) => standing.first().copied(),
        (_, Evaluation::AveragePrice) => {
            let price = |place: &&usize| section.bids[**place].price;
            let mean = standing.iter().map(|place| price(&place) / standing.len() as i64).sum::<i64>();
            standing.iter().min_by_key(|place| (price(place) - mean).abs()).copied()
        }
        (_, Evaluation::Comprehensive) => {
            let losers = if let Winner::NoneOfFirst(count) = wanted { count } else { 0 };
            let mut choice: Vec<usize> = standing.iter().copied().filter(|place| *place >= losers).collect();
            if choice.iter().any(|place| !regulars.contains(&section.bids[*place].firm)) {
                choice.retain(|place| !regulars.contains(&section.bids[*place].firm));
            }
            Some(dice.pick(&choice))
        }
    }
}
