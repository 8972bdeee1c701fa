//! Data quality: prices that look like another unit, and codes that fail their check.

use super::terms::Section;
use super::{Found, Holds};
use xiezhi_dataflows::event::Method;
use xiezhi_dataflows::normalise::credit_code_check;

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    units(section, holds);
    for bid in section.bids.values().filter(|bid| !credit_code_check(bid.bidder)) {
        let found = Found::new("DQ-05", Some(section.code), "L").key([("bidder", bid.bidder)]);
        holds.quality.insert(found.parties([bid.bidder]).evidence([bid.first_event().1]));
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
    for (price, bidder, event) in &priced {
        let mut others: Vec<_> = priced.iter().filter(|(_, other, _)| other != bidder).collect();
        others.sort_by_key(|(price, ..)| *price);
        let (least, most) = (others[0], others[others.len() - 1]);
        let too_low = *price < least.0 && least.0 >= 8 * price;
        let too_high = *price > most.0 && *price >= 8 * most.0;
        if too_low || too_high {
            let found = Found::new("DQ-03", Some(section.code), "L").key([("bidder", bidder)]);
            holds.quality.insert(found.parties([*bidder]).evidence([*event]));
        }
    }
}
