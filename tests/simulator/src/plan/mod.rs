//! Planning a working day: the projects whose sections open on it, from registration to completion.
//!
//! A section is planned whole, 46 days before it opens, and its steps go to the queue. Everything in it
//! keeps to the rules (twenty days, three bidders, odd committees, contracts in time) unless a scheme
//! says otherwise, so that a finding in a section without a scheme is a false alarm.

mod awards;
mod bids;
mod outline;
mod steps;

use std::sync::Arc;

use awards::Suppliers;
use bids::Draw;
pub use outline::{deadline, procures};
pub use steps::ITEMS;
use steps::Steps;

use crate::{
    clock::{DayNo, Local, MINUTE, at},
    codes::{org, org_code},
    dice::{Dice, Stream},
    firms::Firms,
    prices::{self, Wish},
    queue::{Queue, What},
    render::Writer,
    scheme::Scheme,
    schemes::{Desk, Field, Job, Lot, Winner},
    section::{Ending, Evaluation, Method, Project, Section},
    settings::{Detail, Settings},
    sundry,
};

/// Days between planning and opening: the longest announcement, a weekend, and the registration before.
pub const AHEAD: DayNo = 46;

/// Plans a venue's days.
pub struct Planner {
    seed: u64,
    detail: Detail,
    bids_per_day: u32,
    tenderers: u64,
    /// All firms.
    pub firms: Firms,
    /// What is still to happen.
    pub queue: Queue,
    /// Writes the events.
    pub writer: Writer,
    desk: Desk,
    projects: u64,
    bids: u64,
    budget: i64,
    draw: Draw,
    suppliers: Suppliers,
    prices: Vec<i64>,
}

impl Planner {
    /// A planner whose queue begins on this day.
    pub fn new(settings: &Settings, today: DayNo, last_day: DayNo) -> Self {
        let sections = u64::from(settings.days) * u64::from(settings.bids_per_day) / 8;
        let tenderers = (40 + sections / 10).min(4_000);
        Self {
            seed: settings.seed,
            detail: settings.detail,
            bids_per_day: settings.bids_per_day,
            tenderers,
            firms: Firms::new(settings.seed, settings.firm_population()),
            queue: Queue::new(today, last_day),
            writer: Writer::new(settings.seed, settings.detail),
            desk: Desk::new(settings, last_day),
            projects: 0,
            bids: 0,
            budget: 0,
            draw: Draw::new(settings.firm_population(), settings.bids_per_day),
            suppliers: Suppliers::new(tenderers),
            prices: Vec::new(),
        }
    }

    /// Plans what opens on a working day.
    pub fn opening_day(&mut self, day: DayNo) {
        let mut dice = Dice::new(self.seed, Stream::Day, day as u64);
        self.budget += i64::from(self.bids_per_day) * dice.between(85, 115) / 100 + 1;
        let mut opening = 0;
        while self.budget > 0 {
            let sections = dice.weighted(&[(70, 1), (20, 2), (10, 3)]);
            self.projects += 1;
            let project = outline::project(&mut dice, self.projects, day, sections, self.tenderers);
            let project = Arc::new(project);
            for no in 1..=sections {
                let lot = Lot { day, opening, trade: project.trade, alone: sections == 1 };
                let bids = self.section(&project, no, &lot);
                self.budget -= bids.max(1);
                opening += 1;
            }
        }
    }

    /// Plans a section and answers how many bids it has.
    fn section(&mut self, project: &Arc<Project>, no: u64, lot: &Lot) -> i64 {
        let mut dice = Dice::new(self.seed, Stream::Section, project.serial * 4 + no);
        let public = project.method == Method::Public;
        let job = if public { self.desk.job(lot, &mut self.firms) } else { None };
        let tenderer = job.as_ref().and_then(|job| job.tenderer);
        let project = match tenderer {
            Some(tenderer) => Arc::new(Project { tenderer, ..Project::clone(project) }),
            None => Arc::clone(project),
        };
        let mut section = outline::section(&mut dice, self.seed, &project, no, lot.day, lot.opening);
        self.fill(&mut dice, &mut section, job.as_ref());
        self.price(&mut dice, &mut section, job.as_ref());
        if section.ending == Ending::Awarded {
            let wanted = job.as_ref().map_or(Winner::Anyone, |job| job.winner);
            let regulars = self.suppliers.of(project.tenderer);
            section.award = awards::award(&mut dice, &section, wanted, regulars);
            if job.is_none() {
                awards::favour(&mut section, &self.firms, regulars);
            }
        }
        let planned = at(lot.day - AHEAD, 8, 0);
        if let Some(job) = &job {
            self.plant(&mut dice, &mut section, job, planned);
        }
        if let Some(award) = &section.award {
            for (place, bid) in section.bids.iter().enumerate() {
                let firm = self.firms.get_mut(bid.firm);
                *(if place == award.winner { &mut firm.wins } else { &mut firm.losses }) += 1;
            }
            self.suppliers.note(project.tenderer, section.bids[award.winner].firm);
        }
        let correction = job.is_some_and(|job| job.scheme == Scheme::Correction);
        self.schedule(&mut dice, &Arc::new(section), planned, correction)
    }

