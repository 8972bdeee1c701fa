//! CRD-01 · 投标时投标人或其有关人员在信用记录有效期内 — a bidder, or a person of its bid, has a credit entry in force.
//!
//! *Law.* 招标投标法实施条例 §67 paragraph 2 and 政府采购法 §77 paragraph 1: the department may bar a party
//! from bidding for a time; §51(三): a bidder that does not meet the qualifications set by the State or the
//! tender document must be rejected.
//!
//! *Needs.* `bid.submitted.submitted_at`; `credit.listed` on the bidder, a member of its consortium, its
//! agent or its manager.
//!
//! *Formula.* An entry on the bidder, on another member of its consortium, on an agent it names or on its
//! manager (the one named latest) is in force at `submitted_at`: `from_on` ≤ local date ≤ `until_on` (no end,
//! if missing), and not removed at or before `submitted_at`. One finding a bidder and entry; X for kind
//! blacklist, L for any other. An entry on a person names the person.
//!
//! *Example.* 甲 is blacklisted from 1 December 2025 to 30 November 2026 and bids on 9 February 2026: one
//! finding, X. 乙's penalty ended on 8 February: none.
//!
//! *Exclusions.* Bids without `submitted_at`; other staff and contacts.
//!
//! *Caution.* X holds if the entry BARS from this kind of tender (取消投标资格 / 禁止参加政府采购活动), in its
//! area and for its time; a "blacklist" of another kind does not by itself. The articles bar parties, not
//! agents or managers: for entries on persons no article in the folder says invalid.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::{Credit, Dossier, Sourced};
use crate::event::CreditKind;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::row::FactKind;
use crate::symbols::Symbol;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Crd01,
    id: "CRD-01",
    zh: "投标时投标人或其有关人员在信用记录有效期内",
    en: "a bidder, or a person of its bid, has a credit entry in force",
    basis: &[
        law("招标投标法实施条例第五十一条第(三)项"),
        law("招标投标法实施条例第六十七条第二款"),
        law("政府采购法第七十七条第一款"),
    ],
    severity: Severity::X,
    topic: Topic::Credit,
    family: Family::Credit,
    checks: Said {
        zh: "核对名单依据文书、禁止范围和起止日期;核对是否已移出或信用修复;核对招标文件的资格条件",
        en: "see the decision behind the entry, what it bars and from when to when; see whether it was \
            removed or repaired; see the qualifications in the tender document",
    },
    judge: Judge::Section(judge),
};

/// Whose entries count for which bid: its index, the organisation or person, and whether a person. Sorted.
fn answerable(dossier: &Dossier) -> Vec<(u32, Symbol, bool)> {
    let mut answerable = Vec::new();
    for (bid, at) in dossier.bids.iter().zip(0..) {
        answerable.push((at, bid.bidder, false));
        answerable.extend(bid.consortium.iter().map(|member| (at, *member, false)));
        answerable.extend(bid.manager.map(|manager| (at, manager.value, true)));
    }
    let agents = dossier.of_kind(FactKind::Agent).iter();
    answerable.extend(agents.map(|shown| (shown.bid, shown.fact.as_symbol(), true)));
    answerable.sort_unstable();
    answerable.dedup();
    answerable
}

/// The finding on one entry in force.
fn finding(
    rule: Rule,
    dossier: &Dossier,
    params: &Params,
    bidder: Symbol,
    at: Sourced<i64>,
    credit: &Credit,
) -> Finding {
    let is_barred = credit.kind == CreditKind::Blacklist;
    let severity = if is_barred { params.severity(rule) } else { Severity::L };
    let finding = Finding::new(rule, dossier.section, severity)
        .key(Name::Bidder, Quantity::Text(bidder))
        .parties([bidder])
        .value(Name::SubmittedAt, Quantity::Instant(at.value))
        .evidence([credit.event, at.event]);
    shared::on_entry(finding, credit)
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.is_empty() {
        return Outcome::NotApplicable("no bidders");
    }
    if dossier.bids.iter().all(|bid| bid.submitted_at.is_none()) {
        return Outcome::InsufficientData("bid.submitted submitted_at");
    }
    if dossier.known.iter().all(|known| known.credits.is_empty()) {
        return Outcome::NotTriggered;
    }
    let before = conclusions.findings.len();
    for (at, subject, is_person) in answerable(dossier) {
        let bid = &dossier.bids[at as usize];
        let (Some(submitted), Some(known)) = (bid.submitted_at, dossier.known_of(subject)) else { continue };
        for credit in known.credits.iter().filter(|credit| credit.in_force(submitted.value)) {
            let finding = finding(rule, dossier, params, bid.bidder, submitted, credit);
            conclusions.findings.push(finding.persons(is_person.then_some(subject)));
        }
    }
    conclusions.outcome_since(before)
}
