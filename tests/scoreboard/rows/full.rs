//! Row 5: the disk is full. A file system in memory that is too small, which grows later; and writes that fail at a chosen call.
//!
//! What the daemon does about it is its own affair (it may end, or say 503 and go on by itself); what it answered must be true afterwards.

use crate::board::{Row, Tally};
use crate::machine::Mounted;
use crate::series::Series;
use crate::stage::{Disk, Stage};
use crate::tracer::{self, Fault, Tracer};
use std::time::{Duration, Instant};
use xiezhi_tests::{Client, Daemon, Dice, eventually};

pub const ROW: Row = Row {
    number: 5,
    fault: "disk full: a small file system, and ENOSPC at a chosen write",
    promise: "I1 I6 I10, no receipt without an entry, no entry that was refused",
    short: 6,
    soak: 100,
    run,
};

/// Sizes that are too small for what is sent, KiB.
const KIB: (u64, u64) = (500, 2_500);
/// And one that is not.
const KIB_ENOUGH: u64 = 64 << 10;

fn run(tally: &mut Tally) {
    let tmpfs = Mounted::tmpfs(&std::env::temp_dir().join("xiezhi-scoreboard-try"), 100).map(drop);
    let strace = tracer::missing();
    if let (Err(reason), Some(other)) = (&tmpfs, &strace) {
        return tally.skip(format!("{reason}; {other}"));
    }
    if let Err(reason) = &tmpfs {
        tally.note(format!("without a small file system: {reason}"));
    }
    for (number, seed) in tally.seeds().enumerate() {
        if tmpfs.is_ok() && (number % 3 != 2 || strace.is_some()) {
            tally.attempt("a small file system", seed, small);
        } else {
            tally.attempt("ENOSPC at a write", seed, at_a_write);
        }
    }
}

/// Sends until the daemon has ended or everything has a receipt, or for some rounds of "come again".
pub fn until_it_breaks(series: &mut Series, daemon: &mut Daemon, client: &Client, dice: &mut Dice) {
    for _ in 0..12 {
        if series.oracle.left() == 0 || daemon.has_ended() {
            return;
        }
        let share = series.oracle.left().div_ceil(4);
        series.oracle.send(client, share, Duration::ZERO, dice, |_| ());
        // What failed while it was answered ends it a moment later.
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// After the fault: a daemon that goes on takes events by itself, one that has ended said so and is started again; then all is as it should be.
pub fn recovers(mut series: Series, mut daemon: Daemon, client: &Client, tally: &mut Tally, dice: &mut Dice) {
    let begun = Instant::now();
    eventually("the daemon takes events again, or ends", || {
        if daemon.has_ended() {
            return Some(());
        }
        let owed = series.oracle.owed();
        series.oracle.send(client, 12, Duration::ZERO, dice, |_| ());
        let takes = series.oracle.owed() > owed || series.oracle.left() == 0;
        (takes && client.get_or_none("/readyz") == Some(200)).then_some(())
    });
    if daemon.has_ended() {
        series.ended_by_itself(daemon, tally);
    } else {
        tally.recovered(begun);
        tally.figure("went_on_by_itself", 1.0);
        series.oracle.check_journal(&series.stage.home.data());
        series.lives.push(daemon.terminate());
    }
    series.oracle.check_journal(&series.stage.home.data());
    series.end(tally, dice);
}

fn small(tally: &mut Tally, dice: &mut Dice) {
    let mut stage = Stage::default();
    let kib = dice.throw(KIB.0, KIB.1);
    stage.disk = Some(Disk::Memory(Mounted::tmpfs(&stage.home.data(), kib).expect("as before")));
    let mut series = Series::new(stage, dice.throw(0, u64::MAX - 1), 6);
    tally.inject("a file system that is too small", 1);
    let room = |series: &Series| match &series.stage.disk {
        Some(Disk::Memory(mounted)) => mounted.resize(KIB_ENOUGH).expect("it can grow"),
        _ => panic!("this disk is in memory"),
    };
    match series.stage.home.spawn().ready_or_ended() {
        Ok((mut daemon, client)) => {
            until_it_breaks(&mut series, &mut daemon, &client, dice);
            tally.figure("filled", f64::from(u8::from(series.oracle.left() > 0)));
            room(&series);
            recovers(series, daemon, &client, tally, dice);
        }
        Err(ended) => {
            assert_ne!(ended.status.code(), Some(0), "it ended as if all were well:\n{}", ended.log);
            tally.figure("did_not_start", 1.0);
            room(&series);
            series.end(tally, dice);
        }
    }
}

fn at_a_write(tally: &mut Tally, dice: &mut Dice) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 3);
    let (mut daemon, client) = series.stage.start(tally);
    let fault = Fault {
        calls: "write,pwrite64,ftruncate,fallocate".to_owned(),
        what: "error=ENOSPC".to_owned(),
        when: format!("{}+", dice.throw(1, 60)),
    };
    let log = series.stage.home.path("calls");
    let tracer = Tracer::attach(daemon.id(), true, &fault, &series.stage.home.data(), &[], &log);
    until_it_breaks(&mut series, &mut daemon, &client, dice);
    tally.inject("ENOSPC at a write", tracer.met());
    drop(tracer);
    recovers(series, daemon, &client, tally, dice);
}
