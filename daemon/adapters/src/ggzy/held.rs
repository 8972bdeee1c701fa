//! What waits for other rows: downloads for the bidder behind an order, candidates for the others of their section.
//!
//! A row of GY_TENDER_FILE_BUYYER_INFO does not say who bought; PURCHASE_ORDER_NUMBER leads to the bidder's row of
//! GY_TENDER_LIST in the same section. Candidates come a row each, but the latest `award.proposed` counts whole. So both are
//! made into events when all rows have been seen, which makes them independent of the rows' order, and the rows of one
//! section's orders and candidates belong into one file or request.
//!
//! Kept: of each such row what its event needs, at most [`HELD_MAX`] of a kind, the latest version of each row.

use crate::draft::{Draft, Fields, Name};
use crate::report::{Report, What};
use crate::{Made, Place, wrong};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise::Instant;

/// Rows that are held of a kind: some 500 bytes each.
pub(crate) const HELD_MAX: usize = 100_000;

/// A bidder's order, by section.
#[derive(Clone)]
pub(super) struct Order {
    pub(super) section: String,
    pub(super) number: String,
    pub(super) bidder: Json,
}

/// A purchase or download whose bidder is behind an order.
#[derive(Clone)]
pub(super) struct Purchase {
    pub(super) section: String,
    pub(super) number: String,
    pub(super) data: Fields,
}

/// A candidate of a section.
#[derive(Clone)]
pub(super) struct Candidate {
    pub(super) section: String,
    pub(super) rank: u64,
    pub(super) data: Json,
}

type Rows<T> = BTreeMap<(String, String), (Name, Place, T)>;

/// Rows that wait.
#[derive(Default)]
pub(crate) struct Held {
    orders: Rows<Order>,
    purchases: Rows<Purchase>,
    candidates: Rows<Candidate>,
    /// The first place of a row past the limit, and how many there were.
    past: Option<(Place, u64)>,
}

impl Held {
    /// Keeps what of a row has to wait.
    pub(super) fn keep(&mut self, name: &Name, given: &super::Given, place: &Place) {
        let kept = keep(&mut self.orders, name, given.order.as_ref(), place)
            & keep(&mut self.purchases, name, given.purchase.as_ref(), place)
            & keep(&mut self.candidates, name, given.candidate.as_ref(), place);
        if !kept {
            self.past.get_or_insert_with(|| (place.clone(), 0)).1 += 1;
        }
    }

    /// Makes events of what waited.
    pub(crate) fn finish(self, report: &mut Report) -> Vec<Made> {
        if let Some((place, count)) = &self.past {
            let what = format!(
                "orders, purchases or candidates beyond {HELD_MAX} of a kind; send the file in parts"
            );
            (0..*count).for_each(|_| report.note(What::Value, &what, place));
        }
        let mut bidders: BTreeMap<(&str, &str), Vec<(&str, &Json)>> = BTreeMap::new();
        for (name, _, order) in self.orders.values() {
            bidders.entry((&order.section, &order.number)).or_default().push((&name.key, &order.bidder));
        }
        let mut made: Vec<Made> = Vec::new();
        for (name, place, purchase) in self.purchases.values() {
            match bidders.get(&(purchase.section.as_str(), purchase.number.as_str())) {
                Some(bidders) => made.extend(downloads(name, place, purchase, bidders)),
                None => made.push(Made { place: place.clone(), event: Err(no_order(name)) }),
            }
        }
        made.extend(proposals(&self.candidates));
        made
    }
}

/// Keeps the latest version of a row; false if there is no room.
fn keep<T: Clone>(rows: &mut Rows<T>, name: &Name, what: Option<&T>, place: &Place) -> bool {
    let Some(what) = what else { return true };
    let key = (name.source.clone(), name.key.clone());
    let full = rows.len() >= HELD_MAX;
    match rows.get_mut(&key) {
        Some(row) if row.0.at > name.at => {}
        Some(row) => *row = (name.clone(), place.clone(), what.clone()),
        None if full => return false,
        None => {
            rows.insert(key, (name.clone(), place.clone(), what.clone()));
        }
    }
    true
}

/// A download for each bidder who names the order, called by the bidder's row. Usually it is one; two would share the
/// address, which is worth seeing.
fn downloads(name: &Name, place: &Place, purchase: &Purchase, bidders: &[(&str, &Json)]) -> Vec<Made> {
    let download = |(row, bidder): &(&str, &Json)| {
        let data = purchase.data.clone().put("bidder", Some((*bidder).clone()));
        let draft = Draft { kind: "document.downloaded", suffix: (*row).to_owned(), time: None, data };
        Made { place: place.clone(), event: Ok(draft.event(name)) }
    };
    bidders.iter().map(download).collect()
}

fn no_order(name: &Name) -> xiezhi_dataflows::event::Faults {
    let table = name.source.rsplit('/').next().unwrap_or_default();
    let reason = "leads to no bidder; give the GY_TENDER_LIST row with this order and section in the same file or request";
    wrong(&format!("{table}.PURCHASE_ORDER_NUMBER"), reason.to_owned())
}

/// One `award.proposed` for each source and section, named by its latest row and by what it says.
fn proposals(rows: &Rows<Candidate>) -> Vec<Made> {
    let mut sections: BTreeMap<(&str, &str), Vec<&(Name, Place, Candidate)>> = BTreeMap::new();
    for row in rows.values() {
        sections.entry((&row.0.source, &row.2.section)).or_default().push(row);
    }
    sections.into_iter().filter_map(|((source, section), rows)| proposal(source, section, rows)).collect()
}

fn proposal(source: &str, section: &str, mut rows: Vec<&(Name, Place, Candidate)>) -> Option<Made> {
    rows.sort_by_cached_key(|(_, _, candidate)| (candidate.rank, candidate.data.to_bytes()));
    let at: Instant = rows.iter().map(|(name, ..)| name.at).max()?;
    let place = rows.first()?.1.clone();
    let candidates = Json::Array(rows.iter().map(|(_, _, candidate)| candidate.data.clone()).collect());
    let digest = Sha256::digest(candidates.to_bytes());
    let suffix = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let data = Fields::default().put("section", Some(section.into())).put("candidates", Some(candidates));
    let name = Name { source: source.to_owned(), key: section.to_owned(), at };
    let draft = Draft { kind: "award.proposed", suffix, time: None, data };
    Some(Made { place, event: Ok(draft.event(&name)) })
}
