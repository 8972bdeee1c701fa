//! An entry of a stream as an item of the journal.
//!
//! *Laws.* An entry holds one event as JSON in its field `event`, or in its only field. Whatever else it holds is refused, kept in
//! quarantine, and then acknowledged: a poisonous entry must not come again for ever.

use crate::service::Item;
use std::collections::BTreeMap;
use xiezhi_dataflows::event::{Door, Fault, FaultCode, Faults, Refused};

/// The field that holds the event.
const FIELD: &[u8] = b"event";

/// Reads an entry: its fields, each name followed by its value.
pub fn item(door: &Door, fields: &[Vec<u8>]) -> Item {
    let pairs: Vec<(&[u8], &[u8])> =
        fields.chunks_exact(2).map(|pair| (pair[0].as_slice(), pair[1].as_slice())).collect();
    let event = match pairs.as_slice() {
        [(_, only)] => Some(*only),
        many => many.iter().find(|(name, _)| *name == FIELD).map(|(_, value)| *value),
    };
    let Some(event) = event else { return without_event(&pairs) };
    match door.admit(event) {
        Ok(admitted) if admitted.event.data.is_deed() => {
            let fault = Fault {
                path: "type".to_owned(),
                code: FaultCode::NotAccepted,
                reason: "is what a supervisor does, which is not taken from a stream; use \
                         POST /api/v1/alerts/{id}/{acknowledge, …}"
                    .to_owned(),
            };
            let refused = Refused {
                faults: Faults(vec![fault]),
                source: Some(admitted.event.source.to_string()),
                id: Some(admitted.event.id.to_string()),
                kind: Some(admitted.event.data.kind().to_owned()),
                body: Some(admitted.body),
            };
            Item::Refused(Box::new(refused), event.to_vec())
        }
        Ok(admitted) => Item::Admitted(Box::new(admitted)),
        Err(refused) => Item::Refused(Box::new(refused), event.to_vec()),
    }
}

fn without_event(pairs: &[(&[u8], &[u8])]) -> Item {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let held: BTreeMap<String, String> =
        pairs.iter().map(|(name, value)| (text(name), text(value))).collect();
    let names: Vec<&str> = held.keys().map(String::as_str).take(8).collect();
    let reason = format!(
        "has no field \"event\" among {}; give one event as JSON in the field \"event\"",
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    );
    let refused = Refused {
        faults: Faults(vec![Fault::whole(FaultCode::Missing, reason)]),
        source: None,
        id: None,
        kind: None,
        body: None,
    };
    // Kept sealed, as nobody knows what it holds.
    Item::Refused(Box::new(refused), serde_json::to_vec(&held).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use xiezhi_dataflows::normalise::Placeholders;

    const EVENT: &str = r#"{"specversion":"1.0","id":"r1","source":"/x","type":"event.retracted","time":"2026-02-09T15:00:00+08:00",
        "data":{"retracts":{"source":"/x","id":"a"},"reason":"entered by mistake"}}"#;

    fn read(fields: &[&str]) -> Result<String, String> {
        let door = Door::new(&[7; 32], Placeholders::default());
        let fields: Vec<Vec<u8>> = fields.iter().map(|field| field.as_bytes().to_vec()).collect();
        match item(&door, &fields) {
            Item::Admitted(admitted) => Ok(admitted.event.id.to_string()),
            Item::Refused(refused, raw) => {
                assert!(!raw.is_empty());
                Err(refused.faults.to_string())
            }
        }
    }

    #[test]
    fn an_event_stands_in_its_field_or_in_the_only_one() {
        assert_eq!(read(&["event", EVENT]).as_deref(), Ok("r1"));
        assert_eq!(read(&["payload", EVENT]).as_deref(), Ok("r1"));
        assert_eq!(read(&["trace", "1", "event", EVENT]).as_deref(), Ok("r1"));
    }

    #[test]
    fn what_is_no_event_is_refused_with_what_to_do() {
        for (fields, says) in [
            (&["a", "1", "b", EVENT][..], "has no field \"event\" among a, b; give one event as JSON"),
            (&[][..], "has no field \"event\" among none"),
            (&["event", "{"][..], "JSON"),
        ] {
            let said = read(fields).expect_err(says);
            assert!(said.contains(says), "{said}");
        }
        let deed = r#"{"specversion":"1.0","id":"d","source":"/x","type":"alert.acknowledged","time":"2026-02-09T15:00:00+08:00",
            "data":{"alert":"XZ-7K3M-92QD","actor":"somebody"}}"#;
        let said = read(&["event", deed]).expect_err("a deed");
        assert!(said.contains("is what a supervisor does, which is not taken from a stream"), "{said}");
    }
}
