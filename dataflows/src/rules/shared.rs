//! What the rules about shared values have in common: one finding a group, the noise guard.

use super::{Conclusions, Outcome, Rule};
use crate::dossier::{Bid, Dossier, Group};
use crate::finding::{Finding, Name, Quantity};
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// How a kind of value is called in keys.
pub fn name_of(kind: FactKind) -> Name {
    match kind {
        FactKind::Mac => Name::Mac,
        FactKind::CpuId => Name::CpuId,
        FactKind::DiskSerial => Name::DiskSerial,
        FactKind::MemorySerial => Name::MemorySerial,
        FactKind::BoardSerial => Name::BoardSerial,
        FactKind::MachineCode => Name::MachineCode,
        FactKind::Ip => Name::Ip,
        FactKind::PricingLock => Name::PricingLock,
        FactKind::CaLock => Name::CaLock,
        FactKind::FeatureCode => Name::FeatureCode,
        FactKind::Account => Name::Account,
        FactKind::Agent | FactKind::Manager | FactKind::Staff => Name::Person,
        _ => Name::Event,
    }
}

/// The one finding of a group that shares `fact`.
pub fn group_finding(rule: Rule, dossier: &Dossier, params: &Params, fact: Fact, group: &Group) -> Finding {
    let shared = Quantity::Text(fact.as_symbol());
    Finding::new(rule, dossier.section, params.severity(rule))
        .key(name_of(fact.kind()), shared)
        .parties(dossier.bidders(&group.bids))
        .value(Name::Bidders, Quantity::Count(group.bids.len() as u64))
        .evidence(group.events.iter().copied())
}

/// Whether a group is so large a part of the section that it says something about the venue, not about
/// the bidders: three or more that hold at least `noise_share` of all bidders.
pub fn is_noise(dossier: &Dossier, params: &Params, group: &Group) -> bool {
    let share = u64::from(params.thresholds.noise_share_permille);
    group.bids.len() >= 3 && group.bids.len() as u64 * 1000 >= share * dossier.bids.len() as u64
}

/// "Same value of this kind": the whole of most rules about shared values.
pub fn same_value(
    rule: Rule,
    dossier: &Dossier,
    params: &Params,
    conclusions: &mut Conclusions,
    kind: FactKind,
    missing: &'static str,
    counts: impl Fn(&Bid) -> bool,
) -> Outcome {
    if dossier.of_kind(kind).is_empty() {
        return Outcome::InsufficientData(missing);
    }
    let before = conclusions.findings.len();
    for (fact, group) in dossier.groups(kind, counts) {
        conclusions.findings.push(group_finding(rule, dossier, params, fact, &group));
    }
    conclusions.outcome_since(before)
}
