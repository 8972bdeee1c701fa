//! REL-05 · 不同投标人有共同的重要股东 — different bidders share a holder of 5 % or more.
//!
//! *Law.* None: a lead (Open Contracting red flag R033). Holdings without control are not barred (cf.
//! 招标投标法实施条例 §34 paragraph 2).
//!
//! *Needs.* `party.recorded` with `holders` and their `share` of at least one bidder.
//!
//! *Formula.* Bidders in whose latest records one same holder has `share` ≥ 5 % (`holder_share_permille`) and
//! which that holder does not control; one finding a holder. Shares held through others are not added up.
//!
//! *Example.* 庚 holds 5 % of 甲 and 20 % of 乙: one finding, key `holder:庚`. 庚 holds 4.99 % of 甲: none. 庚 holds
//! 60 % of 乙 and so controls it: none.
//!
//! *Exclusions.* Bidders that the holder controls, directly or through others (REL-02, REL-04); members of
//! one consortium; holders whose share is not given.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::{Dossier, Holder};
use crate::finding::{Name, Quantity, Severity};
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel05,
    id: "REL-05",
    zh: "不同投标人有共同的重要股东",
    en: "different bidders share a holder of 5 % or more",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取股东名册和持股比例;核对该股东是否为上市公司股东、基金或国资平台;核对是否派驻管理人员",
        en: "take the registers of shareholders; check whether the holder is a fund, a state platform \
            or holds listed shares; see whether it appoints managers",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    /// Shares are in parts per million, the threshold in thousandths.
    const MILLIONTHS: u32 = 1000;
    let least = params.thresholds.holder_share_permille;
    conclusions.measure(Name::Limit, Quantity::Permille(least));
    if !shared::holders_known(dossier) {
        return Outcome::InsufficientData("party.recorded holders");
    }
    let shown = shared::recorded(dossier, |bidder, record| {
        let large = |holder: &&Holder| holder.share.is_some_and(|share| share >= least * MILLIONTHS);
        let holders = record.holders.iter().filter(large);
        // Shares of its own that a firm holds link it to nobody.
        let counts =
            move |holder: &&Holder| holder.who != bidder && dossier.control(holder.who, bidder).is_none();
        let holders = holders.filter(counts);
        let facts = holders.map(|holder| {
            let kind = if holder.is_person { FactKind::HolderPerson } else { FactKind::HolderOrg };
            Fact::symbol(kind, holder.who)
        });
        facts.collect::<Vec<_>>()
    });
    shared::report(rule, dossier, params, conclusions, dossier.group(&shown))
}
