//! REL-04 · 投标人由同一单位或者个人控制 — bidders are controlled by one and the same organisation or person.
//!
//! *Law.* 招标投标法实施条例 §34 paragraph 2 names units with one person in charge and units between which
//! there is control or management; of two units under one third it does not speak in terms. Whether it covers
//! them the committee or the department decides.
//!
//! *Needs.* `party.recorded` with `holders` of at least one bidder (and of organisations above it).
//!
//! *Formula.* Control is holder → organisation where `controls` or `share` > 0.5, chains of any length. For
//! each K that controls bidders: among them are two different ones, neither of which controls the other. One
//! finding a controller, its parties all bidders that K controls.
//!
//! *Example.* 庚 holds 70 % of 甲 and all of 辛, 辛 90 % of 乙; 甲 and 乙 bid: one finding, key `controller:庚`,
//! parties 甲 and 乙. If 甲 held those 90 % of 乙 itself: REL-02 and not this rule.
//!
//! *Exclusions.* A pair of which one controls the other (REL-02); members of one consortium; the controller's
//! own bid, where it bids.
//!
//! *Caution.* severity X without a verified article: §34(2) was read and does not literally cover sister
//! companies (政府采购法实施条例 §18 even says 直接, direct, control). Exception: where one PERSON is in charge
//! of both, REL-01 applies.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared, unverified};
use crate::dossier::{Controller, Dossier};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Rel04,
    id: "REL-04",
    zh: "投标人由同一单位或者个人控制",
    en: "bidders are controlled by one and the same organisation or person",
    basis: &[unverified(
        "招标投标法实施条例第三十四条第二、三款(条文未直接规定同受一方控制的不同投标人,是否适用由评标委员会或监督部门认定)",
    )],
    severity: Severity::X,
    topic: Topic::Persons,
    family: Family::Relation,
    checks: Said {
        zh: "调取投标截止时的股权结构和实际控制人信息;核对两家投标人的管理人员、决策和资金是否独立;查看\
            招标文件对关联投标人的规定",
        en: "take shareholdings and ultimate controllers as of the deadline; see whether management, \
            decisions and money are separate; see what the tender document says of related bidders",
    },
    judge: Judge::Section(judge),
};

/// Whether two of these bids are of different bidders, neither of which controls the other.
fn are_sisters(dossier: &Dossier, bids: &[u32]) -> bool {
    let bidder = |at: u32| dossier.bids[at as usize].bidder;
    let apart = |a, b| {
        dossier.different(a, b)
            && dossier.control(bidder(a), bidder(b)).is_none()
            && dossier.control(bidder(b), bidder(a)).is_none()
    };
    bids.iter().enumerate().any(|(at, a)| bids[at + 1..].iter().any(|b| apart(*a, *b)))
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.len() < 2 {
        return Outcome::NotApplicable("fewer than two bidders");
    }
    if !shared::holders_known(dossier) {
        return Outcome::InsufficientData("party.recorded holders");
    }
    let known =
        dossier.bids.iter().zip(0..).filter_map(|(bid, at)| Some((dossier.known_of(bid.bidder)?, at)));
    let mut above: Vec<(&Controller, u32)> = known
        .flat_map(|(known, at)| known.controllers.iter().map(move |controller| (controller, at)))
        .collect();
    above.sort_unstable_by_key(|(controller, at)| (controller.who, *at));
    let before = conclusions.findings.len();
    for same in above.chunk_by(|a, b| a.0.who == b.0.who) {
        let controller = same[0].0;
        let bids: Vec<u32> = same.iter().map(|(_, at)| *at).collect();
        if !are_sisters(dossier, &bids) {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Controller, Quantity::Text(controller.who))
            .parties(dossier.bidders(&bids))
            .persons(controller.is_person.then_some(controller.who))
            .value(Name::Bidders, Quantity::Count(bids.len() as u64))
            .evidence(same.iter().flat_map(|(controller, _)| controller.chain.iter().copied()));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
