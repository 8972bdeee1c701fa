//! Organisations, their holders, those whom they employ, and credit entries.

use super::world::*;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub enum Op {
    Recorded {
        org: u8,
        /// Who, and with what share.
        holders: Vec<(u8, u8)>,
        representative: Option<u8>,
        directors: Vec<u8>,
        address: Option<u8>,
        at: u8,
    },
    Employed {
        expert: u8,
        org: u8,
        from: u8,
        until: Option<u8>,
        at: u8,
    },
    Listed {
        entry: u8,
        /// A firm, or past them a person.
        who: u8,
        kind: u8,
        from: u8,
        until: Option<u8>,
        removed_at: Option<u8>,
        at: u8,
    },
    Removed {
        entry: u8,
        removed_at: Option<u8>,
        at: u8,
    },
    /// Firms that one record after the other says the same of, and that bid.
    Affiliates {
        section: u8,
        orgs: u8,
        what: u8,
        who: u8,
        at: u8,
    },
    /// Who is listed twice, and awarded a section.
    Blacklisted {
        section: u8,
        who: u8,
        kinds: [u8; 2],
        from: [u8; 2],
        /// The last day of the first entry.
        until: Option<u8>,
        notified: u8,
    },
    /// One firm holds several, which hold another; both ends bid.
    Family {
        section: u8,
        between: u8,
        top: u8,
        bottom: u8,
        at: u8,
    },
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let holders = vec((0..FIRMS + 2 + PERSONS, 0..7_u8), 0..3);
    let persons = (weighted(0.4, 0..PERSONS), vec(0..PERSONS, 0..2));
    let recorded = (0..FIRMS + 2, holders, persons, weighted(0.4, 0..4_u8), at()).prop_map(
        |(org, holders, (representative, directors), address, at)| Op::Recorded {
            org,
            holders,
            representative,
            directors,
            address,
            at,
        },
    );
    let employed = (0..EXPERTS, bidder(), at(), of(at()), at())
        .prop_map(|(expert, org, from, until, at)| Op::Employed { expert, org, from, until, at });
    let listed = (0..4_u8, prop_oneof![3 => bidder(), 1 => FIRMS..FIRMS + PERSONS], 0..5_u8, at(), at());
    let listed = (listed, weighted(0.3, at()), weighted(0.1, at())).prop_map(
        |((entry, who, kind, from, at), until, removed_at)| Op::Listed {
            entry,
            who,
            kind,
            from,
            until,
            removed_at,
            at,
        },
    );
    let removed =
        (0..4_u8, of(at()), at()).prop_map(|(entry, removed_at, at)| Op::Removed { entry, removed_at, at });
    prop_oneof![5 => recorded, 2 => employed, 5 => listed, 1 => removed]
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    let affiliates = (section(), several(), 0..6_u8, 0..FIRMS + 2 + PERSONS, at())
        .prop_map(|(section, orgs, what, who, at)| Op::Affiliates { section, orgs, what, who, at });
    let family = (section(), several(), 0..FIRMS + 1, 0..FIRMS + 1, at())
        .prop_map(|(section, between, top, bottom, at)| Op::Family { section, between, top, bottom, at });
    let kinds = proptest::array::uniform2(prop_oneof![1 => Just(0_u8), 2 => Just(1_u8)]);
    let from = proptest::array::uniform2(prop_oneof![early(), at()]);
    let blacklisted = (section(), bidder(), kinds, from, of(at()), at()).prop_map(
        |(section, who, kinds, from, until, notified)| Op::Blacklisted {
            section,
            who,
            kinds,
            from,
            until,
            notified,
        },
    );
    prop_oneof![6 => affiliates, 2 => family, 6 => blacklisted]
}

fn holder((who, share): &(u8, u8)) -> Value {
    let share = word(&["0.5", "0.500001", "1", "0", "0.05", "0.049999", "0.3"], *share);
    let controls = share == "0";
    match who.checked_sub(FIRMS + 2) {
        Some(number) => json!({"person": person(number), "share": share, "controls": controls}),
        None => json!({"org": firm_code(*who), "share": share, "controls": controls}),
    }
}

