//! PER-03 · 项目管理成员为同一人 — one person stands in the project teams of different bidders.
//!
//! *Law.* 招标投标法实施条例 §40(三): one and the same person among the project management named in the files of
//! different bidders is deemed collusion.
//!
//! *Needs.* `manager.id` or `staff[].person.id`.
//!
//! *Formula.* Each bid's team is its manager (the latest named) and all its staff; bids whose teams
//! share a person form a group; one finding a person.
//!
//! *Example.* 甲's manager is on 乙's staff: one finding, parties 甲 and 乙.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::{Dossier, Shown};
use crate::finding::Severity;
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Per03,
    id: "PER-03",
    zh: "不同投标人的项目管理成员为同一人",
    en: "one person is in the project management of different bidders",
    basis: &[law("招标投标法实施条例第四十条第(三)项")],
    severity: Severity::D,
    topic: Topic::Collusion,
    family: Family::Person,
    checks: Said {
        zh: "核对投标文件载明的项目管理人员名单、证书和社保记录;询问本人及两家企业;核对是否为联合体成员",
        en: "compare the teams named in the bid files, their certificates and social insurance; ask the \
            person and both bidders; check for a consortium",
    },
    judge: Judge::Section(judge),
};

/// Managers and staff as one kind of value, in order.
pub fn team(dossier: &Dossier) -> Vec<Shown> {
    let kinds = [FactKind::Manager, FactKind::Staff];
    let shown = kinds.into_iter().flat_map(|kind| dossier.of_kind(kind)).copied();
    let mut team: Vec<Shown> =
        shown.map(|s| Shown { fact: Fact::symbol(FactKind::Staff, s.fact.as_symbol()), ..s }).collect();
    team.sort_unstable();
    team
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let team = team(dossier);
    if team.is_empty() {
        return Outcome::InsufficientData("bid.submitted manager.id, staff[].person.id");
    }
    let before = conclusions.findings.len();
    for (fact, group) in dossier.group(&team) {
        let finding = shared::group_finding(rule, dossier, params, fact, &group);
        conclusions.findings.push(finding.persons([fact.as_symbol()]));
    }
    conclusions.outcome_since(before)
}
