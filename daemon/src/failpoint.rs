//! Places at which a test ends the daemon as a power cut would: `XIEZHI_FAIL_POINT=outbox.sent:2` aborts at the second passage. Only in builds
//! for tests; a release has none.

/// The variable that names a place and the passage.
#[cfg(debug_assertions)]
const VARIABLE: &str = "XIEZHI_FAIL_POINT";

/// Passes a place.
#[cfg(debug_assertions)]
pub fn pass(place: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static WANTED: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let wanted = WANTED.get_or_init(|| {
        let text = std::env::var(VARIABLE).ok()?;
        let (place, passage) = text.split_once(':')?;
        Some((place.to_owned(), passage.parse().ok()?))
    });
    if wanted.as_ref().is_some_and(|(wanted, _)| wanted == place)
        && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == wanted.as_ref().map_or(0, |(_, passage)| *passage)
    {
        std::process::abort();
    }
}

/// Passes a place.
#[cfg(not(debug_assertions))]
pub fn pass(_: &str) {}
