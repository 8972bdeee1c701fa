//! What the events say of one bidder in one section.

use super::world::{Name, at, earliest, id, latest, name, told};
use xiezhi_dataflows::event::{
    BidDecrypted, BidFile, BidOpened, BidRejected, BidSubmitted, BidderWithdrew, Deposit, Device,
    DocumentDownloaded, Event, Hardware,
};
use xiezhi_dataflows::normalise::{Date, Instant};

/// Values that a bid shows, each by an event.
pub type Shown<'a> = Vec<(&'a str, Name<'a>)>;

/// What the events say of one bidder in one section.
#[derive(Default)]
pub struct Bid<'a> {
    /// Its code.
    pub bidder: &'a str,
    /// The section's events that name it as the bidder.
    pub events: Vec<&'a Event>,
}

/// Readers of one type of event each.
macro_rules! readers {
    ($($reader:ident: $kind:ident($record:ty);)+) => {
        $(pub fn $reader(&self) -> impl Iterator<Item = (&'a Event, &'a $record)> {
            told!(self.events, $kind)
        })+
    };
}

impl<'a> Bid<'a> {
    readers! {
        submitted: BidSubmitted(BidSubmitted);
        opened: BidOpened(BidOpened);
        decrypted: BidDecrypted(BidDecrypted);
        withdrawn: BidWithdrawn(BidderWithdrew);
        rejected: BidRejected(BidRejected);
        deposits: DepositReceived(Deposit);
        downloads: DocumentDownloaded(DocumentDownloaded);
    }

    pub fn submitted_at(&self) -> Option<(Instant, Name<'a>)> {
        latest(self.submitted().map(|(event, bid)| (event, bid.submitted_at)))
    }

    pub fn on_site(&self) -> bool {
        latest(self.submitted().map(|(event, bid)| (event, bid.on_site))).is_some_and(|(yes, _)| yes)
    }

    pub fn manager(&self) -> Option<(&'a str, Name<'a>)> {
        latest(self.submitted().map(|(event, bid)| (event, bid.manager.as_ref().and_then(id))))
    }

    pub fn withdrawn_at(&self) -> Option<(Instant, Name<'a>)> {
        earliest(self.withdrawn().map(|(event, gone)| (event, at(event, gone.at))))
    }

    pub fn opened_at(&self) -> Option<(Instant, Name<'a>)> {
        earliest(self.opened().map(|(event, opened)| (event, at(event, opened.opened_at))))
    }

    /// The names of the events that reject it.
    pub fn rejections(&self) -> Vec<Name<'a>> {
        self.rejected().map(|(event, _)| name(event)).collect()
    }

    /// The first `bid.submitted` or `bid.opened`.
    pub fn first_event(&self) -> (Instant, Name<'a>) {
        let submitted = self.submitted().map(|(event, _)| event);
        let events = submitted.chain(self.opened().map(|(event, _)| event));
        earliest(events.map(|event| (event, event.time))).expect("a bid has an event")
    }

    /// The local date that places it in windows.
    pub fn day(&self) -> Date {
        self.submitted_at().unwrap_or(self.first_event()).0.local_date()
    }

    /// Who stands in its consortium besides the bidder, by the event that says so.
    pub fn members(&self) -> Shown<'a> {
        let members = self
            .submitted()
            .flat_map(|(event, bid)| bid.consortium.iter().map(move |member| (&*member.code, name(event))));
        members.collect()
    }

    /// Whether an organisation stands in its consortium.
    pub fn has_member(&self, other: &str) -> bool {
        self.submitted().any(|(_, bid)| bid.consortium.iter().any(|member| &*member.code == other))
    }

    /// A hardware code of the devices it was sent from, by the event that shows it.
    pub fn device(&self, code: fn(&Device) -> &Option<Hardware>) -> Shown<'a> {
        self.submits(|bid| code(bid.device.as_ref()?).as_deref())
    }

    /// An optional value of `bid.submitted`, by the event that shows it.
    pub fn submits(&self, value: impl Fn(&'a BidSubmitted) -> Option<&'a str>) -> Shown<'a> {
        self.submitted().filter_map(|(event, bid)| Some((value(bid)?, name(event)))).collect()
    }

    /// What was submitted with a file, by the event.
    pub fn files(&self) -> impl Iterator<Item = (&'a Event, &'a BidFile)> {
        self.submitted().filter_map(|(event, bid)| Some((event, bid.file.as_ref()?)))
    }

    /// Addresses it was sent from.
    pub fn addresses(&self) -> Shown<'a> {
        self.submits(|bid| bid.device.as_ref()?.ip.as_deref())
    }

    pub fn pricing_locks(&self) -> Shown<'a> {
        self.submits(|bid| bid.pricing_lock.as_deref())
    }

    pub fn feature_codes(&self) -> Shown<'a> {
        self.submits(|bid| bid.file.as_ref()?.feature_code.as_deref())
    }

    pub fn agents(&self) -> Shown<'a> {
        self.submits(|bid| bid.agent.as_ref().and_then(id))
    }

    pub fn contacts(&self) -> Shown<'a> {
        self.submits(|bid| bid.contact.as_ref().and_then(id))
    }

    pub fn phones(&self) -> Shown<'a> {
        self.submits(|bid| bid.phone.as_deref())
    }

    pub fn emails(&self) -> Shown<'a> {
        self.submits(|bid| bid.email.as_deref())
    }

    /// Accounts that its deposits came from.
    pub fn paid_from(&self) -> Shown<'a> {
        let accounts =
            self.deposits().map(|(event, deposit)| Some((deposit.account.as_deref()?, name(event))));
        accounts.flatten().collect()
    }

    /// Certificates, from submission or decryption.
    pub fn ca_locks(&self) -> Shown<'a> {
        let mut locks = self.submits(|bid| bid.ca_lock.as_deref());
        locks
            .extend(self.decrypted().filter_map(|(event, bid)| Some((bid.ca_lock.as_deref()?, name(event)))));
        locks
    }

    /// Manager and staff.
    pub fn team(&self) -> Shown<'a> {
        let mut team: Vec<_> = self.manager().into_iter().collect();
        for (event, bid) in self.submitted() {
            let ids = bid.staff.iter().filter_map(|member| member.person.as_ref().and_then(id));
            team.extend(ids.map(|id| (id, name(event))));
        }
        team
    }

    /// The values, unless the bid was uploaded at the venue.
    pub fn off_site<S>(&self, shown: Vec<(S, Name<'a>)>) -> Vec<(S, Name<'a>)> {
        if self.on_site() { Vec::new() } else { shown }
    }
}

/// The hardware codes, by the names that keys use.
pub const HARDWARE: [(&str, fn(&Device) -> &Option<Hardware>); 5] = [
    ("mac", |device| &device.mac),
    ("cpu_id", |device| &device.cpu_id),
    ("disk_serial", |device| &device.disk_serial),
    ("memory_serial", |device| &device.memory_serial),
    ("board_serial", |device| &device.board_serial),
];
