//! All that the rules look at, and how events are read: their names, their order, what they say.

use super::parties::Parties;
use super::terms::{self, Section};
use std::collections::BTreeMap;
use std::rc::Rc;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::{Data, Event, Person};
use xiezhi_dataflows::normalise::{Date, Instant};
use xiezhi_dataflows::params::{Params, Thresholds};

/// The events of some types among these, each with what it says.
macro_rules! told {
    ($events:expr, $($kind:ident)|+) => {
        $events.iter().filter_map(|event| match &event.data {
            $(xiezhi_dataflows::event::Data::$kind(said))|+ => Some((*event, &**said)),
            _ => None,
        })
    };
}
pub(super) use told;

/// An event's name: source and id.
pub type Name<'a> = (&'a str, &'a str);

/// The name of an event.
pub fn name(event: &Event) -> Name<'_> {
    (&event.source, &event.id)
}

/// The name of an event as keys write it.
pub fn written((source, id): Name<'_>) -> String {
    format!("{source}#{id}")
}

/// Of several offers of a single value, the one from the latest time; equal times: the greater name.
pub fn latest<'a, T>(offers: impl Iterator<Item = (&'a Event, Option<T>)>) -> Option<(T, Name<'a>)> {
    let given = offers.filter_map(|(event, value)| Some((event, value?)));
    given.max_by_key(|(event, _)| (event.time, name(event))).map(|(event, value)| (value, name(event)))
}

/// The latest of several events with what it says.
pub fn latest_told<'a, T>(told: impl Iterator<Item = (&'a Event, T)>) -> Option<(&'a Event, T)> {
    told.max_by_key(|(event, _)| (event.time, name(event)))
}

/// The earliest of several instants; equal ones: the smaller name.
pub fn earliest<'a>(offers: impl Iterator<Item = (&'a Event, Instant)>) -> Option<(Instant, Name<'a>)> {
    offers.map(|(event, at)| (at, name(event))).min()
}

/// When something was, by the event's own time where it does not say.
pub fn at(event: &Event, given: Option<Instant>) -> Instant {
    given.unwrap_or(event.time)
}

/// A person's pseudonym. Names alone tell nobody apart.
pub fn id(person: &Person) -> Option<&str> {
    person.id.as_deref()
}

/// Whether a local date lies in the last so many days before today.
pub fn within(day: Date, days: i32, today: Date) -> bool {
    (0..=days).contains(&(today.0 - day.0))
}

/// The same day so many years later (or earlier); 29 February may become the 28th.
pub fn years_later(day: Date, years: i64) -> Date {
    let (year, month, day) = day.ymd();
    let same = Date::from_ymd(year + years, month, day);
    same.or_else(|_| Date::from_ymd(year + years, month, 28)).expect("a date")
}

/// All that the rules look at.
pub struct World<'a> {
    /// The events that hold.
    pub events: Vec<&'a Event>,
    /// Every section that an event speaks of.
    pub sections: Vec<Section<'a>>,
    /// What is recorded of organisations.
    pub parties: Parties<'a>,
    /// The parameters.
    pub rules: Rc<Params>,
    /// Which days are worked.
    pub calendar: Calendar,
    /// What time it is.
    pub now: Instant,
}

impl<'a> World<'a> {
    /// The world as these events make it.
    pub fn of(events: Vec<&'a Event>, now: Instant, rules: &Params) -> World<'a> {
        let rules = Rc::new(rules.clone());
        let mut projects: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in &events {
            if let Data::ProjectRegistered(registered) = &event.data {
                projects.entry(&registered.project).or_default().push(event);
            }
        }
        let (sections, parties) = (terms::sections(&events, &projects, &rules), Parties::of(&events));
        let calendar = rules.calendar.clone();
        World { events, sections, parties, rules, calendar, now }
    }

    /// The thresholds.
    pub fn thresholds(&self) -> &Thresholds {
        &self.rules.thresholds
    }

    /// The local date.
    pub fn today(&self) -> Date {
        self.now.local_date()
    }
}
