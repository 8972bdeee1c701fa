//! From an event to the rows that the dataflows carry.
//!
//! *Invariants.* A pure function of the event and the tables of names; a kind of event that no rule reads
//! gives no row (it is in the journal all the same). A row's facts are in the order of the code here, so that
//! the same event gives the same row, byte for byte.
//!
//! To let a rule read one more field: add a [`FactKind`], give it in [`gather`], and merge it in
//! [`dossier`](crate::dossier).

mod gather;
mod parties;

use crate::details::{Detail, Score};
use crate::event::{Complaint, Data, Event, Inspection, ScoreKind};
use crate::normalise::Instant;
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};
use gather::Facts;
use std::sync::Arc;

/// A row, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Update {
    /// About a section, or about a *matter*: a complaint or an inspection, which has deadlines of its own.
    Section(Symbol, Row),
    /// About a project: joined in for each of its sections.
    Project(Symbol, Row),
    /// About an organisation or a person: joined in for each section that it concerns.
    Subject(Symbol, Row),
    /// About an entry of a register, under its code: a credit entry, or a section's contract.
    Entry(Symbol, Row),
    /// What a supervisor made of an alert, under its identity.
    Handled(Symbol, Row),
    /// What is too much for a row of a section: fingerprints, bill items, scores.
    Detail(Symbol, Detail),
}

/// The name under which a complaint's rows meet: no section's code is in lower case.
fn complaint_name(complaint: &Complaint) -> String {
    format!("complaint {} {}", complaint.complaint.as_str(), complaint.department.as_str())
}

fn inspection_name(inspection: &Inspection) -> String {
    format!("inspection {}", inspection.inspection.as_str())
}

/// Gives the rows of an event, if any rule reads events of its kind.
pub fn updates(event: &Event, name: EventRef, symbols: &Symbols, give: &mut dyn FnMut(Update)) {
    let mut facts = Facts::new();
    let gathered = gathered(event, &mut facts);
    let (kind, (facts, [section, bidder])) = match &gathered {
        Some(Gathered::Section(kind, section)) => (*kind, facts.named([section, ""], symbols)),
        Some(Gathered::Bid(kind, section, bidder)) => (*kind, facts.named([section, bidder], symbols)),
        Some(Gathered::Matter(kind, matter)) => (*kind, facts.named([matter, ""], symbols)),
        Some(Gathered::Other(kind, about)) => {
            let (facts, [about]) = facts.named([about], symbols);
            let row = |bidder| Row { kind: *kind, bidder, at: event.time.0, event: name, facts };
            return give(match kind {
                RowKind::Project => Update::Project(about, row(Symbol::NONE)),
                RowKind::CreditListed | RowKind::CreditRemoved => Update::Entry(about, row(about)),
                RowKind::Handled => Update::Handled(about, row(about)),
                _ => Update::Subject(about, row(about)),
            });
        }
        None => return details(event, name, symbols, give),
    };
    let row = Row { kind, bidder, at: event.time.0, event: name, facts };
    if matches!(kind, RowKind::ContractSigned | RowKind::ContractCompleted) {
        give(Update::Entry(section, row.clone()));
    }
    give(Update::Section(section, row));
    details(event, name, symbols, give);
}

/// What an event says, and what of.
enum Gathered<'a> {
    Section(RowKind, &'a str),
    Bid(RowKind, &'a str, &'a str),
    Matter(RowKind, String),
    Other(RowKind, &'a str),
}

fn gathered<'a>(event: &'a Event, facts: &mut Facts) -> Option<Gathered<'a>> {
    // Each looks at the kind of event first, and gathers nothing of one that is not its own.
    about_sections(event, facts).or_else(|| about_bids(event, facts)).or_else(|| about_others(event, facts))
}

