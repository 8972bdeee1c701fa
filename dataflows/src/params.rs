//! Rule parameters: thresholds and the legal profile, with the defaults of `core-rules.md`.
//!
//! Parameters are data: a judgement is a function of (dossier, parameters). Every threshold has its unit in
//! its name or its doc, and a range outside of which a file is refused.

use crate::calendar::Calendar;
use crate::finding::Severity;
use crate::rules::Rule;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

macro_rules! thresholds {
    ($($(#[doc = $doc:literal])+ $name:ident: $default:literal, $range:expr;)+) => {
        /// Thresholds of the rules. Unknown keys in a file are refused.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Thresholds { $($(#[doc = $doc])+ pub $name: u32,)+ }

        impl Default for Thresholds {
            fn default() -> Self {
                Thresholds { $($name: $default,)+ }
            }
        }

        impl Thresholds {
            /// Every threshold: its key, its value here, its default, the range in which it makes sense, what it is.
            pub fn all(&self) -> Vec<Threshold> {
                vec![$(Threshold {
                    key: stringify!($name),
                    value: self.$name,
                    default: $default,
                    range: $range,
                    about: concat!($($doc),+),
                }),+]
            }
        }
    };
}

/// One threshold as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Its key in a file.
    pub key: &'static str,
    /// Its value.
    pub value: u32,
    /// The value of `core-rules.md`.
    pub default: u32,
    /// Where it makes sense.
    pub range: RangeInclusive<u32>,
    /// What it is.
    pub about: &'static str,
}

thresholds! {
    /// A group of at least three that holds at least this share of a section's bidders is the venue's own
    /// computer or gateway, in thousandths.
    noise_share_permille: 800, 1..=1000;
    /// How far back whole-history rules look, days.
    window_days: 730, 1..=36_500;
    /// A value held by more bidders than this is a shared computer or an agency's phone, not a link.
    hub_bidders: 30, 2..=1000;
    /// How many linked bidders make a ring (DEV-13) or a group that bids together (HIS-04).
    ring_min: 3, 2..=1000;
    /// How many families of evidence must coincide (DEV-14).
    families_min: 3, 2..=9;
    /// From which share of common fingerprints on files are alike (DOC-01), in thousandths.
    similarity_min_permille: 800, 1..=1000;
    /// How many fingerprints of its own a file must show to be compared (DOC-01).
    fingerprints_min: 20, 1..=100_000;
    /// For how many organisations one person must appear (PER-06).
    rotation_min: 3, 2..=1000;
    /// How many prices in equal steps or ratios begin to be a pattern (PRI-02, PRI-03).
    run_min: 4, 3..=1000;
    /// How many common items bills must have to be compared (PRI-05).
    items_min: 10, 1..=100_000;
    /// From which share of equal unit prices on bills are alike (PRI-05), in thousandths.
    items_equal_permille: 800, 1..=1000;
    /// Below which coefficient of variation prices hardly differ (PRI-06), in thousandths.
    cv_max_permille: 20, 1..=1000;
    /// Above which relative distance the lowest price stands alone (PRI-07), in thousandths.
    rd_min_permille: 1500, 1..=100_000;
    /// Within which share of the second lowest price the others must lie to be bunched (PRI-11), in thousandths.
    bunch_permille: 20, 1..=1000;
    /// By which share the second lowest price must exceed the lowest (PRI-11), in thousandths.
    bunch_gap_permille: 50, 1..=10_000;
    /// From how many times its neighbour on a price looks like one in another unit (DQ-03).
    unit_slip_factor: 8, 2..=10_000;
    /// Below which share of the ceiling an award is low (PRI-14), in thousandths.
    low_award_permille: 850, 1..=1000;
    /// From which share of the ceiling on an award is near it (PRI-19), in thousandths.
    near_ceiling_permille: 990, 1..=1000;
    /// From which share on a common holder is reported (REL-05), in thousandths.
    holder_share_permille: 50, 1..=500;
    /// How far ahead of now an event may be dated, minutes (DQ-07).
    future_minutes: 15, 0..=1440;
    /// How late an opening may begin, minutes (OPN-01, OPN-02).
    opening_grace_minutes: 15, 0..=1440;
    /// How many live bidders an opening needs (BUY-11).
    bidders_min: 3, 1..=100;
    /// How many experts a committee needs (EXP-01).
    experts_min: 5, 1..=101;
    /// How far a score may be from the mean of the others, in thousandths of that mean (EXP-08).
    deviation_permille: 300, 1..=10_000;
    /// How many subjective scores two experts must have in common to be compared (EXP-14).
    cells_min: 10, 1..=10_000;
    /// How long a device may be out during a meeting, seconds (WIT-01).
    outage_seconds: 60, 0..=86_400;
    /// How many bids in decided sections without a win are many (HIS-01).
    bids_min: 10, 2..=10_000;
    /// How often a pair must meet (HIS-02, HIS-04).
    together_min: 5, 2..=1000;
    /// Which share of those meetings one of them must win (HIS-02), in thousandths.
    recurrent_win_permille: 800, 501..=1000;
    /// Sections of more bidders than this are left out of pair counting.
    crowd: 50, 2..=1000;
    /// How many awards of one tenderer one bidder must have (HIS-10).
    awards_min: 5, 1..=1000;
    /// Which share of their value (HIS-10), in thousandths.
    concentration_permille: 500, 1..=1000;
    /// How many withdrawals and declined awards in a year are many (HIS-14).
    withdrawals_min: 3, 1..=1000;
    /// How many witness records in 180 days are many (WIT-19).
    records_min: 3, 1..=1000;
    /// How many entries of kind collusion in three years (CRD-02).
    collusion_entries_min: 2, 1..=1000;
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
            "daqing" => &[Rule::Dev03, Rule::Dev04, Rule::Dev05],
            _ => return None,
        };
        let severity = deemed.iter().map(|rule| (*rule, Severity::D)).collect();
        Some(Profile { name: name.to_owned(), severity })
    }
}

/// Everything that a judgement depends on besides the facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Params {
    /// Thresholds.
    pub thresholds: Thresholds,
    /// Legal profile.
    pub profile: Profile,
    /// Working days.
    pub calendar: Calendar,
}

impl Default for Params {
    fn default() -> Self {
        Params {
            thresholds: Thresholds::default(),
            profile: Profile { name: "national".to_owned(), severity: BTreeMap::new() },
            calendar: Calendar::built_in(),
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
        let outside = self.thresholds.all().into_iter().filter(|t| !t.range.contains(&t.value));
        outside
            .map(|Threshold { key, value, range, .. }| {
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
