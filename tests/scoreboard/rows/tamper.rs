//! Row 20: every kind of tampering with the journal and the record of heads, each at random places: found, and located.

use super::site::{Image, Site};
use crate::board::{Row, Tally};
use xiezhi::verify::Code;
use xiezhi_proof::{Algorithm, HeadFaultKind, HeadKey};
use xiezhi_tests::Dice;

pub const ROW: Row = Row {
    number: 20,
    fault: "tampering: edit, delete, move up, swap, put in, cut off, other key, rolled back",
    promise: "I7: found, and located",
    short: 120,
    soak: KINDS.len() as u64 * 1_000,
    run,
};

/// A kind: its name, and what it does; gives what must be reported.
type Kind = (&'static str, fn(&Site, &mut Dice) -> Expected);

/// What must be among the problems.
struct Expected {
    code: Code,
    entries: Option<(u64, u64)>,
    head: Option<u64>,
}

fn entries(code: Code, first: u64, last: u64) -> Expected {
    Expected { code, entries: Some((first, last)), head: None }
}

fn head(code: Code, number: u64) -> Expected {
    Expected { code, entries: None, head: Some(number) }
}

const KINDS: [Kind; 14] = [
    ("an edited column", edited),
    ("an edited entry with its leaf hash", edited_with_leaf),
    ("deleted entries", deleted),
    ("deleted, the rest moved up", moved_up),
    ("swapped entries", swapped),
    ("an entry put in", put_in),
    ("the end cut off", cut_off),
    ("an edited head", edited_head),
    ("a removed head", removed_head),
    ("the record of heads cut off", heads_cut_off),
    ("all heads removed", heads_removed),
    ("signed anew with another key", other_key),
    ("signed anew with the own key", own_key),
    ("everything rolled back", rolled_back),
];

fn run(tally: &mut Tally) {
    let mut dice = Dice::new(tally.seed);
    // Their number and that of the kinds have no common factor: every kind meets each image.
    let images: Vec<Image> = (0..5)
        .map(|number| {
            let algorithm = Algorithm::ALL[number % Algorithm::ALL.len()];
            Site::make(algorithm, dice.throw(3, 6), dice.throw(3, 8), false, &mut dice)
        })
        .collect();
    for (number, seed) in tally.seeds().enumerate() {
        let (name, kind) = KINDS[number % KINDS.len()];
        tally.attempt(name, seed, |tally, dice| {
            let site = Site::of(&images[(seed % images.len() as u64) as usize]);
            if number < images.len() {
                let report = site.verify().expect("a report");
                assert!(report.whole && report.covered == site.size(), "whole before: {report:?}");
            }
            let expected = kind(&site, dice);
            tally.inject(name, 1);
            let report = site.verify().expect("a report");
            assert!(!report.whole, "not found: {name}");
            let is_it = |problem: &xiezhi::verify::Problem| {
                problem.code == expected.code
                    && expected.entries.is_none_or(|entries| problem.entries == Some(entries))
                    && expected.head.is_none_or(|head| problem.head == Some(head))
            };
            let Expected { code, entries, head } = &expected;
            assert!(
                report.problems.iter().any(is_it),
                "{name}: {code:?} at {entries:?} {head:?} was expected: {report:?}"
            );
        });
    }
}

fn edited(site: &Site, dice: &mut Dice) -> Expected {
    let seq = dice.throw(1, site.size());
    let edits = [
        "body = x'7b7d'",
        "source = source || 'x'",
        "id = id || 'x'",
        "type = 'bid.withdrawn'",
        "received_at = received_at + 1",
        "leaf = zeroblob(32)",
        "commit_no = commit_no + 100",
    ];
    site.tamper(&format!(
        "UPDATE events SET {} WHERE seq = {seq}",
        edits[dice.throw(0, edits.len() as u64 - 1) as usize]
    ));
    entries(Code::EntryChanged, seq, seq)
}

fn edited_with_leaf(site: &Site, dice: &mut Dice) -> Expected {
    let seq = dice.throw(1, site.size());
    site.tamper(&format!("UPDATE events SET body = x'7b7d' WHERE seq = {seq}"));
    site.rehash();
    let (first, last) = site.between_heads(seq);
    entries(Code::RootDiffers, first, last)
}

fn deleted(site: &Site, dice: &mut Dice) -> Expected {
    let first = dice.throw(1, site.size() - 2);
    let last = dice.throw(first, site.size() - 1);
    site.tamper(&format!("DELETE FROM events WHERE seq BETWEEN {first} AND {last}"));
    entries(Code::EntriesMissing, first, last)
}

/// Numbers the entries after a place one lower, in order.
fn move_up(site: &Site, after: u64) -> String {
    (after + 1..=site.size())
        .map(|seq| format!("UPDATE events SET seq = seq - 1 WHERE seq = {seq};"))
        .collect()
}

fn moved_up(site: &Site, dice: &mut Dice) -> Expected {
    let seq = dice.throw(1, site.size() - 1);
    site.tamper(&format!("DELETE FROM events WHERE seq = {seq}; {}", move_up(site, seq)));
    if dice.once_in(2) {
        return entries(Code::EntryChanged, seq, seq);
    }
    site.rehash();
    entries(Code::JournalShorter, site.size(), site.size())
}

fn swapped(site: &Site, dice: &mut Dice) -> Expected {
    let one = dice.throw(1, site.size() - 1);
    let other = dice.throw(one + 1, site.size());
    let steps = [(one, 0), (other, one), (0, other)];
    site.tamper(
        &steps.map(|(from, to)| format!("UPDATE events SET seq = {to} WHERE seq = {from};")).concat(),
    );
    if dice.once_in(2) {
        return entries(Code::EntryChanged, one, one);
    }
    site.rehash();
    let (first, last) = site.between_heads(one);
    entries(Code::RootDiffers, first, last)
}

fn put_in(site: &Site, dice: &mut Dice) -> Expected {
    let seq = dice.throw(1, site.size());
    let moved: String = (seq..=site.size())
        .rev()
        .map(|seq| format!("UPDATE events SET seq = seq + 1 WHERE seq = {seq};"))
        .collect();
    let near = if seq == 1 { 2 } else { seq - 1 };
    let columns = "commit_no, received_at, leaf, source, 'put in', type, body";
    site.tamper(&format!(
        "{moved} INSERT INTO events SELECT {seq}, {columns} FROM events WHERE seq = {near}"
    ));
    if dice.once_in(2) {
        return entries(Code::EntryChanged, seq, seq);
    }
    site.rehash();
    let (first, last) = site.between_heads(seq);
    entries(Code::RootDiffers, first, last)
}

fn cut_off(site: &Site, dice: &mut Dice) -> Expected {
    let last = dice.throw(0, site.size() - 1);
    site.tamper(&format!("DELETE FROM events WHERE seq > {last}"));
    let missing = site.sizes.iter().find(|size| **size > last).copied().expect("a head covers the end");
    entries(Code::JournalShorter, last + 1, missing)
}

fn edited_head(site: &Site, dice: &mut Dice) -> Expected {
    let mut lines = site.lines();
    let at = dice.throw(0, lines.len() as u64 - 1) as usize;
    lines[at] = lines[at].replacen("\"size\":", "\"size\":1", 1);
    site.write_lines(&lines);
    head(Code::Head(HeadFaultKind::Changed), at as u64 + 1)
}

fn removed_head(site: &Site, dice: &mut Dice) -> Expected {
    let mut lines = site.lines();
    let at = dice.throw(0, lines.len() as u64 - 2) as usize;
    lines.remove(at);
    site.write_lines(&lines);
    head(Code::HeadMissing, at as u64 + 1)
}

fn heads_cut_off(site: &Site, dice: &mut Dice) -> Expected {
    let mut lines = site.lines();
    lines.truncate(dice.throw(1, lines.len() as u64 - 1) as usize);
    site.write_lines(&lines);
    head(Code::HeadMissing, lines.len() as u64 + 1)
}

fn heads_removed(site: &Site, _: &mut Dice) -> Expected {
    site.write_lines(&[]);
    Expected { code: Code::NoHeads, entries: None, head: None }
}

fn other_key(site: &Site, dice: &mut Dice) -> Expected {
    edited_with_leaf(site, dice);
    let mut secret = [0; 32];
    secret.iter_mut().for_each(|byte| *byte = dice.throw(0, 255) as u8);
    // One of four thousand million draws is no key of SM2.
    site.sign_anew(&HeadKey::from_bytes(site.algorithm, &secret).expect("a key"));
    Expected { code: Code::Head(HeadFaultKind::OtherKey), entries: None, head: None }
}

fn own_key(site: &Site, dice: &mut Dice) -> Expected {
    let seq = dice.throw(1, site.size());
    site.tamper(&format!("UPDATE events SET body = x'7b7d' WHERE seq = {seq}"));
    site.rehash();
    site.sign_anew(&site.secret());
    head(Code::HeadDiffers, site.sizes.iter().position(|size| *size >= seq).expect("covered") as u64 + 1)
}

fn rolled_back(site: &Site, dice: &mut Dice) -> Expected {
    let keep = dice.throw(1, site.sizes.len() as u64 - 1) as usize;
    site.tamper(&format!("DELETE FROM events WHERE seq > {}", site.sizes[keep - 1]));
    site.write_lines(&site.lines()[..keep]);
    head(Code::HeadMissing, keep as u64 + 1)
}
