//! An event in the making: its data, then its envelope.

use sha2::{Digest, Sha256};
use xiezhi_dataflows::json::{Json, Object};
use xiezhi_dataflows::normalise::{self, Instant};

/// What names a row's or a release's events: the source, and the name that all of them begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    /// The envelope's `source`.
    pub(crate) source: String,
    /// The row's key in its source, without the version.
    pub(crate) key: String,
    /// When the row was written: its version, and the time of its events.
    pub(crate) at: Instant,
}

impl Name {
    /// The id of an event: key, version, and what tells the row's events apart.
    pub(crate) fn id(&self, suffix: &str) -> String {
        let slash = if suffix.is_empty() { "" } else { "/" };
        without_numbers(&format!("{}@{}{slash}{suffix}", self.key, crate::when::stamp(self.at)))
    }
}

/// A name in which no identity number stands: names are not scrubbed at the door, as other systems have chosen them. Three
/// bytes of a digest tell the rows of one source apart, and fit thousands of millions of numbers.
pub(crate) fn without_numbers(name: &str) -> String {
    let (mut clean, mut done) = (String::new(), 0);
    while let Some((range, number)) = normalise::identity_number_at(name, done) {
        let digest = Sha256::digest(number);
        clean.push_str(&name[done..range.start]);
        clean.push_str(&format!("n:{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2]));
        done = range.end;
    }
    clean.push_str(&name[done..]);
    clean
}

/// An event without its envelope.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// The type.
    pub(crate) kind: &'static str,
    /// What tells it apart from the row's other events; empty for the first.
    pub(crate) suffix: String,
    /// The envelope's time, where it is not that of the row.
    pub(crate) time: Option<Instant>,
    /// The data.
    pub(crate) data: Fields,
}

impl Draft {
    /// The event with its envelope.
    pub(crate) fn event(self, name: &Name) -> Json {
        let id = name.id(&self.suffix);
        envelope(self.kind, &name.source, &id, self.time.unwrap_or(name.at), self.data)
    }
}

/// An event of a type under a name.
pub(crate) fn envelope(kind: &str, source: &str, id: &str, time: Instant, data: Fields) -> Json {
    Fields::default()
        .put("specversion", Some("1.0".into()))
        .put("source", Some(source.into()))
        .put("id", Some(id.into()))
        .put("time", Some(time.to_rfc3339().as_str().into()))
        .put("type", Some(kind.into()))
        .put("data", data.object())
        .into()
}

/// An object in the making. What is not given is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Fields(Vec<(Box<str>, Json)>);

impl Fields {
    /// Puts a value, if there is one, under a name that was not used before.
    pub(crate) fn put(mut self, name: &'static str, value: Option<Json>) -> Fields {
        debug_assert!(self.0.iter().all(|(other, _)| **other != *name), "{name} is put twice");
        self.0.extend(value.map(|value| (name.into(), value)));
        self
    }

    /// The object; none if nothing was put.
    pub(crate) fn object(self) -> Option<Json> {
        (!self.0.is_empty()).then(|| self.into())
    }
}

impl From<Fields> for Json {
    fn from(fields: Fields) -> Json {
        // No name is put twice, so there is always an object.
        Object::new(fields.0).map_or(Json::Null, Json::Object)
    }
}

/// A list; none if it is empty.
pub(crate) fn list(elements: Vec<Json>) -> Option<Json> {
    (!elements.is_empty()).then_some(Json::Array(elements))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_holds_an_identity_number() {
        let at = crate::when::instant("2026-03-02 09:30:00", crate::when::LOCAL).expect("an instant");
        let name = Name { source: "s".into(), key: "11010519491231002X".into(), at };
        let id = name.id("11010519491231002X");
        assert!(!id.contains("11010519491231002X") && id.starts_with("n:"), "{id}");
        assert_eq!(id, name.id("11010519491231002X"));
        assert_eq!(without_numbers("E4601000001000888001@x"), "E4601000001000888001@x");
    }
}
