//! Sections, from notice to contract.

use super::events::{instants, latest, name};
use super::matters::working_days_after;
use super::{Endings, Given, Parts, month};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Attendance, Data, DepositForm, Event, ObjectionKind, Organisation};
use xiezhi_dataflows::normalise::{Date, Instant};

const SECOND_US: i64 = 1_000_000;

/// A field of notices and their changes.
macro_rules! notice {
    ($events:expr, $field:ident) => {
        latest($events, |event| match &event.data {
            Data::SectionAnnounced(said) => said.$field.clone(),
            Data::SectionChanged(said) => said.$field.clone(),
            _ => None,
        })
    };
}

/// Instants of events of a kind, by a field.
macro_rules! when {
    ($events:expr, $field:ident, $($kind:ident)|+) => {
        instants($events, |event| match &event.data {
            $(Data::$kind(said) => Some(said.$field),)+
            _ => None,
        })
    };
}

/// What is registered of the section's project.
#[derive(Default)]
struct Project {
    department: String,
    industry: String,
    region: String,
    tenderer: Option<String>,
    electronic: Option<bool>,
}

fn project(events: &[&Event], projects: &BTreeMap<String, Vec<&Event>>) -> Project {
    let code = latest(events, |event| match &event.data {
        Data::SectionAnnounced(said) => Some(said.project.as_str().to_owned()),
        Data::SectionChanged(said) => said.project.as_ref().map(|project| project.as_str().to_owned()),
        _ => None,
    });
    let Some(registered) = code.and_then(|code| projects.get(&code)) else { return Project::default() };
    macro_rules! registered {
        ($said:ident => $value:expr) => {
            latest(registered, |event| match &event.data {
                Data::ProjectRegistered($said) => $value,
                _ => None,
            })
        };
    }
    Project {
        department: registered!(said => said.department.as_ref().map(|d| d.as_str().to_owned()))
            .unwrap_or_default(),
        industry: registered!(said => Some(said.industry.as_str().to_owned())).unwrap_or_default(),
        region: registered!(said => said.region.as_ref().and_then(|region| {
            let digits: String = region.as_str().chars().take(6).collect();
            (digits.len() == 6 && digits.chars().all(|c| c.is_ascii_digit())).then_some(digits)
        }))
        .unwrap_or_default(),
        tenderer: registered!(said => Some(said.tenderer.code.as_str().to_owned())),
        electronic: registered!(said => said.electronic),
    }
}

/// One bid.
struct Bid {
    live: bool,
    rejected: bool,
    decrypted: Option<bool>,
    first_try: Option<bool>,
    decrypted_at: Option<Instant>,
    forms: Vec<DepositForm>,
    returned_at: Option<Instant>,
}

fn bid(events: &[&Event], bidder: &str, opening: Option<Instant>) -> Bid {
    let is = |org: &Organisation| org.code.as_str() == bidder;
    let own: Vec<&Event> = events
        .iter()
        .copied()
        .filter(|event| match &event.data {
            Data::BidWithdrawn(said) => is(&said.bidder),
            Data::BidRejected(said) => is(&said.bidder),
            Data::BidDecrypted(said) => is(&said.bidder),
            Data::DepositReceived(said) | Data::DepositReturned(said) => is(&said.bidder),
            _ => false,
        })
        .collect();
    let withdrawn = when!(&own, at, BidWithdrawn).into_iter().min();
    let decryption = |event: &Event| match &event.data {
        Data::BidDecrypted(said) => Some((said.at.unwrap_or(event.time), said.ok)),
        _ => None,
    };
    let tries = own.iter().filter_map(|event| Some((decryption(event)?, name(event))));
    let first = tries.clone().min_by_key(|((at, _), name)| (*at, *name));
    let forms = own.iter().filter_map(|event| match &event.data {
        Data::DepositReceived(said) => said.form,
        _ => None,
    });
    Bid {
        live: withdrawn.is_none_or(|at| opening.is_some_and(|opening| at > opening)),
        rejected: own.iter().any(|event| matches!(event.data, Data::BidRejected(_))),
        decrypted: latest(&own, |event| decryption(event).map(|(_, ok)| ok)),
        first_try: first.map(|((_, ok), _)| ok),
        decrypted_at: tries.filter(|((_, ok), _)| *ok).map(|((at, _), _)| at).min(),
        forms: forms.collect(),
        returned_at: when!(&own, at, DepositReturned).into_iter().min(),
    }
}

fn bids(events: &[&Event], opening: Option<Instant>) -> Vec<Bid> {
    let bidders: BTreeSet<&str> = events
        .iter()
        .filter_map(|event| match &event.data {
            Data::BidSubmitted(said) => Some(said.bidder.code.as_str()),
            Data::BidOpened(said) => Some(said.bidder.code.as_str()),
            _ => None,
        })
        .collect();
    bidders.into_iter().map(|bidder| bid(events, bidder, opening)).collect()
}

