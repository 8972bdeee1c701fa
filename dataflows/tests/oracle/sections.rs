//! The rules about one section.

use super::history::Control;
use super::terms::{Bid, Group, HARDWARE, Name, Section};
use super::{Found, Holds};
use std::collections::BTreeSet;
use xiezhi_dataflows::event::{Event, Gravity, Method, WitnessKind, WitnessRecorded};
use xiezhi_dataflows::normalise::Fen;

const MINUTE: i64 = 60_000_000;
/// An opening may begin so late.
const GRACE: i64 = 15 * MINUTE;

fn yuan(Fen(fen): Fen) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn group_found(section: &Section<'_>, rule: &str, severity: &str, kind: &str, group: &Group<'_>) -> Found {
    Found::new(rule, Some(section.code), severity)
        .key([(kind, &group.value)])
        .parties(group.bidders.iter().copied())
        .evidence(group.events.iter().copied())
}

/// Judges one section by every rule.
pub fn judge(section: &Section<'_>, control: &Control<'_>, now: i64, holds: &mut Holds) {
    devices(section, holds);
    persons_and_money(section, holds);
    prices(section, holds);
    relations(section, control, holds);
    bidders(section, holds);
    opening(section, now, holds);
    for (event, record) in &section.records {
        holds.findings.extend(witnessed(section, event, record));
    }
}

/// The bid's values of a kind, unless it was uploaded at the venue.
fn off_site<'a, S>(bid: &Bid<'a>, shown: Vec<(S, Name<'a>)>) -> Vec<(S, Name<'a>)> {
    if bid.on_site() { Vec::new() } else { shown }
}

/// DEV-01: mac, cpu and disk all given and all three equal; each event shows its part.
fn machines<'a>(section: &Section<'a>, bid: &Bid<'a>) -> Vec<(String, Name<'a>)> {
    let [macs, cpus, disks] = [0, 1, 2].map(|at| {
        let mut codes = bid.device(HARDWARE[at].1);
        codes.retain(|(code, _)| section.counts(code));
        codes
    });
    let mut machines = Vec::new();
    for (mac, mac_event) in &macs {
        for (cpu, cpu_event) in &cpus {
            for (disk, disk_event) in &disks {
                let machine = format!("{cpu} {disk} {mac}");
                machines.extend([mac_event, cpu_event, disk_event].map(|event| (machine.clone(), *event)));
            }
        }
    }
    machines
}

fn devices(section: &Section<'_>, holds: &mut Holds) {
    let same_machine = section.groups(|bid| off_site(bid, machines(section, bid)));
    for group in &same_machine {
        let codes: Vec<&str> = group.value.split(' ').collect();
        let key = [("cpu_id", codes[0]), ("disk_serial", codes[1]), ("mac", codes[2])];
        holds.findings.insert(group_found(section, "DEV-01", "S", "", group).key(key));
    }
    for group in section.groups(|bid| bid.submits(|bid| bid.pricing_lock.as_deref())) {
        holds.findings.insert(group_found(section, "DEV-03", "S", "pricing_lock", &group));
    }
    for (kind, code) in HARDWARE {
        for group in section.groups(|bid| off_site(bid, bid.device(code))) {
            let inside = same_machine.iter().any(|machine| group.bidders.is_subset(&machine.bidders));
            if !inside {
                holds.findings.insert(group_found(section, "DEV-06", "L", kind, &group));
            }
        }
    }
    for group in section.groups(|bid| off_site(bid, bid.addresses())) {
        let found = group_found(section, "DEV-07", "L", "ip", &group);
        let noise = group.bidders.len() >= 3 && group.bidders.len() * 100 >= section.bids.len() * 80;
        if noise {
            holds.quality.insert(found)
        } else {
            holds.findings.insert(found)
        };
    }
}

fn persons_and_money(section: &Section<'_>, holds: &mut Holds) {
    let mut persons = |rule, groups: Vec<Group<'_>>| {
        for group in groups {
            let found = group_found(section, rule, "D", "person", &group);
            holds.findings.insert(found.persons([&*group.value]));
        }
    };
    persons("PER-02", section.groups(Bid::agents));
    persons("PER-03", section.groups(Bid::team));
    for group in section.groups(Bid::paid_from) {
        holds.findings.insert(group_found(section, "MON-01", "D", "account", &group));
    }
}

fn prices(section: &Section<'_>, holds: &mut Holds) {
    let priced = |bid: &Bid<'_>| section.price(bid).map(|(price, _)| price);
    let code = Some(section.code);
    let distinct: BTreeSet<Fen> = section.bids.values().filter_map(priced).collect();
    // The bidders whose price is one of these, and the events that say so.
    let found_at = |rule, severity, from: Fen, to: Fen| {
        let priced = section.bids.values().filter_map(|bid| Some((bid.bidder, section.price(bid)?)));
        let within = priced.filter(|(_, (price, _))| (from..=to).contains(price));
        let within: Vec<_> = within.collect();
        Found::new(rule, code, severity)
            .parties(within.iter().map(|(bidder, _)| *bidder))
            .evidence(within.iter().map(|(_, (_, event))| *event))
    };

    let excepted = matches!(section.method(), Some((Method::SingleSource | Method::Auction, _)));
    for price in distinct.iter().filter(|_| !excepted) {
        let found = found_at("PRI-01", "L", *price, *price).key([("price", &yuan(*price))]);
        let bidders = found.parties.iter().map(String::as_str).collect();
        if section.any_different(&bidders) {
            holds.findings.insert(found);
        }
    }

    let prices: Vec<Fen> = distinct.into_iter().collect();
    for (from, to) in runs(&prices) {
        let found = found_at("PRI-02", "S", from, to);
        let (from, to) = (yuan(from), yuan(to));
        holds.findings.insert(found.key([("first_price", &from), ("last_price", &to)]));
    }

    let Some((ceiling, notice)) = section.ceiling() else { return };
    for bid in section.bids.values() {
        if let Some((_, event)) = section.price(bid).filter(|(price, _)| *price > ceiling) {
            let found = Found::new("PRI-13", code, "X").key([("bidder", bid.bidder)]).parties([bid.bidder]);
            holds.findings.insert(found.evidence([event, notice]));
        }
    }
}

