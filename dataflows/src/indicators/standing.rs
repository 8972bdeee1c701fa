//! How far a section has come. What of it hangs on the time is told as an instant, and decided by whoever asks.

use crate::dossier::Dossier;
use crate::judge::{Day, day_of};

/// For how long after its start an opening is under way, if nothing says that it went on: µs.
const OPENING_US: i64 = 24 * 3_600_000_000;

/// How far a section has come, whatever the time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Announced, and not opened; the day on which it is to be opened, if that is known.
    Announced(Option<Day>),
    /// Opened at this instant (µs), and nothing after it.
    Opened(i64),
    /// Evaluated, or candidates are published.
    Evaluating,
    /// Awarded, or sold.
    Awarded,
    /// Failed or cancelled.
    Failed,
}

/// How far a section has come now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Announced, and not to be opened today.
    Announced,
    /// To be opened today.
    OpeningToday,
    /// Being opened.
    Opening,
    /// Being evaluated.
    Evaluating,
    /// Awarded.
    Awarded,
    /// Ended without an award.
    Failed,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Stage; 6] = [
        Stage::Announced,
        Stage::OpeningToday,
        Stage::Opening,
        Stage::Evaluating,
        Stage::Awarded,
        Stage::Failed,
    ];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Announced => "announced",
            Stage::OpeningToday => "opening_today",
            Stage::Opening => "opening",
            Stage::Evaluating => "evaluating",
            Stage::Awarded => "awarded",
            Stage::Failed => "failed",
        }
    }
}

impl Standing {
    /// How far a section has come; none of which nothing but single facts is known.
    pub fn of(dossier: &Dossier) -> Option<Standing> {
        let (notices, outcome, meeting) = (&dossier.notices, &dossier.outcome, &dossier.meeting);
        if outcome.award.is_some() || outcome.deal.is_some() {
            Some(Standing::Awarded)
        } else if dossier.ended {
            Some(Standing::Failed)
        } else if outcome.proposed.is_some() || meeting.evaluation_started.is_some() {
            Some(Standing::Evaluating)
        } else if let Some(opening) = dossier.opening {
            Some(Standing::Opened(opening.value))
        } else {
            notices.first.map(|_| Standing::Announced(notices.opening_at.map(|at| day_of(at.value))))
        }
    }

    /// Which stage that is at an instant, µs.
    pub fn at(self, now: i64) -> Stage {
        match self {
            Standing::Announced(Some(day)) if day == day_of(now) => Stage::OpeningToday,
            Standing::Announced(_) => Stage::Announced,
            Standing::Opened(at) if now - at < OPENING_US => Stage::Opening,
            Standing::Opened(_) | Standing::Evaluating => Stage::Evaluating,
            Standing::Awarded => Stage::Awarded,
            Standing::Failed => Stage::Failed,
        }
    }
}
