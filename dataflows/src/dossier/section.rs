//! The section itself: its notices, its project, its award and contract, objections, witness records.

use super::merge::{Latest, Sourced, earlier};
use crate::event::{DeviceState, EvaluationMethod, Gravity, Industry, Method, ObjectionKind, WitnessKind};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};

/// What the notices of a section say.
#[derive(Debug, Default)]
pub struct Notices {
    /// Its project.
    pub project: Option<Symbol>,
    /// Ceiling price, fen.
    pub ceiling: Option<Sourced<i64>>,
    /// Estimate, fen.
    pub estimate: Option<Sourced<i64>>,
    /// Reserve price, fen.
    pub floor: Option<i64>,
    /// Whether it is another attempt of an earlier section.
    pub relaunch: bool,
    /// Deposit asked for, fen.
    pub deposit: Option<Sourced<i64>>,
    /// How bids are compared.
    pub evaluation: Option<Sourced<EvaluationMethod>>,
    /// When the notice was published, µs.
    pub announced_at: Option<Sourced<i64>>,
    /// From when documents can be had, µs.
    pub documents_from: Option<Sourced<i64>>,
    /// Submission deadline, µs.
    pub deadline: Option<Sourced<i64>>,
    /// Planned opening, µs.
    pub opening_at: Option<Sourced<i64>>,
    /// Material changes, each with the deadline that held with it, sorted by event.
    pub changes: Vec<MaterialChange>,
    /// The first notice by (time, event).
    pub first: Option<Sourced<i64>>,
    /// The tenderer's own device codes, locks and addresses, sorted.
    pub own: Vec<u64>,
}

/// A change that affects how bids are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaterialChange {
    /// The event.
    pub event: EventRef,
    /// Its time, µs.
    pub at: i64,
    /// The deadline that held then, as far as any was known, µs.
    pub deadline: Option<Sourced<i64>>,
}

impl Notices {
    /// Merges `section.announced` and `section.changed`.
    pub fn merge<'a>(rows: impl Iterator<Item = &'a Row>, names: &Symbols) -> Notices {
        let mut notices: Vec<&Row> = rows.filter(|row| row.kind.is_notice()).collect();
        let later = |a: &&Row, b: &&Row| super::merge::is_later(a, (b.at, b.event), names);
        notices.sort_unstable_by(|a, b| later(a, b).cmp(&later(b, a)));
        let mut merged = Notices::default();
        for row in notices {
            merged.take(row);
        }
        merged.changes.sort_unstable_by_key(|change| change.event);
        merged.own.sort_unstable();
        merged
    }

    /// Takes in a notice that is later than all before.
    fn take(&mut self, row: &Row) {
        let event = row.event;
        let number = |kind| row.number(kind).map(|value| Sourced { value, event });
        let evaluation = row.word(FactKind::EvaluationMethod, EvaluationMethod::ALL);
        self.project = row.symbol(FactKind::Project).or(self.project);
        self.ceiling = number(FactKind::Ceiling).or(self.ceiling);
        self.estimate = number(FactKind::Estimate).or(self.estimate);
        self.floor = row.number(FactKind::Floor).or(self.floor);
        self.relaunch |= row.flag(FactKind::Relaunch).is_some();
        self.deposit = number(FactKind::DepositAmount).or(self.deposit);
        self.evaluation = evaluation.map(|value| Sourced { value, event }).or(self.evaluation);
        self.announced_at = number(FactKind::AnnouncedAt).or(self.announced_at);
        self.documents_from = number(FactKind::DocumentsFrom).or(self.documents_from);
        self.deadline = number(FactKind::Deadline).or(self.deadline);
        self.opening_at = number(FactKind::OpeningAt).or(self.opening_at);
        self.first = self.first.or(Some(Sourced { value: row.at, event }));
        self.own.extend(row.all(FactKind::Own).map(Fact::value));
        if row.kind == RowKind::Changed && row.flag(FactKind::Material) == Some(true) {
            self.changes.push(MaterialChange { event, at: row.at, deadline: self.deadline });
        }
    }
}

