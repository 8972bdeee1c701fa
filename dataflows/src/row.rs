//! Rows: what the dataflows carry. One row per source event, holding that event's facts.
//!
//! Few, fat rows load faster and take less memory than a row a fact, and make a retraction trivial: the
//! event's one row goes. A fact is packed into a `u64`, its kind in the top byte, so that facts sort by
//! kind and a row of twelve facts takes 96 bytes, shared between arrangements.
//!
//! *Invariants.* A row is a pure function of its event (and of the tables of names). Facts of a row are in
//! the order in which [`facts`](crate::facts) writes them; equal events give equal rows. No float.

use crate::symbols::{EventRef, Symbol};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What kind of event a row comes from. The order is the order in which a dossier reads the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RowKind {
    /// `project.registered`, joined in for each of its sections.
    Project,
    /// `section.announced`, `section.changed`.
    Section,
    /// `section.failed`, `section.suspended`, `section.cancelled`.
    Halted,
    /// `opening.started`.
    OpeningStarted,
    /// `award.made`.
    Award,
    /// `bid.submitted`.
    Submitted,
    /// `bid.opened`.
    Opened,
    /// `bid.decrypted`.
    Decrypted,
    /// `bid.withdrawn`.
    Withdrawn,
    /// `deposit.received`.
    Deposit,
    /// `witness.recorded`.
    Witness,
    /// Not an event: who controls a bidder, joined in from the control chains.
    Control,
    /// Not an event: an instant that this section waited for has passed.
    Passed,
}

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        /// What a fact says. Symbols unless noted.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        pub enum FactKind { $($(#[$doc])* $name),* }
        impl FactKind { const ALL: &'static [FactKind] = &[$(FactKind::$name),*]; }
    };
}

fact_kinds! {
    /// The project of a section.
    Project,
    /// The tenderer of a project.
    Tenderer,
    /// The department that supervises a project.
    Department,
    /// [`Industry`](crate::event::Industry) as its index in `ALL`.
    Industry,
    /// [`Method`](crate::event::Method) as its index in `ALL`.
    Method,
    /// Ceiling price, fen.
    Ceiling,
    /// Submission deadline, an instant.
    Deadline,
    /// Planned opening, an instant.
    OpeningAt,
    /// A device code or lock in the tenderer's own files: never counts.
    Own,
    /// A member of the bid's consortium.
    Member,
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
    /// Machine code of the tool that made the file.
    MachineCode,
    /// Address the file was uploaded from.
    Ip,
    /// Pricing software lock.
    PricingLock,
    /// CA certificate.
    CaLock,
    /// File creation code.
    FeatureCode,
    /// Authorised agent, a pseudonym.
    Agent,
    /// Project manager, a pseudonym.
    Manager,
    /// Member of the project staff, a pseudonym.
    Staff,
    /// Account a deposit came from.
    Account,
    /// Price, fen.
    Price,
    /// When the bid was submitted, an instant.
    SubmittedAt,
    /// 1 if uploaded at the venue, else 0.
    OnSite,
    /// When the event's act happened, an instant.
    At,
    /// 1 if decryption succeeded, else 0.
    Decrypted,
    /// Awarded bidder.
    Winner,
    /// [`WitnessKind`](crate::event::WitnessKind) as its index in `ALL`.
    WitnessKind,
    /// [`Gravity`](crate::event::Gravity) as its index in `ALL`.
    Gravity,
    /// An organisation concerned.
    Party,
    /// A person concerned, a pseudonym.
    Person,
    /// An organisation (or person) that controls the row's bidder.
    Controller,
    /// An event on the chain to the controller before it.
    Via,
}

/// How many bits of a fact hold its value.
const VALUE_BITS: u32 = 56;

/// One fact: its kind and a value of at most 56 bits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Fact(u64);

impl Fact {
    /// Packs a fact. Values are symbols, small indices, or numbers as [`Fact::number`] packs them, all of which
    /// the door has checked; a larger one is a bug worth stopping for.
    pub fn new(kind: FactKind, value: u64) -> Fact {
        assert!(value >> VALUE_BITS == 0, "a fact's value must fit into {VALUE_BITS} bits, got {value}");
        Fact((kind as u64) << VALUE_BITS | value)
    }

    /// A fact whose value is a symbol.
    pub fn symbol(kind: FactKind, symbol: Symbol) -> Fact {
        Fact::new(kind, u64::from(symbol.0))
    }

    /// A fact whose value is a number: fen below 10^15, or microseconds between 1970 and 2100. The year 1970 of a
    /// clock ahead of UTC begins below zero, so the sign is packed too.
    pub fn number(kind: FactKind, value: i64) -> Fact {
        let fact = Fact::new(kind, value as u64 & ((1 << VALUE_BITS) - 1));
        assert_eq!(fact.as_number(), value, "a number must fit into {VALUE_BITS} bits");
        fact
    }

    /// What it says.
    pub fn kind(self) -> FactKind {
        FactKind::ALL[(self.0 >> VALUE_BITS) as usize]
    }

    /// The bare value.
    pub fn value(self) -> u64 {
        self.0 & ((1 << VALUE_BITS) - 1)
    }

    /// The value as a number.
    pub fn as_number(self) -> i64 {
        let unused = u64::BITS - VALUE_BITS;
        (self.value() << unused) as i64 >> unused
    }

    /// The value as a symbol.
    pub fn as_symbol(self) -> Symbol {
        Symbol(self.value() as u32)
    }
}

impl std::fmt::Debug for Fact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}({})", self.kind(), self.value())
    }
}

/// One event's facts about one section, project or party.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Row {
    /// The kind of event.
    pub kind: RowKind,
    /// The bidder concerned, or [`Symbol::NONE`].
    pub bidder: Symbol,
    /// The event's `time`, microseconds since 1970; 0 for rows that are joined in.
    pub at: i64,
    /// The event; [`EventRef(0)`](EventRef) for rows that no event stands for.
    pub event: EventRef,
    /// What it says.
    pub facts: Arc<[Fact]>,
}

impl Row {
    /// All values of one kind.
    pub fn all(&self, kind: FactKind) -> impl Iterator<Item = Fact> + '_ {
        self.facts.iter().copied().filter(move |f| f.kind() == kind)
    }

    /// The one value of a kind that an event gives at most once.
    pub fn one(&self, kind: FactKind) -> Option<Fact> {
        self.facts.iter().copied().find(|f| f.kind() == kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_keeps_its_kind_and_its_whole_value() {
        for kind in FactKind::ALL {
            for value in [0, 1, (1 << VALUE_BITS) - 1] {
                let fact = Fact::new(*kind, value);
                assert_eq!((fact.kind(), fact.value()), (*kind, value));
            }
        }
    }

    #[test]
    fn a_number_keeps_its_sign() {
        for number in [0, 1, -1, -28_800_000_000, 10_i64.pow(15), (1 << 55) - 1, -(1 << 55)] {
            assert_eq!(Fact::number(FactKind::At, number).as_number(), number);
        }
    }

    #[test]
    #[should_panic(expected = "must fit")]
    fn a_value_past_56_bits_is_refused() {
        Fact::new(FactKind::Price, 1 << VALUE_BITS);
    }

    #[test]
    fn rows_are_small() {
        assert!(std::mem::size_of::<Row>() <= 40);
    }
}
