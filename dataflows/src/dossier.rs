//! The dossier: all facts of one section, merged and put in order, as the section rules see it.
//!
//! Built from the section's rows inside the one reduce. Several events about one thing add up here:
//! identifying values accumulate, single values come from the event with the latest time (equal times: the
//! greater event name). What `events.md` and the *Terms* of `core-rules.md` define is computed once, here:
//! who is live, who is priced, who is different from whom, what the tenderer's own values are.
//!
//! *Invariants.* A dossier is a function of the set of rows: neither their order nor their number matters.
//! The tenderer's own values never get in. Bidders are sorted by number, shared values by (kind, value,
//! bidder), so that grouping is a scan.

use crate::event::{Gravity, Industry, Method, WitnessKind};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};
use std::sync::Arc;

/// A value and the event it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The event that gave it.
    pub event: EventRef,
}

/// One bidder's bid in the section.
#[derive(Clone, Debug, Default)]
pub struct Bid {
    /// The bidder.
    pub bidder: Symbol,
    /// The other members of its consortium.
    pub consortium: Vec<Symbol>,
    /// Uploaded at the venue: its device says nothing.
    pub on_site: bool,
    /// When it was submitted, µs.
    pub submitted_at: Option<Sourced<i64>>,
    /// The `time` of its first event: dates a bid without `submitted_at` in windows.
    pub first_event_at: i64,
    /// The first event of the bid in (time, name) order.
    pub first_event: EventRef,
    /// The price read out, fen.
    pub price: Option<Sourced<i64>>,
    /// The first `bid.opened`: when, µs.
    pub opened_at: Option<Sourced<i64>>,
    /// Whether the latest decryption succeeded.
    pub decrypted: Option<Sourced<bool>>,
    /// The earliest withdrawal, µs.
    pub withdrawn_at: Option<Sourced<i64>>,
    /// Who controls the bidder: each controller with the events of the chain.
    pub controllers: Vec<(Symbol, Vec<EventRef>)>,
    /// Not withdrawn at or before the opening.
    pub live: bool,
}

impl Bid {
    /// The price, if the bid is priced: live, opened with a price, decryption not failed.
    pub fn priced(&self) -> Option<Sourced<i64>> {
        let failed = self.decrypted.is_some_and(|d| !d.value);
        self.price.filter(|_| self.live && !failed)
    }

    /// The instant that dates the bid in windows, µs.
    pub fn dated_at(&self) -> i64 {
        self.submitted_at.map_or(self.first_event_at, |s| s.value)
    }
}

/// An identifying value that a bid shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// Kind and value.
    pub fact: Fact,
    /// The bid's index in [`Dossier::bids`].
    pub bid: u32,
    /// The event that shows it.
    pub event: EventRef,
}

/// The bids of one section that share one value of one kind.
#[derive(Clone, Debug)]
pub struct Group {
    /// Indices of the bids, sorted.
    pub bids: Vec<u32>,
    /// The events that show the value.
    pub events: Vec<EventRef>,
}

/// A witness record.
#[derive(Clone, Debug)]
pub struct Record {
    /// The event.
    pub event: EventRef,
    /// What was recorded.
    pub kind: WitnessKind,
    /// How grave.
    pub gravity: Gravity,
    /// Organisations concerned.
    pub parties: Vec<Symbol>,
    /// Persons concerned.
    pub persons: Vec<Symbol>,
}

/// An award.
#[derive(Clone, Copy, Debug)]
pub struct Award {
    /// Who was awarded.
    pub winner: Symbol,
    /// The event.
    pub event: EventRef,
}

/// Everything known of one section.
#[derive(Debug, Default)]
pub struct Dossier {
    /// The section.
    pub section: Symbol,
    /// Its project.
    pub project: Option<Symbol>,
    /// The project's tenderer.
    pub tenderer: Option<Sourced<Symbol>>,
    /// The department that supervises it.
    pub department: Option<Symbol>,
    /// The industry.
    pub industry: Option<Industry>,
    /// The method of purchase.
    pub method: Option<Sourced<Method>>,
    /// Ceiling price, fen.
    pub ceiling: Option<Sourced<i64>>,
    /// Submission deadline, µs.
    pub deadline: Option<Sourced<i64>>,
    /// Planned opening, µs.
    pub opening_at: Option<Sourced<i64>>,
    /// The opening: the first `opening.started`, else the first `bid.opened`, µs.
    pub opening: Option<Sourced<i64>>,
    /// Failed, suspended or cancelled.
    pub halted: bool,
    /// Instants that have passed, µs.
    pub passed: Vec<i64>,
    /// The award, if the section is decided.
    pub award: Option<Award>,
    /// The bids, sorted by bidder.
    pub bids: Vec<Bid>,
    /// Identifying values, sorted by (kind, value, bid); the tenderer's own left out.
    pub shown: Vec<Shown>,
    /// Witness records.
    pub records: Vec<Record>,
}

