//! Bids: what is sent, downloaded, paid, opened, rejected.

use super::world::*;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};

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
    /// Agent, manager, contact.
    persons: [Option<u8>; 3],
    /// Telephone, mail address.
    reached: [Option<u8>; 2],
    staff: Vec<u8>,
    at: u8,
}

/// A bid's file and bill as they are sent.
#[derive(Clone, Debug)]
pub struct Papers {
    section: u8,
    bidder: u8,
    /// Author, last saved by.
    authors: [Option<u8>; 2],
    created_at: Option<u8>,
    digest: Option<u8>,
    /// First fingerprint, and how many.
    prints: Option<(u8, u8)>,
    names: Vec<u8>,
    /// How many items, and of how many the price is the bidder's own.
    items: Option<(u8, u8)>,
    at: u8,
}

/// A deposit as it comes in.
#[derive(Clone, Debug)]
pub struct Deposit {
    section: u8,
    bidder: u8,
    account: Option<u8>,
    holder: Option<u8>,
    form: Option<u8>,
    basic: Option<bool>,
    applicant: Option<u8>,
    /// Address, telephone.
    applied_from: [Option<u8>; 2],
    at: u8,
}

#[derive(Clone, Debug)]
pub enum Op {
    Sent(Sent),
    Papers(Papers),
    Deposit(Deposit),
    Downloaded {
        section: u8,
        bidder: u8,
        ip: u8,
        at: u8,
    },
    Opened {
        section: u8,
        bidder: u8,
        price: Option<u8>,
        opened_at: Option<u8>,
        digest: Option<u8>,
        attendee: Option<u8>,
        at: u8,
    },
    Decrypted {
        section: u8,
        bidder: u8,
        ok: bool,
        error: Option<u8>,
        ip: Option<u8>,
        ca_lock: Option<u8>,
        at: u8,
    },
    Withdrawn {
        section: u8,
        bidder: u8,
        withdrawn_at: Option<u8>,
        at: u8,
    },
    Rejected {
        section: u8,
        bidder: u8,
        at: u8,
    },
}

fn sent() -> impl Strategy<Value = Op> {
    let hardware = proptest::array::uniform6(weighted(0.3, 0..CODES));
    let locks = proptest::array::uniform3(weighted(0.3, 0..CODES));
    let persons = proptest::array::uniform3(weighted(0.3, 0..PERSONS));
    let reached = proptest::array::uniform2(weighted(0.2, 0..CODES));
    let who = (section(), bidder(), of(at()), weighted(0.15, any::<bool>()), at());
    let with = (hardware, weighted(0.3, 0..CODES), locks, persons, reached);
    let lists = (vec(0..FIRMS, 0..2), vec(0..PERSONS, 0..2), weighted(0.7, Just(())));
    (who, with, lists).prop_map(|(who, with, (members, staff, alone))| {
        let (section, bidder, submitted_at, on_site, at) = who;
        let (hardware, ip, locks, persons, reached) = with;
        let members = if alone.is_some() { Vec::new() } else { members };
        Op::Sent(Sent {
            section,
            bidder,
            submitted_at,
            on_site,
            members,
            hardware,
            ip,
            locks,
            persons,
            reached,
            staff,
            at,
        })
    })
}

fn papers() -> impl Strategy<Value = Op> {
    let file = (proptest::array::uniform2(weighted(0.4, 0..8_u8)), weighted(0.3, at()), of(0..3_u8));
    let inside =
        (weighted(0.4, (0..8_u8, 18..32_u8)), vec(0..FIRMS, 0..2), weighted(0.4, (9..13_u8, 0..4_u8)));
    (section(), bidder(), file, inside, at()).prop_map(|(section, bidder, file, inside, at)| {
        let (authors, created_at, digest) = file;
        let (prints, names, items) = inside;
        Op::Papers(Papers { section, bidder, authors, created_at, digest, prints, names, items, at })
    })
}

fn deposit() -> impl Strategy<Value = Op> {
    let paid = (weighted(0.6, 0..CODES), weighted(0.4, 0..FIRMS + 1), of(0..3_u8), of(any::<bool>()));
    let applied = (weighted(0.4, 0..PERSONS), proptest::array::uniform2(weighted(0.3, 0..CODES)));
    (section(), bidder(), paid, applied, at()).prop_map(|(section, bidder, paid, applied, at)| {
        let (account, holder, form, basic) = paid;
        let (applicant, applied_from) = applied;
        Op::Deposit(Deposit { section, bidder, account, holder, form, basic, applicant, applied_from, at })
    })
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let bid = (section(), bidder());
    let shown = (of(0..3_u8), weighted(0.3, 0..PERSONS));
    let opened = (bid.clone(), weighted(0.9, 0..10_u8), of(at()), shown, at()).prop_map(
        |((section, bidder), price, opened_at, (digest, attendee), at)| Op::Opened {
            section,
            bidder,
            price,
            opened_at,
            digest,
            attendee,
            at,
        },
    );
    let with = (of(0..2_u8), weighted(0.6, 0..CODES), weighted(0.6, 0..CODES));
    let decrypted = (bid.clone(), any::<bool>(), with, at()).prop_map(
        |((section, bidder), ok, (error, ip, ca_lock), at)| Op::Decrypted {
            section,
            bidder,
            ok,
            error,
            ip,
            ca_lock,
            at,
        },
    );
    let withdrawn = (bid.clone(), of(at()), at()).prop_map(|((section, bidder), withdrawn_at, at)| {
        Op::Withdrawn { section, bidder, withdrawn_at, at }
    });
    let downloaded = (bid.clone(), 0..CODES, at()).prop_map(|((section, bidder), ip, at)| Op::Downloaded {
        section,
        bidder,
        ip,
        at,
    });
    let rejected = (bid, at()).prop_map(|((section, bidder), at)| Op::Rejected { section, bidder, at });
    prop_oneof![
        12 => sent(),
        4 => papers(),
        6 => opened,
        3 => decrypted,
        2 => withdrawn,
        3 => deposit(),
        2 => downloaded,
        2 => rejected,
    ]
}

