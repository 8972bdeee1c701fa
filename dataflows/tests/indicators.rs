//! Is every indicator of sections and matters what a plain recomputation says? Over a simulated year, told in order, late,
//! shuffled, twice and with retractions; and after each of thousands of events at random points of it.
//!
//! After each single event the keys are compared that what it is about gave before or gives now, against sums that are
//! moved plainly; every thousand events, and at the end, everything is recomputed from nothing and compared whole.
//!
//! `XIEZHI_EVENTS` sets how many events are told one by one.

mod plain;

use plain::{Bought, Endings, Entity, Given, Key, Sums};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use xiezhi_dataflows::driver::{Driver, Pace};
use xiezhi_dataflows::editions::{Edition, Editions};
use xiezhi_dataflows::engine::{Change, Commit, Engine};
use xiezhi_dataflows::event::{Data, Door, Event, Industry};
use xiezhi_dataflows::finding::Published;
use xiezhi_dataflows::indicators::{self, Indicator, Month, Packed, Period, Tallies, Tally};
use xiezhi_dataflows::intake::Archive;
use xiezhi_dataflows::normalise::{Instant, Placeholders};
use xiezhi_dataflows::operators::Diff;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::{Ending, Judge};
use xiezhi_dataflows::symbols::{EventRef, Symbols};
use xiezhi_simulator::{Settings, Venue};

/// A day, µs.
const DAY_US: i64 = 86_400_000_000;

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut x = self.0;
        x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        (x ^ x >> 31) as usize % limit.max(1)
    }
}

fn year(bids_per_day: u32) -> Vec<Event> {
    let door = Door::new(&[7; 32], Placeholders::default());
    let settings = Settings { days: 365, bids_per_day, scheme_share: 0.2, ..Settings::default() };
    let venue = Venue::new(settings).expect("valid settings");
    let lines = venue.flat_map(|day| day.events);
    lines.map(|line| door.admit(line.json.as_bytes()).expect("an event").event).collect()
}

/// The stream out of order, some events twice, some retracted before or after they come.
fn disordered(events: &[Event], dice: &mut Dice) -> Vec<Event> {
    let door = Door::new(&[7; 32], Placeholders::default());
    let mut all: Vec<Event> = events.to_vec();
    for (number, event) in events.iter().enumerate() {
        if dice.below(20) == 0 {
            all.push(event.clone());
        }
        if dice.below(25) == 0 && !matches!(event.data, Data::EventRetracted(_)) {
            let retraction = serde_json::json!({
                "specversion": "1.0", "source": "/test/retractions", "id": number.to_string(),
                "type": "event.retracted", "time": event.time.to_rfc3339(),
                "data": {"retracts": {"source": &*event.source, "id": &*event.id}, "reason": "更正"},
            });
            all.push(door.admit(retraction.to_string().as_bytes()).expect("an event").event);
        }
    }
    for at in (1..all.len()).rev() {
        all.swap(at, dice.below(at + 1));
    }
    all
}

#[derive(Default)]
struct Memory(HashMap<EventRef, Event>);

impl Archive for Memory {
    fn event(&self, name: EventRef) -> Option<Event> {
        self.0.get(&name).cloned()
    }
}

/// An engine that is told of events, and the sums that come out.
struct Fed {
    symbols: Arc<Symbols>,
    engine: Engine,
    changes: Receiver<Change>,
    driver: Driver,
    memory: Memory,
    tallies: Tallies,
    /// Contributions that hold, to measure.
    counted: BTreeMap<Packed, Diff>,
}

impl Fed {
    fn new(now: i64) -> Fed {
        let symbols = Arc::new(Symbols::default());
        let editions = Arc::new(Editions::new(Edition::always(Params::default())));
        let (engine, changes) = Engine::start(1, editions.clone(), symbols.clone());
        let driver = Driver::new(editions, symbols.clone(), 1);
        let (memory, tallies, counted) = (Memory::default(), Tallies::default(), BTreeMap::new());
        let mut fed = Fed { symbols, engine, changes, driver, memory, tallies, counted };
        fed.pass(now);
        fed
    }