fn about_sections<'a>(event: &'a Event, facts: &mut Facts) -> Option<Gathered<'a>> {
    let at = |at: Option<Instant>| Some(at.unwrap_or(event.time));
    let (kind, section) = match &event.data {
        Data::SectionAnnounced(section) => {
            facts.announced(section);
            (RowKind::Announced, &section.section)
        }
        Data::SectionChanged(section) => {
            facts.changed(section);
            (RowKind::Changed, &section.section)
        }
        Data::SectionFailed(ended) | Data::SectionCancelled(ended) => {
            facts.acted(ended.at, event.time);
            let cancelled = matches!(event.data, Data::SectionCancelled(_));
            facts.flag(FactKind::Cancelled, cancelled.then_some(true));
            (RowKind::Ended, &ended.section)
        }
        Data::SectionSuspended(suspended) => (RowKind::Suspended, &suspended.section),
        Data::OpeningStarted(opening) | Data::OpeningClosed(opening) => {
            facts.instant(FactKind::At, at(opening.at));
            facts.text(FactKind::Room, opening.room.as_deref());
            let started = matches!(event.data, Data::OpeningStarted(_));
            (if started { RowKind::OpeningStarted } else { RowKind::OpeningClosed }, &opening.section)
        }
        Data::ExpertDrawn(drawn) | Data::ExpertReplaced(drawn) => {
            facts.drawn(drawn, event.time);
            let first = matches!(event.data, Data::ExpertDrawn(_));
            (if first { RowKind::Drawn } else { RowKind::Replaced }, &drawn.section)
        }
        Data::ExpertSignedIn(signed) => {
            facts.person(FactKind::Expert, Some(&signed.expert));
            facts.index(FactKind::Attendance, crate::event::Attendance::ALL, signed.status.as_ref());
            facts.instant(FactKind::At, at(signed.at));
            (RowKind::SignedIn, &signed.section)
        }
        Data::EvaluationStarted(evaluation) | Data::EvaluationClosed(evaluation) => {
            facts.instant(FactKind::At, at(evaluation.at));
            let started = matches!(event.data, Data::EvaluationStarted(_));
            (
                if started { RowKind::EvaluationStarted } else { RowKind::EvaluationClosed },
                &evaluation.section,
            )
        }
        Data::AwardProposed(proposed) => {
            for candidate in &proposed.candidates {
                facts.org(FactKind::Candidate, Some(&candidate.bidder));
                facts.number(FactKind::Rank, candidate.rank.map(u64::from));
            }
            (RowKind::Proposed, &proposed.section)
        }
        Data::AwardMade(award) => {
            facts.org(FactKind::Winner, Some(&award.bidder));
            facts.fen(FactKind::Price, award.price);
            facts.person(FactKind::Manager, award.manager.as_ref());
            facts.instant(FactKind::At, at(award.notified_at));
            (RowKind::Award, &award.section)
        }
        Data::ContractSigned(contract) | Data::ContractCompleted(contract) => {
            let signed = matches!(event.data, Data::ContractSigned(_));
            facts.contract(contract, event.time, signed);
            (if signed { RowKind::ContractSigned } else { RowKind::ContractCompleted }, &contract.section)
        }
        Data::ContractSubcontracted(part) => {
            facts.org(FactKind::Contractor, Some(&part.contractor));
            facts.org(FactKind::Subcontractor, Some(&part.subcontractor));
            (RowKind::Subcontracted, &part.section)
        }
        Data::AuctionClosed(closed) => {
            facts.org(FactKind::Contractor, Some(&closed.bidder));
            facts.fen(FactKind::Price, closed.price);
            facts.acted(closed.at, event.time);
            (RowKind::Auctioned, &closed.section)
        }
        Data::WitnessRecorded(record) => {
            facts.witness(record, event.time);
            (RowKind::Witness, &record.section)
        }
        Data::WitnessDevice(device) => {
            facts.text(FactKind::Device, device.device.as_deref());
            facts.index(FactKind::DeviceState, crate::event::DeviceState::ALL, device.state.as_ref());
            facts.instant(FactKind::At, at(device.at));
            (RowKind::Device, &device.section)
        }
        Data::ObjectionRaised(objection) | Data::ObjectionAnswered(objection) => {
            facts.text(FactKind::Matter, Some(&objection.objection));
            facts.index(FactKind::ObjectionKind, crate::event::ObjectionKind::ALL, objection.kind.as_ref());
            facts.instant(FactKind::At, at(objection.at));
            let raised = matches!(event.data, Data::ObjectionRaised(_));
            (if raised { RowKind::Objection } else { RowKind::Answer }, &objection.section)
        }
        _ => return None,
    };
    Some(Gathered::Section(kind, section))
}

