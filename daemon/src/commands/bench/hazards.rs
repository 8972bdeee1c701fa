//! What an outsider could make grow until an event takes long: no event may take more than 100 ms.
//!
//! | measure | one commit of it |
//! |---|---|
//! | `large_section_ms` | a bid, then a price, in one section of 600 bidders (the largest real opening known to us had 547) |
//! | `hub_ms` | a bid that shows one machine and one telephone in common with up to 5,000 other bidders |
//! | `ring_ms` | 10,000 firms in a chain, each linked to the next by a shared code: the last ones come, one in the middle goes and comes again |
//! | `prints_ms` | a file comes or goes among those of 600 bidders with 3,000 fingerprints each |
//! | `long_prints_ms` | the same among those of 60 bidders with 20,000 fingerprints each |

use super::rig::{Bid, Rig, opened, section};
use super::spread::Spread;
use anyhow::Result;
use xiezhi_dataflows::event::Event;

/// The code of the large section.
pub(super) const LARGE: &str = "BENCH-LARGE";
/// Bidders of the large section.
const LARGE_BIDDERS: u32 = 600;
/// Bidders that share one machine.
pub(super) const HUB_BIDDERS: u32 = 5_000;
/// Bidders of each section that the hub's and the ring's bids go into.
const SECTION_BIDDERS: u32 = 10;
/// Firms of the ring.
pub(super) const RING_FIRMS: u32 = 10_000;
/// How many bids are timed of what is too large to be made one by one.
const TIMED: u32 = 50;

/// Where the numbers of the bidders of each hazard begin: none is in two.
const HUB_FROM: u32 = 10_000;
const RING_FROM: u32 = 100_000;

/// Announces a section.
fn announced(rig: &mut Rig, name: &str) -> Result<()> {
    let announced = rig.made(&section(name))?;
    rig.take(&[announced]);
    Ok(())
}

pub(super) fn large_section(rig: &mut Rig) -> Result<Spread> {
    announced(rig, LARGE)?;
    let mut taken_ms = Vec::new();
    for n in 0..LARGE_BIDDERS {
        let submitted = rig.made(&Bid::of(LARGE, n).submitted())?;
        taken_ms.push(rig.take(&[submitted]));
    }
    for n in 0..LARGE_BIDDERS {
        let opened = rig.made(&opened(LARGE, n, 1_000_000 + u64::from(n) * 7_919 % 90_000))?;
        taken_ms.push(rig.take(&[opened]));
    }
    Ok(Spread::of(taken_ms))
}

pub(super) fn hub(rig: &mut Rig, bidders: u32) -> Result<Spread> {
    let mut taken_ms = Vec::new();
    for n in 0..bidders {
        let name = format!("BENCH-HUB-{}", n / SECTION_BIDDERS);
        if n.is_multiple_of(SECTION_BIDDERS) {
            announced(rig, &name)?;
        }
        let bid = Bid::of(&name, HUB_FROM + n).mac("BENCHHUB").phone("13800138000");
        let submitted = rig.made(&bid.submitted())?;
        taken_ms.push(rig.take(&[submitted]));
    }
    Ok(Spread::of(taken_ms))
}

pub(super) fn ring(rig: &mut Rig, firms: u32) -> Result<Spread> {
    let sections = firms.div_ceil(SECTION_BIDDERS);
    for n in 0..sections {
        announced(rig, &format!("BENCH-RING-{n}"))?;
    }
    // One code with the firm before, another with the one after, and never both in one section.
    let bid = |n: u32| {
        let bid = Bid::of(&format!("BENCH-RING-{}", n % sections), RING_FROM + n);
        bid.mac(&format!("BENCHRINGMAC{}", n / 2)).cpu_id(&format!("BENCHRINGCPU{}", n.div_ceil(2)))
    };
    let mut made: Vec<Event> = (0..firms).map(|n| rig.made(&bid(n).submitted())).collect::<Result<_>>()?;
    let last = made.split_off(made.len().saturating_sub(TIMED as usize));
    rig.take(&made);
    let mut taken_ms: Vec<f64> = last.iter().map(|event| rig.take(std::slice::from_ref(event))).collect();
    for n in (firms / 2..).take((TIMED as usize).min(made.len() / 2)) {
        let event = made.get(n as usize).unwrap_or(&made[0]).clone();
        taken_ms.extend(gone_and_back(rig, &event, &bid(n))?);
    }
    Ok(Spread::of(taken_ms))
}

/// Takes an event back, and sends the bid once more.
fn gone_and_back(rig: &mut Rig, event: &Event, bid: &Bid) -> Result<[f64; 2]> {
    let retraction = rig.retraction(event)?;
    rig.remember(event);
    let gone_ms = rig.take(&[retraction]);
    let again = rig.made(&bid.submitted())?;
    Ok([gone_ms, rig.take(&[again])])
}

pub(super) fn prints(rig: &mut Rig, name: &str, bidders: u32, each: u32) -> Result<Spread> {
    announced(rig, name)?;
    // A third is common to all, a third to every other one (about half hold it: the worst there is, as it counts and
    // counts no more with every bid), and a third is nobody else's.
    let third = u64::from(each / 3);
    let bid = |n: u32| {
        let own = u64::from(n + 2) * 1_000_000;
        let shared = if n.is_multiple_of(2) { third..2 * third } else { own + third..own + 2 * third };
        let fingerprints = (0..third).chain(shared).chain(own..own + third).collect();
        Bid::of(name, n).fingerprints(fingerprints)
    };
    let timed = TIMED.min(bidders / 2);
    let first: Vec<Event> =
        (0..bidders - timed).map(|n| rig.made(&bid(n).submitted())).collect::<Result<_>>()?;
    rig.take(&first);
    let mut taken_ms = Vec::new();
    for n in bidders - timed..bidders {
        let submitted = rig.made(&bid(n).submitted())?;
        taken_ms.push(rig.take(&[submitted]));
    }
    for (n, event) in (0..timed).zip(&first) {
        taken_ms.extend(gone_and_back(rig, event, &bid(n))?);
    }
    Ok(Spread::of(taken_ms))
}
