//! The watchdog: an engine that lives but does not move is worse than one that died.

use super::watermark;
use crate::metrics::Metrics;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use xiezhi_dataflows::engine::Engine;

/// How long the frontier may stand still with commits waiting. The longest single commit known to us took under a
/// second; half a minute is beyond doubt.
const STUCK: Duration = Duration::from_secs(30);

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);

/// Watches an engine until it is gone.
///
/// # Panics
/// If the thread cannot be started.
pub fn spawn(engine: &Arc<Engine>, fed: Arc<AtomicU64>, metrics: Arc<Metrics>) {
    let engine = Arc::downgrade(engine);
    let body = move || watch(&engine, &fed, &metrics);
    let thread = std::thread::Builder::new().name("watchdog".to_owned()).spawn(body);
    thread.expect("the watchdog's thread starts");
}

fn watch(engine: &Weak<Engine>, fed: &AtomicU64, metrics: &Metrics) {
    let mut moved = Instant::now();
    let mut seen = 0;
    loop {
        std::thread::sleep(LOOK);
        // Not held while sleeping: the engine ends when nobody holds it.
        let Some(progress) = engine.upgrade().map(|engine| engine.progress()) else { return };
        let fed = watermark(fed);
        metrics.frontier_lag.set((fed + 1).saturating_sub(progress).cast_signed());
        if progress > fed || progress != seen {
            (moved, seen) = (Instant::now(), progress);
        } else if moved.elapsed() > STUCK {
            tracing::error!(
                progress,
                fed,
                "the engine has not moved for 30 s with commits waiting: aborting, to be started again"
            );
            std::process::abort();
        }
    }
}
