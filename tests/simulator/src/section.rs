//! A project, its sections and their bids, as planned: who, when, how much, and how it ends.
//!
//! A plan is compact and shared; its events are written only on the day on which they happen. Instants
//! are local seconds, amounts fen.

use std::sync::Arc;

use crate::{
    clock::{DAY, Local, MINUTE},
    codes::PersonNo,
    firms::FirmNo,
};

/// How a contract is tendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// 公开招标
    Public,
    /// 邀请招标
    Invited,
    /// 竞争性磋商
    Consultation,
    /// 询价
    Inquiry,
}

impl Method {
    /// The name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Invited => "invited",
            Self::Consultation => "consultation",
            Self::Inquiry => "inquiry",
        }
    }
}

/// How bids are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// 最低价
    LowestPrice,
    /// 平均价
    AveragePrice,
    /// 综合评估
    Comprehensive,
    /// 经评审的最低投标价
    QualifiedLowest,
}

impl Evaluation {
    /// The name in events.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LowestPrice => "lowest_price",
            Self::AveragePrice => "average_price",
            Self::Comprehensive => "comprehensive",
            Self::QualifiedLowest => "qualified_lowest",
        }
    }
}

/// A project with one to three sections.
pub struct Project {
    /// Its number in this venue, from 1.
    pub serial: u64,
    /// Index of its trade.
    pub trade: usize,
    /// Number of the tenderer.
    pub tenderer: u64,
    /// Number of the agency.
    pub agency: u64,
    /// How it is tendered.
    pub method: Method,
    /// On the list of key projects.
    pub key: bool,
    /// Estimate of the whole.
    pub estimate: i64,
    /// When it was registered.
    pub registered: Local,
}

/// How a section ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Opened, evaluated, awarded.
    Awarded,
    /// Fewer than three bidders: not opened, failed in time.
    Failed,
    /// Suspended before the deadline, at this instant.
    Suspended(Local),
    /// Forgotten: nothing happens at the opening time, or ever after.
    NeverOpened,
}

/// The award of a section.
pub struct Award {
    /// Candidates by rank, as places in the list of bids.
    pub candidates: Vec<usize>,
    /// Who gets it.
    pub winner: usize,
    /// When the candidates are published.
    pub proposed: Local,
    /// When the first candidate declines, if it does.
    pub declined: Option<Local>,
    /// When the award is made and notified.
    pub made: Local,
    /// When the contract is signed.
    pub signed: Local,
    /// When the work is done, where that is told.
    pub completed: Option<Local>,
}

/// A section (标段).
pub struct Section {
    /// Its project.
    pub project: Arc<Project>,
    /// Its place in the project, from 1.
    pub no: u64,
    /// Its code.
    pub code: String,
    /// Ceiling price.
    pub ceiling: i64,
    /// Deposit asked for.
    pub deposit: i64,
    /// How bids are compared.
    pub evaluation: Evaluation,
    /// When it was announced; documents are available from then on.
    pub announced: Local,
    /// Until when documents are available.
    pub documents_until: Local,
    /// The deadline, which is the opening time.
    pub deadline: Local,
    /// Number of the opening room; from 1000 the spare rooms.
    pub room: u64,
    /// When the opening really starts.
    pub started: Local,
    /// Numbers of the experts.
    pub experts: Vec<u64>,
    /// When evaluation ends.
    pub evaluated: Local,
    /// Are scores told?
    pub scored: bool,
    /// How it ends.
    pub ending: Ending,
    /// The award, where there is one.
    pub award: Option<Award>,
    /// The bids.
    pub bids: Vec<Bid>,
}

impl Section {
    /// When the opening ends: before the next one in the room begins.
    pub const fn closed(&self) -> Local {
        self.started + 26 * MINUTE
    }

    /// When evaluation starts.
    pub const fn evaluation(&self) -> Local {
        self.closed() + 35 * MINUTE
    }

    /// Starts the opening at this instant and dates what happens in it.
    pub fn open_at(&mut self, started: Local) {
        self.started = started;
        let count = self.bids.len() as i64;
        for (place, bid) in self.bids.iter_mut().enumerate() {
            bid.decrypted = started + 2 * MINUTE + place as i64 * 20 * MINUTE / count;
        }
    }

    /// When a bid is read out.
    pub const fn read_out(bid: &Bid) -> Local {
        bid.decrypted + 40
    }

    /// The bids that are opened with a price.
    pub fn priced(&self) -> impl Iterator<Item = usize> {
        (0..self.bids.len()).filter(|place| self.bids[*place].fate.is_priced())
    }

    /// Number of the calendar day of the opening.
    pub const fn day(&self) -> i64 {
        self.deadline / DAY
    }
}

/// What becomes of a bid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Opened and evaluated.
    Stands,
    /// Opened, then rejected.
    Rejected,
    /// Withdrawn before the deadline.
    Withdrawn,
    /// Could not be decrypted.
    Unreadable,
}

impl Fate {
    /// Is the bid opened with a price?
    pub const fn is_priced(self) -> bool {
        matches!(self, Self::Stands | Self::Rejected)
    }
}

/// How a deposit is paid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Bank transfer from the basic account.
    Transfer,
    /// Letter of guarantee.
    Guarantee,
    /// Insurance.
    Insurance,
}

/// A bid.
pub struct Bid {
    /// The bidder.
    pub firm: FirmNo,
    /// Its number in this venue: digests and file codes follow from it.
    pub number: u64,
    /// The price; 0 if never opened.
    pub price: i64,
    /// When the documents were downloaded.
    pub downloaded: Local,
    /// When the deposit was paid.
    pub paid: Local,
    /// When the bid was submitted.
    pub submitted: Local,
    /// When the file was created; unlike for all bids of a section.
    pub created: Local,
    /// When it is decrypted.
    pub decrypted: Local,
    /// Which of the firm's machines.
    pub machine: u64,
    /// Which of the firm's agents and staff.
    pub crew: u64,
    /// Sections that the firm had won when this was planned: names the manager.
    pub wins_before: u32,
    /// How the deposit is paid.
    pub form: Form,
    /// Uploaded at the venue.
    pub on_site: bool,
    /// Submitted twice; the second counts.
    pub revised: bool,
    /// What becomes of it.
    pub fate: Fate,
    /// What a scheme changed.
    pub twist: Option<Box<Twist>>,
}

/// Values that a scheme puts in the place of a bidder's own. Numbers come from the venue's count of
/// throw-away values, so that nothing else shares them.
#[derive(Default, Clone)]
pub struct Twist {
    /// The machine: all five hardware codes.
    pub hardware: Option<u64>,
    /// The memory module only.
    pub memory: Option<u64>,
    /// The address that the bid was sent from.
    pub ip: Option<u64>,
    /// The pricing software's lock.
    pub pricing_lock: Option<u64>,
    /// The certificate.
    pub ca_lock: Option<u64>,
    /// The file creation code.
    pub feature: Option<u64>,
    /// The agent.
    pub agent: Option<PersonNo>,
    /// The manager.
    pub manager: Option<PersonNo>,
    /// One more on the staff.
    pub staff: Option<PersonNo>,
    /// The firm whose account pays the deposit.
    pub payer: Option<FirmNo>,
}

impl Bid {
    /// The scheme's values, to write to.
    pub fn twist(&mut self) -> &mut Twist {
        self.twist.get_or_insert_default()
    }
}
