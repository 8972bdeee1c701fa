//! Files that an operator writes: read whole, or every mistake named; never a panic.

use std::path::PathBuf;
use std::sync::LazyLock;
use xiezhi::config::{Config, Routing, Rules};

/// A file of this process, in memory if the machine has such a place.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let memory = PathBuf::from("/dev/shm");
    let folder = if memory.is_dir() { memory } else { std::env::temp_dir() };
    folder.join(format!("xiezhi-fuzz-{}.toml", std::process::id()))
});

fn written(bytes: &[u8]) -> &'static PathBuf {
    std::fs::write(&*FILE, bytes).expect("a file");
    &FILE
}

/// The configuration.
pub fn config(bytes: &[u8]) {
    if let Err(mistakes) = Config::load(Some(written(bytes))) {
        assert!(!mistakes.to_string().is_empty(), "a refusal has a reason");
    }
}

/// Thresholds and profiles.
pub fn rules(bytes: &[u8]) {
    if let Err(mistakes) = Rules::load(Some(written(bytes))) {
        assert!(!mistakes.to_string().is_empty(), "a refusal has a reason");
    }
}

/// The duty list.
pub fn duties(bytes: &[u8]) {
    if let Err(mistakes) = Routing::load(written(bytes)) {
        assert!(!mistakes.to_string().is_empty(), "a refusal has a reason");
    }
}
