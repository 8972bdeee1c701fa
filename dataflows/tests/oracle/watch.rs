//! The watch-list: who has a part in a key project, is listed, or is named by findings, and how closely to look.

use super::terms::Section;
use super::world::{Name, World, id, latest_told, name, told, within, written};
use super::{credit, holding, relations};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{CreditKind, Event, Outcome};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::{Date, Instant};
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::subject::Subject;
use xiezhi_dataflows::watch::{self, RenderedCause};

const ORGANISATION: &str = "organisation";
const PERSON: &str = "person";

/// Somebody on the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub party: String,
    /// `organisation` or `person`.
    pub kind: String,
    pub level: String,
    pub points: String,
    /// Each as a line, see [`cause`].
    pub causes: BTreeSet<String>,
}

/// What is gathered of somebody. Points are counted in tenths.
#[derive(Default)]
struct Watched {
    blacklisted: bool,
    leads: u32,
    others: u32,
    causes: BTreeSet<String>,
}

impl Watched {
    /// Leads give 30 points at most.
    fn tenths(&self) -> u32 {
        self.others + self.leads.min(300)
    }

    fn level(&self) -> &'static str {
        match self.tenths() {
            _ if self.blacklisted => "red",
            800.. => "red",
            400.. => "orange",
            150.. => "yellow",
            _ => "blue",
        }
    }
}

/// All that are watched: kind and code.
type List<'a> = BTreeMap<(&'static str, &'a str), Watched>;

/// Tenths of points as points are written.
fn points_text(tenths: u32) -> String {
    match (tenths / 10, tenths % 10) {
        (points, 0) => points.to_string(),
        (points, tenth) => format!("{points}.{tenth}"),
    }
}

/// The line of a cause.
fn line(kind: &str, of: &[&str]) -> String {
    format!("{kind} {}", of.join(" "))
}

/// The line of a published cause.
fn cause(cause: &RenderedCause) -> String {
    match cause {
        RenderedCause::Listed { entry, kind, event } => {
            line("listed", &[entry, kind, &written((&event.source, &event.id))])
        }
        RenderedCause::History { points, rule, section, key, severity } => {
            line("history", &[points, rule, section.as_deref().unwrap_or("-"), key, severity])
        }
        RenderedCause::KeyProject { section, event } => {
            line("key_project", &[section, &written((&event.source, &event.id))])
        }
    }
}

/// The section's experts who were drawn and not replaced, each by the latest draw.
fn drawn<'a>(section: &Section<'a>) -> Vec<(&'a str, Name<'a>)> {
    let mut draws: BTreeMap<Option<&str>, Vec<(&Event, ())>> = BTreeMap::new();
    for (event, drawn) in told!(section.events, ExpertDrawn) {
        draws.entry(id(&drawn.expert)).or_default().push((event, ()));
    }
    for (_, replaced) in told!(section.events, ExpertReplaced) {
        draws.remove(&id(&replaced.expert));
    }
    let latest = draws.into_iter().filter_map(|(expert, draws)| {
        let (event, ()) = latest_told(draws.into_iter())?;
        Some((expert?, name(event)))
    });
    latest.collect()
}

/// A section of a key project is a cause for its live bidders, for theirs and for its experts until it ends.
fn key_project<'a>(section: &Section<'a>, world: &World<'a>, list: &mut List<'a>) {
    let ended = told!(section.events, SectionFailed | SectionCancelled).next().is_some();
    if !section.is_key() || section.award().is_some() || ended {
        return;
    }
    let mut watch = |kind, who: &'a str, event| {
        let causes = &mut list.entry((kind, who)).or_default().causes;
        causes.insert(line("key_project", &[section.code, &written(event)]));
    };
    for bid in section.bids.values().filter(|bid| section.live(bid)) {
        watch(ORGANISATION, bid.bidder, bid.first_event().1);
        bid.members().into_iter().for_each(|(member, event)| watch(ORGANISATION, member, event));
        let record = world.parties.record(bid.bidder);
        let represents = record.and_then(|(record, event)| Some((relations::representative(record)?, event)));
        let persons = bid.agents().into_iter().chain(bid.team()).chain(represents);
        persons.for_each(|(person, event)| watch(PERSON, person, event));
    }
    drawn(section).into_iter().for_each(|(expert, event)| watch(PERSON, expert, event));
}

