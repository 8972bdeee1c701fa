//! DEV-07 · 上传 IP 相同 — bids uploaded from one network address.
//!
//! *Law.* None: a lead (OECD bid-rigging list, 2025). Offices share gateways.
//!
//! *Needs.* `device.ip`.
//!
//! *Formula.* Bids (not `on_site`) that show one same address; one finding an address.
//!
//! *Example.* Two of five bidders from 203.0.113.9: one finding. Four of five: the venue's gateway, a
//! data-quality row and no finding.
//!
//! *Exclusions.* Guarded: a group of at least three that holds at least 80 % (`noise_share`) of the
//! section's bidders.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev07,
    id: "DEV-07",
    zh: "投标文件上传 IP 地址相同",
    en: "bids were uploaded from the same network address",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "核对该 IP 是否为交易场所、写字楼或运营商共用出口;核对上传时间和经办人",
        en: "check whether the address is a shared gateway of the venue, an office building or a \
            carrier; compare upload times and who uploaded",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.of_kind(FactKind::Ip).is_empty() {
        return Outcome::InsufficientData("bid.submitted device.ip");
    }
    let groups = dossier.groups(FactKind::Ip, |bid| !bid.on_site);
    shared::report_guarded(rule, dossier, params, conclusions, groups)
}
