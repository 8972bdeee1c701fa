//! Scenes of bids that have something in common.

use super::bids::bill;
use super::world::*;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
pub enum Op {
    /// Bids from one machine, and perhaps from one address.
    Machine { section: u8, bidders: u8, codes: [u8; 3], ip: Option<u8>, at: u8 },
    /// Bids whose deposits came from one account.
    Paid { section: u8, bidders: u8, account: u8, at: u8 },
    /// Bids with guarantees that were applied for in one place, or transfers from whatever account.
    Guaranteed { section: u8, bidders: u8, form: u8, value: u8, at: u8 },
    /// Bids opened in the presence of one person, or not at all for one error.
    Session { section: u8, bidders: u8, attendee: Option<u8>, error: Option<u8>, at: u8 },
    /// Bidders that have this and that in common, a bit each.
    Acquainted { section: u8, bidders: u8, common: u8, value: u8, at: u8 },
    /// Bids made, downloaded and decrypted in one place.
    Office { section: u8, bidders: u8, value: u8, at: u8 },
    /// Bids whose files are much alike: so many fingerprints in common, so many of their own.
    Alike { section: u8, bidders: u8, common: u8, own: u8, at: u8 },
    /// Bills with so many items, of which so many have prices of their own.
    Bills { section: u8, bidders: u8, items: u8, own: u8, at: u8 },
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    let machine =
        (0..SECTIONS, several(), proptest::array::uniform3(0..CODES), weighted(0.5, 0..CODES), at())
            .prop_map(|(section, bidders, codes, ip, at)| Op::Machine { section, bidders, codes, ip, at });
    let paid = (section(), several(), 0..CODES, at()).prop_map(|(section, bidders, account, at)| Op::Paid {
        section,
        bidders,
        account,
        at,
    });
    let guaranteed = (0..SECTIONS, several(), 0..3_u8, 0..CODES, at())
        .prop_map(|(section, bidders, form, value, at)| Op::Guaranteed { section, bidders, form, value, at });
    let session = (0..SECTIONS, several(), of(0..PERSONS), of(0..2_u8), at()).prop_map(
        |(section, bidders, attendee, error, at)| Op::Session { section, bidders, attendee, error, at },
    );
    let acquainted = (section(), several(), any::<u8>(), 0..CODES, at()).prop_map(
        |(section, bidders, common, value, at)| Op::Acquainted { section, bidders, common, value, at },
    );
    let office = (0..SECTIONS, several(), 0..CODES, at())
        .prop_map(|(section, bidders, value, at)| Op::Office { section, bidders, value, at });
    let alike = (section(), several(), 15..25_u8, 0..6_u8, at())
        .prop_map(|(section, bidders, common, own, at)| Op::Alike { section, bidders, common, own, at });
    let bills = (section(), several(), 9..12_u8, 0..4_u8, at())
        .prop_map(|(section, bidders, items, own, at)| Op::Bills { section, bidders, items, own, at });
    prop_oneof![
        4 => machine,
        3 => paid,
        4 => guaranteed,
        5 => session,
        4 => acquainted,
        5 => office,
        3 => alike,
        2 => bills,
    ]
}

/// A bid that shows a value in each of some families.
fn acquainted(section: u8, bidder: u8, common: u8, value: u8) -> Value {
    let (section, bidder) = bid(section, bidder);
    let shown = |bit: u8, value: Value| if common >> bit & 1 == 1 { value } else { Value::Null };
    json!({
        "section": section,
        "bidder": bidder,
        "device": {"board_serial": shown(0, json!(code(value))), "ip": shown(1, json!(address(value)))},
        "pricing_lock": shown(2, json!(code(value))),
        "ca_lock": shown(3, json!(code(value))),
        "file": {"author": shown(4, json!("王五")), "feature_code": shown(5, json!(code(value)))},
        "email": shown(6, json!("office@a.cn")),
        "agent": shown(7, person(value)),
    })
}

fn office(section: u8, bidder: u8, value: u8, at: u8) -> [Said; 3] {
    let (section, bidder) = bid(section, bidder);
    let file = json!({"author": "赵六", "last_saved_by": "赵六", "created_at": moment(value)});
    let place = json!({"section": section, "bidder": bidder, "ip": address(value)});
    let mut decrypted = place.clone();
    decrypted["ok"] = json!(true);
    let sent = json!({"section": section, "bidder": bidder, "file": file, "contact": person(value)});
    [("document.downloaded", place, at), ("bid.submitted", sent, at), ("bid.decrypted", decrypted, at)]
}

