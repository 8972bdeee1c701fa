//! Sources that are the daemon's own: what stands under them it wrote itself, so nobody else may use them.
//!
//! An event from `/xiezhi/set-aside` counts as put aside, of which there is a limit; one under the name of a decision to come would keep
//! that decision out of the journal. What the daemon writes itself does not come this way. Retracting a retraction of the daemon's is
//! everybody's right: such an event has a source of its own, and the daemon's in `data.retracts`.

use super::ingest::Item;
use super::starts;
use xiezhi_dataflows::event::{Event, Fault, FaultCode, Faults, Refused};

/// The source of what people do in the daemon. Events of those types may come from elsewhere, too: a journal that is taken in again.
pub const SUPERVISION: &str = "/xiezhi/supervision";

/// What is wrong with an event's source, if it came from outside.
pub fn fault_of(event: &Event) -> Option<Fault> {
    let own = match &*event.source {
        starts::SOURCE => true,
        SUPERVISION => !event.data.is_deed(),
        _ => false,
    };
    own.then(|| Fault {
        path: "source".to_owned(),
        code: FaultCode::NotAccepted,
        reason: format!(
            "is {:?}, under which only the daemon itself writes; give the reporting system's own source (to take back a \
             retraction of the daemon's: event.retracted from your source, with this one in data.retracts)",
            &*event.source
        ),
    })
}

/// What came from outside, turned away if it claims to be the daemon's own.
pub fn from_outside(item: Item) -> Item {
    let Item::Admitted(admitted) = item else { return item };
    let Some(fault) = fault_of(&admitted.event) else { return Item::Admitted(admitted) };
    let refused = Refused {
        faults: Faults(vec![fault]),
        source: Some(admitted.event.source.to_string()),
        id: Some(admitted.event.id.to_string()),
        kind: Some(admitted.event.data.kind().to_owned()),
        body: Some(admitted.body.clone()),
    };
    Item::Refused(Box::new(refused), admitted.body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use xiezhi_dataflows::event::Door;
    use xiezhi_dataflows::normalise::Placeholders;

    fn sent(source: &str, kind: &str, data: serde_json::Value) -> Item {
        let event = json!({
            "specversion": "1.0", "id": "1", "source": source, "type": kind, "time": "2026-02-09T15:00:00+08:00", "data": data,
        });
        let door = Door::new(&[7; 32], Placeholders::default());
        let admitted = door.admit(event.to_string().as_bytes());
        from_outside(Item::Admitted(Box::new(admitted.expect("a good event"))))
    }

    fn retraction_of(source: &str) -> serde_json::Value {
        json!({"retracts": {"source": source, "id": "1-1"}, "reason": "entered by mistake"})
    }

    #[test]
    fn nobody_writes_under_the_daemons_own_sources() {
        for source in [starts::SOURCE, SUPERVISION] {
            let Item::Refused(refused, _) = sent(source, "event.retracted", retraction_of("/x")) else {
                panic!("{source} is taken")
            };
            let said = refused.to_string();
            assert!(said.starts_with(&format!("source: is {source:?}")), "{said}");
            assert!(said.contains("give the reporting system's own source"), "{said}");
            assert!(refused.body.is_some() && refused.kind.as_deref() == Some("event.retracted"));
        }
    }

    #[test]
    fn a_retraction_of_the_daemons_is_taken_back_and_deeds_come_in_again() {
        let taken = |item| matches!(item, Item::Admitted(_));
        assert!(taken(sent("/venue", "event.retracted", retraction_of(starts::SOURCE))));
        let deed = json!({"alert": "XZ-7K3M-92QD", "actor": "somebody"});
        assert!(taken(sent(SUPERVISION, "alert.acknowledged", deed)));
        assert!(taken(sent("/xiezhi/set-aside/other", "event.retracted", retraction_of("/x"))));
    }
}
