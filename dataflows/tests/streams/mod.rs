//! Random streams over a deliberately small world, where everything collides: few sections, firms, machines, prices,
//! persons and instants. A stream is a list of small operations, so that a failing one shrinks to what matters.

mod engine;

pub use engine::{Published, Steps, in_steps, replay, telling};

use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use xiezhi_dataflows::event::{Admitted, Door, Event, Gravity, WitnessKind};
use xiezhi_dataflows::normalise::{Instant, Placeholders};

/// How many instants there are: see [`instant`].
pub const INSTANTS: u8 = DAYS.len() as u8 * CLOCK.len() as u8;

/// Days around those at which something enters or leaves the window.
const DAYS: &[i64] = &[0, 1, 2, 3, 400, 401, 729, 730, 731, 732, 733, 1131, 1132, 1500];
/// Times of the day around deadlines, their grace, and midnight.
const CLOCK: &[&str] = &[
    "00:00:00",
    "08:59:59.999999",
    "09:00:00",
    "09:15:00",
    "09:15:00.000001",
    "16:00:00",
    "23:59:59.999999",
];

/// One of the few instants, µs.
pub fn instant(at: u8) -> i64 {
    Instant::parse(&moment(at)).expect("an instant").0
}

fn moment(at: u8) -> String {
    let at = usize::from(at % INSTANTS);
    let first = xiezhi_dataflows::normalise::Date::parse("2023-11-01").expect("a date");
    let day = xiezhi_dataflows::normalise::Date(first.0 + DAYS[at / CLOCK.len()] as i32);
    format!("{day}T{}+08:00", CLOCK[at % CLOCK.len()])
}

/// A bid as it is sent.
#[derive(Clone, Debug)]
pub struct Sent {
    section: u8,
    bidder: u8,
    submitted_at: Option<u8>,
    on_site: Option<bool>,
    members: Vec<u8>,
    /// Mac, CPU, disk, memory, board, machine code.
    hardware: [Option<u8>; 6],
    ip: Option<u8>,
    /// Pricing lock, certificate, feature code.
    locks: [Option<u8>; 3],
    /// Agent, manager.
    persons: [Option<u8>; 2],
    staff: Vec<u8>,
    at: u8,
}

/// One event, or a scene of several that random events would hardly make up.
#[derive(Clone, Debug)]
pub enum Op {
    Project {
        project: u8,
        tenderer: u8,
        method: Option<u8>,
        at: u8,
    },
    /// `section.announced`, or `section.changed` where there is no project or `changed` says so.
    Notice {
        section: u8,
        project: Option<u8>,
        changed: bool,
        ceiling: Option<u8>,
        deadline: Option<u8>,
        opening_at: Option<u8>,
        own: Vec<u8>,
        at: u8,
    },
    Halted {
        section: u8,
        how: u8,
        at: u8,
    },
    Started {
        section: u8,
        started: Option<u8>,
        at: u8,
    },
    Sent(Sent),
    Opened {
        section: u8,
        bidder: u8,
        price: Option<u8>,
        opened_at: Option<u8>,
        at: u8,
    },
    Decrypted {
        section: u8,
        bidder: u8,
        ok: bool,
        ca_lock: Option<u8>,
        at: u8,
    },
    Withdrawn {
        section: u8,
        bidder: u8,
        withdrawn_at: Option<u8>,
        at: u8,
    },
    Deposit {
        section: u8,
        bidder: u8,
        account: Option<u8>,
        at: u8,
    },
    Award {
        section: u8,
        bidder: u8,
        at: u8,
    },
    /// `count` records of kinds that follow one another.
    Witnessed {
        section: u8,
        kind: u8,
        count: u8,
        gravity: u8,
        parties: Vec<u8>,
        persons: Vec<u8>,
        at: u8,
    },
    /// Holders: who, and with what share.
    Party {
        org: u8,
        holders: Vec<(u8, u8)>,
        at: u8,
    },
    /// Retracts the event so many places further (or, if negative, before); itself, or one that never comes.
    Retracted {
        further: i8,
        at: u8,
    },
    /// The same bidders meet in several sections, and one wins.
    Season {
        sections: u8,
        bidders: u8,
        winner: u8,
        at: u8,
    },
    /// Prices that climb by a step.
    Ladder {
        section: u8,
        bidders: u8,
        first: u8,
        step: u8,
        at: u8,
    },
    /// Bids from one machine, and perhaps from one address.
    Machine {
        section: u8,
        bidders: u8,
        codes: [u8; 3],
        ip: Option<u8>,
        at: u8,
    },
    /// One firm holds several, which hold another; both ends bid.
    Family {
        section: u8,
        between: u8,
        top: u8,
        bottom: u8,
        at: u8,
    },
    /// A public or invited tender, opened with one bidder so far.
    Lone {
        section: u8,
        bidder: u8,
        project: u8,
        method: u8,
        at: u8,
    },
    /// Bids whose deposits came from one account.
    Paid {
        section: u8,
        bidders: u8,
        account: u8,
        at: u8,
    },
    /// Very many bidders with one machine code, a few of them in the next section.
    Crowd {
        section: u8,
        bidders: u8,
        machine: u8,
        at: u8,
    },
}