/// What is registered of the section's project.
#[derive(Debug, Default)]
pub struct Project {
    /// Who tenders.
    pub tenderer: Option<Sourced<Symbol>>,
    /// The department that supervises it.
    pub department: Option<Symbol>,
    /// The industry.
    pub industry: Option<Industry>,
    /// The method of purchase.
    pub method: Option<Sourced<Method>>,
    /// Whether it is a key project, and as which event says.
    pub key: Option<Sourced<bool>>,
    /// The region, six digits.
    pub region: Option<Symbol>,
    /// Whether it is traded electronically throughout.
    pub electronic: Option<bool>,
}

impl Project {
    /// Merges the rows of the project that the section belongs to now: a section may have been moved.
    pub fn merge<'a>(
        project: Option<Symbol>,
        rows: impl Iterator<Item = &'a Row>,
        names: &Symbols,
    ) -> Project {
        let (mut tenderer, mut department) = (Latest::default(), Latest::default());
        let (mut industry, mut method, mut key) = (Latest::default(), Latest::default(), Latest::default());
        let (mut region, mut electronic) = (Latest::default(), Latest::default());
        let of_project =
            |row: &&Row| row.kind == RowKind::Project && row.symbol(FactKind::Project) == project;
        for row in rows.filter(of_project) {
            tenderer.offer(row, row.symbol(FactKind::Tenderer), names);
            department.offer(row, row.symbol(FactKind::Department), names);
            industry.offer(row, row.word(FactKind::Industry, Industry::ALL), names);
            method.offer(row, row.word(FactKind::Method, Method::ALL), names);
            key.offer(row, row.flag(FactKind::KeyProject), names);
            region.offer(row, row.symbol(FactKind::Region), names);
            electronic.offer(row, row.flag(FactKind::Electronic), names);
        }
        Project {
            tenderer: tenderer.sourced(),
            department: department.value(),
            industry: industry.value(),
            method: method.sourced(),
            key: key.sourced(),
            region: region.value(),
            electronic: electronic.value(),
        }
    }
}

/// An award.
#[derive(Clone, Copy, Debug)]
pub struct Award {
    /// Who was awarded.
    pub winner: Symbol,
    /// At which price, fen.
    pub price: Option<i64>,
    /// The manager it names.
    pub manager: Option<Symbol>,
    /// When the award was notified, µs.
    pub notified_at: i64,
    /// The event.
    pub event: EventRef,
}

/// A contract that was signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// With whom.
    pub contractor: Symbol,
    /// At which price, fen.
    pub price: Option<i64>,
    /// When, µs.
    pub at: i64,
    /// The event.
    pub event: EventRef,
}

/// A deal that an auction ended with.
#[derive(Clone, Copy, Debug)]
pub struct Deal {
    /// Who was awarded.
    pub buyer: Symbol,
    /// At which price, fen.
    pub price: Option<i64>,
    /// When, µs.
    pub at: i64,
}

/// The outcome of a section: candidates, award, contract.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The latest `award.proposed`: the event, and each candidate with its rank.
    pub proposed: Option<(EventRef, Vec<(Symbol, Option<u64>)>)>,
    /// The latest award.
    pub award: Option<Award>,
    /// Who declined, and as which event says; sorted.
    pub declined: Vec<(Symbol, EventRef)>,
    /// The latest contract signed.
    pub signed: Option<Signed>,
    /// The latest `auction.closed`.
    pub deal: Option<Deal>,
    /// The last `section.failed` (not cancelled), µs.
    pub failed_at: Option<i64>,
    /// Contractor, subcontractor and event; sorted.
    pub subcontracted: Vec<(Symbol, Symbol, EventRef)>,
}

