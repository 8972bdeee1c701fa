//! DEV-01 · 上传设备三码全同 — network card, CPU and disk of the uploading machine all equal.
//!
//! *Law.* 招标投标法实施条例 §40(一), (二) deem files made, or bids handled, by one unit or person to be collusion.
//! That equal device codes show this is said only by some provinces (Fujian deems it); nationally it
//! is a strong lead for the committee, so severity comes from the legal profile.
//!
//! *Needs.* `device.mac`, `device.cpu_id`, `device.disk_serial`, each given.
//!
//! *Formula.* Bids (not `on_site`) that show one same (mac, cpu_id, disk_serial); one finding a triple.
//!
//! *Example.* 甲 and 乙 both show mac M, CPU C, disk D; 丙 shows M and C only: one finding, parties 甲 and 乙.
//!
//! *Exclusions.* The tenderer's own values; placeholders; uploads at the venue.

use super::{Conclusions, Family, Judge, Outcome, Rule, Sheet, Topic, unverified};
use crate::dossier::{Dossier, Group, Shown};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::row::{Fact, FactKind};
use crate::symbols::EventRef;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev01,
    id: "DEV-01",
    zh: "上传设备的网卡、CPU、硬盘编码全部相同",
    en: "network card, CPU and disk codes of the uploading machine are all equal",
    basis: &[unverified("福建省有关规定(参照招标投标法实施条例第四十条第(一)、(二)项)")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Device,
    judge: Judge::Section(judge),
};

/// How many machines of one bid are compared: more than anybody uses, and a bound on the combinations.
const MACHINES_MAX: usize = 8;

/// A machine as a bid shows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Machine {
    codes: [Fact; 3],
    bid: u32,
    events: [EventRef; 3],
}

/// Every (mac, cpu, disk) that a bid shows: the values accumulate over its events.
fn machines(dossier: &Dossier) -> Vec<Machine> {
    let of_bid = |kind, bid| {
        let shown = dossier.of_kind(kind).iter();
        shown.filter(move |s: &&Shown| s.bid == bid).take(MACHINES_MAX)
    };
    let mut machines = Vec::new();
    for mac in dossier.of_kind(FactKind::Mac) {
        if dossier.bids[mac.bid as usize].on_site {
            continue;
        }
        for cpu in of_bid(FactKind::CpuId, mac.bid) {
            for disk in of_bid(FactKind::DiskSerial, mac.bid) {
                machines.push(Machine {
                    codes: [mac.fact, cpu.fact, disk.fact],
                    bid: mac.bid,
                    events: [mac.event, cpu.event, disk.event],
                });
            }
        }
    }
    machines.sort_unstable();
    machines
}

/// The groups of bids that show one same machine.
pub fn groups(dossier: &Dossier) -> Vec<([Fact; 3], Group)> {
    // Without a shared card there is no shared machine: spare the combinations.
    if !dossier.of_kind(FactKind::Mac).windows(2).any(|w| w[0].fact == w[1].fact) {
        return Vec::new();
    }
    let machines = machines(dossier);
    let mut groups = Vec::new();
    for same in machines.chunk_by(|a, b| a.codes == b.codes) {
        let mut bids: Vec<u32> = same.iter().map(|m| m.bid).collect();
        bids.dedup();
        if dossier.holds_different(&bids) {
            let events = same.iter().flat_map(|m| m.events).collect();
            groups.push((same[0].codes, Group { bids, events }));
        }
    }
    groups
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    for (kind, missing) in [
        (FactKind::Mac, "bid.submitted device.mac"),
        (FactKind::CpuId, "bid.submitted device.cpu_id"),
        (FactKind::DiskSerial, "bid.submitted device.disk_serial"),
    ] {
        if dossier.of_kind(kind).is_empty() {
            return Outcome::InsufficientData(missing);
        }
    }
    let before = conclusions.findings.len();
    for (codes, group) in groups(dossier) {
        let [mac, cpu, disk] = codes.map(|code| Quantity::Text(code.as_symbol()));
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Mac, mac)
            .key(Name::CpuId, cpu)
            .key(Name::DiskSerial, disk)
            .parties(dossier.bidders(&group.bids))
            .value(Name::Bidders, Quantity::Count(group.bids.len() as u64))
            .evidence(group.events.iter().copied());
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
