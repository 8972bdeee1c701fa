//! Commits under way: durable in the journal, but not yet computed, written to the ledger and told.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How many may be under way before no more are made: seconds of work at full load. Without an end to it a ledger that is slower than
/// the journal would fill the memory and be told of late, while senders heard that all is well.
const UNDER_WAY_MAX: usize = 128;

/// When each commit that is under way became durable.
#[derive(Clone, Default)]
pub struct Commits(Arc<Shared>);

#[derive(Default)]
struct Shared {
    under_way: Mutex<UnderWay>,
    fewer: Condvar,
}

#[derive(Default)]
struct UnderWay {
    durable: VecDeque<(u64, Instant)>,
    /// Nobody takes commits any more.
    closed: bool,
}

impl UnderWay {
    fn is_full(&self) -> bool {
        self.durable.len() >= UNDER_WAY_MAX && !self.closed
    }
}

impl Commits {
    fn lock(&self) -> MutexGuard<'_, UnderWay> {
        self.0.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a commit is durable.
    pub fn note(&self, commit: u64) {
        self.lock().durable.push_back((commit, Instant::now()));
    }

    /// For how long the oldest commit that was not taken has been durable.
    pub fn oldest(&self) -> Duration {
        self.lock().durable.front().map(|(_, at)| at.elapsed()).unwrap_or_default()
    }

    /// When `commit` became durable, if it held events; forgets it and all before.
    pub fn take(&self, commit: u64) -> Option<Instant> {
        let mut under_way = self.lock();
        let mut found = None;
        while let Some((first, at)) = under_way.durable.front().copied().filter(|(first, _)| *first <= commit)
        {
            found = (first == commit).then_some(at);
            under_way.durable.pop_front();
        }
        self.0.fewer.notify_all();
        found
    }

    /// Waits while too many are under way.
    pub fn wait_for_room(&self) {
        let under_way = self.lock();
        drop(self.0.fewer.wait_while(under_way, |under_way| under_way.is_full()));
    }

    /// Nobody takes commits any more, so nobody is to wait for that.
    pub fn close(&self) {
        self.lock().closed = true;
        self.0.fewer.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    /// As many commits as may be under way; and hears when somebody who waited for room has found it.
    fn full() -> (Commits, std::sync::mpsc::Receiver<()>) {
        let commits = Commits::default();
        (1..=UNDER_WAY_MAX as u64).for_each(|commit| commits.note(commit));
        let (done, heard) = channel();
        let waiting = commits.clone();
        std::thread::spawn(move || {
            waiting.wait_for_room();
            done.send(()).ok();
        });
        (commits, heard)
    }

    #[test]
    fn one_that_is_taken_makes_room() {
        let (commits, heard) = full();
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "there is no room");
        assert!(commits.take(1).is_some());
        heard.recv_timeout(Duration::from_secs(30)).expect("there is room");
    }

    #[test]
    fn nobody_waits_for_those_who_have_gone() {
        let (commits, heard) = full();
        assert!(heard.recv_timeout(Duration::from_millis(50)).is_err(), "there is no room");
        commits.close();
        heard.recv_timeout(Duration::from_secs(30)).expect("nobody waits");
    }

    #[test]
    fn a_commit_is_taken_with_all_before_it() {
        let commits = Commits::default();
        [3, 5, 8].into_iter().for_each(|commit| commits.note(commit));
        assert!(commits.take(4).is_none(), "4 held no events");
        assert!(commits.take(5).is_some());
        assert!(commits.take(5).is_none());
        assert!(commits.oldest() > Duration::ZERO);
        assert!(commits.take(8).is_some());
        assert_eq!(commits.oldest(), Duration::ZERO);
    }
}
