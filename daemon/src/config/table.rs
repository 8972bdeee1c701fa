//! Reading a TOML table key by key, so that one mistake does not hide the next.
//!
//! A structure is read once for each key alone (serde says what is wrong with it, `serde_path_to_error` where), and then
//! once more from all keys that are right.

use super::Mistake;
use serde::de::DeserializeOwned;
use std::path::Path;
use toml::{Table, Value};

/// The largest file of configuration that is read: a thousand times a real one.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// Reads a file into a table. `key` names it in a mistake.
pub(super) fn read_file(path: &Path, key: &str, mistakes: &mut Vec<Mistake>) -> Option<Table> {
    let text = match read_text(path) {
        Ok(text) => text,
        Err(why) => {
            mistakes.push(Mistake::new(key, format!("cannot be read: {why}; give a TOML file")));
            return None;
        }
    };
    let parsed = text.parse::<Table>();
    parsed.map_err(|error| mistakes.push(Mistake::new(key, syntax(&text, &error)))).ok()
}

fn read_text(path: &Path) -> Result<String, String> {
    let size = path.metadata().map_err(|error| error.to_string())?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!("it has {size} bytes, more than {FILE_BYTES_MAX}"));
    }
    std::fs::read_to_string(path).map_err(|error| error.to_string())
}

fn syntax(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    format!("line {line}: {}", error.message().replace('\n', ", "))
}

/// Gathers mistakes while tables are read.
pub(super) struct Reading<'a> {
    /// What a value of each key may be.
    pub accepted: &'a [(&'static str, &'static str)],
    /// Keys of later versions, and what is said of them.
    pub later: &'a [(&'static str, &'static str)],
    /// What was wrong so far.
    pub mistakes: &'a mut Vec<Mistake>,
}

impl Reading<'_> {
    /// Takes a table out of a table; an empty one if it is not there.
    pub fn part(&mut self, table: &mut Table, key: &str) -> Table {
        match table.remove(key) {
            None => Table::new(),
            Some(Value::Table(part)) => part,
            Some(other) => {
                self.wrong(key, format!("is {}", what(&other)));
                Table::new()
            }
        }
    }

    /// Reads the keys of a table into a structure with defaults. `parts` are keys that were taken out before.
    pub fn keys<T: DeserializeOwned + Default>(&mut self, table: Table, prefix: &str, parts: &[&str]) -> T {
        let mut right = Table::new();
        for (key, value) in table {
            let path = joined(prefix, &key);
            if let Some((_, why)) = self.later.iter().find(|(later, _)| *later == path) {
                self.mistakes.push(Mistake::new(path, *why));
                continue;
            }
            if value.as_str() == Some("") {
                self.wrong(&path, "is empty".to_owned());
                continue;
            }
            let alone = Table::from_iter([(key.clone(), value.clone())]);
            match serde_path_to_error::deserialize::<_, T>(alone) {
                Ok(_) => {
                    right.insert(key, value);
                }
                Err(error) => self.refuse(prefix, &path, parts, &error),
            }
        }
        // Each key is right by itself, and none hangs on another.
        T::deserialize(right).unwrap_or_default()
    }

    /// Notes a mistake at a key unless `right`.
    pub fn check(&mut self, key: &str, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.wrong(key, what());
        }
    }

    fn refuse(
        &mut self,
        prefix: &str,
        path: &str,
        parts: &[&str],
        error: &serde_path_to_error::Error<toml::de::Error>,
    ) {
        let message = error.inner().message().trim_end();
        if let Some(known) = unknown_field(message) {
            let known: Vec<&str> = known.into_iter().chain(parts.iter().copied()).collect();
            let known = known.join(", ");
            self.mistakes.push(Mistake::new(path, format!("is no key here; known here are {known}")));
            return;
        }
        let inner = error.path().to_string();
        let exact = if inner == "." { path.to_owned() } else { joined(prefix, &inner) };
        let accepted = self.said(&exact).or_else(|| self.said(path));
        let what = match accepted {
            Some(accepted) => format!("{message}; {accepted}"),
            None => message.to_owned(),
        };
        self.mistakes.push(Mistake::new(exact, what));
    }

    fn wrong(&mut self, key: &str, what: String) {
        let what = match self.said(key) {
            Some(accepted) => format!("{what}; {accepted}"),
            None => what,
        };
        self.mistakes.push(Mistake::new(key, what));
    }

    fn said(&self, key: &str) -> Option<&'static str> {
        let key = without_places(key);
        self.accepted.iter().find(|(known, _)| *known == key).map(|(_, accepted)| *accepted)
    }
}

/// The keys that serde names when it meets one that it does not know.
fn unknown_field(message: &str) -> Option<Vec<&str>> {
    let unknown = message.strip_prefix("unknown field ")?;
    if unknown.ends_with(", there are no fields") {
        return Some(Vec::new());
    }
    let (_, known) = unknown.split_once(", expected ")?;
    // "`a`", "`a` or `b`", "one of `a`, `b`": every other piece between backquotes.
    Some(known.split('`').skip(1).step_by(2).collect())
}

/// A path without places in lists and without files: `deliver[3].url_file (x)` is `deliver.url_file`.
fn without_places(key: &str) -> String {
    let key = key.split(" (").next().unwrap_or(key);
    let parts = key.split('[').enumerate();
    parts
        .map(|(n, part)| if n == 0 { part } else { part.split_once(']').map_or("", |(_, rest)| rest) })
        .collect()
}

fn joined(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn what(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a string",
        Value::Integer(_) => "an integer",
        Value::Float(_) => "a number with a fraction",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}
