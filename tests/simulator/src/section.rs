//! A project and its sections, as planned: who, when, how much, and how it ends.
//!
//! A plan is compact and shared; its events are written only on the day on which they happen. Instants
//! are local seconds, amounts fen.

use std::sync::Arc;

use crate::{
    bid::Bid,
    clock::{DAY, Local, MINUTE, at, weekday_until},
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
#[derive(Clone)]
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
    /// When the contract is signed, if it is.
    pub signed: Option<Local>,
    /// The contract's price, where it is not the award's.
    pub contract_price: Option<i64>,
    /// When the work is done, where that is told.
    pub completed: Option<Local>,
}

/// How a committee scores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scoring {
    /// Each expert alone, and all alike.
    Honest,
    /// The second expert marks one bidder down.
    OneSided,
    /// The third expert judges an objective item differently.
    Unequal,
    /// The first expert gives more than full marks.
    OverFull,
    /// The second expert copies the first.
    Copied,
    /// The third expert lifts the first bidder over the second, whom all others prefer.
    Deciding,
}

/// Rooms that the day's plan leaves empty are numbered from here, one for each opening of the day.
pub const SPARE_ROOMS: u64 = 1000;

/// An opening ends before the next one in the room begins.
pub const OPENING_LENGTH: i64 = 26 * MINUTE;

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
    /// Its place among the openings of the day, from 0.
    pub opening: u64,
    /// Number of the opening room; from [`SPARE_ROOMS`] those that no opening is planned in.
    pub room: u64,
    /// When the opening really starts.
    pub started: Local,
    /// How long the opening takes.
    pub opening_length: i64,
    /// When a material change comes too late, if one does.
    pub late_change: Option<Local>,
    /// Numbers of the experts.
    pub experts: Vec<u64>,
    /// The firm that the first expert works for, if it is a firm.
    pub employer: Option<FirmNo>,
    /// How the experts score.
    pub scoring: Scoring,
    /// When evaluation ends.
    pub evaluated: Local,
    /// Are scores told?
    pub scored: bool,
    /// Are the files' contents told: texts, names, unit prices?
    pub filed: bool,
    /// How it ends.
    pub ending: Ending,
    /// The award, where there is one.
    pub award: Option<Award>,
    /// The bids.
    pub bids: Vec<Bid>,
}

impl Section {
    /// When the opening ends.
    pub const fn closed(&self) -> Local {
        self.started + self.opening_length
    }

    /// When evaluation starts.
    pub const fn evaluation(&self) -> Local {
        self.closed() + 35 * MINUTE
    }

    /// When the experts are drawn: on the working day before the opening.
    pub const fn drawn(&self) -> Local {
        at(weekday_until(self.day() - 1), 15, 0)
    }

    /// When the last of the first `count` bids was submitted.
    pub fn submitted(&self, count: usize) -> Local {
        self.bids.iter().take(count).map(|bid| bid.submitted).max().unwrap_or(0)
    }

    /// When the last of the first `count` deposits was paid and its bid submitted.
    pub fn paid(&self, count: usize) -> Local {
        self.bids.iter().take(count).map(|bid| bid.paid.max(bid.submitted)).max().unwrap_or(0)
    }

    /// When a bid is withdrawn that is: shortly before the deadline.
    pub const fn withdrawal(&self) -> Local {
        self.deadline - 20 * MINUTE
    }

    /// A number that no other section of the venue has.
    pub fn serial(&self) -> u64 {
        self.project.serial * 4 + self.no
    }

    /// Starts the opening at this instant and dates what happens in it.
    pub fn open_at(&mut self, started: Local) {
        self.started = started;
        let count = self.bids.len() as i64;
        for (place, bid) in self.bids.iter_mut().enumerate() {
            bid.decrypted = started + 2 * MINUTE + place as i64 * 20 * MINUTE / count;
        }
    }

    /// Moves the opening, and all that follows on that day, to this instant and into a spare room.
    pub fn move_opening(&mut self, started: Local) {
        self.evaluated += started - self.started;
        self.room = SPARE_ROOMS + self.opening;
        self.open_at(started);
    }

    /// Makes the opening so much longer, in a room where it disturbs nobody.
    pub const fn lengthen_opening(&mut self, by: i64) {
        self.evaluated += by;
        self.opening_length += by;
        self.room = SPARE_ROOMS + self.opening;
    }

    /// When a bid is read out.
    pub const fn read_out(bid: &Bid) -> Local {
        bid.decrypted + 40
    }

    /// The bids that are opened with a price.
    pub fn priced(&self) -> impl Iterator<Item = usize> {
        (0..self.bids.len()).filter(|place| self.bids[*place].fate.is_priced())
    }

    /// The place of the first bid that does not win: the one that an unfair expert is unfair to.
    pub fn rival(&self) -> usize {
        usize::from(self.award.as_ref().is_some_and(|award| award.winner == 0))
    }

    /// Number of the calendar day of the opening.
    pub const fn day(&self) -> i64 {
        self.deadline / DAY
    }
}
