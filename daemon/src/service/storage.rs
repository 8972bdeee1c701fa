//! Room on the disk: watched, so that the daemon stops taking events before the disk is full, says so, and goes on by itself.
//!
//! *Laws.*
//! 1. Below the reserve nothing more is taken from outside: senders get 503 with Retry-After, Redis is not read. What was accepted is
//!    computed and told, and supervisors go on: the reserve is for them, the ledger and SQLite's logs.
//! 2. It goes on when there is an eighth more than the reserve, so that it does not flutter.
//! 3. A disk that cannot be asked is taken for one with room: if it is full after all, the journal's write fails, and the daemon ends
//!    with everything acknowledged on the disk.

use crate::journal::{Reader, journal_path};
use crate::ledger::ledger_path;
use crate::metrics::StorageMetrics;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the disk is asked.
const LOOK: Duration = Duration::from_millis(500);
/// How many looks until the files and the quarantine are looked at again.
const LOOKS: u32 = 10;
/// The reserve where none is given: some hours of a large city's ledger and logs, but at most a twentieth of the disk.
const RESERVE_BYTES: u64 = 256 << 20;
const RESERVE_SHARE: u64 = 20;

/// What is kept, and how much of the disk is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Bytes of the disk that are left free: below, nothing is taken. None: 256 MiB, or a twentieth of a disk that is small.
    pub reserve_bytes: Option<u64>,
    /// After how many days the contents of what was decided on in quarantine are forgotten; none: never.
    pub quarantine_days: Option<u32>,
}

/// Whether there is room, and whether the quarantine is to be counted again.
#[derive(Debug, Default)]
pub struct Room {
    short: AtomicBool,
    counted: AtomicBool,
}

impl Room {
    /// Whether the disk is so full that nothing is taken.
    pub fn is_short(&self) -> bool {
        self.short.load(Ordering::Acquire)
    }

    /// The quarantine has changed.
    pub fn quarantine_changed(&self) {
        self.counted.store(false, Ordering::Release);
    }

    /// Notes how much is free; tells what has changed.
    fn note(&self, free: u64, reserve: u64) -> Option<Change> {
        let was = self.is_short();
        let short = free < if was { reserve.saturating_add(reserve / 8) } else { reserve };
        self.short.store(short, Ordering::Release);
        match (was, short) {
            (false, true) => Some(Change::Short),
            (true, false) => Some(Change::RoomAgain),
            _ => None,
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Change {
    Short,
    RoomAgain,
}

/// The thread that watches.
pub struct Storage {
    room: Arc<Room>,
    stop: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Storage {
    /// Looks once, and then goes on.
    ///
    /// # Panics
    /// If the thread cannot be started.
    pub fn start(data_dir: &Path, reserve_bytes: Option<u64>, metrics: StorageMetrics) -> Storage {
        let room = Arc::new(Room::default());
        let watch = Watch { data_dir: data_dir.to_owned(), reserve_bytes, room: room.clone(), metrics };
        watch.disk();
        let (stop, stopped) = sync_channel(1);
        let body = move || watch.run(&stopped);
        let thread = std::thread::Builder::new().name("storage".to_owned()).spawn(body);
        Storage { room, stop, thread: thread.expect("the thread of storage starts") }
    }

    /// Whether there is room.
    pub fn room(&self) -> Arc<Room> {
        self.room.clone()
    }

    /// Ends it.
    pub fn stop(self) {
        self.stop.send(()).ok();
        if self.thread.join().is_err() {
            tracing::error!("the thread of storage ended by a panic");
        }
    }
}

struct Watch {
    data_dir: PathBuf,
    reserve_bytes: Option<u64>,
    room: Arc<Room>,
    metrics: StorageMetrics,
}

impl Watch {
    fn run(&self, stopped: &Receiver<()>) {
        for look in 0_u32.. {
            self.disk();
            if look.is_multiple_of(LOOKS) {
                self.files();
                self.quarantine();
            }
            if stopped.recv_timeout(LOOK) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    }

    /// Asks how much of the disk is free.
    fn disk(&self) {
        let disk = match rustix::fs::statvfs(&self.data_dir) {
            Ok(disk) => disk,
            Err(error) => {
                tracing::warn!(%error, path = %self.data_dir.display(), "the disk cannot be asked for its free space");
                return;
            }
        };
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        self.metrics.disk_free.set(saturated(free));
        let size = disk.f_blocks.saturating_mul(disk.f_frsize);
        let reserve = self.reserve_bytes.unwrap_or(RESERVE_BYTES.min(size / RESERVE_SHARE));
        let (path, free_mib, reserve_mib) = (self.data_dir.display(), free >> 20, reserve >> 20);
        match self.room.note(free, reserve) {
            Some(Change::Short) => tracing::error!(
                %path, free_mib, reserve_mib,
                "the disk is nearly full: no events are taken until there is room; nothing that was taken is lost"
            ),
            Some(Change::RoomAgain) => {
                tracing::info!(%path, free_mib, reserve_mib, "there is room on the disk again: events are taken");
            }
            None => {}
        }
        self.metrics.paused.set(i64::from(self.room.is_short()));
    }

    fn files(&self) {
        // Asked by name: opening the journal's file with anything but SQLite would drop its locks.
        let size = |path: PathBuf| {
            let log = PathBuf::from(format!("{}-wal", path.display()));
            [path, log].iter().filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum()
        };
        self.metrics.journal_bytes.set(saturated(size(journal_path(&self.data_dir))));
        self.metrics.ledger_bytes.set(saturated(size(ledger_path(&self.data_dir))));
        if let Some(resident) = resident_bytes() {
            self.metrics.resident.set(saturated(resident));
        }
    }

    /// Counts the quarantine, if it has changed since.
    fn quarantine(&self) {
        if self.room.counted.swap(true, Ordering::AcqRel) {
            return;
        }
        match Reader::open(&self.data_dir).and_then(|reader| reader.quarantine_counts()) {
            Ok(counts) => self.metrics.quarantined(&counts),
            Err(error) => {
                self.room.quarantine_changed();
                tracing::warn!(%error, "the quarantine cannot be counted");
            }
        }
    }
}

/// Bytes of memory that this process has in use, as the kernel counts.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib << 10)
}

fn saturated(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stops_below_the_reserve_and_goes_on_an_eighth_above() {
        let room = Room::default();
        assert_eq!(room.note(800, 800), None);
        assert_eq!(room.note(799, 800), Some(Change::Short));
        assert!(room.is_short());
        assert_eq!(room.note(899, 800), None, "it does not flutter");
        assert!(room.is_short());
        assert_eq!(room.note(900, 800), Some(Change::RoomAgain));
        assert!(!room.is_short());
        assert_eq!(room.note(850, 800), None);
        assert_eq!(room.note(u64::MAX, u64::MAX), None, "a reserve beyond all bounds");
    }

    #[test]
    fn this_process_has_memory() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}