/// Where a firm sits: the first two are the same place.
fn place(number: u8) -> &'static str {
    word(&["海口市 龙昆北路 1号", "海口市龙昆北路１号。", "三亚市 A-1", "—"], number)
}

/// The same said of several firms: representative, director, address, share, control.
fn affiliate(org: u8, what: u8, who: u8) -> Value {
    let mut record = json!({"org": firm_code(org), "name": "某"});
    match what {
        0 => record["legal_representative"] = person(who % PERSONS),
        1 => record["directors"] = json!([person(who % PERSONS)]),
        2 => record["address"] = json!(place(org % 2)),
        3 => record["holders"] = json!([holder(&(who, 4))]),
        _ => record["holders"] = json!([holder(&(who, 1))]),
    }
    record
}

fn listed(entry: u8, who: u8, kind: u8, from: u8) -> Value {
    let mut data = json!({
        "entry": format!("C{entry}"),
        "kind": word(&["blacklist", "collusion", "penalty", "collusion", "dishonest"], kind),
        "from_on": date(from),
    });
    match who.checked_sub(FIRMS) {
        Some(number) => data["person"] = person(number),
        None => data["org"] = json!(firm_code(who)),
    }
    data
}

fn family(section: u8, between: u8, top: u8, bottom: u8, at: u8) -> Vec<Said> {
    let held = |org: u8, by: Vec<u8>| {
        let holders = by.into_iter().map(|by| json!({"org": firm_code(by), "controls": true}));
        let holders: Vec<Value> = holders.collect();
        ("party.recorded", json!({"org": firm_code(org), "name": "某", "holders": holders}), at)
    };
    let mut events: Vec<Said> = firms(between).map(|org| held(org, vec![top])).collect();
    events.push(held(bottom, firms(between).collect()));
    // A tenderer does not bid.
    let bidding = [top, bottom].into_iter().filter(|end| *end < FIRMS);
    events.extend(bidding.map(|bidder| bare_bid(section, bidder, at)));
    events
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Recorded { org, holders, representative, directors, address, at } => {
            let data = json!({
                "org": firm_code(*org),
                "name": "某",
                "holders": holders.iter().map(holder).collect::<Vec<_>>(),
                "legal_representative": representative.map(person),
                "directors": directors.iter().map(|number| person(*number)).collect::<Vec<_>>(),
                "address": address.map(place),
            });
            vec![("party.recorded", data, *at)]
        }
        Op::Employed { expert: number, org, from, until, at } => {
            let data = json!({
                "person": expert(*number),
                "org": firm_code(*org),
                "from_on": date(*from),
                "until_on": until.map(date),
            });
            vec![("person.employed", data, *at)]
        }
        Op::Listed { entry, who, kind, from, until, removed_at, at } => {
            let mut data = listed(*entry, *who, *kind, *from);
            data["until_on"] = json!(until.map(date));
            data["removed_at"] = json!(removed_at.map(moment));
            vec![("credit.listed", data, *at)]
        }
        Op::Removed { entry, removed_at, at } => {
            let data = json!({"entry": format!("C{entry}"), "removed_at": removed_at.map(moment)});
            vec![("credit.removed", data, *at)]
        }
        Op::Affiliates { section, orgs, what, who, at } => {
            let both =
                |org| [("party.recorded", affiliate(org, *what, *who), *at), bare_bid(*section, org, *at)];
            firms(*orgs).flat_map(both).collect()
        }
        Op::Blacklisted { section, who, kinds, from, until, notified } => {
            let entry = |number: usize, until: Option<u8>| {
                let mut data = listed(number as u8, *who, kinds[number], from[number]);
                data["until_on"] = json!(until.map(date));
                ("credit.listed", data, from[number])
            };
            let award = json!({"section": section_code(*section), "bidder": firm(*who)});
            vec![entry(0, *until), entry(1, None), ("award.made", award, *notified)]
        }
        Op::Family { section, between, top, bottom, at } => family(*section, *between, *top, *bottom, *at),
    }
}
