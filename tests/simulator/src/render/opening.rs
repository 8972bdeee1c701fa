//! The opening of bids.

use super::{Writer, bidding::ca_lock, file::push_digest};
use crate::{
    clock::Local,
    firms::{Firms, Post, person_of},
    line::Amount,
    section::Section,
    settings::Detail,
};

impl Writer {
    pub(super) fn opening(&mut self, section: &Section, at: Local, start: bool) -> String {
        let (kind, tag) = if start { ("opening.started", "opening") } else { ("opening.closed", "closed") };
        self.begin(section, kind, "opening", at, tag, None);
        self.room("room", section.room);
        if start {
            self.line.text("host", "模拟主持人");
        } else {
            self.line.flag("record_signed", true);
        }
        self.end_at(at)
    }

    pub(super) fn decrypted(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.decrypted", "opening", at, "decrypted", n);
        let bid = &section.bids[n];
        let ok = bid.fate.is_priced();
        self.line.flag("ok", ok);
        if !ok {
            self.line.text("error", "CA证书口令错误");
        }
        self.ip("ip", bid.twisted().decrypt_ip.unwrap_or(bid.firm.into()));
        self.serial("ca_lock", "CA46", ca_lock(bid), 7);
        self.end_at(at)
    }

    pub(super) fn opened(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.opened", "opening", at, "opened", n);
        let bid = &section.bids[n];
        self.line.time("opened_at", at);
        let amount = if bid.number.is_multiple_of(3) { Amount::Text } else { Amount::Number };
        self.line.money("price", bid.price, amount);
        self.line.quoted("file_digest", |bytes| push_digest(bytes, bid, bid.twisted().swapped_file));
        if self.detail == Detail::Full {
            let own = person_of(bid.firm, Post::Agent(bid.crew % 3));
            self.line.person("attendee", bid.twisted().attendee.unwrap_or(own));
        }
        self.line.finish()
    }

    pub(super) fn rejected(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.rejected", "evaluation", at, "rejected", n);
        let high = section.bids[n].price > section.ceiling;
        self.line.text("clause", if high { "3.1.1" } else { "2.1.2" });
        self.line.text("reason", if high { "投标报价高于最高投标限价" } else { "资格审查不合格" });
        self.line.text("stage", "初步评审");
        self.end_at(at)
    }
}
