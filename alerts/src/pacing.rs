//! How fast one receiver is told: message by message up to a burst, then at most one a minute, a digest of all that
//! waits.
//!
//! *Laws.* Between two instants at most `burst` messages and one a minute are sent. Nothing that waits is left out:
//! what is not sent alone stands in a digest, at most [`DIGEST_MAX`] in one; the rest waits for the next. The gravest
//! goes first, and of equals the oldest.
//!
//! A storm of ten thousand alerts is so told in twenty-odd messages, none of which is beyond what a receiver takes.

use crate::alert::Level;
use crate::hours::MINUTE_US;
use serde::{Deserialize, Serialize};

/// Most notices in one digest: about a megabyte of JSON, which every webhook takes.
pub const DIGEST_MAX: usize = 500;

/// How fast a receiver may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many messages may go at once after a rest.
    pub burst: u32,
}

impl Default for Rate {
    /// Ten: what a robot's group takes without hiding the first behind the last.
    fn default() -> Self {
        Rate { burst: 10 }
    }
}

/// What a receiver may still be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// Messages that may go now.
    left: u32,
    /// Since when that counts, µs since 1970.
    since: i64,
}

/// One thing that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its number; in order of time.
    pub id: u64,
    /// How serious.
    pub level: Level,
}

/// What is to be sent next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing waits.
    Nothing,
    /// One by itself.
    One(u64),
    /// These together.
    Digest(Vec<u64>),
    /// Something waits, but not before this instant, µs since 1970.
    Wait(i64),
}

impl Allowance {
    /// A receiver that nothing was sent to yet.
    pub fn fresh(rate: Rate, now: i64) -> Allowance {
        Allowance { left: rate.burst.max(1), since: now }
    }

    /// Adds what the time has brought: a message a minute, up to the burst.
    fn refill(&mut self, rate: Rate, now: i64) {
        // A clock that was set back must not keep a receiver waiting.
        let minutes = (now - self.since).div_euclid(MINUTE_US);
        if minutes < 0 {
            self.since = now;
            return;
        }
        let burst = rate.burst.max(1);
        self.left = u32::try_from(minutes).unwrap_or(u32::MAX).saturating_add(self.left).min(burst);
        self.since = if self.left == burst { now } else { self.since + minutes * MINUTE_US };
    }

    /// What to send next of all that waits.
    pub fn next(&mut self, rate: Rate, waiting: &[Waiting], now: i64) -> Next {
        self.refill(rate, now);
        let mut order: Vec<Waiting> = waiting.to_vec();
        order.sort_by_key(|waiting| (std::cmp::Reverse(waiting.level), waiting.id));
        let Some(first) = order.first() else { return Next::Nothing };
        if self.left == 0 {
            return Next::Wait(self.since + MINUTE_US);
        }
        self.left -= 1;
        // The last message of the burst says all that is left.
        match self.left == 0 && order.len() > 1 {
            true => Next::Digest(order.iter().take(DIGEST_MAX).map(|waiting| waiting.id).collect()),
            false => Next::One(first.id),
        }
    }
}

/// The shortest and the longest wait before a failed delivery is tried again, µs.
const BACKOFF_US: (i64, i64) = (2_000_000, 900_000_000);

