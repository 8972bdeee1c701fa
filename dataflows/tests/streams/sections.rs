//! Projects, notices and openings.

use super::world::*;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What `section.announced` or `section.changed` says.
#[derive(Clone, Debug)]
pub struct Notice {
    section: u8,
    project: Option<u8>,
    /// It is a change. Where there is no project, it is one anyway.
    changed: bool,
    material: Option<bool>,
    /// Ceiling, estimate.
    prices: [Option<u8>; 2],
    deposit: Option<u8>,
    /// Announced, documents from, deadline, planned opening.
    instants: [Option<u8>; 4],
    evaluation: Option<u8>,
    own: Vec<u8>,
    prints: Option<u8>,
    at: u8,
}

#[derive(Clone, Debug)]
pub enum Op {
    Project {
        project: u8,
        tenderer: u8,
        industry: u8,
        method: Option<u8>,
        key: Option<bool>,
        at: u8,
    },
    Notice(Notice),
    Halted {
        section: u8,
        how: u8,
        at: u8,
    },
    Started {
        section: u8,
        room: Option<u8>,
        started: Option<u8>,
        at: u8,
    },
    Closed {
        section: u8,
        closed: Option<u8>,
        at: u8,
    },
    /// The openings of two sections, perhaps in one room, each from an instant and so many long.
    Rooms {
        section: u8,
        rooms: [u8; 2],
        from: [u8; 2],
        long: [u8; 2],
    },
    /// A tender with days from its documents to its deadline, a deposit, and a change on the way.
    Term {
        section: u8,
        industry: u8,
        documents: bool,
        days: u8,
        deposit: u8,
        changed: Option<u8>,
        at: u8,
    },
    /// A section of a key project with a bid and an expert, one of whom may leave, and the section may be halted.
    Key {
        section: u8,
        bidder: u8,
        member: Option<u8>,
        agent: u8,
        expert: u8,
        /// 0: the bidder, 1: the expert, else none.
        left: u8,
        halted: Option<u8>,
        at: u8,
    },
}

fn notice() -> impl Strategy<Value = Op> {
    let instants = proptest::array::uniform4(weighted(0.6, at()));
    let prices = proptest::array::uniform2(weighted(0.4, 0..10_u8));
    let said = (prices, weighted(0.3, 0..6_u8), instants, weighted(0.3, 0..5_u8));
    let lists = (vec(0..CODES + 4, 0..2), weighted(0.1, 1..8_u8));
    let what = (section(), weighted(0.8, 0..PROJECTS), any::<bool>(), of(any::<bool>()), at());
    (what, said, lists).prop_map(|(what, said, (own, prints))| {
        let (section, project, changed, material, at) = what;
        let (prices, deposit, instants, evaluation) = said;
        Op::Notice(Notice {
            section,
            project,
            changed,
            material,
            prices,
            deposit,
            instants,
            evaluation,
            own,
            prints,
            at,
        })
    })
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let key = weighted(0.6, proptest::bool::weighted(0.8));
    let project = (0..PROJECTS, 0..3_u8, 0..4_u8, of(0..4_u8), key, at()).prop_map(
        |(project, tenderer, industry, method, key, at)| Op::Project {
            project,
            tenderer,
            industry,
            method,
            key,
            at,
        },
    );
    let halted = (section(), 0..3_u8, at()).prop_map(|(section, how, at)| Op::Halted { section, how, at });
    let started = (section(), of(0..2_u8), of(at()), at())
        .prop_map(|(section, room, started, at)| Op::Started { section, room, started, at });
    let closed =
        (section(), of(at()), at()).prop_map(|(section, closed, at)| Op::Closed { section, closed, at });
    prop_oneof![3 => project, 7 => notice(), 1 => halted, 2 => started, 1 => closed]
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    let two = proptest::array::uniform2;
    let rooms = (0..SECTIONS, two(0..2_u8), two(0..12_u8), two(0..6_u8))
        .prop_map(|(section, rooms, from, long)| Op::Rooms { section, rooms, from, long });
    let term = (section(), 0..2_u8, any::<bool>(), 5..12_u8, 0..6_u8, of(0..8_u8), at()).prop_map(
        |(section, industry, documents, days, deposit, changed, at)| Op::Term {
            section,
            industry,
            documents,
            days,
            deposit,
            changed,
            at,
        },
    );
    let parts = (bidder(), weighted(0.3, 0..FIRMS), 0..PERSONS, 0..EXPERTS);
    let key = (section(), parts, 0..4_u8, weighted(0.4, 0..3_u8), at()).prop_map(
        |(section, (bidder, member, agent, expert), left, halted, at)| Op::Key {
            section,
            bidder,
            member,
            agent,
            expert,
            left,
            halted,
            at,
        },
    );
    prop_oneof![4 => rooms, 3 => term, 3 => key]
}

/// At, above and below 2 % of the prices there are.
const DEPOSITS: [&str; 6] = ["2", "2.01", "4", "20", "1.98", "0.01"];

