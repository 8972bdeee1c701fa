//! The watchdog: an engine that lives but does not move is worse than one that died.
//!
//! The supervisor is given a pulse from here, so that it ends a process in which not even this thread gets to look.

use super::commits::Commits;
use super::health::{Health, IdleShare};
use super::watermark;
use crate::metrics::Metrics;
use crate::supervisor::Pulse;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use xiezhi_dataflows::engine::Engine;

/// How long the frontier may stand still with commits waiting. The longest single commit known to us took under a
/// second; half a minute is beyond doubt.
const STUCK: Duration = Duration::from_secs(30);

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);

/// The longest between two looks that counts as time in which the engine could have moved.
const LATE: Duration = Duration::from_secs(5);

/// Watches an engine until it is gone.
///
/// # Panics
/// If the thread cannot be started.
pub fn spawn(
    engine: &Arc<Engine>,
    fed: Arc<AtomicU64>,
    health: Health,
    commits: Commits,
    metrics: Arc<Metrics>,
) {
    let engine = Arc::downgrade(engine);
    let body = move || watch(&engine, &fed, &health, &commits, &metrics);
    let thread = std::thread::Builder::new().name("watchdog".to_owned()).spawn(body);
    thread.expect("the watchdog's thread starts");
}

fn watch(engine: &Weak<Engine>, fed: &AtomicU64, health: &Health, commits: &Commits, metrics: &Metrics) {
    let mut idle = IdleShare::default();
    let begun = Instant::now();
    let mut watch = Watch { moved: begun, looked: begun, seen: 0 };
    let mut pulse = Pulse::of_process(begun);
    let look = pulse.as_ref().map_or(LOOK, |pulse| LOOK.min(pulse.every()));
    loop {
        std::thread::sleep(look);
        // Not held while sleeping: the engine ends when nobody holds it.
        let Some(progress) = engine.upgrade().map(|engine| engine.progress()) else { return };
        let fed = watermark(fed);
        let now = Instant::now();
        metrics.engine.frontier_age(commits.oldest());
        metrics.engine.idle(idle.look(health.idle_so_far(), now));
        health.rows().iter().for_each(|(operator, rows)| metrics.engine.arrangement(operator, *rows));
        metrics.engine.in_flight((fed + 1).saturating_sub(progress));
        if watch.is_stuck(progress, fed, now) {
            tracing::error!(
                progress,
                fed,
                "the engine has not moved for 30 s with commits waiting: aborting, to be started again"
            );
            std::process::abort();
        }
        if let Some(pulse) = &mut pulse {
            pulse.beat(now, watch.moved, look);
        }
    }
}

/// When the frontier was last seen to move, and when it was last looked at.
struct Watch {
    moved: Instant,
    looked: Instant,
    seen: u64,
}

impl Watch {
    /// Whether the frontier stands still although commits wait, and has for too long. While the process was stopped (SIGSTOP, a frozen
    /// machine) the watchdog did not look either, so that time does not count.
    fn is_stuck(&mut self, progress: u64, fed: u64, now: Instant) -> bool {
        self.moved += now.duration_since(self.looked).saturating_sub(LATE);
        self.looked = now;
        if progress > fed || progress != self.seen {
            (self.moved, self.seen) = (now, progress);
        }
        now.duration_since(self.moved) > STUCK
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every second from one instant to another; whether it was ever stuck.
    fn looks(
        watch: &mut Watch,
        begun: Instant,
        mut seconds: std::ops::RangeInclusive<u64>,
        at: (u64, u64),
    ) -> bool {
        seconds.any(|second| watch.is_stuck(at.0, at.1, begun + Duration::from_secs(second)))
    }

    #[test]
    fn only_a_frontier_that_stands_still_with_commits_waiting_for_half_a_minute_is_stuck() {
        let begun = Instant::now();
        let mut watch = Watch { moved: begun, looked: begun, seen: 0 };
        assert!(!looks(&mut watch, begun, 1..=500, (8, 7)), "nothing to do is no standing still");
        assert!(!looks(&mut watch, begun, 501..=530, (8, 20)), "not long enough");
        assert!(!looks(&mut watch, begun, 531..=531, (9, 20)), "slow, but it moves");
        assert!(!looks(&mut watch, begun, 532..=561, (9, 21)), "thirty seconds are not more than thirty");
        assert!(looks(&mut watch, begun, 562..=562, (9, 21)));
    }

    #[test]
    fn the_time_in_which_the_process_was_stopped_does_not_count() {
        let begun = Instant::now();
        let mut watch = Watch { moved: begun, looked: begun, seen: 8 };
        assert!(!looks(&mut watch, begun, 1..=10, (8, 9)), "ten seconds");
        assert!(
            !looks(&mut watch, begun, 3_600..=3_614, (8, 9)),
            "stopped for an hour, of which five seconds count"
        );
        assert!(
            looks(&mut watch, begun, 3_615..=3_630, (8, 9)),
            "a frontier that does not move afterwards is stuck"
        );
    }
}
