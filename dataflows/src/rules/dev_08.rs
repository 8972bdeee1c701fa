//! DEV-08 · 下载招标文件的 IP 地址相同 — tender documents were downloaded from the same network address.
//!
//! *Law.* None: a lead (OECD bid-rigging list, 2025). Offices, hotels and mobile networks share gateways; an
//! address alone proves nothing.
//!
//! *Needs.* `document.downloaded` with `ip`, of organisations that then bid in the section.
//!
//! *Formula.* Bidders whose downloads show one same address; one finding an address.
//!
//! *Example.* 甲, 乙 and 丙 download from 203.0.113.9, and of them 甲 and 乙 bid, among five bidders: one finding,
//! parties 甲 and 乙.
//!
//! *Exclusions.* Guarded: a group of at least three that holds at least 80 % (`noise_share_permille`) of the
//! section's bidders is a data-quality row. The tenderer's own addresses; who downloads and does not bid.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev08,
    id: "DEV-08",
    zh: "下载招标文件的 IP 地址相同",
    en: "tender documents were downloaded from the same network address",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "核对该 IP 是否为交易中心、代理机构、写字楼或运营商共用出口;核对下载时间和办理人",
        en: "check whether the address is a shared gateway of the venue, the agency, an office building \
            or a carrier; compare download times and who downloaded",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.of_kind(FactKind::DownloadIp).is_empty() {
        return Outcome::InsufficientData("document.downloaded ip");
    }
    let groups = dossier.groups(FactKind::DownloadIp, |_| true);
    shared::report_guarded(rule, dossier, params, conclusions, groups)
}
