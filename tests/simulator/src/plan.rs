//! Planning a working day: the projects whose sections open on it, from registration to completion.
//!
//! A section is planned whole, 46 days before it opens, and its steps go to the queue. Everything in it
//! keeps to the rules (twenty days, three bidders, odd committees, contracts in time) unless a scheme
//! says otherwise, so that a finding in a section without a scheme is a false alarm.

use std::sync::Arc;

use crate::{
    clock::{self, DAY, DayNo, HOUR, Local, MINUTE, at},
    codes::{org, org_code},
    dice::{Dice, Stream, mix},
    firms::{FirmNo, Firms},
    names::TRADES,
    prices::{self, Wish},
    queue::{Queue, Step, What},
    render::{Writer, sign_in_delay},
    schemes::{Desk, Field, Job, first_fate},
    section::{Award, Bid, Ending, Evaluation, Fate, Form, Method, Project, Section},
    settings::{Detail, Settings},
    sundry,
};

/// Days between planning and opening: the longest announcement, a weekend, and the registration before.
pub const AHEAD: DayNo = 46;
/// Openings begin every half hour; a room takes one in each slot.
const SLOTS: [(i64, i64); 13] = [
    (8, 30),
    (9, 0),
    (9, 30),
    (10, 0),
    (10, 30),
    (11, 0),
    (11, 30),
    (14, 30),
    (15, 0),
    (15, 30),
    (16, 0),
    (16, 30),
    (17, 0),
];
/// Slots before noon.
const MORNING: u64 = 7;
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

/// Winners that a tenderer remembers: it does not choose them again where it has a choice, or half of its
/// money would go to one firm by chance (HIS-10).
const SUPPLIERS_MAX: usize = 32;

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
    /// For each firm, the last section that it was drawn for.
    drawn_for: Vec<u64>,
    /// For each tenderer, who won there lately.
    suppliers: Vec<Vec<FirmNo>>,
    sections: u64,
    prices: Vec<i64>,
}

impl Planner {
    /// A planner whose queue begins on this day.
    pub fn new(settings: &Settings, today: DayNo, last_day: DayNo) -> Self {
        let sections = u64::from(settings.days) * u64::from(settings.bids_per_day) / 8;
        let firms = Firms::new(settings.seed, settings.firm_population());
        Self {
            seed: settings.seed,
            detail: settings.detail,
            bids_per_day: settings.bids_per_day,
            tenderers: (40 + sections / 10).min(4_000),
            suppliers: vec![Vec::new(); (40 + sections / 10).min(4_000) as usize + 2],
            drawn_for: vec![0; settings.firm_population() as usize],
            firms,
            queue: Queue::new(today, last_day),
            writer: Writer::new(settings.seed),
            desk: Desk::new(settings.schemes, settings.scheme_share, settings.detail, last_day),
            projects: 0,
            bids: 0,
            budget: 0,
            sections: 0,
            prices: Vec::new(),
        }
    }

    /// Plans what opens on a working day.
    pub fn opening_day(&mut self, day: DayNo) {
        let mut dice = Dice::new(self.seed, Stream::Day, day as u64);
        self.budget += i64::from(self.bids_per_day) * dice.between(85, 115) / 100 + 1;
        let mut openings = 0;
        while self.budget > 0 {
            let sections = dice.weighted(&[(70, 1), (20, 2), (10, 3)]);
            let project = Arc::new(self.project(&mut dice, day, sections));
            for no in 1..=sections {
                let bids = self.section(&project, no, day, openings);
                self.budget -= bids.max(1);
                openings += 1;
            }
        }
    }

    fn project(&mut self, dice: &mut Dice, day: DayNo, sections: u64) -> Project {
        self.projects += 1;
        let weights: [(u64, usize); TRADES.len()] =
            std::array::from_fn(|trade| (TRADES[trade].weight, trade));
        let trade = dice.weighted(&weights);
        let method = if TRADES[trade].industry == "01" {
            dice.weighted(&[(93, Method::Public), (7, Method::Invited)])
        } else {
            dice.weighted(&[(62, Method::Public), (28, Method::Consultation), (10, Method::Inquiry)])
        };
        let lead = match method {
            Method::Public | Method::Invited => dice.between(22, 34),
            Method::Consultation | Method::Inquiry => dice.between(9, 14),
        };
        let announced = clock::weekday_until(day - lead);
        // A tenderer keeps to one industry, so its sections are of like value.
        let procures = u64::from(TRADES[trade].industry == "02");
        let tenderer = dice.below(self.tenderers / 2) * 2 + procures;
        Project {
            serial: self.projects,
            trade,
            tenderer,
            agency: dice.below(25),
            method,
            key: dice.per_mille(40),
            estimate: base_value(trade, tenderer) * 2 * sections as i64,
            registered: at(announced - dice.between(1, 6), 9, 0) + dice.between(0, 6 * HOUR),
        }
    }

