//! HIS-04 · 多家企业频繁同场投标 — several bidders often meet in the same sections.
//!
//! *Law.* None: a lead over the whole history (cohesive groups in co-bidding networks, Wachs and Kertész).
//! Small or specialised markets have few firms.
//!
//! *Needs.* bids.
//!
//! *Formula.* Pairs that are together in at least 5 (`together_min`) sections in the window (`window_days`), with
//! together / (sections of one + sections of the other − together) ≥ 0.5, are linked; a finding is a connected component
//! of at least 3 (`ring_min`) bidders, named after the smallest code.
//!
//! *Example.* 甲, 乙 and 丙 bid together in five of their five, six and seven sections: one finding, three parties.
//!
//! *Exclusions.* Sections of more than 50 (`crowd`) bidders, from the counts and from the section sets alike.
//!
//! The pairs are counted by [`history::together`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::His04,
    id: "HIS-04",
    zh: "多家企业频繁同场投标",
    en: "several bidders often meet in the same sections",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::History,
    checks: Said {
        zh: "核对所在行业、地区的企业数量;查看历次中标人分布和报价关系;结合设备、人员、资金线索核对",
        en: "see how many firms the trade and region have; see who won and how prices lay; look at \
            device, person and money leads together",
    },
    judge: Judge::History,
};

/// The finding about one component: its bidders (`first` names it) and the number of sections where linked ones met.
pub fn finding(
    params: &Params,
    first: Symbol,
    bidders: impl Iterator<Item = Symbol>,
    sections: usize,
    events: impl Iterator<Item = EventRef>,
) -> Finding {
    let finding = Finding::new(Rule::His04, Symbol::NONE, params.severity(Rule::His04))
        .key(Name::Bidder, Quantity::Text(first))
        .parties(bidders)
        .value(Name::Sections, Quantity::Count(sections as u64))
        .value(Name::Limit, Quantity::Count(params.thresholds.together_min.into()))
        .evidence(events);
    let bidders = Quantity::Count(finding.parties.len() as u64);
    finding.value(Name::Bidders, bidders)
}
