//! The slots of a Redis Cluster: which one a key is in, and which node holds it.
//!
//! *Source.* The cluster's specification (redis.io): the slot of a key is its CRC-16 (XMODEM) modulo 16,384; of a key with a part in
//! braces only that part counts.

use super::connect::Broken;
use redis::Value;

/// How many slots there are.
const SLOTS: u16 = 16_384;
/// Most nodes that are taken from an answer: what Redis itself advises against going beyond.
const NODES_MAX: usize = 1_000;

/// The slot of a key.
pub fn slot(key: &str) -> u16 {
    crc16(counted(key).as_bytes()) % SLOTS
}

/// What of a key counts: what stands between its first opening brace and the next closing one, if anything does.
fn counted(key: &str) -> &str {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}'));
    tag.map(|(tag, _)| tag).filter(|tag| !tag.is_empty()).unwrap_or(key)
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

/// Where a node stands: its host, none if it is where the answer came from, and its port.
pub type Host = (Option<String>, u16);

/// Who holds which slots.
#[derive(Debug, PartialEq, Eq)]
pub struct Slots {
    /// First and last slot, and the number of the node in `nodes`.
    ranges: Vec<(u16, u16, usize)>,
    /// The nodes that hold slots first, then their replicas.
    pub nodes: Vec<Host>,
}

impl Slots {
    /// All slots at one node.
    pub fn all_at(node: Host) -> Slots {
        Slots { ranges: vec![(0, SLOTS - 1, 0)], nodes: vec![node] }
    }

    /// Reads the answer to `CLUSTER SLOTS`.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(answer: &Value) -> Result<Slots, Broken> {
        let mut slots = Slots { ranges: Vec::new(), nodes: Vec::new() };
        let mut replicas = Vec::new();
        for range in parts(answer)? {
            let [first, last, master, others @ ..] = parts(range)? else { return Err(unreadable(range)) };
            let node = slots.number_of(host(master)?);
            slots.ranges.push((number(first)?, number(last)?, node));
            replicas.extend(others.iter().filter_map(|other| host(other).ok()));
        }
        for replica in replicas {
            slots.number_of(replica);
        }
        slots.nodes.truncate(NODES_MAX);
        Ok(slots)
    }

    fn number_of(&mut self, node: Host) -> usize {
        self.nodes.iter().position(|known| *known == node).unwrap_or_else(|| {
            self.nodes.push(node);
            self.nodes.len() - 1
        })
    }

    /// The number of the node that holds a slot; none if no node does.
    pub fn holder(&self, slot: u16) -> Option<usize> {
        let holds = |(first, last, _): &&(u16, u16, usize)| (*first..=*last).contains(&slot);
        self.ranges.iter().find(holds).map(|(_, _, node)| *node).filter(|node| *node < self.nodes.len())
    }
}

/// A node: its address, its port, and what else is said of it.
fn host(value: &Value) -> Result<Host, Broken> {
    let [host, port, ..] = parts(value)? else { return Err(unreadable(value)) };
    let host: Option<String> = redis::from_redis_value_ref(host).map_err(|_| unreadable(value))?;
    match host.as_deref() {
        // A node that has not been told its own name yet.
        Some("?") => Err(Broken("Redis: a node of the cluster does not know its own name yet".to_owned())),
        None | Some("") => Ok((None, number(port)?)),
        Some(_) => Ok((host, number(port)?)),
    }
}

fn parts(value: &Value) -> Result<&[Value], Broken> {
    match value {
        Value::Array(parts) => Ok(parts),
        other => Err(unreadable(other)),
    }
}

fn number(value: &Value) -> Result<u16, Broken> {
    match value {
        Value::Int(number) => u16::try_from(*number).map_err(|_| unreadable(value)),
        other => Err(unreadable(other)),
    }
}

fn unreadable(value: &Value) -> Broken {
    Broken(format!("Redis: the answer to CLUSTER SLOTS cannot be read at {value:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slot_of_a_key_is_that_of_the_specification() {
        assert_eq!(crc16(b"123456789"), 0x31C3);
        assert_eq!(slot("foo"), 12_182);
        assert_eq!(slot("{user1000}.following"), slot("user1000"));
        for whole in ["foo{}{bar}", "{", "a}b{c", "{}"] {
            assert_eq!(slot(whole), crc16(whole.as_bytes()) % SLOTS, "{whole}");
        }
        assert_eq!(slot("foo{{bar}}zap"), slot("{bar"));
        assert_eq!(slot("foo{bar}{zap}"), slot("bar"));
    }

    fn node(host: &str, port: i64) -> Value {
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let host = if host.is_empty() { Value::Nil } else { text(host) };
        Value::Array(vec![host, Value::Int(port), text("id"), Value::Array(Vec::new())])
    }

    fn range(first: i64, last: i64, nodes: &[Value]) -> Value {
        Value::Array([&[Value::Int(first), Value::Int(last)], nodes].concat())
    }

    #[test]
    fn every_slot_has_the_node_that_the_answer_says() {
        let answer = Value::Array(vec![
            range(0, 10, &[node("a", 1), node("r", 9)]),
            range(11, 20, &[node("", 2)]),
            range(30, 40, &[node("a", 1)]),
        ]);
        let slots = Slots::read(&answer).expect("slots");
        assert_eq!([0, 10, 11, 30].map(|slot| slots.holder(slot)), [Some(0), Some(0), Some(1), Some(0)]);
        assert_eq!((slots.holder(21), slots.holder(16_383)), (None, None));
        assert_eq!(slots.nodes, [(Some("a".to_owned()), 1), (None, 2), (Some("r".to_owned()), 9)]);
        assert_eq!(Slots::all_at((None, 1)).holder(16_383), Some(0));
    }

    #[test]
    fn what_is_no_such_answer_breaks() {
        for (answer, says) in [
            (Value::Okay, "cannot be read at"),
            (Value::Array(vec![range(0, 1, &[])]), "cannot be read at"),
            (Value::Array(vec![range(-1, 1, &[node("a", 1)])]), "cannot be read at"),
            (Value::Array(vec![range(0, 1, &[node("a", 70_000)])]), "cannot be read at"),
            (Value::Array(vec![range(0, 1, &[node("?", 1)])]), "does not know its own name"),
        ] {
            let Broken(why) = Slots::read(&answer).expect_err(says);
            assert!(why.contains(says), "{answer:?}: {why}");
        }
    }
}
