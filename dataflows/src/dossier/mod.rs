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

mod bids;
mod experts;
mod known;
mod merge;
mod section;

pub use bids::{Bid, Deposit, Shown};
pub use experts::{Attended, Committee, Expert};
pub use known::{Contract, Controller, Credit, Employment, Holder, Known, PartyRecord, holders};
pub use merge::{Latest, Sourced, earlier, is_later};
pub use section::{
    Award, Deal, DeviceReport, MaterialChange, Meeting, Notices, Objection, Outcome, Project, Record, Signed,
};

use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};

/// The bids of one section that share one value of one kind.
#[derive(Clone, Debug)]
pub struct Group {
    /// Indices of the bids, sorted.
    pub bids: Vec<u32>,
    /// The events that show the value.
    pub events: Vec<EventRef>,
}

/// Everything known of one section.
#[derive(Debug, Default)]
pub struct Dossier {
    /// The section.
    pub section: Symbol,
    /// What its notices say.
    pub notices: Notices,
    /// What is registered of its project.
    pub project: Project,
    /// The opening: the first `opening.started`, else the first `bid.opened`, µs.
    pub opening: Option<Sourced<i64>>,
    /// Failed or cancelled.
    pub ended: bool,
    /// Suspended.
    pub suspended: bool,
    /// The latest instant of those it waits for that has passed, µs.
    pub passed: Option<i64>,
    /// Opening, evaluation, and what the venue reports of them.
    pub meeting: Meeting,
    /// The committee.
    pub committee: Committee,
    /// Candidates, award, contract.
    pub outcome: Outcome,
    /// Objections and challenges.
    pub objections: Vec<Objection>,
    /// The bids, sorted by bidder.
    pub bids: Vec<Bid>,
    /// Values by which bids may be alike, sorted by (kind, value, bid); the tenderer's own left out.
    pub shown: Vec<Shown>,
    /// What is known from elsewhere of those whom the section concerns, sorted by subject.
    pub known: Vec<Known>,
}

/// Of sorted triples those of values that several bids show, value by value: few are.
pub fn shown_by_several(shown: &[Shown]) -> impl Iterator<Item = &[Shown]> {
    shown.chunk_by(|a, b| a.fact == b.fact).filter(|same| same[0].bid != same[same.len() - 1].bid)
}

impl Dossier {
    /// Merges the rows of one section.
    pub fn build<'a>(
        section: Symbol,
        rows: impl Iterator<Item = &'a Row> + Clone,
        names: &Symbols,
    ) -> Dossier {
        let notices = Notices::merge(rows.clone(), names);
        let project = Project::merge(notices.project, rows.clone(), names);
        let (bids, shown) = bids::merge(rows.clone(), &notices.own, names);
        let mut dossier = Dossier {
            section,
            project,
            bids,
            shown,
            notices,
            ended: rows.clone().any(|row| row.kind == RowKind::Ended),
            suspended: rows.clone().any(|row| row.kind == RowKind::Suspended),
            passed: rows.clone().filter(|row| row.kind == RowKind::Passed).map(Row::acted_at).max(),
            meeting: Meeting::merge(rows.clone(), names),
            committee: Committee::merge(rows.clone(), names),
            outcome: Outcome::merge(rows.clone(), names),
            objections: section::objections(rows.clone(), names),
            known: known::merge(rows, names),
            ..Dossier::default()
        };
        dossier.open(names);
        dossier
    }

    /// Dates the opening, and with it says who is live.
    fn open(&mut self, names: &Symbols) {
        self.opening = self.meeting.started;
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

    /// Failed, suspended or cancelled.
    pub fn is_halted(&self) -> bool {
        self.ended || self.suspended
    }

    /// Whether an instant that the section waits for has passed, µs.
    pub fn has_passed(&self, due: i64) -> bool {
        self.passed.is_some_and(|passed| passed >= due)
    }

    /// The bid of that bidder.
    pub fn bid_of(&self, bidder: Symbol) -> Option<&Bid> {
        self.bids.binary_search_by_key(&bidder, |bid| bid.bidder).ok().map(|at| &self.bids[at])
    }

    /// What is known of an organisation or person.
    pub fn known_of(&self, subject: Symbol) -> Option<&Known> {
        self.known.binary_search_by_key(&subject, |known| known.subject).ok().map(|at| &self.known[at])
    }

    /// The latest record of an organisation in the register.
    pub fn record_of(&self, org: Symbol) -> Option<&PartyRecord> {
        self.known_of(org)?.record.as_ref()
    }

    /// The chain of events by which one organisation or person controls another.
    pub fn control(&self, controller: Symbol, org: Symbol) -> Option<&[EventRef]> {
        self.known_of(org)?.controlled_by(controller)
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
        self.group_counting(self.of_kind(kind), counts)
    }

    /// Groups any (value, bid, event) triples that are sorted.
    pub fn group(&self, shown: &[Shown]) -> Vec<(Fact, Group)> {
        self.group_counting(shown, |_| true)
    }

    fn group_counting(&self, shown: &[Shown], counts: impl Fn(&Bid) -> bool) -> Vec<(Fact, Group)> {
        let mut groups = Vec::new();
        for same in shown_by_several(shown) {
            let counted = || same.iter().filter(|s| counts(&self.bids[s.bid as usize]));
            let mut bids: Vec<u32> = counted().map(|s| s.bid).collect();
            bids.dedup();
            if self.holds_different(&bids) {
                groups.push((same[0].fact, Group { bids, events: counted().map(|s| s.event).collect() }));
            }
        }
        groups
    }

    /// All shown values of a kind.
    pub fn of_kind(&self, kind: FactKind) -> &[Shown] {
        let from = self.shown.partition_point(|s| s.fact < Fact::least(kind));
        let of_kind_and_after = &self.shown[from..];
        let to = of_kind_and_after.partition_point(|s| s.fact.is(kind));
        &of_kind_and_after[..to]
    }

    /// The bidders behind bid indices.
    pub fn bidders<'a>(&'a self, bids: &'a [u32]) -> impl Iterator<Item = Symbol> + 'a {
        bids.iter().map(|b| self.bids[*b as usize].bidder)
    }

    /// The priced bids: index and price with its event, in order of (price, bidder).
    pub fn priced(&self) -> Vec<(u32, Sourced<i64>)> {
        let priced = self.bids.iter().enumerate();
        let mut priced: Vec<_> =
            priced.filter_map(|(at, bid)| bid.priced().map(|price| (at as u32, price))).collect();
        priced.sort_by_key(|(at, price)| (price.value, *at));
        priced
    }

    /// How many bids are live.
    pub fn live(&self) -> usize {
        self.bids.iter().filter(|b| b.live).count()
    }
}
