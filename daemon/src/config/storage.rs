//! `[storage]`: how much of the disk is left free, and how long what was decided on in quarantine is kept.

use super::Mistake;
use super::table::Reading;
use crate::service::Keeping;
use serde::Deserialize;
use toml::Table;

/// The largest reserve, MiB: sixteen tebibytes.
const RESERVE_MIB_MAX: u64 = 16 << 20;
/// The longest that contents are kept before they are forgotten, days: a century.
const DAYS_MAX: u32 = 36_500;

/// `[storage]` of the configuration.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StorageTable {
    reserve_mib: Option<u64>,
    quarantine_days: Option<u32>,
}

const ACCEPTED: &[(&str, &str)] = &[
    (
        "storage.reserve_mib",
        "give the MiB of the disk that are left free, a whole number from 1 to 16777216: below, no events are taken",
    ),
    (
        "storage.quarantine_days",
        "give after how many days the contents of what was decided on in quarantine are forgotten, a whole number from 1 to 36500; \
         leave it out to keep them",
    ),
];

/// Reads `[storage]`.
pub(super) fn read(table: Table, mistakes: &mut Vec<Mistake>) -> Keeping {
    let mut reading = Reading { accepted: ACCEPTED, later: super::LATER, mistakes };
    let StorageTable { reserve_mib, quarantine_days } = reading.keys(table, "storage", &[]);
    let possible = reserve_mib.is_none_or(|mib| (1..=RESERVE_MIB_MAX).contains(&mib));
    reading.check("storage.reserve_mib", possible, || format!("is {}", reserve_mib.unwrap_or_default()));
    let possible = quarantine_days.is_none_or(|days| (1..=DAYS_MAX).contains(&days));
    reading
        .check("storage.quarantine_days", possible, || format!("is {}", quarantine_days.unwrap_or_default()));
    Keeping { reserve_bytes: reserve_mib.map(|mib| mib.saturating_mul(1 << 20)), quarantine_days }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Keeping, Vec<String>) {
        let mut mistakes = Vec::new();
        let keeping = read(text.parse().expect("TOML"), &mut mistakes);
        (keeping, mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_given_holds_and_what_is_not_has_a_default() {
        assert_eq!(told(""), (Keeping::default(), vec![]));
        let given = Keeping { reserve_bytes: Some(64 << 20), quarantine_days: Some(365) };
        assert_eq!(told("reserve_mib = 64\nquarantine_days = 365"), (given, vec![]));
    }

    #[test]
    fn a_mistake_names_its_key() {
        for (text, key) in [
            ("reserve_mib = 0", "storage.reserve_mib"),
            ("reserve_mib = \"1 GiB\"", "storage.reserve_mib"),
            ("quarantine_days = 0", "storage.quarantine_days"),
            ("quarantine_day = 3", "storage.quarantine_day"),
        ] {
            let (_, mistakes) = told(text);
            assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
            assert!(mistakes[0].contains(key), "{mistakes:?}");
        }
    }
}
