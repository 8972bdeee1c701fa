//! The Redis between a sender and the daemon: one server, one with a replica and a sentinel, one behind a proxy, or a cluster; what is added to it, and what
//! happens to it.

use super::wire::{Reply, Wire};
use crate::series::Series;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::ops::Range;
use std::time::Duration;
use xiezhi_tests::proxy::{Cut, Proxy};
use xiezhi_tests::redis_cluster::Cluster;
use xiezhi_tests::servers::{self, Server, redis_on};
use xiezhi_tests::{Dice, eventually};

/// The stream that events are added to.
pub const STREAM: &str = "xiezhi:events:bid";
/// The group that reads it.
pub const GROUP: &str = "xiezhi";
/// The users of a server whose default user may nothing, and of one whose default user is off but may all, as is advised.
const USERS: [&str; 2] = ["user default off resetkeys resetchannels -@all", "user default off ~* &* +@all"];
/// The users as they are shipped.
const SHIPPED: &str = include_str!("../../../deploy/redis/users.acl");
const BOSS: (&str, &str) = ("boss", "word-of-boss");
/// Keys besides, which a server loads at its start, and how long each takes it, µs.
const FILLERS: (usize, u64) = (4_096, 400);

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
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
    Loading,
    NetworkCut,
    NetworkSilent,
    SlotMoved,
    NodeKilled,
}

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
#[derive(Default)]
pub struct Venue {
    /// The server that is added to; none in a cluster.
    server: Option<Server>,
    replica: Option<Server>,
    sentinel: Option<Server>,
    proxy: Option<Proxy>,
    cluster: Option<Cluster>,
    user: Option<(&'static str, &'static str)>,
    /// The places of the events that were added, by the entry's id.
    added: BTreeMap<String, usize>,
    /// The number of the next entry, where the server does not number them.
    small_id: Option<u64>,
}

impl Venue {
    /// A venue to which this will happen.
    pub fn open(fault: Fault) -> Venue {
        let mut venue = Venue { user: fault.user().map(|_| BOSS), ..Venue::default() };
        if matches!(fault, Fault::SlotMoved | Fault::NodeKilled) {
            venue.cluster = Some(Cluster::start("", &[]));
            return venue;
        }
        let mut lines = "appendonly yes\nappendfsync always\nrepl-diskless-sync-delay 0\n".to_owned();
        if let Some(user) = fault.user() {
            let xiezhi =
                SHIPPED.lines().find(|line| line.starts_with("user xiezhi ")).expect("it is shipped");
            let xiezhi = xiezhi.replace("PASSWORD-OF-", "word-of-");
            lines += &format!("{}\n{xiezhi}\nuser {} on >{} ~* &* +@all\n", USERS[user], BOSS.0, BOSS.1);
        }
        venue.server = Some(servers::redis(&lines));
        match fault {
            Fault::FailedOver => venue.double(),
            Fault::NetworkCut | Fault::NetworkSilent => {
                venue.proxy = Some(Proxy::before(venue.server().port))
            }
            _ => {}
        }
        venue
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("no cluster, and no restart under way")
    }

    fn cluster(&mut self) -> &mut Cluster {
        self.cluster.as_mut().expect("a cluster")
    }

    /// With a replica and a sentinel that knows both.
    fn double(&mut self) {
        let master = self.server().port;
        let replica = servers::redis(&format!("replicaof 127.0.0.1 {master}"));
        eventually("the replica follows", || {
            servers::redis_cli(&replica, &["INFO", "replication"])
                .contains("master_link_status:up")
                .then_some(())
        });
        let sentinel = servers::sentinel(master);
        eventually("the sentinel knows the replica", || {
            let known = servers::redis_cli(&sentinel, &["SENTINEL", "replicas", "venue"]);
            known.contains(&replica.port.to_string()).then_some(())
        });
        (self.replica, self.sentinel) = (Some(replica), Some(sentinel));
    }

    /// The daemon's configuration.
    pub fn lines(&self) -> String {
        let port = match (&self.proxy, &self.cluster) {
            (Some(proxy), _) => proxy.port,
            (None, Some(cluster)) => cluster.node(0).port,
            (None, None) => self.server().port,
        };
        let mut lines = match &self.sentinel {
            Some(sentinel) => {
                format!("[redis]\nurl = \"redis://venue\"\nsentinels = [\"127.0.0.1:{}\"]\n", sentinel.port)
            }
            None => format!("[redis]\nurl = \"redis://127.0.0.1:{port}\"\n"),
        };
        if self.user.is_some() {
            lines += "user = \"xiezhi\"\npassword_file = \"password\"\n";
        }
        lines + &format!("streams = [\"{STREAM}\"]\n")
    }

    /// A connection to the server that holds the stream.
    ///
    /// # Errors
    /// If there is none now.
    pub fn wire(&self) -> std::io::Result<Wire> {
        let Some(cluster) = &self.cluster else { return Wire::open(self.server().port, self.user) };
        let holds = |node: &Server| {
            let mut wire = Wire::open(node.port, None).ok()?;
            matches!(wire.ask(&["XLEN", STREAM]).ok()?, Reply::Text(_)).then_some(wire)
        };
        cluster.servers().find_map(holds).ok_or_else(|| std::io::Error::other("no node holds the stream"))
    }

