//! The terms of the rules: sections, bids, and what counts of them, read off the events each time anew.

use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{
    BidDecrypted, BidOpened, BidSubmitted, Code, Data, Device, Event, Hardware, Method, ProjectRegistered,
    WitnessRecorded,
};
use xiezhi_dataflows::normalise::{Date, Fen, Instant};

/// An event's name: source and id.
pub type Name<'a> = (&'a str, &'a str);

/// The name of an event.
pub fn name(event: &Event) -> Name<'_> {
    (&event.source, &event.id)
}

/// Of several offers of a single value, the one from the latest time; equal times: the greater name.
pub fn latest<'a, T>(offers: impl Iterator<Item = (&'a Event, Option<T>)>) -> Option<(T, Name<'a>)> {
    let given = offers.filter_map(|(event, value)| Some((event, value?)));
    given.max_by_key(|(event, _)| (event.time, name(event))).map(|(event, value)| (value, name(event)))
}

/// The earliest of several instants; equal ones: the smaller name.
pub fn earliest<'a>(offers: impl Iterator<Item = (&'a Event, Instant)>) -> Option<(Instant, Name<'a>)> {
    offers.map(|(event, at)| (at, name(event))).min()
}

/// What `section.announced` and `section.changed` say alike.
pub struct Notice<'a> {
    event: &'a Event,
    project: Option<&'a str>,
    ceiling: Option<Fen>,
    deadline: Option<Instant>,
    opening_at: Option<Instant>,
}

/// What the events say of one bidder in one section.
#[derive(Default)]
pub struct Bid<'a> {
    /// Its code.
    pub bidder: &'a str,
    /// `bid.submitted`
    pub submitted: Vec<(&'a Event, &'a BidSubmitted)>,
    /// `bid.opened`
    pub opened: Vec<(&'a Event, &'a BidOpened)>,
    /// `bid.decrypted`
    pub decrypted: Vec<(&'a Event, &'a BidDecrypted)>,
    /// `bid.withdrawn`
    pub withdrawn: Vec<(&'a Event, Instant)>,
    /// Accounts of `deposit.received`.
    pub accounts: Vec<(&'a Event, &'a str)>,
}

impl<'a> Bid<'a> {
    pub fn submitted_at(&self) -> Option<(Instant, Name<'a>)> {
        latest(self.submitted.iter().map(|(event, bid)| (*event, bid.submitted_at)))
    }

    pub fn on_site(&self) -> bool {
        latest(self.submitted.iter().map(|(event, bid)| (*event, bid.on_site))).is_some_and(|(yes, _)| yes)
    }

    pub fn manager(&self) -> Option<(&'a str, Name<'a>)> {
        let id = |bid: &'a BidSubmitted| bid.manager.as_ref()?.id.as_ref().map(|id| id.as_str());
        latest(self.submitted.iter().map(|(event, bid)| (*event, id(bid))))
    }

    pub fn withdrawn_at(&self) -> Option<(Instant, Name<'a>)> {
        earliest(self.withdrawn.iter().copied())
    }

    pub fn opened_at(&self) -> Option<(Instant, Name<'a>)> {
        earliest(self.opened.iter().map(|(event, opened)| (*event, opened.opened_at.unwrap_or(event.time))))
    }

    /// The first `bid.submitted` or `bid.opened`.
    pub fn first_event(&self) -> (Instant, Name<'a>) {
        let submitted = self.submitted.iter().map(|(event, _)| *event);
        let events = submitted.chain(self.opened.iter().map(|(event, _)| *event));
        earliest(events.map(|event| (event, event.time))).expect("a bid has an event")
    }

    /// The local date that places it in windows.
    pub fn day(&self) -> Date {
        self.submitted_at().unwrap_or(self.first_event()).0.local_date()
    }

    /// Who stands in its consortium besides the bidder.
    pub fn has_member(&self, other: &str) -> bool {
        self.submitted.iter().any(|(_, bid)| bid.consortium.iter().any(|member| &*member.code == other))
    }

    /// A hardware code of the devices it was sent from, by the event that shows it.
    pub fn device(&self, code: fn(&Device) -> &Option<Hardware>) -> Vec<(&'a str, Name<'a>)> {
        self.submits(|bid| code(bid.device.as_ref()?).as_deref())
    }

