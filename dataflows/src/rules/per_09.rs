//! PER-09 · 同一人代表不同投标人参加开标 — the same person attended the opening for different bidders.
//!
//! *Law.* 招标投标法实施条例 §40(二): different bidders that entrust one unit or person with handling their
//! bids are deemed to collude. To attend the opening for a bidder is taken as handling its bid.
//!
//! *Needs.* `bid.opened` with `attendee.id`.
//!
//! *Formula.* Bids whose `bid.opened` name one same `attendee`; one finding a person.
//!
//! *Example.* 陈 attends the opening for 甲 and for 丙: one finding, parties 甲 and 丙, person 陈.
//!
//! *Exclusions.* Attendees named without an identity number; members of one consortium.
//!
//! *Caution.* the article says 办理投标事宜 and does not name attendance; that it is included is the
//! catalogue's reading. A mere companion wrongly entered as attendee would not be.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Per09,
    id: "PER-09",
    zh: "同一人代表不同投标人参加开标",
    en: "the same person attended the opening for different bidders",
    basis: &[law("招标投标法实施条例第四十条第(二)项")],
    severity: Severity::D,
    topic: Topic::Collusion,
    family: Family::Person,
    checks: Said {
        zh: "核对开标签到表、授权委托书和身份核验记录原件;核对影像资料;核对是否为联合体成员",
        en: "check the originals of the sign-in sheet, the powers of attorney and the identity check; \
            see the video; check whether they form a consortium",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let missing = "bid.opened attendee.id";
    shared::same_value(rule, dossier, params, conclusions, FactKind::Attendee, missing, |_| true)
}
