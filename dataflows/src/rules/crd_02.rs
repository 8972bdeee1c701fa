//! CRD-02 · 三年内有两次以上串通投标处理记录 — two or more entries of kind collusion within three years.
//!
//! *Law.* 招标投标法实施条例 §67 paragraph 2(二): collusion twice or more within three years is grave; the
//! department takes away the right to bid in projects that must be tendered for one to two years.
//!
//! *Needs.* `credit.listed` of kind `collusion`.
//!
//! *Formula.* At least 2 (`collusion_entries_min`) entries of kind collusion on one organisation or person whose `from_on` lies
//! in the last three calendar years; one finding each.
//!
//! *Example.* Entries from 1 March 2024 and 5 May 2026: one finding from 5 May 2026 to 1 March 2027.
//!
//! *Exclusions.* None: an entry that was removed counts as well, as the decision behind it stays on record.
//!
//! The entries are counted by [`history::counts`](crate::history).
//!
//! *Caution.* D means "deemed collusion"; this article is about gravity, not a presumption: the fact is that
//! two decisions are on record. An entry that was removed because it was revoked should not count (it does
//! count here).

use super::{Family, Judge, Rule, Said, Sheet, Topic, law, shared};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::history::counts::Count;
use crate::params::Params;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Crd02,
    id: "CRD-02",
    zh: "三年内有两次以上串通投标处理记录",
    en: "two or more entries of kind collusion within three years",
    basis: &[law("招标投标法实施条例第六十七条第二款第(二)项")],
    severity: Severity::D,
    topic: Topic::Credit,
    family: Family::Credit,
    checks: Said {
        zh: "核对各次处理决定书及其生效、变更、撤销情况;核对是否为同一行为的重复记录;核对资格限制是否已\
            执行",
        en: "see each decision and whether it stands; see whether two entries are of one act; see \
            whether the bar was carried out",
    },
    judge: Judge::History,
};

/// The finding about one party's entries of kind collusion, if there are several.
pub fn finding(params: &Params, listed: Symbol, is_person: bool, entries: &[Count]) -> Option<Finding> {
    let limit = params.thresholds.collusion_entries_min;
    let mut codes: Vec<Symbol> = entries.iter().map(|entry| entry.of).collect();
    codes.sort_unstable();
    codes.dedup();
    if codes.len() < limit as usize {
        return None;
    }
    let finding = Finding::new(Rule::Crd02, Symbol::NONE, params.severity(Rule::Crd02))
        .value(Name::Entries, Quantity::Count(codes.len() as u64))
        .value(Name::Limit, Quantity::Count(limit.into()))
        .evidence(entries.iter().map(|entry| entry.event));
    Some(shared::about(finding, listed, is_person))
}
