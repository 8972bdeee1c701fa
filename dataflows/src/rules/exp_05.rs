//! EXP-05 · 评标专家与投标人存在任职、持股或劳动关系 — an expert is tied to a bidder by office, holding or employment.
//!
//! *Law.* 招标投标法 §37 paragraph 4 and 招标投标法实施条例 §46 paragraph 3: who has an interest with a bidder
//! must not be on the committee, withdraws by himself or is replaced. 政府采购法实施条例 §9 paragraph 1:
//! employment or office within three years, control, or another relation that may affect fairness.
//!
//! *Needs.* `expert.drawn` (with `employer`) or `expert.signed_in`; of the bidders `party.recorded` with
//! `legal_representative`, `directors` and `holders`; `person.employed` of the expert.
//!
//! *Formula.* For each expert drawn or signed in and not replaced, and each bidder, any of: the expert's
//! employer (as the latest draw that names one has it) is the bidder, controls it or is controlled by it, by
//! a chain of any length; the bidder's latest record names the expert as legal representative, director or
//! holder; the bidder employed the expert on the day of the draw (else of the first sign-in) or within three
//! calendar years before it. One finding an expert and bidder, which names the expert.
//!
//! *Example.* The expert is drawn on 10 February 2026 and was employed by 乙 until 1 March 2023: one finding.
//! Until 9 February 2023: none.
//!
//! *Exclusions.* Experts who were replaced: they stood down. Ties of other members of a consortium are not
//! looked at.
//!
//! *Caution.* the three years and the list are the procurement regulation's; for engineering the articles say
//! only 利害关系 (12号令 §12, not checked, lists them). A small holding of listed shares is a "holder" for the
//! rule and hardly an interest in law.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::{Bid, Dossier, Expert, Known};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::judge::day_of;
use crate::normalise::Date;
use crate::params::Params;
use crate::symbols::EventRef;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp05,
    id: "EXP-05",
    zh: "评标专家与投标人存在任职、持股或劳动关系",
    en: "an expert is tied to a bidder by office, holding or employment",
    basis: &[
        law("招标投标法第三十七条第四款"),
        law("招标投标法实施条例第四十六条第三款"),
        law("政府采购法第十二条"),
        law("政府采购法实施条例第九条第一款"),
    ],
    severity: Severity::V,
    topic: Topic::Evaluation,
    family: Family::Relation,
    checks: Said {
        zh: "核对专家的劳动合同、社保记录和任职、持股信息;核对专家回避承诺书;核对招标人、代理机构是否知\
            情",
        en: "check the expert's contract, social insurance, offices and holdings; see the declaration \
            of no interest; see whether tenderer or agency knew",
    },
    judge: Judge::Section(judge),
};

/// How long an employment ties, calendar years (政府采购法实施条例 §9).
const YEARS: i32 = 3;

/// The events that tie an expert to a bidder; none if there is no tie. `org` is what is known of the bidder, `person` of
/// the expert, `employer` of the expert's employer.
fn ties(
    expert: &Expert,
    bid: &Bid,
    org: Option<&Known>,
    person: Option<&Known>,
    employer: Option<&Known>,
) -> Vec<EventRef> {
    let mut ties = Vec::new();
    if let Some(of) = expert.employer {
        let above = org.and_then(|org| org.controlled_by(of.value));
        let below = employer.and_then(|employer| employer.controlled_by(bid.bidder));
        if of.value == bid.bidder {
            ties.push(of.event);
        }
        for chain in [above, below].into_iter().flatten() {
            ties.extend(chain.iter().copied().chain([of.event]));
        }
    }
    if let Some(record) = org.and_then(|org| org.record.as_ref()) {
        let who = expert.expert;
        let holds = record.holders.iter().any(|holder| holder.who == who);
        if record.legal_representative == Some(who) || record.directors.contains(&who) || holds {
            ties.push(record.event);
        }
    }
    if let Some(came) = expert.drawn.or(expert.signed_in_at) {
        let day = day_of(came.value);
        let since = Date(day).years_later(-YEARS).0;
        let employments = person.map_or(&[][..], |person| &person.employments);
        let by_bidder = employments.iter().filter(|employment| employment.employer == bid.bidder);
        let then = by_bidder.filter(|e| e.from <= day && e.until.is_none_or(|until| until >= since));
        ties.extend(then.map(|employment| employment.event));
    }
    ties
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let experts: Vec<&Expert> = dossier.committee.experts.iter().filter(|expert| !expert.replaced).collect();
    if experts.is_empty() {
        return Outcome::InsufficientData("expert.drawn");
    }
    let orgs: Vec<Option<&Known>> = dossier.bids.iter().map(|bid| dossier.known_of(bid.bidder)).collect();
    let nothing_known = |known: Option<&Known>| known.is_none_or(|known| known.employments.is_empty());
    if experts.iter().all(|e| e.employer.is_none() && nothing_known(dossier.known_of(e.expert)))
        && orgs.iter().flatten().all(|org| org.record.is_none())
    {
        return Outcome::InsufficientData("expert.drawn employer, party.recorded, person.employed");
    }
    let before = conclusions.findings.len();
    for expert in experts {
        let person = dossier.known_of(expert.expert);
        let employer = expert.employer.and_then(|of| dossier.known_of(of.value));
        for (bid, org) in dossier.bids.iter().zip(&orgs) {
            let ties = ties(expert, bid, *org, person, employer);
            if ties.is_empty() {
                continue;
            }
            let came = expert.drawn.or(expert.signed_in_at).map(|came| came.event);
            let finding = Finding::new(rule, dossier.section, params.severity(rule))
                .key(Name::Bidder, Quantity::Text(bid.bidder))
                .key(Name::Expert, Quantity::Text(expert.expert))
                .parties([bid.bidder])
                .persons([expert.expert])
                .evidence(ties.into_iter().chain(came));
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
