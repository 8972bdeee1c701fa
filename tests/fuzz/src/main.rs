//! One program for all decoders: `XIEZHI_FUZZ=NAME` says which of them libFuzzer feeds. What each must keep is said in its module.

#![no_main]

mod config;
mod events;
mod foreign;
mod proofs;

use std::sync::LazyLock;

/// A decoder under test.
type Target = fn(&[u8]);

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("XIEZHI_FUZZ").unwrap_or_default();
    match name.as_str() {
        "events" => events::events,
        "stored" => events::stored,
        "ggzy" => foreign::ggzy,
        "ocds" => foreign::ocds,
        "config" => config::config,
        "rules" => config::rules,
        "duties" => config::duties,
        "proofs" => proofs::proofs,
        "heads" => proofs::heads,
        other => panic!("XIEZHI_FUZZ is {other:?}; it is events, stored, ggzy, ocds, config, rules, duties, proofs or heads"),
    }
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| TARGET(bytes));
