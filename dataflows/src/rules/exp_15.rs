//! EXP-15 · 去掉一名专家的评分后最高分投标人改变 — without one expert's scores another bidder has the highest total.
//!
//! *Law.* None: a lead. One vote decides where totals are close.
//!
//! *Needs.* `score.given` or `score.changed` of five experts.
//!
//! *Formula.* At least five experts gave scores; of each expert, bidder and item the latest counts. A
//! bidder's total is the sum of all its scores. Without one expert's scores none of those who had the highest
//! total has it still. One finding an expert; its parties are those who are first with the expert and those
//! who are first without.
//!
//! *Example.* With all five 甲 has 410 and 乙 405; one expert gave 甲 95 and 乙 70; without that expert 甲 has 315
//! and 乙 335: one finding, parties 甲 and 乙.
//!
//! *Exclusions.* A tie that is only made or broken: somebody is first with and without. Rules that drop the
//! highest and lowest score are not known to the daemon.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::details::{Score, ScoreBook};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::Symbol;
use std::cmp::Ordering;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp15,
    id: "EXP-15",
    zh: "去掉一名专家的评分后最高分投标人改变",
    en: "without one expert's scores another bidder has the highest total",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Evaluation,
    family: Family::Score,
    checks: Said {
        zh: "核对该专家的评分理由和偏离项;核对评标办法是否规定去除最高、最低分;核对是否存在应当回避的关\
            系",
        en: "ask for the expert's reasons; see whether the method drops the highest and lowest scores; \
            check for relations that call for withdrawal",
    },
    judge: Judge::Scores(judge),
};

/// With fewer experts each of them decides.
const EXPERTS_MIN: usize = 5;

/// Who has the highest total, leaving one expert's scores out.
fn first(scores: &[Score], without: Option<Symbol>) -> Vec<Symbol> {
    let mut first = (i128::MIN, Vec::new());
    for of_bid in scores.chunk_by(|a, b| a.bidder == b.bidder) {
        let counted = of_bid.iter().filter(|score| Some(score.expert) != without);
        let Some(total) = counted.map(|score| i128::from(score.score)).reduce(|a, b| a + b) else { continue };
        match total.cmp(&first.0) {
            Ordering::Greater => first = (total, vec![of_bid[0].bidder]),
            Ordering::Equal => first.1.push(of_bid[0].bidder),
            Ordering::Less => {}
        }
    }
    first.1
}

fn judge(rule: Rule, scores: &ScoreBook, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let experts = scores.experts();
    conclusions.measure(Name::Experts, Quantity::Count(experts.len() as u64));
    if experts.len() < EXPERTS_MIN {
        return Outcome::NotApplicable("fewer than five experts gave scores");
    }
    let with = first(&scores.scores, None);
    let before = conclusions.findings.len();
    for expert in &experts {
        let without = first(&scores.scores, Some(*expert));
        if without.iter().any(|bidder| with.contains(bidder)) {
            continue;
        }
        let concerned = |bidder: &Symbol| with.contains(bidder) || without.contains(bidder);
        let own = scores.scores.iter().filter(|score| score.expert == *expert && concerned(&score.bidder));
        let finding = Finding::new(rule, scores.section, params.severity(rule))
            .key(Name::Expert, Quantity::Text(*expert))
            .parties(with.iter().chain(&without).copied())
            .persons([*expert])
            .value(Name::Experts, Quantity::Count(experts.len() as u64))
            .evidence(own.map(|score| score.event));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
