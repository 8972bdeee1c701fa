//! REL-07 · 不同投标人的登记地址相同 — different bidders have the same registered address.
//!
//! *Law.* None: a lead (Open Contracting red flag R042). Business incubators and office buildings house many
//! firms.
//!
//! *Needs.* `party.recorded` with `address` of at least one bidder.
//!
//! *Formula.* Bidders whose latest records give one same `address`, compared without blanks and punctuation,
//! full-width characters and capitals folded; one finding an address.
//!
//! *Example.* "海口市 龙华区国贸路1-2号" and "海口市龙华区,国贸路12号" fold to one address: one finding, key
//! `address:海口市龙华区国贸路12号`.
//!
//! *Exclusions.* Members of one consortium; addresses of which nothing is left.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel07,
    id: "REL-07",
    zh: "不同投标人的登记地址相同",
    en: "different bidders have the same registered address",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "核对是否为集群登记地址、孵化器或写字楼;核对实际办公场所和租赁合同",
        en: "check for cluster registration, incubators and office buildings; check the actual offices \
            and leases",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let shown = shared::recorded(dossier, |_, record| {
        record.address.map(|address| Fact::symbol(FactKind::Address, address))
    });
    if shown.is_empty() {
        return Outcome::InsufficientData("party.recorded address");
    }
    shared::report(rule, dossier, params, conclusions, dossier.group(&shown))
}
