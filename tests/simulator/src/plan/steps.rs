//! Queueing every step of one planned section.

use std::sync::Arc;

use crate::{
    bid::Fate,
    clock::{DAY, HOUR, Local, MINUTE, at},
    dice::Dice,
    queue::{Queue, Step, What},
    render::sign_in_delay,
    section::{Ending, Method, Section},
    settings::Detail,
};

/// Items that an expert scores of each bid.
pub const ITEMS: usize = 4;
/// A material change comes so many days before the deadline, or earlier: fifteen are asked for.
const CHANGE_DAYS: i64 = 16;

/// Queues the steps of one section.
pub struct Steps<'a> {
    /// Where they go.
    pub queue: &'a mut Queue,
    /// The section.
    pub section: &'a Arc<Section>,
    /// How much is told.
    pub detail: Detail,
}

impl Steps<'_> {
    /// Queues all of them; with `correction` one bid is reported anew and its first report retracted.
    pub fn all(&mut self, dice: &mut Dice, correction: bool) {
        self.before_opening(dice);
        self.bids(correction);
        match self.section.ending {
            Ending::Failed => self.push(self.section.deadline + 6 * MINUTE, Step::SectionFailed),
            Ending::Suspended(at) => self.push(at, Step::SectionSuspended),
            Ending::NeverOpened => {}
            Ending::Awarded => {
                self.opening();
                self.committee();
                self.award();
            }
        }
    }

    fn push(&mut self, at: Local, step: Step) {
        self.queue.push(at, What::Step(Arc::clone(self.section), step));
    }

    /// A step that a benchmark does without.
    fn push_full(&mut self, at: Local, step: Step) {
        if self.detail == Detail::Full {
            self.push(at, step);
        }
    }

    fn before_opening(&mut self, dice: &mut Dice) {
        let section = Arc::clone(self.section);
        if section.no == 1 {
            self.push(section.project.registered, Step::ProjectRegistered);
        }
        self.push(section.announced, Step::SectionAnnounced);
        let long = matches!(section.project.method, Method::Public | Method::Invited);
        let (from, until) = (section.announced / DAY + 1, section.day() - CHANGE_DAYS);
        if let Some(at) = section.late_change {
            self.push_full(at, Step::SectionClarified);
        } else if long && from <= until && dice.per_mille(120) {
            self.push_full(at(dice.between(from, until), 15, 0), Step::SectionClarified);
        }
        if long && dice.per_mille(60) {
            self.push_full(at(section.day() - dice.between(4, 11), 11, 0), Step::SectionChanged);
        }
    }

    fn bids(&mut self, correction: bool) {
        let section = Arc::clone(self.section);
        let end = if let Ending::Suspended(at) = section.ending { at } else { Local::MAX };
        for (place, bid) in section.bids.iter().enumerate() {
            for (at, step, happens) in [
                (bid.downloaded, Step::Downloaded(place), true),
                (bid.paid, Step::DepositReceived(place), true),
                (section.withdrawal(), Step::Withdrawn(place), bid.fate == Fate::Withdrawn),
                (bid.submitted - HOUR, Step::SubmittedFirst(place), bid.revised),
            ] {
                if happens && at < end {
                    self.push_full(at, step);
                }
            }
            // A withdrawal is left out of a benchmark with the bid, or the bid would count as live.
            if bid.submitted < end && (self.detail == Detail::Full || bid.fate != Fate::Withdrawn) {
                self.push(bid.submitted, Step::Submitted(place));
            }
        }
        if correction {
            let at = section.closed() + 3 * HOUR;
            self.push(at, Step::Corrected(1));
            self.push(at + MINUTE, Step::Retracted(1));
        }
    }

    fn opening(&mut self) {
        let section = Arc::clone(self.section);
        self.push(section.started, Step::OpeningStarted);
        for (place, bid) in section.bids.iter().enumerate() {
            if bid.fate != Fate::Withdrawn {
                self.push_full(bid.decrypted, Step::Decrypted(place));
            }
            if bid.fate.is_priced() {
                self.push(Section::read_out(bid), Step::Opened(place));
            }
        }
        self.push_full(section.closed(), Step::OpeningClosed);
    }

    fn committee(&mut self) {
        let section = Arc::clone(self.section);
        for place in 0..section.experts.len() {
            self.push_full(section.drawn() + place as i64 * 90, Step::ExpertDrawn(place));
            self.push_full(section.closed() + sign_in_delay(place), Step::SignedIn(place));
        }
        self.push_full(section.evaluation(), Step::EvaluationStarted);
        if section.scored {
            for cell in 0..section.experts.len() * section.bids.len() * ITEMS {
                let place = cell / ITEMS % section.bids.len();
                if section.bids[place].fate == Fate::Stands {
                    let at = section.evaluation() + 40 * MINUTE + cell as i64 * 9;
                    self.push_full(at, Step::Scored(cell));
                }
            }
        }
        for (place, bid) in section.bids.iter().enumerate() {
            if bid.fate == Fate::Rejected {
                self.push_full(section.evaluation() + 25 * MINUTE + place as i64 * 10, Step::Rejected(place));
            }
        }
        self.push_full(section.evaluated, Step::EvaluationClosed);
    }

    fn award(&mut self) {
        let section = Arc::clone(self.section);
        let Some(award) = &section.award else { return };
        self.push_full(award.proposed, Step::AwardProposed);
        if let Some(declined) = award.declined {
            self.push_full(declined, Step::AwardDeclined);
        }
        self.push(award.made, Step::AwardMade);
        // Signed in a benchmark as well, or AWD-06 would fire for every award after thirty days.
        if let Some(signed) = award.signed {
            self.push(signed, Step::ContractSigned);
        }
        for place in 0..section.bids.len() {
            let from = award.signed.filter(|_| place == award.winner).unwrap_or(award.made);
            self.push_full(from + DAY + (place as i64 % 4) * HOUR, Step::DepositReturned(place));
        }
        if let Some(completed) = award.completed {
            self.push_full(completed, Step::ContractCompleted);
        }
    }
}
