//! Sends what is told at the pace that receivers bear, and counts the messages.

use std::collections::{BTreeMap, BTreeSet};
use xiezhi_alerts::Decision;
use xiezhi_alerts::pacing::{Allowance, Next, Rate, Waiting};

/// One receiver.
struct Line {
    allowance: Option<Allowance>,
    waiting: Vec<Waiting>,
    until: Option<i64>,
}

/// All receivers.
pub struct Sending {
    rate: Rate,
    next: u64,
    lines: BTreeMap<String, Line>,
    /// Messages of this instant that no want has asked for: alone, and the digest.
    sent: BTreeMap<String, (usize, Option<usize>)>,
    /// What was ever sent, to whom.
    ever: BTreeSet<(String, u64)>,
}

impl Sending {
    pub fn of(burst: u32) -> Sending {
        let (lines, sent, ever) = (BTreeMap::new(), BTreeMap::new(), BTreeSet::new());
        Sending { rate: Rate { burst }, next: 0, lines, sent, ever }
    }

    /// Takes in what is told.
    pub fn take_in(&mut self, decision: &Decision) {
        let level = decision.alert.level;
        for to in decision.notice.iter().flat_map(|notice| &notice.to) {
            let receiver = to.receiver.to_string();
            let receiver = receiver.strip_prefix("copy:").unwrap_or(&receiver).to_owned();
            let fresh = || Line { allowance: None, waiting: Vec::new(), until: None };
            let line = self.lines.entry(receiver).or_insert_with(fresh);
            line.waiting.push(Waiting { id: self.next, level });
            self.next += 1;
        }
    }

    /// Sends what may go now.
    pub fn send(&mut self, now: i64) {
        for (receiver, line) in &mut self.lines {
            let allowance = line.allowance.get_or_insert_with(|| Allowance::fresh(self.rate, now));
            loop {
                let ids = match allowance.next(self.rate, &line.waiting, now) {
                    Next::Nothing => break line.until = None,
                    Next::Wait(until) => break line.until = Some(until),
                    Next::One(id) => vec![id],
                    Next::Digest(ids) => ids,
                };
                let sent = self.sent.entry(receiver.clone()).or_default();
                match ids.len() {
                    1 => sent.0 += 1,
                    many => sent.1 = Some(many),
                }
                line.waiting.retain(|waiting| !ids.contains(&waiting.id));
                for id in ids {
                    assert!(self.ever.insert((receiver.clone(), id)), "sent twice to {receiver}");
                }
            }
        }
    }

    /// When something that waits may go.
    pub fn next_at(&self, now: i64) -> Option<i64> {
        self.lines.values().filter_map(|line| line.until).filter(|at| *at > now).min()
    }

    /// Takes out the messages that a want asks for.
    pub fn want(&mut self, receiver: &str) -> Option<(usize, Option<usize>)> {
        self.sent.remove(receiver)
    }

    /// Messages that nothing has wanted.
    pub fn unwanted(&self) -> Option<String> {
        let (receiver, (alone, digest)) = self.sent.first_key_value()?;
        Some(format!("sent to {receiver}: {alone} alone, digest {digest:?}"))
    }
}
