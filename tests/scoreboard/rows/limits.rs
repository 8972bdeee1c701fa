//! Row 7: limits are hit: open files, address space, memory of a group of processes (the kernel kills it then).

use super::full::until_it_breaks;
use crate::board::{Row, Tally};
use crate::machine::{MemoryLimit, ran};
use crate::series::Series;
use crate::stage::Stage;
use std::net::TcpStream;
use std::time::{Duration, Instant};
use xiezhi_tests::{Dice, eventually};

pub const ROW: Row = Row {
    number: 7,
    fault: "RLIMIT_NOFILE and RLIMIT_AS hit, killed for memory",
    promise: "I1 I9 I10",
    short: 6,
    soak: 40,
    run,
};

fn run(tally: &mut Tally) {
    if let Err(reason) = ran("prlimit", &["--version"]) {
        return tally.skip(reason);
    }
    let group = MemoryLimit::new(512).map(drop);
    if let Err(reason) = &group {
        tally.note(format!("not killed for memory: {reason}"));
    }
    for (number, seed) in tally.seeds().enumerate() {
        match number % 4 {
            0 => tally.attempt("no more files while it runs", seed, files_while_it_runs),
            1 => tally.attempt("few files from the start", seed, |tally, dice| {
                let files = dice.throw(4, 40);
                from_the_start(tally, dice, "few files from the start", &limit("nofile", files));
            }),
            2 => tally.attempt("little address space", seed, |tally, dice| {
                let bytes = dice.throw(60, 900) << 20;
                from_the_start(tally, dice, "little address space", &limit("as", bytes));
            }),
            _ if group.is_err() => true,
            _ => tally.attempt("little memory for the group", seed, |tally, dice| {
                let group = MemoryLimit::new(dice.throw(12, 60)).expect("as before");
                from_the_start(tally, dice, "little memory for the group", &group.wrapper());
            }),
        };
    }
}

fn limit(of: &str, to: u64) -> Vec<String> {
    vec!["prlimit".to_owned(), format!("--{of}={to}:{to}")]
}

/// Its limit is set to what it has open, and connections are opened that it cannot accept; then they are closed and the limit is lifted.
fn files_while_it_runs(tally: &mut Tally, dice: &mut Dice) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 3);
    let (mut daemon, client) = series.stage.start(tally);
    series.oracle.send(&client, series.oracle.left() / 3, Duration::ZERO, dice, |_| ());
    let open = std::fs::read_dir(format!("/proc/{}/fd", daemon.id())).map_or(64, Iterator::count) as u64;
    let set = |to: u64| {
        ran("prlimit", &["--pid", &daemon.id().to_string(), &format!("--nofile={to}:")]).expect("prlimit")
    };
    set(open + dice.throw(0, 6));
    let address = client.address();
    let many: Vec<TcpStream> = (0..40).filter_map(|_| TcpStream::connect(address).ok()).collect();
    tally.inject("no more files while it runs", many.len() as u64);
    // On the connections that it has: it may need files for the ledger and the outbox.
    let wait = Duration::from_millis(dice.throw(100, 800));
    let begun = series.oracle.send(&client, series.oracle.left() / 3, wait, dice, |_| {
        std::thread::sleep(wait);
        set(4_096);
        drop(many);
        Instant::now()
    });
    if daemon.has_ended() {
        series.ended_by_itself(daemon, tally);
    } else {
        eventually("it accepts connections again", || {
            (client.get_or_none("/readyz") == Some(200)).then_some(())
        });
        tally.recovered(begun);
        tally.figure("went_on_by_itself", 1.0);
        series.oracle.send_rest(&client, dice);
        series.lives.push(daemon.terminate());
    }
    series.oracle.check_journal(&series.stage.home.data());
    series.end(tally, dice);
}

/// Under a limit from the start: it starts or says that it cannot, it serves or ends with an error; without the limit all is well.
fn from_the_start(tally: &mut Tally, dice: &mut Dice, fault: &str, wrapper: &[String]) {
    let mut series = Series::new(Stage::default(), dice.throw(0, u64::MAX - 1), 4);
    if dice.once_in(2) {
        // On a directory that is there already.
        let (daemon, client) = series.stage.start(tally);
        series.oracle.send(&client, series.oracle.left() / 3, Duration::ZERO, dice, |_| ());
        series.lives.push(daemon.terminate());
    }
    tally.inject(fault, 1);
    match series.stage.home.spawn_under(wrapper).ready_or_ended() {
        Ok((mut daemon, client)) => {
            until_it_breaks(&mut series, &mut daemon, &client, dice);
            let ended = daemon.stop_or_ended();
            tally.figure(if ended.status.success() { "stood_it" } else { "ended_by_itself" }, 1.0);
            series.lives.push(ended);
        }
        Err(ended) => {
            assert_ne!(ended.status.code(), Some(0), "it ended as if all were well:\n{}", ended.log);
            tally.figure("did_not_start", 1.0);
            series.lives.push(*ended);
        }
    }
    series.end(tally, dice);
}
