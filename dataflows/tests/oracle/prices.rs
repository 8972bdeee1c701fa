//! Prices: equal ones, regular ones, and how far they lie from each other and from the ceiling.

use super::bids::Bid;
use super::terms::Section;
use super::units::{percent, yuan};
use super::world::{Name, name};
use super::{Found, Holds, runs};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::Method;
use xiezhi_dataflows::normalise::Fen;

/// A bidder, its price, and the event that says so.
type Priced<'a> = (&'a str, Fen, Name<'a>);

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    let priced = section.bids.values().filter_map(|bid| {
        let (price, event) = section.price(bid)?;
        Some((bid.bidder, price, event))
    });
    let priced: Vec<Priced<'_>> = priced.collect();
    equal(section, &priced, holds);
    regular(section, &priced, holds);
    items(section, holds);
    spread(section, &priced, holds);
    against_the_ceiling(section, &priced, holds);
}

/// The finding about the bidders whose price lies from one to another.
fn found_at(
    section: &Section<'_>,
    rule: &str,
    severity: &str,
    priced: &[Priced<'_>],
    from: Fen,
    to: Fen,
) -> Found {
    let there = || priced.iter().filter(|(_, price, _)| (from..=to).contains(price));
    Found::new(rule, Some(section.code), severity)
        .measured([("bidders", there().count().to_string())])
        .parties(there().map(|(bidder, _, _)| *bidder))
        .evidence(there().map(|(_, _, event)| *event))
}

/// PRI-01
fn equal(section: &Section<'_>, priced: &[Priced<'_>], holds: &mut Holds) {
    if matches!(section.method(), Some((Method::SingleSource | Method::Auction, _))) {
        return;
    }
    let distinct: BTreeSet<Fen> = priced.iter().map(|(_, price, _)| *price).collect();
    for price in distinct {
        let found = found_at(section, "PRI-01", "L", priced, price, price).key([("price", &yuan(price))]);
        let found = found.measured([("price", yuan(price))]);
        if section.any_different(&found.parties.iter().map(String::as_str).collect()) {
            holds.findings.insert(found);
        }
    }
}

/// PRI-02 and 03
fn regular(section: &Section<'_>, priced: &[Priced<'_>], holds: &mut Holds) {
    let distinct: BTreeSet<Fen> = priced.iter().map(|(_, price, _)| *price).collect();
    let mut prices: Vec<Fen> = distinct.into_iter().collect();
    let least = section.thresholds().run_min as usize;
    let of_gaps = runs::of_gaps(&prices, least);
    prices.retain(|price| *price > Fen(0));
    let mut of_ratios = runs::of_ratios(&prices, least);
    of_ratios.retain(|(first, last)| !of_gaps.iter().any(|(from, to)| from <= first && to >= last));
    for (rule, runs) in [("PRI-02", of_gaps), ("PRI-03", of_ratios)] {
        for (from, to) in runs {
            let found = found_at(section, rule, "S", priced, from, to);
            let step = prices.iter().find(|price| **price > from).map(|next| match rule {
                "PRI-02" => ("step", yuan(Fen(next.0 - from.0))),
                _ => ("step", percent(next.0 * 1000 / from.0)),
            });
            let found = found.measured(step);
            holds.findings.insert(found.key([("first_price", &yuan(from)), ("last_price", &yuan(to))]));
        }
    }
}

/// A bid's unit prices by item, each from the latest event that gives it.
fn unit_prices<'a>(bid: &Bid<'a>) -> BTreeMap<&'a str, (Fen, Name<'a>)> {
    let mut submitted: Vec<_> = bid.submitted().collect();
    submitted.sort_by_key(|(event, _)| (event.time, name(event)));
    let mut prices = BTreeMap::new();
    for (event, bid) in submitted {
        for item in &bid.items {
            if let (Some(code), Some(price)) = (&item.code, item.unit_price) {
                prices.insert(code.as_str(), (price, name(event)));
            }
        }
    }
    prices
}

/// PRI-05: most of the common items have the same unit price.
fn items(section: &Section<'_>, holds: &mut Holds) {
    let mut prices: BTreeMap<&str, _> =
        section.bids.values().map(|bid| (bid.bidder, unit_prices(bid))).collect();
    let thresholds = section.thresholds();
    let (least, share) = (thresholds.items_min as usize, thresholds.items_equal_permille as usize);
    prices.retain(|_, prices| prices.len() >= least);
    for (a, b) in section.pairs() {
        let (Some(of_a), Some(of_b)) = (prices.get(a), prices.get(b)) else { continue };
        let common: Vec<_> = of_a.iter().filter_map(|(item, of_a)| Some((*of_a, *of_b.get(item)?))).collect();
        let equal = common.iter().filter(|((of_a, _), (of_b, _))| of_a == of_b).count();
        if common.len() >= least && equal * 1000 >= common.len() * share {
            let events = common.iter().flat_map(|((_, of_a), (_, of_b))| [*of_a, *of_b]);
            let found = Found::new("PRI-05", Some(section.code), "S").key([("bidder", a), ("bidder", b)]);
            let found = found.measured([
                ("common", common.len().to_string()),
                ("equal", equal.to_string()),
                ("limit", percent(share as i64)),
            ]);
            holds.findings.insert(found.parties([a, b]).evidence(events));
        }
    }
}

