//! What the dataflows say of a stream, run in several ways.

use super::Dice;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;
use xiezhi_dataflows::driver::{Driver, Pace};
use xiezhi_dataflows::editions::{Edition, Editions};
use xiezhi_dataflows::engine::{Commit, Engine};
use xiezhi_dataflows::event::{Admitted, Event};
use xiezhi_dataflows::finding::{Published as Row, Rendered, Severity};
use xiezhi_dataflows::indicators::{Period, Tallies};
use xiezhi_dataflows::intake::Archive;
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::{Params, Profile};
use xiezhi_dataflows::replay::{Replay, Taken, Told};
use xiezhi_dataflows::rules::Rule;
use xiezhi_dataflows::symbols::{EventRef, Symbols};
use xiezhi_dataflows::watch;

/// What holds at the end, written out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    pub findings: Vec<Rendered>,
    pub quality: Vec<Rendered>,
    /// The watch-list.
    pub watched: Vec<watch::Rendered>,
    /// The indicators of every month and year, a line each.
    pub indicators: BTreeSet<String>,
    /// What was there other than once. Empty, or the engine is wrong.
    pub miscounted: String,
}

impl Published {
    /// What a replay came to.
    pub fn of(replay: &Replay<'_>) -> Published {
        let miscounted =
            replay.miscounted().iter().map(|(row, count)| format!("{count} times {row:?}\n")).collect();
        Published {
            findings: replay.findings(),
            quality: replay.quality(),
            watched: replay.watch_list(),
            indicators: indicators(&replay.tallies(), replay.symbols()),
            miscounted,
        }
    }

    /// What the two do not have in common, for a reader; empty if they are equal.
    pub fn differences(&self, other: &Published) -> String {
        let mut text = String::new();
        for (what, these, those) in
            [("only the first has", self, other), ("only the second has", other, self)]
        {
            for row in these.findings.iter().filter(|row| !those.findings.contains(row)) {
                text.push_str(&format!("{what} the finding {row:?}\n"));
            }
            for row in these.watched.iter().filter(|row| !those.watched.contains(row)) {
                text.push_str(&format!("{what} the entry {row:?}\n"));
            }
            for row in these.quality.iter().filter(|row| !those.quality.contains(row)) {
                text.push_str(&format!("{what} the data-quality row {row:?}\n"));
            }
            for line in these.indicators.difference(&those.indicators) {
                text.push_str(&format!("{what} {line}\n"));
            }
            text.push_str(&these.miscounted);
        }
        text
    }
}

fn miscounted(holds: &BTreeMap<Row, isize>) -> String {
    let right = |(row, count): &(&Row, &isize)| match row {
        Row::Ended(..) | Row::Counted(_) => **count > 0,
        _ => **count == 1,
    };
    holds.iter().filter(|pair| !right(pair)).map(|(row, count)| format!("{count} times {row:?}\n")).collect()
}

fn publish(holds: &BTreeMap<Row, isize>, symbols: &Symbols) -> Published {
    let (mut findings, mut quality, mut watched) = (Vec::new(), Vec::new(), Vec::new());
    let mut tallies = Tallies::default();
    for (row, count) in holds {
        match row {
            Row::Finding(finding) => findings.push(finding.render(symbols)),
            Row::Quality(finding) => quality.push(finding.render(symbols)),
            Row::Watched(entry) => watched.push(entry.render(symbols)),
            Row::Counted(packed) => tallies.change([(packed, *count)].into_iter()),
            Row::Ended(..) => {}
        }
    }
    findings.sort();
    quality.sort();
    watched.sort();
    let indicators = indicators(&tallies, symbols);
    Published { findings, quality, watched, indicators, miscounted: miscounted(holds) }
}

fn indicators(tallies: &Tallies, symbols: &Symbols) -> BTreeSet<String> {
    let months = tallies.months();
    let years: BTreeSet<u16> = months.iter().map(|month| month.year()).collect();
    let periods = months.into_iter().map(Period::Month).chain(years.into_iter().map(Period::Year));
    let of = |period| tallies.of(period).into_iter();
    periods
        .flat_map(of)
        .map(|(key, tally)| {
            let (department, region) = (symbols.text(key.department), symbols.text(key.region));
            format!(
                "{:?} {:?} of {department:?} {:?} {region:?}: {}/{}",
                key.indicator, key.period, key.industry, tally.numerator, tally.denominator
            )
        })
        .collect()
}

