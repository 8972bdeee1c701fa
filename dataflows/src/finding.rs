//! Findings: what the rules conclude, with the facts they rest on.
//!
//! A finding is (rule, section or none, key, parties, persons, severity, value, evidence). Inside the engine all of
//! these are numbers ([`Symbol`], [`EventRef`]); [`Finding::render`] writes them out for people and machines.
//!
//! *Invariants.* (rule, section, key) names a finding: at any commit at most one finding with that name
//! holds. Parties and evidence are sorted and without repeats. Nothing in a finding depends on the order in
//! which events came.

use crate::rules::Rule;
use crate::symbols::{EventRef, Symbol, Symbols};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::sync::Arc;

/// How much evidence a written finding names, the first by name. A ring over thousands of bids rests on more
/// events than anybody reads; their number is then in the value.
pub const EVIDENCE_MAX: usize = 200;

/// What the law (not our own score) makes of a fact; the order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// 线索: a lead.
    L,
    /// 强线索: a strong lead.
    S,
    /// 违规: a breach of procedure.
    V,
    /// 属于: may constitute collusion.
    C,
    /// 无效: the bid or act is invalid.
    X,
    /// 视为: deemed collusion.
    D,
}

impl Severity {
    /// The letter used in files and interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::L => "L",
            Severity::S => "S",
            Severity::V => "V",
            Severity::C => "C",
            Severity::X => "X",
            Severity::D => "D",
        }
    }
}

/// One value in a key or a measure, with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Quantity {
    /// A normalised string.
    Text(Symbol),
    /// Money in fen.
    Fen(i64),
    /// An instant, microseconds since 1970.
    Instant(i64),
    /// A count.
    Count(u64),
    /// A share in thousandths.
    Permille(u32),
    /// A length of time in whole seconds, rounded up.
    Seconds(i64),
    /// An event.
    Event(EventRef),
    /// A telephone number or mail address: shown so far that equal ones can be told, and no further.
    Masked(Symbol),
    /// A mark or a mean of marks, in the unit of [`normalise::Score`](crate::normalise::Score).
    Score(i64),
    /// A local date.
    Day(i32),
}

macro_rules! names {
    ($($name:ident = $word:literal: $doc:literal;)+) => {
        /// What a quantity in a key or a value is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Name { $(#[doc = $doc] $name,)+ }

        impl Name {
            /// Every name, in the order of the table.
            pub const ALL: &'static [Name] = &[$(Name::$name),+];

            /// The word used in keys and values.
            pub fn as_str(self) -> &'static str {
                match self { $(Name::$name => $word,)+ }
            }
        }
    };
}

