//! REL-02 · 存在控股、管理关系 — one bidder controls another.
//!
//! *Law.* 招标投标法实施条例 §34, paragraphs 2 and 3: units of which one controls or manages the other must not bid in
//! one section; their bids are invalid.
//!
//! *Needs.* `party.recorded` with `holders` of at least one bidder (or of organisations above it).
//!
//! *Formula.* Control is holder → organisation where `controls` or `share` > 0.5, chains of any length. The chains come
//! with the dossier (see [`control`](crate::history)); the rule pairs each bidder with those of its controllers that
//! bid too and are different; one finding a pair.
//!
//! *Example.* 甲 holds 60 % of 辛, 辛 80 % of 乙, 甲 and 乙 bid: one finding.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel02,
    id: "REL-02",
    zh: "投标人之间存在控股、管理关系",
    en: "one bidder controls another",
    basis: &[law("招标投标法实施条例第三十四条第二、三款")],
    severity: Severity::X,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取投标截止时的股权结构和章程;核对控股、管理关系的起止时间;核对是否为同一标段",
        en: "take shareholdings and articles of association as of the deadline; see since when control \
            holds; check that it is one section",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.len() < 2 {
        return Outcome::NotApplicable("fewer than two bidders");
    }
    let above = |org| dossier.known_of(org).map_or(&[][..], |known| &known.controllers);
    if dossier.bids.iter().all(|bid| above(bid.bidder).is_empty()) {
        return Outcome::InsufficientData("party.recorded holders");
    }
    let before = conclusions.findings.len();
    for (bid, at) in dossier.bids.iter().zip(0..) {
        for controller in above(bid.bidder) {
            let Ok(other) = dossier.bids.binary_search_by_key(&controller.who, |b| b.bidder) else {
                continue;
            };
            if !dossier.different(at, other as u32) {
                continue;
            }
            let finding = Finding::new(rule, dossier.section, params.severity(rule))
                .key(Name::Controller, Quantity::Text(controller.who))
                .key(Name::Bidder, Quantity::Text(bid.bidder))
                .parties([controller.who, bid.bidder])
                .value(Name::Events, Quantity::Count(controller.chain.len() as u64))
                .evidence(controller.chain.iter().copied());
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
