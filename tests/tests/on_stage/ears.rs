//! Who is told, each by a real receiver of its own: liaisons over HTTP, leaders by mail, who gets copies over Redis.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_tests::servers::{self, Server, Smtp, redis_cli};
use xiezhi_tests::{Manner, Receiver};

/// A message that somebody got.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who got it: `zjj.liaison`, `jiwei`.
    pub to: String,
    /// What names it on every repeat.
    pub key: String,
    /// The alert.
    pub alert: String,
    /// What it says, as it is read.
    pub text: String,
}

impl Message {
    /// Of what kind: the key is `ALERT.REVISION.KIND`, and a number where there are several.
    pub fn kind(&self) -> &str {
        self.key.split('.').nth(2).unwrap_or_default()
    }
}

/// All receivers of a duty list.
pub struct Ears {
    hooks: BTreeMap<String, Receiver>,
    leaders: BTreeSet<String>,
    copies: BTreeSet<String>,
    redis: Server,
    mail: Server,
}

impl Ears {
    /// Receivers for everybody in these duty lists.
    pub fn of(lists: &BTreeMap<String, toml::Table>) -> Ears {
        let (mut hooks, mut leaders, mut copies) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        for list in lists.values() {
            for code in names(list, "department", "code") {
                hooks
                    .entry(format!("{code}.liaison"))
                    .or_insert_with(|| Receiver::start(Manner::answers(200, "ok")));
                leaders.insert(format!("{code}.leader"));
            }
            copies.extend(names(list, "copy", "to"));
        }
        Ears { hooks, leaders, copies, redis: servers::redis(""), mail: servers::smtp(Smtp::Open) }
    }

    /// The channels, for the daemon's configuration.
    pub fn channels(&self) -> String {
        let mut text = String::new();
        let mut add = |name: &str, rest: String| {
            text += &format!(
                "[[deliver]]\nname = \"{name}\"\nallow_private = true\ntimeout_ms = 10000\n{rest}\n"
            );
        };
        for (name, hook) in &self.hooks {
            add(name, format!("kind = \"webhook\"\nurl = \"{}\"", hook.url("/hook")));
        }
        for name in &self.leaders {
            let port = self.mail.port;
            add(
                name,
                format!(
                    "kind = \"mail\"\nhost = \"localhost\"\nport = {port}\nencryption = \"none\"\n\
                     from = \"xiezhi@jg.example\"\nto = \"{name}@jg.example\""
                ),
            );
        }
        for name in &self.copies {
            let url = format!("redis://127.0.0.1:{}", self.redis.port);
            add(name, format!("kind = \"redis\"\nurl = \"{url}\"\nstream = \"xiezhi:alerts:{name}\""));
        }
        text
    }

    /// A duty list whose receivers are these.
    pub fn listening(&self, list: &toml::Table) -> toml::Table {
        let mut list = list.clone();
        let channel = |name: String| toml::Value::Array(vec![toml::Value::String(name)]);
        for department in tables(&mut list, "department") {
            let code = department["code"].as_str().unwrap_or_default().to_owned();
            for role in ["liaison", "leader"] {
                if let Some(of) = department.get_mut(role).and_then(toml::Value::as_table_mut) {
                    of.insert("channels".to_owned(), channel(format!("{code}.{role}")));
                }
            }
        }
        for copy in tables(&mut list, "copy") {
            let to = copy["to"].as_str().unwrap_or_default().to_owned();
            copy.insert("channels".to_owned(), channel(to));
        }
        list
    }

    /// Everything that anybody got so far, a repeat once.
    pub fn heard(&self) -> Vec<Message> {
        let mut seen = BTreeSet::new();
        let mut all = Vec::new();
        for (to, hook) in &self.hooks {
            for request in hook.requests() {
                all.push(envelope(to, &serde_json::from_slice(&request.body).expect("JSON")));
            }
        }
        for n in 1.. {
            let Ok(text) = std::fs::read_to_string(self.mail.path(&format!("mail-{n}.json"))) else { break };
            all.push(mail(&serde_json::from_str(&text).expect("JSON")));
        }
        for to in &self.copies {
            let stream = format!("xiezhi:alerts:{to}");
            let read = redis_cli(&self.redis, &["--json", "XRANGE", &stream, "-", "+"]);
            let entries: Value = serde_json::from_str(&read).expect("JSON");
            for entry in entries.as_array().into_iter().flatten() {
                let message = entry[1][5].as_str().expect("the field message comes third");
                all.push(envelope(to, &serde_json::from_str(message).expect("JSON")));
            }
        }
        all.retain(|message| seen.insert((message.to.clone(), message.key.clone())));
        all
    }
}

fn envelope(to: &str, said: &Value) -> Message {
    let text = |field: &str| said[field].as_str().unwrap_or_default().to_owned();
    // What a machine is sent: the short text, and all of it as data.
    let whole = [text("brief"), said["data"].to_string()].join("\n");
    Message { to: to.to_owned(), key: text("key"), alert: text("alert"), text: whole }
}

fn mail(said: &Value) -> Message {
    let to = said["rcpt_to"][0].as_str().unwrap_or_default();
    let id = said["headers"]["message-id"].as_str().unwrap_or_default();
    let key = id.trim_start_matches('<').split('@').next().unwrap_or_default().replace('=', ".");
    Message {
        to: to.split('@').next().unwrap_or_default().to_owned(),
        alert: key.split('.').next().unwrap_or_default().to_owned(),
        text: said["parts"]["text/plain"].as_str().unwrap_or_default().to_owned(),
        key,
    }
}

fn names(list: &toml::Table, of: &str, field: &str) -> Vec<String> {
    let entries = list.get(of).and_then(toml::Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.get(field)?.as_str()?.to_owned())).collect()
}

fn tables<'a>(list: &'a mut toml::Table, of: &str) -> impl Iterator<Item = &'a mut toml::Table> {
    let entries = list.get_mut(of).and_then(toml::Value::as_array_mut).into_iter().flatten();
    entries.filter_map(toml::Value::as_table_mut)
}
