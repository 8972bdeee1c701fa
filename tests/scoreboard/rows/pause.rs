//! Row 8: stopped for a while and let go on, asked to end under load, asked twice.

use crate::board::{Row, Tally};
use crate::machine::signal;
use crate::series::{in_series, recovered};
use crate::stage::Stage;
use std::time::Duration;
use xiezhi_tests::Daemon;

pub const ROW: Row = Row {
    number: 8,
    fault: "SIGSTOP for a while, SIGTERM under load, SIGTERM twice",
    promise: "I1 I4 I5, ends with 0",
    short: 9,
    soak: 100,
    run,
};

const SERIES: u64 = 20;

/// How long it is stopped: mostly a second or two; in a soak now and then longer than the watchdog waits.
fn pause(soak: bool, dice: &mut xiezhi_tests::Dice) -> Duration {
    match soak && dice.once_in(12) {
        true => Duration::from_secs(dice.throw(31, 60)),
        false => Duration::from_millis(dice.throw(200, 2_500)),
    }
}

fn run(tally: &mut Tally) {
    in_series(tally, SERIES, 4, Stage::default, |tally, series, left, dice| {
        let (daemon, client) = recovered(series, tally);
        let kind = dice.throw(0, 2);
        let (pause, again) = (pause(tally.soak, dice), Duration::from_millis(dice.throw(0, 30)));
        let name = ["SIGSTOP and SIGCONT, then SIGTERM", "SIGTERM", "SIGTERM twice"][kind as usize];
        let ended = series.life(daemon, &client, left, dice, |daemon| match kind {
            0 => {
                signal(daemon.id(), "-STOP");
                std::thread::sleep(pause);
                signal(daemon.id(), "-CONT");
                // It goes on with what was under way.
                std::thread::sleep(Duration::from_millis(1_500));
                daemon.terminate()
            }
            1 => daemon.terminate(),
            _ => twice(daemon, again),
        });
        assert_eq!(ended.status.code(), Some(0), "{name} ({pause:?}): {}\n{}", ended.status, ended.log);
        tally.inject(name, 1);
    });
}

fn twice(daemon: Daemon, again: Duration) -> xiezhi_tests::Ended {
    signal(daemon.id(), "-TERM");
    std::thread::sleep(again);
    // Not reaped yet, so it can be signalled even if it has ended.
    daemon.terminate()
}
