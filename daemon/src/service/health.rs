//! The engine's health: for how long its first worker was idle, and how many rows its operators keep.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use xiezhi_dataflows::engine::Watchers;
use xiezhi_dataflows::operators::Kept;

/// Over how many looks the share of idle time is reckoned; the watchdog looks once a second.
const LOOKS: usize = 10;

/// What the engine tells of itself.
#[derive(Clone, Default)]
pub struct Health {
    kept: Kept,
    idle: Arc<Mutex<Idle>>,
}

/// For how long the worker has been idle.
#[derive(Default)]
struct Idle {
    so_far: Duration,
    since: Option<Instant>,
}

impl Idle {
    fn turn(&mut self, idle: bool, now: Instant) {
        if let Some(since) = self.since.take() {
            self.so_far += now.saturating_duration_since(since);
        }
        self.since = idle.then_some(now);
    }
}

impl Health {
    /// Those who watch an engine for this.
    pub fn watchers(&self) -> Watchers {
        let idle = self.idle.clone();
        let turn = move |is_idle| {
            idle.lock().unwrap_or_else(PoisonError::into_inner).turn(is_idle, Instant::now());
        };
        Watchers { kept: Some(self.kept.clone()), idle: Some(Arc::new(turn)), ..Watchers::default() }
    }

    /// How many rows each operator keeps.
    pub fn rows(&self) -> BTreeMap<String, i64> {
        self.kept.rows()
    }

    /// For how long the first worker has been idle since the engine started.
    pub fn idle_so_far(&self) -> Duration {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let is_idle = idle.since.is_some();
        idle.turn(is_idle, Instant::now());
        idle.so_far
    }
}

/// The share of idle time over the last looks.
#[derive(Default)]
pub struct IdleShare {
    looks: VecDeque<(Duration, Instant)>,
}

impl IdleShare {
    /// Looks at what has come together, and gives the share since the look ten looks ago; 1 at the first.
    pub fn look(&mut self, idle: Duration, now: Instant) -> f64 {
        self.looks.push_back((idle, now));
        if self.looks.len() > LOOKS + 1 {
            self.looks.pop_front();
        }
        let (before, then) = self.looks[0];
        let passed = now.saturating_duration_since(then);
        if passed.is_zero() {
            return 1.0;
        }
        idle.saturating_sub(before).as_secs_f64() / passed.as_secs_f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_that_of_the_last_ten_looks() {
        let (begun, mut share) = (Instant::now(), IdleShare::default());
        let at = |seconds| begun + Duration::from_secs(seconds);
        let idle = Duration::from_secs;
        let near = |share: f64, wanted: f64| (share - wanted).abs() < 1e-9;
        assert!(near(share.look(idle(0), at(0)), 1.0), "of no time");
        assert!(near(share.look(idle(1), at(2)), 0.5));
        for second in 3..=12 {
            share.look(idle(1), at(second));
        }
        assert!(near(share.look(idle(1), at(13)), 0.0), "what was long ago is forgotten");
    }

    #[test]
    fn time_is_idle_from_when_the_worker_says_so_until_it_says_otherwise() {
        let (begun, mut held) = (Instant::now(), Idle::default());
        let at = |seconds| begun + Duration::from_secs(seconds);
        for (is_idle, seconds) in [(false, 0), (true, 1), (false, 3), (false, 9), (true, 10), (true, 11)] {
            held.turn(is_idle, at(seconds));
        }
        assert_eq!(held.so_far, Duration::from_secs(3));
    }
}
