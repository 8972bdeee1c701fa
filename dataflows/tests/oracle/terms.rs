//! The terms of the rules: sections, who bids there, what is priced, what bidders share.

use super::bids::Bid;
use super::world::{Name, at, earliest, latest, latest_told, told};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use xiezhi_dataflows::event::{
    AwardMade, Data, EvaluationMethod, Event, Industry, Method, Opening, ProjectRegistered,
};
use xiezhi_dataflows::normalise::{Fen, Instant};
use xiezhi_dataflows::params::{Params, Thresholds};

/// What `section.announced` and `section.changed` say alike.
pub struct Notice<'a> {
    pub event: &'a Event,
    pub project: Option<&'a str>,
    pub ceiling: Option<Fen>,
    pub estimate: Option<Fen>,
    pub deposit: Option<Fen>,
    pub announced_at: Option<Instant>,
    pub documents_from: Option<Instant>,
    pub deadline: Option<Instant>,
    pub opening_at: Option<Instant>,
    pub evaluation_method: Option<EvaluationMethod>,
    pub prints: &'a [u64],
    /// A change that affects how bids are written.
    pub material: bool,
}

/// Reads a notice of either type.
macro_rules! notice {
    ($event:expr, $data:expr, $project:expr, $material:expr) => {
        Notice {
            event: $event,
            project: $project,
            ceiling: $data.ceiling_price,
            estimate: $data.estimate,
            deposit: $data.deposit_amount,
            announced_at: $data.announced_at,
            documents_from: $data.documents_from,
            deadline: $data.submission_deadline,
            opening_at: $data.opening_at,
            evaluation_method: $data.evaluation_method,
            prints: &$data.fingerprints,
            material: $material,
        }
    };
}

fn notice(event: &Event) -> Option<Notice<'_>> {
    match &event.data {
        Data::SectionAnnounced(data) => Some(notice!(event, data, Some(&*data.project), false)),
        Data::SectionChanged(data) => {
            Some(notice!(event, data, data.project.as_deref(), data.material == Some(true)))
        }
        _ => None,
    }
}

/// Values in the tenderer's own files.
fn own(event: &Event) -> Vec<String> {
    let (devices, locks) = match &event.data {
        Data::SectionAnnounced(data) => (&data.devices, &data.locks),
        Data::SectionChanged(data) => (&data.devices, &data.locks),
        _ => return Vec::new(),
    };
    devices.iter().chain(locks).map(|code| code.as_str().to_owned()).collect()
}

/// What the events say of one section.
#[derive(Default)]
pub struct Section<'a> {
    /// Its code.
    pub code: &'a str,
    /// The parameters.
    pub rules: Rc<Params>,
    /// The events that speak of it.
    pub events: Vec<&'a Event>,
    /// What was announced.
    pub notices: Vec<Notice<'a>>,
    own: BTreeSet<String>,
    registered: Vec<&'a Event>,
    /// Its bidders: those with a `bid.submitted` or `bid.opened`.
    pub bids: BTreeMap<&'a str, Bid<'a>>,
    /// `opening.started`, else the first `bid.opened`.
    pub opening: Option<(Instant, Name<'a>)>,
}

/// Bidders of a section that share a value.
#[derive(Default)]
pub struct Group<'a> {
    /// The value.
    pub value: String,
    /// The bidders.
    pub bidders: BTreeSet<&'a str>,
    /// Who shows it, and by which event.
    pub shown: BTreeSet<(&'a str, Name<'a>)>,
}

impl<'a> Group<'a> {
    /// The events that show the value.
    pub fn events(&self) -> impl Iterator<Item = Name<'a>> {
        self.shown.iter().map(|(_, event)| *event)
    }
}

/// Every section that an event speaks of; `projects` holds what is registered of each project.
pub fn sections<'a>(
    events: &[&'a Event],
    projects: &BTreeMap<&'a str, Vec<&'a Event>>,
    rules: &Rc<Params>,
) -> Vec<Section<'a>> {
    let mut sections: BTreeMap<&str, Section<'_>> = BTreeMap::new();
    for event in events {
        if let Some(code) = super::reading::section_of(event) {
            let section = sections.entry(code).or_default();
            section.code = code;
            section.rules = rules.clone();
            section.events.push(event);
        }
    }
    sections.into_values().map(|section| section.completed(projects)).collect()
}

