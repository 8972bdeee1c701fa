//! Planting: which section gets which scheme, what the scheme changes there, and what must be found.
//!
//! A scheme takes ordinary bidders and gives them throw-away values, so that nothing else fires, here or
//! elsewhere. Where a value outlives the section (an entry in a register, a listing, a record of the
//! witness desk) it founds firms of its own, which bid nowhere else.

mod awards;
mod campaigns;
mod complaints;
mod credit;
mod desk;
mod devices;
mod experts;
mod job;
mod money;
mod persons;
mod prices;
mod procedure;
mod relations;
mod witness;

pub use desk::Desk;
pub use job::{Job, Lot, Winner};

use crate::{
    clock::Local,
    dice::Dice,
    firms::{FirmNo, Firms},
    line::Line,
    queue::{Queue, What},
    render::{Head, Writer},
    scheme::{Family, Scheme},
    section::Section,
    truth::Truth,
};

/// Codes and event numbers of planted objections, complaints and inspections begin here, above all
/// ordinary ones.
const PLANTED: u64 = 80_000_000;

/// Where a scheme is planted.
pub struct Field<'a> {
    /// The scheme.
    pub scheme: Scheme,
    /// The section, complete but for what the scheme changes.
    pub section: &'a mut Section,
    /// All firms.
    pub firms: &'a mut Firms,
    /// Where its truth and extra events go.
    pub queue: &'a mut Queue,
    /// Writes the extra events.
    pub writer: &'a mut Writer,
    /// The section's dice.
    pub dice: &'a mut Dice,
    /// The code of the section's tenderer.
    pub tenderer: String,
    /// When things begin on the day of planning: register entries go here.
    pub planned: Local,
    /// The first of a few values that nothing else in the venue has.
    pub value: u64,
}

/// Plants a scheme that needs one section only.
fn plant_single(field: &mut Field<'_>, witness_records: &mut usize) {
    match field.scheme.family() {
        Family::Devices | Family::Documents => devices::plant(field),
        Family::Persons => persons::plant(field),
        Family::Money => money::plant(field),
        Family::Prices => prices::plant(field),
        Family::Relations => relations::plant(field),
        Family::Procedure => procedure::plant(field),
        Family::Experts => experts::plant(field),
        Family::Awards => awards::plant(field),
        Family::Witness => witness::plant(field, witness_records),
        Family::Complaints => complaints::plant(field),
        Family::Credit => credit::plant(field),
        Family::Campaigns => {}
    }
}

impl Field<'_> {
    fn code(&self, firm: FirmNo) -> String {
        String::from_utf8_lossy(&self.firms.get(firm).code).into_owned()
    }

    fn codes_of(&self, firms: &[FirmNo]) -> Vec<String> {
        firms.iter().map(|firm| self.code(*firm)).collect()
    }

    /// The codes of the first bidders.
    fn codes(&self, count: usize) -> Vec<String> {
        self.section.bids.iter().take(count).map(|bid| self.code(bid.firm)).collect()
    }

    /// The code of the bidder at a place.
    fn bidder(&self, place: usize) -> String {
        self.code(self.section.bids[place].firm)
    }

    /// The winner's place.
    fn winner(&self) -> usize {
        self.section.award.as_ref().map_or(0, |award| award.winner)
    }

    /// When the award is made.
    fn awarded(&self) -> Local {
        self.section.award.as_ref().map_or(0, |award| award.made)
    }

    /// When the contract is signed.
    fn signed(&self) -> Local {
        self.section.award.as_ref().and_then(|award| award.signed).unwrap_or(0)
    }

    /// A finding in this section from this instant on.
    fn truth(&mut self, rule: &'static str, at: Local, parties: Vec<String>, note: &str) {
        let truth = Truth::new(rule, Some(&self.section.code), parties, self.scheme, note.to_owned());
        self.queue.push(at, What::Truth(Box::new(truth)));
    }

    /// A finding over more than one section.
    fn history(&mut self, rule: &'static str, at: Local, parties: Vec<String>, note: &str) {
        let truth = Truth::new(rule, None, parties, self.scheme, note.to_owned());
        self.queue.push(at, What::Truth(Box::new(truth)));
    }

    /// A finding about the first two bidders, once both have bid.
    fn pair(&mut self, rule: &'static str, note: &str) {
        let (at, parties) = (self.section.submitted(2), self.codes(2));
        self.truth(rule, at, parties, note);
    }

    /// A finding about the tenderer.
    fn of_tenderer(&mut self, rule: &'static str, at: Local, note: &str) {
        let parties = vec![self.tenderer.clone()];
        self.truth(rule, at, parties, note);
    }

    /// An event of its own; `write` adds the fields of the data.
    fn event(&mut self, head: &Head<'_>, write: impl FnOnce(&mut Line)) {
        let line = self.writer.other(head, write);
        self.queue.push(head.at, What::Line(line.into()));
    }
}
