//! MON-04 · 投标保函的申请人、申请 IP 或申请电话相同 — guarantees were applied for by the same person, or from the same address or telephone.
//!
//! *Law.* None by itself: a lead, by analogy with 招标投标法实施条例 §40(二) and (六). Banks' and brokers'
//! staff apply for many.
//!
//! *Needs.* `deposit.received` in another form than transfer (or in a form not given) with `applicant.id`,
//! `apply_ip` or `apply_phone`, of a bidder.
//!
//! *Formula.* Bidders whose guarantees show one same `applicant`, one same `apply_ip` or one same
//! `apply_phone`; one finding a kind and value.
//!
//! *Example.* 甲's and 乙's guarantees were both applied for from 203.0.113.9: one finding, key
//! `ip:203.0.113.9`.
//!
//! *Exclusions.* Transfers; applicants named without an identity number; the tenderer's own addresses.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::{Dossier, Group, Shown};
use crate::finding::Severity;
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Mon04,
    id: "MON-04",
    zh: "投标保函的申请人、申请 IP 或申请电话相同",
    en: "guarantees were applied for by the same person, or from the same address or telephone",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Money,
    checks: Said {
        zh: "向保函出具机构核实申请人、付费账户和申请材料;核对申请人是否为金融机构或经纪机构人员",
        en: "ask the guarantor who applied and from which account the fee was paid; check whether the \
            applicant is staff of a bank or broker",
    },
    judge: Judge::Section(judge),
};

const KINDS: [FactKind; 3] = [FactKind::Applicant, FactKind::ApplyIp, FactKind::ApplyPhone];

fn groups(dossier: &Dossier) -> Vec<(Fact, Group)> {
    let own = &dossier.notices.own;
    let counts = |shown: &&Shown| own.binary_search(&shown.fact.value()).is_err();
    let of_kind =
        |kind| dossier.group(&dossier.of_kind(kind).iter().filter(counts).copied().collect::<Vec<_>>());
    KINDS.into_iter().flat_map(of_kind).collect()
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if KINDS.iter().all(|kind| dossier.of_kind(*kind).is_empty()) {
        return Outcome::InsufficientData("deposit.received applicant.id, apply_ip, apply_phone");
    }
    shared::report(rule, dossier, params, conclusions, groups(dossier))
}
