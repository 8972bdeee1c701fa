//! Random streams over a deliberately small world, where everything collides: few sections, firms, machines, prices,
//! persons and instants. A stream is a list of small operations, so that a failing one shrinks to what matters.

mod alike;
mod awards;
mod bids;
mod committee;
mod contests;
mod disputes;
mod engine;
mod handling;
mod parties;
mod scenes;
mod sections;
mod venue;
mod world;

pub use engine::{Published, Steps, in_steps, other_rules, replay, replay_by, telling};
pub use world::{instant, now};

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use world::{Said, at, moment};
use xiezhi_dataflows::event::{Admitted, Door, Event};
use xiezhi_dataflows::normalise::Placeholders;

/// One event, or a scene of several that random events would hardly make up.
#[derive(Clone, Debug)]
pub enum Op {
    Section(sections::Op),
    Bid(bids::Op),
    Party(parties::Op),
    Committee(committee::Op),
    Award(awards::Op),
    Venue(venue::Op),
    Dispute(disputes::Op),
    Handling(handling::Op),
    Scene(scenes::Op),
    Alike(alike::Op),
    Contest(contests::Op),
    /// Retracts the event so many places further (or, if negative, before); itself, or one that never comes.
    Retracted {
        further: i8,
        at: u8,
    },
}

/// Any operation of one event.
fn event() -> impl Strategy<Value = Op> {
    let retracted = (-12..=12_i8, at()).prop_map(|(further, at)| Op::Retracted { further, at });
    prop_oneof![
        10 => sections::any_op().prop_map(Op::Section),
        22 => bids::any_op().prop_map(Op::Bid),
        5 => parties::any_op().prop_map(Op::Party),
        4 => committee::any_op().prop_map(Op::Committee),
        5 => awards::any_op().prop_map(Op::Award),
        3 => venue::any_op().prop_map(Op::Venue),
        4 => disputes::any_op().prop_map(Op::Dispute),
        4 => handling::any_op().prop_map(Op::Handling),
        5 => retracted,
    ]
}

/// Any scene.
fn scene() -> impl Strategy<Value = Op> {
    prop_oneof![
        7 => scenes::scene().prop_map(Op::Scene),
        7 => alike::scene().prop_map(Op::Alike),
        8 => contests::scene().prop_map(Op::Contest),
        5 => parties::scene().prop_map(Op::Party),
        4 => committee::scene().prop_map(Op::Committee),
        5 => sections::scene().prop_map(Op::Section),
        1 => venue::scene().prop_map(Op::Venue),
        4 => disputes::scene().prop_map(Op::Dispute),
        2 => handling::scene().prop_map(Op::Handling),
    ]
}

/// A stream of up to `most` operations.
pub fn ops(most: usize) -> impl Strategy<Value = Vec<Op>> {
    vec(prop_oneof![3 => event(), 1 => scene()], 0..=most)
}

/// The events of an operation.
fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Section(op) => sections::events_of(op),
        Op::Bid(op) => bids::events_of(op),
        Op::Party(op) => parties::events_of(op),
        Op::Committee(op) => committee::events_of(op),
        Op::Award(op) => awards::events_of(op),
        Op::Venue(op) => venue::events_of(op),
        Op::Dispute(op) => disputes::events_of(op),
        Op::Handling(op) => handling::events_of(op),
        Op::Scene(op) => scenes::events_of(op),
        Op::Alike(op) => alike::events_of(op),
        Op::Contest(op) => contests::events_of(op),
        Op::Retracted { further, at } => vec![("event.retracted", json!({ "retracts": further }), *at)],
    }
}

/// Names that follow from what an event says, so that they stay while a stream shrinks, and whose order has nothing to
/// do with that of coming.
fn names(events: &[Said]) -> Vec<(&'static str, String)> {
    let mut taken = BTreeMap::new();
    let mut name = |(kind, data, at): &Said| {
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
    let admit = |(number, (kind, mut data, at)): (usize, Said)| {
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
