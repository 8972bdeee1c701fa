//! The bids of a section, and the values by which they may be alike.

use super::merge::{Latest, Sourced, earlier};
use crate::event::DepositForm;
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};

/// One bidder's bid in the section.
#[derive(Clone, Debug, Default)]
pub struct Bid {
    /// The bidder.
    pub bidder: Symbol,
    /// The other members of its consortium, sorted.
    pub consortium: Vec<Symbol>,
    /// The events that name a member, sorted.
    pub joined_by: Vec<(Symbol, EventRef)>,
    /// Uploaded at the venue: its device says nothing.
    pub on_site: bool,
    /// When it was submitted, µs.
    pub submitted_at: Option<Sourced<i64>>,
    /// The `time` of its first event: dates a bid without `submitted_at` in windows.
    pub first_event_at: i64,
    /// The first event of the bid in (time, name) order.
    pub first_event: EventRef,
    /// The project manager.
    pub manager: Option<Sourced<Symbol>>,
    /// The price read out, fen.
    pub price: Option<Sourced<i64>>,
    /// The first `bid.opened`: when, µs.
    pub opened_at: Option<Sourced<i64>>,
    /// Digest of the file as submitted.
    pub file: Option<Sourced<Symbol>>,
    /// Digest of the file as opened.
    pub opened_file: Option<Sourced<Symbol>>,
    /// Organisations named inside its files, by the event that shows it; sorted.
    pub names: Vec<(Symbol, EventRef)>,
    /// Whether some event of it carries fingerprints or bill items.
    pub detailed: bool,
    /// Whether the bidder's code fails its check digit.
    pub bad_code: bool,
    /// Whether the latest decryption succeeded.
    pub decrypted: Option<Sourced<bool>>,
    /// The first attempt to decrypt it: when (µs), and whether that succeeded.
    pub first_decryption: Option<Sourced<i64>>,
    /// Whether that one succeeded.
    pub first_decrypted: bool,
    /// The first decryption that succeeded, µs.
    pub decrypted_at: Option<i64>,
    /// When a deposit was first returned, µs.
    pub returned_at: Option<i64>,
    /// The earliest withdrawal, µs.
    pub withdrawn_at: Option<Sourced<i64>>,
    /// Its rejections, sorted.
    pub rejected: Vec<EventRef>,
    /// Its deposits, sorted.
    pub deposits: Vec<Deposit>,
    /// Not withdrawn at or before the opening.
    pub live: bool,
}

/// A deposit that a bidder paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deposit {
    /// The event.
    pub event: EventRef,
    /// Who holds the account.
    pub holder: Option<Symbol>,
    /// In which form.
    pub form: Option<DepositForm>,
    /// Whether from the basic account.
    pub basic: Option<bool>,
}

impl Bid {
    /// The price, if the bid is priced: live, opened with a price, decryption not failed.
    pub fn priced(&self) -> Option<Sourced<i64>> {
        let failed = self.decrypted.is_some_and(|d| !d.value);
        self.price.filter(|_| self.live && !failed)
    }

    /// The instant that dates the bid in windows, µs.
    pub fn dated_at(&self) -> i64 {
        self.submitted_at.map_or(self.first_event_at, |s| s.value)
    }

    fn date_decryption(&mut self, row: &Row, names: &Symbols) {
        let (at, ok) = (row.acted_at(), row.flag(FactKind::Decrypted) == Some(true));
        let first = earlier(self.first_decryption, at, row.event, names);
        if first != self.first_decryption {
            (self.first_decryption, self.first_decrypted) = (first, ok);
        }
        if ok {
            self.decrypted_at = Some(self.decrypted_at.map_or(at, |held| held.min(at)));
        }
    }

    fn date_first_event(&mut self, row: &Row, names: &Symbols) {
        self.bad_code |= row.flag(FactKind::BadCode).is_some();
        let first = row.at < self.first_event_at
            || row.at == self.first_event_at && names.name_is_greater(self.first_event, row.event);
        if first {
            self.first_event_at = row.at;
            self.first_event = row.event;
        }
    }
}

/// An identifying value that a bid shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shown {
    /// Kind and value.
    pub fact: Fact,
    /// The bid's index in [`Dossier::bids`](super::Dossier::bids).
    pub bid: u32,
    /// The event that shows it.
    pub event: EventRef,
}

impl Shown {
    /// All of it as one number in its order: compared at once, where there are many.
    fn packed(&self) -> u128 {
        u128::from(self.fact.packed()) << 64 | u128::from(self.bid) << 32 | u128::from(self.event.0)
    }
}

/// What is merged per bid before the dossier is finished.
#[derive(Default)]
struct Merging {
    submitted_at: Latest<i64>,
    on_site: Latest<bool>,
    manager: Latest<Symbol>,
    file: Latest<Symbol>,
    price: Latest<i64>,
    opened_file: Latest<Symbol>,
    decrypted: Latest<bool>,
}

