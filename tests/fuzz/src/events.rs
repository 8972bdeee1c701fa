//! Events at the door, and as the journal keeps them.
//!
//! 1. What is admitted is written in one form: admitted again it is the same, byte for byte.
//! 2. What was admitted can be read again from the journal for ever.
//! 3. What is refused says why.

use std::sync::LazyLock;
use xiezhi_dataflows::event::{Door, reread};
use xiezhi_dataflows::normalise::Placeholders;

static DOOR: LazyLock<Door> = LazyLock::new(|| Door::new(&[7; 32], Placeholders::default()));

/// Bytes at the door.
pub fn events(bytes: &[u8]) {
    match DOOR.admit(bytes) {
        Ok(admitted) => {
            let event = reread(&admitted.body, DOOR.placeholders()).expect("what was admitted is read again");
            assert_eq!((&event.source, &event.id), (&admitted.event.source, &admitted.event.id));
            let again = DOOR.readmit(&admitted.body).expect("what was admitted is admitted again");
            assert!(again.body == admitted.body, "written in one form");
        }
        Err(refused) => assert!(!refused.faults.0.is_empty(), "a refusal has a reason"),
    }
}

/// Bytes as a body in the journal's file, whatever somebody wrote there.
pub fn stored(bytes: &[u8]) {
    if let Err(faults) = reread(bytes, DOOR.placeholders()) {
        assert!(!faults.0.is_empty(), "a refusal has a reason");
    }
}
