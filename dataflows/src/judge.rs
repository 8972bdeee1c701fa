//! The one reduce: all section rules over all facts of a section, and what history rules need from it.
//!
//! Differential's cost is in scheduling operators, not in data; eighty rules as eighty dataflows would cost
//! milliseconds an event. Here all rows of a section meet in one group, become a [`Dossier`], and every rule
//! is a plain function over it. The same pass dates the bids and says which values they used, and
//! who met whom in a decided section, so that these are told once and by the same merged view.
//!
//! *Invariants.* The output is a function of the set of rows and of the parameters; it is sorted and has no repeats
//! (differential cancels old against new output by equality).

use crate::details::{Detail, Terms};
use crate::dossier::{Credit, Dossier, Record};
use crate::editions::{EditionNo, Editions};
use crate::event::{CreditKind, Gravity};
use crate::finding::{Finding, Published};
use crate::history::counts::{Count, Counted};
use crate::history::window::Dated;
use crate::indicators::{self, Contribution, Packed};
use crate::matter::{Matter, is_matter};
use crate::normalise::Date;
use crate::params::Params;
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::rules::{self, Conclusions, Judged};
use crate::symbols::{EventRef, Symbol, Symbols};
use crate::watch::{self, Watched};
use serde::{Deserialize, Serialize};
use std::rc::Rc;
use std::sync::Arc;

/// What one section gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Output {
    /// To be published.
    Published(Published),
    /// What holds for some days only.
    Dated(Dated),
    /// What the rules on details need to know of the section.
    ForDetails(Detail),
    /// An opening that ended.
    Session(Session),
    /// Somebody has a part in a key project that is under way.
    Watched(Watched),
}

/// A local date (+08:00), days since 1970-01-01.
pub type Day = i32;

/// The values that one event of a bid shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Use {
    /// The bidder.
    pub bidder: Symbol,
    /// The day that dates the bid.
    pub day: Day,
    /// The event.
    pub event: EventRef,
    /// Whether it is the bid's first event and the section small enough for pairs to be counted.
    pub counted: bool,
    /// The event's facts; only those [`tracked`] count.
    pub values: Arc<[Fact]>,
}

/// Who bid in a decided section, and who won.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Roster {
    /// The awarded bidder.
    pub winner: Symbol,
    /// The award.
    pub award: EventRef,
    /// Whether the section is small enough for pairs to be counted.
    pub counted: bool,
    /// Bidder, the day that dates the bid, its first event; sorted.
    pub bids: Vec<(Symbol, Day, EventRef)>,
}

/// An opening in a room, from start to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Session {
    /// When it started, µs.
    pub from: i64,
    /// When it was closed, µs.
    pub to: i64,
    /// Where.
    pub room: Symbol,
    /// Of which section.
    pub section: Symbol,
    /// `opening.started`.
    pub started: EventRef,
    /// `opening.closed`.
    pub closed: EventRef,
}

/// Microseconds of a day, and of the offset of the local time (+08:00).
const DAY_US: i64 = 86_400_000_000;
const OFFSET_US: i64 = 8 * 3_600_000_000;

/// How long withdrawals and awards count, days after their own (HIS-10, HIS-14).
const YEAR_DAYS: u32 = 365;
/// How long witness records count (WIT-19).
const RECORDS_DAYS: u32 = 180;
/// How long entries of kind collusion count, calendar years (CRD-02).
const COLLUSION_YEARS: i32 = 3;

/// The local date of an instant.
pub fn day_of(at: i64) -> Day {
    (at + OFFSET_US).div_euclid(DAY_US) as Day
}

/// The instant at which a local date begins, µs.
pub fn begin_of(day: Day) -> i64 {
    i64::from(day) * DAY_US - OFFSET_US
}

/// The kinds of value that are followed across sections: DEV-12 and, of persons, PER-06.
pub fn tracked(kind: FactKind) -> bool {
    is_code(kind) || is_person(kind)
}

