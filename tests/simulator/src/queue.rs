//! What is still to happen, by calendar day.
//!
//! A bucket a day instead of a heap: a day is sorted once, when it comes. The number of buckets is
//! bounded by the longest life of a section; what lies beyond the last day is never kept.

use std::{collections::VecDeque, sync::Arc};

use crate::{
    clock::{DAY, DayNo, Local},
    firms::FirmNo,
    section::Section,
    truth::Truth,
};

/// Days from a section's planning to its last event or finding: 46 before the opening, 75 after it (a
/// complaint that should have been decided), and a reserve.
const BUCKETS_MAX: usize = 140;

/// A step in a section's life. The number is the place of a bid or of an expert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    ProjectRegistered,
    SectionAnnounced,
    SectionClarified,
    SectionChanged,
    SectionFailed,
    SectionSuspended,
    Downloaded(usize),
    DepositReceived(usize),
    SubmittedFirst(usize),
    Submitted(usize),
    Corrected(usize),
    Retracted(usize),
    Withdrawn(usize),
    ExpertDrawn(usize),
    OpeningStarted,
    Decrypted(usize),
    Opened(usize),
    OpeningClosed,
    SignedIn(usize),
    EvaluationStarted,
    Scored(usize),
    Rejected(usize),
    EvaluationClosed,
    AwardProposed,
    AwardDeclined,
    AwardMade,
    ContractSigned,
    DepositReturned(usize),
    ContractCompleted,
}

/// Something that is due.
pub enum What {
    /// A step of a section.
    Step(Arc<Section>, Step),
    /// A firm enters the register of parties.
    Party(FirmNo),
    /// A line that is written already: rare things.
    Line(Box<str>),
    /// A finding must hold from now on.
    Truth(Box<Truth>),
}

/// Something due at an instant.
pub struct Due {
    /// When.
    pub at: Local,
    /// What.
    pub what: What,
}

/// The buckets of the days to come.
pub struct Queue {
    today: DayNo,
    last_day: DayNo,
    days: VecDeque<Vec<Due>>,
}

impl Queue {
    /// An empty queue whose next day is `today`.
    pub const fn new(today: DayNo, last_day: DayNo) -> Self {
        Self { today, last_day, days: VecDeque::new() }
    }

    /// Adds what is due; what lies after the last day is dropped.
    ///
    /// # Panics
    /// If it lies in the past or beyond the longest life of a section: an error in the plan.
    pub fn push(&mut self, at: Local, what: What) {
        let day = at.div_euclid(DAY);
        if day > self.last_day {
            return;
        }
        assert!(day >= self.today, "planned for day {day}, which is before day {}", self.today);
        let bucket = (day - self.today) as usize;
        assert!(bucket < BUCKETS_MAX, "planned {bucket} days ahead");
        while self.days.len() <= bucket {
            self.days.push_back(Vec::new());
        }
        self.days[bucket].push(Due { at, what });
    }

    /// Takes today's, in order of time (equal times in order of planning), and moves on.
    pub fn pop_day(&mut self) -> Vec<Due> {
        self.today += 1;
        let mut due = self.days.pop_front().unwrap_or_default();
        due.sort_by_key(|due| due.at);
        due
    }

    /// How many things are due.
    pub fn len(&self) -> usize {
        self.days.iter().map(Vec::len).sum()
    }
}