/// PRI-02: first and last price of each run of at least four, in prices that climb.
fn runs(prices: &[Fen]) -> Vec<(Fen, Fen)> {
    let mut found = Vec::new();
    let mut rest = prices;
    while let [first, second, ..] = rest {
        let step = second.0 - first.0;
        let regular = |pair: &[Fen]| {
            let off = (pair[1].0 - pair[0].0 - step).abs();
            // One fen, or a thousandth of the step.
            off <= 1 || off * 1000 <= step
        };
        let steps = rest.windows(2).take_while(|pair| regular(pair)).count();
        if steps >= 3 {
            found.push((*first, rest[steps]));
            rest = &rest[steps..];
        } else {
            rest = &rest[1..];
        }
    }
    found
}

/// REL-02: one bidder controls another.
fn relations(section: &Section<'_>, control: &Control<'_>, holds: &mut Holds) {
    for controller in section.bids.keys() {
        for bidder in section.bids.keys() {
            if section.different(controller, bidder) && control.controls(controller, bidder) {
                let found = Found::new("REL-02", Some(section.code), "X");
                let found = found.key([("controller", controller), ("bidder", bidder)]);
                holds.findings.insert(found.parties([*controller, *bidder]));
            }
        }
    }
}

/// BUY-10 and BUY-11: too few bidders; OPN-03: one that came too late.
fn bidders(section: &Section<'_>, holds: &mut Holds) {
    let code = Some(section.code);
    let (live, gone): (Vec<_>, Vec<_>) = section.bids.values().partition(|bid| section.live(bid));
    if let (Some((method, method_event)), Some((_, opening_event))) = (section.method(), section.opening) {
        if let (Method::Public, [only]) = (method, &live[..]) {
            let found = Found::new("BUY-10", code, "L").key([("bidder", only.bidder)]).parties([only.bidder]);
            let (_, first) = only.first_event();
            holds.findings.insert(found.evidence([method_event, opening_event, first]));
        }
        if matches!(method, Method::Public | Method::Invited) && live.len() < 3 {
            let gone = gone.iter().filter_map(|bid| bid.withdrawn_at()).map(|(_, event)| event);
            let evidence: Vec<_> = gone.chain([method_event, opening_event]).collect();
            holds.findings.extend(
                section.tenderer().map(|(tenderer, _)| {
                    Found::new("BUY-11", code, "X").parties([tenderer]).evidence(evidence)
                }),
            );
        }
    }
    let Some((deadline, notice)) = section.deadline() else { return };
    for bid in section.bids.values() {
        if let (Some((submitted_at, submitted)), Some((_, opened))) = (bid.submitted_at(), bid.opened_at())
            && submitted_at > deadline
        {
            let found = Found::new("OPN-03", code, "X").key([("bidder", bid.bidder)]).parties([bid.bidder]);
            holds.findings.insert(found.evidence([submitted, opened, notice]));
        }
    }
}

/// OPN-01: too early or too late; OPN-02: not at all.
fn opening(section: &Section<'_>, now: i64, holds: &mut Holds) {
    let Some((tenderer, _)) = section.tenderer() else { return };
    let found = |rule| Found::new(rule, Some(section.code), "V").parties([tenderer]);
    if let Some((opening, event)) = section.opening {
        let early = section.deadline().filter(|(deadline, _)| opening < *deadline);
        let late = section.opening_at().filter(|(planned, _)| opening.0 > planned.0 + GRACE);
        if early.is_some() || late.is_some() {
            let notices = early.into_iter().chain(late).map(|(_, notice)| notice);
            holds.findings.insert(found("OPN-01").evidence(notices.chain([event])));
        }
    } else if let Some((planned, notice)) = section.opening_at()
        && !section.halted
        && now >= planned.0 + GRACE
    {
        holds.findings.insert(found("OPN-02").evidence([notice]));
    }
}

fn witnessed(section: &Section<'_>, event: &Event, record: &WitnessRecorded) -> Option<Found> {
    let severity = match record.gravity {
        Gravity::Note => return None,
        Gravity::Minor => "L",
        Gravity::Serious => "V",
    };
    let rule = match record.kind {
        WitnessKind::UnauthorisedPerson => "WIT-03",
        WitnessKind::PrivateContact => "WIT-04",
        WitnessKind::PhoneCarriedIn => "WIT-05",
        WitnessKind::SignedForAnother => "WIT-06",
        WitnessKind::Inducement => "WIT-08",
        WitnessKind::EquipmentFault => "WIT-09",
        WitnessKind::SealBroken => "WIT-10",
        WitnessKind::ProcedureSkipped => "WIT-11",
        WitnessKind::ObjectionOnSite => "WIT-12",
        WitnessKind::PaperPassed => "WIT-14",
        WitnessKind::Unfit => "WIT-17",
        _ => "WIT-00",
    };
    let found = Found::new(rule, Some(section.code), severity)
        .key([("event", &format!("{}#{}", event.source, event.id))])
        .parties(record.parties.iter().map(|party| party.as_str()))
        .persons(record.persons.iter().filter_map(|person| person.id.as_deref()))
        .evidence([super::terms::name(event)]);
    Some(found)
}