    /// Plans a section and answers how many bids it has.
    fn section(&mut self, project: &Arc<Project>, no: u64, day: DayNo, opening: u64) -> i64 {
        self.sections += 1;
        let mut dice = Dice::new(self.seed, Stream::Section, project.serial * 4 + no);
        let slot = opening % SLOTS.len() as u64;
        let public = project.method == Method::Public;
        let job =
            if public { self.desk.job(day, slot < MORNING, project.trade, &mut self.firms) } else { None };
        let mut section = self.outline(&mut dice, project, no, day, opening);
        self.fill(&mut dice, &mut section, job.as_ref());
        if job.is_none() {
            accidents(&mut dice, &mut section, &mut self.firms);
        } else if let Some(job) = &job {
            section.evaluation = Evaluation::Comprehensive;
            section.bids[0].fate = first_fate(job.scheme);
        }
        self.price(&mut dice, &mut section, job.as_ref().map_or(Wish::Honest, |job| job.wish));
        if section.ending == Ending::Awarded {
            let first_wins = job.as_ref().is_some_and(|job| job.first_wins);
            let regulars = &self.suppliers[project.tenderer as usize];
            section.award = award(&mut dice, &section, first_wins, regulars);
        }
        let planned = at(day - AHEAD, 8, 0);
        if let Some(job) = &job {
            let tenderer = org_code(self.seed, org::TENDERERS + project.tenderer);
            let mut field = Field {
                section: &mut section,
                firms: &mut self.firms,
                queue: &mut self.queue,
                writer: &mut self.writer,
                dice: &mut dice,
                tenderer: String::from_utf8_lossy(&tenderer).into_owned(),
                planned,
            };
            self.desk.plant(job, &mut field);
        }
        if let Some(award) = &section.award {
            let firm = section.bids[award.winner].firm;
            self.firms.get_mut(firm).wins += 1;
            let suppliers = &mut self.suppliers[project.tenderer as usize];
            if suppliers.len() == SUPPLIERS_MAX {
                suppliers.remove(0);
            }
            suppliers.push(firm);
        }
        let correction = job.is_some_and(|job| job.scheme == crate::settings::Scheme::Correction);
        self.schedule(&mut dice, Arc::new(section), planned, correction)
    }

    /// The section without its bids.
    fn outline(
        &mut self,
        dice: &mut Dice,
        project: &Arc<Project>,
        no: u64,
        day: DayNo,
        opening: u64,
    ) -> Section {
        let (hour, minute) = SLOTS[(opening % SLOTS.len() as u64) as usize];
        let deadline = at(day, hour, minute);
        let announced = at(project.registered / DAY + 1, 9, 0).max(project.registered + HOUR);
        let announced = at(clock::weekday_from(announced / DAY).min(latest_announcement(project, day)), 9, 0)
            + dice.between(0, 6 * HOUR);
        let value = base_value(project.trade, project.tenderer);
        // Within one tenderer values differ by no more than 1.5, so no single award is half of five.
        let ceiling = (value + value / 1000 * dice.between(0, 500)) / 10_000 * 10_000;
        let deposit = (ceiling / 1000 * dice.between(10, 18) / 100_000 * 100_000).min(80_000_000);
        let kind = if TRADES[project.trade].industry == "01" { [14, 24, 56, 6] } else { [34, 0, 66, 0] };
        let evaluation = dice.weighted(&[
            (kind[0], Evaluation::LowestPrice),
            (kind[1], Evaluation::AveragePrice),
            (kind[2], Evaluation::Comprehensive),
            (kind[3], Evaluation::QualifiedLowest),
        ]);
        let experts = if ceiling > 3_000_000_000 { 7 } else { 5 };
        let first_expert = dice.below(400);
        let platform = mix(self.seed) % 10_000;
        Section {
            project: Arc::clone(project),
            no,
            code: format!("E460100{platform:04}{:07}{no:03}", project.serial),
            ceiling,
            deposit,
            evaluation,
            announced,
            documents_until: at(announced / DAY + dice.between(5, 7), 17, 30),
            deadline,
            room: opening / SLOTS.len() as u64,
            started: deadline,
            experts: (0..experts).map(|n| (first_expert + n * 37) % 400).collect(),
            evaluated: deadline,
            scored: false,
            ending: Ending::Awarded,
            award: None,
            bids: Vec::new(),
        }
    }

