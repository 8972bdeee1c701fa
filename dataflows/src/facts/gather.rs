//! Gathering the facts of one event: one small method for each kind of value, and one for each fat event.

use crate::event::{
    BidSubmitted, Contract, CreditListed, CreditRemoved, Deposit, Device, ExpertDrawn, Hardware,
    Organisation, Person, ProjectRegistered, SectionAnnounced, SectionChanged, WitnessRecorded,
};
use crate::normalise::{Date, Fen, Instant, credit_code_check};
use crate::row::{Fact, FactKind};
use crate::rules::is_default_user;
use crate::symbols::{Symbol, Symbols, Texts};
use std::sync::Arc;

/// More facts than nearly any event gives: gathered without growing.
const FACTS_USUAL: usize = 32;

/// Microseconds of a second.
const SECOND_US: i64 = 1_000_000;

/// How many digits of a region's code say which county it is (GB/T 2260).
const REGION_DIGITS: usize = 6;

/// The county of a region's code; what follows may be a town or a district of the sender's own.
fn region_digits(code: &str) -> Option<&str> {
    code.get(..REGION_DIGITS).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a complaint was upheld, by the words that platforms use; none if it says something else.
fn upheld(outcome: &str) -> Option<bool> {
    match outcome {
        "upheld" | "partly_upheld" | "成立" | "部分成立" => Some(true),
        "dismissed" | "unfounded" | "不成立" | "驳回" => Some(false),
        _ => None,
    }
}

/// The facts of one event as they are gathered. Those that are strings get their numbers at the end, all together.
pub struct Facts {
    facts: Vec<Fact>,
    texts: Texts,
    /// Which fact each string belongs to.
    places: Vec<usize>,
}

/// What `section.announced` and `section.changed` say alike.
macro_rules! notice {
    ($facts:ident, $section:ident) => {{
        $facts.fen(FactKind::Ceiling, $section.ceiling_price);
        $facts.fen(FactKind::Estimate, $section.estimate);
        $facts.fen(FactKind::Floor, $section.floor_price);
        $facts.flag(FactKind::Relaunch, $section.relaunch_of.as_ref().map(|_| true));
        $facts.fen(FactKind::DepositAmount, $section.deposit_amount);
        $facts.instant(FactKind::AnnouncedAt, $section.announced_at);
        $facts.instant(FactKind::DocumentsFrom, $section.documents_from);
        $facts.instant(FactKind::Deadline, $section.submission_deadline);
        $facts.instant(FactKind::OpeningAt, $section.opening_at);
        $facts.index(
            FactKind::EvaluationMethod,
            crate::event::EvaluationMethod::ALL,
            $section.evaluation_method.as_ref(),
        );
        for own in $section.devices.iter().chain(&$section.locks) {
            $facts.hardware(FactKind::Own, Some(own));
        }
    }};
}

impl Facts {
    pub fn new() -> Facts {
        let (facts, places) = (Vec::with_capacity(FACTS_USUAL), Vec::with_capacity(FACTS_USUAL));
        Facts { facts, texts: Texts::default(), places }
    }

    /// The facts, and the numbers of what they are about.
    pub fn named<const N: usize>(
        mut self,
        about: [&str; N],
        symbols: &Symbols,
    ) -> (Arc<[Fact]>, [Symbol; N]) {
        about.iter().for_each(|name| _ = self.texts.push(name));
        let numbers = symbols.intern_all(&self.texts);
        let (own, about) = numbers.split_at(self.places.len());
        for (place, number) in self.places.iter().zip(own) {
            self.facts[*place] = Fact::symbol(self.facts[*place].kind(), *number);
        }
        (self.facts.into(), std::array::from_fn(|at| about[at]))
    }

    pub fn text(&mut self, kind: FactKind, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.texts.push(text);
            self.places.push(self.facts.len());
            self.facts.push(Fact::symbol(kind, Symbol::NONE));
        }
    }

    pub fn org(&mut self, kind: FactKind, org: Option<&Organisation>) {
        self.text(kind, org.map(|org| org.code.as_str()));
    }

    /// Notes a code that fails its check digit.
    pub fn checked_code(&mut self, org: &Organisation) {
        self.flag(FactKind::BadCode, (!credit_code_check(&org.code)).then_some(true));
    }

    pub fn person(&mut self, kind: FactKind, person: Option<&Person>) {
        self.text(kind, person.and_then(|p| p.id.as_ref()).map(|id| id.as_str()));
    }

    pub fn hardware(&mut self, kind: FactKind, code: Option<&Hardware>) {
        self.text(kind, code.map(Hardware::as_str));
    }

    pub fn fen(&mut self, kind: FactKind, fen: Option<Fen>) {
        self.facts.extend(fen.map(|Fen(fen)| Fact::number(kind, fen)));
    }

    /// When an act happened, where that is not the event's own time.
    pub fn acted(&mut self, at: Option<Instant>, time: Instant) {
        self.instant(FactKind::At, at.filter(|at| *at != time));
    }

    /// What a complaint's decision says.
    pub fn outcome(&mut self, outcome: Option<&str>) {
        self.flag(FactKind::Upheld, outcome.and_then(upheld));
    }

    pub fn instant(&mut self, kind: FactKind, at: Option<Instant>) {
        self.facts.extend(at.map(|Instant(at)| Fact::number(kind, at)));
    }

    pub fn day(&mut self, kind: FactKind, day: Option<Date>) {
        self.facts.extend(day.map(|Date(day)| Fact::number(kind, day.into())));
    }

    pub fn index<T: PartialEq>(&mut self, kind: FactKind, all: &[T], word: Option<&T>) {
        let at = word.and_then(|word| all.iter().position(|w| w == word));
        self.facts.extend(at.map(|at| Fact::new(kind, at as u64)));
    }

    pub fn flag(&mut self, kind: FactKind, flag: Option<bool>) {
        self.number(kind, flag.map(u64::from));
    }

    pub fn number(&mut self, kind: FactKind, number: Option<u64>) {
        self.facts.extend(number.map(|number| Fact::new(kind, number)));
    }

    /// A user's name in a file's properties, folded; one that programs fill in by themselves is none.
    fn user(&mut self, kind: FactKind, name: Option<&str>) {
        let name = name.map(str::to_lowercase).filter(|name| !is_default_user(name));
        self.text(kind, name.as_deref());
    }

    fn device(&mut self, device: Option<&Device>) {
        let Some(device) = device else { return };
        self.hardware(FactKind::Mac, device.mac.as_ref());
        self.hardware(FactKind::CpuId, device.cpu_id.as_ref());
        self.hardware(FactKind::DiskSerial, device.disk_serial.as_ref());
        self.hardware(FactKind::MemorySerial, device.memory_serial.as_ref());
        self.hardware(FactKind::BoardSerial, device.board_serial.as_ref());
        self.hardware(FactKind::MachineCode, device.machine_code.as_ref());
        self.text(FactKind::Ip, device.ip.as_deref());
    }

    pub fn project(&mut self, project: &ProjectRegistered) {
        self.text(FactKind::Project, Some(&project.project));
        self.org(FactKind::Tenderer, Some(&project.tenderer));
        self.text(FactKind::Department, project.department.as_deref());
        self.index(FactKind::Industry, crate::event::Industry::ALL, Some(&project.industry));
        self.index(FactKind::Method, crate::event::Method::ALL, project.method.as_ref());
        self.flag(FactKind::KeyProject, project.key_project);
        self.text(FactKind::Region, project.region.as_deref().and_then(region_digits));
        self.flag(FactKind::Electronic, project.electronic);
    }

    pub fn announced(&mut self, section: &SectionAnnounced) {
        self.text(FactKind::Project, Some(&section.project));
        notice!(self, section);
    }

    pub fn changed(&mut self, section: &SectionChanged) {
        self.text(FactKind::Project, section.project.as_deref());
        self.flag(FactKind::Material, section.material);
        notice!(self, section);
    }

    pub fn submitted(&mut self, bid: &BidSubmitted) {
        self.instant(FactKind::SubmittedAt, bid.submitted_at);
        self.flag(FactKind::OnSite, bid.on_site);
        for member in &bid.consortium {
            self.org(FactKind::Member, Some(member));
        }
        self.device(bid.device.as_ref());
        self.hardware(FactKind::PricingLock, bid.pricing_lock.as_ref());
        self.hardware(FactKind::CaLock, bid.ca_lock.as_ref());
        self.person(FactKind::Agent, bid.agent.as_ref());
        self.person(FactKind::Manager, bid.manager.as_ref());
        for member in &bid.staff {
            self.person(FactKind::Staff, member.person.as_ref());
        }
        self.person(FactKind::Contact, bid.contact.as_ref());
        self.text(FactKind::Phone, bid.phone.as_deref());
        self.text(FactKind::Email, bid.email.as_deref());
        let mut detailed = bid.items.iter().any(|item| item.code.is_some() && item.unit_price.is_some());
        if let Some(file) = &bid.file {
            self.hardware(FactKind::FeatureCode, file.feature_code.as_ref());
            self.user(FactKind::Author, file.author.as_deref());
            self.user(FactKind::LastSavedBy, file.last_saved_by.as_deref());
            let created_at = file.created_at.map(|Instant(at)| Instant(at - at.rem_euclid(SECOND_US)));
            self.instant(FactKind::FileCreatedAt, created_at);
            self.text(FactKind::FileDigest, file.digest.as_deref());
            for named in &file.names {
                self.text(FactKind::NamedInFile, Some(named));
            }
            detailed |= !file.fingerprints.is_empty();
        }
        self.flag(FactKind::Detailed, detailed.then_some(true));
    }

    pub fn deposit(&mut self, deposit: &Deposit) {
        self.text(FactKind::Account, deposit.account.as_deref());
        self.org(FactKind::AccountHolder, deposit.account_holder.as_ref());
        self.index(FactKind::DepositForm, crate::event::DepositForm::ALL, deposit.form.as_ref());
        self.flag(FactKind::BasicAccount, deposit.basic_account);
        if deposit.form != Some(crate::event::DepositForm::Transfer) {
            self.person(FactKind::Applicant, deposit.applicant.as_ref());
            self.text(FactKind::ApplyIp, deposit.apply_ip.as_deref());
            self.text(FactKind::ApplyPhone, deposit.apply_phone.as_deref());
        }
    }

    pub fn drawn(&mut self, drawn: &ExpertDrawn, at: Instant) {
        self.person(FactKind::Expert, Some(&drawn.expert));
        self.org(FactKind::Employer, drawn.employer.as_ref());
        self.instant(FactKind::At, Some(drawn.at.unwrap_or(at)));
        self.flag(FactKind::Reason, drawn.reason.as_ref().map(|_| true));
    }

    pub fn witness(&mut self, record: &WitnessRecorded, at: Instant) {
        self.index(FactKind::WitnessKind, crate::event::WitnessKind::ALL, Some(&record.kind));
        self.index(FactKind::Gravity, crate::event::Gravity::ALL, Some(&record.gravity));
        self.instant(FactKind::At, Some(record.at.unwrap_or(at)));
        for party in &record.parties {
            self.text(FactKind::Party, Some(party));
        }
        for person in &record.persons {
            self.person(FactKind::Person, Some(person));
        }
    }

    pub fn contract(&mut self, contract: &Contract, time: Instant, signed: bool) {
        let acts = if signed { [contract.signed_at, contract.at] } else { [contract.at, contract.signed_at] };
        self.org(FactKind::Contractor, Some(&contract.contractor));
        self.fen(FactKind::Price, contract.price);
        self.person(FactKind::Manager, contract.manager.as_ref());
        self.instant(FactKind::At, Some(acts[0].or(acts[1]).unwrap_or(time)));
    }

    pub fn credit_listed(&mut self, listed: &CreditListed) {
        self.text(FactKind::Entry, Some(&listed.entry));
        self.text(FactKind::Party, listed.org.as_deref());
        self.person(FactKind::Person, listed.person.as_ref());
        self.index(FactKind::CreditKind, crate::event::CreditKind::ALL, Some(&listed.kind));
        self.day(FactKind::FromDay, Some(listed.from_on));
        self.day(FactKind::UntilDay, listed.until_on);
        self.instant(FactKind::EndedAt, listed.removed_at);
    }

    pub fn credit_removed(&mut self, removed: &CreditRemoved, at: Instant) {
        self.text(FactKind::Entry, Some(&removed.entry));
        self.instant(FactKind::EndedAt, Some(removed.removed_at.unwrap_or(at)));
    }
}