    /// Draws the bidders, dates what they do, and decides what becomes of the bids.
    fn fill(&mut self, dice: &mut Dice, section: &mut Section, job: Option<&Job>) {
        if let Some(job) = job {
            job.shape(section);
        }
        let firms = self.draw.bidders(dice, section, &self.firms, job);
        for (place, firm) in firms.into_iter().enumerate() {
            self.bids += 1;
            let wins_before = self.firms.get(firm).wins;
            let bid = bids::bid(dice, section, place, firm, self.bids, wins_before, job.is_some());
            section.bids.push(bid);
        }
        section.open_at(section.deadline + dice.between(0, 180));
        section.evaluated = section.evaluation() + dice.between(70, 200) * MINUTE;
        let Some(job) = job else {
            if section.bids.len() < 3 {
                section.ending = Ending::Failed;
            }
            let small = section.bids.len() <= 6 && section.evaluation == Evaluation::Comprehensive;
            section.scored = small && dice.per_mille(80);
            section.filed = self.detail == Detail::Full && dice.per_mille(100);
            bids::accidents(dice, section, &mut self.firms);
            return;
        };
        job.decide_fates(section);
    }

    fn price(&mut self, dice: &mut Dice, section: &mut Section, job: Option<&Job>) {
        let opened = section.priced().count();
        let wish = job.map_or(Wish::Honest, |job| job.wish);
        prices::draw(dice, section.ceiling, opened, section.evaluation, wish, &mut self.prices);
        let mut prices = self.prices.iter();
        for bid in section.bids.iter_mut().filter(|bid| bid.fate.is_priced()) {
            bid.price = prices.next().copied().unwrap_or(0);
        }
        match job {
            Some(job) => job.reject(section),
            None => bids::reject_some(dice, section),
        }
    }

    fn plant(&mut self, dice: &mut Dice, section: &mut Section, job: &Job, planned: Local) {
        let tenderer = org::TENDERERS + section.project.tenderer;
        let mut field = Field {
            scheme: job.scheme,
            section,
            firms: &mut self.firms,
            queue: &mut self.queue,
            writer: &mut self.writer,
            dice,
            tenderer: String::from_utf8_lossy(&org_code(self.seed, tenderer)).into_owned(),
            planned,
            value: 0,
        };
        self.desk.plant(job, &mut field);
    }

    /// Queues every step of the section.
    fn schedule(&mut self, dice: &mut Dice, section: &Arc<Section>, planned: Local, correction: bool) -> i64 {
        for bid in &section.bids {
            let firm = self.firms.get_mut(bid.firm);
            if !firm.recorded && (self.detail == Detail::Full || firm.entry.is_some()) {
                firm.recorded = true;
                self.queue.push(planned + i64::from(bid.firm % 3000), What::Party(bid.firm));
            }
        }
        Steps { queue: &mut self.queue, section, detail: self.detail }.all(dice, correction);
        if self.detail == Detail::Full {
            sundry::accompany(dice, section, &self.firms, &mut self.queue, &mut self.writer);
        }
        section.bids.len() as i64
    }

    /// Plans what happens beside the sections on a calendar day.
    pub fn sundry_day(&mut self, day: DayNo) {
        if self.detail == Detail::Full {
            let mut dice = Dice::new(self.seed, Stream::Sundry, day as u64);
            sundry::day(&mut dice, day, self.seed, &mut self.firms, &mut self.queue, &mut self.writer);
        }
    }
}
