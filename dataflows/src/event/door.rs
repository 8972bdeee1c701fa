//! The one way in: bytes → JSON → scrubbed → read.
//!
//! Invariants:
//! 1. Nothing leaves the door, admitted or refused, that still holds an identity number (`scrub.rs`).
//! 2. The body that is admitted is canonical, and [`reread`] of it gives the same event: the journal is enough.
//! 3. A refusal names every fault it can, and whatever of the envelope could be read, for the quarantine.

use super::Event;
use super::fault::{Fault, FaultCode, Faults, Warning};
use super::read::{Field, Reading, Step, Stop};
use super::scrub::Scrub;
use super::types::Data;
use super::values::NAME_CHARS_MAX;
use crate::json::Json;
use crate::normalise::{Instant, Placeholders};

/// The version of CloudEvents that is spoken.
const SPECVERSION: &str = "1.0";

/// The door of one site: its key for pseudonyms, and what it takes for "not given".
pub struct Door {
    scrub: Scrub,
    placeholders: Placeholders,
}

/// An event that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// What it says.
    pub event: Event,
    /// The scrubbed envelope as canonical JSON, for the journal.
    pub body: Vec<u8>,
    /// What is odd about it all the same.
    pub warnings: Vec<Warning>,
}

/// An event that was turned away, for the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong, in the order of reading.
    pub faults: Faults,
    /// The envelope's `source`, if it could be read.
    pub source: Option<String>,
    /// The envelope's `id`, if it could be read.
    pub id: Option<String>,
    /// The envelope's `type`, if it could be read; not necessarily a known one.
    pub kind: Option<String>,
    /// The scrubbed canonical JSON, if it was JSON at all. Bytes that were not cannot be scrubbed and are not kept.
    pub body: Option<Vec<u8>>,
}

impl Door {
    /// A door with the site's key. Another key makes other pseudonyms: it must never change while a journal lives.
    pub fn new(key: &[u8; 32], placeholders: Placeholders) -> Self {
        Self { scrub: Scrub::new(key), placeholders }
    }

    /// What stands for "not given".
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// Lets one event in, given as the bytes that were sent.
    pub fn admit(&self, bytes: &[u8]) -> Result<Admitted, Refused> {
        self.admit_json(Json::parse(bytes).map_err(Refused::not_json)?)
    }

    /// Lets one event in, given as JSON.
    pub fn admit_json(&self, mut json: Json) -> Result<Admitted, Refused> {
        self.scrub.envelope(&mut json, &self.placeholders);
        self.read(&json)
    }

    /// Lets an event in that was scrubbed before, such as one kept in quarantine: scrubbing again would make
    /// pseudonyms of pseudonyms. Only for bytes that this site wrote itself.
    pub fn readmit(&self, bytes: &[u8]) -> Result<Admitted, Refused> {
        self.read(&Json::parse(bytes).map_err(Refused::not_json)?)
    }

    /// Lets an event in that was scrubbed before and corrected by hand since: pseudonyms in it stay, new identity numbers
    /// become some. Only for people whom the site trusts with its pseudonyms: a system that reports events has none.
    pub fn admit_corrected(&self, bytes: &[u8]) -> Result<Admitted, Refused> {
        let mut json = Json::parse(bytes).map_err(Refused::not_json)?;
        self.scrub.keeping_pseudonyms().envelope(&mut json, &self.placeholders);
        self.read(&json)
    }

    /// The pseudonym of an identity number, to look a person up.
    pub fn pseudonym(&self, number: &str) -> String {
        self.scrub.pseudonym(number)
    }

    fn read(&self, json: &Json) -> Result<Admitted, Refused> {
        let body = json.to_bytes();
        match read_envelope(json, &self.placeholders) {
            Ok((event, warnings)) => Ok(Admitted { event, body, warnings }),
            Err(faults) => Err(Refused::envelope(faults, json, body)),
        }
    }
}

impl std::fmt::Debug for Door {
    /// Without the key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("placeholders", &self.placeholders).finish_non_exhaustive()
    }
}

// By hand: thiserror would take the field `source` for the cause of the error.
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.faults.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl Refused {
    fn not_json(fault: Fault) -> Self {
        Self { faults: fault.into(), source: None, id: None, kind: None, body: None }
    }

    fn envelope(faults: Faults, json: &Json, body: Vec<u8>) -> Self {
        let text = |key| {
            let text = json.get(key)?.as_str()?;
            (text.len() <= NAME_CHARS_MAX * 4).then(|| text.to_owned())
        };
        Self { faults, source: text("source"), id: text("id"), kind: text("type"), body: Some(body) }
    }
}

/// Reads an event from a body of the journal: scrubbed already, and not scrubbed again.
pub fn reread(bytes: &[u8], placeholders: &Placeholders) -> Result<Event, Faults> {
    let json = Json::parse(bytes)?;
    read_envelope(&json, placeholders).map(|(event, _)| event)
}

fn read_envelope(json: &Json, placeholders: &Placeholders) -> Result<(Event, Vec<Warning>), Faults> {
    let mut reading = Reading::new(placeholders);
    let Json::Object(envelope) = json else {
        let reason = format!("is {}; give one event as a JSON object", json.what());
        return Err(Fault::whole(FaultCode::WrongType, reason).into());
    };
    let version = reading.required(envelope, "specversion", |json, reading| {
        let version = reading.string(json, "the string \"1.0\"")?;
        if version == SPECVERSION {
            return Ok(());
        }
        let reason = format!("is \"{}\"; give \"{SPECVERSION}\"", super::fault::quoted(&version));
        Err(reading.fault(FaultCode::UnsupportedVersion, reason))
    });
    let source = Field::field(envelope, "source", &mut reading);
    let id = Field::field(envelope, "id", &mut reading);
    let time: Option<Instant> = Field::field(envelope, "time", &mut reading);
    let kind: Option<Box<str>> = Field::field(envelope, "type", &mut reading);
    let data = kind.and_then(|kind| {
        let json = envelope.get("data").unwrap_or(&Json::Null);
        read_data(&kind, json, &mut reading)
    });
    let event = || {
        version?;
        Some(Event { source: source?, id: id?, time: time?, data: data? })
    };
    let event = event();
    reading.finish(event)
}

fn read_data(kind: &str, json: &Json, reading: &mut Reading<'_>) -> Option<Data> {
    let read = reading.within(Step::Key("data"), |reading| Data::read(kind, json, reading));
    let Some(read) = read else {
        return reading.within(Step::Key("type"), |reading| {
            let reason = format!("is \"{}\", which is no type of event here", super::fault::quoted(kind));
            reading.fault(FaultCode::UnknownType, reason);
            None
        });
    };
    if matches!(read, Err(Stop::NotGiven | Stop::Lacks(..))) {
        reading.within(Step::Key("data"), |reading| {
            reading.fault(FaultCode::Missing, "is missing; give an object".to_owned());
        });
    }
    read.ok()
}
