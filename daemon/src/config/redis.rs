//! `[redis]`: the server that events come from, and where alerts and the watch-list go.
//!
//! ```toml
//! [redis]
//! url = "rediss://redis.example:6379/0"            # with sentinels: redis://NAME-OF-THE-MASTER/0; of a cluster: any node
//! sentinels = []                                   # "host:port", asked in turn who the master is
//! user = "xiezhi"
//! password_file = "$CREDENTIALS_DIRECTORY/redis"
//! ca_file = "ca.pem"
//! streams = ["xiezhi:events:bid", "xiezhi:events:witness"]
//! group = "xiezhi"
//! consumer = "xiezhi"                              # of two daemons in one group, each its own
//! alerts = "xiezhi:alerts"                         # out: stream and channel; "" for none
//! ```

use super::table::Reading;
use super::{Mistake, named_files};
use crate::streams::{At, Server, Settings};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::Table;
use xiezhi_alerts::deliver::Secret;
use xiezhi_alerts::deliver::connect::Place;
use xiezhi_alerts::deliver::redis::Address;

/// Most streams: each has a connection of its own.
const STREAMS_MAX: usize = 64;
/// Longest name of a stream, group or consumer, bytes.
const NAME_BYTES_MAX: usize = 100;
/// The port of Sentinel where none is given.
const SENTINEL_PORT: u16 = 26379;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RedisTable {
    url: String,
    sentinels: Vec<String>,
    user: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    streams: Vec<String>,
    group: String,
    consumer: String,
    alerts: String,
}

impl Default for RedisTable {
    fn default() -> Self {
        RedisTable {
            url: String::new(),
            sentinels: Vec::new(),
            user: None,
            password_file: None,
            ca_file: None,
            streams: ["xiezhi:events:bid", "xiezhi:events:witness"].map(str::to_owned).to_vec(),
            group: "xiezhi".to_owned(),
            consumer: "xiezhi".to_owned(),
            alerts: "xiezhi:alerts".to_owned(),
        }
    }
}

const ACCEPTED: &[(&str, &str)] = &[
    ("redis", "give a table: [redis]"),
    ("redis.url", "give an address such as \"redis://127.0.0.1:6379\" or \"rediss://redis.example:6379/0\""),
    ("redis.sentinels", "give a list of \"host:port\""),
    ("redis.user", "give the user's name"),
    ("redis.password_file", "give the path of a file with the password, mode 0600"),
    ("redis.ca_file", "give the path of a PEM file with the authorities that are trusted"),
    ("redis.streams", "give a list of 1 to 64 names, each once, such as [\"xiezhi:events:bid\"]"),
    ("redis.group", "give the name of a consumer group"),
    ("redis.consumer", "give the name of this daemon within the group"),
    ("redis.alerts", "give the name of a stream, or \"\" if no alerts are to go to Redis"),
];

/// Reads `[redis]`; none if it is not there or has mistakes.
pub(super) fn read(mut table: Table, folder: &Path, mistakes: &mut Vec<Mistake>) -> Option<Settings> {
    // The one text here that may be empty.
    let no_alerts = table.get("alerts").and_then(toml::Value::as_str) == Some("");
    if no_alerts {
        table.remove("alerts");
    }
    let before = mistakes.len();
    let mut reading = Reading { accepted: ACCEPTED, later: &[], mistakes };
    let given: RedisTable = reading.keys(table, "redis", &[]);
    let named = |name: &String| (1..=NAME_BYTES_MAX).contains(&name.len());
    for (key, name) in [("group", &given.group), ("consumer", &given.consumer), ("alerts", &given.alerts)] {
        reading.check(&format!("redis.{key}"), named(name), || format!("has {} bytes", name.len()));
    }
    let streams: BTreeSet<&String> = given.streams.iter().collect();
    let usable = (1..=STREAMS_MAX).contains(&given.streams.len())
        && streams.len() == given.streams.len()
        && given.streams.iter().all(named);
    reading.check("redis.streams", usable, || format!("is {:?}", given.streams));
    reading.check("redis.alerts", !streams.contains(&given.alerts), || {
        format!("is {:?}, from which events are read", given.alerts)
    });
    let address = Address::parse(&given.url, true);
    let why = address.as_ref().err().cloned().unwrap_or_default();
    reading.check("redis.url", address.is_ok(), || {
        if given.url.is_empty() { "is missing".to_owned() } else { why }
    });
    let sentinels: Option<Vec<Place>> = given.sentinels.iter().map(|text| sentinel(text)).collect();
    reading.check("redis.sentinels", sentinels.is_some(), || format!("is {:?}", given.sentinels));
    let password = secret(&given, folder, reading.mistakes);
    let authorities = given.ca_file.as_deref().and_then(|file| {
        let read = named_files::found(folder, file).and_then(|path| named_files::authorities(&path));
        read.map_err(|why| mistakes.push(Mistake::new(format!("redis.ca_file ({})", file.display()), why)))
            .ok()
    });
    if mistakes.len() > before {
        return None;
    }
    let Address { place, encrypted, database } = address.ok()?;
    let at = match sentinels? {
        none if none.is_empty() => At::Place(place),
        sentinels => At::Master { name: place.host, sentinels },
    };
    let server = Server { at, encrypted, database, user: given.user, password, authorities };
    let alerts = (!no_alerts).then_some(given.alerts);
    Some(Settings { server, streams: given.streams, group: given.group, consumer: given.consumer, alerts })
}

