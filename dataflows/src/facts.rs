//! From an event to the rows that the dataflows carry.
//!
//! *Invariants.* A pure function of the event and the tables of names; every kind of event that no rule reads
//! yet gives no row (it is in the journal all the same). A row's facts are in the order of the code here, so that
//! the same event gives the same row, byte for byte.
//!
//! To let a rule read one more field: add a [`FactKind`], give it here, and merge it in
//! [`dossier`](crate::dossier).

use crate::event::{
    BidSubmitted, Code, Data, Device, Event, Hardware, Holder, Organisation, PartyRecorded, Person,
    ProjectRegistered, SectionAnnounced, SectionChanged, WitnessRecorded,
};
use crate::history::control::Record;
use crate::normalise::{Fen, Instant, Share};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};
use std::collections::BTreeSet;

/// A row, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Update {
    /// About a section.
    Section(Symbol, Row),
    /// About a project: joined in for each of its sections.
    Project(Symbol, Row),
    /// About an organisation: who controls it.
    Party(Symbol, Record),
}

/// The facts of one event as they are gathered.
struct Facts<'a> {
    symbols: &'a Symbols,
    facts: Vec<Fact>,
}

/// More facts than nearly any event gives: gathered without growing.
const FACTS_USUAL: usize = 32;

impl Facts<'_> {
    fn text(&mut self, kind: FactKind, text: Option<&str>) {
        if let Some(symbol) = text.map(|t| self.symbols.intern(t)).filter(|s| s.is_some()) {
            self.facts.push(Fact::symbol(kind, symbol));
        }
    }

    fn org(&mut self, kind: FactKind, org: &Organisation) {
        self.text(kind, Some(org.code.as_str()));
    }

    fn person(&mut self, kind: FactKind, person: Option<&Person>) {
        self.text(kind, person.and_then(|p| p.id.as_ref()).map(|id| id.as_str()));
    }

    fn hardware(&mut self, kind: FactKind, code: Option<&Hardware>) {
        self.text(kind, code.map(Hardware::as_str));
    }

    fn fen(&mut self, kind: FactKind, fen: Option<Fen>) {
        self.facts.extend(fen.map(|Fen(fen)| Fact::number(kind, fen)));
    }

    fn instant(&mut self, kind: FactKind, at: Option<Instant>) {
        self.facts.extend(at.map(|Instant(at)| Fact::number(kind, at)));
    }

    fn index<T: PartialEq>(&mut self, kind: FactKind, all: &[T], word: &T) {
        let at = all.iter().position(|w| w == word);
        self.facts.extend(at.map(|at| Fact::new(kind, at as u64)));
    }

    fn flag(&mut self, kind: FactKind, flag: Option<bool>) {
        self.facts.extend(flag.map(|flag| Fact::new(kind, flag.into())));
    }

    fn device(&mut self, device: Option<&Device>) {
        let Some(device) = device else { return };
        self.hardware(FactKind::Mac, device.mac.as_ref());
        self.hardware(FactKind::CpuId, device.cpu_id.as_ref());
        self.hardware(FactKind::DiskSerial, device.disk_serial.as_ref());
        self.hardware(FactKind::MemorySerial, device.memory_serial.as_ref());
        self.hardware(FactKind::BoardSerial, device.board_serial.as_ref());
        self.hardware(FactKind::MachineCode, device.machine_code.as_ref());
        self.text(FactKind::Ip, device.ip.as_ref().map(|ip| ip.as_str()));
    }

    fn project(&mut self, project: &ProjectRegistered) {
        self.text(FactKind::Project, Some(project.project.as_str()));
        self.org(FactKind::Tenderer, &project.tenderer);
        self.text(FactKind::Department, project.department.as_ref().map(Code::as_str));
        self.index(FactKind::Industry, crate::event::Industry::ALL, &project.industry);
        if let Some(method) = &project.method {
            self.index(FactKind::Method, crate::event::Method::ALL, method);
        }
    }

    fn submitted(&mut self, bid: &BidSubmitted) {
        self.instant(FactKind::SubmittedAt, bid.submitted_at);
        self.flag(FactKind::OnSite, bid.on_site);
        for member in &bid.consortium {
            self.org(FactKind::Member, member);
        }
        self.device(bid.device.as_ref());
        self.hardware(FactKind::PricingLock, bid.pricing_lock.as_ref());
        self.hardware(FactKind::CaLock, bid.ca_lock.as_ref());
        self.hardware(FactKind::FeatureCode, bid.file.as_ref().and_then(|f| f.feature_code.as_ref()));
        self.person(FactKind::Agent, bid.agent.as_ref());
        self.person(FactKind::Manager, bid.manager.as_ref());
        for member in &bid.staff {
            self.person(FactKind::Staff, member.person.as_ref());
        }
    }

    fn witness(&mut self, record: &WitnessRecorded) {
        self.index(FactKind::WitnessKind, crate::event::WitnessKind::ALL, &record.kind);
        self.index(FactKind::Gravity, crate::event::Gravity::ALL, &record.gravity);
        for party in &record.parties {
            self.text(FactKind::Party, Some(party.as_str()));
        }
        for person in &record.persons {
            self.person(FactKind::Person, Some(person));
        }
    }
}