/// The latest offer of a single value: by time, then by event name.
struct Latest<T> {
    best: Option<(i64, EventRef, T)>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Latest { best: None }
    }
}

impl<T: Copy> Latest<T> {
    fn offer(&mut self, row: &Row, value: Option<T>, names: &Symbols) {
        let Some(value) = value else { return };
        let later = match self.best {
            None => true,
            Some((at, event, _)) => {
                row.at > at || row.at == at && event != row.event && names.name_is_greater(row.event, event)
            }
        };
        if later {
            self.best = Some((row.at, row.event, value));
        }
    }

    fn sourced(&self) -> Option<Sourced<T>> {
        self.best.as_ref().map(|(_, event, value)| Sourced { value: *value, event: *event })
    }
}

/// The earlier of two instants; equal ones: the smaller event name.
fn earlier(held: Option<Sourced<i64>>, value: i64, event: EventRef, names: &Symbols) -> Option<Sourced<i64>> {
    match held {
        Some(h) if h.value < value || h.value == value && names.name_is_greater(event, h.event) => held,
        _ => Some(Sourced { value, event }),
    }
}

/// Facts that identify who made or sent a bid.
fn identifies(kind: FactKind) -> bool {
    (FactKind::Mac..=FactKind::Account).contains(&kind)
}

/// What is merged per bid before the dossier is finished.
#[derive(Default)]
struct Merging {
    submitted_at: Latest<i64>,
    on_site: Latest<bool>,
    manager: Latest<Symbol>,
    price: Latest<i64>,
    decrypted: Latest<bool>,
}

