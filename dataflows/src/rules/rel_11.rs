//! REL-11 · 同一单位在同一标段的两份投标中出现 — one organisation is in two bids of the section.
//!
//! *Law.* 招标投标法实施条例 §37 paragraph 3: a consortium's members that also bid alone or in another
//! consortium make all those bids invalid. 政府采购法实施条例 §22 paragraph 2: they must not take part
//! otherwise under the same contract item.
//!
//! *Needs.* Two bids; `consortium` of at least one of them.
//!
//! *Formula.* An organisation that is the lead or a consortium member in at least two bids of the section;
//! one finding an organisation, its parties the organisation and the leads of those bids.
//!
//! *Example.* 乙 is a member of 甲's consortium and of 丙's: one finding, key `org:乙`, parties 甲, 乙 and 丙. 乙 is
//! a member of 甲's consortium and bids alone: one finding, parties 甲 and 乙.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel11,
    id: "REL-11",
    zh: "同一单位在同一标段的两份投标中出现",
    en: "one organisation is in two bids of the section",
    basis: &[law("招标投标法实施条例第三十七条第三款"), law("政府采购法实施条例第二十二条第二款")],
    severity: Severity::X,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取共同投标协议和投标文件原件;核对是否为同一招标项目、同一标段",
        en: "take the consortium agreements and the bid files; check that it is the same project and \
            section",
    },
    judge: Judge::Section(judge),
};

/// Who is in which bid, as which event shows; sorted. Only those who are a member somewhere can be in two.
fn places(dossier: &Dossier) -> Vec<(Symbol, u32, EventRef)> {
    let mut places = Vec::new();
    for (bid, at) in dossier.bids.iter().zip(0..) {
        places.extend(bid.joined_by.iter().map(|(member, event)| (*member, at, *event)));
    }
    let led = places.iter().filter_map(|(member, ..)| {
        let at = dossier.bids.binary_search_by_key(member, |bid| bid.bidder).ok()?;
        Some((*member, at as u32, dossier.bids[at].first_event))
    });
    let mut all: Vec<_> = led.collect();
    all.append(&mut places);
    all.sort_unstable();
    all.dedup();
    all
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.len() < 2 {
        return Outcome::NotApplicable("fewer than two bidders");
    }
    let before = conclusions.findings.len();
    for of_org in places(dossier).chunk_by(|a, b| a.0 == b.0) {
        let mut bids: Vec<u32> = of_org.iter().map(|(_, at, _)| *at).collect();
        bids.dedup();
        if bids.len() < 2 {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Org, Quantity::Text(of_org[0].0))
            .parties(dossier.bidders(&bids).chain([of_org[0].0]))
            .value(Name::Bids, Quantity::Count(bids.len() as u64))
            .evidence(of_org.iter().map(|(_, _, event)| *event));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
