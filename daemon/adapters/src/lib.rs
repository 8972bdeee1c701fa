//! Adapters: what other systems write, made into events of events.md.
//!
//! Rows of the national data standard ([`ggzy`]) and OCDS releases ([`ocds`]) go in, one JSON text at a time; events come
//! out as JSON, to be read and checked at the same door as any other event. What was not understood (a table, a column,
//! a code) is neither dropped in silence nor a fault: it is counted once for each kind ([`report`]).
//!
//! Invariants:
//! 1. Pure: no clock, file, socket or random number. The same texts give the same events, and, but for their order,
//!    so do the same texts in another order.
//! 2. An event's name follows from what it was made of: the same row or release twice gives duplicates. One that was
//!    corrected gives new names, and retractions of the names before ([`versions`]).
//! 3. A bad row costs itself only, and its faults name the table, the column and what to give.
//! 4. What is kept between rows is listed where it is kept, has a limit, and what passes the limit is said.
//! 5. No report and no fault holds a person's identity number.

mod amount;
mod codes;
mod draft;
pub mod ggzy;
pub mod ocds;
mod place;
pub mod report;
pub mod versions;
mod when;

pub use codes::{Codes, CodesError};
pub use place::Place;
pub use report::{NotUnderstood, What};

use report::Report;
use std::sync::Arc;
use versions::{Memory, Versions};
use xiezhi_dataflows::event::{Fault, Faults};
use xiezhi_dataflows::json::{Json, Object};
use xiezhi_dataflows::normalise::Placeholders;

/// What texts are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Rows of the national data standard: `{"table": …, "row": {…}}`.
    Ggzy,
    /// OCDS 1.1 releases, release packages or record packages.
    Ocds,
}

/// What came of a text: an event, or why there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// Where the text stood.
    pub place: Place,
    /// The event as JSON, not yet checked or scrubbed of identity numbers; or what is wrong with the text.
    pub event: Result<Json, Faults>,
}

/// Makes events of the texts of one file or one request.
pub struct Adapter {
    format: Format,
    shared: Shared,
    held: ggzy::Held,
}

/// What both formats use.
struct Shared {
    codes: Arc<Codes>,
    placeholders: Placeholders,
    report: Report,
    versions: Versions,
}

impl Adapter {
    /// An adapter that has seen nothing.
    pub fn new(format: Format, codes: Arc<Codes>, placeholders: Placeholders) -> Adapter {
        let (report, versions) = (Report::default(), Versions::default());
        let shared = Shared { codes, placeholders, report, versions };
        Adapter { format, shared, held: ggzy::Held::default() }
    }

    /// Asks `memory` about the earlier versions of rows, so that corrections of what came before this adapter are seen.
    #[must_use]
    pub fn remembering(mut self, memory: Memory) -> Adapter {
        self.shared.versions.ask(memory);
        self
    }

    /// Takes one row or release. What waits for other rows comes with [`finish`](Adapter::finish).
    pub fn take(&mut self, bytes: &[u8], place: &Place) -> Vec<Made> {
        let made = match Json::parse(bytes) {
            Ok(Json::Object(object)) => self.object(&object, place),
            Ok(other) => Err(wrong("", format!("is {}; give one JSON object", other.what()))),
            Err(fault) => Err(fault.into()),
        };
        made.unwrap_or_else(|faults| vec![Made { place: place.clone(), event: Err(faults) }])
    }

    /// What waited for rows that might still have come.
    pub fn finish(&mut self) -> Vec<Made> {
        std::mem::take(&mut self.held).finish(&mut self.shared.report)
    }

    /// What was not understood so far, each kind once, by kind and name.
    pub fn not_understood(&self) -> Vec<NotUnderstood> {
        self.shared.report.all()
    }

    fn object(&mut self, object: &Object, place: &Place) -> Result<Vec<Made>, Faults> {
        match self.format {
            Format::Ggzy => ggzy::row(object, place, &mut self.shared, &mut self.held),
            Format::Ocds => ocds::document(object, place, &mut self.shared),
        }
    }
}

/// One fault at a path.
fn fault(path: &str, reason: String) -> Fault {
    use xiezhi_dataflows::event::FaultCode::Malformed;
    Fault { path: path.to_owned(), code: Malformed, reason }
}

fn wrong(path: &str, reason: String) -> Faults {
    fault(path, reason).into()
}
