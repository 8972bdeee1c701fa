//! Row 9: what happens to Redis, between a sender and the daemon. An acknowledged entry is an obligation as a receipt is; what Redis itself lost before the
//! daemon had it, the sender sends again.

use super::venue::{Fault, GROUP, STREAM, Venue};
use crate::board::{Row, Tally};
use crate::machine::ran;
use crate::series::Series;
use crate::stage::Stage;
use std::time::{Duration, Instant};
use xiezhi_tests::{Client, Daemon, Dice, eventually};

pub const ROW: Row = Row {
    number: 9,
    fault: "Redis restarted, killed, loading, emptied, cut, failed over, read-only, without its group, with limited users, \
            behind a network that is cut or silent, a cluster",
    promise: "I1 I3 I4 I6 I10",
    short: 15,
    soak: 150,
    run,
};

const FAULTS: [Fault; 15] = [
    Fault::Restarted,
    Fault::Killed,
    Fault::Emptied,
    Fault::CutShort,
    Fault::WithoutGroup,
    Fault::ReadOnly,
    Fault::Backwards,
    Fault::DefaultUserMayNothing,
    Fault::DefaultUserMayAll,
    Fault::FailedOver,
    Fault::Loading,
    Fault::NetworkCut,
    Fault::NetworkSilent,
    Fault::SlotMoved,
    Fault::NodeKilled,
];

fn run(tally: &mut Tally) {
    if let Err(reason) = ran("redis-server", &["--version"]) {
        return tally.skip(reason);
    }
    for (number, seed) in tally.seeds().enumerate() {
        let fault = FAULTS[number % FAULTS.len()];
        // A seed alone repeats its attempt, so it decides the fault where only one is made.
        let fault = if tally.count == 1 { FAULTS[(seed % FAULTS.len() as u64) as usize] } else { fault };
        tally.attempt(&format!("{fault:?}"), seed, |tally, dice| attempt(fault, tally, dice));
    }
}

fn attempt(fault: Fault, tally: &mut Tally, dice: &mut Dice) {
    let mut venue = Venue::open(fault);
    let stage = Stage::with(&venue.lines());
    stage.home.write_secret("password", "word-of-xiezhi");
    let mut series = Series::new(stage, dice.throw(0, u64::MAX - 1), 2);
    let third = series.oracle.events.len() / 3;
    let mut daemon = None;
    if dice.once_in(2) {
        daemon = Some(series.stage.start(tally));
    }
    venue.add(&mut series, 0..third);
    let (mut daemon, mut client) = daemon.unwrap_or_else(|| series.stage.start(tally));
    std::thread::sleep(Duration::from_millis(dice.throw(0, 60)));
    venue.note_acknowledged(&mut series);
    venue.meets(fault, &mut series, third..2 * third, dice);
    tally.inject(&format!("{fault:?}"), 1);
    if dice.once_in(3) {
        series.lives.push(daemon.kill());
        series.oracle.check_journal(&series.stage.home.data());
        (daemon, client) = series.stage.start(tally);
        tally.inject("and the daemon killed", 1);
    }
    let begun = Instant::now();
    venue.add(&mut series, third..2 * third);
    std::thread::sleep(Duration::from_millis(dice.throw(0, 60)));
    venue.note_acknowledged(&mut series);
    series.oracle.check_journal(&series.stage.home.data());
    all_journalled(&mut venue, &mut series, 2 * third);
    tally.recovered(begun);
    let all = series.oracle.events.len();
    venue.add(&mut series, 2 * third..all);
    all_journalled(&mut venue, &mut series, all);
    everything_acknowledged(&mut venue, &client);
    venue.note_acknowledged(&mut series);
    tally.figure("entries_acknowledged", series.oracle.owed() as f64);
    assert_eq!(
        client.metric(r#"xiezhi_events_total{outcome="refused",type="unknown"}"#),
        0.0,
        "I6: nothing was refused"
    );
    end(series, daemon, tally, dice);
}

fn end(mut series: Series, daemon: Daemon, tally: &mut Tally, dice: &mut Dice) {
    series.lives.push(daemon.terminate());
    series.end(tally, dice);
}

/// Waits until the first events are in the journal; those that Redis has lost are sent again, as their sender would.
fn all_journalled(venue: &mut Venue, series: &mut Series, count: usize) {
    let mut round = 0;
    eventually("everything sent is in the journal", || {
        let there = series.oracle.check_journal(&series.stage.home.data());
        let missing: Vec<usize> = (0..count).filter(|place| !there.contains(place)).collect();
        if missing.is_empty() {
            return Some(());
        }
        round += 1;
        if round % 20 == 0 {
            missing.iter().for_each(|place| venue.add(series, *place..*place + 1));
        }
        std::thread::sleep(Duration::from_millis(50));
        None
    });
}

fn everything_acknowledged(venue: &mut Venue, client: &Client) {
    eventually("nothing is pending", || {
        let mut wire = venue.wire().ok()?;
        let pending = wire.ask(&["XPENDING", STREAM, GROUP]).ok()?;
        (pending.parts().first()?.text() == Some("0")).then_some(())
    });
    eventually("it says so", || {
        let pending = format!("xiezhi_redis_pending_entries{{stream=\"{STREAM}\"}}");
        (client.metric(&pending) == 0.0).then_some(())
    });
}
