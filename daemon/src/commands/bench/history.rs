//! The history: a simulated venue, generated day by day and loaded in large commits.

use super::super::output::{counted, grouped};
use super::rig::{Rig, cpu_s, noon};
use anyhow::{Context, Result};
use jiff::civil::Date;
use std::collections::VecDeque;
use std::time::Instant as Clock;
use xiezhi_dataflows::driver::Pace;
use xiezhi_dataflows::event::{Data, Event};
use xiezhi_dataflows::normalise;
use xiezhi_simulator::{Detail, Settings, Venue};

/// Days of a history that is long enough: those of the window.
const DAYS: u64 = 730;
/// Fewest bids a day: below it a history gets shorter instead of thinner.
const BIDS_PER_DAY_MIN: u64 = 40;
/// Days beyond those that the history should need, for what follows it.
const DAYS_BEYOND: u64 = 90;
/// Events that are parsed at once: few, so that they do not count as the engine's memory.
const PARSED_EVENTS: usize = 2_000;
/// Of so many sections one is judged again by families of rules.
const SAMPLE_EVERY: u64 = 100;
/// Bids that follow the history one by one.
const FOLLOWING_BIDS: usize = 2_000;

/// How the load went.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Load {
    pub bids: u64,
    pub events: u64,
    pub sections: u64,
    pub parse_s: f64,
    pub take_s: f64,
    pub compute_s: f64,
    /// Time on processors, of taking in and computing; none where the kernel does not tell.
    pub cpu_s: Option<f64>,
}

impl Load {
    /// Lets the engine compute, with a word on how it goes.
    fn compute(&mut self, rig: &mut Rig, feed: impl FnOnce(&mut Rig)) {
        let (began, before) = (Clock::now(), cpu_s());
        feed(rig);
        self.compute_s += began.elapsed().as_secs_f64();
        self.on_cpu(before);
        let rate = self.bids as f64 / (self.take_s + self.compute_s);
        eprintln!("{}, {} bids/s", counted(self.bids, "bid"), grouped(rate as u64));
    }

    fn on_cpu(&mut self, before: Option<f64>) {
        let spent = cpu_s().zip(before).map(|(after, before)| after - before);
        self.cpu_s = self.cpu_s.zip(spent).map(|(sum, spent)| sum + spent);
    }
}

/// A venue as a stream of events.
pub(super) struct History {
    venue: Venue,
    first_day: Date,
    /// What is left of the present day.
    today: VecDeque<String>,
    bids: u64,
    /// How many days the bids take, about.
    days: i32,
    /// Codes of sections from all over it.
    pub sampled: Vec<String>,
}

impl History {
    /// A history of that many bids.
    pub fn new(bids: u64, seed: u64) -> Result<History> {
        // Five days in seven are worked.
        let a_day = (bids * 7).div_ceil(DAYS * 5).max(BIDS_PER_DAY_MIN);
        let days = (bids * 7).div_ceil(a_day * 5);
        let settings = Settings {
            seed,
            days: u32::try_from(days + DAYS_BEYOND)?,
            bids_per_day: u32::try_from(a_day)?,
            detail: Detail::Bids,
            ..Settings::default()
        };
        let first_day = settings.first_day;
        Ok(History {
            venue: Venue::new(settings)?,
            first_day,
            today: VecDeque::new(),
            bids,
            days: i32::try_from(days)?,
            sampled: Vec::new(),
        })
    }

    /// The first day, in days since 1970.
    pub fn first_day(&self) -> i32 {
        let day = self.first_day;
        let date = normalise::Date::from_ymd(day.year().into(), day.month().into(), day.day().into());
        date.map_or(0, |date| date.0)
    }

    fn next(&mut self) -> Option<String> {
        while self.today.is_empty() {
            self.today = self.venue.next()?.events.into_iter().map(|event| event.json).collect();
        }
        self.today.pop_front()
    }

    /// Loads all bids, timing what comes after parsing.
    pub fn load(&mut self, rig: &mut Rig) -> Result<Load> {
        let mut load = Load { cpu_s: cpu_s().map(|_| 0.0), ..Load::default() };
        let mut latest = i64::MIN;
        // The clock first, as when the daemon starts: near the end, which nobody knows yet.
        rig.pass(noon(self.first_day() + self.days), Pace::Jump);
        while load.bids < self.bids {
            let events = self.parse(rig, &mut load)?;
            latest = events.last().map_or(latest, |event| event.time.0);
            let before = cpu_s();
            let (full, take_s) = rig.gather(&events);
            load.take_s += take_s;
            load.on_cpu(before);
            if let Some(commit) = full {
                load.compute(rig, |rig| rig.feed(commit));
            }
        }
        if let Some(commit) = rig.gathered() {
            load.compute(rig, |rig| rig.feed(commit));
        }
        load.compute(rig, |rig| drop(rig.pass(latest, Pace::Jump)));
        while let Some(commit) = rig.judging() {
            load.compute(rig, |rig| rig.feed(commit));
        }
        Ok(load)
    }

    /// The next events through the door, ending with the last bid of the history.
    fn parse(&mut self, rig: &Rig, load: &mut Load) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(PARSED_EVENTS);
        while events.len() < PARSED_EVENTS && load.bids < self.bids {
            let json = self.next().context("the simulated venue ended before its bids were enough")?;
            let began = Clock::now();
            let event = rig.admit(&json)?;
            load.parse_s += began.elapsed().as_secs_f64();
            match &event.data {
                Data::BidSubmitted(_) => load.bids += 1,
                Data::SectionAnnounced(announced) => {
                    if load.sections.is_multiple_of(SAMPLE_EVERY) {
                        self.sampled.push(announced.section.as_str().to_owned());
                    }
                    load.sections += 1;
                }
                _ => {}
            }
            events.push(event);
        }
        load.events += events.len() as u64;
        Ok(events)
    }

    /// What follows the history, until there are bids enough to measure.
    pub fn following(&mut self, rig: &Rig) -> Result<Vec<Event>> {
        let (mut events, mut bids) = (Vec::new(), 0);
        while bids < FOLLOWING_BIDS {
            let Some(json) = self.next() else { break };
            let event = rig.admit(&json)?;
            bids += usize::from(matches!(event.data, Data::BidSubmitted(_)));
            events.push(event);
        }
        Ok(events)
    }
}
