//! Rows of the national data standard and OCDS releases, one a line, through one adapter as in a file; then what comes of them at the door.
//!
//! Nothing is dropped in silence: a line gives events, or is refused, or waits for others, or is counted as not understood; what an adapter
//! makes is refused by the door for what its data say, never for its form.

use std::sync::{Arc, LazyLock};
use xiezhi_adapters::{Adapter, Codes, Format, Place};
use xiezhi_dataflows::event::{Door, FaultCode};
use xiezhi_dataflows::normalise::Placeholders;

static DOOR: LazyLock<Door> = LazyLock::new(|| Door::new(&[7; 32], Placeholders::default()));

/// Lines of a file at most: what one request of a fuzzer can say in its bytes anyway.
const LINES: usize = 64;

/// Rows of the national data standard.
pub fn ggzy(bytes: &[u8]) {
    through(Format::Ggzy, bytes);
}

/// OCDS releases.
pub fn ocds(bytes: &[u8]) {
    through(Format::Ocds, bytes);
}

fn through(format: Format, bytes: &[u8]) {
    let mut adapter = Adapter::new(format, Arc::new(Codes::default()), Placeholders::default());
    let name: Arc<str> = "fuzz".into();
    let mut made = Vec::new();
    for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n').take(LINES)) {
        made.extend(adapter.take(text, &Place { name: name.clone(), line }));
    }
    made.extend(adapter.finish());
    for made in made {
        match made.event {
            Ok(json) => {
                if let Err(refused) = DOOR.admit_json(json) {
                    let of_form = refused.faults.0.iter().any(|fault| fault.code == FaultCode::MalformedJson);
                    assert!(!of_form, "an adapter makes JSON: {:?}", refused.faults);
                }
            }
            Err(faults) => assert!(!faults.0.is_empty(), "a refusal has a reason"),
        }
    }
    adapter.not_understood();
}
