//! REL-06 · 不同投标人的董事或法定代表人有交叉 — one person is director or legal representative of different bidders.
//!
//! *Law.* None by itself: a lead (OECD bid-rigging list, 2025). 招标投标法实施条例 §34 paragraph 2 names the
//! person in charge and control or management, which a shared director may show.
//!
//! *Needs.* `party.recorded` with `directors` or `legal_representative` of at least one bidder.
//!
//! *Formula.* Bidders whose latest records name one same person as director or as `legal_representative`, and
//! among them two different ones whose legal representatives are not one same person; one finding a person,
//! its parties the whole group.
//!
//! *Example.* 陈 is director of 甲 and legal representative of 乙: one finding, parties 甲 and 乙. 陈 represents
//! both: REL-01 says so, and this rule is silent. 陈 represents 甲 and 乙 and is director of 丙: one finding over
//! all three.
//!
//! *Exclusions.* Pairs with one same legal representative (REL-01): a group in which all different bidders
//! are represented by one same person is none. Members of one consortium; persons named without an identity
//! number.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::{Fact, FactKind};
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel06,
    id: "REL-06",
    zh: "不同投标人的董事或法定代表人有交叉",
    en: "one person is director or legal representative of different bidders",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取任职起止时间和公司章程;核对该人员是否参与两家投标决策;核对是否为外部董事",
        en: "take the dates of office and the articles of association; see whether the person took part \
            in both bids; check for outside directors",
    },
    judge: Judge::Section(judge),
};

/// Whether two of these bids are of different bidders without one same legal representative.
fn goes_beyond_rel_01(dossier: &Dossier, bids: &[u32]) -> bool {
    let record = |at: &u32| dossier.record_of(dossier.bids[*at as usize].bidder);
    let heads: Vec<Option<Symbol>> = bids.iter().map(|at| record(at)?.legal_representative).collect();
    let apart = |a: usize, b: usize| {
        (heads[a].is_none() || heads[a] != heads[b]) && dossier.different(bids[a], bids[b])
    };
    // Nearly always the first two decide; a group under one head would compare all.
    let one_head = heads[0].is_some() && heads.iter().all(|head| *head == heads[0]);
    !one_head && (0..bids.len()).any(|a| (a + 1..bids.len()).any(|b| apart(a, b)))
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let shown = shared::recorded(dossier, |_, record| {
        let directors = record.directors.iter().copied().chain(record.legal_representative);
        directors.map(|person| Fact::symbol(FactKind::Director, person)).collect::<Vec<_>>()
    });
    if shown.is_empty() {
        return Outcome::InsufficientData("party.recorded directors, legal_representative.id");
    }
    let mut groups = dossier.group(&shown);
    groups.retain(|(_, group)| goes_beyond_rel_01(dossier, &group.bids));
    shared::report(rule, dossier, params, conclusions, groups)
}