const SECTIONS: u8 = 7;
const PROJECTS: u8 = 2;
const FIRMS: u8 = 6;
const CODES: u8 = 4;
const PERSONS: u8 = 4;

fn at() -> impl Strategy<Value = u8> {
    // Mostly few days, so that most of it lies in one window.
    prop_oneof![3 => 0..CLOCK.len() as u8 * 6, 1 => 0..INSTANTS]
}

fn section() -> impl Strategy<Value = u8> + Clone {
    prop_oneof![3 => 0..2_u8, 1 => 0..SECTIONS]
}

fn bidder() -> impl Strategy<Value = u8> + Clone {
    prop_oneof![2 => 0..3_u8, 1 => 0..FIRMS]
}

/// Several firms, a bit each.
fn several() -> impl Strategy<Value = u8> {
    1..1_u8 << FIRMS
}

fn sent() -> impl Strategy<Value = Op> {
    let hardware = proptest::array::uniform6(weighted(0.3, 0..CODES));
    let locks = proptest::array::uniform3(weighted(0.3, 0..CODES));
    let persons = proptest::array::uniform2(weighted(0.3, 0..PERSONS));
    let who = (section(), bidder(), of(at()), weighted(0.15, any::<bool>()), at());
    let with = (hardware, weighted(0.3, 0..CODES), locks, persons);
    let lists = (vec(0..FIRMS, 0..2), vec(0..PERSONS, 0..2), weighted(0.7, Just(())));
    (who, with, lists).prop_map(|(who, with, (members, staff, alone))| {
        let (section, bidder, submitted_at, on_site, at) = who;
        let (hardware, ip, locks, persons) = with;
        let members = if alone.is_some() { Vec::new() } else { members };
        let sent =
            Sent { section, bidder, submitted_at, on_site, members, hardware, ip, locks, persons, staff, at };
        Op::Sent(sent)
    })
}

fn about_sections() -> impl Strategy<Value = Op> {
    let section = section();
    let project = (0..PROJECTS, 0..3_u8, of(0..4_u8), at())
        .prop_map(|(project, tenderer, method, at)| Op::Project { project, tenderer, method, at });
    let said = (weighted(0.3, 0..8_u8), weighted(0.6, at()), weighted(0.6, at()), vec(0..CODES + 4, 0..2));
    let notice = (section.clone(), weighted(0.8, 0..PROJECTS), any::<bool>(), said, at()).prop_map(
        |(section, project, changed, (ceiling, deadline, opening_at, own), at)| Op::Notice {
            section,
            project,
            changed,
            ceiling,
            deadline,
            opening_at,
            own,
            at,
        },
    );
    let halted =
        (section.clone(), 0..3_u8, at()).prop_map(|(section, how, at)| Op::Halted { section, how, at });
    let started = (section.clone(), of(at()), at()).prop_map(|(section, started, at)| Op::Started {
        section,
        started,
        at,
    });
    let award =
        (section.clone(), bidder(), at()).prop_map(|(section, bidder, at)| Op::Award { section, bidder, at });
    let named = (vec(0..FIRMS, 0..3), vec(0..PERSONS, 0..3));
    let witnessed = (section, 0..21_u8, 1..12_u8, 0..3_u8, named, at()).prop_map(
        |(section, kind, count, gravity, (parties, persons), at)| Op::Witnessed {
            section,
            kind,
            count,
            gravity,
            parties,
            persons,
            at,
        },
    );
    prop_oneof![3 => project, 6 => notice, 1 => halted, 2 => started, 1 => award, 1 => witnessed]
}

