//! Data quality: prices that look like another unit, codes that fail their check, events dated ahead.

use super::reading::section_of;
use super::terms::Section;
use super::units::yuan;
use super::world::{World, name, written};
use super::{Found, Holds};
use xiezhi_dataflows::event::{Data, Method};
use xiezhi_dataflows::normalise::{Fen, Instant, credit_code_check};

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    units(section, holds);
    for bid in section.bids.values().filter(|bid| !credit_code_check(bid.bidder)) {
        let found = Found::new("DQ-05", Some(section.code), "L").key([("bidder", bid.bidder)]);
        holds.quality.insert(found.parties([bid.bidder]).evidence([bid.first_event().1]));
    }
}

/// DQ-07: more than so many minutes ahead.
pub fn judge_events(world: &World<'_>, holds: &mut Holds) {
    let minute = |at: Instant| at.0.div_euclid(60_000_000);
    let ahead = i64::from(world.thresholds().future_minutes);
    for event in world.events.iter().filter(|event| minute(event.time) > minute(world.now) + ahead) {
        if !matches!(event.data, Data::EventRetracted(_)) {
            let found = Found::new("DQ-07", section_of(event), "L").key([("event", &*written(name(event)))]);
            let dated_at = Instant(minute(event.time) * 60_000_000).to_rfc3339();
            let found = found.measured([("dated_at", dated_at), ("limit", (60 * ahead).to_string())]);
            holds.quality.insert(found.evidence([name(event)]));
        }
    }
}

/// DQ-03: the lowest and the highest price, each held against the next.
fn units(section: &Section<'_>, holds: &mut Holds) {
    if matches!(section.method(), Some((Method::SingleSource | Method::Auction, _))) {
        return;
    }
    let priced = section.bids.values().filter_map(|bid| Some((section.price(bid)?, bid.bidder)));
    let priced: Vec<_> = priced.map(|((price, event), bidder)| (price.0, bidder, event)).collect();
    if priced.len() < 3 {
        return;
    }
    let times = i64::from(section.thresholds().unit_slip_factor);
    for (price, bidder, event) in &priced {
        let mut others: Vec<_> = priced.iter().filter(|(_, other, _)| other != bidder).collect();
        others.sort_by_key(|(price, ..)| *price);
        let (least, most) = (others[0], others[others.len() - 1]);
        let too_low = *price < least.0 && least.0 >= times * price;
        let too_high = *price > most.0 && *price >= times * most.0;
        if too_low || too_high {
            let found = Found::new("DQ-03", Some(section.code), "L").key([("bidder", bidder)]);
            let beside =
                if too_low { ("second_lowest_price", least) } else { ("second_highest_price", most) };
            let found = found.measured([("price", yuan(Fen(*price))), (beside.0, yuan(Fen(beside.1.0)))]);
            holds.quality.insert(found.parties([*bidder]).evidence([*event]));
        }
    }
}