    /// An optional value of `bid.submitted`, by the event that shows it.
    pub fn submits(&self, value: impl Fn(&'a BidSubmitted) -> Option<&'a str>) -> Vec<(&'a str, Name<'a>)> {
        let shown = self.submitted.iter().filter_map(|(event, bid)| Some((value(bid)?, name(event))));
        shown.collect()
    }

    /// Addresses it was sent from.
    pub fn addresses(&self) -> Vec<(&'a str, Name<'a>)> {
        self.submits(|bid| bid.device.as_ref()?.ip.as_deref())
    }

    /// Authorised agents.
    pub fn agents(&self) -> Vec<(&'a str, Name<'a>)> {
        self.submits(|bid| bid.agent.as_ref()?.id.as_deref())
    }

    /// Accounts that its deposits came from.
    pub fn paid_from(&self) -> Vec<(&'a str, Name<'a>)> {
        self.accounts.iter().map(|(event, account)| (*account, name(event))).collect()
    }

    /// Certificates, from submission or decryption.
    pub fn ca_locks(&self) -> Vec<(&'a str, Name<'a>)> {
        let mut locks = self.submits(|bid| bid.ca_lock.as_deref());
        let decrypted = self.decrypted.iter();
        locks.extend(decrypted.filter_map(|(event, bid)| Some((bid.ca_lock.as_deref()?, name(event)))));
        locks
    }

    /// Manager and staff.
    pub fn team(&self) -> Vec<(&'a str, Name<'a>)> {
        let mut team: Vec<_> = self.manager().into_iter().collect();
        for (event, bid) in &self.submitted {
            let ids = bid.staff.iter().filter_map(|member| member.person.as_ref()?.id.as_deref());
            team.extend(ids.map(|id| (id, name(event))));
        }
        team
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

/// What the events say of one section.
#[derive(Default)]
pub struct Section<'a> {
    /// Its code.
    pub code: &'a str,
    notices: Vec<Notice<'a>>,
    /// Values in the tenderer's own files.
    own: BTreeSet<String>,
    /// Failed, suspended or cancelled.
    pub halted: bool,
    started: Vec<(&'a Event, Instant)>,
    awards: Vec<(&'a Event, &'a str)>,
    /// Witness records.
    pub records: Vec<(&'a Event, &'a WitnessRecorded)>,
    /// Its bidders: those with a `bid.submitted` or `bid.opened`.
    pub bids: BTreeMap<&'a str, Bid<'a>>,
    registered: Vec<(&'a Event, &'a ProjectRegistered)>,
    /// `opening.started`, else the first `bid.opened`.
    pub opening: Option<(Instant, Name<'a>)>,
}

/// Bidders of a section that share a value.
pub struct Group<'a> {
    /// The value.
    pub value: String,
    /// The bidders.
    pub bidders: BTreeSet<&'a str>,
    /// The events that show it.
    pub events: BTreeSet<Name<'a>>,
}

impl<'a> Section<'a> {
    pub fn tenderer(&self) -> Option<(&'a str, Name<'a>)> {
        latest(self.registered.iter().map(|(event, p)| (*event, Some(p.tenderer.code.as_str()))))
    }

    pub fn method(&self) -> Option<(Method, Name<'a>)> {
        latest(self.registered.iter().map(|(event, project)| (*event, project.method)))
    }

    pub fn ceiling(&self) -> Option<(Fen, Name<'a>)> {
        latest(self.notices.iter().map(|notice| (notice.event, notice.ceiling)))
    }

    pub fn deadline(&self) -> Option<(Instant, Name<'a>)> {
        latest(self.notices.iter().map(|notice| (notice.event, notice.deadline)))
    }

    pub fn opening_at(&self) -> Option<(Instant, Name<'a>)> {
        latest(self.notices.iter().map(|notice| (notice.event, notice.opening_at)))
    }

    /// The awarded bidder.
    pub fn award(&self) -> Option<(&'a str, Name<'a>)> {
        latest(self.awards.iter().map(|(event, winner)| (*event, Some(*winner))))
    }

    /// Not withdrawn at or before the opening.
    pub fn live(&self, bid: &Bid<'a>) -> bool {
        match (bid.withdrawn_at(), self.opening) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((withdrawn, _)), Some((opening, _))) => withdrawn > opening,
        }
    }

    /// The price of a priced bid: live, opened with a price, decryption not failed.
    pub fn price(&self, bid: &Bid<'a>) -> Option<(Fen, Name<'a>)> {
        let failed = latest(bid.decrypted.iter().map(|(event, decrypted)| (*event, Some(!decrypted.ok))));
        let price = latest(bid.opened.iter().map(|(event, opened)| (*event, opened.price)));
        price.filter(|_| self.live(bid) && !failed.is_some_and(|(failed, _)| failed))
    }

    /// Neither is in the other's consortium.
    pub fn different(&self, a: &str, b: &str) -> bool {
        a != b && !self.bids[a].has_member(b) && !self.bids[b].has_member(a)
    }

    /// Whether at least two of these are different.
    pub fn any_different(&self, bidders: &BTreeSet<&str>) -> bool {
        bidders.iter().any(|a| bidders.iter().any(|b| self.different(a, b)))
    }

    /// Whether a value is not the tenderer's own.
    pub fn counts(&self, value: &str) -> bool {
        !self.own.contains(value)
    }

    /// Groups of bidders that share a value of which at least two are different.
    pub fn groups<S: Into<String>>(&self, shown: impl Fn(&Bid<'a>) -> Vec<(S, Name<'a>)>) -> Vec<Group<'a>> {
        let mut shared: BTreeMap<String, (BTreeSet<&str>, BTreeSet<Name<'_>>)> = BTreeMap::new();
        for bid in self.bids.values() {
            for (value, event) in shown(bid) {
                let (bidders, events) = shared.entry(value.into()).or_default();
                bidders.insert(bid.bidder);
                events.insert(event);
            }
        }
        shared.retain(|value, (bidders, _)| self.counts(value) && self.any_different(bidders));
        shared.into_iter().map(|(value, (bidders, events))| Group { value, bidders, events }).collect()
    }
}

/// Every section that an event speaks of.
pub fn sections<'a>(events: &[&'a Event]) -> Vec<Section<'a>> {
    let mut sections: BTreeMap<&str, Section<'_>> = BTreeMap::new();
    for event in events {
        let Some(code) = section_of(event) else { continue };
        let section = sections.entry(code).or_default();
        section.code = code;
        section.read(event);
    }
    for section in sections.values_mut() {
        section.bids.retain(|_, bid| !bid.submitted.is_empty() || !bid.opened.is_empty());
        let first = || section.bids.values().filter_map(Bid::opened_at).min();
        section.opening = earliest(section.started.iter().copied()).or_else(first);
        let project = latest(section.notices.iter().map(|notice| (notice.event, notice.project)));
        let Some((project, _)) = project else { continue };
        section.registered = events.iter().filter_map(|event| registered(event, project)).collect();
    }
    sections.into_values().collect()
}

