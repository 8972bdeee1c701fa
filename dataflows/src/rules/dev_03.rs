//! DEV-03 · 造价软件加密锁号相同 — files priced with one and the same software dongle.
//!
//! *Law.* 招标投标法实施条例 §40(一): files made by one unit or person are deemed collusion. That one dongle shows
//! this is deemed by Fujian and Daqing; nationally a strong lead.
//!
//! *Needs.* `pricing_lock` of at least one bid.
//!
//! *Formula.* Bids that show one same lock; one finding a lock.
//!
//! *Example.* 甲, 乙 show lock L1, 丙, 丁 show L2: two findings.
//!
//! *Exclusions.* Locks in the tenderer's own files.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared, unverified};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev03,
    id: "DEV-03",
    zh: "造价软件加密锁号相同",
    en: "bids were priced with the same software lock",
    basis: &[unverified("福建省、大庆市有关规定(参照招标投标法实施条例第四十条第(一)项)")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "向计价软件厂商核实加密锁的登记单位和使用人;核对是否委托同一造价咨询单位;核对该锁是否为招标\
            人或代理机构所有",
        en: "ask the software's maker to whom the lock is registered; see whether one consultant priced \
            both bids; see whether the lock is the tenderer's or the agency's",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let missing = "bid.submitted pricing_lock";
    shared::same_value(rule, dossier, params, conclusions, FactKind::PricingLock, missing, |_| true)
}