fn is_code(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::Mac
            | FactKind::CpuId
            | FactKind::DiskSerial
            | FactKind::MemorySerial
            | FactKind::BoardSerial
            | FactKind::MachineCode
            | FactKind::PricingLock
            | FactKind::CaLock
            | FactKind::FeatureCode
    )
}

/// Whether a bid names a person in this place.
pub fn is_person(kind: FactKind) -> bool {
    matches!(kind, FactKind::Agent | FactKind::Manager | FactKind::Staff | FactKind::Contact)
}

/// Everything that a judgement needs besides the rows.
pub struct Bench {
    /// Parameters.
    pub params: Arc<Params>,
    /// Names, for ties of time.
    pub symbols: Arc<Symbols>,
}

/// A bench for each edition of the rules.
pub struct Benches {
    editions: Arc<Editions>,
    symbols: Arc<Symbols>,
}

impl Benches {
    /// Benches over these editions.
    pub fn new(editions: Arc<Editions>, symbols: Arc<Symbols>) -> Benches {
        Benches { editions, symbols }
    }

    /// Names.
    pub fn symbols(&self) -> &Arc<Symbols> {
        &self.symbols
    }

    /// The bench of an edition's newest parameters.
    pub fn newest(&self, edition: EditionNo) -> Rc<Bench> {
        let params = self.editions.get(edition).newest().clone();
        Rc::new(Bench { params, symbols: self.symbols.clone() })
    }

    /// The bench that judges on these terms.
    pub fn on(&self, terms: Terms) -> Bench {
        let edition = self.editions.get(terms.edition);
        Bench { params: edition.on(terms.day).clone(), symbols: self.symbols.clone() }
    }

    /// On which terms a section or matter of these rows is judged; none if all that is left of it came from elsewhere.
    fn terms<'a>(&self, rows: impl Iterator<Item = &'a Row> + Clone) -> Option<Terms> {
        let own = rows.clone().filter(|row| !row.kind.is_joined());
        // A section's source is that of its first notice, else of its first event.
        let place = |row: &Row| (row.kind != RowKind::Announced, row.at);
        let first = own.clone().map(place).min()?;
        let sources = own.clone().filter(|row| place(row) == first).map(|row| self.symbols.source(row.event));
        let source = sources.reduce(|a, b| self.symbols.first_of(a, b))?;
        let edition = rows.clone().filter_map(|row| row.one(FactKind::Edition)).map(Fact::value).max();
        let announced = rows.filter_map(|row| row.number(FactKind::AnnouncedAt)).min();
        let day = announced.or_else(|| own.map(|row| row.at).min()).map_or(Day::MAX, day_of);
        Some(Terms { edition: edition.unwrap_or(0) as EditionNo, day, source })
    }

    /// Judges the rows of one section or matter into sorted outputs.
    pub fn outputs<'a>(&self, section: Symbol, rows: impl Iterator<Item = &'a Row> + Clone) -> Vec<Output> {
        self.terms(rows.clone()).map_or_else(Vec::new, |terms| self.on(terms).outputs(section, rows, terms))
    }

    /// Judges one section's rows and tells every section rule's outcome; none if all that is left of the section came from
    /// elsewhere.
    pub fn explain<'a>(
        &self,
        section: Symbol,
        rows: impl Iterator<Item = &'a Row> + Clone,
        conclusions: &mut Conclusions,
    ) -> Option<Explained> {
        let terms = self.terms(rows.clone())?;
        let Bench { params, .. } = self.on(terms);
        let dossier = Dossier::build(section, rows, &self.symbols);
        let outcomes = rules::judge(&dossier, &params, conclusions);
        let bidders = dossier.bids.iter().map(|bid| bid.bidder).collect();
        Some(Explained { outcomes, terms, params, bidders })
    }
}

/// What is told of a section when somebody asks.
pub struct Explained {
    /// Every section rule's outcome.
    pub outcomes: Vec<Judged>,
    /// On which terms it is judged.
    pub terms: Terms,
    /// By which parameters.
    pub params: Arc<Params>,
    /// Who bids.
    pub bidders: Vec<Symbol>,
}

