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
    /// `section.announced`.
    Announced,
    /// `section.changed`.
    Changed,
    /// `section.failed`, `section.cancelled`.
    Ended,
    /// `section.suspended`.
    Suspended,
    /// `document.downloaded`.
    Downloaded,
    /// `opening.started`.
    OpeningStarted,
    /// `opening.closed`.
    OpeningClosed,
    /// `award.proposed`.
    Proposed,
    /// `award.made`.
    Award,
    /// `award.declined`.
    Declined,
    /// `contract.signed`.
    ContractSigned,
    /// `contract.completed`.
    ContractCompleted,
    /// `contract.subcontracted`.
    Subcontracted,
    /// `auction.closed`.
    Auctioned,
    /// `bid.submitted`.
    Submitted,
    /// `bid.opened`.
    Opened,
    /// `bid.decrypted`.
    Decrypted,
    /// `bid.withdrawn`.
    Withdrawn,
    /// `bid.rejected`.
    Rejected,
    /// `deposit.received`.
    Deposit,
    /// `deposit.returned`.
    DepositReturned,
    /// `expert.drawn`.
    Drawn,
    /// `expert.replaced`.
    Replaced,
    /// `expert.signed_in`.
    SignedIn,
    /// `evaluation.started`.
    EvaluationStarted,
    /// `evaluation.closed`.
    EvaluationClosed,
    /// `witness.recorded`.
    Witness,
    /// `witness.device`.
    Device,
    /// `objection.raised`.
    Objection,
    /// `objection.answered`.
    Answer,
    /// `complaint.received`.
    ComplaintReceived,
    /// `complaint.accepted`.
    ComplaintAccepted,
    /// `complaint.refused`.
    ComplaintRefused,
    /// `complaint.decided`.
    ComplaintDecided,
    /// `complaint.answered`.
    ComplaintAnswered,
    /// `inspection.drawn`.
    InspectionDrawn,
    /// `inspection.done`.
    InspectionDone,
    /// `inspection.published`.
    InspectionPublished,
    /// `credit.listed`.
    CreditListed,
    /// `credit.removed`.
    CreditRemoved,
    /// `party.recorded`: the latest, joined in for each section that concerns the organisation.
    Party,
    /// `person.employed`, joined in for each section that concerns the person.
    Employment,
    /// Not an event of the section: a credit entry on somebody whom it concerns.
    Credit,
    /// Not an event of the section: a contract elsewhere of a manager whom it concerns.
    Contract,
    /// Not an event: who controls an organisation, joined in from the control chains.
    Control,
    /// `alert.closed`, `alert.reopened`.
    Handled,
    /// Not an event: an instant that this section waited for has passed.
    Passed,
    /// Not an event: the edition of the rules that judges the section.
    Edition,
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
    /// The department that supervises a project, or that a complaint went to.
    Department,
    /// [`Industry`](crate::event::Industry) as its index in `ALL`.
    Industry,
    /// [`Method`](crate::event::Method) as its index in `ALL`.
    Method,
    /// 1 if a key project.
    KeyProject,
    /// [`EvaluationMethod`](crate::event::EvaluationMethod) as its index in `ALL`.
    EvaluationMethod,
    /// Ceiling price, fen.
    Ceiling,
    /// Estimate, fen.
    Estimate,
    /// Deposit asked for, fen.
    DepositAmount,
    /// When the notice was published, an instant.
    AnnouncedAt,
    /// From when documents can be had, an instant.
    DocumentsFrom,
    /// Submission deadline, an instant.
    Deadline,
    /// Planned opening, an instant.
    OpeningAt,
    /// 1 if a change affects how bids are written.
    Material,
    /// A device code or lock in the tenderer's own files: never counts.
    Own,
    /// A member of the bid's consortium.
    Member,
    // From here to `DecryptIp`: codes and addresses, which may be the tenderer's own.
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
    /// Address the documents were fetched from.
    DownloadIp,
    /// Address the bid was decrypted from.
    DecryptIp,
    // From here to `ApplyPhone`: other values by which bids may be alike.
    /// Who made the file, folded.
    Author,
    /// Who saved the file last, folded.
    LastSavedBy,
    /// When the file was made, to the second, an instant.
    FileCreatedAt,
    /// Why decryption failed.
    DecryptError,
    /// Authorised agent, a pseudonym.
    Agent,
    /// Project manager, a pseudonym.
    Manager,
    /// Member of the project staff, a pseudonym.
    Staff,
    /// Contact person, a pseudonym.
    Contact,
    /// Telephone.
    Phone,
    /// Mail address.
    Email,
    /// Who attended the opening, a pseudonym.
    Attendee,
    /// Account a deposit came from.
    Account,
    /// Who applied for a guarantee, a pseudonym.
    Applicant,
    /// Address the guarantee was applied for from.
    ApplyIp,
    /// Telephone the guarantee was applied for with.
    ApplyPhone,
    // From here on: what is no likeness of bids.
    /// Holder of the account a deposit came from.
    AccountHolder,
    /// [`DepositForm`](crate::event::DepositForm) as its index in `ALL`.
    DepositForm,
    /// 1 if a deposit came from the basic account, else 0.
    BasicAccount,
    /// Digest of a file.
    FileDigest,
    /// An organisation named inside a bid's file.
    NamedInFile,
    /// 1 if the bid's event carries fingerprints or bill items.
    Detailed,
    /// 1 if the bidder's code fails its check digit.
    BadCode,
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
    /// A candidate proposed; its rank follows.
    Candidate,
    /// Rank of the candidate before it.
    Rank,
    /// The one who has a contract.
    Contractor,
    /// The one who has a part of it.
    Subcontractor,
    /// Where: a room.
    Room,
    /// An expert, a pseudonym.
    Expert,
    /// Who employs an expert or a person.
    Employer,
    /// [`Attendance`](crate::event::Attendance) as its index in `ALL`.
    Attendance,
    /// 1 if a reason was given.
    Reason,
    /// [`WitnessKind`](crate::event::WitnessKind) as its index in `ALL`.
    WitnessKind,
    /// [`Gravity`](crate::event::Gravity) as its index in `ALL`.
    Gravity,
    /// An organisation concerned.
    Party,
    /// A person concerned, a pseudonym.
    Person,
    /// A device of the venue.
    Device,
    /// [`DeviceState`](crate::event::DeviceState) as its index in `ALL`.
    DeviceState,
    /// Code of an objection, complaint or inspection.
    Matter,
    /// [`ObjectionKind`](crate::event::ObjectionKind) as its index in `ALL`.
    ObjectionKind,
    /// A section: that a matter is about, or where a contract is.
    Section,
    /// Code of a credit entry.
    Entry,
    /// [`CreditKind`](crate::event::CreditKind) as its index in `ALL`.
    CreditKind,
    /// First day, a local date.
    FromDay,
    /// Last day, a local date.
    UntilDay,
    /// When an entry was removed, or a contract completed, an instant.
    EndedAt,
    /// Legal representative, a pseudonym.
    LegalRepresentative,
    /// Director, a pseudonym.
    Director,
    /// Registered address, folded.
    Address,
    /// An organisation that holds a share; the share and whether it controls follow.
    HolderOrg,
    /// A person who holds a share; likewise.
    HolderPerson,
    /// Share of the holder before it, parts per million.
    Share,
    /// 1 if the holder before it controls.
    Controls,
    /// An organisation that controls the row's subject; the events of the chain follow.
    Controller,
    /// A person who controls the row's subject; likewise.
    ControllerPerson,
    /// An event on the chain to the controller before it.
    Via,
    /// [`Outcome`](crate::event::Outcome) of an alert, as its index in `ALL`.
    Outcome,
    /// Number of an edition of the rules.
    Edition,
    // From here on: what no rule reads, but an indicator does.
    /// The region of a project, six digits (GB/T 2260).
    Region,
    /// 1 if a project is traded electronically throughout, else 0.
    Electronic,
    /// Reserve price, fen.
    Floor,
    /// 1 if the section is another attempt of an earlier one.
    Relaunch,
    /// 1 if a section was cancelled rather than failed.
    Cancelled,
    /// 1 if a complaint was upheld, 0 if not.
    Upheld,
}