fn about_bids() -> impl Strategy<Value = Op> {
    let bid = (section(), bidder());
    let opened = (bid.clone(), weighted(0.9, 0..8_u8), of(at()), at()).prop_map(
        |((section, bidder), price, opened_at, at)| Op::Opened { section, bidder, price, opened_at, at },
    );
    let decrypted = (bid.clone(), any::<bool>(), weighted(0.6, 0..CODES), at())
        .prop_map(|((section, bidder), ok, ca_lock, at)| Op::Decrypted { section, bidder, ok, ca_lock, at });
    let withdrawn = (bid.clone(), of(at()), at()).prop_map(|((section, bidder), withdrawn_at, at)| {
        Op::Withdrawn { section, bidder, withdrawn_at, at }
    });
    let deposit = (bid, weighted(0.9, 0..CODES), at())
        .prop_map(|((section, bidder), account, at)| Op::Deposit { section, bidder, account, at });
    prop_oneof![12 => sent(), 6 => opened, 2 => decrypted, 2 => withdrawn, 3 => deposit]
}

fn scenes() -> impl Strategy<Value = Op> {
    let season = (4..=SECTIONS, several(), 0..FIRMS, at())
        .prop_map(|(sections, bidders, winner, at)| Op::Season { sections, bidders, winner, at });
    let ladder = (section(), 4..=FIRMS, 0..8_u8, 0..4_u8, at())
        .prop_map(|(section, bidders, first, step, at)| Op::Ladder { section, bidders, first, step, at });
    let crowd = (section(), 28..62_u8, 0..CODES, at())
        .prop_map(|(section, bidders, machine, at)| Op::Crowd { section, bidders, machine, at });
    let machine = (section(), several(), proptest::array::uniform3(0..CODES), weighted(0.5, 0..CODES), at())
        .prop_map(|(section, bidders, codes, ip, at)| Op::Machine { section, bidders, codes, ip, at });
    let family = (section(), several(), 0..FIRMS, 0..FIRMS, at())
        .prop_map(|(section, between, top, bottom, at)| Op::Family { section, between, top, bottom, at });
    let paid = (section(), several(), 0..CODES, at()).prop_map(|(section, bidders, account, at)| Op::Paid {
        section,
        bidders,
        account,
        at,
    });
    let lone = (0..SECTIONS, bidder(), 0..PROJECTS, 0..2_u8, at())
        .prop_map(|(section, bidder, project, method, at)| Op::Lone { section, bidder, project, method, at });
    prop_oneof![4 => season, 4 => ladder, 2 => crowd, 4 => machine, 5 => family, 5 => lone, 4 => paid]
}

/// Any operation.
fn op() -> impl Strategy<Value = Op> {
    let holders = vec((0..FIRMS + 2, 0..4_u8), 0..3);
    let party = (0..FIRMS + 1, holders, at()).prop_map(|(org, holders, at)| Op::Party { org, holders, at });
    let retracted = (-12..=12_i8, at()).prop_map(|(further, at)| Op::Retracted { further, at });
    prop_oneof![10 => about_sections(), 20 => about_bids(), 3 => party, 5 => retracted, 4 => scenes()]
}

/// A stream of up to `most` operations.
pub fn ops(most: usize) -> impl Strategy<Value = Vec<Op>> {
    vec(op(), 0..=most)
}

fn firm(number: u8) -> Value {
    json!({ "code": firm_code(number) })
}

fn firms(several: u8) -> impl Iterator<Item = u8> {
    (0..FIRMS).filter(move |number| several >> number & 1 == 1)
}

fn firm_code(number: u8) -> String {
    format!("FIRM{number:02}")
}

fn section_code(section: u8) -> String {
    format!("S{section}")
}

/// The same codes for every kind of hardware and lock: kinds must not be taken for one another.
fn code(number: u8) -> String {
    format!("AB-0{number}")
}

fn address(number: u8) -> String {
    if number == 3 { "2001:db8::1".to_owned() } else { format!("10.0.0.{number}") }
}

fn person(number: u8) -> Value {
    if number == 3 { json!({"name": "无证"}) } else { json!({"id": format!("ID-{number}"), "name": "某"}) }
}

/// Prices of which some are equal, some climb regularly, and some nearly.
fn price(number: u8) -> &'static str {
    ["100", "200", "300", "400", "400.01", "500.02", "600.03", "1000"][usize::from(number % 8)]
}