impl Outcome {
    /// Merges awards and contracts.
    pub fn merge<'a>(rows: impl Iterator<Item = &'a Row>, names: &Symbols) -> Outcome {
        let (mut proposed, mut award, mut signed) = (Latest::default(), Latest::default(), Latest::default());
        let mut deal = Latest::default();
        let mut outcome = Outcome::default();
        for row in rows {
            match row.kind {
                RowKind::Proposed => proposed.offer(row, Some(row), names),
                RowKind::Award => award.offer(row, Some(row), names),
                RowKind::Declined => outcome.declined.push((row.bidder, row.event)),
                RowKind::ContractSigned => signed.offer(row, Some(row), names),
                RowKind::Auctioned => deal.offer(row, Some(row), names),
                RowKind::Ended if row.flag(FactKind::Cancelled).is_none() => {
                    outcome.failed_at = outcome.failed_at.max(Some(row.acted_at()));
                }
                RowKind::Subcontracted => {
                    let party = |kind| row.symbol(kind).unwrap_or(Symbol::NONE);
                    let (contractor, part) = (party(FactKind::Contractor), party(FactKind::Subcontractor));
                    outcome.subcontracted.push((contractor, part, row.event));
                }
                _ => {}
            }
        }
        outcome.proposed = proposed.value().map(|row| (row.event, candidates(&row.facts)));
        outcome.award = award.value().and_then(|row| {
            Some(Award {
                winner: row.symbol(FactKind::Winner)?,
                price: row.number(FactKind::Price),
                manager: row.symbol(FactKind::Manager),
                notified_at: row.acted_at(),
                event: row.event,
            })
        });
        outcome.signed = signed.value().and_then(|row| {
            Some(Signed {
                contractor: row.symbol(FactKind::Contractor)?,
                price: row.number(FactKind::Price),
                at: row.acted_at(),
                event: row.event,
            })
        });
        outcome.deal = deal.value().and_then(|row| {
            Some(Deal {
                buyer: row.symbol(FactKind::Contractor)?,
                price: row.number(FactKind::Price),
                at: row.acted_at(),
            })
        });
        outcome.declined.sort_unstable();
        outcome.subcontracted.sort_unstable();
        outcome
    }
}

fn candidates(facts: &[Fact]) -> Vec<(Symbol, Option<u64>)> {
    let mut candidates: Vec<(Symbol, Option<u64>)> = Vec::new();
    for fact in facts {
        match (fact.kind(), candidates.last_mut()) {
            (FactKind::Candidate, _) => candidates.push((fact.as_symbol(), None)),
            (FactKind::Rank, Some((_, rank))) => *rank = Some(fact.value()),
            _ => {}
        }
    }
    candidates
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

impl Record {
    /// Reads a record off its row.
    pub fn of(row: &Row) -> Record {
        Record {
            event: row.event,
            kind: row.word(FactKind::WitnessKind, WitnessKind::ALL).unwrap_or(WitnessKind::Other),
            gravity: row.word(FactKind::Gravity, Gravity::ALL).unwrap_or(Gravity::Note),
            parties: row.all(FactKind::Party).map(Fact::as_symbol).collect(),
            persons: row.all(FactKind::Person).map(Fact::as_symbol).collect(),
        }
    }
}

/// What a device of the venue was said to be at some instant.
#[derive(Clone, Copy, Debug)]
pub struct DeviceReport {
    /// Which device, or [`Symbol::NONE`].
    pub device: Symbol,
    /// When, µs.
    pub at: i64,
    /// Whether it worked.
    pub ok: bool,
    /// The event.
    pub event: EventRef,
}

/// The meeting at which bids are opened and compared, and the venue's devices meanwhile.
#[derive(Debug, Default)]
pub struct Meeting {
    /// The first `opening.started`, µs.
    pub started: Option<Sourced<i64>>,
    /// Where that was.
    pub room: Option<Symbol>,
    /// The last `opening.closed`, µs.
    pub closed: Option<Sourced<i64>>,
    /// The first `evaluation.started`, µs.
    pub evaluation_started: Option<Sourced<i64>>,
    /// The last `evaluation.closed`, µs.
    pub evaluation_closed: Option<Sourced<i64>>,
    /// Devices' reports by (device, instant, event's name).
    pub devices: Vec<DeviceReport>,
    /// Witness records, sorted by event.
    pub records: Vec<Record>,
}

impl Meeting {
    /// Merges openings, evaluations, and what the venue reports.
    pub fn merge<'a>(rows: impl Iterator<Item = &'a Row>, names: &Symbols) -> Meeting {
        let mut meeting = Meeting::default();
        for row in rows {
            // Asked for only where it is needed: most rows are none of these.
            let at = || row.acted_at();
            match row.kind {
                RowKind::OpeningStarted => {
                    let started = earlier(meeting.started, at(), row.event, names);
                    if started != meeting.started {
                        (meeting.started, meeting.room) = (started, row.symbol(FactKind::Room));
                    }
                }
                RowKind::OpeningClosed => meeting.closed = last(meeting.closed, at(), row.event, names),
                RowKind::EvaluationStarted => {
                    meeting.evaluation_started = earlier(meeting.evaluation_started, at(), row.event, names);
                }
                RowKind::EvaluationClosed => {
                    meeting.evaluation_closed = last(meeting.evaluation_closed, at(), row.event, names);
                }
                RowKind::Device => {
                    let state = row.word(FactKind::DeviceState, DeviceState::ALL);
                    let device = row.symbol(FactKind::Device).unwrap_or(Symbol::NONE);
                    let report = |state| DeviceReport {
                        device,
                        at: at(),
                        ok: state == DeviceState::Ok,
                        event: row.event,
                    };
                    meeting.devices.extend(state.map(report));
                }
                RowKind::Witness => meeting.records.push(Record::of(row)),
                _ => {}
            }
        }
        meeting.records.sort_unstable_by_key(|record| record.event);
        meeting.devices.sort_unstable_by(|a, b| {
            let by_name =
                || names.name_is_greater(a.event, b.event).cmp(&names.name_is_greater(b.event, a.event));
            (a.device, a.at).cmp(&(b.device, b.at)).then_with(by_name)
        });
        meeting
    }
}

