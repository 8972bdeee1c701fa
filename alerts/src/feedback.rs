//! What became of alerts, counted for the rules that they rested on: each rule's hit rate.
//!
//! *Source.* indicators.md, E.1: 查实率 = (referred + penalised + …) ÷ closed; 误报率 = unfounded ÷ closed.

use crate::alert::Alert;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::event::Outcome;

/// What closed alerts say of one rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdicts {
    /// Penalised, or referred to another agency.
    pub substantiated: u64,
    /// 查否.
    pub unfounded: u64,
    /// 证据不足.
    pub insufficient: u64,
}

impl Verdicts {
    /// All of them.
    pub fn closed(&self) -> u64 {
        self.substantiated + self.unfounded + self.insufficient
    }

    /// Substantiated of all that were closed, thousandths; none where none was (不涉及).
    pub fn hit_permille(&self) -> Option<u64> {
        (self.closed() > 0).then(|| self.substantiated * 1_000 / self.closed())
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Unfounded => self.unfounded += 1,
            Outcome::Insufficient => self.insufficient += 1,
            Outcome::Penalised
            | Outcome::ReferredEnforcement
            | Outcome::ReferredDiscipline
            | Outcome::ReferredPolice => self.substantiated += 1,
        }
    }
}

/// The verdicts on every rule that a closed alert rested on; one alert counts once for a rule.
pub fn verdicts<'a>(alerts: impl Iterator<Item = &'a Alert>) -> BTreeMap<String, Verdicts> {
    let mut by_rule: BTreeMap<String, Verdicts> = BTreeMap::new();
    for closing in alerts.filter_map(|alert| alert.closed.as_ref()) {
        for rule in &closing.rules {
            by_rule.entry(rule.clone()).or_default().count(closing.outcome);
        }
    }
    by_rule
}