fn bid_sent(sent: &Sent) -> Said {
    let code = |number: Option<u8>| number.map(code);
    let [mac, cpu_id, disk_serial, memory_serial, board_serial, machine_code] = sent.hardware.map(code);
    let [pricing_lock, ca_lock, feature_code] = sent.locks.map(code);
    let [agent, manager, contact] = sent.persons.map(|number| number.map(person));
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
        "agent": agent,
        "manager": manager,
        "contact": contact,
        "phone": sent.reached[0].map(phone),
        "email": sent.reached[1].map(|number| format!("Bid{number}@a.cn")),
        "staff": staff,
    });
    ("bid.submitted", data, sent.at)
}

/// A bill of so many items, the first of which have the bidder's own price.
pub fn bill(bidder: u8, items: u8, own: u8) -> Vec<Value> {
    let price = |item: u8| if item < own { format!("1.0{bidder}") } else { format!("2.{item:02}") };
    let item = |item: u8| json!({"code": format!("I{item}"), "unit_price": price(item)});
    (0..items).map(item).collect()
}

fn papers_sent(papers: &Papers) -> Said {
    const AUTHORS: [&str; 8] =
        ["张三", " 张三 ", "Zhang San", "zhang SAN", "李四", "李 四", "ADMINISTRATOR", "微软用户"];
    let [author, last_saved_by] = papers.authors.map(|number| number.map(|number| word(&AUTHORS, number)));
    let prints = papers.prints.map(|(first, count)| (first..first + count).collect::<Vec<_>>());
    let data = json!({
        "section": section_code(papers.section),
        "bidder": firm(papers.bidder),
        "file": {
            "author": author,
            "last_saved_by": last_saved_by,
            "created_at": papers.created_at.map(moment),
            "digest": papers.digest.map(|number| format!("d{number}")),
            "fingerprints": prints,
            "names": papers.names.iter().map(|number| firm_code(*number)).collect::<Vec<_>>(),
        },
        "items": papers.items.map(|(items, own)| bill(papers.bidder, items, own)),
    });
    ("bid.submitted", data, papers.at)
}

fn deposited(deposit: &Deposit) -> Said {
    let [ip, number] = deposit.applied_from;
    let data = json!({
        "section": section_code(deposit.section),
        "bidder": firm(deposit.bidder),
        "account": deposit.account.map(|number| format!("62 0{number}")),
        "account_holder": deposit.holder.map(firm),
        "form": deposit.form.map(|number| word(&["transfer", "guarantee", "insurance"], number)),
        "basic_account": deposit.basic,
        "applicant": deposit.applicant.map(person),
        "apply_ip": ip.map(address),
        "apply_phone": number.map(phone),
    });
    ("deposit.received", data, deposit.at)
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    let event = match op {
        Op::Sent(sent) => bid_sent(sent),
        Op::Papers(papers) => papers_sent(papers),
        Op::Deposit(deposit) => deposited(deposit),
        Op::Downloaded { section, bidder, ip, at } => {
            let (section, bidder) = bid(*section, *bidder);
            ("document.downloaded", json!({"section": section, "bidder": bidder, "ip": address(*ip)}), *at)
        }
        Op::Opened { section, bidder, price: priced, opened_at, digest, attendee, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let data = json!({
                "section": section,
                "bidder": bidder,
                "price": priced.map(price),
                "opened_at": opened_at.map(moment),
                "file_digest": digest.map(|number| format!("D{number}")),
                "attendee": attendee.map(person),
            });
            ("bid.opened", data, *at)
        }
        Op::Decrypted { section, bidder, ok, error, ip, ca_lock, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let data = json!({
                "section": section,
                "bidder": bidder,
                "ok": ok,
                "error": error.map(|number| word(&ERRORS, number)),
                "ip": ip.map(address),
                "ca_lock": ca_lock.map(code),
            });
            ("bid.decrypted", data, *at)
        }
        Op::Withdrawn { section, bidder, withdrawn_at, at } => {
            let (section, bidder) = bid(*section, *bidder);
            let data = json!({"section": section, "bidder": bidder, "at": withdrawn_at.map(moment)});
            ("bid.withdrawn", data, *at)
        }
        Op::Rejected { section, bidder, at } => {
            let (section, bidder) = bid(*section, *bidder);
            ("bid.rejected", json!({"section": section, "bidder": bidder}), *at)
        }
    };
    vec![event]
}
