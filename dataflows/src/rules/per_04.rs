//! PER-04 · 不同投标人的联系人、电话或邮箱相同 — different bidders gave the same contact person, telephone or e-mail address.
//!
//! *Law.* 财政部令第87号 §37(三) (not checked here) deems one same contact person in goods and services
//! procurement collusion. For engineering no article says so: 招标投标法实施条例 §40(三) names members of the
//! project management only; there a lead.
//!
//! *Needs.* `contact.id`, `phone` or `email` of at least one bid. The project's `industry` for the severity;
//! unknown, it is a lead.
//!
//! *Formula.* Bids that show one same `contact`, one same `phone` (digits only, +86 dropped) or one same
//! `email` (lower case); one finding a kind and value. Severity D in industry 02, else L.
//!
//! *Example.* 甲 gives 0898-66001234, 乙 "+86 0898 66001234": one number, one finding, key `phone:` with its
//! last four digits and a hash, so that equal ones can be told and no number is shown.
//!
//! *Exclusions.* Contacts named without an identity number, since names repeat.
//!
//! *Caution.* severity D in industry 02 rests on 87号令 §37(三) alone, which is not in the folder; no verified
//! article carries it (政府采购法实施条例 §74 lists what constitutes collusion and names no contact person).
//! Moreover 87号令 speaks of the contact PERSON (联系人员), not of telephone and e-mail.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared, unverified};
use crate::dossier::Dossier;
use crate::event::Industry;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Per04,
    id: "PER-04",
    zh: "不同投标人的联系人、电话或邮箱相同",
    en: "different bidders gave the same contact person, telephone or e-mail address",
    basis: &[unverified("政府采购货物和服务招标投标管理办法(财政部令第87号)第三十七条第(三)项")],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Person,
    checks: Said {
        zh: "核对投标文件中的联系人授权、任职单位和社保记录;核对该电话、邮箱是否为代理记账或代办机构所有\
            ;核对是否为联合体成员",
        en: "compare the contact's authorisation, employer and social insurance; check whether the \
            number or address belongs to a bookkeeping or service agency; check whether they form a \
            consortium",
    },
    judge: Judge::Section(judge),
};

/// Ways to reach somebody.
pub const KINDS: [FactKind; 3] = [FactKind::Contact, FactKind::Phone, FactKind::Email];

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if KINDS.iter().all(|kind| dossier.of_kind(*kind).is_empty()) {
        return Outcome::InsufficientData("bid.submitted contact.id, phone, email");
    }
    let before = conclusions.findings.len();
    let groups = KINDS.into_iter().flat_map(|kind| dossier.groups(kind, |_| true)).collect();
    let outcome = shared::report(rule, dossier, params, conclusions, groups);
    if dossier.project.industry == Some(Industry::GovernmentProcurement) {
        conclusions.findings[before..].iter_mut().for_each(|finding| finding.severity = Severity::D);
    }
    outcome
}
