//! What is known, from elsewhere, of the organisations and persons whom a section concerns.

use super::merge::is_later;
use crate::event::CreditKind;
use crate::judge::{Day, day_of};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};

/// What is known of one organisation or person.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The organisation or person.
    pub subject: Symbol,
    /// Who controls it, nearest first.
    pub controllers: Vec<Controller>,
    /// The latest `party.recorded`.
    pub record: Option<PartyRecord>,
    /// Credit entries, sorted by event.
    pub credits: Vec<Credit>,
    /// By whom the person is or was employed, sorted by event.
    pub employments: Vec<Employment>,
    /// Contracts with the person as manager, sorted by event.
    pub contracts: Vec<Contract>,
}

/// One who controls an organisation, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// Who.
    pub who: Symbol,
    /// Whether a person.
    pub is_person: bool,
    /// The events of a shortest chain.
    pub chain: Vec<EventRef>,
}

/// An organisation's record in the register.
#[derive(Clone, Debug, Default)]
pub struct PartyRecord {
    /// The event.
    pub event: EventRef,
    at: i64,
    /// Legal representative.
    pub legal_representative: Option<Symbol>,
    /// Directors.
    pub directors: Vec<Symbol>,
    /// Registered address, folded.
    pub address: Option<Symbol>,
    /// Who holds shares.
    pub holders: Vec<Holder>,
}

/// One who holds a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Who.
    pub who: Symbol,
    /// Whether a person.
    pub is_person: bool,
    /// Share, parts per million.
    pub share: Option<u32>,
    /// Whether it is said to control.
    pub controls: bool,
}

impl Holder {
    /// Control by share or as stated (`core-rules.md`, Terms).
    pub fn has_control(&self) -> bool {
        /// More than half, in millionths.
        const MAJORITY: u32 = 500_000;
        self.controls || self.share.is_some_and(|share| share > MAJORITY)
    }
}

/// A credit entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// Its code.
    pub entry: Symbol,
    /// The event.
    pub event: EventRef,
    /// Of which kind.
    pub kind: CreditKind,
    /// First day.
    pub from: Day,
    /// Last day, if it ends.
    pub until: Option<Day>,
    /// When it was removed, µs.
    pub removed_at: Option<i64>,
}

impl Credit {
    /// Reads an entry off a listing's or a joined row.
    pub fn of(row: &Row) -> Option<Credit> {
        let day = |kind| row.number(kind).map(|day| day as Day);
        Some(Credit {
            entry: row.symbol(FactKind::Entry)?,
            event: row.event,
            kind: row.word(FactKind::CreditKind, CreditKind::ALL)?,
            from: day(FactKind::FromDay)?,
            until: day(FactKind::UntilDay),
            removed_at: row.number(FactKind::EndedAt),
        })
    }

    /// Whether it is in force at an instant (µs): from ≤ date ≤ until, not removed before.
    pub fn in_force(&self, at: i64) -> bool {
        let day = day_of(at);
        self.from <= day
            && self.until.is_none_or(|until| day <= until)
            && self.removed_at.is_none_or(|removed| removed > at)
    }
}

/// An employment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Employment {
    /// The event.
    pub event: EventRef,
    /// By whom.
    pub employer: Symbol,
    /// First day.
    pub from: Day,
    /// Last day, if it has ended.
    pub until: Option<Day>,
}

/// A contract of a section and its manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// `contract.signed`.
    pub event: EventRef,
    /// The section.
    pub section: Symbol,
    /// When it was signed, µs.
    pub signed_at: i64,
    /// When it was completed, µs.
    pub completed_at: Option<i64>,
}

/// The holders that a party's row names.
pub fn holders(facts: &[Fact]) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
    for fact in facts {
        match (fact.kind(), holders.last_mut()) {
            (FactKind::HolderOrg | FactKind::HolderPerson, _) => holders.push(Holder {
                who: fact.as_symbol(),
                is_person: fact.kind() == FactKind::HolderPerson,
                share: None,
                controls: false,
            }),
            (FactKind::Share, Some(holder)) => holder.share = Some(fact.value() as u32),
            (FactKind::Controls, Some(holder)) => holder.controls = fact.value() != 0,
            _ => {}
        }
    }
    holders
}

fn controllers(facts: &[Fact]) -> Vec<Controller> {
    let mut chains: Vec<Controller> = Vec::new();
    for fact in facts {
        match (fact.kind(), chains.last_mut()) {
            (FactKind::Controller | FactKind::ControllerPerson, _) => chains.push(Controller {
                who: fact.as_symbol(),
                is_person: fact.kind() == FactKind::ControllerPerson,
                chain: Vec::new(),
            }),
            (FactKind::Via, Some(controller)) => controller.chain.push(EventRef(fact.value() as u32)),
            _ => {}
        }
    }
    chains
}

impl Known {
    fn take(&mut self, row: &Row, names: &Symbols) {
        let day = |kind| row.number(kind).map(|day| day as Day);
        match row.kind {
            RowKind::Control => self.controllers = controllers(&row.facts),
            RowKind::Party => {
                let held = self.record.as_ref().map(|record| (record.at, record.event));
                if held.is_none_or(|held| is_later(row, held, names)) {
                    self.record = Some(PartyRecord {
                        event: row.event,
                        at: row.at,
                        legal_representative: row.symbol(FactKind::LegalRepresentative),
                        directors: row.all(FactKind::Director).map(Fact::as_symbol).collect(),
                        address: row.symbol(FactKind::Address),
                        holders: holders(&row.facts),
                    });
                }
            }
            RowKind::Credit => self.credits.extend(Credit::of(row)),
            RowKind::Employment => self.employments.push(Employment {
                event: row.event,
                employer: row.symbol(FactKind::Employer).unwrap_or(Symbol::NONE),
                from: day(FactKind::FromDay).unwrap_or(Day::MIN),
                until: day(FactKind::UntilDay),
            }),
            RowKind::Contract => self.contracts.push(Contract {
                event: row.event,
                section: row.symbol(FactKind::Section).unwrap_or(Symbol::NONE),
                signed_at: row.acted_at(),
                completed_at: row.number(FactKind::EndedAt),
            }),
            _ => {}
        }
    }

    /// The chain of events by which `who` controls this organisation.
    pub fn controlled_by(&self, who: Symbol) -> Option<&[EventRef]> {
        self.controllers.iter().find(|c| c.who == who).map(|c| c.chain.as_slice())
    }
}

/// What is known of each subject, sorted by subject.
pub fn merge<'a>(rows: impl Iterator<Item = &'a Row>, names: &Symbols) -> Vec<Known> {
    let mut known: Vec<Known> = Vec::new();
    for row in rows.filter(|row| row.kind >= RowKind::Party && row.bidder.is_some()) {
        let at = known.binary_search_by_key(&row.bidder, |k| k.subject).unwrap_or_else(|at| {
            known.insert(at, Known { subject: row.bidder, ..Known::default() });
            at
        });
        known[at].take(row, names);
    }
    for known in &mut known {
        known.credits.sort_unstable_by_key(|credit| credit.event);
        known.employments.sort_unstable_by_key(|employment| employment.event);
        known.contracts.sort_unstable_by_key(|contract| contract.event);
    }
    known
}
