//! Row 9: what happens to Redis, between a sender and the daemon. An acknowledged entry is an obligation as a receipt is; what Redis itself lost before the
//! daemon had it, the sender sends again.

use super::wire::{Reply, Wire};
use crate::board::{Row, Tally};
use crate::machine::ran;
use crate::series::Series;
use crate::stage::Stage;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use xiezhi_tests::servers::{self, Server, redis_on};
use xiezhi_tests::{Client, Daemon, Dice, eventually};

pub const ROW: Row = Row {
    number: 9,
    fault: "Redis restarted, killed, emptied, cut, failed over, read-only, without its group, with limited users",
    promise: "I1 I3 I4 I6 I10",
    short: 10,
    soak: 100,
    run,
};

const STREAM: &str = "xiezhi:events:bid";
const GROUP: &str = "xiezhi";
/// The users of a server whose default user may nothing, and of one whose default user is off but may all, as is advised.
const USERS: [&str; 2] = ["user default off resetkeys resetchannels -@all", "user default off ~* &* +@all"];
/// The users as they are shipped.
const SHIPPED: &str = include_str!("../../../deploy/redis/users.acl");
const BOSS: (&str, &str) = ("boss", "word-of-boss");

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Restarted,
    Killed,
    Emptied,
    CutShort,
    WithoutGroup,
    ReadOnly,
    Backwards,
    DefaultUserMayNothing,
    DefaultUserMayAll,
    FailedOver,
}

const FAULTS: [Fault; 10] = [
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
];

impl Fault {
    fn user(self) -> Option<usize> {
        match self {
            Fault::DefaultUserMayNothing => Some(0),
            Fault::DefaultUserMayAll => Some(1),
            _ => None,
        }
    }
}

/// The servers, and what was added to which of them.
struct Venue {
    server: Server,
    replica: Option<Server>,
    sentinel: Option<Server>,
    user: Option<(&'static str, &'static str)>,
    /// The places of the events that were added, by the entry's id.
    added: BTreeMap<String, usize>,
    /// The number of the next entry, where the server does not number them.
    small_id: Option<u64>,
}

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
    venue = venue.meets(fault, dice);
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

impl Venue {
    fn open(fault: Fault) -> Venue {
        let mut lines = "appendonly yes\nappendfsync always\nrepl-diskless-sync-delay 0\n".to_owned();
        if let Some(user) = fault.user() {
            let xiezhi =
                SHIPPED.lines().find(|line| line.starts_with("user xiezhi ")).expect("it is shipped");
            let xiezhi = xiezhi.replace("PASSWORD-OF-", "word-of-");
            lines += &format!("{}\n{xiezhi}\nuser {} on >{} ~* &* +@all\n", USERS[user], BOSS.0, BOSS.1);
        }
        let server = servers::redis(&lines);
        let user = fault.user().map(|_| BOSS);
        let mut venue =
            Venue { server, replica: None, sentinel: None, user, added: BTreeMap::new(), small_id: None };
        if fault == Fault::FailedOver {
            venue.double();
        }
        venue
    }

    /// With a replica and a sentinel that knows both.
    fn double(&mut self) {
        let replica = servers::redis(&format!("replicaof 127.0.0.1 {}", self.server.port));
        eventually("the replica follows", || {
            servers::redis_cli(&replica, &["INFO", "replication"])
                .contains("master_link_status:up")
                .then_some(())
        });
        let sentinel = servers::sentinel(self.server.port);
        eventually("the sentinel knows the replica", || {
            let known = servers::redis_cli(&sentinel, &["SENTINEL", "replicas", "venue"]);
            known.contains(&replica.port.to_string()).then_some(())
        });
        (self.replica, self.sentinel) = (Some(replica), Some(sentinel));
    }

    /// The daemon's configuration.
    fn lines(&self) -> String {
        let mut lines = match &self.sentinel {
            Some(sentinel) => {
                format!("[redis]\nurl = \"redis://venue\"\nsentinels = [\"127.0.0.1:{}\"]\n", sentinel.port)
            }
            None => format!("[redis]\nurl = \"redis://127.0.0.1:{}\"\n", self.server.port),
        };
        if self.user.is_some() {
            lines += "user = \"xiezhi\"\npassword_file = \"password\"\n";
        }
        lines + &format!("streams = [\"{STREAM}\"]\n")
    }

    fn wire(&self) -> std::io::Result<Wire> {
        Wire::open(self.server.port, self.user)
    }

