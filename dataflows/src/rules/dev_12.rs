//! DEV-12 · 跨标段设备复用 — one device, lock, certificate or file code used by different bidders in different sections.
//!
//! *Law.* None: a lead over the whole history.
//!
//! *Needs.* Hardware codes, `machine_code`, `pricing_lock`, `ca_lock` or `file.feature_code` of bids in the window.
//!
//! *Formula.* Over the window (730 days by `submitted_at`), the uses (bidder, section) of one value: some a in s₁
//! and some b ≠ a in s₂ ≠ s₁. Parties are all bidders that used it; one finding a kind and value.
//!
//! *Example.* 甲 uses lock L in section 1, 乙 uses it in section 2: one finding.
//!
//! *Exclusions.* Hubs: a value of more than 30 bidders (`hub_bidders`) is reported as a data-quality row; uploads at
//! the venue; the tenderer's own values.
//!
//! The index of values that finds the uses is [`history::values`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic, shared};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::row::Fact;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev12,
    id: "DEV-12",
    zh: "不同投标人在不同标段使用同一设备、加密锁、证书或文件创建标识码",
    en: "different bidders used one device, lock, certificate or file code in different sections",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "核对该设备、锁或证书的权属和使用期间;核对是否为代办机构、打印店或交易场所设备;调取各标段上\
            传日志",
        en: "see whose device, lock or certificate it is and since when; check for service agencies, \
            print shops and the venue; take the upload logs of each section",
    },
    judge: Judge::History,
};

/// The finding about one value that `bidders` used in `sections` sections.
pub fn finding(
    params: &Params,
    value: Fact,
    bidders: &[Symbol],
    sections: usize,
    events: impl Iterator<Item = EventRef>,
) -> Finding {
    Finding::new(Rule::Dev12, Symbol::NONE, params.severity(Rule::Dev12))
        .key(shared::name_of(value.kind()), Quantity::Text(value.as_symbol()))
        .parties(bidders.iter().copied())
        .value(Name::Bidders, Quantity::Count(bidders.len() as u64))
        .value(Name::Sections, Quantity::Count(sections as u64))
        .evidence(events)
}
