//! A series of lives of one daemon under load: what the rows have in common that break it again and again on the same data.

use crate::board::Tally;
use crate::oracle::Oracle;
use crate::stage::{Stage, TODAY};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;
use xiezhi_tests::{Client, Daemon, Dice, Ended};

/// The shortest and the longest life under load, ms.
const LIFE_MS: (u64, u64) = (5, 400);

/// A stage and its oracle.
pub struct Series {
    /// The stage.
    pub stage: Stage,
    /// The oracle.
    pub oracle: Oracle,
    /// What each life has left.
    pub lives: Vec<Ended>,
}

impl Series {
    /// A series with a venue of some days of its own.
    pub fn new(stage: Stage, seed: u64, days: u32) -> Series {
        Series { stage, oracle: Oracle::of_venue(seed, days, 30, TODAY), lives: Vec::new() }
    }

    /// One life under load: a life's share of what is left; at a random moment `fault` ends it, while the load goes on.
    pub fn life(
        &mut self,
        daemon: Daemon,
        client: &Client,
        lives_left: u64,
        dice: &mut Dice,
        fault: impl FnOnce(Daemon) -> Ended,
    ) -> &Ended {
        let moment = Duration::from_millis(dice.throw(LIFE_MS.0, LIFE_MS.1));
        let share = self.oracle.left().div_ceil(usize::try_from(lives_left.max(1)).unwrap_or(usize::MAX));
        let ended = self.oracle.send(client, share, moment, dice, |stopped| {
            std::thread::sleep(moment);
            let ended = fault(daemon);
            stopped.store(true, Ordering::Relaxed);
            ended
        });
        self.lives.push(ended);
        self.lives.last().expect("it was just put there")
    }

    /// A daemon that ended by itself, which it must not have done as if all were well.
    pub fn ended_by_itself(&mut self, daemon: Daemon, tally: &mut Tally) {
        let ended = daemon.ended();
        assert_ne!(ended.status.code(), Some(0), "it ended as if all were well:\n{}", ended.log);
        tally.figure("ended_by_itself", 1.0);
        self.lives.push(ended);
    }

    /// The end: everything sent, everything checked.
    pub fn end(&mut self, tally: &mut Tally, dice: &mut Dice) {
        let (daemon, client) = self.stage.start(tally);
        self.oracle.send_rest(&client, dice);
        let found = self.stage.check(&client, &self.oracle);
        assert!(!found.is_empty() && !self.stage.told().is_empty(), "something happened");
        check_notices(&self.stage, &self.lives, daemon.notices());
        tally.figure("events", self.oracle.events.len() as f64);
        tally.figure("receipts", self.oracle.receipts as f64);
        tally.figure("durable_without_receipt", self.oracle.durable_unknown as f64);
        tally.figure("told_to_come_again", self.oracle.told_again as f64);
        tally.figure("findings", found.len() as f64);
        tally.figure("messages_received", self.stage.told().len() as f64);
        self.stage.check_restarts(daemon, &client, tally);
    }
}

/// Every notice of the ledger was printed, each without `repeated` at most once, and none that is not there: I4, I5.
fn check_notices(stage: &Stage, lives: &[Ended], last: Vec<Value>) {
    let path = stage.home.data().join("ledger.db");
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the ledger");
    let mut rows =
        connection.prepare("SELECT seq, alert, revision FROM notices ORDER BY seq").expect("a table");
    let notice = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(i64, (String, i64))> {
        Ok((row.get(0)?, (row.get(1)?, row.get(2)?)))
    };
    let noted: BTreeMap<i64, (String, i64)> =
        rows.query_map([], notice).expect("rows").map(|row| row.expect("a row")).collect();
    // On half a line the next life's first notice would stand, and a reader of lines would lose both.
    let cut_short = lives.iter().find(|life| !life.cut_short.is_empty());
    assert!(cut_short.is_none(), "I4: half a notice was left: {cut_short:?}");
    let (mut printed, mut first_hand) = (BTreeSet::new(), BTreeSet::new());
    for notice in lives.iter().flat_map(|life| &life.notices).chain(&last) {
        let seq = notice["seq"].as_i64().expect("a number");
        let id = notice["alert"]["id"].as_str().expect("an id").to_owned();
        let name = (id, notice["alert"]["revision"].as_i64().expect("a revision"));
        assert_eq!(noted.get(&seq), Some(&name), "I5: printed and not in the ledger: {notice}");
        printed.insert(seq);
        assert!(notice["repeated"] == true || first_hand.insert(seq), "I5: told twice: {notice}");
    }
    let silent: Vec<&i64> = noted.keys().filter(|seq| !printed.contains(seq)).collect();
    assert!(silent.is_empty(), "I4: never told: {silent:?}");
}

/// After a fault: the daemon starts, and every obligation so far is kept.
pub fn recovered(series: &Series, tally: &mut Tally) -> (Daemon, Client) {
    let started = series.stage.start(tally);
    series.oracle.check_journal(&series.stage.home.data());
    started
}

/// Runs attempts in series of at most `length` lives on the same data, and checks everything after each.
pub fn in_series(
    tally: &mut Tally,
    length: u64,
    days: u32,
    stage: impl Fn() -> Stage,
    mut life: impl FnMut(&mut Tally, &mut Series, u64, &mut Dice),
) {
    let seeds: Vec<u64> = tally.seeds().collect();
    for chunk in seeds.chunks(usize::try_from(length).expect("a short series")) {
        let mut series = Series::new(stage(), chunk[0], days);
        let mut went_well = true;
        for (at, seed) in chunk.iter().enumerate() {
            let left = (chunk.len() - at) as u64;
            went_well &= tally.attempt(
                &format!("a life of the series --seed {} --count {}", chunk[0], chunk.len()),
                *seed,
                |tally, dice| life(tally, &mut series, left, dice),
            );
            if !went_well {
                break;
            }
        }
        if went_well {
            tally.attempt(
                &format!("the end of the series --seed {} --count {}", chunk[0], chunk.len()),
                chunk[0],
                |tally, dice| series.end(tally, dice),
            );
        }
    }
}