    /// Adds events; of one that cannot be added nothing is known.
    pub fn add(&mut self, series: &mut Series, places: Range<usize>) {
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
    pub fn note_acknowledged(&self, series: &mut Series) {
        // While the server is away, nothing is known.
        for id in self.acknowledged().unwrap_or_default() {
            if let Some(place) = self.added.get(&id) {
                series.oracle.acknowledged(*place);
            }
        }
    }

    /// Lets it happen. Where the network is cut, these events are added meanwhile.
    pub fn meets(&mut self, fault: Fault, series: &mut Series, places: Range<usize>, dice: &mut Dice) {
        let ask = |venue: &Venue, command: &[&str]| {
            let reply = venue.wire().and_then(|mut wire| wire.ask(command)).expect("the server answers");
            assert!(!matches!(reply, Reply::Failed(_)), "{command:?}: {reply:?}");
        };
        match fault {
            Fault::Restarted => self.restarted("-TERM", 0, ""),
            Fault::Killed | Fault::DefaultUserMayNothing | Fault::DefaultUserMayAll => {
                self.restarted("-KILL", 0, "")
            }
            Fault::CutShort => self.restarted("-KILL", dice.throw(1, 20_000), ""),
            Fault::Emptied => ask(self, &["FLUSHALL"]),
            Fault::WithoutGroup => {
                // Not there yet, if the daemon has not come so far.
                self.wire()
                    .and_then(|mut wire| wire.ask(&["XGROUP", "DESTROY", STREAM, GROUP]))
                    .expect("the server answers");
            }
            Fault::ReadOnly => {
                ask(self, &["REPLICAOF", "127.0.0.1", "1"]);
                std::thread::sleep(Duration::from_millis(dice.throw(50, 1_500)));
                ask(self, &["REPLICAOF", "NO", "ONE"]);
            }
            Fault::Backwards => {
                // As a server does whose clock was set back and whose data was lost: the stream begins anew with small ids.
                ask(self, &["DEL", STREAM]);
                self.small_id = Some(1);
            }
            Fault::FailedOver => self.failed_over(),
            Fault::Loading => self.loads_slowly(),
            Fault::NetworkCut => {
                let cut = if dice.once_in(2) { Cut::Refused } else { Cut::Reset };
                self.cut_off(cut, series, places, dice);
            }
            Fault::NetworkSilent => {
                let cut = if dice.once_in(2) { Cut::Held } else { Cut::Lost };
                self.cut_off(cut, series, places, dice);
            }
            Fault::SlotMoved => {
                let key = ["xiezhi:alerts", "xiezhi:watchlist", STREAM, STREAM][dice.throw(0, 3) as usize];
                self.cluster().move_on(key, Duration::from_millis(dice.throw(0, 400)));
            }
            Fault::NodeKilled => {
                let holder = self.cluster().holder(STREAM);
                let number = if dice.once_in(2) { holder } else { dice.throw(0, 2) as usize };
                let killed = self.cluster().kill(number);
                std::thread::sleep(Duration::from_millis(dice.throw(0, 4_000)));
                self.cluster().revive(killed);
            }
        }
    }

    /// Ended and started again, with the last bytes of its append-only file cut off and some more configuration.
    fn restarted(&mut self, signal: &str, cut: u64, lines: &str) {
        let (port, folder) = self.server.take().expect("it runs").ended(signal);
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
        let conf = std::fs::File::options().append(true).open(folder.path().join("redis.conf"));
        conf.expect("its configuration").write_all(lines.as_bytes()).expect("written");
        self.server = Some(redis_on(port, folder));
    }

    /// Killed, and back with so much to load that it answers `LOADING` for more than a second.
    fn loads_slowly(&mut self) {
        let keys: Vec<String> = (0..FILLERS.0).map(|n| format!("filler:{n}")).collect();
        servers::redis_pipe(self.server(), keys.iter().map(|key| vec!["SET", key, "x"]));
        self.restarted("-KILL", 0, &format!("key-load-delay {}\n", FILLERS.1));
        let said = self.wire().and_then(|mut wire| wire.ask(&["PING"])).expect("the server answers");
        assert!(matches!(&said, Reply::Failed(why) if why.starts_with("LOADING")), "{said:?}");
    }

    fn failed_over(&mut self) {
        let replica = self.replica.take().expect("a replica");
        self.server.take().expect("it runs").ended("-KILL");
        eventually("the replica is the master", || {
            servers::redis_cli(&replica, &["INFO", "replication"]).contains("role:master").then_some(())
        });
        self.server = Some(replica);
    }

    /// The network between the daemon and the server is cut for a while: at once, or in the middle of what is answered.
    fn cut_off(&mut self, cut: Cut, series: &mut Series, places: Range<usize>, dice: &mut Dice) {
        let proxy = self.proxy.take().expect("a proxy");
        if dice.once_in(3) {
            proxy.cut(cut);
        } else {
            proxy.cut_after(cut, dice.throw(1, 4_000) as usize);
        }
        self.add(series, places);
        eventually("it is cut", || proxy.is_cut().then_some(()));
        std::thread::sleep(Duration::from_millis(dice.throw(20, 3_000)));
        proxy.mend();
        self.proxy = Some(proxy);
    }
}
