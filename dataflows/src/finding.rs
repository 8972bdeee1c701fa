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
}

/// What a quantity in a key or a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Name {
    /// Network card address.
    Mac,
    /// CPU serial.
    CpuId,
    /// Disk serial.
    DiskSerial,
    /// Memory serial.
    MemorySerial,
    /// Board serial.
    BoardSerial,
    /// Machine code.
    MachineCode,
    /// Address.
    Ip,
    /// Pricing software lock.
    PricingLock,
    /// CA certificate.
    CaLock,
    /// File creation code.
    FeatureCode,
    /// A person, by pseudonym.
    Person,
    /// Account.
    Account,
    /// A price.
    Price,
    /// The first price of a run.
    FirstPrice,
    /// The last price of a run.
    LastPrice,
    /// The step of a run of prices.
    Step,
    /// The ceiling price.
    CeilingPrice,
    /// The submission deadline.
    SubmissionDeadline,
    /// When a bid was submitted.
    SubmittedAt,
    /// The planned opening.
    OpeningAt,
    /// When the opening began.
    OpenedAt,
    /// By how much an instant was missed.
    Late,
    /// By how much an act came too early.
    Early,
    /// How many bidders.
    Bidders,
    /// How many bidders there must be.
    Required,
    /// How many shared values.
    Values,
    /// How many sections.
    Sections,
    /// How many of them one bidder won.
    Wins,
    /// The share of them.
    Share,
    /// The bidder concerned.
    Bidder,
    /// The one who controls.
    Controller,
    /// How many events it rests on.
    Events,
    /// What a witness recorded.
    Kind,
    /// An event.
    Event,
}

impl Name {
    /// The word used in keys and values.
    pub fn as_str(self) -> &'static str {
        match self {
            Name::Mac => "mac",
            Name::CpuId => "cpu_id",
            Name::DiskSerial => "disk_serial",
            Name::MemorySerial => "memory_serial",
            Name::BoardSerial => "board_serial",
            Name::MachineCode => "machine_code",
            Name::Ip => "ip",
            Name::PricingLock => "pricing_lock",
            Name::CaLock => "ca_lock",
            Name::FeatureCode => "feature_code",
            Name::Person => "person",
            Name::Account => "account",
            Name::Price => "price",
            Name::FirstPrice => "first_price",
            Name::LastPrice => "last_price",
            Name::Step => "step",
            Name::CeilingPrice => "ceiling_price",
            Name::SubmissionDeadline => "submission_deadline",
            Name::SubmittedAt => "submitted_at",
            Name::OpeningAt => "opening_at",
            Name::OpenedAt => "opened_at",
            Name::Late => "late_seconds",
            Name::Early => "early_seconds",
            Name::Bidders => "bidders",
            Name::Required => "required",
            Name::Values => "values",
            Name::Sections => "sections",
            Name::Wins => "wins",
            Name::Share => "share",
            Name::Bidder => "bidder",
            Name::Controller => "controller",
            Name::Events => "events",
            Name::Kind => "kind",
            Name::Event => "event",
        }
    }
}

/// What a quantity is, and the quantity.
pub type Measure = (Name, Quantity);

/// A conclusion that holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        // Sorted as text: the numbers behind a pair of bidders follow the order in which events came.
        let mut key: Vec<String> = self.key.iter().map(|(n, q)| key_part(*n, *q, symbols)).collect();
        key.sort();
        Rendered {
            rule: self.rule.id().to_owned(),
            section: self.section.is_some().then(|| symbols.text(self.section)),
            key: key.join(","),
            parties,
            persons,
            severity: self.severity.as_str().to_owned(),
            value,
            evidence,
        }
    }
}

fn key_part(name: Name, quantity: Quantity, symbols: &Symbols) -> String {
    match quantity_value(quantity, symbols) {
        Value::Text(text) => format!("{}:{text}", name.as_str()),
        Value::Count(count) => format!("{}:{count}", name.as_str()),
    }
}

fn quantity_value(quantity: Quantity, symbols: &Symbols) -> Value {
    match quantity {
        Quantity::Text(symbol) => Value::Text(symbols.text(symbol)),
        Quantity::Fen(fen) => Value::Text(format!("{}.{:02}", fen / 100, fen % 100)),
        Quantity::Instant(at) => Value::Text(crate::normalise::Instant(at).to_rfc3339()),
        Quantity::Count(count) => Value::Count(count as i64),
        Quantity::Permille(share) => Value::Text(format!("{}.{}%", share / 10, share % 10)),
        Quantity::Seconds(seconds) => Value::Count(seconds),
        Quantity::Event(event) => {
            let EventName { source, id } = EventName::of(event, symbols);
            Value::Text(format!("{source}#{id}"))
        }
    }
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
    fn of(event: EventRef, symbols: &Symbols) -> EventName {
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
    /// How often each rule could not conclude in a section: (rule, outcome) pairs other than triggered and
    /// not triggered.
    Undecided(Arc<[(Rule, crate::rules::Undecided)]>),
}
