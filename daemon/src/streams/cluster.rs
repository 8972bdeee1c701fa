//! A Redis Cluster: from the one node that is configured to the node that holds a key.
//!
//! *Laws.*
//! 1. A server that is no cluster, or that does not let us ask, is one node that holds all keys: everything goes over one link.
//! 2. Where slots are is asked at the beginning of a session. A node that points elsewhere, is gone, or takes no writes ends the session, and the
//!    next asks anew: nothing is sent on in the middle, so commands for one key keep their order.
//! 3. A cluster outlives the node that is configured: the others, once heard of, are tried when it is not reached. They are not
//!    remembered over a restart of the daemon.

use super::connect::{Broken, Link, PATIENCE, Server};
use super::slots::{Host, Slots, slot};
use futures_util::future::select_ok;
use redis::{Cmd, Pipeline, RedisError, Value, cmd};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use xiezhi_alerts::deliver::connect::Place;

/// The server that is configured, and the other nodes of its cluster.
pub struct Nodes {
    server: Server,
    others: Mutex<Vec<Place>>,
}

impl Nodes {
    /// A server of which nothing more is known.
    pub fn new(server: Server) -> Nodes {
        Nodes { server, others: Mutex::default() }
    }

    /// Connects to any node; to the one that is configured, if it is there.
    ///
    /// # Errors
    /// If none is reached.
    async fn connect(&self) -> Result<Link, Broken> {
        let first = self.server.connect().await;
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if first.is_ok() || others.is_empty() {
            return first;
        }
        let reached = select_ok(others.iter().map(|place| Box::pin(self.server.connect_to(place)))).await;
        reached.map(|(link, _)| link).or(first)
    }

    /// Connects to the node that holds a key: in a cluster, to which a node that does not hold it points.
    ///
    /// # Errors
    /// If it is not reached.
    pub async fn connect_for(&self, key: &str) -> Result<Link, Broken> {
        let mut link = self.connect().await?;
        let Err(error) = link.try_ask::<Value>(cmd("EXISTS").arg(key), PATIENCE).await? else {
            return Ok(link);
        };
        let place = self.pointed_to(&error, &link).ok_or_else(|| Broken::from(error))?;
        self.server.connect_to(&place).await
    }

    /// The node that an error points to.
    fn pointed_to(&self, error: &RedisError, from: &Link) -> Option<Place> {
        let (host, port) = error.redirect_node()?.0.rsplit_once(':')?;
        let host = if host.is_empty() { from.place().host.as_str() } else { host };
        Some(self.server.inside(host.to_owned(), port.parse().ok()?))
    }

    /// Asks who holds which keys, to speak to them.
    ///
    /// # Errors
    /// If no node is reached, or if it does not say.
    pub async fn links(self: Arc<Self>) -> Result<Links, Broken> {
        let mut link = self.connect().await?;
        let asked = link.try_ask::<Value>(cmd("CLUSTER").arg("SLOTS"), PATIENCE).await?;
        let (slots, clustered, refused) = match asked {
            Ok(answer) => (Slots::read(&answer)?, true, false),
            Err(error) if error.code() == Some("NOPERM") => (single(&link), false, true),
            // No such command, or: "This instance has cluster support disabled".
            Err(error) if error.code() == Some("ERR") => (single(&link), false, false),
            Err(error) => return Err(error.into()),
        };
        let place = |(host, port): &Host| {
            let host = host.as_ref().unwrap_or(&link.place().host);
            self.server.inside(host.clone(), *port)
        };
        let places: Vec<Place> = slots.nodes.iter().map(place).collect();
        if clustered {
            self.others.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&places);
        }
        let mut nodes: Vec<Node> = places.into_iter().map(|place| Node { place, link: None }).collect();
        if let Some(node) = nodes.iter_mut().find(|node| node.place == *link.place()) {
            node.link = Some(link);
        }
        Ok(Links { known: self, slots, nodes, clustered, refused })
    }
}

/// All keys at the one whom we speak to.
fn single(link: &Link) -> Slots {
    Slots::all_at((None, link.place().port))
}

struct Node {
    place: Place,
    /// None: nothing was wanted of it yet.
    link: Option<Link>,
}

/// Links to the nodes of a cluster, or to the one server; each is made when it is needed.
pub struct Links {
    known: Arc<Nodes>,
    slots: Slots,
    /// In the order of those in `slots`.
    nodes: Vec<Node>,
    clustered: bool,
    /// Whether we may not ask where slots are.
    refused: bool,
}

impl Links {
    /// The link to the node that holds a key.
    ///
    /// # Errors
    /// If there is no such node, or if it is not reached.
    pub async fn to(&mut self, key: &str) -> Result<&mut Link, Broken> {
        let node = self.holder(key)?;
        self.link(node).await
    }

    /// Asks several commands, each with the key that it is about; those about keys of one node go there at once and in order.
    ///
    /// # Errors
    /// If one of them is not done.
    pub async fn ask_all(&mut self, commands: Vec<(String, Cmd)>, patience: Duration) -> Result<(), Broken> {
        let mut pipelines = BTreeMap::<usize, Pipeline>::new();
        for (key, command) in commands {
            pipelines.entry(self.holder(&key)?).or_default().add_command(command);
        }
        for (node, pipeline) in pipelines {
            self.link(node).await?.ask_all::<Value>(&pipeline, patience).await?;
        }
        Ok(())
    }

    /// What is held under keys, in their order. Keys of several slots cannot be asked for in one command, not even at one node.
    ///
    /// # Errors
    /// If a node does not answer.
    pub async fn held(&mut self, keys: &[String], patience: Duration) -> Result<Vec<Option<String>>, Broken> {
        let mut wanted = BTreeMap::<usize, BTreeMap<u16, Vec<usize>>>::new();
        for (at, key) in keys.iter().enumerate() {
            let slot = if self.clustered { slot(key) } else { 0 };
            wanted.entry(self.holder(key)?).or_default().entry(slot).or_default().push(at);
        }
        let mut held = vec![None; keys.len()];
        for (node, slots) in wanted {
            let mut getting = Pipeline::new();
            for places in slots.values() {
                getting.cmd("MGET").arg(places.iter().map(|at| keys[*at].as_str()).collect::<Vec<_>>());
            }
            let got: Vec<Vec<Option<String>>> = self.link(node).await?.ask_all(&getting, patience).await?;
            for (at, entry) in slots.values().flatten().zip(got.into_iter().flatten()) {
                held[*at] = entry;
            }
        }
        Ok(held)
    }

    /// What broke, and what to do about it if this is a cluster that we may not ask about.
    pub fn explained(&self, Broken(why): Broken) -> Broken {
        let pointed = self.refused && (why.contains("Moved") || why.contains("CrossSlot"));
        Broken(if pointed {
            format!("{why}; in a cluster the user needs the right +cluster|slots")
        } else {
            why
        })
    }

    fn holder(&self, key: &str) -> Result<usize, Broken> {
        let holder = self.slots.holder(slot(key));
        holder.ok_or_else(|| Broken(format!("Redis: no node of the cluster holds the slot of {key}")))
    }

    async fn link(&mut self, node: usize) -> Result<&mut Link, Broken> {
        let Node { place, link } = &mut self.nodes[node];
        match link {
            Some(link) => Ok(link),
            none => Ok(none.insert(self.known.server.connect_to(place).await?)),
        }
    }
}