impl<'a> Section<'a> {
    fn completed(mut self, projects: &BTreeMap<&'a str, Vec<&'a Event>>) -> Section<'a> {
        self.notices = self.events.iter().filter_map(|event| notice(event)).collect();
        self.own = self.events.iter().flat_map(|event| own(event)).collect();
        for event in &self.events {
            if let Some(bidder) = super::reading::bidder_of(event) {
                let bid = self.bids.entry(bidder).or_default();
                bid.bidder = bidder;
                bid.events.push(event);
            }
        }
        self.bids.retain(|_, bid| bid.submitted().next().is_some() || bid.opened().next().is_some());
        let started = earliest(self.started().map(|(event, opening)| (event, at(event, opening.at))));
        self.opening = started.or_else(|| self.bids.values().filter_map(Bid::opened_at).min());
        let project = self.noticed(|notice| notice.project).and_then(|(project, _)| projects.get(project));
        self.registered = project.cloned().unwrap_or_default();
        self
    }

    /// The thresholds.
    pub fn thresholds(&self) -> &Thresholds {
        &self.rules.thresholds
    }

    /// `opening.started`
    pub fn started(&self) -> impl Iterator<Item = (&'a Event, &'a Opening)> {
        told!(self.events, OpeningStarted)
    }

    fn registered<T>(&self, value: impl Fn(&'a ProjectRegistered) -> Option<T>) -> Option<(T, Name<'a>)> {
        latest(told!(self.registered, ProjectRegistered).map(|(event, project)| (event, value(project))))
    }

    pub fn tenderer(&self) -> Option<&'a str> {
        self.registered(|project| Some(&*project.tenderer.code)).map(|(tenderer, _)| tenderer)
    }

    pub fn method(&self) -> Option<(Method, Name<'a>)> {
        self.registered(|project| project.method)
    }

    /// Whether it belongs to a key project.
    pub fn is_key(&self) -> bool {
        self.registered(|project| project.key_project).is_some_and(|(key, _)| key)
    }

    pub fn industry(&self) -> Option<Industry> {
        self.registered(|project| Some(project.industry)).map(|(industry, _)| industry)
    }

    /// Of industry 01 or 02.
    pub fn built_or_bought(&self) -> bool {
        matches!(self.industry(), Some(Industry::Engineering | Industry::GovernmentProcurement))
    }

    /// Method public or invited.
    pub fn called_for(&self) -> bool {
        matches!(self.method(), Some((Method::Public | Method::Invited, _)))
    }

    /// A single value of the notices, and the notice that gives it.
    pub fn noticed<T>(&self, value: impl Fn(&Notice<'a>) -> Option<T>) -> Option<(T, Name<'a>)> {
        latest(self.notices.iter().map(|notice| (notice.event, value(notice))))
    }

    pub fn ceiling(&self) -> Option<(Fen, Name<'a>)> {
        self.noticed(|notice| notice.ceiling)
    }

    pub fn deadline(&self) -> Option<(Instant, Name<'a>)> {
        self.noticed(|notice| notice.deadline)
    }

    pub fn opening_at(&self) -> Option<(Instant, Name<'a>)> {
        self.noticed(|notice| notice.opening_at)
    }

    /// Whether the lowest price wins.
    pub fn lowest_wins(&self) -> bool {
        let method = self.noticed(|notice| notice.evaluation_method).map(|(method, _)| method);
        matches!(method, Some(EvaluationMethod::LowestPrice | EvaluationMethod::QualifiedLowest))
    }

    /// Failed, suspended or cancelled.
    pub fn halted(&self) -> bool {
        told!(self.events, SectionFailed | SectionSuspended | SectionCancelled).next().is_some()
    }

    /// The award: the latest `award.made`.
    pub fn award(&self) -> Option<(&'a Event, &'a AwardMade)> {
        latest_told(told!(self.events, AwardMade))
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
        let failed = latest(bid.decrypted().map(|(event, decrypted)| (event, Some(!decrypted.ok))));
        let price = latest(bid.opened().map(|(event, opened)| (event, opened.price)));
        price.filter(|_| self.live(bid) && !failed.is_some_and(|(failed, _)| failed))
    }

    /// Neither is in the other's consortium.
    pub fn different(&self, a: &str, b: &str) -> bool {
        a != b && !self.bids[a].has_member(b) && !self.bids[b].has_member(a)
    }

    /// Every two different bidders, each pair once.
    pub fn pairs(&self) -> Vec<(&'a str, &'a str)> {
        let mut pairs = Vec::new();
        for a in self.bids.keys() {
            for b in self.bids.keys().filter(|b| a < *b && self.different(a, b)) {
                pairs.push((*a, *b));
            }
        }
        pairs
    }

    /// Whether at least two of these are different.
    pub fn any_different(&self, bidders: &BTreeSet<&str>) -> bool {
        bidders.iter().any(|a| bidders.iter().any(|b| self.different(a, b)))
    }

    /// Whether a value is not the tenderer's own.
    pub fn counts(&self, value: &str) -> bool {
        !self.own.contains(value)
    }

    /// Whether a group says more of the venue than of the bidders: `noise_share`.
    pub fn is_noise(&self, group: &Group<'_>) -> bool {
        let share = self.thresholds().noise_share_permille as usize;
        group.bidders.len() >= 3 && group.bidders.len() * 1000 >= self.bids.len() * share
    }

    /// Groups of bidders that share a value of which at least two are different.
    pub fn groups<S: Into<String>>(&self, shown: impl Fn(&Bid<'a>) -> Vec<(S, Name<'a>)>) -> Vec<Group<'a>> {
        let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
        for bid in self.bids.values() {
            for (value, event) in shown(bid) {
                let group = groups.entry(value.into()).or_default();
                group.bidders.insert(bid.bidder);
                group.shown.insert((bid.bidder, event));
            }
        }
        groups.retain(|value, group| self.counts(value) && self.any_different(&group.bidders));
        groups.into_iter().map(|(value, group)| Group { value, ..group }).collect()
    }
}