impl Bench {
    fn outputs<'a>(
        &self,
        section: Symbol,
        rows: impl Iterator<Item = &'a Row> + Clone,
        terms: Terms,
    ) -> Vec<Output> {
        let mut outputs = Vec::new();
        let mut conclusions = Conclusions::default();
        if is_matter(&rows) {
            let matter = Matter::build(rows, &self.symbols);
            rules::judge_matter(&matter, &self.params, &mut conclusions);
            conclude(conclusions, &mut outputs);
            outputs.extend(counted(&indicators::matter::contribution(&matter, &self.params)));
        } else {
            let dossier = Dossier::build(section, rows.clone(), &self.symbols);
            let judged = rules::judge(&dossier, &self.params, &mut conclusions);
            conclude(conclusions, &mut outputs);
            let counts = indicators::section::contribution(&dossier, &judged, &self.params, &self.symbols);
            outputs.extend(counted(&counts));
            let endings = judged.iter().map(|judged| (judged.rule, judged.outcome.ending())).collect();
            outputs.push(Output::Published(Published::Ended(terms.source, endings)));
            outputs.push(Output::ForDetails(Detail::Terms(terms)));
            self.uses(&dossier, rows, &mut outputs);
            self.met(&dossier, &mut outputs);
            outputs.extend(awarded(&dossier).map(Output::Dated));
            outputs.extend(session(&dossier).map(Output::Session));
            outputs.extend(roll(&dossier).map(Output::ForDetails));
            outputs.extend(watch::key_project(&dossier).into_iter().map(Output::Watched));
        }
        outputs.sort_unstable();
        outputs.dedup();
        outputs
    }

    /// Whether pairs are counted in the section: not in a crowd.
    fn counts_pairs(&self, dossier: &Dossier) -> bool {
        dossier.bids.len() <= self.params.thresholds.crowd as usize
    }

    fn met(&self, dossier: &Dossier, outputs: &mut Vec<Output>) {
        let Some(award) = dossier.outcome.award else { return };
        let bids: Vec<_> =
            dossier.bids.iter().map(|b| (b.bidder, day_of(b.dated_at()), b.first_event)).collect();
        let counted = self.counts_pairs(dossier);
        let roster = Arc::new(Roster { winner: award.winner, award: award.event, counted, bids });
        for (_, day, _) in &roster.bids {
            outputs.push(Output::Dated(Dated::Met(roster.clone(), *day)));
        }
    }

    /// The values each bid shows, event by event, without uploads at the venue and the tenderer's own.
    fn uses<'a>(
        &self,
        dossier: &Dossier,
        rows: impl Iterator<Item = &'a Row> + Clone,
        outputs: &mut Vec<Output>,
    ) {
        let counts_pairs = self.counts_pairs(dossier);
        let own = &dossier.notices.own;
        let tells =
            |row: &&Row| matches!(row.kind, RowKind::Submitted | RowKind::Decrypted | RowKind::Opened);
        for row in rows.filter(tells) {
            let Some(bid) = dossier.bid_of(row.bidder) else { continue };
            let counts = |fact: &Fact| {
                if is_code(fact.kind()) {
                    !bid.on_site && own.binary_search(&fact.value()).is_err()
                } else if fact.kind() == FactKind::Manager {
                    bid.manager.is_some_and(|m| m.event == row.event && m.value == fact.as_symbol())
                } else {
                    is_person(fact.kind())
                }
            };
            let counted = counts_pairs && row.event == bid.first_event;
            let of_interest = |fact: &&Fact| tracked(fact.kind());
            if !counted && !row.facts.iter().filter(of_interest).any(counts) {
                continue;
            }
            // Nearly always everything counts, and the row's facts are shared as they are.
            let values = if row.facts.iter().filter(of_interest).all(counts) {
                row.facts.clone()
            } else {
                row.facts.iter().filter(of_interest).filter(|fact| counts(fact)).copied().collect()
            };
            let day = day_of(bid.dated_at());
            let used = Use { bidder: row.bidder, day, event: row.event, counted, values };
            outputs.push(Output::Dated(Dated::Use(used)));
        }
    }
}