/// A credit entry is a cause from its first day to its last, or to the day before its removal.
fn listed<'a>(entry: &credit::Entry<'a>, today: Date, list: &mut List<'a>) {
    let until = entry.listed.until_on.is_none_or(|until| today <= until);
    let removed = entry.removed_at.is_some_and(|removed| removed.local_date() <= today);
    let who = entry.org().map(|org| (ORGANISATION, org));
    let Some(who) = who.or_else(|| Some((PERSON, entry.person()?))) else { return };
    if entry.listed.from_on <= today && until && !removed {
        let watched = list.entry(who).or_default();
        let kind = entry.listed.kind;
        watched.blacklisted |= kind == CreditKind::Blacklist;
        watched.causes.insert(line("listed", &[entry.code, kind.as_str(), &written(entry.event)]));
    }
}

/// How a finding weighs.
struct Weight<'a> {
    finding: &'a Rendered,
    /// 2 while it weighs in full, 1 while half, 0 when it has worn off.
    halves: u32,
    /// How often its points count.
    times: u32,
}

impl Weight<'_> {
    fn tenths(&self) -> u32 {
        let points = match &*self.finding.severity {
            "D" | "X" => 40,
            "C" => 30,
            "S" => 20,
            "V" => 15,
            "L" => 5,
            other => panic!("no severity: {other}"),
        };
        points * 10 / 2 * self.halves * self.times
    }

    fn weigh<'b>(&self, kind: &'static str, who: &'b str, list: &mut List<'b>) {
        let finding = self.finding;
        let watched = list.entry((kind, who)).or_default();
        let sum = if finding.severity == "L" { &mut watched.leads } else { &mut watched.others };
        *sum += self.tenths();
        let section = finding.section.as_deref().unwrap_or("-");
        let points = points_text(self.tenths());
        let of = [&points, &*finding.rule, section, &finding.key, &finding.severity];
        watched.causes.insert(line("history", &of));
    }
}

/// How often a finding's points count, as its alert was last closed or reopened.
fn times(finding: &Rendered, events: &[&Event]) -> u32 {
    let alert = Subject::of(finding).expect("a known rule").id().0;
    let closed = told!(events, AlertClosed).map(|(event, said)| (event, (&*said.alert, said.outcome)));
    let reopened = told!(events, AlertReopened).map(|(event, said)| (event, (&*said.alert, None)));
    let handled = closed.chain(reopened).filter(|(_, (of, _))| *of == alert);
    match latest_told(handled).and_then(|(_, (_, outcome))| outcome) {
        Some(Outcome::Penalised) => 2,
        Some(Outcome::ReferredEnforcement | Outcome::ReferredDiscipline | Outcome::ReferredPolice) => 2,
        Some(Outcome::Unfounded) => 0,
        Some(Outcome::Insufficient) | None => 1,
    }
}

/// How each finding weighs that names somebody and rests on an event.
fn weights<'a>(findings: &'a [Rendered], events: &[&Event], today: Date) -> Vec<Weight<'a>> {
    let days: BTreeMap<Name<'_>, Date> = events.iter().map(|it| (name(it), it.time.local_date())).collect();
    let names_somebody = |it: &&Rendered| !it.parties.is_empty() || !it.persons.is_empty();
    let weigh = |finding: &'a Rendered| {
        let shown = finding.evidence.iter().filter_map(|it| days.get(&(&*it.source, &*it.id)));
        let day = *shown.max()?;
        let halves = u32::from(within(day, 365, today)) + u32::from(within(day, 730, today));
        Some(Weight { finding, halves, times: times(finding, events) })
    };
    findings.iter().filter(names_somebody).filter_map(weigh).collect()
}

