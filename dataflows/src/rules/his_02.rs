//! HIS-02 · 固定胜者与固定陪同 — a pair that often meets, and one and the same of them wins.
//!
//! *Law.* None: a lead over the whole history (Open Contracting red flag R053).
//!
//! *Needs.* `award.made`, bids in the window.
//!
//! *Formula.* Over decided sections in the window (by each bid's `submitted_at`) of at most 50 bidders (`crowd`): the pair
//! is together in at least 5 (`together_min`), and one of them wins at least 80 % of those.
//!
//! *Example.* 甲 and 乙 meet six times, 甲 wins five (83 %): one finding. Four meetings, all won: none.
//!
//! The meetings are counted by [`history::meetings`](crate::history).

use super::{Family, Judge, Rule, Said, Sheet, Topic};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::His02,
    id: "HIS-02",
    zh: "两家企业多次同场投标且多由同一家中标",
    en: "two bidders often meet, and the same one of them wins",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::History,
    checks: Said {
        zh: "查看历次同场投标的报价差距、排名和被否决原因;核对两家企业之间的分包、资金和人员往来",
        en: "see prices, ranks and rejections each time they met; look for subcontracts, money and \
            persons between them",
    },
    judge: Judge::History,
};

/// The finding about `winner` and `other`, who met in `together` decided sections of which `winner` won `wins`.
pub fn finding(
    params: &Params,
    (winner, other): (Symbol, Symbol),
    (together, wins): (usize, usize),
    events: impl Iterator<Item = EventRef>,
) -> Finding {
    Finding::new(Rule::His02, Symbol::NONE, params.severity(Rule::His02))
        .key(Name::Bidder, Quantity::Text(winner.min(other)))
        .key(Name::Bidder, Quantity::Text(winner.max(other)))
        .parties([winner, other])
        .value(Name::Sections, Quantity::Count(together as u64))
        .value(Name::Wins, Quantity::Count(wins as u64))
        .value(Name::Share, Quantity::Permille((wins * 1000 / together.max(1)) as u32))
        .value(Name::Limit, Quantity::Permille(params.thresholds.recurrent_win_permille))
        .evidence(events)
}