/// The later of two instants; equal ones: the greater event name.
fn last(held: Option<Sourced<i64>>, value: i64, event: EventRef, names: &Symbols) -> Option<Sourced<i64>> {
    match held {
        Some(h) if h.value > value || h.value == value && names.name_is_greater(h.event, event) => held,
        _ => Some(Sourced { value, event }),
    }
}

/// An objection or a challenge.
#[derive(Clone, Copy, Debug)]
pub struct Objection {
    /// Its code.
    pub code: Symbol,
    /// Of which kind.
    pub kind: ObjectionKind,
    /// When it was raised, µs.
    pub at: i64,
    /// The event.
    pub event: EventRef,
    /// When it was first answered, µs.
    pub answered_at: Option<i64>,
}

/// Objections by code, each as it was first raised.
pub fn objections<'a>(rows: impl Iterator<Item = &'a Row> + Clone, names: &Symbols) -> Vec<Objection> {
    let mut objections: Vec<Objection> = Vec::new();
    for row in rows.clone().filter(|row| row.kind == RowKind::Objection) {
        let Some(code) = row.symbol(FactKind::Matter) else { continue };
        let kind = row.word(FactKind::ObjectionKind, ObjectionKind::ALL).unwrap_or(ObjectionKind::Objection);
        let new = Objection { code, kind, at: row.acted_at(), event: row.event, answered_at: None };
        match objections.iter_mut().find(|held| held.code == code && held.kind == kind) {
            None => objections.push(new),
            Some(held) => {
                let held_at = Some(Sourced { value: held.at, event: held.event });
                if earlier(held_at, new.at, new.event, names) != held_at {
                    *held = new;
                }
            }
        }
    }
    for row in rows.filter(|row| row.kind == RowKind::Answer) {
        let answers = |held: &&mut Objection| Some(held.code) == row.symbol(FactKind::Matter);
        let at = row.acted_at();
        let first = |held: &mut Objection| {
            held.answered_at = Some(held.answered_at.map_or(at, |held| held.min(at)));
        };
        objections.iter_mut().filter(answers).for_each(first);
    }
    objections.sort_unstable_by_key(|objection| objection.event);
    objections
}