fn secret(given: &RedisTable, folder: &Path, mistakes: &mut Vec<Mistake>) -> Option<Secret> {
    let Some(file) = &given.password_file else {
        if given.user.is_some() {
            mistakes.push(Mistake::new("redis.password_file", "is missing: a user has a password"));
        }
        return None;
    };
    let read = named_files::found(folder, file).and_then(|path| Secret::read(&path));
    read.map_err(|why| mistakes.push(Mistake::new(format!("redis.password_file ({})", file.display()), why)))
        .ok()
}

/// `host:port`; Sentinel knows no encryption of its own here, so it must stand inside.
fn sentinel(text: &str) -> Option<Place> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()?),
        None => (text, SENTINEL_PORT),
    };
    let host = host.trim_matches(['[', ']']).to_owned();
    (!host.is_empty()).then_some(Place { host, port, allow_private: true, in_the_open: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Result<Settings, Vec<String>> {
        let mut mistakes = Vec::new();
        let read = read(text.parse().expect("TOML"), Path::new("/nowhere"), &mut mistakes);
        read.ok_or_else(|| mistakes.iter().map(Mistake::to_string).collect())
    }

    #[test]
    fn an_address_is_enough() {
        let read = settings("url = \"redis://127.0.0.1:6379\"").expect("no mistakes");
        assert_eq!(read.streams, ["xiezhi:events:bid", "xiezhi:events:witness"]);
        assert_eq!((read.group.as_str(), read.alerts.as_deref()), ("xiezhi", Some("xiezhi:alerts")));
        let read =
            settings("url = \"redis://master/0\"\nalerts = \"\"\nsentinels = [\"10.0.0.1:26380\", \"s\"]");
        let read = read.expect("no mistakes");
        let At::Master { name, sentinels } = read.server.at else { panic!("sentinels are asked") };
        let ports: Vec<u16> = sentinels.iter().map(|place| place.port).collect();
        assert_eq!((name.as_str(), ports, read.alerts), ("master", vec![26380, 26379], None));
    }

    #[test]
    fn every_mistake_is_told() {
        for (text, says) in [
            ("group = \"g\"", "redis.url: is missing; give an address"),
            ("url = \"http://a\"", "redis.url: begins with http:"),
            ("url = \"redis://u:s3cret@a\"", "redis.url: says more than where"),
            ("url = \"redis://a\"\nstreams = []", "redis.streams: is []"),
            ("url = \"redis://a\"\nstreams = [\"a\", \"a\"]", "redis.streams: is [\"a\", \"a\"]"),
            ("url = \"redis://a\"\nstreams = [\"a\"]\nalerts = \"a\"", "redis.alerts: is \"a\", from which"),
            ("url = \"redis://a\"\nuser = \"u\"", "redis.password_file: is missing"),
            ("url = \"redis://a\"\npassword_file = \"p\"", "redis.password_file (p): cannot be read"),
            ("url = \"redis://a\"\nsentinels = [\":1\"]", "redis.sentinels: is [\":1\"]"),
            ("url = \"redis://a\"\nurls = 1", "redis.urls: is no key here"),
        ] {
            let said = settings(text).expect_err(text).join("\n");
            assert!(said.starts_with(says) && !said.contains("s3cret"), "{text}: {said}");
        }
    }
}