/// The sample's variance times n² (n − 1), which is a whole number.
fn squares(prices: &[i128]) -> i128 {
    let (count, sum) = (prices.len() as i128, prices.iter().sum::<i128>());
    prices.iter().map(|price| (count * price - sum).pow(2)).sum()
}

/// PRI-06, 07 and 11: how the prices lie to each other.
fn spread(section: &Section<'_>, priced: &[Priced<'_>], holds: &mut Holds) {
    if priced.len() < 4 {
        return;
    }
    let mut prices: Vec<i128> = priced.iter().map(|(_, price, _)| price.0.into()).collect();
    prices.sort();
    let (sum, count) = (prices.iter().sum::<i128>(), prices.len() as i128);
    let (lowest, second, highest) = (prices[0], prices[1], prices[prices.len() - 1]);
    let thresholds = section.thresholds();
    let of = |permille: u32| i128::from(permille);
    // deviation / mean < 0.02, squared
    let close =
        squares(&prices) * 1_000_000 < of(thresholds.cv_max_permille).pow(2) * (count - 1) * sum.pow(2);
    // (second − lowest) / deviation of the others > 1.5, squared
    let others = count - 1;
    let distance = (second - lowest).pow(2) * 1_000_000 * others.pow(2) * (others - 1);
    let apart = distance > of(thresholds.rd_min_permille).pow(2) * squares(&prices[1..]);
    let alone = highest * 1000 <= second * (1000 + of(thresholds.bunch_permille))
        && second * 1000 >= lowest * (1000 + of(thresholds.bunch_gap_permille));
    let lowest_wins = section.lowest_wins();
    let found = |rule| found_at(section, rule, "L", priced, Fen(0), Fen(i64::MAX));
    let [lowest, second, highest] = [lowest, second, highest].map(|price| yuan(Fen(price as i64)));
    if close && lowest_wins {
        // Thousandths, from their square; there is a mean, or the prices would not be close.
        let variation = (squares(&prices) * 1_000_000 / ((count - 1) * sum.pow(2))).isqrt();
        holds.findings.insert(
            found("PRI-06").measured([
                ("variation", percent(variation)),
                ("limit", percent(thresholds.cv_max_permille)),
            ]),
        );
    }
    if apart && lowest_wins {
        // None from prices that do not differ at all.
        let distance = distance.checked_div(squares(&prices[1..])).map(i128::isqrt);
        let found = found("PRI-07").measured([
            ("lowest_price", lowest.clone()),
            ("second_lowest_price", second.clone()),
            ("limit", percent(thresholds.rd_min_permille)),
        ]);
        holds.findings.insert(found.measured(distance.map(|distance| ("distance", percent(distance)))));
    }
    if alone {
        holds.findings.insert(found("PRI-11").measured([
            ("lowest_price", lowest),
            ("second_lowest_price", second),
            ("highest_price", highest),
        ]));
    }
}

/// PRI-13, 14 and 19: above the ceiling, far below it, close to it.
fn against_the_ceiling(section: &Section<'_>, priced: &[Priced<'_>], holds: &mut Holds) {
    let Some((ceiling, notice)) = section.ceiling() else { return };
    for (bidder, price, event) in priced.iter().filter(|(_, price, _)| *price > ceiling) {
        let found = Found::new("PRI-13", Some(section.code), "X").key([("bidder", bidder)]);
        let found = found.measured([("price", yuan(*price)), ("ceiling_price", yuan(ceiling))]);
        holds.findings.insert(found.parties([*bidder]).evidence([*event, notice]));
    }
    let Some((event, award)) = section.award() else { return };
    let Some(price) = award.price else { return };
    let thresholds = section.thresholds();
    let of_ceiling = |permille: u32| ceiling.0 * i64::from(permille);
    let found = |rule, limit| {
        let found = Found::new(rule, Some(section.code), "L").parties([&*award.bidder.code]);
        let found = found.measured([
            ("awarded_price", yuan(price)),
            ("ceiling_price", yuan(ceiling)),
            ("share", percent(price.0 * 1000 / ceiling.0.max(1))),
            ("limit", percent(limit)),
        ]);
        found.evidence([name(event), notice])
    };
    let (low, near) = (thresholds.low_award_permille, thresholds.near_ceiling_permille);
    if price.0 * 1000 < of_ceiling(low) {
        holds.findings.insert(found("PRI-14", low));
    }
    if price.0 * 1000 >= of_ceiling(near) && priced.len() >= 3 {
        let bidders = [("bidders", priced.len().to_string())];
        holds.findings.insert(found("PRI-19", near).measured(bidders));
    }
}
