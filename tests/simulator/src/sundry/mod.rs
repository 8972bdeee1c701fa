//! What happens beside bids: notes of the witness desk, objections, complaints, the credit platform,
//! employment, inspections. All of it in order, so that none of it is a finding.

mod complaints;

use crate::{
    auction,
    clock::{self, DAY, DayNo, HOUR, MINUTE, at},
    codes::person,
    dice::Dice,
    firms::{Firms, Post, person_of},
    names::TRADES,
    queue::{Queue, What},
    render::{Head, WitnessRecord, Writer},
    section::{Ending, Section},
};

pub use complaints::{Complaint, Objection};

/// What accompanies a section.
pub fn accompany(dice: &mut Dice, section: &Section, firms: &Firms, queue: &mut Queue, writer: &mut Writer) {
    if section.ending != Ending::Awarded {
        return;
    }
    if dice.per_mille(150) {
        note(dice, section, firms, queue, writer);
    }
    if dice.per_mille(20) {
        glitch(dice, section, queue, writer);
    }
    let Some(award) = &section.award else { return };
    if dice.per_mille(30) {
        objection(dice, section, award.proposed + 2 * HOUR, firms, queue, writer);
    }
    if dice.per_mille(12) {
        complaint(dice, section, award.proposed / DAY + 1, firms, queue, writer);
    }
}

/// The witness desk writes down something ordinary.
fn note(dice: &mut Dice, section: &Section, firms: &Firms, queue: &mut Queue, writer: &mut Writer) {
    const NOTES: [(&str, &str); 4] = [
        ("other", "开标过程有序，无异常"),
        ("equipment_fault", "话筒杂音，已更换"),
        ("decryption_failed", "协助投标人远程解密"),
        ("other", "评标专家核对身份，手机统一存放"),
    ];
    let (kind, note) = dice.pick(&NOTES);
    let at = section.started + dice.between(5, 90) * MINUTE;
    let record = WitnessRecord { kind, gravity: "note", party: None, person: None, note, at, number: 1 };
    queue.push(at, What::Line(writer.witness(firms, section, &record).into()));
}

/// A camera fails for less than the minute that may pass.
fn glitch(dice: &mut Dice, section: &Section, queue: &mut Queue, writer: &mut Writer) {
    let failed = section.started + dice.between(5, 50) * MINUTE;
    for (at, state) in [(failed, "interrupted"), (failed + dice.between(10, 40), "ok")] {
        let head = Head { kind: "witness.device", desk: "witness", at, tag: state, number: section.serial() };
        let line = writer.other(&head, |line| {
            line.text("section", &section.code);
            line.text("device", "开标室摄像机");
            line.text("state", state);
            line.time("at", at);
        });
        queue.push(at, What::Line(line.into()));
    }
}

/// A bidder objects and is answered: within two days for works, within five for procurement.
fn objection(
    dice: &mut Dice,
    section: &Section,
    raised: i64,
    firms: &Firms,
    queue: &mut Queue,
    writer: &mut Writer,
) {
    let works = TRADES[section.project.trade].industry == "01";
    let (kind, days) = if works { ("objection", 2) } else { ("challenge", 5) };
    let by = firms.get(section.bids[dice.index(section.bids.len())].firm);
    let objection = Objection { section, by, kind, number: section.serial() };
    objection.tell(raised, true, queue, writer);
    objection.tell(raised + dice.between(6, days * 24 - 4) * HOUR, false, queue, writer);
}

/// A complaint: accepted the next day, decided within three weeks.
fn complaint(
    dice: &mut Dice,
    section: &Section,
    day: DayNo,
    firms: &Firms,
    queue: &mut Queue,
    writer: &mut Writer,
) {
    let day = clock::weekday_from(day);
    let complaint = Complaint { section, firms, number: section.serial() };
    complaint.tell(at(day, 10, 0), "complaint.received", queue, writer);
    complaint.tell(at(day + 1, 9, 30), "complaint.accepted", queue, writer);
    complaint.tell(at(day + dice.between(10, 20), 16, 0), "complaint.decided", queue, writer);
}

