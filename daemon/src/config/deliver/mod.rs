//! `[[deliver]]`: the channels, one entry for each receiver.
//!
//! ```toml
//! [[deliver]]
//! name = "zjj-robot"
//! kind = "wecom"                                   # stdout, webhook, wecom, dingtalk, feishu, mail, alertmanager or redis
//! url_file = "$CREDENTIALS_DIRECTORY/zjj-robot"    # its address holds a key, so it is a secret
//! timeout_ms = 10000
//! allow_private = false                            # true: the receiver stands inside
//! ```
//!
//! | kind | keys |
//! |---|---|
//! | webhook | `url` or `url_file`, `secret_file` (`whsec_…`, one a line), `ca_file` |
//! | wecom | `url_file`, `ca_file` |
//! | dingtalk, feishu | `url_file`, `secret_file`, `ca_file` |
//! | mail | `host`, `port`, `encryption` (starttls, tls, none), `user`, `password_file`, `from`, `to`, `ca_file` |
//! | alertmanager | `url` or `url_file`, `lasts_minutes`, `ca_file` |
//! | redis | `url` (`redis://host:port/0`, `rediss://…`), `user`, `password_file`, `stream`, `keep`, `ca_file` |
//!
//! *Laws.* Secrets stand in files of their own; a path that begins with `$CREDENTIALS_DIRECTORY/` is one of systemd's credentials. No
//! mistake quotes what may be a secret.

mod entry;
mod tables;
#[cfg(test)]
mod tests;

use super::Mistake;
use entry::One;
use std::path::Path;
use toml::{Table, Value};
use xiezhi_alerts::deliver::{CHANNELS_MAX, Entry};

/// Longest name of a channel, stream or user: it stands in every row of the outbox.
const NAME_BYTES_MAX: usize = 64;

/// Reads all channels. With a mistake among them, some may be left out.
pub(super) fn read(given: Option<Value>, folder: &Path, mistakes: &mut Vec<Mistake>) -> Vec<Entry> {
    let tables: Vec<Table> = match given {
        None => return Vec::new(),
        Some(Value::Array(items)) if items.iter().all(Value::is_table) => items
            .into_iter()
            .filter_map(|item| if let Value::Table(table) = item { Some(table) } else { None })
            .collect(),
        Some(_) => {
            mistakes.push(Mistake::new(
                "deliver",
                "is no list of tables; give a table for each channel: [[deliver]]",
            ));
            return Vec::new();
        }
    };
    if tables.len() > CHANNELS_MAX {
        let what = format!("has {} channels; at most {CHANNELS_MAX} are accepted", tables.len());
        mistakes.push(Mistake::new("deliver", what));
        return Vec::new();
    }
    let mut entries: Vec<Entry> = Vec::new();
    for (n, table) in tables.into_iter().enumerate() {
        let mut of = One::new(n, folder, mistakes);
        let entry = of.entry(table);
        if entries.iter().any(|other| entry.as_ref().is_some_and(|entry| entry.name == other.name)) {
            of.wrong::<()>("name", "is another channel's name too");
        }
        entries.extend(entry);
    }
    entries
}
