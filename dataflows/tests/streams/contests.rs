//! Scenes of awards and contracts, and of who leaves before them.

use super::world::*;
use proptest::option::weighted;
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub enum Op {
    /// A manager with a contract in one section is awarded the next.
    Engaged { section: u8, manager: u8, signed: u8, completed: Option<u8>, notified: u8 },
    /// Several bid, one of them is awarded, and most others are rejected.
    Chosen { section: u8, lowest_wins: bool, bidders: u8, spared: Option<u8>, awarded: u8, price: u8, at: u8 },
    /// A tenderer's awards of a year.
    Captured { sections: u8, awarded: u8, other: u8, price: u8, at: u8 },
    /// From the candidates to the contract.
    Course {
        section: u8,
        first: u8,
        declines: bool,
        awarded: u8,
        /// Of the award and of the contract.
        prices: [u8; 2],
        at: u8,
    },
    /// A bidder leaves section after section, before or after the award.
    Leaver { bidder: u8, withdrawn: u8, declined: u8, at: u8 },
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    let engaged = (0..SECTIONS, 0..PERSONS - 1, early(), weighted(0.3, early()), early()).prop_map(
        |(section, manager, signed, completed, notified)| Op::Engaged {
            section,
            manager,
            signed,
            completed,
            notified,
        },
    );
    let who = (0..SECTIONS, any::<bool>(), several(), weighted(0.2, 0..FIRMS), bidder());
    let chosen = (who, 0..CLOSE.len() as u8, at()).prop_map(
        |((section, lowest_wins, bidders, spared, awarded), price, at)| Op::Chosen {
            section,
            lowest_wins,
            bidders,
            spared,
            awarded,
            price,
            at,
        },
    );
    let captured =
        (4..8_u8, bidder(), bidder(), 0..4_u8, at()).prop_map(|(sections, awarded, other, price, at)| {
            Op::Captured { sections, awarded, other, price, at }
        });
    let course = (section(), bidder(), any::<bool>(), bidder(), proptest::array::uniform2(0..2_u8), at());
    let course = course.prop_map(|(section, first, declines, awarded, prices, at)| Op::Course {
        section,
        first,
        declines,
        awarded,
        prices,
        at,
    });
    let leaver = (bidder(), 0..4_u8, 0..3_u8, early())
        .prop_map(|(bidder, withdrawn, declined, at)| Op::Leaver { bidder, withdrawn, declined, at });
    prop_oneof![8 => engaged, 7 => chosen, 10 => captured, 3 => course, 4 => leaver]
}

/// At and past 85 % and 99 % of a hundred.
const CLOSE: [&str; 6] = ["85", "84.99", "99", "98.99", "100", "90"];

fn made(section: u8, bidder: u8, price: &str, at: u8) -> Said {
    ("award.made", json!({"section": section_code(section), "bidder": firm(bidder), "price": price}), at)
}

fn of_bidder(section: u8, bidder: u8) -> Value {
    json!({"section": section_code(section), "bidder": firm(bidder)})
}

fn engaged(section: u8, manager: u8, signed: u8, completed: Option<u8>, notified: u8) -> Vec<Said> {
    let contract =
        json!({"section": section_code(section), "contractor": firm(0), "manager": person(manager)});
    let mut award = of_bidder(section + 1, 0);
    award["manager"] = person(manager);
    let mut events = vec![("contract.signed", contract.clone(), signed), ("award.made", award, notified)];
    events.extend(completed.map(|completed| ("contract.completed", contract, completed)));
    events
}

fn chosen(section: u8, lowest_wins: bool, bidders: u8, spared: Option<u8>, awarded: u8, at: u8) -> Vec<Said> {
    let evaluation = if lowest_wins { "lowest_price" } else { "comprehensive" };
    let notice = json!({"evaluation_method": evaluation, "ceiling_price": "100"});
    let mut events: Vec<Said> = announced(section, 0, notice, at).into();
    for bidder in firms(bidders) {
        events.push(opened(section, &firm_code(bidder), price(bidder / 2), at));
        if bidder != awarded && Some(bidder) != spared {
            events.push(("bid.rejected", of_bidder(section, bidder), at));
        }
    }
    events
}

fn captured(sections: u8, awarded: u8, other: u8, price: u8, at: u8) -> Vec<Said> {
    let mut events = Vec::new();
    for section in 0..sections {
        events.extend(announced(section, 0, json!({}), at));
        events.push(made(section, awarded, "20", at));
    }
    // The last award is another's: five of 20 are half of all at a hundred.
    events.extend(announced(sections, 0, json!({}), at));
    events.push(made(sections, other, word(&["85", "100", "100.01", "140"], price), at));
    events
}

fn course(section: u8, first: u8, declines: bool, awarded: u8, prices: [u8; 2], at: u8) -> Vec<Said> {
    let second = (first + 1) % FIRMS;
    let candidate = |bidder: u8, rank: u8| json!({"bidder": firm(bidder), "rank": rank});
    let candidates = [candidate(first, 1), candidate(second, 2)];
    let proposed = json!({"section": section_code(section), "candidates": candidates});
    let [of_award, of_contract] = prices.map(|number| word(&["300", "300.01"], number));
    let contract =
        json!({"section": section_code(section), "contractor": firm(awarded), "price": of_contract});
    let mut events = vec![("award.proposed", proposed, at)];
    events.extend(declines.then(|| ("award.declined", of_bidder(section, first), at)));
    events.push(made(section, awarded, of_award, at));
    events.push(("contract.signed", contract, at));
    events
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Engaged { section, manager, signed, completed, notified } => {
            engaged(*section, *manager, *signed, *completed, *notified)
        }
        Op::Chosen { section, lowest_wins, bidders, spared, awarded, price, at } => {
            let awarded = firms(*bidders).cycle().nth(usize::from(*awarded)).unwrap_or_default();
            let mut events = chosen(*section, *lowest_wins, *bidders, *spared, awarded, *at);
            events.push(made(*section, awarded, word(&CLOSE, *price), *at));
            events
        }
        Op::Captured { sections, awarded, other, price, at } => {
            captured(*sections, *awarded, *other, *price, *at)
        }
        Op::Course { section, first, declines, awarded, prices, at } => {
            course(*section, *first, *declines, *awarded, *prices, *at)
        }
        Op::Leaver { bidder, withdrawn, declined, at } => {
            let gone = (0..*withdrawn).map(|section| ("bid.withdrawn", of_bidder(section, *bidder), *at));
            let declined = (0..*declined).map(|section| ("award.declined", of_bidder(section, *bidder), *at));
            gone.chain(declined).collect()
        }
    }
}
