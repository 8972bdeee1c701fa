//! A bid's file: its traces, its text, its bill.

use super::{Writer, bidding::Version};
use crate::{
    bid::Bid,
    clock::DAY,
    dice::mix,
    firms::Firms,
    line::{Amount, push_hex, push_number},
    section::Section,
};

/// Fingerprints of the tender document, which every bid repeats.
const TEMPLATE: u64 = 12;
/// Fingerprints of a bid's text that a copy takes over: with those it does not, 85 % of both are alike.
const COPIED: u64 = 44;
/// Fingerprints of a bid's text.
const TEXT: u64 = 48;
/// Lines of a bill that a copy takes over: 86 % of them.
const COPIED_ITEMS: u64 = 12;
/// Lines of a bill.
const ITEMS: u64 = 14;

impl Writer {
    pub(super) fn file(&mut self, firms: &Firms, section: &Section, bid: &Bid, version: Version) {
        self.line.key("file");
        self.line.raw("{");
        let draft = version == Version::First;
        let twist = bid.twisted();
        self.line.quoted("digest", |bytes| push_digest(bytes, bid, draft));
        self.line.number("size", 2_000_000 + bid.number * 7_919 % 90_000_000);
        let own = u64::from(bid.firm) * 8 + bid.crew % 8;
        self.author("author", twist.author.unwrap_or(own));
        if section.filed {
            self.author("last_saved_by", own);
        }
        self.line.time("created_at", bid.created - if draft { 2 * DAY } else { 0 });
        self.line.text("tool_version", ["V6.2.1", "V6.3.0", "V7.0.4"][(bid.machine % 3) as usize]);
        self.line.quoted("feature_code", |bytes| {
            let number = twist.feature.unwrap_or(bid.number * 2 + u64::from(draft));
            push_hex(bytes, mix(number), 16);
            push_hex(bytes, mix(!number), 16);
        });
        if section.filed {
            self.text(section, bid);
            self.line.key("names");
            self.line.raw("[");
            for firm in std::iter::once(bid.firm).chain(twist.names) {
                self.line.next();
                self.line.raw("\"");
                self.line.bytes().extend_from_slice(&firms.get(firm).code);
                self.line.raw("\"");
            }
            self.line.raw("]");
        }
        self.line.raw("}");
    }

    fn author(&mut self, key: &str, number: u64) {
        self.line.quoted(key, |bytes| {
            bytes.extend_from_slice(b"bj");
            push_number(bytes, number, 6);
        });
    }

    /// The fingerprints: of the tender document, of the text that may be copied, and of the bid's own.
    fn text(&mut self, section: &Section, bid: &Bid) {
        let source = bid.twisted().text.unwrap_or(bid.number);
        let copied = (0..COPIED).map(|n| fingerprint(source, n));
        let own = (COPIED..TEXT).map(|n| fingerprint(bid.number, n));
        self.fingerprints(template(section).chain(copied).chain(own));
    }

    /// The fingerprints of the tender document.
    pub(super) fn template(&mut self, section: &Section) {
        self.fingerprints(template(section));
    }

    fn fingerprints(&mut self, values: impl Iterator<Item = u64>) {
        self.line.key("fingerprints");
        self.line.raw("[");
        for value in values {
            self.line.next();
            push_number(self.line.bytes(), value, 1);
        }
        self.line.raw("]");
    }

    /// The priced bill. Each bidder prices every line within a tenth of what it is worth.
    pub(super) fn items(&mut self, section: &Section, bid: &Bid) {
        self.line.key("items");
        self.line.raw("[");
        for n in 0..ITEMS {
            let source =
                if n < COPIED_ITEMS { bid.twisted().items.unwrap_or(bid.number) } else { bid.number };
            let worth = 50_000 + mix(section.serial() * ITEMS + n) % 9_000_000;
            let unit_price = worth * (9_000 + mix(source * ITEMS + n) % 2_000) / 10_000;
            self.line.next();
            self.line.raw("{");
            self.line.quoted("code", |bytes| {
                bytes.extend_from_slice(b"0401");
                push_number(bytes, n + 1, 5);
            });
            self.line.money("unit_price", unit_price as i64, Amount::Number);
            self.line.number("quantity", 1 + mix(section.serial() + n) % 400);
            self.line.raw("}");
        }
        self.line.raw("]");
    }
}

/// The `n`-th fingerprint of a text; unlike for all texts of the venue.
fn fingerprint(text: u64, n: u64) -> u64 {
    mix(text * 64 + n)
}

fn template(section: &Section) -> impl Iterator<Item = u64> + use<> {
    let document = (1 << 50) + section.serial();
    (0..TEMPLATE).map(move |n| fingerprint(document, n))
}

/// The digest of a bid's file; the draft has another.
pub(super) fn push_digest(bytes: &mut Vec<u8>, bid: &Bid, draft: bool) {
    let number = bid.number * 2 + u64::from(draft);
    for part in 0..4 {
        push_hex(bytes, mix(number ^ part << 60), 16);
    }
}