names! {
    Mac = "mac": "Network card address.";
    CpuId = "cpu_id": "CPU serial.";
    DiskSerial = "disk_serial": "Disk serial.";
    MemorySerial = "memory_serial": "Memory serial.";
    BoardSerial = "board_serial": "Board serial.";
    MachineCode = "machine_code": "Machine code.";
    Ip = "ip": "Address.";
    PricingLock = "pricing_lock": "Pricing software lock.";
    CaLock = "ca_lock": "CA certificate.";
    FeatureCode = "feature_code": "File creation code.";
    Author = "author": "Who made a file.";
    LastSavedBy = "last_saved_by": "Who saved a file last.";
    CreatedAt = "created_at": "When a file was made.";
    Person = "person": "A person, by pseudonym.";
    Contact = "contact": "A contact person, by pseudonym.";
    Expert = "expert": "An expert, by pseudonym.";
    Phone = "phone": "A telephone number, masked.";
    Email = "email": "A mail address, masked.";
    Account = "account": "Account.";
    AccountHolder = "account_holder": "Who holds an account.";
    Holder = "holder": "Who holds a share.";
    Address = "address": "A registered address.";
    Named = "named": "An organisation named in a file.";
    Price = "price": "A price.";
    FirstPrice = "first_price": "The first price of a run.";
    LastPrice = "last_price": "The last price of a run.";
    Step = "step": "The step of a run of prices.";
    LowestPrice = "lowest_price": "The lowest price.";
    SecondPrice = "second_lowest_price": "The second lowest price.";
    SecondHighestPrice = "second_highest_price": "The second highest price.";
    HighestPrice = "highest_price": "The highest price.";
    CeilingPrice = "ceiling_price": "The ceiling price.";
    Estimate = "estimate": "The estimate.";
    DepositAmount = "deposit_amount": "The deposit asked for.";
    AwardedPrice = "awarded_price": "The awarded price.";
    ContractPrice = "contract_price": "The contract's price.";
    Total = "total": "A total.";
    DocumentsFrom = "documents_from": "From when documents could be had.";
    SubmissionDeadline = "submission_deadline": "The submission deadline.";
    SubmittedAt = "submitted_at": "When a bid was submitted.";
    OpeningAt = "opening_at": "The planned opening.";
    OpenedAt = "opened_at": "When the opening began.";
    ChangedAt = "changed_at": "When a notice was changed.";
    NotifiedAt = "notified_at": "When the award was notified.";
    SignedAt = "signed_at": "When a contract was signed.";
    ReceivedAt = "received_at": "When something was received.";
    Since = "since": "Since when.";
    From = "from_on": "First day.";
    Until = "until_on": "Last day.";
    Due = "due": "Until when something had to happen.";
    Late = "late_seconds": "By how much an instant was missed.";
    Early = "early_seconds": "By how much an act came too early.";
    Seconds = "seconds": "For how long.";
    Days = "days": "How many days.";
    Bidders = "bidders": "How many bidders.";
    Required = "required": "How many there must be.";
    Limit = "limit": "The threshold.";
    Values = "values": "How many shared values.";
    Families = "families": "How many families of evidence.";
    Common = "common": "How many there are in common.";
    Equal = "equal": "How many of them are equal.";
    Similarity = "similarity": "How alike.";
    Variation = "variation": "Coefficient of variation.";
    Distance = "distance": "Relative distance.";
    Sections = "sections": "How many sections.";
    Bids = "bids": "How many bids.";
    Wins = "wins": "How many of them one bidder won.";
    Awards = "awards": "How many awards.";
    Records = "records": "How many records.";
    Entries = "entries": "How many entries.";
    Withdrawals = "withdrawals": "How many withdrawals.";
    Experts = "experts": "How many experts.";
    Cells = "scores": "How many scores.";
    Share = "share": "The share of them.";
    Score = "score": "A score.";
    Mean = "mean_of_others": "The mean of the other experts' scores.";
    FullMarks = "full_marks": "The most there is to give.";
    Bidder = "bidder": "The bidder concerned.";
    Controller = "controller": "The one who controls.";
    Org = "org": "An organisation.";
    Party = "party": "An organisation or person.";
    Tenderer = "tenderer": "The tenderer.";
    Contractor = "contractor": "Who has the contract.";
    Subcontractor = "subcontractor": "Who has a part of it.";
    Department = "department": "A department.";
    Section = "section": "A section.";
    Contract = "contract": "The section of a contract.";
    Room = "room": "A room.";
    Device = "device": "A device.";
    Item = "item": "What is scored.";
    Complaint = "complaint": "A complaint.";
    Objection = "objection": "An objection.";
    Inspection = "inspection": "An inspection.";
    Entry = "entry": "A credit entry.";
    Error = "error": "Why decryption failed.";
    Events = "events": "How many events it rests on.";
    Kind = "kind": "What was recorded.";
    Event = "event": "An event.";
    DatedAt = "dated_at": "When an event says that it was, to the minute.";
    Contents = "other_contents": "How many other contents came under an event's name.";
}

/// What a quantity is, and the quantity.
pub type Measure = (Name, Quantity);