fn registered<'a>(event: &'a Event, project: &str) -> Option<(&'a Event, &'a ProjectRegistered)> {
    match &event.data {
        Data::ProjectRegistered(registered) if registered.project.as_str() == project => {
            Some((event, registered))
        }
        _ => None,
    }
}

fn section_of(event: &Event) -> Option<&str> {
    let code: &Code = match &event.data {
        Data::SectionAnnounced(data) => &data.section,
        Data::SectionChanged(data) => &data.section,
        Data::SectionFailed(data) | Data::SectionSuspended(data) | Data::SectionCancelled(data) => {
            &data.section
        }
        Data::OpeningStarted(data) => &data.section,
        Data::AwardMade(data) => &data.section,
        Data::WitnessRecorded(data) => &data.section,
        Data::BidSubmitted(data) => &data.section,
        Data::BidOpened(data) => &data.section,
        Data::BidDecrypted(data) => &data.section,
        Data::BidWithdrawn(data) => &data.section,
        Data::DepositReceived(data) => &data.section,
        _ => return None,
    };
    Some(code)
}

/// Reads a notice of either type.
macro_rules! notice {
    ($section:ident, $event:ident, $data:ident, $project:expr) => {{
        let own = $data.devices.iter().chain(&$data.locks);
        $section.own.extend(own.map(|code| code.as_str().to_owned()));
        $section.notices.push(Notice {
            event: $event,
            project: $project,
            ceiling: $data.ceiling_price,
            deadline: $data.submission_deadline,
            opening_at: $data.opening_at,
        });
    }};
}

impl<'a> Section<'a> {
    fn bid(&mut self, bidder: &'a str) -> &mut Bid<'a> {
        let bid = self.bids.entry(bidder).or_default();
        bid.bidder = bidder;
        bid
    }

    fn read(&mut self, event: &'a Event) {
        match &event.data {
            Data::SectionAnnounced(data) => notice!(self, event, data, Some(data.project.as_str())),
            Data::SectionChanged(data) => notice!(self, event, data, data.project.as_deref()),
            Data::SectionFailed(_) | Data::SectionSuspended(_) | Data::SectionCancelled(_) => {
                self.halted = true;
            }
            Data::OpeningStarted(data) => self.started.push((event, data.at.unwrap_or(event.time))),
            Data::AwardMade(data) => self.awards.push((event, &data.bidder.code)),
            Data::WitnessRecorded(data) => self.records.push((event, data)),
            Data::BidSubmitted(data) => self.bid(&data.bidder.code).submitted.push((event, data)),
            Data::BidOpened(data) => self.bid(&data.bidder.code).opened.push((event, data)),
            Data::BidDecrypted(data) => self.bid(&data.bidder.code).decrypted.push((event, data)),
            Data::BidWithdrawn(data) => {
                self.bid(&data.bidder.code).withdrawn.push((event, data.at.unwrap_or(event.time)));
            }
            Data::DepositReceived(data) => {
                let account = data.account.as_deref();
                self.bid(&data.bidder.code).accounts.extend(account.map(|account| (event, account)));
            }
            _ => {}
        }
    }
}
