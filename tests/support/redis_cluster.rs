//! A Redis Cluster of three masters on the loopback: its nodes killed and started again, its slots moved.

use crate::eventually;
use crate::servers::{self, Server, redis_cli, redis_on};
use std::process::Command;
use std::time::Duration;

/// How many masters: as few as Redis takes.
const NODES: usize = 3;

/// The cluster.
pub struct Cluster {
    nodes: Vec<Option<Server>>,
    /// What redis-cli is given to log in.
    login: Vec<String>,
}

impl Cluster {
    /// A cluster whose nodes have some more lines of configuration; `login` is what redis-cli is given to log in.
    ///
    /// # Panics
    /// If it does not come about.
    pub fn start(lines: &str, login: &[&str]) -> Cluster {
        let node = |_| {
            let bus = servers::free_port();
            Some(servers::redis(&format!(
                "cluster-enabled yes\ncluster-node-timeout 2000\ncluster-port {bus}\nappendonly yes\n\
                 appendfsync always\n{lines}"
            )))
        };
        let nodes = (0..NODES).map(node).collect();
        let cluster = Cluster { nodes, login: login.iter().map(|&word| word.to_owned()).collect() };
        let addresses = cluster.servers().map(|node| format!("127.0.0.1:{}", node.port));
        let made = Command::new("redis-cli")
            .args(&cluster.login)
            .args(["--cluster", "create"])
            .args(addresses)
            .arg("--cluster-yes")
            .output()
            .expect("redis-cli");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        cluster.well();
        cluster
    }

    /// The nodes that run.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        self.nodes.iter().flatten()
    }

    /// A node.
    ///
    /// # Panics
    /// If it does not run.
    pub fn node(&self, number: usize) -> &Server {
        self.nodes[number].as_ref().expect("it runs")
    }

    /// What redis-cli answers at a node.
    pub fn at(&self, node: &Server, command: &[&str]) -> String {
        let login: Vec<&str> = self.login.iter().map(String::as_str).collect();
        redis_cli(node, &[&login[..], command].concat())
    }

    /// What redis-cli answers, sent on to whichever node holds the key; asked again while the cluster is not whole.
    ///
    /// # Panics
    /// If it stays so.
    pub fn ask(&self, command: &[&str]) -> String {
        let command = [&["-c"], command].concat();
        let codes = ["CLUSTERDOWN", "MOVED", "ASK ", "TRYAGAIN", "LOADING"];
        let broken = |answer: &str| answer.is_empty() || codes.iter().any(|code| answer.starts_with(code));
        eventually("the cluster answers", || {
            self.servers().map(|node| self.at(node, &command)).find(|answer| !broken(answer))
        })
    }

    /// Waits until every node says that the cluster is well, and all say the same about slots.
    ///
    /// # Panics
    /// If it does not come to that.
    pub fn well(&self) {
        eventually("the cluster is well", || {
            let ok = |node| self.at(node, &["CLUSTER", "INFO"]).contains("cluster_state:ok");
            let slots: Vec<String> =
                self.servers().map(|node| self.at(node, &["CLUSTER", "SLOTS"])).collect();
            (self.servers().all(ok) && slots.windows(2).all(|pair| pair[0] == pair[1])).then_some(())
        });
    }

    /// The slot of a key.
    ///
    /// # Panics
    /// If no node says.
    pub fn slot(&self, key: &str) -> String {
        let node = self.servers().next().expect("a node runs");
        self.at(node, &["CLUSTER", "KEYSLOT", key]).trim().to_owned()
    }

    /// The number of the node that holds a key.
    ///
    /// # Panics
    /// If none does.
    pub fn holder(&self, key: &str) -> usize {
        eventually("a node holds the key", || {
            let holds = |node: &Server| self.at(node, &["EXISTS", key]).trim().parse::<u64>().is_ok();
            self.nodes.iter().position(|node| node.as_ref().is_some_and(holds))
        })
    }

    /// Moves the slot of a key with all that is in it to the next node; `pause` between the steps.
    ///
    /// # Panics
    /// If the cluster does not do it.
    pub fn move_on(&self, key: &str, pause: Duration) {
        let slot = self.slot(key);
        let from = self.holder(key);
        let (from, to) = (self.node(from), self.node((from + 1) % NODES));
        let done = |node: &Server, command: &[&str]| {
            let said = self.at(node, command);
            assert!(["OK", "NOKEY"].contains(&said.trim()), "{command:?}: {said}");
        };
        let id = |node| self.at(node, &["CLUSTER", "MYID"]).trim().to_owned();
        let (from_id, to_id) = (id(from), id(to));
        done(to, &["CLUSTER", "SETSLOT", &slot, "IMPORTING", &from_id]);
        done(from, &["CLUSTER", "SETSLOT", &slot, "MIGRATING", &to_id]);
        std::thread::sleep(pause);
        loop {
            let keys = self.at(from, &["CLUSTER", "GETKEYSINSLOT", &slot, "100"]);
            let keys: Vec<&str> = keys.lines().filter(|key| !key.is_empty()).collect();
            if keys.is_empty() {
                break;
            }
            self.migrate(from, to, &keys);
        }
        std::thread::sleep(pause);
        for node in [to, from].into_iter().chain(self.servers()) {
            done(node, &["CLUSTER", "SETSLOT", &slot, "NODE", &to_id]);
        }
        self.well();
    }

    fn migrate(&self, from: &Server, to: &Server, keys: &[&str]) {
        let port = to.port.to_string();
        let mut command = vec!["MIGRATE", "127.0.0.1", &port, "", "0", "5000"];
        if let [_, user, _, password, ..] = self.login.as_slice() {
            command.extend(["AUTH2", user.as_str(), password.as_str()]);
        }
        command.push("KEYS");
        command.extend(keys);
        let said = self.at(from, &command);
        assert!(["OK", "NOKEY"].contains(&said.trim()), "{keys:?}: {said}");
    }

    /// Kills a node.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(&mut self, number: usize) -> Killed {
        let node = self.nodes[number].take().expect("it runs");
        let (port, folder) = node.ended("-KILL");
        Killed { number, port, folder }
    }

    /// Starts a killed node again, and waits until the cluster is well.
    ///
    /// # Panics
    /// If it does not come to that.
    pub fn revive(&mut self, killed: Killed) {
        self.nodes[killed.number] = Some(redis_on(killed.port, killed.folder));
        self.well();
    }
}

/// A node that was killed: what is needed to start it again.
pub struct Killed {
    number: usize,
    port: u16,
    folder: tempfile::TempDir,
}
