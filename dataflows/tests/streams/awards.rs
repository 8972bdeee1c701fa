//! Awards and contracts.

use super::world::*;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub enum Op {
    Proposed {
        section: u8,
        candidates: Vec<u8>,
        ranked: bool,
        at: u8,
    },
    Made {
        section: u8,
        bidder: u8,
        price: Option<u8>,
        manager: Option<u8>,
        notified_at: Option<u8>,
        at: u8,
    },
    Declined {
        section: u8,
        bidder: u8,
        declined: Option<u8>,
        at: u8,
    },
    /// A contract is signed or completed.
    Contract {
        section: u8,
        contractor: u8,
        completed: bool,
        price: Option<u8>,
        manager: Option<u8>,
        when: Option<u8>,
        at: u8,
    },
    Subcontracted {
        section: u8,
        contractor: u8,
        subcontractor: u8,
        at: u8,
    },
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let proposed = (section(), vec(bidder(), 0..3), weighted(0.8, Just(())), at()).prop_map(
        |(section, candidates, ranked, at)| Op::Proposed {
            section,
            candidates,
            ranked: ranked.is_some(),
            at,
        },
    );
    let said = (weighted(0.7, 0..10_u8), weighted(0.3, 0..PERSONS), of(at()));
    let made = (section(), bidder(), said.clone(), at()).prop_map(
        |(section, bidder, (price, manager, notified_at), at)| Op::Made {
            section,
            bidder,
            price,
            manager,
            notified_at,
            at,
        },
    );
    let declined = (section(), bidder(), of(at()), at())
        .prop_map(|(section, bidder, declined, at)| Op::Declined { section, bidder, declined, at });
    let contract = (section(), bidder(), weighted(0.2, Just(())), said, at()).prop_map(
        |(section, contractor, completed, (price, manager, when), at)| Op::Contract {
            section,
            contractor,
            completed: completed.is_some(),
            price,
            manager,
            when,
            at,
        },
    );
    let subcontracted =
        (section(), bidder(), bidder(), at()).prop_map(|(section, contractor, subcontractor, at)| {
            Op::Subcontracted { section, contractor, subcontractor, at }
        });
    prop_oneof![2 => proposed, 4 => made, 2 => declined, 2 => contract, 1 => subcontracted]
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Proposed { section, candidates, ranked, at } => {
            let candidate = |(place, number): (usize, &u8)| json!({"bidder": firm(*number), "rank": ranked.then_some(place + 1)});
            let candidates: Vec<Value> = candidates.iter().enumerate().map(candidate).collect();
            vec![(
                "award.proposed",
                json!({"section": section_code(*section), "candidates": candidates}),
                *at,
            )]
        }
        Op::Made { section, bidder, price: number, manager, notified_at, at } => {
            let data = json!({
                "section": section_code(*section),
                "bidder": firm(*bidder),
                "price": number.map(price),
                "manager": manager.map(person),
                "notified_at": notified_at.map(moment),
            });
            vec![("award.made", data, *at)]
        }
        Op::Declined { section, bidder, declined, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let data = json!({"section": section, "bidder": bidder, "at": declined.map(moment)});
            vec![("award.declined", data, *at)]
        }
        Op::Contract { section, contractor, completed, price: number, manager, when, at } => {
            let (kind, at_name) =
                if *completed { ("contract.completed", "at") } else { ("contract.signed", "signed_at") };
            let data = json!({
                "section": section_code(*section),
                "contractor": firm(*contractor),
                "price": number.map(price),
                "manager": manager.map(person),
                at_name: when.map(moment),
            });
            vec![(kind, data, *at)]
        }
        Op::Subcontracted { section, contractor, subcontractor, at } => {
            let data = json!({
                "section": section_code(*section),
                "contractor": firm(*contractor),
                "subcontractor": firm(*subcontractor),
            });
            vec![("contract.subcontracted", data, *at)]
        }
    }
}
