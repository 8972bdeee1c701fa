//! Procedure up to the opening: dates, numbers of bidders, decryption; and who was left when the award was made.

use super::bids::Bid;
use super::terms::Section;
use super::units::{seconds, yuan};
use super::world::{Name, World, latest, name, written};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::Method;
use xiezhi_dataflows::normalise::Instant;

const MINUTE: i64 = 60_000_000;

pub fn judge(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    holds.findings.extend(hurried(section));
    late_changes(section, holds);
    few_bidders(section, holds);
    rejected(section, holds);
    opening(section, world, holds);
    late_bids(section, holds);
    decryption(section, holds);
    holds.findings.extend(section.bids.values().filter_map(|bid| other_file(section, bid)));
}

fn days_between(from: Instant, to: Instant) -> i32 {
    to.local_date().0 - from.local_date().0
}

/// How many days there were, of how many that there must be.
fn days(counted: i32, required: i32) -> [(&'static str, String); 2] {
    [("days", counted.max(0).to_string()), ("required", required.to_string())]
}

/// BUY-02: fewer than 20 days to write bids.
fn hurried(section: &Section<'_>) -> Option<Found> {
    let announced = || section.noticed(|notice| notice.announced_at);
    let (from, notice) = section.noticed(|notice| notice.documents_from).or_else(announced)?;
    let (deadline, setting) = section.deadline()?;
    let found = Found::new("BUY-02", Some(section.code), "V").parties([section.tenderer()?]);
    let applies = section.called_for() && section.built_or_bought();
    let found = found
        .measured([("documents_from", from.to_rfc3339()), ("submission_deadline", deadline.to_rfc3339())]);
    let counted = days_between(from, deadline);
    let found = found.measured(days(counted, 20));
    (applies && counted < 20).then(|| found.evidence([notice, setting]))
}

/// BUY-03: a material change less than 15 days before the deadline.
fn late_changes(section: &Section<'_>, holds: &mut Holds) {
    let Some(tenderer) = section.tenderer() else { return };
    for change in section.notices.iter().filter(|notice| notice.material) {
        let place = (change.event.time, name(change.event));
        let so_far = section.notices.iter().filter(|notice| (notice.event.time, name(notice.event)) <= place);
        let Some((deadline, setting)) = latest(so_far.map(|notice| (notice.event, notice.deadline))) else {
            continue;
        };
        let counted = days_between(change.event.time, deadline);
        if counted < 15 {
            let found = Found::new("BUY-03", Some(section.code), "V").parties([tenderer]);
            let found = found.key([("event", &written(name(change.event)))]).measured(days(counted, 15));
            let found = found.measured([
                ("changed_at", change.event.time.to_rfc3339()),
                ("submission_deadline", deadline.to_rfc3339()),
            ]);
            holds.findings.insert(found.evidence([name(change.event), setting]));
        }
    }
}

/// BUY-10 and BUY-11: too few bidders.
fn few_bidders(section: &Section<'_>, holds: &mut Holds) {
    let (live, gone): (Vec<_>, Vec<_>) = section.bids.values().partition(|bid| section.live(bid));
    let Some((opened_at, opening_event)) = section.opening else { return };
    let measured = || [("bidders", live.len().to_string()), ("opened_at", opened_at.to_rfc3339())];
    let Some((method, method_event)) = section.method() else { return };
    if let (Method::Public, [only]) = (method, &live[..]) {
        let found = Found::new("BUY-10", Some(section.code), "L").key([("bidder", only.bidder)]);
        let (_, first) = only.first_event();
        let found = found.measured(measured());
        holds.findings.insert(found.parties([only.bidder]).evidence([method_event, opening_event, first]));
    }
    let required = section.thresholds().bidders_min;
    let too_few = section.called_for() && live.len() < required as usize;
    if let (true, Some(tenderer)) = (too_few, section.tenderer()) {
        let gone = gone.iter().filter_map(|bid| bid.withdrawn_at()).map(|(_, event)| event);
        let found = Found::new("BUY-11", Some(section.code), "X").parties([tenderer]);
        let found = found.measured(measured()).measured([("required", required.to_string())]);
        holds.findings.insert(found.evidence(gone.chain([method_event, opening_event])));
    }
}

/// BUY-12: all others were rejected; BUY-13: the lowest was.
fn rejected(section: &Section<'_>, holds: &mut Holds) {
    let Some((event, award)) = section.award() else { return };
    let awarded = &*award.bidder.code;
    let others = || section.bids.values().filter(|bid| bid.bidder != awarded);
    let all_rejected = others().all(|bid| bid.rejected().next().is_some());
    if section.bids.contains_key(awarded) && section.bids.len() >= 3 && all_rejected {
        let found = Found::new("BUY-12", Some(section.code), "L").parties([awarded]);
        let found = found.measured([("bidders", section.bids.len().to_string())]);
        let rejections = others().flat_map(Bid::rejections);
        holds.findings.insert(found.evidence(rejections.chain([name(event)])));
    }
    let lowest = section.bids.values().filter_map(|bid| section.price(bid)).map(|(price, _)| price).min();
    for bid in section.bids.values().filter(|bid| section.lowest_wins() && bid.rejected().next().is_some()) {
        let price = section.price(bid).filter(|(price, _)| Some(*price) == lowest);
        if let Some((price, event)) = price {
            let found = Found::new("BUY-13", Some(section.code), "L").key([("bidder", bid.bidder)]);
            let awarded = award.price.map(|awarded| ("awarded_price", yuan(awarded)));
            let found = found.measured([("lowest_price", yuan(price))]).measured(awarded);
            let events = bid.rejections().into_iter().chain([event]);
            holds.findings.insert(found.parties([bid.bidder]).evidence(events));
        }
    }
}

/// OPN-01: too early or too late; OPN-02: not at all.
fn opening(section: &Section<'_>, world: &World<'_>, holds: &mut Holds) {
    let Some(tenderer) = section.tenderer() else { return };
    let found = |rule| Found::new(rule, Some(section.code), "V").parties([tenderer]);
    let grace = i64::from(world.thresholds().opening_grace_minutes) * MINUTE;
    if let Some((opening, event)) = section.opening {
        let early = section.deadline().filter(|(deadline, _)| opening < *deadline);
        let late = section.opening_at().filter(|(planned, _)| opening.0 > planned.0 + grace);
        if early.is_some() || late.is_some() {
            let notices = early.into_iter().chain(late).map(|(_, notice)| notice);
            let found = found("OPN-01").measured([("opened_at", opening.to_rfc3339())]);
            let early = early.into_iter().flat_map(|(deadline, _)| {
                [
                    ("submission_deadline", deadline.to_rfc3339()),
                    ("early_seconds", seconds(opening, deadline)),
                ]
            });
            let late = late.into_iter().flat_map(|(planned, _)| {
                [("opening_at", planned.to_rfc3339()), ("late_seconds", seconds(planned, opening))]
            });
            let found = found.measured(early).measured(late);
            holds.findings.insert(found.evidence(notices.chain([event])));
        }
    } else if let Some((planned, notice)) = section.opening_at()
        && !section.halted()
        && world.now.0 >= planned.0 + grace
    {
        let planned = [("opening_at", planned.to_rfc3339())];
        holds.findings.insert(found("OPN-02").measured(planned).evidence([notice]));
    }
}

/// OPN-03: a bid that came too late was opened.
fn late_bids(section: &Section<'_>, holds: &mut Holds) {
    let Some((deadline, notice)) = section.deadline() else { return };
    for bid in section.bids.values() {
        if let (Some((submitted_at, submitted)), Some((_, opened))) = (bid.submitted_at(), bid.opened_at())
            && submitted_at > deadline
        {
            let found = Found::new("OPN-03", Some(section.code), "X").key([("bidder", bid.bidder)]);
            let found = found.measured([
                ("submitted_at", submitted_at.to_rfc3339()),
                ("submission_deadline", deadline.to_rfc3339()),
            ]);
            holds.findings.insert(found.parties([bid.bidder]).evidence([submitted, opened, notice]));
        }
    }
}

/// OPN-06: decryption failed with the same error.
fn decryption(section: &Section<'_>, holds: &mut Holds) {
    let mut failed: BTreeMap<&str, BTreeSet<(&str, Name<'_>)>> = BTreeMap::new();
    for bid in section.bids.values() {
        for (event, decrypted) in bid.decrypted().filter(|(_, decrypted)| !decrypted.ok) {
            if let Some(error) = &decrypted.error {
                failed.entry(error).or_default().insert((bid.bidder, name(event)));
            }
        }
    }
    for (error, shown) in failed {
        let bidders: BTreeSet<&str> = shown.iter().map(|(bidder, _)| *bidder).collect();
        if section.any_different(&bidders) {
            let found = Found::new("OPN-06", Some(section.code), "L").key([("error", error)]);
            let found = found.measured([("bidders", bidders.len().to_string())]);
            let events = shown.iter().map(|(_, event)| *event);
            holds.findings.insert(found.parties(bidders).evidence(events));
        }
    }
}

/// OPN-08: another file was opened than was submitted.
fn other_file(section: &Section<'_>, bid: &Bid<'_>) -> Option<Found> {
    let submitted = latest(bid.files().map(|(event, file)| (event, file.digest.as_deref())));
    let opened = latest(bid.opened().map(|(event, opened)| (event, opened.file_digest.as_deref())));
    let ((submitted, sent), (opened, shown)) = (submitted?, opened?);
    let found = Found::new("OPN-08", Some(section.code), "V").key([("bidder", bid.bidder)]);
    (submitted != opened).then(|| found.parties([bid.bidder]).evidence([sent, shown]))
}
