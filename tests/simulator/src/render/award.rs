//! From the candidates to the end of the contract.

use super::{Writer, bidding::manager};
use crate::{
    clock::{DAY, HOUR, Local},
    firms::Firms,
    line::Amount,
    section::Section,
};

impl Writer {
    pub(super) fn proposed(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        self.begin(section, "award.proposed", "award", at, "proposed", None);
        self.line.key("candidates");
        self.line.raw("[");
        for (rank, place) in section.award.iter().flat_map(|award| &award.candidates).enumerate() {
            self.line.next();
            self.line.raw("{");
            self.firm(firms, "bidder", section.bids[*place].firm);
            self.line.number("rank", rank as u64 + 1);
            self.line.money("price", section.bids[*place].price, Amount::Number);
            self.line.raw("}");
        }
        self.line.raw("]");
        self.line.time("published_at", at);
        self.line.time("until", at + 3 * DAY + HOUR);
        self.line.finish()
    }

    pub(super) fn declined(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        let first = section.award.as_ref().map_or(0, |award| award.candidates[0]);
        self.begin_bid(firms, section, "award.declined", "award", at, "declined", first);
        self.line.text("reason", "报价计算失误");
        self.end_at(at)
    }

    pub(super) fn awarded(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        let winner = section.award.as_ref().map_or(0, |award| award.winner);
        self.begin_bid(firms, section, "award.made", "award", at, "awarded", winner);
        let bid = &section.bids[winner];
        self.line.money("price", bid.price, Amount::Number);
        self.line.person("manager", manager(bid));
        self.line.time("notified_at", at);
        self.line.finish()
    }

    fn contract(&mut self, firms: &Firms, section: &Section, kind: &str, at: Local, tag: &str) -> usize {
        let winner = section.award.as_ref().map_or(0, |award| award.winner);
        self.begin(section, kind, "contract", at, tag, None);
        self.firm(firms, "contractor", section.bids[winner].firm);
        let agreed = section.award.as_ref().and_then(|award| award.contract_price);
        self.line.money("price", agreed.unwrap_or(section.bids[winner].price), Amount::Text);
        winner
    }

    pub(super) fn signed(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        let winner = self.contract(firms, section, "contract.signed", at, "contract");
        let bid = &section.bids[winner];
        self.line.time("signed_at", at);
        self.line.date("starts_on", at / DAY + 10);
        self.line.date("ends_on", at / DAY + 190);
        self.line.person("manager", manager(bid));
        self.line.finish()
    }

    pub(super) fn completed(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        self.contract(firms, section, "contract.completed", at, "completed");
        self.end_at(at)
    }
}