fn count<T>(items: &[T], wanted: impl Fn(&T) -> bool) -> i128 {
    items.iter().filter(|item| wanted(item)).count() as i128
}

fn days(parts: &mut Parts, id: &'static str, from: Instant, to: Instant) {
    if from <= to {
        parts.put(id, to, i128::from(to.local_date().0 - from.local_date().0), 1);
    }
}

fn end_of_day(at: Instant, days: i32) -> Instant {
    Date(at.local_date().0 + days + 1).midnight()
}

pub fn given(
    events: &[&Event],
    projects: &BTreeMap<String, Vec<&Event>>,
    endings: Endings,
    now: Instant,
) -> Given {
    let project = project(events, projects);
    let scope = [project.department.clone(), project.industry.clone(), project.region.clone()];
    let mut parts = Parts { scope, sums: Default::default() };
    notices(&mut parts, events, &project, endings);
    objections(&mut parts, events, now);
    let started = when!(events, at, OpeningStarted).into_iter().min();
    let opening = started.or_else(|| when!(events, opened_at, BidOpened).into_iter().min());
    let bids = bids(events, opening);
    if let Some(opening) = opening {
        opened(&mut parts, events, &bids, opening, started);
    }
    evaluated(&mut parts, events);
    let bought = outcome(&mut parts, events, &project, &bids, opening, now);
    Given { sums: parts.sums, bought }
}

fn notices(parts: &mut Parts, events: &[&Event], project: &Project, endings: Endings) {
    let notices =
        events.iter().filter(|e| matches!(e.data, Data::SectionAnnounced(_) | Data::SectionChanged(_)));
    let Some(first) = notices.map(|event| event.time).min() else { return };
    let at = notice!(events, announced_at).unwrap_or(first);
    parts.is("coverage", at, endings.decided > 0);
    parts.put("data_quality", at, endings.short as i128, endings.applicable as i128);
    if let Some(electronic) = project.electronic {
        parts.is("electronic", at, electronic);
    }
}

fn objections(parts: &mut Parts, events: &[&Event], now: Instant) {
    let mut raised: BTreeMap<(&str, bool), Instant> = BTreeMap::new();
    let mut answered: BTreeMap<&str, Instant> = BTreeMap::new();
    for event in events {
        match &event.data {
            Data::ObjectionRaised(said) => {
                let key = (said.objection.as_str(), said.kind == Some(ObjectionKind::Challenge));
                let at = said.at.unwrap_or(event.time);
                let held = raised.entry(key).or_insert(at);
                *held = at.min(*held);
            }
            Data::ObjectionAnswered(said) => {
                let at = said.at.unwrap_or(event.time);
                let held = answered.entry(said.objection.as_str()).or_insert(at);
                *held = at.min(*held);
            }
            _ => {}
        }
    }
    for ((code, challenge), at) in raised {
        let due = if challenge { working_days_after(at, 7) } else { Some(end_of_day(at, 3)) };
        let Some(due) = due else { continue };
        match answered.get(code) {
            Some(answered) => parts.is("objection_answered_on_time", at, *answered < due),
            None if now >= due => parts.is("objection_answered_on_time", at, false),
            None => {}
        }
    }
}

fn opened(parts: &mut Parts, events: &[&Event], bids: &[Bid], opening: Instant, started: Option<Instant>) {
    let live = count(bids, |bid| bid.live);
    let valid = count(bids, |bid| bid.live && !bid.rejected && bid.decrypted != Some(false));
    parts.put("bidders_per_section", opening, live, 1);
    parts.put("valid_bids", opening, valid, live);
    parts.is("single_bid", opening, valid == 1);
    parts.put("rejected", opening, count(bids, |bid| bid.live && bid.rejected), live);
    let tried = count(bids, |bid| bid.live && bid.first_try.is_some());
    parts.put("decrypted_first", opening, count(bids, |bid| bid.live && bid.first_try == Some(true)), tried);
    if let Some(started) = started {
        let took = bids.iter().filter(|bid| bid.live).filter_map(|bid| bid.decrypted_at);
        let took: Vec<i64> = took.map(|at| at.0 - started.0).filter(|took| *took >= 0).collect();
        let seconds: i64 = took.iter().map(|took| took / SECOND_US).sum();
        parts.put("decrypt_seconds", opening, seconds.into(), took.len() as i128);
    }
    let forms: Vec<DepositForm> = bids.iter().flat_map(|bid| bid.forms.clone()).collect();
    let guaranteed = count(&forms, |f| matches!(f, DepositForm::Guarantee | DepositForm::Insurance));
    parts.put("guarantee_share", opening, guaranteed, forms.len() as i128);
    if let Some(announced) = notice!(events, announced_at) {
        days(parts, "announce_to_open_days", announced, opening);
    }
}