impl Dossier {
    /// Merges the rows of one section.
    pub fn build<'a>(
        section: Symbol,
        rows: impl Iterator<Item = &'a Row> + Clone,
        names: &Symbols,
    ) -> Dossier {
        let mut dossier = Dossier { section, ..Dossier::default() };
        dossier.merge_section(rows.clone(), names);
        dossier.merge_bids(rows, names);
        dossier
    }

    fn merge_section<'a>(&mut self, rows: impl Iterator<Item = &'a Row> + Clone, names: &Symbols) {
        let mut project = Latest::default();
        let (mut ceiling, mut deadline, mut opening_at) =
            (Latest::default(), Latest::default(), Latest::default());
        let (mut started, mut award) = (None, Latest::default());
        for row in rows.clone() {
            let number = |kind| row.one(kind).map(Fact::as_number);
            let symbol = |kind| row.one(kind).map(Fact::as_symbol);
            match row.kind {
                RowKind::Section => {
                    project.offer(row, symbol(FactKind::Project), names);
                    ceiling.offer(row, number(FactKind::Ceiling), names);
                    deadline.offer(row, number(FactKind::Deadline), names);
                    opening_at.offer(row, number(FactKind::OpeningAt), names);
                }
                RowKind::Halted => self.halted = true,
                RowKind::OpeningStarted => {
                    started = earlier(started, number(FactKind::At).unwrap_or(row.at), row.event, names);
                }
                RowKind::Award => award.offer(row, symbol(FactKind::Winner), names),
                RowKind::Witness => self.records.push(Record::of(row)),
                RowKind::Passed => self.passed.extend(number(FactKind::At)),
                _ => {}
            }
        }
        self.project = project.sourced().map(|p| p.value);
        self.ceiling = ceiling.sourced();
        self.deadline = deadline.sourced();
        self.opening_at = opening_at.sourced();
        self.opening = started;
        self.award = award.sourced().map(|a| Award { winner: a.value, event: a.event });
        self.records.sort_by_key(|r| r.event);
        self.merge_project(rows.filter(|r| r.kind == RowKind::Project), names);
    }

    /// Only the project that the section belongs to now: a section may have been moved.
    fn merge_project<'a>(&mut self, rows: impl Iterator<Item = &'a Row>, names: &Symbols) {
        let (mut tenderer, mut department) = (Latest::default(), Latest::default());
        let (mut industry, mut method) = (Latest::default(), Latest::default());
        for row in rows.filter(|r| r.one(FactKind::Project).map(Fact::as_symbol) == self.project) {
            let symbol = |kind| row.one(kind).map(Fact::as_symbol);
            let index = |kind| row.one(kind).map(|f| f.value() as usize);
            tenderer.offer(row, symbol(FactKind::Tenderer), names);
            department.offer(row, symbol(FactKind::Department), names);
            industry.offer(row, index(FactKind::Industry), names);
            method.offer(row, index(FactKind::Method), names);
        }
        self.tenderer = tenderer.sourced();
        self.department = department.sourced().map(|d| d.value);
        self.industry = industry.sourced().and_then(|i| Industry::ALL.get(i.value).copied());
        self.method = method
            .sourced()
            .and_then(|m| Method::ALL.get(m.value).map(|method| Sourced { value: *method, event: m.event }));
    }

    fn merge_bids<'a>(&mut self, rows: impl Iterator<Item = &'a Row> + Clone, names: &Symbols) {
        // Bidders of a section: who has a submission or an opening there.
        let bidding = |r: &&Row| matches!(r.kind, RowKind::Submitted | RowKind::Opened);
        let mut bidders: Vec<Symbol> = rows.clone().filter(bidding).map(|r| r.bidder).collect();
        bidders.sort_unstable();
        bidders.dedup();
        self.bids =
            bidders.iter().map(|b| Bid { bidder: *b, first_event_at: i64::MAX, ..Bid::default() }).collect();
        let mut merging: Vec<Merging> = bidders.iter().map(|_| Merging::default()).collect();
        let mut own: Vec<u64> = rows
            .clone()
            .filter(|r| r.kind == RowKind::Section)
            .flat_map(|r| r.all(FactKind::Own).map(Fact::value))
            .collect();
        own.sort_unstable();
        for row in rows {
            let Ok(at) = bidders.binary_search(&row.bidder) else { continue };
            let (bid, merging) = (&mut self.bids[at], &mut merging[at]);
            let number = |kind| row.one(kind).map(Fact::as_number);
            match row.kind {
                RowKind::Submitted => {
                    bid.date_first_event(row, names);
                    merging.submitted_at.offer(row, number(FactKind::SubmittedAt), names);
                    merging.on_site.offer(row, number(FactKind::OnSite).map(|n| n != 0), names);
                    let manager = row.one(FactKind::Manager).map(Fact::as_symbol);
                    merging.manager.offer(row, manager, names);
                    bid.consortium.extend(row.all(FactKind::Member).map(Fact::as_symbol));
                }
                RowKind::Opened => {
                    bid.date_first_event(row, names);
                    merging.price.offer(row, number(FactKind::Price), names);
                    let at = number(FactKind::At).unwrap_or(row.at);
                    bid.opened_at = earlier(bid.opened_at, at, row.event, names);
                }
                RowKind::Decrypted => {
                    merging.decrypted.offer(row, number(FactKind::Decrypted).map(|n| n != 0), names);
                }
                RowKind::Withdrawn => {
                    let at = number(FactKind::At).unwrap_or(row.at);
                    bid.withdrawn_at = earlier(bid.withdrawn_at, at, row.event, names);
                }
                RowKind::Control => bid.controllers = chains(&row.facts),
                _ => {}
            }
            let values = row.facts.iter().filter(|f| identifies(f.kind()) && f.kind() != FactKind::Manager);
            let values = values.filter(|f| own.binary_search(&f.value()).is_err());
            self.shown.extend(values.map(|f| Shown { fact: *f, bid: at as u32, event: row.event }));
        }
        for (at, (bid, merging)) in self.bids.iter_mut().zip(&merging).enumerate() {
            bid.submitted_at = merging.submitted_at.sourced();
            bid.on_site = merging.on_site.sourced().is_some_and(|o| o.value);
            bid.price = merging.price.sourced();
            bid.decrypted = merging.decrypted.sourced();
            bid.consortium.sort_unstable();
            bid.consortium.dedup();
            if let Some(manager) = merging.manager.sourced() {
                let fact = Fact::symbol(FactKind::Manager, manager.value);
                self.shown.push(Shown { fact, bid: at as u32, event: manager.event });
            }
        }
        self.shown.sort_unstable();
        self.shown.dedup();
        if self.opening.is_none() {
            for opened in self.bids.iter().filter_map(|b| b.opened_at) {
                self.opening = earlier(self.opening, opened.value, opened.event, names);
            }
        }
        let opening = self.opening.map_or(i64::MAX, |o| o.value);
        for bid in &mut self.bids {
            bid.live = bid.withdrawn_at.is_none_or(|w| w.value > opening);
        }
    }

    /// Whether two bids are of different bidders: neither is in the other's consortium.
    pub fn different(&self, a: u32, b: u32) -> bool {
        let (a, b) = (&self.bids[a as usize], &self.bids[b as usize]);
        a.bidder != b.bidder && !a.consortium.contains(&b.bidder) && !b.consortium.contains(&a.bidder)
    }

    /// Whether at least two of the bids are of different bidders.
    pub fn holds_different(&self, bids: &[u32]) -> bool {
        // Nearly always the first two are; only consortia make it look further.
        bids.iter().enumerate().any(|(i, a)| bids[i + 1..].iter().any(|b| self.different(*a, *b)))
    }

    /// Groups of bids that share a value of this kind and hold at least two different bidders, in order of
    /// the value. `counts` leaves bids out (those uploaded at the venue, say).
    pub fn groups(&self, kind: FactKind, counts: impl Fn(&Bid) -> bool) -> Vec<(Fact, Group)> {
        let shown = self.of_kind(kind).iter().filter(|s| counts(&self.bids[s.bid as usize])).copied();
        self.group(shown.collect())
    }

    /// Groups any (value, bid, event) triples that are sorted.
    pub fn group(&self, shown: Vec<Shown>) -> Vec<(Fact, Group)> {
        let mut groups = Vec::new();
        for same in shown.chunk_by(|a, b| a.fact == b.fact) {
            if same[0].bid == same[same.len() - 1].bid {
                continue;
            }
            let mut bids: Vec<u32> = same.iter().map(|s| s.bid).collect();
            bids.dedup();
            if self.holds_different(&bids) {
                groups.push((same[0].fact, Group { bids, events: same.iter().map(|s| s.event).collect() }));
            }
        }
        groups
    }

    /// All shown values of a kind.
    pub fn of_kind(&self, kind: FactKind) -> &[Shown] {
        let from = self.shown.partition_point(|s| s.fact.kind() < kind);
        let to = self.shown.partition_point(|s| s.fact.kind() <= kind);
        &self.shown[from..to]
    }

    /// The bidders behind bid indices.
    pub fn bidders<'a>(&'a self, bids: &'a [u32]) -> impl Iterator<Item = Symbol> + 'a {
        bids.iter().map(|b| self.bids[*b as usize].bidder)
    }

    /// How many bids are live.
    pub fn live(&self) -> usize {
        self.bids.iter().filter(|b| b.live).count()
    }
}

