//! CRD-03 · 禁止投标期限内被确定为中标人 — awarded while a blacklist entry was in force.
//!
//! *Law.* 招标投标法实施条例 §67 paragraph 2 and 政府采购法 §77 paragraph 1: a party may be barred for a time;
//! §51(三): a bidder without the qualifications must be rejected; so it should not have come to an award.
//!
//! *Needs.* `award.made`; `credit.listed` with kind blacklist on the awarded bidder.
//!
//! *Formula.* An entry of kind blacklist on the bidder of the latest `award.made` is in force at its
//! `notified_at` (the event's `time` where it is missing): `from_on` ≤ local date ≤ `until_on` (no end, if
//! missing), and not removed at or before it. One finding an entry.
//!
//! *Example.* 甲 is blacklisted from 1 February to 31 July and notified of the award on 20 February: one
//! finding, party 甲.
//!
//! *Exclusions.* Entries of other kinds; entries on other members of the consortium, agents or managers
//! (CRD-01).
//!
//! *Caution.* as for CRD-01: only where the entry bars from this kind of tender. Wording if kept general:
//! 信用记录(黑名单)有效期内被确定为中标人.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::event::CreditKind;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Crd03,
    id: "CRD-03",
    zh: "禁止投标期限内被确定为中标人",
    en: "awarded while a blacklist entry was in force",
    basis: &[
        law("招标投标法实施条例第五十一条第(三)项"),
        law("招标投标法实施条例第六十七条第二款"),
        law("政府采购法第七十七条第一款"),
    ],
    severity: Severity::X,
    topic: Topic::Credit,
    family: Family::Credit,
    checks: Said {
        zh: "核对名单依据文书、禁止范围和起止日期;核对评标时的信用查询记录;核对是否已移出名单",
        en: "see the decision, what it bars and from when to when; see the credit check at the \
            evaluation; see whether the entry was removed",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let Some(award) = dossier.outcome.award else {
        return Outcome::NotApplicable("not awarded");
    };
    let credits = dossier.known_of(award.winner).map_or(&[][..], |known| &known.credits);
    let barring = credits.iter().filter(|credit| credit.kind == CreditKind::Blacklist);
    let before = conclusions.findings.len();
    for credit in barring.filter(|credit| credit.in_force(award.notified_at)) {
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .parties([award.winner])
            .value(Name::NotifiedAt, Quantity::Instant(award.notified_at))
            .evidence([award.event, credit.event]);
        conclusions.findings.push(shared::on_entry(finding, credit));
    }
    conclusions.outcome_since(before)
}
