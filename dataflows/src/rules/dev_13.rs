//! DEV-13 · 设备关联企业群 — bidders linked to one another by shared devices, locks and certificates.
//!
//! *Law.* None: a lead over the whole history.
//!
//! *Needs.* What DEV-12 needs.
//!
//! *Formula.* All users of a DEV-12 value are linked; connected components of at least 3 bidders (`ring_min`).
//!
//! *Example.* 甲–乙 by a lock, 乙–丙 by a certificate: one component of three.
//!
//! *Exclusions.* Hubs. Never called a gang: the finding says who shared what.
//!
//! The components are kept by [`history::rings`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev13,
    id: "DEV-13",
    zh: "多家企业通过共用设备、加密锁、证书相互关联",
    en: "several bidders are linked by shared devices, locks or certificates",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "逐一核对形成关联的共用设备、锁或证书;查看这些企业的同场投标和中标情况;排除代办机构和公共设\
            备",
        en: "go through the shared devices, locks and certificates one by one; see how often these \
            bidders met and who won; leave out service agencies and public machines",
    },
    judge: Judge::History,
};

/// The finding about one component: its bidders (`first` names it) and the number of values that link them.
pub fn finding(
    params: &Params,
    first: Symbol,
    bidders: impl Iterator<Item = Symbol>,
    values: usize,
    events: impl Iterator<Item = EventRef>,
) -> Finding {
    Finding::new(Rule::Dev13, Symbol::NONE, params.severity(Rule::Dev13))
        .key(Name::Bidder, Quantity::Text(first))
        .parties(bidders)
        .value(Name::Values, Quantity::Count(values as u64))
        .evidence(events)
}