/// Everybody with a cause.
fn watched<'a>(world: &World<'a>, weights: &[Weight<'a>]) -> List<'a> {
    let mut list = List::default();
    world.sections.iter().for_each(|section| key_project(section, world, &mut list));
    credit::entries(world).iter().for_each(|entry| listed(entry, world.today(), &mut list));
    for weight in weights.iter().filter(|weight| weight.tenths() > 0) {
        weight.finding.parties.iter().for_each(|party| weight.weigh(ORGANISATION, party, &mut list));
        weight.finding.persons.iter().for_each(|person| weight.weigh(PERSON, person, &mut list));
    }
    list
}

/// The watch-list at `now` (µs) after these events, of which these findings hold.
pub fn watch_list(events: &[Event], findings: &[Rendered], now: i64) -> Vec<Entry> {
    let world = World::of(holding(events), Instant(now), &Params::default());
    let list = watched(&world, &weights(findings, &world.events, world.today()));
    let entry = |((kind, party), watched): ((&str, &str), Watched)| Entry {
        party: party.to_owned(),
        kind: kind.to_owned(),
        level: watched.level().to_owned(),
        points: points_text(watched.tenths()),
        causes: watched.causes,
    };
    list.into_iter().map(entry).collect()
}

/// Whether a published entry says the same: of its causes, as many as are written out.
fn says_so(entry: &Entry, published: &watch::Rendered) -> bool {
    let causes: BTreeSet<String> = published.causes.iter().map(cause).collect();
    (&*entry.party, &*entry.kind) == (&*published.party, &*published.kind)
        && (&*entry.level, &*entry.points) == (published.level.as_str(), &*published.points)
        && entry.causes.len() == published.causes_total
        && causes.len() == entry.causes.len().min(watch::CAUSES_SHOWN)
        && causes.is_subset(&entry.causes)
}

/// What the two do not have in common, for a reader; empty if nothing.
pub fn differences(list: &[Entry], published: &[watch::Rendered]) -> String {
    let mut text = String::new();
    for entry in list.iter().filter(|entry| !published.iter().any(|other| says_so(entry, other))) {
        text.push_str(&format!("entry that should be on the list: {entry:?}\n"));
    }
    for entry in published.iter().filter(|entry| !list.iter().any(|other| says_so(other, entry))) {
        text.push_str(&format!("entry that should not be on the list: {entry:?}\n"));
    }
    if list.len() != published.len() {
        text.push_str(&format!("{} entries instead of {}\n", published.len(), list.len()));
    }
    text
}

/// What occurs in a list, to be counted: levels, kinds of causes, and how findings weigh.
pub fn kinds(events: &[Event], findings: &[Rendered], now: i64) -> Vec<String> {
    let world = World::of(holding(events), Instant(now), &Params::default());
    let weights = weights(findings, &world.events, world.today());
    let mut kinds = Vec::new();
    for watched in watched(&world, &weights).values() {
        kinds.push(watched.level().to_owned());
        let of = |cause: &String| cause.split(' ').next().map(str::to_owned);
        kinds.extend(watched.causes.iter().filter_map(of).collect::<BTreeSet<_>>());
        kinds.extend((watched.leads > 300).then(|| "limited".to_owned()));
    }
    let weighs = |weight: &Weight<'_>| match (weight.halves, weight.times) {
        (0, _) => "worn off",
        (_, 0) => "nulled",
        (1, 1) => "half",
        (1, _) => "half, doubled",
        (_, 1) => "full",
        (_, _) => "full, doubled",
    };
    kinds.extend(weights.iter().map(|weight| weighs(weight).to_owned()));
    kinds
}

/// All that [`kinds`] tells apart.
pub const KINDS: [&str; 14] = [
    "blue",
    "yellow",
    "orange",
    "red",
    "key_project",
    "listed",
    "history",
    "limited",
    "full",
    "full, doubled",
    "half",
    "half, doubled",
    "nulled",
    "worn off",
];
