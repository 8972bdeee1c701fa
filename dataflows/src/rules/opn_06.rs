//! OPN-06 · 多家投标人因同一错误解密失败 — several bidders failed to decrypt with the same error.
//!
//! *Law.* None: a lead. A fault of the platform gives the same picture.
//!
//! *Needs.* `bid.decrypted` with `ok` false and `error`.
//!
//! *Formula.* Two or more different bidders with a failed decryption that gives the same `error`; one finding
//! an error.
//!
//! *Example.* 甲 and 乙 both fail with "certificate expired": one finding, parties 甲 and 乙.
//!
//! *Exclusions.* Failures without `error`; members of one consortium.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Opn06,
    id: "OPN-06",
    zh: "多家投标人因同一错误解密失败",
    en: "several bidders failed to decrypt with the same error",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Procedure,
    family: Family::Procedure,
    checks: Said {
        zh: "核对平台当时的运行日志和故障记录;核对证书有效期和解密操作人;核对各投标人是否提出异议",
        en: "see the platform's logs and faults of that hour; check the certificates' validity and who \
            decrypted; see whether the bidders objected",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.of_kind(FactKind::DecryptError).is_empty() {
        let latest = || dossier.bids.iter().filter_map(|bid| bid.decrypted);
        return if latest().next().is_none() {
            Outcome::InsufficientData("bid.decrypted ok")
        } else if latest().any(|decrypted| !decrypted.value) {
            Outcome::InsufficientData("bid.decrypted error")
        } else {
            Outcome::NotTriggered
        };
    }
    let groups = dossier.groups(FactKind::DecryptError, |_| true);
    shared::report(rule, dossier, params, conclusions, groups)
}
