//! Objections, complaints and inspections.

use super::world::*;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::json;

#[derive(Clone, Debug)]
pub enum Op {
    Objection {
        section: u8,
        objection: u8,
        answered: bool,
        kind: Option<u8>,
        when: Option<u8>,
        at: u8,
    },
    Complaint {
        stage: u8,
        complaint: u8,
        department: u8,
        section: Option<u8>,
        when: Option<u8>,
        at: u8,
    },
    Inspection {
        inspection: u8,
        published: bool,
        when: Option<u8>,
        at: u8,
    },
    /// Nobody answers what began on a day after which the answer is due on one of the few days.
    Unanswered {
        section: u8,
        what: u8,
        clock: u8,
    },
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let when = || (weighted(0.3, at()), at());
    let objection = (section(), 0..3_u8, weighted(0.25, Just(())), weighted(0.7, 0..3_u8), when()).prop_map(
        |(section, objection, answered, kind, (when, at))| Op::Objection {
            section,
            objection,
            answered: answered.is_some(),
            kind,
            when,
            at,
        },
    );
    let complaint = (0..7_u8, 0..3_u8, 0..2_u8, of(section()), when()).prop_map(
        |(stage, complaint, department, section, (when, at))| Op::Complaint {
            stage,
            complaint,
            department,
            section,
            when,
            at,
        },
    );
    let inspection =
        (0..3_u8, weighted(0.25, Just(())), when()).prop_map(|(inspection, published, (when, at))| {
            Op::Inspection { inspection, published: published.is_some(), when, at }
        });
    prop_oneof![4 => objection, 3 => complaint, 1 => inspection]
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    (section(), 0..5_u8, 0..8_u8).prop_map(|(section, what, clock)| Op::Unanswered { section, what, clock })
}

/// What waits for an answer, and the day it began.
fn unanswered(section: u8, what: u8, clock: u8) -> Said {
    let section = section_code(section);
    let complaint = json!({"section": section, "complaint": "T9", "department": "D9"});
    let objection = |kind: &str| json!({"section": section, "objection": format!("{kind} 9"), "kind": kind});
    match what {
        0 => ("complaint.received", complaint, on(0, clock)),
        1 => ("complaint.accepted", complaint, on(2, clock)),
        2 => ("objection.raised", objection("objection"), on(0, clock)),
        3 => ("objection.raised", objection("challenge"), on(5, clock)),
        _ => ("inspection.done", json!({"inspection": "J9"}), on(2, clock)),
    }
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Objection { section, objection, answered, kind, when, at } => {
            let data = json!({
                "section": section_code(*section),
                "objection": format!("Y{objection}"),
                "kind": kind.map(|number| word(&["objection", "challenge", "challenge"], number)),
                "at": when.map(moment),
            });
            vec![(if *answered { "objection.answered" } else { "objection.raised" }, data, *at)]
        }
        Op::Complaint { stage, complaint, department, section, when, at } => {
            const STAGES: [&str; 7] = [
                "complaint.received",
                "complaint.received",
                "complaint.accepted",
                "complaint.accepted",
                "complaint.refused",
                "complaint.decided",
                "complaint.answered",
            ];
            let data = json!({
                "complaint": format!("T{complaint}"),
                "department": format!("D{department}"),
                "section": section.map(section_code),
                "at": when.map(moment),
            });
            vec![(word(&STAGES, *stage), data, *at)]
        }
        Op::Inspection { inspection, published, when, at } => {
            let data = json!({"inspection": format!("J{inspection}"), "at": when.map(moment)});
            vec![(if *published { "inspection.published" } else { "inspection.done" }, data, *at)]
        }
        Op::Unanswered { section, what, clock } => vec![unanswered(*section, *what, *clock)],
    }
}