fn bid_sent(sent: &Sent) -> (&'static str, Value, u8) {
    let code = |number: Option<u8>| number.map(code);
    let [mac, cpu_id, disk_serial, memory_serial, board_serial, machine_code] = sent.hardware.map(code);
    let [pricing_lock, ca_lock, feature_code] = sent.locks.map(code);
    let staff: Vec<Value> = sent.staff.iter().map(|number| json!({ "person": person(*number) })).collect();
    let data = json!({
        "section": section_code(sent.section),
        "bidder": firm(sent.bidder),
        "submitted_at": sent.submitted_at.map(moment),
        "on_site": sent.on_site,
        "consortium": sent.members.iter().map(|member| firm(*member)).collect::<Vec<_>>(),
        "device": {
            "mac": mac,
            "cpu_id": cpu_id,
            "disk_serial": disk_serial,
            "memory_serial": memory_serial,
            "board_serial": board_serial,
            "machine_code": machine_code,
            "ip": sent.ip.map(address),
        },
        "pricing_lock": pricing_lock,
        "ca_lock": ca_lock,
        "file": { "feature_code": feature_code },
        "agent": sent.persons[0].map(person),
        "manager": sent.persons[1].map(person),
        "staff": staff,
    });
    ("bid.submitted", data, sent.at)
}

fn opened(section: u8, bidder: &str, price: &str, at: u8) -> (&'static str, Value, u8) {
    let data = json!({"section": section_code(section), "bidder": {"code": bidder}, "price": price});
    ("bid.opened", data, at)
}