impl Bid {
    fn date_first_event(&mut self, row: &Row, names: &Symbols) {
        let first = row.at < self.first_event_at
            || row.at == self.first_event_at && names.name_is_greater(self.first_event, row.event);
        if first {
            self.first_event_at = row.at;
            self.first_event = row.event;
        }
    }
}

impl Record {
    fn of(row: &Row) -> Record {
        let index = |kind| row.one(kind).map_or(usize::MAX, |f| f.value() as usize);
        Record {
            event: row.event,
            kind: WitnessKind::ALL.get(index(FactKind::WitnessKind)).copied().unwrap_or(WitnessKind::Other),
            gravity: Gravity::ALL.get(index(FactKind::Gravity)).copied().unwrap_or(Gravity::Note),
            parties: row.all(FactKind::Party).map(Fact::as_symbol).collect(),
            persons: row.all(FactKind::Person).map(Fact::as_symbol).collect(),
        }
    }
}

/// Controllers and the events of the chain to each, as a control row lists them.
fn chains(facts: &Arc<[Fact]>) -> Vec<(Symbol, Vec<EventRef>)> {
    let mut chains: Vec<(Symbol, Vec<EventRef>)> = Vec::new();
    for fact in facts.iter() {
        match (fact.kind(), chains.last_mut()) {
            (FactKind::Controller, _) => chains.push((fact.as_symbol(), Vec::new())),
            (FactKind::Via, Some((_, events))) => events.push(EventRef(fact.value() as u32)),
            _ => {}
        }
    }
    chains
}
