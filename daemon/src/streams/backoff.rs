//! How long to wait after a session with the server broke.

use std::time::Duration;
use tokio::sync::watch;

/// The first and the longest wait.
const WAITS: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));

/// Waits that double, and begin again after a session that lasted.
pub struct Backoff(Duration);

impl Default for Backoff {
    fn default() -> Self {
        Backoff(WAITS.0)
    }
}

impl Backoff {
    /// The wait after a session that lasted so long.
    pub fn after(&mut self, lasted: Duration) -> Duration {
        if lasted > WAITS.1 {
            self.0 = WAITS.0;
        }
        let wait = self.0;
        self.0 = (wait * 2).min(WAITS.1);
        wait
    }
}

/// Waits, unless told to stop.
pub async fn rest(wait: Duration, stopping: &mut watch::Receiver<bool>) {
    tokio::select! {
        () = tokio::time::sleep(wait) => {}
        _ = stopping.changed() => {}
    }
}
