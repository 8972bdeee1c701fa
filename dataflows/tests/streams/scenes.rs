//! Scenes of prices, numbers and seasons that random events would hardly make up.

use super::world::*;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::json;

#[derive(Clone, Debug)]
pub enum Op {
    /// The same bidders meet in several sections, and one wins.
    Season {
        sections: u8,
        bidders: u8,
        winner: u8,
        /// Instants from one section to the next.
        apart: u8,
        /// In how many sections more the first of them bids alone.
        alone: u8,
        at: u8,
    },
    /// Prices that climb by a step.
    Ladder { section: u8, bidders: u8, first: u8, step: u8, at: u8 },
    /// Prices of a known pattern, opened where the lowest wins or not.
    Quotes { section: u8, pattern: u8, evaluation: u8, at: u8 },
    /// A public or invited tender, opened with one bidder so far.
    Lone { section: u8, bidder: u8, project: u8, method: u8, at: u8 },
    /// Very many bidders with one machine code and perhaps one agent, a few of them in the next section.
    Crowd { section: u8, bidders: u8, machine: u8, agent: Option<u8>, at: u8 },
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    let season = (4..13_u8, several(), 0..FIRMS, 0..6_u8, prop_oneof![2 => Just(0), 1 => 4..8_u8], at())
        .prop_map(|(sections, bidders, winner, apart, alone, at)| Op::Season {
            sections,
            bidders,
            winner,
            apart,
            alone,
            at,
        });
    let ladder = (section(), 4..=FIRMS, 0..8_u8, 0..4_u8, at())
        .prop_map(|(section, bidders, first, step, at)| Op::Ladder { section, bidders, first, step, at });
    let quotes = (0..SECTIONS, 0..PATTERNS.len() as u8, 0..4_u8, at())
        .prop_map(|(section, pattern, evaluation, at)| Op::Quotes { section, pattern, evaluation, at });
    let crowd = (section(), 28..62_u8, 0..CODES, weighted(0.7, 0..PERSONS - 1), at()).prop_map(
        |(section, bidders, machine, agent, at)| Op::Crowd { section, bidders, machine, agent, at },
    );
    let lone = (0..SECTIONS, bidder(), 0..PROJECTS, 0..2_u8, at())
        .prop_map(|(section, bidder, project, method, at)| Op::Lone { section, bidder, project, method, at });
    prop_oneof![5 => season, 3 => ladder, 12 => quotes, 4 => crowd, 4 => lone]
}

/// Prices at and past the edges of PRI-03 (a ratio of 1.1, and one 0.001 % off), 06 (2 %), 07 (1.5 times) and 11 (2 % and
/// 5 % off the second lowest), and of DQ-03 (8 times).
const PATTERNS: [&[&str]; 17] = [
    &["10000", "11000", "12100", "13310"],
    &["10000", "11000", "12100.12", "13310.13"],
    &["10000", "11000", "12100.13", "13310"],
    &["100", "200", "400", "800"],
    &["100", "100.5", "101", "101.5", "102"],
    &["1000", "1010", "1020", "1030"],
    &["2000", "2001", "2003", "2007"],
    &["97", "101", "101", "101"],
    &["97.01", "101", "101", "101"],
    &["94", "97", "101", "101", "101"],
    &["93.99", "97", "101", "101", "101"],
    &["100", "105", "107.1", "106"],
    &["100", "105", "107.11", "106"],
    &["100", "104.99", "105", "106"],
    &["80", "100", "100", "100", "100"],
    &["100", "800", "810", "820"],
    &["100", "101", "102", "816"],
];

fn season(sections: u8, bidders: u8, winner: u8, apart: u8, at: u8) -> Vec<Said> {
    let mut events = Vec::new();
    for section in 0..sections {
        // Each section some instants later: some of them may be out of the window.
        let at = at.saturating_add(section * apart) % INSTANTS;
        events.extend(firms(bidders).map(|bidder| bare_bid(section, bidder, at)));
        let data = json!({"section": section_code(section), "bidder": firm(winner)});
        events.push(("award.made", data, at));
    }
    events
}

fn ladder(section: u8, bidders: u8, first: u8, step: u8, at: u8) -> Vec<Said> {
    let fen = |number: u8| {
        // A thousandth off where the step is odd: it still counts.
        let step = 10_000 * (i64::from(step) + 1);
        let off = if number == 2 { step / 1000 } else { 0 };
        100_000 + 1_000 * i64::from(first) + step * i64::from(number) + off
    };
    // Now and then the last is in another unit, or one fen short of what would look so.
    let last = |number: u8| number > 0 && number == bidders - 1 && first < 4;
    let fen = |number: u8| {
        if last(number) { 8 * fen(number - 1) - i64::from(first == 3) } else { fen(number) }
    };
    let price = |number: u8| format!("{}.{:02}", fen(number) / 100, fen(number) % 100);
    (0..bidders).map(|number| opened(section, &firm_code(number), &price(number), at)).collect()
}

fn lone(section: u8, bidder: u8, project: u8, method: u8, at: u8) -> Vec<Said> {
    let project = project_code(project);
    let registered = json!({
        "project": project,
        "tenderer": {"code": "TENDERER9"},
        "industry": "02",
        "method": word(&["public", "invited"], method),
    });
    let section = section_code(section);
    vec![
        ("project.registered", registered, at),
        ("section.announced", json!({"section": section, "project": project}), at),
        ("bid.opened", json!({"section": section, "bidder": firm(bidder)}), at),
    ]
}

fn crowd(section: u8, bidders: u8, machine: u8, agent: Option<u8>, at: u8) -> Vec<Said> {
    let bid = |number: u8| {
        let section = section + u8::from(number.is_multiple_of(16));
        let device = json!({ "machine_code": code(machine) });
        let bidder = json!({ "code": format!("CROWD{number}") });
        let agent = agent.map(person);
        json!({"section": section_code(section), "bidder": bidder, "device": device, "agent": agent})
    };
    (0..bidders).map(|number| ("bid.submitted", bid(number), at)).collect()
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Season { sections, bidders, winner, apart, alone, at } => {
            let mut events = season(*sections, *bidders, *winner, *apart, *at);
            let first = firms(*bidders).next().unwrap_or_default();
            events.extend((0..*alone).map(|more| bare_bid(sections + more, first, *at)));
            events
        }
        Op::Ladder { section, bidders, first, step, at } => ladder(*section, *bidders, *first, *step, *at),
        Op::Quotes { section, pattern, evaluation, at } => {
            let method =
                word(&["lowest_price", "qualified_lowest", "lowest_price", "average_price"], *evaluation);
            let notice = json!({"section": section_code(*section), "evaluation_method": method});
            let prices = PATTERNS[usize::from(*pattern)].iter().zip(0..);
            let bids = prices.map(|(price, number)| opened(*section, &firm_code(number), price, *at));
            bids.chain([("section.changed", notice, *at)]).collect()
        }
        Op::Lone { section, bidder, project, method, at } => lone(*section, *bidder, *project, *method, *at),
        Op::Crowd { section, bidders, machine, agent, at } => {
            crowd(*section, *bidders, *machine, *agent, *at)
        }
    }
}