/// What `section.announced` and `section.changed` say alike.
macro_rules! section_facts {
    ($facts:ident, $section:ident, $project:expr) => {{
        $facts.text(FactKind::Project, $project);
        $facts.fen(FactKind::Ceiling, $section.ceiling_price);
        $facts.instant(FactKind::Deadline, $section.submission_deadline);
        $facts.instant(FactKind::OpeningAt, $section.opening_at);
        for own in $section.devices.iter().chain(&$section.locks) {
            $facts.hardware(FactKind::Own, Some(own));
        }
    }};
}

fn announced(facts: &mut Facts<'_>, section: &SectionAnnounced) {
    section_facts!(facts, section, Some(section.project.as_str()));
}

fn changed(facts: &mut Facts<'_>, section: &SectionChanged) {
    section_facts!(facts, section, section.project.as_ref().map(Code::as_str));
}

/// More than half, in millionths: control by share (`core-rules.md`, Terms).
const MAJORITY: u32 = 500_000;

fn party<'a>(event: &Event, name: EventRef, recorded: &'a PartyRecorded, symbols: &Symbols) -> Update {
    let controlling = recorded.holders.iter().filter(|h| {
        h.controls == Some(true) || h.share.is_some_and(|Share(millionths)| millionths > MAJORITY)
    });
    let code = |holder: &'a Holder| {
        let person = || holder.person.as_ref()?.id.as_ref().map(|id| id.as_str());
        holder.org.as_ref().map(|org| org.as_str()).or_else(person)
    };
    // In the order of their codes: of several chains of one length the first is shown, and numbers follow the order
    // in which events came.
    let codes: BTreeSet<&str> = controlling.filter_map(code).collect();
    let controllers: Vec<Symbol> = codes
        .into_iter()
        .map(|code| symbols.intern(code))
        .filter(|controller| controller.is_some())
        .collect();
    let org = symbols.intern(recorded.org.as_str());
    Update::Party(org, Record { at: event.time.0, event: name, controllers: controllers.into() })
}

/// The row of an event, if a rule reads events of its kind.
pub fn update(event: &Event, name: EventRef, symbols: &Symbols) -> Option<Update> {
    let mut facts = Facts { symbols, facts: Vec::with_capacity(FACTS_USUAL) };
    let at = |at: Option<Instant>| Some(at.unwrap_or(event.time));
    let (kind, section, bidder) = match &event.data {
        Data::ProjectRegistered(project) => {
            facts.project(project);
            let project = symbols.intern(project.project.as_str());
            let row = facts.row(RowKind::Project, Symbol::NONE, event, name);
            return Some(Update::Project(project, row));
        }
        Data::PartyRecorded(recorded) => return Some(party(event, name, recorded, symbols)),
        Data::SectionAnnounced(section) => {
            announced(&mut facts, section);
            (RowKind::Section, &section.section, None)
        }
        Data::SectionChanged(section) => {
            changed(&mut facts, section);
            (RowKind::Section, &section.section, None)
        }
        Data::SectionFailed(halted) | Data::SectionSuspended(halted) | Data::SectionCancelled(halted) => {
            (RowKind::Halted, &halted.section, None)
        }
        Data::OpeningStarted(opening) => {
            facts.instant(FactKind::At, at(opening.at));
            (RowKind::OpeningStarted, &opening.section, None)
        }
        Data::BidSubmitted(bid) => {
            facts.submitted(bid);
            (RowKind::Submitted, &bid.section, Some(&bid.bidder))
        }
        Data::BidOpened(opened) => {
            facts.instant(FactKind::At, at(opened.opened_at));
            facts.fen(FactKind::Price, opened.price);
            (RowKind::Opened, &opened.section, Some(&opened.bidder))
        }
        Data::BidDecrypted(decrypted) => {
            facts.flag(FactKind::Decrypted, Some(decrypted.ok));
            facts.hardware(FactKind::CaLock, decrypted.ca_lock.as_ref());
            (RowKind::Decrypted, &decrypted.section, Some(&decrypted.bidder))
        }
        Data::BidWithdrawn(withdrawn) => {
            facts.instant(FactKind::At, at(withdrawn.at));
            (RowKind::Withdrawn, &withdrawn.section, Some(&withdrawn.bidder))
        }
        Data::DepositReceived(deposit) => {
            facts.text(FactKind::Account, deposit.account.as_ref().map(|a| a.as_str()));
            (RowKind::Deposit, &deposit.section, Some(&deposit.bidder))
        }
        Data::AwardMade(award) => {
            facts.org(FactKind::Winner, &award.bidder);
            (RowKind::Award, &award.section, None)
        }
        Data::WitnessRecorded(record) => {
            facts.witness(record);
            (RowKind::Witness, &record.section, None)
        }
        _ => return None,
    };
    let section = symbols.intern(section.as_str());
    let bidder = bidder.map_or(Symbol::NONE, |bidder| symbols.intern(bidder.code.as_str()));
    Some(Update::Section(section, facts.row(kind, bidder, event, name)))
}

impl Facts<'_> {
    fn row(self, kind: RowKind, bidder: Symbol, event: &Event, name: EventRef) -> Row {
        Row { kind, bidder, at: event.time.0, event: name, facts: self.facts.into() }
    }
}
