//! What the rules about shared values have in common: one finding a group, the noise guard.

use super::{Conclusions, Outcome, Rule};
use crate::dossier::{Bid, Credit, Dossier, Group, PartyRecord, Shown};
use crate::event::Industry;
use crate::finding::{Finding, Name, Quantity};
use crate::params::Params;
use crate::row::{Fact, FactKind};
use crate::symbols::Symbol;

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
        FactKind::Agent
        | FactKind::Manager
        | FactKind::Staff
        | FactKind::Attendee
        | FactKind::Applicant
        | FactKind::LegalRepresentative
        | FactKind::Director
        | FactKind::Person => Name::Person,
        FactKind::DownloadIp | FactKind::DecryptIp | FactKind::ApplyIp => Name::Ip,
        FactKind::Author => Name::Author,
        FactKind::LastSavedBy => Name::LastSavedBy,
        FactKind::FileCreatedAt => Name::CreatedAt,
        FactKind::Contact => Name::Contact,
        FactKind::Phone | FactKind::ApplyPhone => Name::Phone,
        FactKind::Email => Name::Email,
        FactKind::DecryptError => Name::Error,
        FactKind::HolderOrg | FactKind::HolderPerson => Name::Holder,
        FactKind::Address => Name::Address,
        _ => Name::Event,
    }
}

/// How a value is shown in keys: what reaches a person privately only so far that equal ones can be told.
fn quantity_of(fact: Fact) -> Quantity {
    match fact.kind() {
        FactKind::Phone | FactKind::ApplyPhone | FactKind::Email => Quantity::Masked(fact.as_symbol()),
        FactKind::FileCreatedAt => Quantity::Instant(fact.as_number()),
        _ => Quantity::Text(fact.as_symbol()),
    }
}

/// Whether values of this kind are persons' pseudonyms.
fn is_person(kind: FactKind) -> bool {
    name_of(kind) == Name::Person || matches!(kind, FactKind::Contact | FactKind::HolderPerson)
}

/// The one finding of a group that shares `fact`; a person who is shared is named.
pub fn group_finding(rule: Rule, dossier: &Dossier, params: &Params, fact: Fact, group: &Group) -> Finding {
    let shared = quantity_of(fact);
    let person = is_person(fact.kind()).then(|| fact.as_symbol());
    Finding::new(rule, dossier.section, params.severity(rule))
        .key(name_of(fact.kind()), shared)
        .parties(dossier.bidders(&group.bids))
        .persons(person)
        .value(Name::Bidders, Quantity::Count(group.bids.len() as u64))
        .evidence(group.events.iter().copied())
}

/// A length of time (µs) in whole seconds, begun ones counted.
pub fn seconds(span: i64) -> Quantity {
    const SECOND_US: i64 = 1_000_000;
    Quantity::Seconds((span + SECOND_US - 1) / SECOND_US)
}

/// Names an organisation or a person as the one that a finding without a section is about.
pub fn about(finding: Finding, who: Symbol, is_person: bool) -> Finding {
    if is_person {
        finding.key(Name::Person, Quantity::Text(who)).persons([who])
    } else {
        finding.key(Name::Party, Quantity::Text(who)).parties([who])
    }
}

/// Adds the credit entry that a finding rests on: which, and from when to when it is in force.
pub fn on_entry(finding: Finding, credit: &Credit) -> Finding {
    let finding =
        finding.key(Name::Entry, Quantity::Text(credit.entry)).value(Name::From, Quantity::Day(credit.from));
    match credit.until {
        Some(until) => finding.value(Name::Until, Quantity::Day(until)),
        None => finding,
    }
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
    report(rule, dossier, params, conclusions, dossier.groups(kind, counts))
}

/// One finding a group.
pub fn report(
    rule: Rule,
    dossier: &Dossier,
    params: &Params,
    conclusions: &mut Conclusions,
    groups: Vec<(Fact, Group)>,
) -> Outcome {
    let before = conclusions.findings.len();
    for (fact, group) in groups {
        conclusions.findings.push(group_finding(rule, dossier, params, fact, &group));
    }
    conclusions.outcome_since(before)
}

/// One finding a group; what the noise guard stops becomes a data-quality row.
pub fn report_guarded(
    rule: Rule,
    dossier: &Dossier,
    params: &Params,
    conclusions: &mut Conclusions,
    groups: Vec<(Fact, Group)>,
) -> Outcome {
    let before = conclusions.findings.len();
    for (fact, group) in groups {
        let finding = group_finding(rule, dossier, params, fact, &group);
        if is_noise(dossier, params, &group) {
            conclusions.quality.push(finding);
        } else {
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}

/// What the latest records of the bidders show, sorted to be grouped; `facts` picks it from a bidder and its record.
pub fn recorded<I: IntoIterator<Item = Fact>>(
    dossier: &Dossier,
    facts: impl Fn(Symbol, &PartyRecord) -> I,
) -> Vec<Shown> {
    let records = dossier.bids.iter().zip(0..).filter_map(|(bid, at)| {
        let record = dossier.record_of(bid.bidder)?;
        let shown = move |fact| Shown { fact, bid: at, event: record.event };
        Some(facts(bid.bidder, record).into_iter().map(shown))
    });
    let mut shown: Vec<Shown> = records.flatten().collect();
    shown.sort_unstable();
    shown.dedup();
    shown
}

/// Whether anything is known of who holds a bidder.
pub fn holders_known(dossier: &Dossier) -> bool {
    let mut records = dossier.bids.iter().filter_map(|bid| dossier.record_of(bid.bidder));
    records.any(|record| !record.holders.is_empty())
}

/// How a rule ends that speaks of engineering and government procurement (industries 01, 02) only, elsewhere.
pub fn outside_tendering(dossier: &Dossier) -> Option<Outcome> {
    match dossier.project.industry {
        Some(Industry::Engineering | Industry::GovernmentProcurement) => None,
        Some(_) => Some(Outcome::NotApplicable("only engineering and government procurement")),
        None => Some(Outcome::InsufficientData("project.registered industry")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begun_seconds_count() {
        let spans = [0, 1, 1_000_000, 60_000_001].map(seconds);
        assert_eq!(spans, [0, 1, 1, 61].map(Quantity::Seconds));
    }
}
