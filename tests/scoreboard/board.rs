//! What is counted of a row, and the result as JSON.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use xiezhi_tests::Dice;

/// Most violations that are written out; the rest is counted.
const TOLD_MAX: usize = 20;
/// Most characters of one that are kept.
const TEXT_MAX: usize = 2_000;

/// What panicked since it was last asked, on whatever thread.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Keeps what panics say, so that a violation says it too.
pub fn listen_to_panics() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(panic.to_string());
        tell(panic);
    }));
}

fn panics() -> Vec<String> {
    std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// One row of the scoreboard.
pub struct Row {
    /// Its number in the design.
    pub number: u32,
    /// The fault.
    pub fault: &'static str,
    /// What must hold.
    pub promise: &'static str,
    /// Attempts of a short run.
    pub short: u64,
    /// Attempts of a soak.
    pub soak: u64,
    /// Makes them.
    pub run: fn(&mut Tally),
}

/// A violation.
#[derive(Clone, Debug)]
struct Violation {
    seed: u64,
    fault: String,
    what: String,
}

/// What a row has counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// The first attempt's seed.
    pub seed: u64,
    /// How many attempts are to be made.
    pub count: u64,
    /// Whether this is a soak.
    pub soak: bool,
    attempts: u64,
    faults: BTreeMap<String, u64>,
    violations: Vec<Violation>,
    worst_recovery: Option<Duration>,
    figures: BTreeMap<&'static str, f64>,
    notes: Vec<String>,
    skipped: Option<String>,
    took: Duration,
}

impl Tally {
    /// The seeds of all attempts.
    pub fn seeds(&self) -> std::ops::Range<u64> {
        self.seed..self.seed + self.count
    }

    /// Makes one attempt; a panic in it is a violation. Whether it went well.
    pub fn attempt(&mut self, fault: &str, seed: u64, body: impl FnOnce(&mut Tally, &mut Dice)) -> bool {
        self.attempts += 1;
        drop(panics());
        let went = catch_unwind(AssertUnwindSafe(|| body(self, &mut Dice::new(seed))));
        if went.is_err() {
            let mut what = panics().join("\n");
            what.truncate(what.floor_char_boundary(TEXT_MAX));
            eprintln!("  violation ({fault}, --seed {seed} --count 1): {what}");
            self.violations.push(Violation { seed, fault: fault.to_owned(), what });
        }
        went.is_ok()
    }

    /// Counts faults that were injected.
    pub fn inject(&mut self, fault: &str, times: u64) {
        *self.faults.entry(fault.to_owned()).or_default() += times;
    }

    /// Notes how long it took to be well again.
    pub fn recovered(&mut self, since: Instant) {
        self.worst_recovery = self.worst_recovery.max(Some(since.elapsed()));
    }

    /// Adds to a figure that says whether the row has teeth.
    pub fn figure(&mut self, name: &'static str, more: f64) {
        *self.figures.entry(name).or_default() += more;
    }

    /// Keeps the greatest.
    pub fn greatest(&mut self, name: &'static str, value: f64) {
        let held = self.figures.entry(name).or_default();
        *held = held.max(value);
    }

    /// Says something of it that a reader must know.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// The machine cannot do it.
    pub fn skip(&mut self, reason: impl Into<String>) {
        self.skipped = Some(reason.into());
    }

    /// How many violations there were.
    pub fn violations(&self) -> usize {
        self.violations.len()
    }

    /// Whether the row was skipped whole.
    pub fn is_skipped(&self) -> bool {
        self.skipped.is_some() && self.attempts == 0
    }

    fn json(&self, row: &Row) -> Value {
        let told = |violation: &Violation| json!({"seed": violation.seed, "fault": violation.fault, "what": violation.what});
        json!({
            "row": row.number,
            "fault": row.fault,
            "promise": row.promise,
            "seeds": [self.seed, self.seed + self.count.saturating_sub(1)],
            "attempts": self.attempts,
            "faults": self.faults,
            "violations": self.violations.len(),
            "violations_told": self.violations.iter().take(TOLD_MAX).map(told).collect::<Vec<_>>(),
            "worst_recovery_ms": self.worst_recovery.map(|took| took.as_millis() as u64),
            "figures": self.figures,
            "notes": self.notes,
            "skipped": self.skipped,
            "seconds": self.took.as_secs(),
        })
    }
}

/// Runs a row from a seed on.
pub fn run(row: &Row, seed: u64, count: Option<u64>, soak: bool) -> Tally {
    let count = count.unwrap_or(if soak { row.soak } else { row.short });
    let mut tally = Tally { seed, count, soak, ..Tally::default() };
    println!("row {:>2} · {} · --row {} --seed {seed} --count {count}", row.number, row.fault, row.number);
    let begun = Instant::now();
    if catch_unwind(AssertUnwindSafe(|| (row.run)(&mut tally))).is_err() {
        let what = panics().join("\n");
        tally.violations.push(Violation { seed, fault: "the row itself".to_owned(), what });
    }
    tally.took = begun.elapsed();
    let recovery = tally
        .worst_recovery
        .map_or(String::new(), |took| format!(", worst recovery {} ms", took.as_millis()));
    let skipped = tally.skipped.as_ref().map_or(String::new(), |reason| format!(", SKIPPED: {reason}"));
    println!(
        "row {:>2} · {} attempts, {} violations{recovery}, {} s, faults {:?}, {:?}{skipped}",
        row.number,
        tally.attempts,
        tally.violations.len(),
        tally.took.as_secs(),
        tally.faults,
        tally.figures,
    );
    tally.notes.iter().for_each(|note| println!("row {:>2} · note: {note}", row.number));
    tally
}

/// The result of all rows so far, written after each.
pub struct Board {
    rows: BTreeMap<u32, Value>,
    path: String,
}

impl Board {
    /// A result in a file; with `keep` beginning with what is there.
    pub fn new(path: String, keep: bool) -> Board {
        let before =
            std::fs::read(&path).ok().filter(|_| keep).and_then(|text| serde_json::from_slice(&text).ok());
        let before: Value = before.unwrap_or_default();
        let rows = before["rows"].as_array().cloned().unwrap_or_default();
        let numbered = |row: Value| Some((u32::try_from(row["row"].as_u64()?).ok()?, row));
        Board { rows: rows.into_iter().filter_map(numbered).collect(), path }
    }

    /// Adds a row and writes the file.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn add(&mut self, row: &Row, tally: &Tally) {
        let mut value = tally.json(row);
        value["soak"] = json!(tally.soak);
        value["at"] = json!(jiff::Timestamp::now().to_string());
        self.rows.insert(row.number, value);
        let rows: Vec<&Value> = self.rows.values().collect();
        let sum = |field: &str| rows.iter().filter_map(|row| row[field].as_u64()).sum::<u64>();
        let board = json!({"attempts": sum("attempts"), "violations": sum("violations"), "rows": rows});
        if let Some(folder) = Path::new(&self.path).parent() {
            std::fs::create_dir_all(folder).expect("a folder for the result");
        }
        let text = serde_json::to_string_pretty(&board).expect("plain data") + "\n";
        std::fs::write(&self.path, text).unwrap_or_else(|error| panic!("{}: {error}", self.path));
    }
}