    /// Adds events; of one that cannot be added nothing is known.
    fn add(&mut self, series: &mut Series, places: std::ops::Range<usize>) {
        let Ok(mut wire) = self.wire() else { return };
        for place in places {
            series.oracle.handed_over(place);
            let id = self.small_id.as_mut().map_or("*".to_owned(), |id| {
                *id += 1;
                format!("{id}-1")
            });
            let added = wire.ask(&["XADD", STREAM, &id, "event", &series.oracle.events[place]]);
            match added {
                Ok(Reply::Text(id)) => drop(self.added.insert(id, place)),
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }

    /// The entries that were given to the group and are not pending any more.
    fn acknowledged(&self) -> std::io::Result<Vec<String>> {
        let mut wire = self.wire()?;
        let groups = wire.ask(&["XINFO", "GROUPS", STREAM])?;
        let group: Vec<&str> =
            groups.parts().first().map_or(&[][..], Reply::parts).iter().filter_map(Reply::text).collect();
        let Some(at) = group.iter().position(|field| *field == "last-delivered-id") else {
            return Ok(Vec::new());
        };
        let given = wire.ask(&["XRANGE", STREAM, "-", group[at + 1]])?;
        // Asked after the place that was reached: what is not pending now was acknowledged.
        let pending = wire.ask(&["XPENDING", STREAM, GROUP, "-", "+", "100000"])?;
        let id = |entry: &Reply| entry.parts().first().and_then(Reply::text).map(str::to_owned);
        let pending: BTreeSet<String> = pending.parts().iter().filter_map(id).collect();
        Ok(given.parts().iter().filter_map(id).filter(|id| !pending.contains(id)).collect())
    }

    /// What was acknowledged must be in the journal for ever.
    fn note_acknowledged(&self, series: &mut Series) {
        // While the server is away, nothing is known.
        for id in self.acknowledged().unwrap_or_default() {
            if let Some(place) = self.added.get(&id) {
                series.oracle.acknowledged(*place);
            }
        }
    }

    fn meets(mut self, fault: Fault, dice: &mut Dice) -> Venue {
        let ask = |venue: &Venue, command: &[&str]| {
            let reply = venue.wire().and_then(|mut wire| wire.ask(command)).expect("the server answers");
            assert!(!matches!(reply, Reply::Failed(_)), "{command:?}: {reply:?}");
        };
        match fault {
            Fault::Restarted => self.restarted("-TERM", 0),
            Fault::Killed | Fault::DefaultUserMayNothing | Fault::DefaultUserMayAll => {
                self.restarted("-KILL", 0)
            }
            Fault::CutShort => self.restarted("-KILL", dice.throw(1, 20_000)),
            Fault::Emptied => {
                ask(&self, &["FLUSHALL"]);
                self
            }
            Fault::WithoutGroup => {
                // Not there yet, if the daemon has not come so far.
                self.wire()
                    .and_then(|mut wire| wire.ask(&["XGROUP", "DESTROY", STREAM, GROUP]))
                    .expect("the server answers");
                self
            }
            Fault::ReadOnly => {
                ask(&self, &["REPLICAOF", "127.0.0.1", "1"]);
                std::thread::sleep(Duration::from_millis(dice.throw(50, 1_500)));
                ask(&self, &["REPLICAOF", "NO", "ONE"]);
                self
            }
            Fault::Backwards => {
                // As a server does whose clock was set back and whose data was lost: the stream begins anew with small ids.
                ask(&self, &["DEL", STREAM]);
                self.small_id = Some(1);
                self
            }
            Fault::FailedOver => self.failed_over(),
        }
    }

    /// Ended and started again, with the last bytes of its append-only file cut off.
    fn restarted(self, signal: &str, cut: u64) -> Venue {
        let Venue { server, user, added, small_id, .. } = self;
        let (port, folder) = server.ended(signal);
        if cut > 0 {
            let files =
                std::fs::read_dir(folder.path().join("appendonlydir")).expect("its append-only files");
            let last = files
                .filter_map(|file| Some(file.ok()?.path()))
                .find(|path| path.to_string_lossy().ends_with(".incr.aof"));
            let file = std::fs::File::options()
                .write(true)
                .open(last.expect("a file of increments"))
                .expect("the file");
            let length = file.metadata().expect("its length").len();
            file.set_len(length.saturating_sub(cut)).expect("cut short");
        }
        Venue { server: redis_on(port, folder), replica: None, sentinel: None, user, added, small_id }
    }

    fn failed_over(self) -> Venue {
        let Venue { server, replica, sentinel, user, added, small_id } = self;
        let replica = replica.expect("a replica");
        server.ended("-KILL");
        eventually("the replica is the master", || {
            servers::redis_cli(&replica, &["INFO", "replication"]).contains("role:master").then_some(())
        });
        Venue { server: replica, replica: None, sentinel, user, added, small_id }
    }
}