fn about_bids<'a>(event: &'a Event, facts: &mut Facts) -> Option<Gathered<'a>> {
    let at = |at: Option<Instant>| Some(at.unwrap_or(event.time));
    let (kind, section, bidder) = match &event.data {
        Data::DocumentDownloaded(fetched) => {
            facts.text(FactKind::DownloadIp, fetched.ip.as_deref());
            (RowKind::Downloaded, &fetched.section, &fetched.bidder)
        }
        Data::BidSubmitted(bid) => {
            facts.submitted(bid);
            facts.checked_code(&bid.bidder);
            (RowKind::Submitted, &bid.section, &bid.bidder)
        }
        Data::BidOpened(opened) => {
            facts.instant(FactKind::At, at(opened.opened_at));
            facts.fen(FactKind::Price, opened.price);
            facts.text(FactKind::FileDigest, opened.file_digest.as_deref());
            facts.person(FactKind::Attendee, opened.attendee.as_ref());
            facts.checked_code(&opened.bidder);
            (RowKind::Opened, &opened.section, &opened.bidder)
        }
        Data::BidDecrypted(decrypted) => {
            facts.flag(FactKind::Decrypted, Some(decrypted.ok));
            facts.acted(decrypted.at, event.time);
            facts.hardware(FactKind::CaLock, decrypted.ca_lock.as_ref());
            facts.text(FactKind::DecryptIp, decrypted.ip.as_deref());
            let error = decrypted.error.as_deref().filter(|_| !decrypted.ok);
            facts.text(FactKind::DecryptError, error);
            (RowKind::Decrypted, &decrypted.section, &decrypted.bidder)
        }
        Data::BidWithdrawn(withdrawn) | Data::AwardDeclined(withdrawn) => {
            facts.instant(FactKind::At, at(withdrawn.at));
            let declined = matches!(event.data, Data::AwardDeclined(_));
            let kind = if declined { RowKind::Declined } else { RowKind::Withdrawn };
            (kind, &withdrawn.section, &withdrawn.bidder)
        }
        Data::BidRejected(rejected) => (RowKind::Rejected, &rejected.section, &rejected.bidder),
        Data::DepositReceived(deposit) => {
            facts.deposit(deposit);
            (RowKind::Deposit, &deposit.section, &deposit.bidder)
        }
        Data::DepositReturned(deposit) => {
            facts.acted(deposit.at, event.time);
            (RowKind::DepositReturned, &deposit.section, &deposit.bidder)
        }
        _ => return None,
    };
    Some(Gathered::Bid(kind, section, &bidder.code))
}

