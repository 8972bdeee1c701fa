//! HIS-01 · 多次投标均未中标 — the bidder bid many times and never won.
//!
//! *Law.* None: a lead over the whole history (OECD bid-rigging list, 2025; Open Contracting red flag R025).
//!
//! *Needs.* `award.made` of the sections, bids.
//!
//! *Formula.* At least 10 (`bids_min`) bids in decided sections in the window (`window_days`), and none of them won; one
//! finding a bidder. Sections of any size count.
//!
//! *Example.* Ten bids in two years, ten awards to others: one finding. With the first award to the bidder it goes.
//!
//! *Exclusions.* Sections without an award.
//!
//! The bids are gathered by [`history::meetings`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::His01,
    id: "HIS-01",
    zh: "多次投标均未中标",
    en: "the bidder bid many times and never won",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::History,
    checks: Said {
        zh: "查看历次报价与中标价差距、同场投标人和被否决原因;了解企业资质与业绩",
        en: "see how far its prices were from the winning ones, with whom it met and why it was \
            rejected; learn about its licences and work done",
    },
    judge: Judge::History,
};

/// The finding about `bidder`, which won none of `bids` decided sections.
pub fn finding(
    params: &Params,
    bidder: Symbol,
    bids: usize,
    events: impl Iterator<Item = EventRef>,
) -> Finding {
    Finding::new(Rule::His01, Symbol::NONE, params.severity(Rule::His01))
        .key(Name::Bidder, Quantity::Text(bidder))
        .parties([bidder])
        .value(Name::Bids, Quantity::Count(bids as u64))
        .value(Name::Wins, Quantity::Count(0))
        .value(Name::Limit, Quantity::Count(params.thresholds.bids_min.into()))
        .evidence(events)
}
