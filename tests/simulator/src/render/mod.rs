//! From a step of a plan to its event, field by field as in the event catalogue.

mod award;
mod bidding;
mod evaluation;
mod file;
mod market;
mod opening;
mod register;
mod scores;
mod values;

use bidding::Version;
pub use values::{THROW_AWAY, push_account};

use crate::{
    clock::{Local, MINUTE},
    codes::PersonNo,
    firms::{FirmNo, Firms},
    line::{Line, push_number},
    queue::Step,
    section::Section,
    settings::Detail,
};

/// Writes lines for one venue.
pub struct Writer {
    seed: u64,
    detail: Detail,
    line: Line,
}

impl Writer {
    /// A writer for the venue of this seed.
    pub fn new(seed: u64, detail: Detail) -> Self {
        Self { seed, detail, line: Line::new(seed) }
    }

    /// The event of a step.
    pub fn step(&mut self, firms: &Firms, section: &Section, step: Step, at: Local) -> String {
        match step {
            Step::ProjectRegistered => self.project(section, at),
            Step::SectionAnnounced => self.announced(section, at),
            Step::SectionClarified => self.changed(section, at, true),
            Step::SectionChanged => self.changed(section, at, false),
            Step::SectionFailed => self.ended(section, at, "section.failed", "投标人少于三个"),
            Step::SectionSuspended => self.ended(section, at, "section.suspended", "招标文件需要修改"),
            Step::Downloaded(n) => self.downloaded(firms, section, n, at),
            Step::DepositReceived(n) => self.paid(firms, section, n, at),
            Step::SubmittedFirst(n) => self.submitted(firms, section, n, at, Version::First),
            Step::Submitted(n) => self.submitted(firms, section, n, at, Version::Last),
            Step::Corrected(n) => self.submitted(firms, section, n, at, Version::Corrected),
            Step::Retracted(n) => self.retracted(section, n, at),
            Step::Withdrawn(n) => self.withdrawn(firms, section, n, at),
            Step::ExpertDrawn(n) => self.drawn(firms, section, n, at),
            Step::OpeningStarted => self.opening(section, at, true),
            Step::Decrypted(n) => self.decrypted(firms, section, n, at),
            Step::Opened(n) => self.opened(firms, section, n, at),
            Step::OpeningClosed => self.opening(section, at, false),
            Step::SignedIn(n) => self.signed_in(section, n, at),
            Step::EvaluationStarted => self.evaluation(section, at, true),
            Step::Scored(n) => self.scored(firms, section, n, at),
            Step::Rejected(n) => self.rejected(firms, section, n, at),
            Step::EvaluationClosed => self.evaluation(section, at, false),
            Step::AwardProposed => self.proposed(firms, section, at),
            Step::AwardDeclined => self.declined(firms, section, at),
            Step::AwardMade => self.awarded(firms, section, at),
            Step::ContractSigned => self.signed(firms, section, at),
            Step::DepositReturned(n) => self.returned(firms, section, n, at),
            Step::ContractCompleted => self.completed(firms, section, at),
        }
    }

    /// Begins an event of a section with its first field.
    fn begin(&mut self, section: &Section, kind: &str, desk: &str, at: Local, tag: &str, n: Option<usize>) {
        self.line.begin(kind, desk, at, |id| push_id(id, section, tag, n));
        self.line.text("section", &section.code);
    }

    /// Begins an event of a section and a bidder.
    #[expect(clippy::too_many_arguments, reason = "the head of an event is that long")]
    fn begin_bid(
        &mut self,
        firms: &Firms,
        section: &Section,
        kind: &str,
        desk: &str,
        at: Local,
        tag: &str,
        n: usize,
    ) {
        self.begin(section, kind, desk, at, tag, Some(n));
        self.firm(firms, "bidder", section.bids[n].firm);
    }

    fn end_at(&mut self, at: Local) -> String {
        self.line.time("at", at);
        self.line.finish()
    }

    fn firm(&mut self, firms: &Firms, key: &str, firm: FirmNo) {
        let firm = firms.get(firm);
        self.line.org(key, &firm.code, &firm.name);
    }

    /// A record of the witness desk; `party` and `person` are who it names.
    pub fn witness(&mut self, firms: &Firms, section: &Section, record: &WitnessRecord) -> String {
        self.begin(section, "witness.recorded", "witness", record.at, "witness", Some(record.number));
        self.line.text("kind", record.kind);
        self.line.text("gravity", record.gravity);
        self.room("room", section.room);
        if let Some(party) = record.party {
            let code = firms.get(party).code;
            self.line.key("parties");
            self.line.raw("[\"");
            self.line.bytes().extend_from_slice(&code);
            self.line.raw("\"]");
        }
        if let Some(person) = record.person {
            self.line.key("persons");
            self.line.raw("[");
            self.line.person_value(person);
            self.line.raw("]");
        }
        self.line.text("note", record.note);
        self.end_at(record.at)
    }

    /// An event of a section that needs no more than text and organisations; `write` adds the fields.
    pub fn other(&mut self, head: &Head<'_>, write: impl FnOnce(&mut Line)) -> String {
        self.line.begin(head.kind, head.desk, head.at, |id| {
            id.extend_from_slice(head.tag.as_bytes());
            id.push(b'-');
            push_number(id, head.number, 1);
        });
        write(&mut self.line);
        self.line.finish()
    }
}

/// The head of an event that is not a step.
pub struct Head<'a> {
    /// The event's type.
    pub kind: &'a str,
    /// The last part of its source.
    pub desk: &'a str,
    /// When.
    pub at: Local,
    /// First part of the id.
    pub tag: &'a str,
    /// Last part of the id.
    pub number: u64,
}

/// What the witness desk notes.
pub struct WitnessRecord {
    /// The kind, as in the event catalogue.
    pub kind: &'static str,
    /// note, minor or serious.
    pub gravity: &'static str,
    /// The firm that it names.
    pub party: Option<FirmNo>,
    /// The person that it names.
    pub person: Option<PersonNo>,
    /// The text.
    pub note: &'static str,
    /// When.
    pub at: Local,
    /// Its number among the section's records.
    pub number: usize,
}

/// An event's id follows from what it reports, so that a later event can name it.
fn push_id(id: &mut Vec<u8>, section: &Section, tag: &str, n: Option<usize>) {
    push_number(id, section.project.serial, 1);
    id.push(b'-');
    push_number(id, section.no, 1);
    id.push(b'-');
    id.extend_from_slice(tag.as_bytes());
    if let Some(n) = n {
        id.push(b'-');
        push_number(id, n as u64, 1);
    }
}

/// How long after the closing of the opening the `n`-th expert signs in.
pub const fn sign_in_delay(n: usize) -> i64 {
    5 * MINUTE + n as i64 * 3 * MINUTE
}
