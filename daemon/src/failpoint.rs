//! Places at which a test ends the daemon as a power cut would: `XIEZHI_FAIL_POINT=outbox.sent:2` aborts at the second passage. And events that
//! no worker can take: `XIEZHI_FAIL_EVENT=ID`. Only in builds for tests; a release has none.

use xiezhi_dataflows::engine::Commit;
use xiezhi_dataflows::symbols::Symbols;

/// The variable that names a place and the passage.
#[cfg(debug_assertions)]
const VARIABLE: &str = "XIEZHI_FAIL_POINT";

/// Passes a place, and aborts if this is the place and the passage.
pub fn pass(place: &str) {
    if is_reached(place) {
        std::process::abort();
    }
}

/// Passes a place; whether this is the place and the passage, for faults other than an abort.
#[cfg(debug_assertions)]
pub fn is_reached(place: &str) -> bool {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok()?;
        let (place, passage) = text.split_once(':')?;
        Some((place.to_owned(), passage.parse().ok()?))
    });
    let passage = wanted.as_ref().filter(|(wanted, _)| wanted == place).map(|(_, passage)| *passage);
    passage.is_some_and(|passage| PASSED.fetch_add(1, Ordering::SeqCst) + 1 == passage)
}

/// Passes a place: never reached in a release.
#[cfg(not(debug_assertions))]
pub fn is_reached(_: &str) -> bool {
    false
}

/// Whether this commit judges rows of the event that no worker can take: those that come in it or, where a load judges later, came before.
#[cfg(debug_assertions)]
pub fn is_poisoned(commit: &Commit, symbols: &Symbols) -> bool {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};
    use xiezhi_dataflows::facts::Update;
    use xiezhi_dataflows::operators::Concluding;
    static POISON: OnceLock<Option<String>> = OnceLock::new();
    static LATER: AtomicBool = AtomicBool::new(false);
    static CAME: AtomicBool = AtomicBool::new(false);
    let Some(poison) = POISON.get_or_init(|| std::env::var("XIEZHI_FAIL_EVENT").ok()) else { return false };
    let comes = commit.updates.iter().any(|(update, diff)| match update {
        Update::Section(_, row) => *diff > 0 && symbols.event(row.event).1 == *poison,
        _ => false,
    });
    let came = CAME.fetch_or(comes, Ordering::Relaxed) || comes;
    match commit.concluding {
        None => comes && !LATER.load(Ordering::Relaxed),
        Some(Concluding::Later) => {
            LATER.store(true, Ordering::Relaxed);
            false
        }
        Some(Concluding::Some(_) | Concluding::AtOnce) => came,
    }
}

/// Whether this commit judges rows of the event that no worker can take: never in a release.
#[cfg(not(debug_assertions))]
pub fn is_poisoned(_: &Commit, _: &Symbols) -> bool {
    false
}
