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

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, unverified};
use crate::dossier::{Dossier, Group, Shown};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::row::{Fact, FactKind};
use crate::symbols::EventRef;
use std::collections::BTreeMap;

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
    checks: Said {
        zh: "调取上传日志和原始硬件信息,请制作工具厂商核验采集方式;核对设备权属和使用人;核对是否为联合体\
            成员或在交易场所上传",
        en: "take the upload log and raw hardware data and have the tool's maker verify them; see whose \
            machine it is and who used it; check for a consortium or an upload at the venue",
    },
    judge: Judge::Section(judge),
};

/// How many codes of one kind a bid may have in common with others: more than anybody uses, and a bound on the
/// combinations. Past it the rule gives up on the section and says so; to leave some out would make the outcome
/// depend on the order in which events came.
const CODES_MAX: usize = 16;

/// A code that a bid shows, and the events that show it.
type Code = (Fact, Vec<EventRef>);

/// A machine as a bid shows it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Machine {
    codes: [Fact; 3],
    bid: u32,
    events: Vec<EventRef>,
}

/// The codes of a kind that at least two bids show, by bid: no other is part of a shared machine.
fn shared_codes(dossier: &Dossier, kind: FactKind) -> BTreeMap<u32, Vec<Code>> {
    let on_site = |shown: &Shown| dossier.bids[shown.bid as usize].on_site;
    let shown: Vec<Shown> = dossier.of_kind(kind).iter().filter(|shown| !on_site(shown)).copied().collect();
    let mut codes: BTreeMap<u32, Vec<Code>> = BTreeMap::new();
    for same in shown.chunk_by(|a, b| a.fact == b.fact) {
        if same[0].bid == same[same.len() - 1].bid {
            continue;
        }
        for of_bid in same.chunk_by(|a, b| a.bid == b.bid) {
            let events = of_bid.iter().map(|shown| shown.event).collect();
            codes.entry(of_bid[0].bid).or_default().push((of_bid[0].fact, events));
        }
    }
    codes
}

/// Every (mac, cpu, disk) that a bid shows, as the values accumulate over its events; none past [`CODES_MAX`].
fn machines(dossier: &Dossier) -> Option<Vec<Machine>> {
    let [macs, cpus, disks] =
        [FactKind::Mac, FactKind::CpuId, FactKind::DiskSerial].map(|kind| shared_codes(dossier, kind));
    let mut machines = Vec::new();
    for (bid, macs) in &macs {
        let (Some(cpus), Some(disks)) = (cpus.get(bid), disks.get(bid)) else { continue };
        if [macs, cpus, disks].iter().any(|codes| codes.len() > CODES_MAX) {
            return None;
        }
        for (mac, mac_events) in macs {
            for (cpu, cpu_events) in cpus {
                for (disk, disk_events) in disks {
                    let events =
                        [mac_events, cpu_events, disk_events].into_iter().flatten().copied().collect();
                    machines.push(Machine { codes: [*mac, *cpu, *disk], bid: *bid, events });
                }
            }
        }
    }
    machines.sort_unstable();
    Some(machines)
}

/// The groups of bids that show one same machine; none past [`CODES_MAX`].
pub fn groups(dossier: &Dossier) -> Option<Vec<([Fact; 3], Group)>> {
    let machines = machines(dossier)?;
    let mut groups = Vec::new();
    for same in machines.chunk_by(|a, b| a.codes == b.codes) {
        let bids: Vec<u32> = same.iter().map(|m| m.bid).collect();
        if dossier.holds_different(&bids) {
            let events = same.iter().flat_map(|m| m.events.iter().copied()).collect();
            groups.push((same[0].codes, Group { bids, events }));
        }
    }
    Some(groups)
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
    let Some(groups) = groups(dossier) else {
        return Outcome::Error("a bid has more than 16 codes of one kind in common with others");
    };
    let before = conclusions.findings.len();
    for (codes, group) in groups {
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
