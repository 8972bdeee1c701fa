//! REL-01 · 不同投标人的法定代表人为同一人 — different bidders have the same legal representative.
//!
//! *Law.* 招标投标法实施条例 §34 paragraphs 2 and 3: units with one and the same person in charge must not bid
//! in one section; their bids are invalid. 政府采购法实施条例 §18 paragraph 1: nor take part under one contract
//! item.
//!
//! *Needs.* `party.recorded` with `legal_representative.id` of at least one bidder.
//!
//! *Formula.* Bidders whose latest records name one same `legal_representative`; one finding a person.
//!
//! *Example.* 陈 is legal representative of 甲 and of 乙 in their latest records, both bid: one finding, parties
//! 甲 and 乙, person 陈. A newer record of 乙 with another name ends it.
//!
//! *Exclusions.* Members of one consortium; representatives named without an identity number.
//!
//! *Caution.* the articles say 单位负责人 (person in charge); the legal representative is taken as that person.
//! §18 of the procurement regulation forbids taking part and does not itself say "invalid".

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel01,
    id: "REL-01",
    zh: "不同投标人的法定代表人为同一人",
    en: "different bidders have the same legal representative",
    basis: &[law("招标投标法实施条例第三十四条第二、三款"), law("政府采购法实施条例第十八条第一款")],
    severity: Severity::X,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取投标截止时的企业登记信息,核对法定代表人和负责人变更日期;核对是否为同一标段或者同一合同\
            项",
        en: "take the company registration as of the deadline and the dates of changes; check that it \
            is one section or one contract item",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let shown = shared::recorded(dossier, |_, record| {
        record.legal_representative.map(|person| Fact::symbol(FactKind::LegalRepresentative, person))
    });
    if shown.is_empty() {
        return Outcome::InsufficientData("party.recorded legal_representative.id");
    }
    shared::report(rule, dossier, params, conclusions, dossier.group(&shown))
}