/// A conclusion that holds.
///
/// Ordered by what is short first: of a ring of ten thousand firms there are rows for each of them, and to tell the ring
/// that is from the one that was by reading all names would make a change cost their square.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Finding {
    /// The rule.
    pub rule: Rule,
    /// The section, or [`Symbol::NONE`] for a history rule.
    pub section: Symbol,
    /// What tells this finding from others of the rule in the section.
    pub key: Vec<Measure>,
    /// Organisations concerned, sorted, no repeats.
    pub parties: Vec<Symbol>,
    /// Persons concerned (pseudonyms), sorted, no repeats.
    pub persons: Vec<Symbol>,
    /// Severity under the legal profile.
    pub severity: Severity,
    /// What was measured, against what.
    pub value: Vec<Measure>,
    /// Events it rests on, sorted, no repeats.
    pub evidence: Vec<EventRef>,
}

impl Ord for Finding {
    fn cmp(&self, other: &Finding) -> Ordering {
        // Rows share their finding.
        if std::ptr::eq(self, other) {
            return Ordering::Equal;
        }
        let name = |f: &Finding| (f.rule, f.section, f.severity);
        let lengths = |f: &Finding| (f.parties.len(), f.persons.len(), f.evidence.len());
        name(self)
            .cmp(&name(other))
            .then_with(|| self.key.cmp(&other.key))
            .then_with(|| lengths(self).cmp(&lengths(other)))
            .then_with(|| self.value.cmp(&other.value))
            .then_with(|| self.parties.cmp(&other.parties))
            .then_with(|| self.persons.cmp(&other.persons))
            .then_with(|| self.evidence.cmp(&other.evidence))
    }
}

impl PartialOrd for Finding {
    fn partial_cmp(&self, other: &Finding) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Finding {
    /// A finding with nothing but its name; the builder methods add the rest.
    pub fn new(rule: Rule, section: Symbol, severity: Severity) -> Finding {
        Finding {
            rule,
            section,
            key: Vec::new(),
            parties: Vec::new(),
            persons: Vec::new(),
            severity,
            value: Vec::new(),
            evidence: Vec::new(),
        }
    }

    /// Adds to the key.
    pub fn key(mut self, name: Name, quantity: Quantity) -> Finding {
        self.key.push((name, quantity));
        self
    }

    /// Adds to the value.
    pub fn value(mut self, name: Name, quantity: Quantity) -> Finding {
        self.value.push((name, quantity));
        self
    }

    /// Sets the parties.
    pub fn parties(mut self, parties: impl IntoIterator<Item = Symbol>) -> Finding {
        self.parties = parties.into_iter().filter(|p| p.is_some()).collect();
        self.parties.sort_unstable();
        self.parties.dedup();
        self
    }

    /// Sets the persons.
    pub fn persons(mut self, persons: impl IntoIterator<Item = Symbol>) -> Finding {
        self.persons = persons.into_iter().filter(|p| p.is_some()).collect();
        self.persons.sort_unstable();
        self.persons.dedup();
        self
    }

    /// Sets the evidence.
    pub fn evidence(mut self, events: impl IntoIterator<Item = EventRef>) -> Finding {
        self.evidence = events.into_iter().filter(|e| e.0 != 0).collect();
        self.evidence.sort_unstable();
        self.evidence.dedup();
        self
    }

    /// Writes the finding out.
    pub fn render(&self, symbols: &Symbols) -> Rendered {
        let mut parties: Vec<String> = self.parties.iter().map(|p| symbols.text(*p)).collect();
        let mut persons: Vec<String> = self.persons.iter().map(|p| symbols.text(*p)).collect();
        let mut evidence: Vec<EventName> = self.evidence.iter().map(|e| EventName::of(*e, symbols)).collect();
        parties.sort();
        persons.sort();
        evidence.sort();
        let mut value: std::collections::BTreeMap<String, Value> =
            self.value.iter().map(|(n, q)| (n.as_str().to_owned(), quantity_value(*q, symbols))).collect();
        if evidence.len() > EVIDENCE_MAX {
            value.insert(Name::Events.as_str().to_owned(), Value::Count(evidence.len() as i64));
            evidence.truncate(EVIDENCE_MAX);
        }
        Rendered {
            rule: self.rule.id().to_owned(),
            section: self.section.is_some().then(|| symbols.text(self.section)),
            key: key_text(&self.key, symbols),
            parties,
            persons,
            severity: self.severity.as_str().to_owned(),
            value,
            evidence,
        }
    }
}

/// A finding's key as it is written.
pub fn key_text(key: &[Measure], symbols: &Symbols) -> String {
    // Sorted as text: the numbers behind a pair of bidders follow the order in which events came.
    let mut key: Vec<String> = key.iter().map(|(n, q)| key_part(*n, *q, symbols)).collect();
    key.sort();
    key.join(",")
}

fn key_part(name: Name, quantity: Quantity, symbols: &Symbols) -> String {
    match quantity_value(quantity, symbols) {
        Value::Text(text) => format!("{}:{text}", name.as_str()),
        Value::Count(count) => format!("{}:{count}", name.as_str()),
    }
}

/// A quantity as it is written.
pub fn quantity_value(quantity: Quantity, symbols: &Symbols) -> Value {
    match quantity {
        Quantity::Text(symbol) => Value::Text(symbols.text(symbol)),
        Quantity::Fen(fen) => Value::Text(format!("{}.{:02}", fen / 100, fen % 100)),
        Quantity::Instant(at) => Value::Text(crate::normalise::Instant(at).to_rfc3339()),
        Quantity::Count(count) => Value::Count(count as i64),
        Quantity::Permille(share) => Value::Text(format!("{}.{}%", share / 10, share % 10)),
        Quantity::Seconds(seconds) => Value::Count(seconds),
        Quantity::Masked(symbol) => Value::Text(masked(&symbols.text(symbol))),
        Quantity::Score(score) => Value::Text(crate::normalise::Score(score).to_string()),
        Quantity::Day(day) => Value::Text(crate::normalise::Date(day).to_string()),
        Quantity::Event(event) => {
            let EventName { source, id } = EventName::of(event, symbols);
            Value::Text(format!("{source}#{id}"))
        }
    }
}

/// The last four characters, and eight digits of a hash that tell it from others.
fn masked(text: &str) -> String {
    let last: String = text.chars().skip(text.chars().count().saturating_sub(4)).collect();
    let hash = Sha256::digest(text.as_bytes());
    let digits: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    format!("{last}-{digits}")
}

/// An event's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventName {
    /// The source.
    pub source: String,
    /// The id, unique within the source.
    pub id: String,
}

