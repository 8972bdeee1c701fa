//! The witness desk: what it writes down and what its devices report.

use super::Field;
use crate::{
    clock::{Local, MINUTE},
    codes::person,
    queue::What,
    render::{Head, WitnessRecord},
    scheme::Scheme,
};

/// Records that one planting by kind makes: two take up all kinds.
const RECORDS: usize = 11;
/// Records about one party or person that make a finding of their own.
const OFTEN: usize = 3;

/// Plants a scheme of this family; `records` counts the records by kind so far.
pub fn plant(field: &mut Field<'_>, records: &mut usize) {
    match field.scheme {
        Scheme::WitnessKinds => by_kind(field, records),
        Scheme::BlindCamera => blind_camera(field),
        _ => often_noted(field),
    }
}

/// Records of the next few kinds, each naming a bidder or a visitor once.
fn by_kind(field: &mut Field<'_>, records: &mut usize) {
    for number in 0..RECORDS {
        let (kind, rule, of_person) = KINDS[*records % KINDS.len()];
        *records += 1;
        let firm = field.section.bids[number % field.section.bids.len()].firm;
        let party = (!of_person && !field.firms.get(firm).witnessed).then_some(firm);
        let record = WitnessRecord {
            kind,
            gravity: if records.is_multiple_of(3) { "serious" } else { "minor" },
            party,
            person: of_person.then_some(person::EXTRAS + field.value + number as u64),
            note: "见证人员现场记录",
            at: field.section.evaluation() + number as i64 * 7 * MINUTE,
            number: 10 + number,
        };
        note(field, rule, &record);
    }
}

/// Three kinds of misconduct by one party, or by one visitor, during one evaluation.
fn often_noted(field: &mut Field<'_>) {
    const KINDS: [(&str, &str); OFTEN] =
        [("phone_carried_in", "WIT-05"), ("private_contact", "WIT-04"), ("paper_passed", "WIT-14")];
    let firm = field.section.bids[0].firm;
    let party = field.dice.per_mille(500).then_some(firm);
    for (number, (kind, rule)) in KINDS.into_iter().enumerate() {
        let record = WitnessRecord {
            kind,
            gravity: ["minor", "serious"][number % 2],
            party,
            person: if party.is_none() { Some(person::EXTRAS + field.value) } else { None },
            note: "见证人员再次记录",
            at: field.section.evaluation() + number as i64 * 9 * MINUTE,
            number: 20 + number,
        };
        note(field, rule, &record);
    }
    let at = field.section.evaluation() + OFTEN as i64 * 9 * MINUTE;
    let parties = party.map(|firm| field.code(firm)).into_iter().collect();
    field.history("WIT-19", at, parties, "半年内三次被见证记录");
}

/// Writes a record and the finding that it is.
fn note(field: &mut Field<'_>, rule: &'static str, record: &WitnessRecord) {
    let line = field.writer.witness(field.firms, field.section, record);
    field.queue.push(record.at, What::Line(line.into()));
    let parties = record.party.map(|firm| field.code(firm)).into_iter().collect();
    field.truth(rule, record.at, parties, record.kind);
    if let Some(firm) = record.party {
        field.firms.get_mut(firm).witnessed = true;
    }
}

/// The camera fails for some minutes while the committee sits.
fn blind_camera(field: &mut Field<'_>) {
    let failed = field.section.evaluation() + 20 * MINUTE;
    let back = failed + field.dice.between(3, 30) * MINUTE;
    device(field, failed, "interrupted");
    device(field, back, "ok");
    field.truth("WIT-01", back, Vec::new(), "评标期间监控中断一分钟以上");
}

fn device(field: &mut Field<'_>, at: Local, state: &str) {
    let section = field.section.code.clone();
    let head = Head { kind: "witness.device", desk: "witness", at, tag: state, number: field.value };
    field.event(&head, |line| {
        line.text("section", &section);
        line.text("device", "评标室摄像机");
        line.text("state", state);
        line.time("at", at);
    });
}

/// Kind, rule, and whether it names a person rather than a bidder; first those that have a rule of their own.
const KINDS: [(&str, &str, bool); 21] = [
    ("phone_carried_in", "WIT-05", true),
    ("private_contact", "WIT-04", false),
    ("unauthorised_person", "WIT-03", true),
    ("seal_broken", "WIT-10", false),
    ("signed_for_another", "WIT-06", false),
    ("inducement", "WIT-08", false),
    ("equipment_fault", "WIT-09", true),
    ("procedure_skipped", "WIT-11", true),
    ("objection_on_site", "WIT-12", false),
    ("paper_passed", "WIT-14", true),
    ("unfit", "WIT-17", true),
    ("disorder", "WIT-00", false),
    ("information_leak", "WIT-00", true),
    ("scoring_interference", "WIT-00", true),
    ("expert_late", "WIT-00", true),
    ("expert_absent", "WIT-00", true),
    ("expert_left", "WIT-00", true),
    ("opening_delayed", "WIT-00", true),
    ("decryption_failed", "WIT-00", false),
    ("scoring_not_independent", "WIT-00", true),
    ("other", "WIT-00", false),
];