    /// Draws the bidders and dates what they do.
    fn fill(&mut self, dice: &mut Dice, section: &mut Section, job: Option<&Job>) {
        let firms = self.bidders(dice, section, job);
        for (place, firm) in firms.into_iter().enumerate() {
            self.bids += 1;
            let bid = bid(dice, section, place, firm, self.bids, self.firms.get(firm).wins, job.is_some());
            section.bids.push(bid);
        }
        section.open_at(section.deadline + dice.between(0, 180));
        section.evaluated = section.evaluation() + dice.between(70, 200) * MINUTE;
        if section.bids.len() < 3 && job.is_none() {
            section.ending = Ending::Failed;
        }
        let small = section.bids.len() <= 6 && section.evaluation == Evaluation::Comprehensive;
        section.scored = small && dice.per_mille(80);
    }

    fn bidders(&mut self, dice: &mut Dice, section: &Section, job: Option<&Job>) -> Vec<FirmNo> {
        let trade = section.project.trade;
        let most = (self.firms.market_size(trade) / 3).min(self.bids_per_day.max(12) as usize);
        let count = match job {
            Some(job) => dice.between(job.bidders.0 as i64, job.bidders.1 as i64) as usize,
            None if section.project.method == Method::Public && dice.per_mille(25) => dice.index(3),
            None => {
                let (low, high) = dice.weighted(&CROWDS);
                (dice.between(low, high) as usize).min(most)
            }
        };
        let mut firms = job.map_or(Vec::new(), |job| job.firms.clone());
        let avoid = job.map_or([].as_slice(), |job| job.avoid.as_slice());
        let mut tries = 0;
        while firms.len() < count {
            let firm = self.firms.draw(trade, dice);
            tries += 1;
            let mark = &mut self.drawn_for[firm as usize];
            // A narrow market may have nobody left who is to be avoided; then anybody may join.
            if *mark != self.sections && (tries > 400 || !avoid.contains(&firm)) {
                *mark = self.sections;
                firms.push(firm);
            }
        }
        firms
    }

    fn price(&mut self, dice: &mut Dice, section: &mut Section, wish: Wish) {
        let opened = section.priced().count();
        prices::draw(dice, section.ceiling, opened, section.evaluation, wish, &mut self.prices);
        let mut prices = self.prices.iter();
        for bid in section.bids.iter_mut().filter(|bid| bid.fate.is_priced()) {
            bid.price = prices.next().copied().unwrap_or(0);
        }
        reject_some(dice, section, wish);
    }