impl EventName {
    /// The name behind a number.
    pub fn of(event: EventRef, symbols: &Symbols) -> EventName {
        let (source, id) = symbols.event(event);
        EventName { source, id }
    }
}

/// A measured value as it is written: text with its unit fixed by the name (money in yuan, instants in
/// RFC 3339), or a whole number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Text.
    Text(String),
    /// A whole number: a count, or seconds.
    Count(i64),
}

/// A finding as it is written: the item of `replay --findings` and of `GET /api/v1/findings`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Rendered {
    /// Rule id, such as `DEV-01`.
    pub rule: String,
    /// Section code, or null.
    pub section: Option<String>,
    /// What tells it from the rule's other findings in the section.
    pub key: String,
    /// Organisation codes, sorted.
    pub parties: Vec<String>,
    /// Pseudonyms, sorted.
    pub persons: Vec<String>,
    /// One of D, X, C, V, S, L.
    pub severity: String,
    /// What was measured, by name.
    pub value: std::collections::BTreeMap<String, Value>,
    /// The events it rests on, sorted.
    pub evidence: Vec<EventName>,
}

impl Rendered {
    /// The finding's name: rule, section and key.
    pub fn name(&self) -> String {
        format!("{}|{}|{}", self.rule, self.section.as_deref().unwrap_or(""), self.key)
    }
}

/// What the engine publishes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Published {
    /// A finding.
    Finding(Arc<Finding>),
    /// Something about the data that keeps a rule from concluding: a shared computer, a hub.
    Quality(Arc<Finding>),
    /// How rules ended for a section whose data came from this source system. There as often as sections ended so.
    Ended(Symbol, Arc<[(Rule, crate::rules::Ending)]>),
    /// An entry of the watch-list.
    Watched(Arc<crate::watch::Entry>),
    /// What a section or matter contributes to the indicators. There as often as they contribute the same.
    Counted(crate::indicators::Packed),
}