fn evaluated(parts: &mut Parts, events: &[&Event]) {
    let Some(started) = when!(events, at, EvaluationStarted).into_iter().min() else { return };
    if let Some(closed) = when!(events, at, EvaluationClosed).into_iter().max().filter(|at| *at >= started) {
        parts.put("evaluation_hours", closed, ((closed.0 - started.0) / SECOND_US).into(), 1);
    }
    let (mut drawn, mut replaced) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        match &event.data {
            Data::ExpertDrawn(said) => drawn.extend(said.expert.id.as_deref()),
            Data::ExpertReplaced(said) => replaced.extend(said.expert.id.as_deref()),
            _ => {}
        }
    }
    let drawn: Vec<&str> = drawn.difference(&replaced).copied().collect();
    let on_time = |expert: &&str| {
        let signed = latest(events, |event| match &event.data {
            Data::ExpertSignedIn(said) if said.expert.id.as_deref() == Some(*expert) => {
                (said.at.unwrap_or(event.time) <= started).then_some(said.status)
            }
            _ => None,
        });
        signed.is_some_and(|status| status.is_none() || status == Some(Attendance::Present))
    };
    parts.put("expert_on_time", started, count(&drawn, on_time), drawn.len() as i128);
}

fn outcome(
    parts: &mut Parts,
    events: &[&Event],
    project: &Project,
    bids: &[Bid],
    opening: Option<Instant>,
    now: Instant,
) -> Option<super::Bought> {
    let award = latest(events, |event| match &event.data {
        Data::AwardMade(said) => Some((said.notified_at.unwrap_or(event.time), said)),
        _ => None,
    });
    let deal = latest(events, |event| match &event.data {
        Data::AuctionClosed(said) => Some((said.at.unwrap_or(event.time), said.price)),
        _ => None,
    });
    let failed = when!(events, at, SectionFailed).into_iter().max();
    let awarded_at = award.map(|(at, _)| at).max(deal.map(|(at, _)| at));
    let relaunched = notice!(events, relaunch_of).is_some();
    match (awarded_at, failed) {
        (Some(awarded), Some(failed)) if failed > awarded => conclude(parts, failed, true, relaunched),
        (Some(awarded), _) => conclude(parts, awarded, false, relaunched),
        (None, Some(failed)) => conclude(parts, failed, true, relaunched),
        (None, None) => {}
    }
    let sells = ["03", "04", "05"].contains(&project.industry.as_str());
    if let Some(floor) = notice!(events, floor_price).filter(|_| sells) {
        let dealt = deal.and_then(|(at, price)| Some((at, price?)));
        if let Some((at, price)) = dealt.or(award.and_then(|(at, said)| Some((at, said.price?)))) {
            parts.put("premium", at, (price.0 - floor.0).into(), floor.0.into());
        }
    }
    let signed = latest(events, |event| match &event.data {
        Data::ContractSigned(said) => Some(said.signed_at.or(said.at).unwrap_or(event.time)),
        _ => None,
    });
    if let Some(signed) = signed {
        if let Some((notified, _)) = award {
            days(parts, "award_to_contract_days", notified, signed);
        }
        let due = end_of_day(signed, 5);
        let owed = |bid: &&Bid| bid.forms.contains(&DepositForm::Transfer);
        let told = bids.iter().filter(owed).filter(|bid| bid.returned_at.is_some() || now >= due);
        let told: Vec<&Bid> = told.collect();
        let on_time = count(&told, |bid| bid.returned_at.is_some_and(|at| at < due));
        parts.put("margin_returned_on_time", signed, on_time, told.len() as i128);
    }
    let (notified, said) = award?;
    if let Some(opening) = opening {
        days(parts, "open_to_award_days", opening, notified);
    }
    let due = end_of_day(notified, 30);
    match signed {
        Some(signed) => parts.is("contract_signed_on_time", notified, signed < due),
        None if now >= due => parts.is("contract_signed_on_time", notified, false),
        None => {}
    }
    let winner = said.bidder.code.as_str();
    let city: String = winner.chars().skip(2).take(4).collect();
    let has_city = winner.chars().count() == 18 && city.chars().all(|c| c.is_ascii_digit());
    if !project.region.is_empty() && has_city {
        parts.is("non_local_award", notified, !project.region.starts_with(&city));
    }
    let price = said.price?.0;
    let ceiling = notice!(events, ceiling_price).map(|fen| fen.0);
    let base = ceiling.or(notice!(events, estimate).map(|fen| fen.0));
    if let Some(base) = base.filter(|_| ["01", "02"].contains(&project.industry.as_str())) {
        parts.put("savings", notified, (base - price).into(), base.into());
    }
    if let Some(ceiling) = ceiling.filter(|_| !sells) {
        parts.put("price_to_ceiling", notified, price.into(), ceiling.into());
    }
    let buyer = project.tenderer.clone().filter(|_| price > 0)?;
    let of = (project.industry.clone(), project.region.clone());
    Some((month(notified), of.0, of.1, buyer, winner.to_owned(), price))
}

fn conclude(parts: &mut Parts, at: Instant, failed: bool, relaunched: bool) {
    parts.is("failed", at, failed);
    parts.is("first_attempt", at, !failed && !relaunched);
}