/// The events of an operation: type, data, time.
fn events_of(op: &Op) -> Vec<(&'static str, Value, u8)> {
    let bid = |section: u8, bidder: u8| (section_code(section), firm(bidder));
    match op {
        Op::Project { project, tenderer, method, at } => {
            let method =
                method.map(|m| ["public", "invited", "single_source", "inquiry"][usize::from(m % 4)]);
            let tenderer = json!({ "code": format!("TENDERER{tenderer}") });
            let project = format!("P{project}");
            let data = json!({"project": project, "tenderer": tenderer, "industry": "01", "method": method});
            vec![("project.registered", data, *at)]
        }
        Op::Notice { section, project, changed, ceiling, deadline, opening_at, own, at } => {
            let kind = if *changed || project.is_none() { "section.changed" } else { "section.announced" };
            let own = |from: u8| -> Vec<String> {
                let half = own.iter().filter(|number| **number / CODES == from);
                half.map(|number| if from == 0 { code(*number) } else { address(number % CODES) }).collect()
            };
            let data = json!({
                "section": section_code(*section),
                "project": project.map(|project| format!("P{project}")),
                "ceiling_price": ceiling.map(price),
                "submission_deadline": deadline.map(moment),
                "opening_at": opening_at.map(moment),
                "locks": own(0),
                "devices": own(1),
            });
            vec![(kind, data, *at)]
        }
        Op::Halted { section, how, at } => {
            let kind = ["section.failed", "section.suspended", "section.cancelled"][usize::from(how % 3)];
            vec![(kind, json!({ "section": section_code(*section) }), *at)]
        }
        Op::Started { section, started, at } => {
            let data = json!({"section": section_code(*section), "at": started.map(moment)});
            vec![("opening.started", data, *at)]
        }
        Op::Sent(sent) => vec![bid_sent(sent)],
        Op::Opened { section, bidder, price: at_price, opened_at, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let (price, opened_at) = (at_price.map(price), opened_at.map(moment));
            let data = json!({"section": section, "bidder": bidder, "price": price, "opened_at": opened_at});
            vec![("bid.opened", data, *at)]
        }
        Op::Decrypted { section, bidder, ok, ca_lock, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let data = json!({"section": section, "bidder": bidder, "ok": ok, "ca_lock": ca_lock.map(code)});
            vec![("bid.decrypted", data, *at)]
        }
        Op::Withdrawn { section, bidder, withdrawn_at, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let data = json!({"section": section, "bidder": bidder, "at": withdrawn_at.map(moment)});
            vec![("bid.withdrawn", data, *at)]
        }
        Op::Deposit { section, bidder, account, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let account = account.map(|number| format!("62 0{number}"));
            vec![("deposit.received", json!({"section": section, "bidder": bidder, "account": account}), *at)]
        }
        Op::Award { section, bidder, at } => {
            let (section, bidder) = bid(*section, *bidder);
            vec![("award.made", json!({"section": section, "bidder": bidder}), *at)]
        }
        Op::Witnessed { section, kind, count, gravity, parties, persons, at } => {
            let gravity = Gravity::ALL[usize::from(*gravity) % Gravity::ALL.len()].as_str();
            let record = |number: u8| {
                let kind = WitnessKind::ALL[usize::from(kind + number) % WitnessKind::ALL.len()];
                json!({
                    "section": section_code(*section),
                    "kind": kind.as_str(),
                    "gravity": gravity,
                    "parties": parties.iter().map(|party| firm_code(*party)).collect::<Vec<_>>(),
                    "persons": persons.iter().map(|number| person(*number)).collect::<Vec<_>>(),
                })
            };
            (0..*count).map(|number| ("witness.recorded", record(number), *at)).collect()
        }
        Op::Party { org, holders, at } => {
            let holder = |(who, share): &(u8, u8)| {
                let share = ["0.5", "0.500001", "1", "0"][usize::from(share % 4)];
                let controls = share == "0";
                if *who > FIRMS {
                    return json!({"person": person(0), "share": share, "controls": controls});
                }
                json!({"org": firm_code(*who), "share": share, "controls": controls})
            };
            let holders: Vec<Value> = holders.iter().map(holder).collect();
            vec![("party.recorded", json!({"org": firm_code(*org), "name": "某", "holders": holders}), *at)]
        }
        Op::Retracted { further, at } => vec![("event.retracted", json!({ "retracts": further }), *at)],
        Op::Season { sections, bidders, winner, at } => season(*sections, *bidders, *winner, *at),
        Op::Ladder { section, bidders, first, step, at } => {
            let fen = |number: u8| {
                // A thousandth off where the step is odd: it still counts.
                let step = 10_000 * (i64::from(*step) + 1);
                let off = if number == 2 { step / 1000 } else { 0 };
                100_000 + 1_000 * i64::from(*first) + step * i64::from(number) + off
            };
            let price = |number: u8| format!("{}.{:02}", fen(number) / 100, fen(number) % 100);
            let bids = (0..*bidders).map(|number| opened(*section, &firm_code(number), &price(number), *at));
            bids.collect()
        }
        Op::Machine { section, bidders, codes, ip, at } => {
            let [mac, cpu_id, disk_serial] = codes.map(code);
            let ip = ip.map(address);
            let device = json!({"mac": mac, "cpu_id": cpu_id, "disk_serial": disk_serial, "ip": ip});
            let section = section_code(*section);
            let bid = |bidder| json!({"section": section, "bidder": firm(bidder), "device": device});
            firms(*bidders).map(|bidder| ("bid.submitted", bid(bidder), *at)).collect()
        }
        Op::Family { section, between, top, bottom, at } => {
            let held = |org: u8, by: Vec<u8>| {
                let holders = by.into_iter().map(|by| json!({"org": firm_code(by), "controls": true}));
                let holders: Vec<Value> = holders.collect();
                let data = json!({"org": firm_code(org), "name": "某", "holders": holders});
                ("party.recorded", data, *at)
            };
            let mut events: Vec<_> = firms(*between).map(|org| held(org, vec![*top])).collect();
            events.push(held(*bottom, firms(*between).collect()));
            for bidder in [*top, *bottom] {
                let data = json!({"section": section_code(*section), "bidder": firm(bidder)});
                events.push(("bid.submitted", data, *at));
            }
            events
        }
        Op::Lone { section, bidder, project, method, at } => {
            let project = format!("P{project}");
            let method = ["public", "invited"][usize::from(method % 2)];
            let registered = json!({
                "project": project,
                "tenderer": {"code": "TENDERER9"},
                "industry": "02",
                "method": method,
            });
            let section = section_code(*section);
            vec![
                ("project.registered", registered, *at),
                ("section.announced", json!({"section": section, "project": project}), *at),
                ("bid.opened", json!({"section": section, "bidder": firm(*bidder)}), *at),
            ]
        }
        Op::Paid { section, bidders, account, at } => {
            let paid = |bidder: u8| {
                let (section, bidder) = bid(*section, bidder);
                let account = format!("62-0{account}");
                let deposit = json!({"section": section, "bidder": bidder, "account": account});
                let sent = json!({"section": section, "bidder": bidder});
                [("bid.submitted", sent, *at), ("deposit.received", deposit, *at)]
            };
            firms(*bidders).flat_map(paid).collect()
        }
        Op::Crowd { section, bidders, machine, at } => {
            let bid = |number: u8| {
                let section = section + u8::from(number.is_multiple_of(16));
                let device = json!({ "machine_code": code(*machine) });
                let bidder = json!({ "code": format!("CROWD{number}") });
                json!({"section": section_code(section), "bidder": bidder, "device": device})
            };
            (0..*bidders).map(|number| ("bid.submitted", bid(number), *at)).collect()
        }
    }
}

