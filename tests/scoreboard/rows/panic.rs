//! Row 22: a worker panics, in service or while the history is loaded, once or at every start on the same place of the journal.

use crate::board::{Row, Tally};
use crate::series::Series;
use crate::stage::Stage;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use xiezhi_tests::Dice;

pub const ROW: Row = Row {
    number: 22,
    fault: "a worker panics, once or at every start on the same place",
    promise: "the process ends at once, and recovers: I1 I3 I4 I10",
    short: 4,
    soak: 20,
    run,
};

const SIGABRT: i32 = 6;
const VARIABLE: &str = "XIEZHI_FAIL_POINT";

fn run(tally: &mut Tally) {
    tally.note(
        "nothing is put aside after three crashes on one place of the journal: an event that makes every start fail keeps the daemon down until a \
         version that can take it, and is not lost",
    );
    for seed in tally.seeds() {
        tally.attempt("a worker panics", seed, attempt);
    }
}

fn attempt(tally: &mut Tally, dice: &mut Dice) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 3);
    series.stage.home.set(VARIABLE, Some(&format!("engine.commit:{}", dice.throw(1, 8))));
    let (daemon, client) = series.stage.start(tally);
    series.oracle.send(&client, usize::MAX, Duration::ZERO, dice, |_| ());
    let ended = daemon.ended();
    assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
    assert!(ended.log.contains("a worker was told to fail"), "{}", ended.log);
    series.lives.push(ended);
    tally.inject("a worker panics in service", 1);
    // The same at every start, as an event would that no worker can take.
    series.stage.home.set(VARIABLE, Some("engine.load:1"));
    for _ in 0..dice.throw(0, 3) {
        let Err(ended) = series.stage.home.spawn().ready_or_ended() else {
            panic!("it started over a worker that panics")
        };
        assert_eq!(ended.status.signal(), Some(SIGABRT), "{}\n{}", ended.status, ended.log);
        series.lives.push(*ended);
        tally.inject("a worker panics while the history is loaded", 1);
        series.oracle.check_journal(&series.stage.home.data());
    }
    series.stage.home.set(VARIABLE, None);
    series.oracle.check_journal(&series.stage.home.data());
    series.end(tally, dice);
}