fn run<'a>(
    events: &[Admitted],
    workers: usize,
    until: i64,
    rules: Params,
    tell: Option<Box<Told<'a>>>,
) -> (Replay<'a>, Published) {
    let placeholders = Placeholders::default();
    let mut replay = Replay::new(super::door(), placeholders, rules, workers, Some(until), tell);
    for admitted in events {
        let taken = replay.admitted(admitted.clone());
        assert!(matches!(taken, Taken::Accepted | Taken::Duplicate), "{taken:?}");
    }
    replay.finish();
    let published = Published::of(&replay);
    (replay, published)
}

/// A replay in bulk.
pub fn replay(events: &[Admitted], workers: usize, until: i64) -> Published {
    run(events, workers, until, Params::default(), None).1
}

/// A replay in bulk by other parameters.
pub fn replay_by(rules: &Params, events: &[Admitted], until: i64) -> Published {
    run(events, 1, until, rules.clone(), None).1
}

/// What was told of a replay, summed up.
#[derive(Default)]
struct Sum {
    holds: BTreeMap<Row, isize>,
    at: Option<i64>,
    wrong: String,
}

impl Sum {
    fn tell(&mut self, at: i64, row: &Row, diff: isize, until: i64) {
        if self.at.is_some_and(|before| at < before) || at > until {
            self.wrong += &format!("told of {at} after {:?} and until {until}\n", self.at);
        }
        self.at = Some(at);
        let count = self.holds.entry(row.clone()).or_default();
        *count += diff;
        let most = if matches!(row, Row::Ended(..) | Row::Counted(_)) { isize::MAX } else { 1 };
        if !(0..=most).contains(count) {
            self.wrong += &format!("{count} times {row:?} at {at}\n");
        }
        if *count == 0 {
            self.holds.remove(row);
        }
    }
}

/// A replay that tells every change, an event a commit: what the changes sum up to, checked on the way.
pub fn telling(events: &[Admitted], until: i64) -> Published {
    let sum: Rc<RefCell<Sum>> = Rc::default();
    let told = sum.clone();
    let tell = move |at: i64, row: &Row, diff: isize| told.borrow_mut().tell(at, row, diff, until);
    let (replay, held) = run(events, 1, until, Params::default(), Some(Box::new(tell)));
    let sum = sum.borrow();
    let mut summed = publish(&sum.holds, replay.symbols());
    summed.miscounted += &sum.wrong;
    if summed.findings != held.findings
        || summed.quality != held.quality
        || summed.indicators != held.indicators
    {
        summed.miscounted += "what was told is not what holds";
    }
    summed
}

/// The events that have come, by number.
#[derive(Default)]
struct Memory(HashMap<EventRef, Event>);

impl Archive for Memory {
    fn event(&self, name: EventRef) -> Option<Event> {
        self.0.get(&name).cloned()
    }
}

/// How a stream is fed step by step.
pub struct Steps {
    /// Decides sizes of commits and where time goes in between, forward and back.
    pub seed: u64,
    /// The most events of a commit.
    pub most: usize,
    /// Instants that time may go to.
    pub instants: Vec<i64>,
    pub workers: usize,
    /// Whether other rules are published on the way, and the usual ones at the end.
    pub editions: bool,
}

