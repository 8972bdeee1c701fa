//! Land and state-owned property: a listing, deposits, a few rounds of bids, a hammer price.
//!
//! There is no opening and no committee here, so the section names no opening time; the bids are
//! `auction.bid` events, which make nobody a bidder in the sense of the tender rules.

use crate::{
    clock::{DayNo, HOUR, Local, MINUTE, at},
    codes::{OrgCode, org, org_code},
    dice::{Dice, mix},
    firms::{FirmNo, Firms},
    line::{Amount, Line, push_number},
    names,
    queue::{Queue, What},
    render::{Head, Writer},
};

/// Auctions are numbered from here by day, above every project of a tender.
const SERIALS: u64 = 9_000_000;
/// The trade whose firms bid: builders.
const BUILDERS: usize = 1;

/// One listing, from registration to hammer price.
struct Auction {
    code: String,
    serial: u64,
    land: bool,
    floor: i64,
    bidders: Vec<FirmNo>,
    seller: u64,
    seed: u64,
}

/// Plans a listing that is registered on this day.
pub fn plan(
    dice: &mut Dice,
    day: DayNo,
    seed: u64,
    firms: &mut Firms,
    queue: &mut Queue,
    writer: &mut Writer,
) {
    let serial = SERIALS + day as u64;
    let auction = Auction {
        code: format!("E460100{:04}{serial:07}001", mix(seed) % 10_000),
        serial,
        land: dice.per_mille(600),
        floor: dice.between(80, 900) * 100_000_000,
        bidders: bidders(dice, firms),
        seller: dice.below(40),
        seed,
    };
    for firm in &auction.bidders {
        if !firms.get(*firm).recorded {
            firms.get_mut(*firm).recorded = true;
            queue.push(at(day, 8, 0) + i64::from(firm % 3000), What::Party(*firm));
        }
    }
    auction.announce(day, queue, writer);
    let sale = day + dice.between(20, 26);
    auction.sell(dice, sale, firms, queue, writer);
}

fn bidders(dice: &mut Dice, firms: &Firms) -> Vec<FirmNo> {
    let mut bidders: Vec<FirmNo> = (0..dice.between(2, 6)).map(|_| firms.draw(BUILDERS, dice)).collect();
    bidders.sort_unstable();
    bidders.dedup();
    bidders
}

impl Auction {
    fn tell(
        &self,
        writer: &mut Writer,
        queue: &mut Queue,
        event: (&str, &str, Local, u64),
        more: impl FnOnce(&mut Line),
    ) {
        let (kind, desk, at, number) = event;
        let head = Head { kind, desk, at, tag: kind, number: self.serial * 1000 + number };
        queue.push(at, What::Line(writer.other(&head, more).into()));
    }

    fn seller(&self) -> (OrgCode, String) {
        (org_code(self.seed, org::TENDERERS + self.seller), names::tenderer(self.seller))
    }

    fn announce(&self, day: DayNo, queue: &mut Queue, writer: &mut Writer) {
        let project = &self.code[..self.code.len() - 3];
        let (seller, name) = self.seller();
        self.tell(writer, queue, ("project.registered", "market", at(day, 9, 30), 0), |line| {
            line.text("project", project);
            line.text(
                "name",
                if self.land {
                    "模拟市国有建设用地使用权出让"
                } else {
                    "模拟市国有房产转让"
                },
            );
            line.org("tenderer", &seller, &name);
            line.text("industry", if self.land { "03" } else { "05" });
            line.text("region", "460100");
            line.text("department", if self.land { "zgj" } else { "gzw" });
            line.text("method", if self.land { "listing" } else { "auction" });
            line.money("estimate", self.floor, Amount::Number);
            line.flag("electronic", true);
        });
        self.tell(writer, queue, ("section.announced", "market", at(day, 15, 0), 0), |line| {
            line.text("section", &self.code);
            line.text("project", project);
            line.text("name", "标的一");
            line.money("floor_price", self.floor, Amount::Text);
            line.time("announced_at", at(day, 15, 0));
            line.money("deposit_amount", self.floor / 5, Amount::Number);
        });
    }

    /// Deposits the day before, then rounds that rise by half a per cent to two.
    fn sell(&self, dice: &mut Dice, sale: DayNo, firms: &Firms, queue: &mut Queue, writer: &mut Writer) {
        for (place, firm) in self.bidders.iter().enumerate() {
            let paid = at(sale - 1, 10, 0) + place as i64 * 20 * MINUTE;
            self.tell(writer, queue, ("deposit.received", "deposit", paid, place as u64), |line| {
                self.bidder(line, firms, *firm);
                line.money("amount", self.floor / 5, Amount::Number);
                line.text("form", "transfer");
                line.quoted("account", |bytes| crate::render::push_account(bytes, *firm));
                line.time("at", paid);
            });
        }
        let (mut price, mut time, mut last) = (self.floor, at(sale, 10, 0), 0);
        for round in 0..dice.between(2, 12) {
            // Nobody bids against itself.
            last = (last + 1 + dice.index(self.bidders.len().max(2) - 1)) % self.bidders.len();
            price += self.floor / 1000 * dice.between(5, 20);
            time += dice.between(20, 280);
            let kind = ("auction.bid", "auction", time, round as u64);
            self.tell(writer, queue, kind, |line| self.offer(line, firms, last, price, time));
        }
        let closed = time + 5 * MINUTE;
        let kind = ("auction.closed", "auction", closed, 0);
        self.tell(writer, queue, kind, |line| self.offer(line, firms, last, price, closed));
        let signed = at(sale + 6, 9, 0) + 2 * HOUR;
        self.tell(writer, queue, ("contract.signed", "contract", signed, 0), |line| {
            line.text("section", &self.code);
            let firm = firms.get(self.bidders[last]);
            line.org("contractor", &firm.code, &firm.name);
            line.money("price", price, Amount::Text);
            line.time("signed_at", signed);
        });
    }

    fn bidder(&self, line: &mut Line, firms: &Firms, firm: FirmNo) {
        line.text("section", &self.code);
        let firm = firms.get(firm);
        line.org("bidder", &firm.code, &firm.name);
    }

    fn offer(&self, line: &mut Line, firms: &Firms, place: usize, price: i64, time: Local) {
        let firm = self.bidders[place];
        self.bidder(line, firms, firm);
        line.money("price", price, Amount::Number);
        line.quoted("ip", |bytes| {
            bytes.extend_from_slice(b"100.");
            for (shift, base, mask) in [(16, 64, 63), (8, 0, 255), (0, 0, 255)] {
                push_number(bytes, base + (u64::from(firm) >> shift & mask), 1);
                if shift > 0 {
                    bytes.push(b'.');
                }
            }
        });
        line.time("at", time);
    }
}
