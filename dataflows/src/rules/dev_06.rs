//! DEV-06 · 单项硬件编码相同 — one hardware code of the uploading machines is equal.
//!
//! *Law.* None: a lead. A single serial repeats by accident more often than makers admit.
//!
//! *Needs.* At least one of `device.mac`, `cpu_id`, `disk_serial`, `memory_serial`, `board_serial`.
//!
//! *Formula.* Bids (not `on_site`) that show one same code; one finding a kind and value.
//!
//! *Example.* 甲 and 乙 show mac M but different disks: one finding, key `mac:M`.
//!
//! *Exclusions.* A group that lies wholly inside one DEV-01 group of the section; the tenderer's own values.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, dev_01, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev06,
    id: "DEV-06",
    zh: "上传设备有一项硬件编码相同",
    en: "one hardware code of the uploading machines is equal",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "请制作工具厂商核实该编码是否可能重复(虚拟网卡、批量设备);比对其他硬件编码和上传时间",
        en: "ask the tool's maker whether the code can repeat (virtual cards, batches of machines); \
            compare the other codes and upload times",
    },
    judge: Judge::Section(judge),
};

/// The hardware codes, in the order of the facts.
pub const HARDWARE: [FactKind; 5] =
    [FactKind::Mac, FactKind::CpuId, FactKind::DiskSerial, FactKind::MemorySerial, FactKind::BoardSerial];

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if HARDWARE.iter().all(|kind| dossier.of_kind(*kind).is_empty()) {
        return Outcome::InsufficientData("bid.submitted device");
    }
    let before = conclusions.findings.len();
    let machines = dev_01::groups(dossier).unwrap_or_default();
    for kind in HARDWARE {
        for (fact, group) in dossier.groups(kind, |bid| !bid.on_site) {
            let inside =
                machines.iter().any(|(_, machine)| group.bids.iter().all(|b| machine.bids.contains(b)));
            if !inside {
                conclusions.findings.push(shared::group_finding(rule, dossier, params, fact, &group));
            }
        }
    }
    conclusions.outcome_since(before)
}