/// Rules with some thresholds changed, and perhaps another legal profile.
pub fn other_rules(dice: &mut Dice) -> Params {
    let mut params = Params::default();
    let thresholds = &mut params.thresholds;
    for (threshold, values) in [
        (&mut thresholds.noise_share_permille, [1, 1000]),
        (&mut thresholds.window_days, [1, 365]),
        (&mut thresholds.hub_bidders, [2, 3]),
        (&mut thresholds.ring_min, [2, 4]),
        (&mut thresholds.families_min, [2, 4]),
        (&mut thresholds.similarity_min_permille, [500, 1000]),
        (&mut thresholds.fingerprints_min, [1, 22]),
        (&mut thresholds.rotation_min, [2, 4]),
        (&mut thresholds.run_min, [3, 5]),
        (&mut thresholds.items_min, [1, 11]),
        (&mut thresholds.items_equal_permille, [500, 1000]),
        (&mut thresholds.cv_max_permille, [1, 300]),
        (&mut thresholds.rd_min_permille, [100, 10_000]),
        (&mut thresholds.bunch_permille, [1, 300]),
        (&mut thresholds.bunch_gap_permille, [1, 300]),
        (&mut thresholds.unit_slip_factor, [2, 20]),
        (&mut thresholds.low_award_permille, [500, 1000]),
        (&mut thresholds.near_ceiling_permille, [500, 1000]),
        (&mut thresholds.holder_share_permille, [1, 500]),
        (&mut thresholds.future_minutes, [0, 1440]),
        (&mut thresholds.opening_grace_minutes, [0, 14]),
        (&mut thresholds.bidders_min, [2, 5]),
        (&mut thresholds.experts_min, [3, 7]),
        (&mut thresholds.deviation_permille, [1, 900]),
        (&mut thresholds.cells_min, [1, 12]),
        (&mut thresholds.outage_seconds, [0, 900]),
        (&mut thresholds.bids_min, [2, 5]),
        (&mut thresholds.together_min, [2, 6]),
        (&mut thresholds.recurrent_win_permille, [501, 1000]),
        (&mut thresholds.crowd, [2, 3]),
        (&mut thresholds.awards_min, [1, 2]),
        (&mut thresholds.concentration_permille, [1, 1000]),
        (&mut thresholds.withdrawals_min, [1, 2]),
        (&mut thresholds.records_min, [1, 2]),
        (&mut thresholds.collusion_entries_min, [1, 3]),
    ] {
        if dice.below(3) == 0 {
            *threshold = values[dice.below(2)];
        }
    }
    let named = ["national", "fujian", "daqing"][dice.below(3)];
    params.profile = Profile::named(named).expect("built in");
    if dice.below(2) == 0 {
        params.profile.severity.extend([(Rule::Pri01, Severity::S), (Rule::His04, Severity::V)]);
    }
    params
}

/// Commits of random sizes, with time going to and fro in between, and to `now` at the end.
pub fn in_steps(events: &[Admitted], steps: &Steps, now: i64) -> Published {
    let symbols = Arc::new(Symbols::default());
    let editions = Arc::new(Editions::new(Edition::always(Params::default())));
    let (engine, changes) = Engine::start(steps.workers, editions.clone(), symbols.clone());
    let mut driver = Driver::new(editions, symbols.clone(), 1);
    let (mut memory, mut dice, mut fed) = (Memory::default(), Dice(steps.seed), 0);
    let mut feed = |commit: Commit| {
        fed = commit.time;
        engine.feed(commit);
    };
    let mut rest = events;
    while !rest.is_empty() {
        let (now, later) = rest.split_at((1 + dice.below(steps.most)).min(rest.len()));
        rest = later;
        let mut new = Vec::new();
        for Admitted { event, .. } in now {
            let (name, _) = symbols.name(&event.source, &event.id);
            if memory.0.insert(name, event.clone()).is_none() {
                new.push(event.clone());
            }
        }
        feed(driver.take(new.iter(), &memory));
        if steps.editions && dice.below(3) == 0 {
            driver.publish(Edition::always(other_rules(&mut dice)));
        }
        // It may be overtaken by the next before it is in force everywhere.
        for _ in 0..dice.below(80) {
            driver.turn().into_iter().for_each(&mut feed);
        }
        if let (false, 0) = (steps.instants.is_empty(), dice.below(3)) {
            let pace = [Pace::Jump, Pace::Stops, Pace::Service][dice.below(3)];
            driver.pass(steps.instants[dice.below(steps.instants.len())], pace, &mut feed);
        }
    }
    if steps.editions {
        driver.publish(Edition::always(Params::default()));
        while let Some(commit) = driver.turn() {
            feed(commit);
        }
    }
    driver.pass(now, Pace::Jump, &mut feed);
    let mut holds: BTreeMap<Row, isize> = BTreeMap::new();
    while engine.progress() <= fed {
        note(changes.recv().expect("the engine runs").changes, &mut holds);
    }
    changes.try_iter().for_each(|change| note(change.changes, &mut holds));
    publish(&holds, &symbols)
}

fn note(changes: Vec<(Row, isize)>, holds: &mut BTreeMap<Row, isize>) {
    for (row, diff) in changes {
        let count = holds.entry(row.clone()).or_default();
        *count += diff;
        if *count == 0 {
            holds.remove(&row);
        }
    }
}