fn about_others<'a>(event: &'a Event, facts: &mut Facts) -> Option<Gathered<'a>> {
    let gathered = match &event.data {
        Data::ProjectRegistered(project) => {
            facts.project(project);
            Gathered::Other(RowKind::Project, &project.project)
        }
        Data::PartyRecorded(party) => {
            facts.party(party);
            Gathered::Other(RowKind::Party, &party.org)
        }
        Data::PersonEmployed(employed) => {
            facts.employed(employed);
            Gathered::Other(RowKind::Employment, employed.person.id.as_deref()?)
        }
        Data::CreditListed(listed) => {
            facts.credit_listed(listed);
            Gathered::Other(RowKind::CreditListed, &listed.entry)
        }
        Data::CreditRemoved(removed) => {
            facts.credit_removed(removed, event.time);
            Gathered::Other(RowKind::CreditRemoved, &removed.entry)
        }
        Data::AlertClosed(handled) | Data::AlertReopened(handled) => {
            let closed = matches!(event.data, Data::AlertClosed(_));
            let outcome = handled.outcome.as_ref().filter(|_| closed);
            facts.index(FactKind::Outcome, crate::event::Outcome::ALL, outcome);
            Gathered::Other(RowKind::Handled, &handled.alert)
        }
        Data::ComplaintReceived(complaint)
        | Data::ComplaintAccepted(complaint)
        | Data::ComplaintRefused(complaint)
        | Data::ComplaintDecided(complaint)
        | Data::ComplaintAnswered(complaint) => {
            let kind = match &event.data {
                Data::ComplaintReceived(_) => RowKind::ComplaintReceived,
                Data::ComplaintAccepted(_) => RowKind::ComplaintAccepted,
                Data::ComplaintRefused(_) => RowKind::ComplaintRefused,
                Data::ComplaintDecided(_) => RowKind::ComplaintDecided,
                _ => RowKind::ComplaintAnswered,
            };
            facts.text(FactKind::Matter, Some(&complaint.complaint));
            facts.text(FactKind::Department, Some(&complaint.department));
            facts.text(FactKind::Section, complaint.section.as_deref());
            if kind == RowKind::ComplaintDecided {
                facts.outcome(complaint.outcome.as_deref());
            }
            facts.instant(FactKind::At, Some(complaint.at.unwrap_or(event.time)));
            Gathered::Matter(kind, complaint_name(complaint))
        }
        Data::InspectionDrawn(inspection)
        | Data::InspectionDone(inspection)
        | Data::InspectionPublished(inspection) => {
            let kind = match &event.data {
                Data::InspectionDrawn(_) => RowKind::InspectionDrawn,
                Data::InspectionDone(_) => RowKind::InspectionDone,
                _ => RowKind::InspectionPublished,
            };
            facts.text(FactKind::Matter, Some(&inspection.inspection));
            facts.instant(FactKind::At, Some(inspection.at.unwrap_or(event.time)));
            Gathered::Matter(kind, inspection_name(inspection))
        }
        _ => return None,
    };
    Some(gathered)
}

/// Gives what of an event is too much for a row.
fn details(event: &Event, name: EventRef, symbols: &Symbols, give: &mut dyn FnMut(Update)) {
    let (section, detail) = match &event.data {
        Data::SectionAnnounced(section) if !section.fingerprints.is_empty() => {
            (&section.section, Detail::prints(Symbol::NONE, name, &section.fingerprints))
        }
        Data::SectionChanged(section) if !section.fingerprints.is_empty() => {
            (&section.section, Detail::prints(Symbol::NONE, name, &section.fingerprints))
        }
        Data::BidSubmitted(bid) => {
            let about = || (symbols.intern(&bid.section), symbols.intern(&bid.bidder.code));
            let prints = bid.file.as_ref().map_or(&[][..], |file| &file.fingerprints);
            if !prints.is_empty() {
                let (section, bidder) = about();
                give(Update::Detail(section, Detail::prints(bidder, name, prints)));
            }
            let priced = bid.items.iter().filter_map(|item| Some((item.code.as_ref()?, item.unit_price?.0)));
            let items: Arc<[_]> = priced.map(|(code, price)| (symbols.intern(code), price)).collect();
            if !items.is_empty() {
                let (section, bidder) = about();
                give(Update::Detail(section, Detail::items(bidder, event.time.0, name, items)));
            }
            return;
        }
        Data::ScoreGiven(given) | Data::ScoreChanged(given) => {
            let Some(expert) = given.expert.id.as_deref() else { return };
            let kind = given.kind.and_then(|kind| ScoreKind::ALL.iter().position(|k| *k == kind));
            let score = Score {
                at: event.time.0,
                event: name,
                expert: symbols.intern(expert),
                bidder: symbols.intern(&given.bidder.code),
                item: symbols.intern(&given.item),
                kind: kind.map(|at| at as u8),
                score: given.score.0,
                full_marks: given.full_marks.map(|full| full.0),
            };
            (&given.section, Detail::Score(score))
        }
        _ => return,
    };
    give(Update::Detail(symbols.intern(section), detail));
}

/// A row that no event stands for.
pub fn joined(kind: RowKind, subject: Symbol, facts: Arc<[Fact]>) -> Row {
    Row { kind, bidder: subject, at: 0, event: EventRef::default(), facts }
}
