//! Row 6: the disk fails: EIO at a chosen sync or read, of one or of all.

use super::full::{recovers, until_it_breaks};
use crate::board::{Row, Tally};
use crate::series::Series;
use crate::stage::Stage;
use crate::tracer::{self, Fault, Tracer};
use xiezhi_tests::Dice;

pub const ROW: Row = Row {
    number: 6,
    fault: "EIO at a chosen sync or read",
    promise: "poisoned, ends with an error, recovers; I1 I2 I3 I4",
    short: 6,
    soak: 50,
    run,
};

fn run(tally: &mut Tally) {
    if let Some(reason) = tracer::missing() {
        return tally.skip(reason);
    }
    for (number, seed) in tally.seeds().enumerate() {
        match number % 3 {
            0 => tally
                .attempt("EIO at a sync", seed, |tally, dice| under_load(tally, dice, "fsync,fdatasync", 40)),
            1 => {
                tally.attempt("EIO at a read", seed, |tally, dice| under_load(tally, dice, "pread64,read", 4))
            }
            _ => tally.attempt("EIO at a read while it starts", seed, starting),
        };
    }
}

fn when(dice: &mut Dice, most: u64) -> String {
    let once = if dice.once_in(2) { "" } else { "+" };
    format!("{}{once}", dice.throw(1, most))
}

fn under_load(tally: &mut Tally, dice: &mut Dice, calls: &str, most: u64) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 3);
    let (mut daemon, client) = series.stage.start(tally);
    let fault = Fault { calls: calls.to_owned(), what: "error=EIO".to_owned(), when: when(dice, most) };
    let log = series.stage.home.path("calls");
    let tracer = Tracer::attach(daemon.id(), true, &fault, &series.stage.home.data(), &[], &log);
    until_it_breaks(&mut series, &mut daemon, &client, dice);
    let met = tracer.met();
    tally.inject(&format!("EIO at {calls}"), met);
    drop(tracer);
    if calls.starts_with("fsync") && met > 0 && of_the_record(&log) {
        let ended = daemon.ended();
        assert_ne!(
            ended.status.code(),
            Some(0),
            "a sync failed, and it ended as if all were well:\n{}",
            ended.log
        );
        tally.figure("ended_by_itself", 1.0);
        series.lives.push(ended);
        series.oracle.check_journal(&series.stage.home.data());
        return series.end(tally, dice);
    }
    recovers(series, daemon, &client, tally, dice);
}

/// Whether a sync that failed was of the journal or the ledger, after which the daemon may not go on.
fn of_the_record(log: &std::path::Path) -> bool {
    let log = std::fs::read_to_string(log).unwrap_or_default();
    log.lines().any(|line| {
        line.contains("(INJECTED)") && (line.contains("/journal.db") || line.contains("/ledger.db"))
    })
}

fn starting(tally: &mut Tally, dice: &mut Dice) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 3);
    let (daemon, client) = series.stage.start(tally);
    series.oracle.send(&client, series.oracle.left() / 2, std::time::Duration::ZERO, dice, |_| ());
    // With a log to recover, or without.
    series.lives.push(if dice.once_in(2) { daemon.kill() } else { daemon.terminate() });
    let fault =
        Fault { calls: "pread64,read".to_owned(), what: "error=EIO".to_owned(), when: when(dice, 40) };
    let log = series.stage.home.path("calls");
    let started =
        series.stage.home.spawn_under(&fault.wrapper(&series.stage.home.data(), &log)).ready_or_ended();
    let met = std::fs::read_to_string(&log).unwrap_or_default().matches("(INJECTED)").count();
    tally.inject("EIO at a read while it starts", met as u64);
    match started {
        Ok((daemon, _)) => {
            tally.figure("started_all_the_same", 1.0);
            series.lives.push(daemon.kill());
        }
        Err(ended) => {
            assert_ne!(ended.status.code(), Some(0), "it ended as if all were well:\n{}", ended.log);
            tally.figure("did_not_start", 1.0);
            series.lives.push(*ended);
        }
    }
    series.oracle.check_journal(&series.stage.home.data());
    series.end(tally, dice);
}