/// What happens on a calendar day: a credit entry, a new employment, now and then an inspection.
pub fn day(
    dice: &mut Dice,
    day: DayNo,
    seed: u64,
    firms: &mut Firms,
    queue: &mut Queue,
    writer: &mut Writer,
) {
    if clock::is_weekday(day) && dice.per_mille(250) {
        credit(dice, day, firms, queue, writer);
    }
    if dice.per_mille(400) {
        employment(dice, day, firms, queue, writer);
    }
    if clock::is_weekday(day) && dice.per_mille(200) {
        auction::plan(dice, day, seed, firms, queue, writer);
    }
    // One a week; published within nine days, which is well within twenty working days.
    if (day + 3).rem_euclid(7) == 2 {
        inspection(day, seed, queue, writer);
    }
}

/// A firm is listed that never bids here: found for the purpose.
fn credit(dice: &mut Dice, day: DayNo, firms: &mut Firms, queue: &mut Queue, writer: &mut Writer) {
    let trade = dice.index(TRADES.len());
    let number = firms.found(trade);
    let recorded = at(day, 9, 0);
    queue.push(recorded, What::Party(number));
    let kind = dice.pick(&["blacklist", "penalty", "dishonest", "penalty"]);
    let listed = at(day, 11, 0) + dice.between(0, 4 * HOUR);
    let head =
        Head { kind: "credit.listed", desk: "credit", at: listed, tag: "listed", number: number.into() };
    let line = writer.other(&head, |line| {
        line.numbered("entry", "XY-", number.into());
        line.quoted("org", |bytes| bytes.extend_from_slice(&firms.get(number).code));
        line.text("kind", kind);
        line.text("authority", "模拟市发展改革委");
        line.text("basis", "模拟罚字");
        line.date("from_on", day);
        line.date("until_on", day + 365);
    });
    queue.push(listed, What::Line(line.into()));
    if dice.per_mille(200) {
        let removed = at(day + 30, 10, 0);
        let head = Head {
            kind: "credit.removed",
            desk: "credit",
            at: removed,
            tag: "removed",
            number: number.into(),
        };
        let line = writer.other(&head, |line| {
            line.numbered("entry", "XY-", number.into());
            line.quoted("org", |bytes| bytes.extend_from_slice(&firms.get(number).code));
            line.text("kind", kind);
            line.date("from_on", day);
            line.time("removed_at", removed);
        });
        queue.push(removed, What::Line(line.into()));
    }
}

fn employment(dice: &mut Dice, day: DayNo, firms: &Firms, queue: &mut Queue, writer: &mut Writer) {
    let firm = firms.draw(dice.index(TRADES.len()), dice);
    let post = Post::Staff(dice.below(8));
    let at = at(day, 9, 0) + dice.between(0, 8 * HOUR);
    let head = Head { kind: "person.employed", desk: "employment", at, tag: "employed", number: day as u64 };
    let line = writer.other(&head, |line| {
        line.person("person", person_of(firm, post));
        line.quoted("org", |bytes| bytes.extend_from_slice(&firms.get(firm).code));
        line.date("from_on", day - dice.between(30, 1500));
    });
    queue.push(at, What::Line(line.into()));
}

fn inspection(day: DayNo, seed: u64, queue: &mut Queue, writer: &mut Writer) {
    let number = day as u64;
    for (after, kind) in [(0, "inspection.drawn"), (5, "inspection.done"), (9, "inspection.published")] {
        let at = at(day + after, 10, 30);
        let head = Head { kind, desk: "inspection", at, tag: kind, number };
        let line = writer.other(&head, |line| {
            line.numbered("inspection", "CC-", number);
            line.text("object", &crate::names::agency(number % 25));
            line.key("inspectors");
            line.raw("[");
            for n in 0..2 {
                line.next();
                line.person_value(person::EXTRAS + seed % 1000 + n);
            }
            line.raw("]");
            line.time("at", at);
            if after == 9 {
                line.text("result", "未发现问题");
            }
        });
        queue.push(at, What::Line(line.into()));
    }
}