impl Merging {
    fn take(&mut self, bid: &mut Bid, row: &Row, names: &Symbols) {
        match row.kind {
            RowKind::Submitted => {
                bid.date_first_event(row, names);
                self.submitted_at.offer(row, row.number(FactKind::SubmittedAt), names);
                self.on_site.offer(row, row.flag(FactKind::OnSite), names);
                self.manager.offer(row, row.symbol(FactKind::Manager), names);
                self.file.offer(row, row.symbol(FactKind::FileDigest), names);
                let named = |kind| row.all(kind).map(|fact| (fact.as_symbol(), row.event));
                bid.joined_by.extend(named(FactKind::Member));
                bid.names.extend(named(FactKind::NamedInFile));
                bid.detailed |= row.flag(FactKind::Detailed).is_some();
            }
            RowKind::Opened => {
                bid.date_first_event(row, names);
                self.price.offer(row, row.number(FactKind::Price), names);
                self.opened_file.offer(row, row.symbol(FactKind::FileDigest), names);
                bid.opened_at = earlier(bid.opened_at, row.acted_at(), row.event, names);
            }
            RowKind::Decrypted => {
                self.decrypted.offer(row, row.flag(FactKind::Decrypted), names);
                bid.date_decryption(row, names);
            }
            RowKind::Withdrawn => {
                bid.withdrawn_at = earlier(bid.withdrawn_at, row.acted_at(), row.event, names);
            }
            RowKind::Rejected => bid.rejected.push(row.event),
            RowKind::DepositReturned => {
                let at = row.acted_at();
                bid.returned_at = Some(bid.returned_at.map_or(at, |held| held.min(at)));
            }
            RowKind::Deposit => bid.deposits.push(Deposit {
                event: row.event,
                holder: row.symbol(FactKind::AccountHolder),
                form: row.word(FactKind::DepositForm, DepositForm::ALL),
                basic: row.flag(FactKind::BasicAccount),
            }),
            _ => {}
        }
    }

    fn finish(&self, bid: &mut Bid) {
        bid.submitted_at = self.submitted_at.sourced();
        bid.on_site = self.on_site.value().unwrap_or(false);
        bid.manager = self.manager.sourced();
        bid.file = self.file.sourced();
        bid.price = self.price.sourced();
        bid.opened_file = self.opened_file.sourced();
        bid.decrypted = self.decrypted.sourced();
        bid.consortium = bid.joined_by.iter().map(|(member, _)| *member).collect();
        bid.consortium.sort_unstable();
        bid.consortium.dedup();
        bid.joined_by.sort_unstable();
        bid.names.sort_unstable();
        bid.rejected.sort_unstable();
        bid.deposits.sort_unstable();
    }
}

/// The bids of a section sorted by bidder, and what they show sorted by (kind, value, bid).
pub fn merge<'a>(
    rows: impl Iterator<Item = &'a Row> + Clone,
    own: &[u64],
    names: &Symbols,
) -> (Vec<Bid>, Vec<Shown>) {
    // Bidders of a section: who has a submission or an opening there.
    let bidding = |r: &&Row| matches!(r.kind, RowKind::Submitted | RowKind::Opened);
    let mut bidders: Vec<Symbol> = rows.clone().filter(bidding).map(|r| r.bidder).collect();
    bidders.sort_unstable();
    bidders.dedup();
    let new = |bidder: &Symbol| Bid { bidder: *bidder, first_event_at: i64::MAX, ..Bid::default() };
    let mut bids: Vec<Bid> = bidders.iter().map(new).collect();
    let mut merging: Vec<Merging> = bidders.iter().map(|_| Merging::default()).collect();
    let mut shown = Vec::new();
    for row in rows.filter(|row| row.bidder.is_some() && !row.kind.is_joined()) {
        let Ok(at) = bidders.binary_search(&row.bidder) else { continue };
        merging[at].take(&mut bids[at], row, names);
        // Of several managers the latest counts, so he is shown when all rows are read.
        let values = row.facts.iter().filter(|f| f.likens() && !f.is(FactKind::Manager));
        let counts = |f: &&Fact| own.is_empty() || !f.may_be_own() || own.binary_search(&f.value()).is_err();
        shown.extend(values.filter(counts).map(|f| Shown { fact: *f, bid: at as u32, event: row.event }));
    }
    for (at, (bid, merging)) in bids.iter_mut().zip(&merging).enumerate() {
        merging.finish(bid);
        if let Some(manager) = bid.manager {
            let fact = Fact::symbol(FactKind::Manager, manager.value);
            shown.push(Shown { fact, bid: at as u32, event: manager.event });
        }
    }
    shown.sort_unstable_by_key(Shown::packed);
    shown.dedup();
    (bids, shown)
}
