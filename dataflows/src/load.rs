//! Loading a history: in large commits, one under way while the next is made.
//!
//! Nobody asks what held after each event of the past, so a section should be judged once for all that is known of it,
//! not once for each commit that touches it, and its announcement, bids, opening and award lie weeks apart. So a load may
//! [defer](Load::deferring) judgements: a section is judged when some commits have passed since it was new, so that the engine
//! has work while the next commit is made, and what still waits at the end in [`Load::judge`], some sections a commit. What
//! bounds all commits is memory, as changes wait in each operator.
//!
//! *Law.* What holds after a load is what would hold had every event been a commit of its own.

use crate::driver::Driver;
use crate::engine::Commit;
use crate::event::Event;
use crate::intake::Archive;
use crate::operators::Concluding;
use std::collections::VecDeque;

/// Events of one commit: some hundred megabytes while it is computed.
pub const COMMIT_EVENTS: usize = 100_000;

/// Sections that are judged in one commit, of those that wait.
const COMMIT_SECTIONS: usize = 4_096;

/// For so many commits new sections wait for more to come: at a million bids in two years some months.
const COMMITS_WAITED: usize = 3;

/// When the sections of a load are judged.
#[derive(Default)]
enum Judging {
    /// With each commit.
    #[default]
    AtOnce,
    /// Later, of which the engine is not told yet.
    Later,
    /// Later, of which the engine is told.
    Waiting(Waiting),
    /// At the end, of which so many commits are left.
    Left(usize),
}

/// The sections that wait.
#[derive(Default)]
struct Waiting {
    /// How many sections there were when each of the last commits began.
    known: VecDeque<usize>,
    /// How many were let be judged.
    released: usize,
}

impl Waiting {
    /// How many sections have waited long enough, now that another commit begins.
    fn release(&mut self, known: usize) -> Option<usize> {
        self.known.push_back(known);
        let old = if self.known.len() > COMMITS_WAITED { self.known.pop_front()? } else { return None };
        Some(old - std::mem::replace(&mut self.released, old))
    }
}

impl Judging {
    /// What the next commit of events says.
    fn begin(&mut self, driver: &Driver) -> Option<Concluding> {
        match self {
            Judging::AtOnce | Judging::Left(_) => None,
            Judging::Later => {
                *self = Judging::Waiting(Waiting::default());
                Some(Concluding::Later)
            }
            Judging::Waiting(waiting) => waiting.release(driver.sections()).map(Concluding::Some),
        }
    }

    /// What the next commit of judgements says.
    fn end(&mut self, driver: &Driver) -> Option<Concluding> {
        let left = match self {
            Judging::AtOnce | Judging::Later => return None,
            Judging::Waiting(_) => driver.sections().div_ceil(COMMIT_SECTIONS),
            Judging::Left(left) => *left,
        };
        // The last one opens what is closed, also to keys of which there are rows from elsewhere only.
        let (then, said) = match left.checked_sub(1) {
            Some(left) => (Judging::Left(left), Concluding::Some(COMMIT_SECTIONS)),
            None => (Judging::Later, Concluding::AtOnce),
        };
        *self = then;
        Some(said)
    }
}

/// Events that gather to a commit.
#[derive(Default)]
pub struct Load {
    gathering: Option<Commit>,
    events: usize,
    judging: Judging,
}

impl Load {
    /// A load of which all sections are judged only after [`judge`](Load::judge); by default each commit's are at once.
    pub fn deferring() -> Load {
        Load { judging: Judging::Later, ..Load::default() }
    }

    /// Takes events in, and gives a commit when it is full. It is to be fed when the one before is published: more than
    /// one that waits costs memory, and wins nothing. Until it is fed the driver may make no other.
    pub fn take(&mut self, driver: &mut Driver, events: &[Event], archive: &dyn Archive) -> Option<Commit> {
        if events.is_empty() {
            return None;
        }
        let commit = self.gathering.get_or_insert_with(|| {
            let concluding = self.judging.begin(driver);
            Commit { concluding, ..driver.begin() }
        });
        driver.add(commit, events.iter(), archive);
        self.events += events.len();
        (self.events >= COMMIT_EVENTS).then(|| self.finish()).flatten()
    }

    /// Gives what has gathered, if anything has.
    pub fn finish(&mut self) -> Option<Commit> {
        self.events = 0;
        self.gathering.take()
    }

    /// The next commit that judges sections that wait, each to be fed as those of [`take`](Load::take); none when all are
    /// judged. What has gathered comes first.
    pub fn judge(&mut self, driver: &mut Driver) -> Option<Commit> {
        debug_assert!(self.gathering.is_none(), "what has gathered comes first");
        self.judging.end(driver).map(|said| driver.conclude(said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editions::{Edition, Editions};
    use crate::params::Params;
    use crate::symbols::Symbols;
    use std::sync::Arc;

    #[test]
    fn sections_wait_some_commits_and_each_is_let_go_once() {
        let mut waiting = Waiting::default();
        let released: Vec<_> = [0, 10, 15, 40, 41, 50].map(|known| waiting.release(known)).into();
        assert_eq!(released, [None, None, None, Some(0), Some(10), Some(5)]);
    }

    #[test]
    fn a_load_that_defers_ends_with_all_judged_and_begins_anew() {
        let symbols = Arc::new(Symbols::default());
        let editions = Arc::new(Editions::new(Edition::always(Params::default())));
        let driver = Driver::new(editions, symbols, 1);
        assert_eq!((Judging::AtOnce.begin(&driver), Judging::AtOnce.end(&driver)), (None, None));
        let mut judging = Judging::Later;
        assert_eq!(judging.end(&driver), None, "nothing was taken in");
        for _ in 0..2 {
            assert_eq!(judging.begin(&driver), Some(Concluding::Later));
            assert_eq!(judging.begin(&driver), None);
            assert_eq!(judging.end(&driver), Some(Concluding::AtOnce));
            assert_eq!(judging.end(&driver), None);
        }
        judging = Judging::Left(2);
        let said: Vec<_> = std::iter::from_fn(|| judging.end(&driver)).collect();
        let some = Concluding::Some(COMMIT_SECTIONS);
        assert_eq!(said, [some, some, Concluding::AtOnce]);
    }
}