fn season(sections: u8, bidders: u8, winner: u8, at: u8) -> Vec<(&'static str, Value, u8)> {
    let mut events = Vec::new();
    for section in 0..sections {
        // Each section a few instants later: some of them may be out of the window.
        let at = at.saturating_add(section * 5) % INSTANTS;
        for bidder in firms(bidders) {
            let data = json!({"section": section_code(section), "bidder": firm(bidder)});
            events.push(("bid.submitted", data, at));
        }
        let data = json!({"section": section_code(section), "bidder": firm(winner)});
        events.push(("award.made", data, at));
    }
    events
}

/// Names that follow from what an event says, so that they stay while a stream shrinks, and whose order has nothing to
/// do with that of coming.
fn names(events: &[(&'static str, Value, u8)]) -> Vec<(&'static str, String)> {
    let mut taken = BTreeMap::new();
    let mut name = |(kind, data, at): &(&str, Value, u8)| {
        let text = format!("{kind} {data} {at}");
        let mut dice = Dice(text.bytes().fold(0, |mixed, byte| mixed * 31 % 1_000_003 + u64::from(byte)));
        let (source, id) = (["/b", "/a", "/a/c"][dice.below(3)], dice.below(10_000));
        let again = taken.entry((source, id)).or_insert(0);
        *again += 1;
        (source, if *again == 1 { id.to_string() } else { format!("{id}-{again}") })
    };
    events.iter().map(&mut name).collect()
}

/// A site's door.
pub fn door() -> Door {
    Door::new(&[7; 32], Placeholders::default())
}

/// The events of a stream, through the door.
pub fn admit(ops: &[Op]) -> Vec<Admitted> {
    let events: Vec<_> = ops.iter().flat_map(events_of).collect();
    let names = names(&events);
    let door = door();
    let admit = |(number, (kind, mut data, at)): (usize, (&str, Value, u8))| {
        if let Some(further) = data["retracts"].as_i64() {
            let target = usize::try_from(number as i64 + further).ok().and_then(|target| names.get(target));
            let (source, id) = target.cloned().unwrap_or(("/a", "never".to_owned()));
            data = json!({"retracts": {"source": source, "id": id}, "reason": "更正"});
        }
        let (source, id) = &names[number];
        envelope(&door, source, id, kind, data, &moment(at))
    };
    events.into_iter().enumerate().map(admit).collect()
}

fn envelope(door: &Door, source: &str, id: &str, kind: &str, data: Value, time: &str) -> Admitted {
    let envelope =
        json!({"specversion": "1.0", "source": source, "id": id, "type": kind, "time": time, "data": data});
    door.admit(envelope.to_string().as_bytes()).expect("a stream's event is well formed")
}

/// A retraction of an event that no stream names so.
pub fn retraction(of: &Event) -> Admitted {
    let data = json!({"retracts": {"source": &*of.source, "id": &*of.id}, "reason": "撤回"});
    envelope(
        &door(),
        "/retractions",
        &format!("{} {}", of.source, of.id),
        "event.retracted",
        data,
        &moment(3),
    )
}

/// The typed events.
pub fn typed(admitted: &[Admitted]) -> Vec<Event> {
    admitted.iter().map(|admitted| admitted.event.clone()).collect()
}

/// The stream as it would be sent, one event a line.
pub fn ndjson(admitted: &[Admitted]) -> String {
    let lines = admitted.iter().map(|admitted| String::from_utf8_lossy(&admitted.body).into_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Another order, in which some events come twice; 0 is the reverse order.
pub fn disordered(admitted: &[Admitted], seed: u64) -> Vec<Admitted> {
    if seed == 0 {
        return admitted.iter().rev().cloned().collect();
    }
    // An event's place follows from its name, so that it stays while a stream shrinks.
    let place = |admitted: &Admitted, again: u64| {
        let name = admitted.event.source.bytes().chain(admitted.event.id.bytes());
        Dice(name.fold(seed ^ again, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3)))
            .below(usize::MAX)
    };
    let twice = admitted.iter().filter(|admitted| place(admitted, 1).is_multiple_of(4));
    let mut placed: Vec<_> = admitted.iter().map(|event| (place(event, 0), event)).collect();
    placed.extend(twice.map(|event| (place(event, 2), event)));
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, event)| event.clone()).collect()
}

/// Numbers that follow from a seed (xorshift).
pub struct Dice(pub u64);

impl Dice {
    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ x >> 31) as usize % limit.max(1)
    }
}
