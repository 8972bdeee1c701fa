//! PER-11 · 中标项目经理在其他项目任职且尚未完工 — the manager of the award is the manager of another contract that is not completed.
//!
//! *Law.* 招标投标法实施条例 §51(三): a bidder that does not meet the qualifications set by the State or the
//! tender document must be rejected. That a constructor may not manage two sites at once is in the ministry's
//! rules on registered constructors (not checked here), with exceptions.
//!
//! *Needs.* `award.made` with `manager.id`; `contract.signed` of other sections with `manager.id`.
//!
//! *Formula.* The manager of the latest `award.made`, where it names one, is the manager of another section's
//! contract (its latest `contract.signed` that names one) with signed_at ≤ notified_at, and that contract's
//! earliest completion is not ≤ notified_at. Instants not given are those of the events. One finding a
//! contract.
//!
//! *Example.* 陈 manages section 1 by a contract signed on 20 January and not completed. Section 2 is awarded
//! on 15 February with 陈 as manager: one finding in section 2, party its awarded bidder. Had section 1 been
//! completed on the morning of 15 February, before the notice of award: none.
//!
//! *Exclusions.* Contracts of the section itself; contracts in which another manager is named later.
//!
//! *Caution.* §51(三) carries only the consequence (rejection); the ban is in unverified rules and covers
//! constructors (engineering), not managers of other industries. Doubtful as X for industries other than 01; S
//! would be safer without the rules' text.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, unverified};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Per11,
    id: "PER-11",
    zh: "中标项目经理在其他项目任职且尚未完工",
    en: "the manager of the award is the manager of another contract that is not completed",
    basis: &[
        law("招标投标法实施条例第五十一条第(三)项"),
        unverified("注册建造师管理规定第二十一条"),
        unverified("注册建造师执业管理办法(试行)第九条"),
    ],
    severity: Severity::X,
    topic: Topic::Persons,
    family: Family::Person,
    checks: Said {
        zh: "核对在建项目合同、竣工验收和项目经理变更备案;核对招标文件对在建项目的要求;核对是否属于同一\
            工程相邻分段或经发包人同意停工等例外情形",
        en: "check the other contract, its completion record and any registered change of manager; see \
            what the tender document asks; check the exceptions (adjoining parts of one work, work \
            stopped with the owner's consent)",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(award) = dossier.outcome.award else {
        return Outcome::NotApplicable("not awarded");
    };
    let Some(manager) = award.manager else {
        return Outcome::InsufficientData("award.made manager.id");
    };
    let notified = award.notified_at;
    conclusions.measure(Name::NotifiedAt, Quantity::Instant(notified));
    let before = conclusions.findings.len();
    let contracts = dossier.known_of(manager).map_or(&[][..], |known| &known.contracts);
    for contract in contracts.iter().filter(|contract| contract.section != dossier.section) {
        conclusions.measure(Name::SignedAt, Quantity::Instant(contract.signed_at));
        let completed = contract.completed_at.is_some_and(|completed| completed <= notified);
        if contract.signed_at > notified || completed {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Contract, Quantity::Text(contract.section))
            .key(Name::Person, Quantity::Text(manager))
            .parties([award.winner])
            .persons([manager])
            .value(Name::NotifiedAt, Quantity::Instant(notified))
            .value(Name::SignedAt, Quantity::Instant(contract.signed_at))
            .evidence([award.event, contract.event]);
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
