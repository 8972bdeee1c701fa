//! A letter as JSON, the same for every receiver that is a machine: webhook, Redis, standard output.
//!
//! ```json
//! {"type": "alert.created", "timestamp": "2026-02-09T15:42:00+08:00", "key": "…", "alert": "XZ-7K3M-92QD", "level": "red",
//!  "topic": "collusion", "section": "E46…", "department": "…", "open": true, "title": "…", "brief": "…", "link": "https://…",
//!  "data": {}}
//! ```
//!
//! *Source.* `type`, `timestamp` and `data` as Standard Webhooks names them. *Law.* One line, and the same bytes on every
//! repeat: `timestamp` is when it was decided.

use super::letter::Letter;
use crate::Level;
use serde::Serialize;
use serde_json::value::RawValue;
use xiezhi_dataflows::normalise::Instant;

#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: String,
    timestamp: String,
    key: &'a str,
    alert: Option<&'a str>,
    level: Option<&'static str>,
    topic: Option<&'a str>,
    section: Option<&'a str>,
    department: Option<&'a str>,
    open: bool,
    title: &'a str,
    brief: &'a str,
    link: Option<&'a str>,
    data: &'a RawValue,
}

/// The letter as one line of JSON, without a line end.
pub fn json(letter: &Letter) -> String {
    let envelope = Envelope {
        kind: letter.type_name(),
        timestamp: Instant(letter.at).to_rfc3339(),
        key: &letter.key,
        alert: letter.alert.as_deref(),
        level: letter.level.map(Level::as_str),
        topic: letter.topic.as_deref(),
        section: letter.section.as_deref(),
        department: letter.department.as_deref(),
        open: letter.open,
        title: &letter.title,
        brief: &letter.brief,
        link: letter.link.as_deref(),
        data: &letter.data,
    };
    let text = serde_json::to_string(&envelope).expect("a letter is plain data");
    // Data may come with line breaks between its parts; within strings JSON writes them as \n.
    text.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{hostile, letter};
    use super::*;
    use serde_json::Value;

    #[test]
    fn it_is_one_line_whatever_is_in_it() {
        let data = RawValue::from_string("{\"a\":\n [1,\r\n \"x\\ny\"]}".to_owned()).expect("JSON");
        let text = json(&Letter { data, ..hostile() });
        assert!(!text.contains(['\n', '\r']), "{text}");
        let parsed: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(parsed["data"]["a"][1], "x\ny");
        assert_eq!(parsed["title"], hostile().title, "nothing breaks out of its string");
        assert_eq!(parsed.as_object().map(|fields| fields.len()), Some(13));
    }

    #[test]
    fn it_says_when_it_was_decided() {
        let parsed: Value = serde_json::from_str(&json(&letter())).expect("JSON");
        assert_eq!(parsed["timestamp"], "2026-02-09T15:42:00+08:00");
        assert_eq!((&parsed["type"], &parsed["level"]), (&"alert.created".into(), &"red".into()));
        let digest = Letter { alert: None, kind: "digest".to_owned(), level: None, ..letter() };
        let parsed: Value = serde_json::from_str(&json(&digest)).expect("JSON");
        assert_eq!((&parsed["type"], &parsed["alert"]), (&"digest".into(), &Value::Null));
    }
}
