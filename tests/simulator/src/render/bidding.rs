//! Documents, deposits, and bids without their files.

use super::{
    Writer, push_id,
    values::{push_account, push_phone},
};
use crate::{
    bid::{Bid, Form, Twist},
    clock::Local,
    codes::{PersonNo, mix32},
    dice::mix,
    firms::{Firms, MACHINES, Post, person_of},
    line::{Amount, push_hex, push_number},
    section::Section,
};

/// Which report of a bid.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// The first of two.
    First,
    /// The one that counts.
    Last,
    /// Reported again after an error of the platform.
    Corrected,
}

impl Writer {
    pub(super) fn downloaded(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "document.downloaded", "bidding", at, "download", n);
        let bid = &section.bids[n];
        self.ip("ip", bid.twisted().download_ip.unwrap_or(bid.firm.into()));
        self.end_at(at)
    }

    pub(super) fn paid(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "deposit.received", "deposit", at, "deposit", n);
        let bid = &section.bids[n];
        let twist = bid.twisted();
        let amount = if bid.number.is_multiple_of(2) { Amount::Number } else { Amount::Text };
        self.line.money("amount", section.deposit, amount);
        match bid.form {
            Form::Transfer => {
                let payer = twist.payer.unwrap_or(bid.firm);
                self.line.text("form", "transfer");
                self.line.quoted("account", |bytes| push_account(bytes, payer));
                self.firm(firms, "account_holder", payer);
                self.line.text("bank", "模拟银行海口分行");
                self.line.flag("basic_account", !twist.side_account);
            }
            Form::Guarantee | Form::Insurance => {
                let guarantee = bid.form == Form::Guarantee;
                self.line.text("form", if guarantee { "guarantee" } else { "insurance" });
                self.line.text("guarantor", if guarantee { "模拟担保公司" } else { "模拟保险公司" });
                let own = person_of(bid.firm, Post::Agent(0));
                self.line.person("applicant", twist.applicant.unwrap_or(own));
                self.ip("apply_ip", twist.apply_ip.unwrap_or(bid.firm.into()));
                let phone = twist.apply_phone.unwrap_or(bid.firm.into());
                self.line.quoted("apply_phone", |bytes| push_phone(bytes, phone));
            }
        }
        self.end_at(at)
    }

    pub(super) fn returned(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "deposit.returned", "deposit", at, "return", n);
        self.line.money("amount", section.deposit, Amount::Number);
        self.end_at(at)
    }

    pub(super) fn submitted(
        &mut self,
        firms: &Firms,
        section: &Section,
        n: usize,
        at: Local,
        as_: Version,
    ) -> String {
        let tag = match as_ {
            Version::First => "bid-first",
            Version::Last => "bid",
            Version::Corrected => "bid-corrected",
        };
        self.begin_bid(firms, section, "bid.submitted", "bidding", at, tag, n);
        let bid = &section.bids[n];
        // What is reported again is the bidder's own.
        let own = Twist::default();
        let twist = if as_ == Version::Corrected { &own } else { bid.twisted() };
        self.line.time("submitted_at", if as_ == Version::First { at } else { bid.submitted });
        if let Some(partner) = twist.partner {
            self.line.key("consortium");
            self.line.raw("[");
            let partner = firms.get(partner);
            self.line.org_value(&partner.code, &partner.name);
            self.line.raw("]");
        }
        self.people(bid, twist);
        if bid.on_site {
            self.line.flag("on_site", true);
        }
        self.device(bid, twist);
        self.locks(bid, twist);
        self.file(firms, section, bid, as_);
        if section.filed {
            self.items(section, bid);
        }
        self.line.finish()
    }

    pub(super) fn people(&mut self, bid: &Bid, twist: &Twist) {
        const POSTS: [&str; 3] = ["技术负责人", "安全员", "质检员"];
        let agent = twist.agent.unwrap_or_else(|| person_of(bid.firm, Post::Agent(bid.crew % 3)));
        self.line.person("agent", agent);
        let contact = twist.contact.unwrap_or_else(|| person_of(bid.firm, Post::Agent(3 + bid.crew % 2)));
        self.line.person("contact", contact);
        self.line.quoted("phone", |bytes| push_phone(bytes, twist.phone.unwrap_or(bid.firm.into())));
        self.line.quoted("email", |bytes| {
            bytes.extend_from_slice(b"bid@sim");
            push_number(bytes, twist.email.unwrap_or(u64::from(bid.firm) + 1), 1);
            bytes.extend_from_slice(b".example");
        });
        self.line.person("manager", manager(bid));
        self.line.key("staff");
        self.line.raw("[");
        let crew = (0..1 + bid.crew % 3).map(|n| person_of(bid.firm, Post::Staff((bid.crew + n) % 8)));
        for (place, person) in crew.chain(twist.staff).enumerate() {
            self.line.next();
            self.line.raw("{");
            self.line.person("person", person);
            self.line.text("post", POSTS[place % 3]);
            self.line.quoted("certificate", |bytes| {
                bytes.extend_from_slice(b"SIMC");
                push_number(bytes, person, 8);
            });
            self.line.raw("}");
        }
        self.line.raw("]");
    }

    pub(super) fn device(&mut self, bid: &Bid, twist: &Twist) {
        let own = u64::from(bid.firm) * MACHINES + bid.machine;
        let (hardware, machine) = (twist.hardware.unwrap_or(own), twist.machine_code.unwrap_or(own));
        self.line.key("device");
        self.line.raw("{");
        // A mac with the “locally administered” bit: no maker has it.
        self.line.quoted("mac", |bytes| {
            let mixed = u64::from(mix32(hardware as u32, 1));
            for (place, shift) in [24, 16, 8, 0].into_iter().enumerate() {
                bytes.extend_from_slice(if place == 0 { b"02-5A-" } else { b"-" });
                push_hex(bytes, mixed >> shift & 255, 2);
            }
        });
        let ip = twist.ip.unwrap_or(bid.firm.into());
        self.ip("ip", ip);
        self.serial("cpu_id", "BFEBFBFF", hardware, 2);
        self.serial("disk_serial", "SIM-WX", hardware, 3);
        self.serial("memory_serial", "M", twist.memory.unwrap_or(hardware), 4);
        self.serial("board_serial", "PF", hardware, 5);
        self.line.quoted("machine_code", |bytes| {
            push_hex(bytes, mix(machine), 16);
            push_hex(bytes, mix(machine ^ 0xABCD), 16);
        });
        self.line.raw("}");
    }

    pub(super) fn locks(&mut self, bid: &Bid, twist: &Twist) {
        let own = u64::from(bid.firm) * 2 + bid.machine % 2;
        let pricing = twist.pricing_lock.unwrap_or(own);
        self.serial("pricing_lock", "JS46", pricing, 6);
        self.serial("ca_lock", "CA46", ca_lock(bid), 7);
    }

    pub(super) fn retracted(&mut self, section: &Section, n: usize, at: Local) -> String {
        self.line.begin("event.retracted", "correction", at, |id| push_id(id, section, "retract", Some(n)));
        self.line.key("retracts");
        self.line.raw("{");
        let source = self.line.source("bidding");
        self.line.text("source", &source);
        self.line.quoted("id", |bytes| push_id(bytes, section, "bid", Some(n)));
        self.line.raw("}");
        self.line.text("reason", "平台登记错误，设备信息张冠李戴");
        self.line.finish()
    }

    pub(super) fn withdrawn(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.withdrawn", "bidding", at, "withdrawn", n);
        self.line.text("reason", "投标人自行撤回");
        self.end_at(at)
    }
}

/// The project manager that a bid names.
pub(super) fn manager(bid: &Bid) -> PersonNo {
    bid.twisted().manager.unwrap_or_else(|| person_of(bid.firm, Post::Manager(bid.wins_before)))
}

/// The number of the certificate that a bid is signed and decrypted with.
pub(super) fn ca_lock(bid: &Bid) -> u64 {
    bid.twisted().ca_lock.unwrap_or(u64::from(bid.firm) * 2 + bid.machine % 2)
}