/// Fingerprints: the common ones, and some of the bidder's own.
fn prints(bidder: u8, common: u8, own: u8) -> Vec<u64> {
    let own_from = 1000 * (u64::from(bidder) + 1);
    (0..u64::from(common)).chain(own_from..own_from + u64::from(own)).collect()
}

/// An application from one place, a part of the bidders each.
fn guaranteed(section: u8, number: u8, form: u8, value: u8, at: u8) -> [Said; 2] {
    let (section_code, bidder) = bid(section, number);
    let data = json!({
        "section": section_code,
        "bidder": bidder,
        "form": word(&["transfer", "guarantee", "insurance"], form),
        "basic_account": value == 0,
        "applicant": (value == 1).then(|| person(number / 3)),
        "apply_ip": (value == 2).then(|| address(form)),
        "apply_phone": (value == 3).then(|| phone(form)),
    });
    [bare_bid(section, number, at), ("deposit.received", data, at)]
}

fn session(section: u8, bidder: u8, attendee: Option<u8>, error: Option<u8>, at: u8) -> [Said; 3] {
    let (section, bidder) = bid(section, bidder);
    // Other files than were sent, but for one.
    let sent = json!({
        "section": section,
        "bidder": bidder,
        "submitted_at": moment(at),
        "file": {"digest": "D0"},
    });
    let decrypted = json!({
        "section": section,
        "bidder": bidder,
        "ok": error.is_none(),
        "error": error.map(|number| word(&ERRORS, number)),
    });
    let opened = json!({
        "section": section,
        "bidder": bidder,
        "attendee": attendee.map(person),
        "file_digest": attendee.map(|number| format!("d{number}")),
    });
    [("bid.submitted", sent, at), ("bid.decrypted", decrypted, at), ("bid.opened", opened, at)]
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Machine { section, bidders, codes, ip, at } => {
            let [mac, cpu_id, disk_serial] = codes.map(code);
            let ip = ip.map(address);
            let device = json!({"mac": mac, "cpu_id": cpu_id, "disk_serial": disk_serial, "ip": ip});
            let section = section_code(*section);
            let bid = |bidder| json!({"section": section, "bidder": firm(bidder), "device": device});
            firms(*bidders).map(|bidder| ("bid.submitted", bid(bidder), *at)).collect()
        }
        Op::Paid { section, bidders, account, at } => {
            let paid = |bidder: u8| {
                let sent = bare_bid(*section, bidder, *at);
                let (section, bidder) = bid(*section, bidder);
                let account = format!("62-0{account}");
                let deposit = json!({"section": section, "bidder": bidder, "account": account});
                [sent, ("deposit.received", deposit, *at)]
            };
            firms(*bidders).flat_map(paid).collect()
        }
        Op::Guaranteed { section, bidders, form, value, at } => {
            let mut events: Vec<Said> = announced(*section, *form, json!({}), *at).into();
            events
                .extend(firms(*bidders).flat_map(|bidder| guaranteed(*section, bidder, *form, *value, *at)));
            events
        }
        Op::Session { section, bidders, attendee, error, at } => {
            firms(*bidders).flat_map(|bidder| session(*section, bidder, *attendee, *error, *at)).collect()
        }
        Op::Acquainted { section, bidders, common, value, at } => firms(*bidders)
            .map(|bidder| ("bid.submitted", acquainted(*section, bidder, *common, *value), *at))
            .collect(),
        Op::Office { section, bidders, value, at } => {
            firms(*bidders).flat_map(|bidder| office(*section, bidder, *value, *at)).collect()
        }
        Op::Alike { section, bidders, common, own, at } => {
            let alike = |bidder: u8| {
                let file = json!({ "fingerprints": prints(bidder, *common, *own) });
                let (section, bidder) = bid(*section, bidder);
                ("bid.submitted", json!({"section": section, "bidder": bidder, "file": file}), *at)
            };
            firms(*bidders).map(alike).collect()
        }
        Op::Bills { section, bidders, items, own, at } => {
            let billed = |number: u8| {
                let (section, bidder) = bid(*section, number);
                let items = bill(number, *items, *own);
                ("bid.submitted", json!({"section": section, "bidder": bidder, "items": items}), *at)
            };
            firms(*bidders).map(billed).collect()
        }
    }
}
