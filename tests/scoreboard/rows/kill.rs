//! Row 1: `kill -9` at random moments under load, and now and then while it starts.

use crate::board::{Row, Tally};
use crate::series::{in_series, recovered};
use crate::stage::Stage;
use std::time::Duration;
use xiezhi_tests::Daemon;

pub const ROW: Row = Row {
    number: 1,
    fault: "kill -9 at random moments under load",
    promise: "I1 I2 I3 I4 I5",
    short: 12,
    soak: 500,
    run,
};

/// Lives on the same data, so that recovery builds on recovery.
const SERIES: u64 = 50;

fn run(tally: &mut Tally) {
    in_series(tally, SERIES, 6, Stage::default, |tally, series, left, dice| {
        if dice.once_in(5) {
            let starting = series.stage.home.spawn();
            std::thread::sleep(Duration::from_millis(dice.throw(1, 150)));
            series.lives.push(starting.kill());
            tally.inject("kill -9 while it starts", 1);
        }
        let (daemon, client) = recovered(series, tally);
        let ended = series.life(daemon, &client, left, dice, Daemon::kill);
        assert_eq!(ended.status.code(), None, "ended by itself before it was killed:\n{}", ended.log);
        tally.inject("kill -9 under load", 1);
    });
}
