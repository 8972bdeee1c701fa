//! What a scheme asks of the section that it gets: bidders, prices, dates, who is rejected, who wins.

use crate::{
    bid::Fate,
    clock::{DayNo, Local, at},
    firms::{FirmNo, Firms},
    names::TRADES,
    plan::deadline,
    prices::{LADDER, Wish},
    scheme::{Family, Scheme},
    section::{Evaluation, Scoring, Section},
};

/// A section to be: what is known of it before it is planned.
pub struct Lot {
    /// The day of its opening.
    pub day: DayNo,
    /// Its place among the openings of the day.
    pub opening: u64,
    /// Its trade.
    pub trade: usize,
    /// Is it the only section of its project?
    pub alone: bool,
}

impl Lot {
    /// Its industry.
    pub fn industry(&self) -> &'static str {
        TRADES[self.trade].industry
    }

    /// Its deadline.
    pub fn deadline(&self) -> Local {
        deadline(self.day, self.opening)
    }
}

/// Who must win.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Winner {
    /// Whoever does.
    Anyone,
    /// The first bidder.
    First,
    /// None of so many first bidders.
    NoneOfFirst(usize),
}

/// What the next section must be like.
pub struct Job {
    /// The scheme.
    pub scheme: Scheme,
    /// Bidders that it sends; they come first.
    pub firms: Vec<FirmNo>,
    /// Firms that must not join.
    pub avoid: Vec<FirmNo>,
    /// Fewest and most bidders.
    pub bidders: (usize, usize),
    /// What it wants of the prices.
    pub wish: Wish,
    /// Who must win.
    pub winner: Winner,
    /// The tenderer, where the scheme chooses it.
    pub tenderer: Option<u64>,
    /// The campaign that it belongs to.
    pub campaign: Option<u64>,
    /// Its place in the campaign.
    pub stage: usize,
}

impl Job {
    /// The job of a scheme that needs one section only; its own firms are founded for it.
    pub fn single(scheme: Scheme, lot: &Lot, firms: &mut Firms) -> Self {
        Self {
            scheme,
            firms: (0..founded(scheme)).map(|_| firms.found(lot.trade)).collect(),
            avoid: Vec::new(),
            bidders: bidders(scheme),
            wish: wish(scheme),
            winner: match scheme {
                Scheme::Bargain | Scheme::NearCeiling | Scheme::AllRejected => Winner::First,
                Scheme::ListedWinner | Scheme::DecidingExpert => Winner::First,
                Scheme::ListedBidder => Winner::NoneOfFirst(1),
                _ => Winner::Anyone,
            },
            tenderer: None,
            campaign: None,
            stage: 0,
        }
    }

    /// Shapes the section before anybody bids.
    pub fn shape(&self, section: &mut Section) {
        section.evaluation = match self.scheme {
            Scheme::TightPrices | Scheme::LonelyPrice | Scheme::LowestRejected => Evaluation::LowestPrice,
            _ => Evaluation::Comprehensive,
        };
        section.filed = matches!(self.scheme, Scheme::CopiedText | Scheme::ForeignName | Scheme::CopiedItems);
        section.scoring = match self.scheme {
            Scheme::OneSidedScore => Scoring::OneSided,
            Scheme::UnequalObjective => Scoring::Unequal,
            Scheme::OverFullMarks => Scoring::OverFull,
            Scheme::CopiedScores => Scoring::Copied,
            Scheme::DecidingExpert => Scoring::Deciding,
            _ => Scoring::Honest,
        };
        section.scored = section.scoring != Scoring::Honest;
        if self.scheme == Scheme::ShortNotice {
            section.announced = at(section.day() - 12, 10, 0);
            section.documents_until = at(section.day() - 6, 17, 30);
        }
        if self.scheme == Scheme::HighDeposit {
            section.deposit = section.ceiling / 100 * 3;
        }
    }

    /// What becomes of the bids, before they have prices.
    pub fn decide_fates(&self, section: &mut Section) {
        let (places, fate) = match self.scheme {
            Scheme::OverCeiling => (0..1, Fate::Rejected),
            Scheme::AllRejected => (1..section.bids.len(), Fate::Rejected),
            Scheme::FailedTogether => (0..2, Fate::Unreadable),
            Scheme::Quitter => (0..1, Fate::Withdrawn),
            _ => return,
        };
        section.bids[places].iter_mut().for_each(|bid| bid.fate = fate);
    }

    /// Whom the committee rejects for its price.
    pub fn reject(&self, section: &mut Section) {
        let lowest = section.priced().min_by_key(|place| section.bids[*place].price);
        if let (Scheme::LowestRejected, Some(lowest)) = (self.scheme, lowest) {
            section.bids[lowest].fate = Fate::Rejected;
        }
    }
}

/// How many firms a scheme of one section founds: those that must bid nowhere else.
const fn founded(scheme: Scheme) -> usize {
    match scheme {
        Scheme::TenderersFirm | Scheme::OftenNoted | Scheme::ListedBidder | Scheme::ListedWinner => 1,
        Scheme::TwoConsortia => 0,
        _ if matches!(scheme.family(), Family::Relations) => 2,
        _ => 0,
    }
}

const fn wish(scheme: Scheme) -> Wish {
    match scheme {
        Scheme::EqualPrice => Wish::Equal,
        Scheme::PriceLadder => Wish::Ladder,
        Scheme::PriceRatio => Wish::Ratio,
        Scheme::TightPrices => Wish::Tight,
        Scheme::LonelyPrice => Wish::Lonely,
        Scheme::CoverPrices => Wish::Cover,
        Scheme::OverCeiling => Wish::OverCeiling,
        Scheme::Bargain => Wish::Bargain,
        Scheme::NearCeiling => Wish::NearCeiling,
        _ => Wish::Honest,
    }
}

const fn bidders(scheme: Scheme) -> (usize, usize) {
    match scheme {
        Scheme::SingleBid => (1, 1),
        Scheme::TwoBidders => (2, 2),
        Scheme::EqualPrice => (4, 9),
        Scheme::PriceLadder | Scheme::PriceRatio => (LADDER + 1, 10),
        Scheme::TightPrices | Scheme::LonelyPrice | Scheme::CoverPrices => (5, 8),
        Scheme::OverCeiling | Scheme::WitnessKinds => (5, 9),
        Scheme::LowestRejected => (5, 8),
        Scheme::AllRejected => (4, 6),
        Scheme::FailedTogether => (7, 10),
        // Ten cells of two items need five bidders.
        _ if matches!(scheme.family(), Family::Experts) => (5, 6),
        // Of four bidders two are half: well below the share at which a common address is noise.
        _ => (4, 12),
    }
}