    fn pass(&mut self, now: i64) {
        let mut commits = Vec::new();
        self.driver.pass(now, Pace::Jump, &mut |commit| commits.push(commit));
        commits.into_iter().for_each(|commit| self.feed(commit));
    }

    fn take(&mut self, events: &[Event]) {
        let mut new = Vec::new();
        for event in events {
            let (name, _) = self.symbols.name(&event.source, &event.id);
            if self.memory.0.insert(name, event.clone()).is_none() {
                new.push(event.clone());
            }
        }
        let commit = self.driver.take(new.iter(), &self.memory);
        self.feed(commit);
    }

    fn feed(&mut self, commit: Commit) {
        let time = commit.time;
        self.engine.feed(commit);
        while self.engine.progress() <= time {
            let change = self.changes.recv().expect("the engine runs");
            self.note(&change);
        }
        while let Ok(change) = self.changes.try_recv() {
            self.note(&change);
        }
    }

    fn note(&mut self, change: &Change) {
        let counted = |(what, diff): &(Published, Diff)| match what {
            Published::Counted(packed) => Some((packed.clone(), *diff)),
            _ => None,
        };
        let counted: Vec<(Packed, Diff)> = change.changes.iter().filter_map(counted).collect();
        self.tallies.change(counted.iter().map(|(packed, diff)| (packed, *diff)));
        for (packed, diff) in counted {
            let held = self.counted.entry(packed.clone()).or_default();
            *held += diff;
            if *held == 0 {
                self.counted.remove(&packed);
            }
        }
    }

    /// How the rules that judge the section by itself ended.
    fn endings(&self, entity: &Entity) -> Endings {
        let Entity::Section(section) = entity else { return Endings::default() };
        let found = self.symbols.find(section).and_then(|section| self.engine.explain(section));
        let Some(explained) = found else { return Endings::default() };
        let by_itself =
            explained.outcomes.iter().filter(|j| matches!(j.rule.sheet().judge, Judge::Section(_)));
        let mut endings = Endings::default();
        for judged in by_itself {
            let ending = judged.outcome.ending();
            endings.decided += usize::from(matches!(ending, Ending::Triggered | Ending::NotTriggered));
            endings.short += usize::from(ending == Ending::InsufficientData);
            endings.applicable += usize::from(ending != Ending::NotApplicable);
        }
        endings
    }

    /// A sum of a month or year, by a plain key.
    fn sum(&self, (id, period, department, industry, region): &Key) -> (i128, i128) {
        let symbol = |text: &str| {
            if text.is_empty() { Some(Default::default()) } else { self.symbols.find(text) }
        };
        let period = Month::parse(period)
            .map(Period::Month)
            .unwrap_or_else(|| Period::Year(period.parse().expect("a year")));
        let key = symbol(department).zip(symbol(region)).map(|(department, region)| indicators::Key {
            period,
            indicator: Indicator::of(id).expect("an indicator"),
            department,
            industry: Industry::parse(industry),
            region,
        });
        let tally = key.and_then(|key| self.tallies.get(&key)).unwrap_or_default();
        (tally.numerator, tally.denominator)
    }
}

/// Events by what they are about.
#[derive(Default)]
struct Known<'a> {
    told: Vec<&'a Event>,
    named: HashMap<(&'a str, &'a str), &'a Event>,
    retracted: BTreeSet<(&'a str, &'a str)>,
    by_entity: BTreeMap<Entity, Vec<&'a Event>>,
    projects: BTreeMap<String, Vec<&'a Event>>,
}

