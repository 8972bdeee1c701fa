//! Row 4: the files of a small journal with a bit flipped at each byte, torn, with holes, zeroed pages, a doubled tail. Found by `verify`, or no entry reads
//! otherwise; a log that is torn gives what was before it, and the heads know what is missing.

use super::site::{Image, Site};
use crate::board::{Row, Tally};
use xiezhi::journal::{Entry, Journal};
use xiezhi_proof::Algorithm;
use xiezhi_tests::Dice;

pub const ROW: Row = Row {
    number: 4,
    fault: "torn write, hole, zeroed page, doubled tail, bit flip at each byte of a small log",
    promise: "I2 I7: a torn end is cut off, anything else is found",
    short: 1_500,
    soak: 1_000_000,
    run,
};

/// SQLite's page; a hole is a sector of a disk.
const PAGE: usize = 4_096;
const SECTOR: usize = 512;

/// What is done to a file.
#[derive(Clone, Copy, Debug)]
enum Damage {
    Flipped(usize),
    Torn(usize),
    Hole(usize),
    ZeroedPage(usize),
    DoubledTail(usize),
}

impl Damage {
    /// Every damage to a file of a length.
    fn all(length: usize) -> Vec<Damage> {
        let each = |step: usize, damage: fn(usize) -> Damage| (0..length).step_by(step).map(damage);
        each(1, Damage::Flipped)
            .chain(each(16, Damage::Torn))
            .chain(each(SECTOR, Damage::Hole))
            .chain(each(PAGE, Damage::ZeroedPage))
            .chain(each(SECTOR, Damage::DoubledTail))
            .collect()
    }

    fn of(self, bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let zero = |bytes: &mut Vec<u8>, at: usize, length: usize| {
            let end = (at + length).min(bytes.len());
            bytes[at..end].fill(0);
        };
        match self {
            Damage::Flipped(at) => bytes[at] ^= 1 << dice.throw(0, 7),
            Damage::Torn(at) => bytes.truncate(at),
            Damage::Hole(at) => zero(&mut bytes, at, SECTOR),
            Damage::ZeroedPage(at) => zero(&mut bytes, at, PAGE),
            Damage::DoubledTail(at) => bytes.extend_from_within(at..),
        }
        bytes
    }

    fn name(self) -> &'static str {
        match self {
            Damage::Flipped(_) => "a flipped bit",
            Damage::Torn(_) => "a torn write",
            Damage::Hole(_) => "a hole",
            Damage::ZeroedPage(_) => "a zeroed page",
            Damage::DoubledTail(_) => "a doubled tail",
        }
    }
}

fn run(tally: &mut Tally) {
    let mut dice = Dice::new(tally.seed);
    let closed = Site::make(Algorithm::default(), 2, 2, false, &mut dice);
    let open = Site::make(Algorithm::default(), 3, 3, true, &mut dice);
    let mut cases: Vec<(&Image, &str, Damage)> = Vec::new();
    for (image, file) in [(&closed, "journal.db"), (&open, "journal.db-wal")] {
        cases.extend(Damage::all(image.bytes(file).len()).into_iter().map(|damage| (image, file, damage)));
    }
    tally.figure("cases_in_all", cases.len() as f64);
    let before = [&closed, &open].map(|image| Site::of(image).entries().expect("it was whole"));
    let all = tally.count >= cases.len() as u64;
    let seeds: Vec<u64> = tally.seeds().take(cases.len()).collect();
    for (number, seed) in seeds.into_iter().enumerate() {
        let number = if all { number } else { dice.throw(0, cases.len() as u64 - 1) as usize };
        let (image, file, damage) = cases[number];
        let before = &before[usize::from(file.ends_with("-wal"))];
        tally.attempt(&format!("{damage:?} in {file}"), seed, |tally, dice| {
            let site = Site::of(image);
            std::fs::write(site.data().join(file), damage.of(image.bytes(file), dice)).expect("a file");
            tally.inject(&format!("{} in {file}", damage.name()), 1);
            if file.ends_with("-wal") { log(&site, before, tally) } else { database(&site, before, tally) }
        });
    }
}

/// The database: found, or no entry reads otherwise.
fn database(site: &Site, before: &[Entry], tally: &mut Tally) {
    match site.verify() {
        Ok(report) if report.whole => {
            assert!(
                site.entries().is_ok_and(|entries| entries == before),
                "I7: said to be whole, and reads otherwise"
            );
            tally.figure("harmless", 1.0);
        }
        Ok(_) | Err(_) => tally.figure("found", 1.0),
    }
}

/// The log: what is opened is a prefix of what was there, the daemon can go on from it, and `verify` says what is missing.
fn log(site: &Site, before: &[Entry], tally: &mut Tally) {
    // As a start does.
    let opened =
        Journal::open(&site.data(), &[7; 32]).map_err(|error| error.to_string()).and_then(|journal| {
            journal.close().map_err(|error| error.to_string())?;
            site.entries()
        });
    let Ok(entries) = opened else {
        assert!(
            !site.verify().is_ok_and(|report| report.whole),
            "I7: cannot be opened, and is said to be whole"
        );
        return tally.figure("refused", 1.0);
    };
    assert!(
        before.starts_with(&entries),
        "I2: not a prefix of what was there: {} of {} entries",
        entries.len(),
        before.len()
    );
    let whole = site.verify().is_ok_and(|report| report.whole);
    assert_eq!(
        whole,
        entries.len() == before.len(),
        "I7: {} of {} entries are there",
        entries.len(),
        before.len()
    );
    tally.figure(if whole { "harmless" } else { "cut_off_and_found" }, 1.0);
}
