//! What witnesses record, and how their devices do.

use super::world::*;
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::json;
use xiezhi_dataflows::event::{Gravity, WitnessKind};

#[derive(Clone, Debug)]
pub enum Op {
    /// `count` records of kinds that follow one another.
    Witnessed {
        section: u8,
        kind: u8,
        count: u8,
        gravity: u8,
        parties: Vec<u8>,
        persons: Vec<u8>,
        recorded: Option<u8>,
        at: u8,
    },
    Device {
        section: u8,
        device: Option<u8>,
        state: Option<u8>,
        reported: Option<u8>,
        at: u8,
    },
    /// A device fails after the opening began, and perhaps works again before the evaluation ends.
    Outage {
        section: u8,
        device: u8,
        opened: u8,
        failed: u8,
        fixed: Option<u8>,
        closed: Option<u8>,
    },
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let named = (vec(0..FIRMS, 0..3), vec(0..PERSONS, 0..3));
    let witnessed = (section(), 0..21_u8, 1..12_u8, 0..3_u8, named, of(at()), at()).prop_map(
        |(section, kind, count, gravity, (parties, persons), recorded, at)| Op::Witnessed {
            section,
            kind,
            count,
            gravity,
            parties,
            persons,
            recorded,
            at,
        },
    );
    let device = (section(), of(0..2_u8), weighted(0.9, 0..4_u8), of(at()), at()).prop_map(
        |(section, device, state, reported, at)| Op::Device { section, device, state, reported, at },
    );
    prop_oneof![1 => witnessed, 1 => device]
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    // Mostly within minutes: the clock has instants a minute and a microsecond apart.
    let near = || prop_oneof![3 => 2..6_u8, 1 => 0..20_u8];
    (section(), 0..2_u8, near(), near(), of(near()), of(near())).prop_map(
        |(section, device, opened, failed, fixed, closed)| Op::Outage {
            section,
            device,
            opened,
            failed,
            fixed,
            closed,
        },
    )
}

const STATES: [&str; 4] = ["interrupted", "ok", "skewed", "ok"];

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Witnessed { section, kind, count, gravity, parties, persons, recorded, at } => {
            let gravity = Gravity::ALL[usize::from(*gravity) % Gravity::ALL.len()].as_str();
            let record = |number: u8| {
                let kind = WitnessKind::ALL[usize::from(kind + number) % WitnessKind::ALL.len()];
                json!({
                    "section": section_code(*section),
                    "kind": kind.as_str(),
                    "gravity": gravity,
                    "parties": parties.iter().map(|party| firm_code(*party)).collect::<Vec<_>>(),
                    "persons": persons.iter().map(|number| person(*number)).collect::<Vec<_>>(),
                    "at": recorded.map(moment),
                })
            };
            (0..*count).map(|number| ("witness.recorded", record(number), *at)).collect()
        }
        Op::Device { section, device, state, reported, at } => {
            let data = json!({
                "section": section_code(*section),
                "device": device.map(|number| format!("摄像头{number}")),
                "state": state.map(|number| word(&STATES, number)),
                "at": reported.map(moment),
            });
            vec![("witness.device", data, *at)]
        }
        Op::Outage { section, device, opened, failed, fixed, closed } => {
            let section = section_code(*section);
            let plain = json!({ "section": section });
            let state = |state: &str| json!({"section": section, "device": format!("摄像头{device}"), "state": state});
            let mut events = vec![
                ("opening.started", plain.clone(), *opened),
                ("witness.device", state("interrupted"), *failed),
            ];
            events.extend(fixed.map(|fixed| ("witness.device", state("ok"), fixed)));
            events.extend(closed.map(|closed| ("evaluation.closed", plain, closed)));
            events
        }
    }
}
