//! Who bids, when, and what becomes of it.

use crate::{
    bid::{Bid, Fate, Form},
    clock::{DAY, HOUR, MINUTE, at},
    dice::Dice,
    firms::{FirmNo, Firms},
    schemes::Job,
    section::{Ending, Method, Section},
};

/// How many bidders a section has, by weight: eight in the mean, with a long tail.
const CROWDS: [(u64, (i64, i64)); 14] = [
    (150, (3, 3)),
    (150, (4, 4)),
    (140, (5, 5)),
    (110, (6, 6)),
    (90, (7, 7)),
    (70, (8, 8)),
    (55, (9, 9)),
    (80, (10, 11)),
    (30, (12, 12)),
    (45, (13, 15)),
    (35, (16, 20)),
    (28, (21, 30)),
    (13, (31, 60)),
    (4, (61, 200)),
];

/// Draws bidders so that none is drawn twice for a section.
pub struct Draw {
    /// For each firm of the market, the last section that it was drawn for.
    drawn_for: Vec<u64>,
    sections: u64,
    /// Most bids of a section: those of a day.
    most: usize,
}

impl Draw {
    /// For a market of so many firms.
    pub fn new(firms: u32, bids_per_day: u32) -> Self {
        Self { drawn_for: vec![0; firms as usize], sections: 0, most: bids_per_day.max(12) as usize }
    }

    /// The bidders of a section: first those that the scheme sends.
    pub fn bidders(
        &mut self,
        dice: &mut Dice,
        section: &Section,
        firms: &Firms,
        job: Option<&Job>,
    ) -> Vec<FirmNo> {
        self.sections += 1;
        let trade = section.project.trade;
        let most = (firms.market_size(trade) / 3).min(self.most);
        let count = match job {
            Some(job) => dice.between(job.bidders.0 as i64, job.bidders.1 as i64) as usize,
            None if section.project.method == Method::Public && dice.per_mille(25) => dice.index(3),
            None => {
                let (low, high) = dice.weighted(&CROWDS);
                (dice.between(low, high) as usize).min(most)
            }
        };
        let mut drawn = job.map_or(Vec::new(), |job| job.firms.clone());
        let avoid = job.map_or([].as_slice(), |job| job.avoid.as_slice());
        let mut tries = 0;
        while drawn.len() < count {
            let firm = firms.draw(trade, dice);
            tries += 1;
            let mark = &mut self.drawn_for[firm as usize];
            // A narrow market may have nobody left who is to be avoided; then anybody may join.
            if *mark != self.sections && (tries > 400 || !avoid.contains(&firm)) {
                *mark = self.sections;
                drawn.push(firm);
            }
        }
        drawn
    }
}

/// A bid at this place of a section; `planned` says that a scheme needs it as it is.
pub fn bid(
    dice: &mut Dice,
    section: &Section,
    place: usize,
    firm: FirmNo,
    number: u64,
    wins_before: u32,
    planned: bool,
) -> Bid {
    let day = section.day();
    let days_before = dice.weighted(&[(34, 0), (30, 1), (16, 2), (10, 3), (6, 4), (4, 5)]);
    let submitted = if days_before == 0 {
        section.deadline - dice.between(35 * MINUTE, 140 * MINUTE)
    } else {
        at(day - days_before, 8, 0) + dice.between(0, 14 * HOUR)
    };
    let announced = section.announced / DAY;
    let last_download = (section.documents_until / DAY).min(submitted / DAY - 1).min(day - 2);
    let downloaded_on = dice.between(announced, last_download.max(announced));
    let after = if downloaded_on == announced { 17 } else { 8 };
    let downloaded = at(downloaded_on, after, 0) + dice.between(0, (23 - after) * HOUR);
    let paid_on = dice.between((downloaded_on + 1).max(day - 7), day - 1);
    // The last eight bits of the second tell the bidders of a section apart, up to 256 of them.
    let made = (submitted - dice.between(HOUR, 3 * DAY)) / 256 * 256;
    Bid {
        firm,
        number,
        price: 0,
        downloaded,
        paid: at(paid_on, 9, 0) + dice.between(0, 8 * HOUR),
        submitted,
        created: made - 256 + place as i64 % 256,
        decrypted: 0,
        machine: dice.below(3),
        crew: dice.below(8),
        wins_before,
        form: dice.weighted(&[(55, Form::Transfer), (25, Form::Guarantee), (20, Form::Insurance)]),
        on_site: !planned && dice.per_mille(10),
        revised: !planned && dice.per_mille(30),
        fate: Fate::Stands,
        twist: None,
    }
}

/// What goes wrong without anybody's fault: a withdrawal, a forgotten password, a suspension.
pub fn accidents(dice: &mut Dice, section: &mut Section, firms: &mut Firms) {
    if section.ending != Ending::Awarded {
        return;
    }
    if dice.per_mille(8) {
        section.ending = Ending::Suspended(section.deadline - dice.between(2 * HOUR, 40 * HOUR));
        return;
    }
    if section.bids.len() < 5 {
        return;
    }
    let last = section.bids.len() - 1;
    let quits = &mut firms.get_mut(section.bids[last].firm).quits;
    if dice.per_mille(40) && *quits < 2 {
        *quits += 1;
        section.bids[last].fate = Fate::Withdrawn;
    } else if dice.per_mille(40) {
        section.bids[last].fate = Fate::Unreadable;
    }
}

/// The committee rejects a bid or two in some sections: never the lowest, and never all but one.
pub fn reject_some(dice: &mut Dice, section: &mut Section) {
    if section.priced().count() < 5 || !dice.per_mille(150) {
        return;
    }
    let lowest = section.priced().min_by_key(|place| section.bids[*place].price);
    for _ in 0..dice.between(1, 2) {
        let place = dice.index(section.bids.len());
        if Some(place) != lowest && section.bids[place].fate == Fate::Stands {
            section.bids[place].fate = Fate::Rejected;
        }
    }
}
