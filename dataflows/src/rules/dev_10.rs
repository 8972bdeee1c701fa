//! DEV-10 · 使用同一 CA 数字证书锁 — the same CA certificate lock was used for different bidders.
//!
//! *Law.* 招标投标法实施条例 §40(二): different bidders that entrust one unit or person with their bids are
//! deemed to collude. That one certificate lock shows this is said by local rules only; nationally a strong
//! lead.
//!
//! *Needs.* `ca_lock` in `bid.submitted` or `bid.decrypted`.
//!
//! *Formula.* Bids that show one same `ca_lock`, at submission or at decryption; one finding a certificate.
//!
//! *Example.* 甲 submits with certificate C1, 乙 decrypts with C1: one finding, key `ca_lock:C1`.
//!
//! *Exclusions.* Certificates in the tenderer's own files. Bids uploaded at the venue count all the same: a
//! certificate is carried, not lent by the venue.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared, unverified};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev10,
    id: "DEV-10",
    zh: "使用同一 CA 数字证书锁",
    en: "the same CA certificate lock was used for different bidders",
    basis: &[unverified("部分地方规定(参照招标投标法实施条例第四十条第(二)项)")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "向 CA 机构核实证书持有人、办理人和绑定单位;核对上传、解密日志中的证书序列号;询问证书保管和\
            使用情况",
        en: "ask the certificate authority who holds and applied for it and which unit it is bound to; \
            compare the serial numbers in upload and decryption logs; ask who keeps and uses it",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let missing = "bid.submitted, bid.decrypted ca_lock";
    shared::same_value(rule, dossier, params, conclusions, FactKind::CaLock, missing, |_| true)
}
