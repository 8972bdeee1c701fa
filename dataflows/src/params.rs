//! Rule parameters: thresholds and the legal profile, with the defaults of `core-rules.md`.
//!
//! Parameters are data: a judgement is a function of (dossier, parameters). Every threshold has its unit in
//! its name or its doc, and a range outside of which a file is refused.

use crate::finding::Severity;
use crate::rules::Rule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Thresholds of the rules. Unknown keys in a file are refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// A group of at least three that holds at least this share of a section's bidders is the venue's own
    /// computer or gateway, in thousandths.
    pub noise_share_permille: u32,
    /// How far back whole-history rules look, days.
    pub window_days: u32,
    /// A value held by more bidders than this is a shared computer or an agency's phone, not a link.
    pub hub_bidders: u32,
    /// How many linked bidders make a ring.
    pub ring_min: u32,
    /// How many equal steps of price begin to be a pattern: prices in a run.
    pub run_min: u32,
    /// How late an opening may begin, minutes.
    pub opening_grace_minutes: u32,
    /// How many live bidders an opening needs.
    pub bidders_min: u32,
    /// How often a pair must meet in decided sections.
    pub together_min: u32,
    /// Which share of those one of them must win, in thousandths.
    pub recurrent_win_permille: u32,
    /// Sections of more bidders than this are left out of pair counting.
    pub crowd: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Thresholds {
            noise_share_permille: 800,
            window_days: 730,
            hub_bidders: 30,
            ring_min: 3,
            run_min: 4,
            opening_grace_minutes: 15,
            bidders_min: 3,
            together_min: 5,
            recurrent_win_permille: 800,
            crowd: 50,
        }
    }
}

/// A legal profile: which severity a city's rules give, where they differ from the rule's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its name, shown beside every severity that it changes.
    pub name: String,
    /// Severities by rule, where they differ from the national ones.
    #[serde(default)]
    pub severity: BTreeMap<Rule, Severity>,
}

impl Profile {
    /// The built-in profile of that name: `national`, `fujian` or `daqing`.
    pub fn named(name: &str) -> Option<Profile> {
        let deemed: &[Rule] = match name {
            "national" => &[],
            "fujian" => &[Rule::Dev01, Rule::Dev03],
            "daqing" => &[Rule::Dev03],
            _ => return None,
        };
        let severity = deemed.iter().map(|rule| (*rule, Severity::D)).collect();
        Some(Profile { name: name.to_owned(), severity })
    }
}

/// Everything that a judgement depends on besides the facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// Thresholds.
    pub thresholds: Thresholds,
    /// Legal profile.
    pub profile: Profile,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            thresholds: Thresholds::default(),
            profile: Profile { name: "national".to_owned(), severity: BTreeMap::new() },
        }
    }
}

impl Params {
    /// The severity of a rule under the profile.
    pub fn severity(&self, rule: Rule) -> Severity {
        self.profile.severity.get(&rule).copied().unwrap_or(rule.sheet().severity)
    }

    /// The thresholds that make no sense, each with its key, what is wrong and what is accepted.
    pub fn faults(&self) -> Vec<String> {
        let t = &self.thresholds;
        let ranges = [
            ("noise_share_permille", t.noise_share_permille, 1..=1000),
            ("window_days", t.window_days, 1..=36_500),
            ("hub_bidders", t.hub_bidders, 2..=1000),
            ("ring_min", t.ring_min, 2..=1000),
            ("run_min", t.run_min, 3..=1000),
            ("opening_grace_minutes", t.opening_grace_minutes, 0..=1440),
            ("bidders_min", t.bidders_min, 1..=100),
            ("together_min", t.together_min, 2..=1000),
            ("recurrent_win_permille", t.recurrent_win_permille, 501..=1000),
            ("crowd", t.crowd, 2..=1000),
        ];
        let outside = ranges.into_iter().filter(|(_, value, range)| !range.contains(value));
        outside
            .map(|(key, value, range)| {
                format!("thresholds.{key}: is {value}; give {} to {}", range.start(), range.end())
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_change_only_what_their_provinces_deem() {
        let mut params = Params::default();
        assert_eq!(params.severity(Rule::Dev01), Severity::S);
        params.profile = Profile::named("fujian").expect("built in");
        assert_eq!(params.severity(Rule::Dev01), Severity::D);
        assert_eq!(params.severity(Rule::Dev07), Severity::L);
        assert_eq!(Profile::named("atlantis"), None);
    }

    #[test]
    fn a_threshold_out_of_range_names_its_key_and_the_range() {
        let mut params = Params::default();
        assert!(params.faults().is_empty());
        params.thresholds.run_min = 2;
        assert_eq!(params.faults(), ["thresholds.run_min: is 2; give 3 to 1000"]);
    }
}