fn conclude(conclusions: Conclusions, outputs: &mut Vec<Output>) {
    let publish = |findings: Vec<Finding>, as_output: fn(Arc<Finding>) -> Published| {
        findings.into_iter().map(move |f| Output::Published(as_output(Arc::new(f))))
    };
    outputs.extend(publish(conclusions.findings, Published::Finding));
    outputs.extend(publish(conclusions.quality, Published::Quality));
}

/// What is contributed to the indicators, if anything is.
fn counted(contribution: &Contribution) -> Option<Output> {
    (!contribution.is_empty()).then(|| Output::Published(Published::Counted(Packed::pack(contribution))))
}

/// An award counts for its tenderer for a year.
fn awarded(dossier: &Dossier) -> Option<Dated> {
    let (award, tenderer) = (dossier.outcome.award?, dossier.project.tenderer?);
    let count = Count {
        counted: Counted::Awards,
        subject: tenderer.value,
        event: award.event,
        of: award.winner,
        value: award.price.unwrap_or(0),
    };
    Some(Dated::Count(count, day_of(award.notified_at), YEAR_DAYS))
}

fn session(dossier: &Dossier) -> Option<Session> {
    let meeting = &dossier.meeting;
    let (started, closed) = (meeting.started?, meeting.closed?);
    Some(Session {
        from: started.value,
        to: closed.value,
        room: meeting.room?,
        section: dossier.section,
        started: started.event,
        closed: closed.event,
    })
}

/// Who bids, if some bid has details.
fn roll(dossier: &Dossier) -> Option<Detail> {
    let bids = dossier.bids.iter().map(|bid| (bid.bidder, bid.consortium.clone()));
    dossier.bids.iter().any(|bid| bid.detailed).then(|| Detail::Roll(bids.collect()))
}

/// What a row tells to the counts by itself: withdrawals and witness records.
pub fn counts(row: &Row) -> Vec<(Symbol, Dated)> {
    let dated = |counted, subject: Symbol, days| {
        let count = Count { counted, subject, event: row.event, of: Symbol::NONE, value: 0 };
        (subject, Dated::Count(count, day_of(row.acted_at()), days))
    };
    match row.kind {
        RowKind::Withdrawn | RowKind::Declined => vec![dated(Counted::Withdrawals, row.bidder, YEAR_DAYS)],
        RowKind::Witness => {
            let record = Record::of(row);
            if record.gravity == Gravity::Note {
                return Vec::new();
            }
            let of = |counted, mut subjects: Vec<Symbol>| {
                subjects.sort_unstable();
                subjects.dedup();
                subjects.into_iter().map(move |subject| dated(counted, subject, RECORDS_DAYS))
            };
            let parties = of(Counted::RecordsOfParty, record.parties);
            parties.chain(of(Counted::RecordsOfPerson, record.persons)).collect()
        }
        _ => Vec::new(),
    }
}

/// What a credit entry tells to the counts: one of kind collusion, for three calendar years.
pub fn collusion_entry(subject: Symbol, row: &Row) -> Option<(Symbol, Dated)> {
    let credit = Credit::of(row).filter(|credit| credit.kind == CreditKind::Collusion)?;
    let is_person = row.one(FactKind::Party).is_none();
    let counted = if is_person { Counted::CollusionOfPerson } else { Counted::CollusionOfParty };
    let count = Count { counted, subject, event: credit.event, of: credit.entry, value: 0 };
    let days = Date(credit.from).years_later(COLLUSION_YEARS).0 - credit.from;
    Some((subject, Dated::Count(count, credit.from, days as u32)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_local_dates() {
        // 2026-01-01T00:00:00+08:00 is 2025-12-31T16:00:00Z.
        let new_year = 1_767_196_800_000_000;
        assert_eq!(day_of(new_year), day_of(new_year - 1) + 1);
        assert_eq!(begin_of(day_of(new_year)), new_year);
    }
}
