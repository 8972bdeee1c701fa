//! Which section gets which scheme: in turn, where it fits and can still be completed.

use std::collections::VecDeque;

use super::{
    Field, Job, Lot,
    campaigns::{Campaign, advance},
    plant_single,
};
use crate::{
    clock::DayNo,
    firms::Firms,
    render::THROW_AWAY,
    scheme::{Family, Scheme},
    settings::Settings,
};

/// Campaigns that may wait for sections at once; past it new ones wait for the next turn.
const CAMPAIGNS_MAX: usize = 16;
/// The rotation steps so far through the families: a prime, so that it meets every scheme, and soon one of
/// each family.
const STRIDE: usize = 37;
/// Throw-away values that one planting may take.
const VALUES: u64 = 16;
/// A finding over a window of two years holds at the end if it is planted so many days before, or later.
const TWO_YEARS: DayNo = 690;
/// The same for a window of one year.
const ONE_YEAR: DayNo = 330;
/// The same for a window of 180 days.
const HALF_A_YEAR: DayNo = 150;

/// Decides which sections get a scheme.
pub struct Desk {
    rotation: VecDeque<Scheme>,
    share_ppm: u64,
    credit: u64,
    last_day: DayNo,
    campaigns: Vec<Campaign>,
    campaigns_begun: u64,
    values: u64,
    /// Witness records by kind made so far.
    witness_records: usize,
}

impl Desk {
    /// A desk that plants until the last day.
    pub fn new(settings: &Settings, last_day: DayNo) -> Self {
        let all = Scheme::ALL;
        let strided = (0..all.len()).map(|n| all[n * STRIDE % all.len()]);
        let wanted = |scheme: &Scheme| settings.schemes.contains(*scheme) && scheme.is_told(settings.detail);
        Self {
            rotation: strided.filter(wanted).collect(),
            share_ppm: (settings.scheme_share * 1_000_000.0) as u64,
            // The first eligible section gets a scheme: a venue of one day should show something.
            credit: 1_000_000,
            last_day,
            campaigns: Vec::new(),
            campaigns_begun: 0,
            values: THROW_AWAY,
            witness_records: 0,
        }
    }

    /// The job for a public section, if it gets one.
    pub fn job(&mut self, lot: &Lot, firms: &mut Firms) -> Option<Job> {
        if lot.day > self.last_day || self.share_ppm == 0 {
            return None;
        }
        self.credit += self.share_ppm;
        self.give_up_the_hopeless(lot);
        let waiting = self.campaigns.iter().filter(|campaign| campaign.takes(lot));
        if let Some(campaign) = waiting.min_by_key(|campaign| !campaign.is_of_today()) {
            return Some(campaign.job());
        }
        if self.credit < 1_000_000 {
            return None;
        }
        let scheme = self.turn(lot)?;
        self.credit -= 1_000_000;
        if scheme.family() != Family::Campaigns {
            return Some(Job::single(scheme, lot, firms));
        }
        self.campaigns_begun += 1;
        let values = [self.fresh(), self.fresh()];
        let campaign = Campaign::new(self.campaigns_begun, scheme, lot, values, firms);
        let job = campaign.job();
        self.campaigns.push(campaign);
        Some(job)
    }

    /// Campaigns that found no second section in time are begun anew as soon as possible.
    fn give_up_the_hopeless(&mut self, lot: &Lot) {
        let rotation = &mut self.rotation;
        self.campaigns.retain(|campaign| {
            let hopeless = campaign.is_of_today() && lot.day > campaign.last_day;
            if hopeless && let Some(place) = rotation.iter().position(|scheme| *scheme == campaign.scheme) {
                rotation.remove(place);
                rotation.push_front(campaign.scheme);
            }
            !hopeless
        });
    }

    /// The next scheme in turn that fits. One that does not waits for its turn in front.
    fn turn(&mut self, lot: &Lot) -> Option<Scheme> {
        let fits = |scheme: &Scheme| self.fits(*scheme, lot);
        let place = self.rotation.iter().position(fits)?;
        let scheme = self.rotation.remove(place)?;
        self.rotation.push_back(scheme);
        Some(scheme)
    }

    /// Does this section suit the scheme, and do enough days follow to complete what it needs?
    fn fits(&self, scheme: Scheme, lot: &Lot) -> bool {
        if scheme.family() == Family::Campaigns && self.campaigns.len() >= CAMPAIGNS_MAX {
            return false;
        }
        let left = self.last_day - lot.day;
        match scheme {
            Scheme::CoverBidders => (20..=TWO_YEARS).contains(&left),
            Scheme::NeverWins => (40..=TWO_YEARS).contains(&left),
            Scheme::Ring | Scheme::TravellingLock | Scheme::TravellingAgent | Scheme::Clique => {
                left <= TWO_YEARS
            }
            Scheme::Favourite => lot.alone && (40..=ONE_YEAR).contains(&left),
            Scheme::Quitter => left <= ONE_YEAR,
            Scheme::BoundManager => left >= 60,
            // In the morning, when openings follow that it can overlap with.
            Scheme::SharedRoom => lot.opening < 5,
            Scheme::OftenNoted => left <= HALF_A_YEAR,
            // Entries hold for three years.
            Scheme::TwiceCollusion => left <= 800,
            // Time alone completes it: something must still happen after it.
            Scheme::NotOpened => left >= 1 || lot.opening < 7,
            Scheme::Unsigned => left >= 50,
            Scheme::IgnoredComplaint | Scheme::UndecidedComplaint => left >= 90,
            Scheme::UnansweredObjection => lot.industry() == "01" && left >= 30,
            Scheme::UnansweredChallenge => lot.industry() == "02" && left >= 50,
            Scheme::UnpublishedInspection => left >= 70,
            Scheme::DearContract | Scheme::LoserSubcontracts => left >= 45,
            Scheme::Outsider | Scheme::AllRejected | Scheme::LowestRejected => left >= 15,
            Scheme::Bargain | Scheme::NearCeiling | Scheme::ListedWinner => left >= 15,
            Scheme::DeclinedAward => left >= 7,
            _ => true,
        }
    }

    /// Changes the section as the scheme wants and tells the truth about it.
    pub fn plant(&mut self, job: &Job, field: &mut Field<'_>) {
        field.value = self.fresh();
        let Some(place) = self.campaigns.iter().position(|campaign| Some(campaign.name) == job.campaign)
        else {
            plant_single(field, &mut self.witness_records);
            return;
        };
        let campaign = &mut self.campaigns[place];
        advance(campaign, job.stage, field);
        if campaign.is_over() {
            self.campaigns.remove(place);
        }
    }

    /// The first of a few values that nothing else in the venue has.
    const fn fresh(&mut self) -> u64 {
        self.values += VALUES;
        self.values
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_rotation_meets_every_scheme() {
        let desk = Desk::new(&Settings::default(), 0);
        assert_eq!(desk.rotation.iter().collect::<BTreeSet<_>>().len(), Scheme::ALL.len());
        let families: BTreeSet<_> =
            desk.rotation.iter().take(24).map(|scheme| format!("{:?}", scheme.family())).collect();
        assert!(families.len() >= 10, "{families:?}");
    }
}
