//! Projects, and sections before anybody bids: what is tendered, for how much, when and where.

use std::sync::Arc;

use crate::{
    clock::{self, DAY, DayNo, HOUR, Local, at},
    dice::{Dice, mix},
    names::TRADES,
    section::{Ending, Evaluation, Method, OPENING_LENGTH, Project, Scoring, Section},
};

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

/// The deadline and opening time of the day's `opening`-th section.
pub fn deadline(day: DayNo, opening: u64) -> Local {
    let (hour, minute) = SLOTS[(opening % SLOTS.len() as u64) as usize];
    at(day, hour, minute)
}

/// A project whose sections open on this day; `tenderers` is how many there are.
pub fn project(dice: &mut Dice, serial: u64, day: DayNo, sections: u64, tenderers: u64) -> Project {
    let weights: [(u64, usize); TRADES.len()] = std::array::from_fn(|trade| (TRADES[trade].weight, trade));
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
    let tenderer = dice.below(tenderers / 2) * 2 + procures(trade);
    Project {
        serial,
        trade,
        tenderer,
        agency: dice.below(25),
        method,
        key: dice.per_mille(40),
        estimate: base_value(trade, tenderer) * 2 * sections as i64,
        registered: at(announced - dice.between(1, 6), 9, 0) + dice.between(0, 6 * HOUR),
    }
}

/// The last digit of a tenderer's number in binary: 1 where it procures, 0 where it builds.
pub fn procures(trade: usize) -> u64 {
    u64::from(TRADES[trade].industry == "02")
}

/// The `no`-th section of a project, the day's `opening`-th, without its bids.
pub fn section(
    dice: &mut Dice,
    seed: u64,
    project: &Arc<Project>,
    no: u64,
    day: DayNo,
    opening: u64,
) -> Section {
    let deadline = deadline(day, opening);
    let announced = announcement(dice, project, day);
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
    let platform = mix(seed) % 10_000;
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
        opening,
        room: opening / SLOTS.len() as u64,
        started: deadline,
        opening_length: OPENING_LENGTH,
        late_change: None,
        experts: (0..experts).map(|n| (first_expert + n * 37) % 400).collect(),
        employer: None,
        scoring: Scoring::Honest,
        evaluated: deadline,
        scored: false,
        filed: false,
        ending: Ending::Awarded,
        award: None,
        bids: Vec::new(),
    }
}

/// When a section is announced: on a working day after the registration that leaves the documents out
/// long enough.
fn announcement(dice: &mut Dice, project: &Project, day: DayNo) -> Local {
    let latest = match project.method {
        Method::Public | Method::Invited => day - 21,
        Method::Consultation | Method::Inquiry => day - 8,
    };
    let after_registration = at(project.registered / DAY + 1, 9, 0).max(project.registered + HOUR);
    let announced = clock::weekday_from(after_registration / DAY).min(latest);
    at(announced, 9, 0) + dice.between(0, 6 * HOUR)
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