/// How long to wait after the `attempt`-th failure (from 1), µs: doubling, at most a quarter of an hour, with a
/// jitter of a quarter that hangs on the `key` alone: receivers that failed together do not come back together, and a
/// replay waits as long.
pub fn backoff(key: &str, attempt: u32) -> i64 {
    let (least, most) = BACKOFF_US;
    let whole = least.saturating_mul(1i64 << attempt.saturating_sub(1).min(20)).min(most);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(attempt);
    for byte in key.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let jitter = i64::try_from((hash >> 32) % 1_000).unwrap_or(0);
    whole - whole / 4 + whole / 2 * jitter / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: Rate = Rate { burst: 3 };

    fn waiting(count: u64) -> Vec<Waiting> {
        (1..=count).map(|id| Waiting { id, level: Level::Yellow }).collect()
    }

    #[test]
    fn a_few_are_sent_alone_and_the_rest_as_a_digest() {
        let mut allowance = Allowance::fresh(RATE, 0);
        assert_eq!(allowance.next(RATE, &[], 0), Next::Nothing);
        assert_eq!(allowance.next(RATE, &waiting(5), 0), Next::One(1));
        assert_eq!(allowance.next(RATE, &waiting(5)[1..], 0), Next::One(2));
        assert_eq!(allowance.next(RATE, &waiting(5)[2..], 0), Next::Digest(vec![3, 4, 5]));
        assert_eq!(allowance.next(RATE, &waiting(1), 1), Next::Wait(MINUTE_US));
        assert_eq!(allowance.next(RATE, &waiting(1), MINUTE_US), Next::One(1), "one alone is no digest");
        assert_eq!(
            allowance.next(RATE, &waiting(9), 9 * MINUTE_US),
            Next::One(1),
            "after a rest the burst is back"
        );
    }

    #[test]
    fn the_gravest_goes_first() {
        let mut allowance = Allowance::fresh(RATE, 0);
        let (yellow, red) = (Waiting { id: 1, level: Level::Yellow }, Waiting { id: 2, level: Level::Red });
        assert_eq!(allowance.next(RATE, &[yellow, red], 0), Next::One(2));
    }

    #[test]
    fn a_clock_that_was_set_back_keeps_nobody_waiting() {
        let mut allowance = Allowance { left: 0, since: 100 * MINUTE_US };
        assert_eq!(allowance.next(RATE, &waiting(1), 0), Next::Wait(MINUTE_US));
        assert_eq!(allowance.next(RATE, &waiting(1), MINUTE_US), Next::One(1));
    }

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour_and_differ_between_keys() {
        let waits: Vec<i64> = (1..=12).map(|attempt| backoff("k", attempt) / 1_000_000).collect();
        assert!(waits.windows(2).take(6).all(|pair| pair[0] < pair[1]), "{waits:?}");
        assert!(waits.iter().all(|wait| (1..=1_125).contains(wait)), "{waits:?}");
        assert_ne!(backoff("a", 5), backoff("b", 5));
        assert!(backoff("k", u32::MAX) <= 1_125_000_000);
    }

    proptest! {
        /// Whatever comes when: never more than the burst and one a minute, and in the end everything was sent once.
        #[test]
        fn a_storm_is_bounded_and_whole(
            steps in prop::collection::vec((0i64..90, 0u64..2_000), 1..30),
            burst in 1u32..12,
        ) {
            let rate = Rate { burst };
            let (mut now, mut id) = (0, 0);
            let mut allowance = Allowance::fresh(rate, now);
            let (mut queue, mut sent, mut messages) = (Vec::new(), Vec::new(), 0i64);
            let drain = |now, queue: &mut Vec<Waiting>, sent: &mut Vec<u64>, allowance: &mut Allowance| {
                let mut messages = 0;
                loop {
                    let ids = match allowance.next(rate, queue, now) {
                        Next::One(id) => vec![id],
                        Next::Digest(ids) => ids,
                        Next::Nothing | Next::Wait(_) => return messages,
                    };
                    assert!(ids.len() <= DIGEST_MAX);
                    queue.retain(|waiting: &Waiting| !ids.contains(&waiting.id));
                    sent.extend(ids);
                    messages += 1;
                }
            };
            for (minutes, new) in steps {
                now += minutes * MINUTE_US / 10;
                queue.extend((0..new).map(|n| Waiting { id: id + n, level: Level::Red }));
                id += new;
                messages += drain(now, &mut queue, &mut sent, &mut allowance);
                prop_assert!(messages <= i64::from(burst) + now / MINUTE_US);
            }
            while !queue.is_empty() {
                now += MINUTE_US;
                drain(now, &mut queue, &mut sent, &mut allowance);
            }
            sent.sort_unstable();
            prop_assert_eq!(sent, (0..id).collect::<Vec<_>>());
        }
    }
}
