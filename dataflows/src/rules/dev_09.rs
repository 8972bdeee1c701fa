//! DEV-09 · 解密投标文件的 IP 地址相同 — bids were decrypted from the same network address.
//!
//! *Law.* None: a lead (OECD bid-rigging list, 2025). Bidders who decrypt at the venue share its address; those
//! bids are left out.
//!
//! *Needs.* `bid.decrypted` with `ip`, whether decryption succeeded or not.
//!
//! *Formula.* Bids (not `on_site`) whose decryptions show one same address; one finding an address.
//!
//! *Example.* 甲 and 乙 of five bidders decrypt from 203.0.113.9: one finding. All five do: the venue's
//! gateway, a data-quality row and no finding.
//!
//! *Exclusions.* Guarded: a group of at least three that holds at least 80 % (`noise_share_permille`) of the
//! section's bidders. Bids uploaded at the venue; the tenderer's own addresses.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev09,
    id: "DEV-09",
    zh: "解密投标文件的 IP 地址相同",
    en: "bids were decrypted from the same network address",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "核对该 IP 是否为开标场所或共用出口;核对解密时间、操作人和远程开标签到记录",
        en: "check whether the address belongs to the venue or a shared gateway; compare the times, \
            operators and sign-in records of the remote opening",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.of_kind(FactKind::DecryptIp).is_empty() {
        return Outcome::InsufficientData("bid.decrypted ip");
    }
    let groups = dossier.groups(FactKind::DecryptIp, |bid| !bid.on_site);
    shared::report_guarded(rule, dossier, params, conclusions, groups)
}