fn noticed(notice: &Notice) -> Said {
    let kind =
        if notice.changed || notice.project.is_none() { "section.changed" } else { "section.announced" };
    let own = |from: u8| -> Vec<String> {
        let half = notice.own.iter().filter(|number| **number / CODES == from);
        half.map(|number| if from == 0 { code(*number) } else { address(number % CODES) }).collect()
    };
    let [announced_at, documents_from, deadline, opening_at] = notice.instants.map(|at| at.map(moment));
    let [ceiling, estimate] = notice.prices.map(|number| number.map(price));
    const EVALUATION: [&str; 3] = ["lowest_price", "qualified_lowest", "comprehensive"];
    let data = json!({
        "section": section_code(notice.section),
        "project": notice.project.map(project_code),
        "material": notice.material,
        "ceiling_price": ceiling,
        "estimate": estimate,
        "deposit_amount": notice.deposit.map(|number| word(&DEPOSITS, number)),
        "announced_at": announced_at,
        "documents_from": documents_from,
        "submission_deadline": deadline,
        "opening_at": opening_at,
        "evaluation_method": notice.evaluation.map(|number| word(&EVALUATION, number)),
        "locks": own(0),
        "devices": own(1),
        "fingerprints": notice.prints.map(|to| (0..u64::from(to)).collect::<Vec<_>>()),
    });
    (kind, data, notice.at)
}

/// How a section is halted.
const HALTS: [&str; 3] = ["section.failed", "section.suspended", "section.cancelled"];

/// A section of a key project with a bid, and an expert drawn.
fn key_section(section: u8, parts: [Value; 4], at: u8) -> Vec<Said> {
    let [bidder, members, agent, expert] = parts;
    let [(kind, mut registered, _), notice] = announced(section, 0, json!({}), at);
    registered["key_project"] = json!(true);
    let section = section_code(section);
    let bid = json!({"section": section, "bidder": bidder, "consortium": members, "agent": agent});
    let drawn = json!({"section": section, "expert": expert});
    vec![(kind, registered, at), notice, ("bid.submitted", bid, at), ("expert.drawn", drawn, at)]
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Project { project, tenderer, industry, method, key, at } => {
            const METHODS: [&str; 4] = ["public", "invited", "single_source", "inquiry"];
            let data = json!({
                "project": project_code(*project),
                "tenderer": firm(FIRMS + tenderer),
                "industry": word(&["01", "02", "90", "01"], *industry),
                "method": method.map(|number| word(&METHODS, number)),
                "key_project": key,
            });
            vec![("project.registered", data, *at)]
        }
        Op::Notice(notice) => vec![noticed(notice)],
        Op::Halted { section, how, at } => {
            vec![(word(&HALTS, *how), json!({ "section": section_code(*section) }), *at)]
        }
        Op::Started { section, room, started, at } => {
            let room = room.map(|room| format!("开标{room}厅"));
            let data = json!({"section": section_code(*section), "room": room, "at": started.map(moment)});
            vec![("opening.started", data, *at)]
        }
        Op::Closed { section, closed, at } => {
            let data = json!({"section": section_code(*section), "at": closed.map(moment)});
            vec![("opening.closed", data, *at)]
        }
        Op::Rooms { section, rooms, from, long } => {
            let held = |number: usize| {
                let section = section_code(section + number as u8);
                let started = json!({"section": section, "room": format!("开标{}厅", rooms[number])});
                let closed = ("opening.closed", json!({ "section": section }), from[number] + long[number]);
                [("opening.started", started, from[number]), closed]
            };
            [0, 1].into_iter().flat_map(held).collect()
        }
        Op::Key { section, bidder, member, agent, expert: number, left, halted, at } => {
            let members: Vec<Value> = member.iter().map(|member| firm(*member)).collect();
            let parts = [firm(*bidder), json!(members), person(*agent), expert(*number)];
            let mut events = key_section(*section, parts, *at);
            let of_section = json!({ "section": section_code(*section) });
            let leaves = |who: &str, whom: Value| json!({"section": section_code(*section), who: whom});
            match left {
                0 => events.push(("bid.withdrawn", leaves("bidder", firm(*bidder)), *at)),
                1 => events.push(("expert.replaced", leaves("expert", expert(*number)), *at)),
                _ => {}
            }
            events.extend(halted.map(|how| (word(&HALTS, how), of_section, *at)));
            events
        }
        Op::Term { section, industry, documents, days, deposit, changed, at } => {
            let mut notice = json!({
                "submission_deadline": moment(days_later(*at, *days)),
                "deposit_amount": word(&DEPOSITS, *deposit),
                "estimate": "100",
            });
            notice[if *documents { "documents_from" } else { "announced_at" }] = json!(moment(*at));
            let mut events: Vec<Said> = announced(*section, *industry, notice, *at).into();
            if let Some(changed) = changed {
                let change = json!({"section": section_code(*section), "material": true});
                events.push(("section.changed", change, days_later(*at, *changed)));
            }
            events
        }
    }
}
