//! REL-09 · 招标人与投标人之间存在控股、管理关系 — there is control between the tenderer and a bidder.
//!
//! *Law.* 招标投标法实施条例 §34 paragraphs 1 and 3: who has an interest with the tenderer that may affect the
//! fairness of the tender must not bid; such a bid is invalid.
//!
//! *Needs.* The tenderer; `party.recorded` with `holders` of the bidder or of the tenderer (and of
//! organisations above them).
//!
//! *Formula.* Control is holder → organisation where `controls` or `share` > 0.5, chains of any length. The
//! tenderer controls the bidder, or the bidder the tenderer; one finding a bidder.
//!
//! *Example.* The tenderer holds 51 % of 辛, 辛 80 % of 乙, and 乙 bids: one finding, key `bidder:乙`. 乙 holds 60
//! % of the tenderer: likewise. Both are held by 庚: none.
//!
//! *Exclusions.* Holdings without control; the tenderer and the bidder under one third organisation.
//!
//! *Caution.* the article has two conditions: an interest AND that it may affect fairness. Control shows the
//! first; the second is for the department to judge. X "as it stands" is therefore strong; the wording of the
//! finding says control only. Government procurement (industry 02) has no like article in the folder
//! (政府采购法 §12 speaks of persons).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel09,
    id: "REL-09",
    zh: "招标人与投标人之间存在控股、管理关系",
    en: "there is control between the tenderer and a bidder",
    basis: &[law("招标投标法实施条例第三十四条第一、三款")],
    severity: Severity::X,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取投标截止时的股权和管理关系;核对该关系是否可能影响招标公正性;查看招标文件是否允许、是否\
            已公开说明",
        en: "take shareholdings and management as of the deadline; judge whether the relation may \
            affect fairness; see whether the tender document allows or discloses it",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.is_empty() {
        return Outcome::NotApplicable("no bidder");
    }
    let Some(tenderer) = dossier.project.tenderer else {
        return Outcome::InsufficientData("project.registered tenderer");
    };
    let of_tenderer = dossier.record_of(tenderer.value).is_some_and(|record| !record.holders.is_empty());
    if !of_tenderer && !shared::holders_known(dossier) {
        return Outcome::InsufficientData("party.recorded holders");
    }
    let before = conclusions.findings.len();
    for bid in &dossier.bids {
        let down = dossier.control(tenderer.value, bid.bidder);
        let up = dossier.control(bid.bidder, tenderer.value);
        if down.is_none() && up.is_none() {
            continue;
        }
        let chains = [down, up].into_iter().flatten().flatten().copied();
        let controller = if down.is_some() { tenderer.value } else { bid.bidder };
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(bid.bidder))
            .parties([bid.bidder])
            .value(Name::Tenderer, Quantity::Text(tenderer.value))
            .value(Name::Controller, Quantity::Text(controller))
            .evidence(chains.chain([tenderer.event]));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