impl<'a> Known<'a> {
    fn of(told: Vec<&'a Event>) -> Known<'a> {
        let mut known = Known { told, ..Known::default() };
        for event in plain::live(known.told.iter().copied()) {
            known.hold(event);
        }
        known
    }

    /// The same, told one by one.
    fn told(events: &'a [Event]) -> Known<'a> {
        let mut known = Known::default();
        events.iter().for_each(|event| drop(known.tell(event)));
        known
    }

    fn hold(&mut self, event: &'a Event) {
        match Entity::of(event) {
            Some(Entity::Project(code)) => self.projects.entry(code).or_default().push(event),
            Some(entity) => self.by_entity.entry(entity).or_default().push(event),
            None => {}
        }
    }

    /// Takes one more event in, and gives what it touches: the sections of a project too, and all where it tells of parties.
    fn tell(&mut self, event: &'a Event) -> Vec<Entity> {
        self.told.push(event);
        let name = (&*event.source, &*event.id);
        let changed = if let Data::EventRetracted(said) = &event.data {
            let target = (&*said.retracts.source, &*said.retracts.id);
            if !self.retracted.insert(target) {
                return Vec::new();
            }
            let Some(target) = self.named.get(&target).copied() else { return Vec::new() };
            let others = |held: &&Event| held.source != target.source || held.id != target.id;
            match Entity::of(target) {
                Some(Entity::Project(code)) => self.projects.entry(code).or_default().retain(others),
                Some(entity) => self.by_entity.entry(entity).or_default().retain(others),
                None => {}
            }
            target
        } else {
            if self.named.insert(name, event).is_some() || self.retracted.contains(&name) {
                return Vec::new();
            }
            self.hold(event);
            event
        };
        if concerns_others(changed) {
            return self.by_entity.keys().filter(|e| matches!(e, Entity::Section(_))).cloned().collect();
        }
        match Entity::of(changed) {
            Some(Entity::Project(code)) => {
                let names = |event: &&Event| match &event.data {
                    Data::SectionAnnounced(said) => said.project.as_str() == code,
                    Data::SectionChanged(said) => said.project.as_ref().is_some_and(|p| p.as_str() == code),
                    _ => false,
                };
                let sections = self.by_entity.iter().filter(|(_, events)| events.iter().any(names));
                sections.map(|(entity, _)| entity.clone()).collect()
            }
            entity => entity.into_iter().collect(),
        }
    }

    fn given(&self, entity: &Entity, fed: &Fed, now: i64) -> Given {
        let events = self.by_entity.get(entity).map_or(&[][..], Vec::as_slice);
        plain::given(entity, events, &self.projects, fed.endings(entity), Instant(now))
    }

    /// All sums, from nothing.
    fn all(&self, fed: &Fed, now: i64) -> (BTreeMap<Entity, Given>, Sums, Vec<Bought>) {
        let (mut all, mut sums, mut bought) = (BTreeMap::new(), Sums::new(), Vec::new());
        for entity in self.by_entity.keys() {
            let given = self.given(entity, fed, now);
            plain::add(&mut sums, &given.sums, 1);
            bought.extend(given.bought.clone());
            all.insert(entity.clone(), given);
        }
        (all, sums, bought)
    }
}

/// Whether an event may change how rules end in sections that it does not name: it tells of organisations and persons, or of
/// contracts of a manager.
fn concerns_others(event: &Event) -> bool {
    matches!(
        event.data,
        Data::PartyRecorded(_)
            | Data::PersonEmployed(_)
            | Data::CreditListed(_)
            | Data::CreditRemoved(_)
            | Data::ContractSigned(_)
            | Data::ContractCompleted(_)
    )
}

/// The same sums by year.
fn by_year(sums: &Sums) -> Sums {
    let mut years = Sums::new();
    for ((id, month, department, industry, region), parts) in sums {
        let key = (*id, month[..4].to_owned(), department.clone(), industry.clone(), region.clone());
        plain::add(&mut years, &Sums::from([(key, *parts)]), 1);
    }
    years
}

/// Indicators that are reckoned from a market.
const MARKET: [Indicator; 3] =
    [Indicator::ConcentrationHhi, Indicator::TopTenShare, Indicator::BuyerConcentrationHhi];

/// Compares everything.
fn compare_whole(fed: &Fed, sums: &Sums, bought: &[Bought]) {
    let mut wanted = sums.clone();
    plain::add(&mut wanted, &by_year(sums), 1);
    let months = fed.tallies.months();
    let years: BTreeSet<u16> = months.iter().map(|month| month.year()).collect();
    let periods = months.iter().map(|m| (Period::Month(*m), m.to_string()));
    let periods = periods.chain(years.iter().map(|y| (Period::Year(*y), y.to_string())));
    let mut found = Sums::new();
    let text = |symbol: xiezhi_dataflows::symbols::Symbol| {
        if symbol.is_some() { fed.symbols.text(symbol) } else { String::new() }
    };
    for (period, word) in periods {
        let (market, others): (Vec<_>, Vec<_>) =
            fed.tallies.of(period).into_iter().partition(|(key, _)| MARKET.contains(&key.indicator));
        for (key, tally) in others {
            let industry = key.industry.map_or("", Industry::as_str).to_owned();
            let key =
                (key.indicator.as_str(), word.clone(), text(key.department), industry, text(key.region));
            found.insert(key, (tally.numerator, tally.denominator));
        }
        let of_period: Vec<&Bought> = bought.iter().filter(|b| b.0.starts_with(&word)).collect();
        compare_markets(market, &of_period, &text);
    }
    wanted.retain(|_, (_, below)| *below != 0);
    let missing: Vec<_> = wanted.iter().filter(|(key, sums)| found.get(*key) != Some(sums)).collect();
    let wrong: Vec<_> = found.iter().filter(|(key, sums)| wanted.get(*key) != Some(sums)).collect();
    assert!(missing.is_empty() && wrong.is_empty(), "should be {missing:#?}\nand is {wrong:#?}");
}

/// Concentration, with plain fractions.
#[allow(clippy::disallowed_types, reason = "the plain recomputation divides, the sums do not")]
fn compare_markets(
    found: Vec<(indicators::Key, Tally)>,
    bought: &[&Bought],
    text: &dyn Fn(xiezhi_dataflows::symbols::Symbol) -> String,
) {
    fn hhi(fen: impl Iterator<Item = i64> + Clone) -> f64 {
        let total: i64 = fen.clone().sum();
        fen.map(|fen| (fen as f64 / total as f64).powi(2)).sum()
    }
    type Markets<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Bought>>;
    let mut markets: Markets<'_> = BTreeMap::new();
    for b in bought {
        markets.entry((&b.1, &b.2)).or_default().push(b);
    }
    assert_eq!(found.len(), 3 * markets.len(), "three for every market");
    for (key, tally) in found {
        let (industry, region) = (key.industry.map_or("", Industry::as_str), text(key.region));
        let of_market = &markets[&(industry, &region[..])];
        let mut by_supplier: BTreeMap<&str, i64> = BTreeMap::new();
        let mut by_buyer: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
        for (_, _, _, buyer, supplier, fen) in of_market.iter().copied() {
            *by_supplier.entry(supplier).or_default() += fen;
            *by_buyer.entry(buyer).or_default().entry(supplier).or_default() += fen;
        }
        let (above, below) = (tally.numerator as f64, tally.denominator as f64);
        let (above, wanted) = match key.indicator {
            Indicator::ConcentrationHhi => (above / 1e9, hhi(by_supplier.values().copied())),
            Indicator::BuyerConcentrationHhi => {
                let all: f64 = by_buyer.values().map(|of| hhi(of.values().copied())).sum();
                (above / below / 1e9, all / by_buyer.len() as f64)
            }
            _ => {
                let mut largest: Vec<i64> = by_supplier.values().copied().collect();
                largest.sort_unstable_by(|a, b| b.cmp(a));
                let all: i64 = largest.iter().sum();
                (above / below, largest.iter().take(10).sum::<i64>() as f64 / all as f64)
            }
        };
        assert!((above - wanted).abs() < 1e-6, "{key:?}: {above} should be {wanted}");
    }
}

#[test]
fn a_year_gives_what_a_plain_recomputation_gives() {
    let events = year(24);
    let last = events.iter().map(|event| event.time.0).max().expect("events");
    let first = events.iter().map(|event| event.time.0).min().expect("events");
    let known = Known::of(events.iter().collect());
    let mut dice = Dice(1);
    let shuffled = disordered(&events, &mut dice);
    let known_shuffled = Known::of(shuffled.iter().collect());
    // Mid-year, when deadlines are under way, and long after.
    for now in [first + 150 * DAY_US, last, last + 200 * DAY_US] {
        let mut fed = Fed::new(now);
        events.chunks(5_000).for_each(|events| fed.take(events));
        let (all, sums, bought) = known.all(&fed, now);
        compare_whole(&fed, &sums, &bought);
        let ids: BTreeSet<&str> = sums.keys().map(|key| key.0).collect();
        if now > last {
            let sections = all.keys().filter(|entity| matches!(entity, Entity::Section(_))).count();
            let bytes: usize = fed.counted.iter().map(|(p, n)| p.bytes() * n.unsigned_abs()).sum();
            let count = fed.counted.values().sum::<Diff>().unsigned_abs();
            println!("{} events, {sections} sections, {} sums", events.len(), fed.tallies.len());
            println!("a contribution takes {} bytes on the average", bytes / count.max(1));
            assert!(bytes / count < 200, "a contribution is small");
            let untried: Vec<&str> = Indicator::ALL
                .iter()
                .filter(|indicator| !MARKET.contains(indicator))
                .filter(|indicator| ["E.3", "E.4"].contains(&indicator.sheet().part))
                .map(|indicator| indicator.as_str())
                .filter(|id| !ids.contains(id))
                .collect();
            assert!(untried.is_empty(), "the year says nothing of {untried:?}");
        }
        let mut fed = Fed::new(now);
        shuffled.chunks(3_000).for_each(|events| fed.take(events));
        let (_, sums, bought) = known_shuffled.all(&fed, now);
        compare_whole(&fed, &sums, &bought);
    }
}

#[test]
fn after_each_event_the_indicators_are_right() {
    let set = std::env::var("XIEZHI_EVENTS").ok().map(|set| set.parse().expect("a number of events"));
    let single: usize = set.unwrap_or(10_000);
    let mut dice = Dice(7);
    let events = disordered(&year(10), &mut dice);
    let last = events.iter().map(|event| event.time.0).max().expect("events");
    let mut now = last - 100 * DAY_US;
    let mut fed = Fed::new(now);
    let (bulk, rest) = events.split_at(events.len().saturating_sub(single));
    bulk.chunks(2_000).for_each(|events| fed.take(events));
    let (mut all, mut sums, bought) = Known::of(bulk.iter().collect()).all(&fed, now);
    compare_whole(&fed, &sums, &bought);
    println!("{} events at once, then {} one by one", bulk.len(), rest.len());
    let mut known = Known::told(bulk);
    for (number, event) in rest.iter().enumerate() {
        if number == rest.len() / 2 {
            // Deadlines pass of what has come already.
            now = last + 100 * DAY_US;
            fed.pass(now);
            (all, sums, _) = known.all(&fed, now);
        }
        fed.take(std::slice::from_ref(event));
        let entities = known.tell(event);
        let mut keys: BTreeSet<Key> = BTreeSet::new();
        for entity in entities {
            let after = known.given(&entity, &fed, now);
            let before = all.insert(entity, after.clone()).unwrap_or_default();
            if before.sums == after.sums {
                continue;
            }
            keys.extend(before.sums.keys().chain(after.sums.keys()).cloned());
            plain::add(&mut sums, &before.sums, -1);
            plain::add(&mut sums, &after.sums, 1);
        }
        for key in &keys {
            let wanted = sums.get(key).copied().unwrap_or_default();
            assert_eq!(fed.sum(key), wanted, "{key:?} after event {number}: {event:?}");
        }
        if number % 1_000 == 999 || number + 1 == rest.len() {
            let (_, whole, bought) = Known::of(known.told.clone()).all(&fed, now);
            compare_whole(&fed, &whole, &bought);
        }
    }
    // Everything goes again.
    let door = Door::new(&[7; 32], Placeholders::default());
    let gone: Vec<Event> = events
        .iter()
        .filter(|event| !matches!(event.data, Data::EventRetracted(_)))
        .map(|event| {
            let retraction = serde_json::json!({
                "specversion": "1.0", "source": "/test/end", "id": format!("{} {}", event.source, event.id),
                "type": "event.retracted", "time": event.time.to_rfc3339(),
                "data": {"retracts": {"source": &*event.source, "id": &*event.id}, "reason": "撤回"},
            });
            door.admit(retraction.to_string().as_bytes()).expect("an event").event
        })
        .collect();
    fed.take(&gone);
    assert!(fed.tallies.is_empty(), "of nothing there is no indicator");
}