impl RowKind {
    /// Whether the row is a notice of the section: `section.announced`, `section.changed`.
    pub fn is_notice(self) -> bool {
        matches!(self, RowKind::Announced | RowKind::Changed)
    }

    /// Whether no event of the section itself stands behind the row.
    pub fn is_joined(self) -> bool {
        matches!(self, RowKind::Project) || self >= RowKind::Party
    }
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

    /// Whether it is of this kind.
    pub fn is(self, kind: FactKind) -> bool {
        self.0 >> VALUE_BITS == kind as u64
    }

    /// The least fact of a kind: those of the kind lie between it and the least of the next.
    pub fn least(kind: FactKind) -> Fact {
        Fact((kind as u64) << VALUE_BITS)
    }

    fn is_between(self, first: FactKind, last: FactKind) -> bool {
        (first as u64..=last as u64).contains(&(self.0 >> VALUE_BITS))
    }

    /// Whether the value may be the tenderer's own, and then never counts.
    pub fn may_be_own(self) -> bool {
        self.is_between(FactKind::Mac, FactKind::DecryptIp)
    }

    /// Whether two bids that show this value are alike in something.
    pub fn likens(self) -> bool {
        self.is_between(FactKind::Mac, FactKind::ApplyPhone)
    }

    /// Kind and value, in their order.
    pub fn packed(self) -> u64 {
        self.0
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
    /// The bidder concerned, the subject of a joined row, or [`Symbol::NONE`].
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
        self.facts.iter().copied().filter(move |f| f.is(kind))
    }

    /// The one value of a kind that an event gives at most once.
    pub fn one(&self, kind: FactKind) -> Option<Fact> {
        self.facts.iter().copied().find(|f| f.is(kind))
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