    /// Queues every step of the section.
    fn schedule(&mut self, dice: &mut Dice, section: Arc<Section>, planned: Local, correction: bool) -> i64 {
        for bid in &section.bids {
            let firm = self.firms.get_mut(bid.firm);
            if !firm.recorded && (self.detail == Detail::Full || firm.holder.is_some()) {
                firm.recorded = true;
                self.queue.push(planned + i64::from(bid.firm % 3000), What::Party(bid.firm));
            }
        }
        let mut steps = Steps { queue: &mut self.queue, section: &section, detail: self.detail };
        steps.before_opening(dice);
        steps.bids(correction);
        match section.ending {
            Ending::Failed => steps.push(section.deadline + 6 * MINUTE, Step::SectionFailed),
            Ending::Suspended(at) => steps.push(at, Step::SectionSuspended),
            Ending::NeverOpened => {}
            Ending::Awarded => {
                steps.opening();
                steps.committee();
                steps.award();
            }
        }
        if self.detail == Detail::Full {
            sundry::accompany(dice, &section, &self.firms, &mut self.queue, &mut self.writer);
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

/// The least ceiling price of a tenderer's sections, in fen.
fn base_value(trade: usize, tenderer: u64) -> i64 {
    let class = (tenderer / 2 % 4) as usize;
    if TRADES[trade].industry == "01" {
        [400_000_000, 1_000_000_000, 2_500_000_000, 6_000_000_000][class]
    } else {
        [60_000_000, 120_000_000, 250_000_000, 500_000_000][class]
    }
}

/// The last day of announcement that leaves the documents out long enough.
fn latest_announcement(project: &Project, day: DayNo) -> DayNo {
    match project.method {
        Method::Public | Method::Invited => day - 21,
        Method::Consultation | Method::Inquiry => day - 8,
    }
}

fn bid(
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
fn accidents(dice: &mut Dice, section: &mut Section, firms: &mut Firms) {
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
fn reject_some(dice: &mut Dice, section: &mut Section, wish: Wish) {
    if wish != Wish::Honest || section.priced().count() < 5 || !dice.per_mille(150) {
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

fn award(dice: &mut Dice, section: &Section, first_wins: bool, regulars: &[FirmNo]) -> Option<Award> {
    let mut standing: Vec<usize> = section.priced().collect();
    standing.retain(|place| section.bids[*place].fate == Fate::Stands);
    standing.sort_by_key(|place| section.bids[*place].price);
    let mean = standing.iter().map(|place| section.bids[*place].price / standing.len() as i64).sum::<i64>();
    let winner = match section.evaluation {
        _ if first_wins => 0,
        Evaluation::LowestPrice | Evaluation::QualifiedLowest => *standing.first()?,
        Evaluation::AveragePrice => {
            *standing.iter().min_by_key(|place| (section.bids[**place].price - mean).abs())?
        }
        Evaluation::Comprehensive => {
            let new = |place: &&usize| !regulars.contains(&section.bids[**place].firm);
            let choice: Vec<usize> = standing.iter().filter(new).copied().collect();
            dice.pick(if choice.is_empty() { &standing } else { &choice })
        }
    };
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
        signed: at(signed, 9, 0) + dice.between(0, 8 * HOUR),
        completed: dice.per_mille(100).then(|| at(signed + dice.between(10, 22), 10, 0)),
    })
}

/// Queues the steps of one section.
struct Steps<'a> {
    queue: &'a mut Queue,
    section: &'a Arc<Section>,
    detail: Detail,
}

impl Steps<'_> {
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
        if long && dice.per_mille(120) {
            // Sixteen days before the deadline or more: in time for a material change.
            let day = dice.between(section.announced / DAY + 1, section.day() - 16);
            self.push_full(at(day, 15, 0), Step::SectionClarified);
        }
        if long && dice.per_mille(60) {
            self.push_full(at(section.day() - dice.between(4, 12), 11, 0), Step::SectionChanged);
        }
    }

    fn bids(&mut self, correction: bool) {
        let section = Arc::clone(self.section);
        let end = if let Ending::Suspended(at) = section.ending { at } else { Local::MAX };
        for (place, bid) in section.bids.iter().enumerate() {
            for (at, step) in [
                (bid.downloaded, Step::Downloaded(place)),
                (bid.paid, Step::DepositReceived(place)),
                (section.deadline - 20 * MINUTE, Step::Withdrawn(place)),
                (bid.submitted - HOUR, Step::SubmittedFirst(place)),
            ] {
                let happens = match step {
                    Step::Withdrawn(_) => bid.fate == Fate::Withdrawn,
                    Step::SubmittedFirst(_) => bid.revised,
                    _ => true,
                };
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
        let drawn = at(clock::weekday_until(section.day() - 1), 15, 0);
        for place in 0..section.experts.len() {
            self.push_full(drawn + place as i64 * 90, Step::ExpertDrawn(place));
            self.push_full(section.closed() + sign_in_delay(place), Step::SignedIn(place));
        }
        self.push_full(section.evaluation(), Step::EvaluationStarted);
        if section.scored {
            for cell in 0..section.experts.len() * section.bids.len() * 3 {
                self.push_full(section.evaluation() + 40 * MINUTE + cell as i64 * 9, Step::Scored(cell));
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
        self.push(award.signed, Step::ContractSigned);
        for place in 0..section.bids.len() {
            let from = if place == award.winner { award.signed } else { award.made };
            let at = from + DAY + (place as i64 % 4) * HOUR;
            self.push_full(at, Step::DepositReturned(place));
        }
        if let Some(completed) = award.completed {
            self.push_full(completed, Step::ContractCompleted);
        }
    }
}
