//! Loading a history: in large commits, one under way while the next is made.
//!
//! Nobody asks what held after each event of the past, so a section should be judged once for all that is known of it,
//! not once for each commit that touches it, and its announcement, bids, opening and award lie weeks apart. The larger
//! a commit, the fewer judgements; what bounds it is memory, as the changes of a commit wait in each operator.
//!
//! *Law.* What holds after a load is what would hold had every event been a commit of its own.

use crate::driver::Driver;
use crate::engine::Commit;
use crate::event::Event;
use crate::intake::Archive;

/// Events of one commit: some hundred megabytes while it is computed.
pub const COMMIT_EVENTS: usize = 100_000;

/// Events that gather to a commit.
#[derive(Default)]
pub struct Load {
    gathering: Option<Commit>,
    events: usize,
}

impl Load {
    /// Takes events in, and gives a commit when it is full. It is to be fed when the one before is published: more than
    /// one that waits costs memory, and wins nothing. Until it is fed the driver may make no other.
    pub fn take(&mut self, driver: &mut Driver, events: &[Event], archive: &dyn Archive) -> Option<Commit> {
        if events.is_empty() {
            return None;
        }
        let commit = self.gathering.get_or_insert_with(|| driver.begin());
        driver.add(commit, events.iter(), archive);
        self.events += events.len();
        (self.events >= COMMIT_EVENTS).then(|| self.finish()).flatten()
    }

    /// Gives what has gathered, if anything has.
    pub fn finish(&mut self) -> Option<Commit> {
        self.events = 0;
        self.gathering.take()
    }
}
