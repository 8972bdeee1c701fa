//! Pairs that meet in many sections.

use super::history::{Link, components, recent};
use super::terms::Section;
use super::units::percent;
use super::world::{World, name};
use super::{Found, Holds};
use std::collections::BTreeMap;

/// Sections of a pair.
type Meetings<'w, 'a> = BTreeMap<(&'a str, &'a str), Vec<&'w Section<'a>>>;

pub fn judge(world: &World<'_>, holds: &mut Holds) {
    recurrent_winners(world, holds);
    circles(world, holds);
}

/// Whether a section is small enough for pairs to be counted.
fn no_crowd(section: &Section<'_>) -> bool {
    section.bids.len() <= section.thresholds().crowd as usize
}

/// Where pairs met, in sections that are no crowd and that count.
fn meetings<'w, 'a>(world: &'w World<'a>, counts: impl Fn(&Section<'a>) -> bool) -> Meetings<'w, 'a> {
    let mut meetings: Meetings<'_, '_> = BTreeMap::new();
    for section in world.sections.iter().filter(|section| no_crowd(section) && counts(section)) {
        let there: Vec<&str> = recent(section, world.today()).map(|bid| bid.bidder).collect();
        for (at, a) in there.iter().enumerate() {
            for b in &there[at + 1..] {
                meetings.entry((*a, *b)).or_default().push(section);
            }
        }
    }
    meetings.retain(|_, met| met.len() >= world.thresholds().together_min as usize);
    meetings
}

/// HIS-02: pairs that meet often, one and the same of them winning.
fn recurrent_winners(world: &World<'_>, holds: &mut Holds) {
    for ((a, b), met) in meetings(world, |section| section.award().is_some()) {
        let awards = || met.iter().filter_map(|section| section.award());
        for winner in [a, b] {
            let wins = awards().filter(|(_, award)| *award.bidder.code == *winner).count();
            if wins * 1000 >= met.len() * world.thresholds().recurrent_win_permille as usize {
                let bids = met.iter().flat_map(|section| [&section.bids[a], &section.bids[b]]);
                let firsts = bids.map(|bid| bid.first_event().1);
                let found = Found::new("HIS-02", None, "L").key([("bidder", a), ("bidder", b)]);
                let found = found.measured([
                    ("sections", met.len().to_string()),
                    ("wins", wins.to_string()),
                    ("share", percent((wins * 1000 / met.len()) as i64)),
                    ("limit", percent(world.thresholds().recurrent_win_permille)),
                ]);
                let events = firsts.chain(awards().map(|(event, _)| name(event)));
                holds.findings.insert(found.parties([a, b]).evidence(events));
            }
        }
    }
}

/// HIS-04: who mostly bid together.
fn circles(world: &World<'_>, holds: &mut Holds) {
    let mut bids: BTreeMap<&str, usize> = BTreeMap::new();
    for section in world.sections.iter().filter(|section| no_crowd(section)) {
        for bid in recent(section, world.today()) {
            *bids.entry(bid.bidder).or_default() += 1;
        }
    }
    let mut links = Vec::new();
    for ((a, b), met) in meetings(world, |_| true) {
        // The Jaccard of their sections is at least one half.
        if met.len() * 3 >= bids[a] + bids[b] {
            let there = met.iter().flat_map(|section| [&section.bids[a], &section.bids[b]]);
            let events = there.map(|bid| bid.first_event().1).collect();
            let sections = met.iter().map(|section| section.code).collect();
            links.push(Link { bidders: [a, b].into(), sections, events, links: 1 });
        }
    }
    for circle in components(&links, world) {
        let measured = [
            ("bidders", circle.bidders.len().to_string()),
            ("sections", circle.sections.len().to_string()),
            ("limit", world.thresholds().together_min.to_string()),
        ];
        holds.findings.insert(circle.found("HIS-04").measured(measured));
    }
}
