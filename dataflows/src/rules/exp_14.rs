//! EXP-14 · 两名评标专家主观评分完全一致 — two experts gave the same scores on all subjective items.
//!
//! *Law.* None by itself: a lead (cf. 招标投标法 §44 paragraph 1, fair and personally responsible;
//! 政府采购法实施条例 §41 paragraph 1, independent evaluation).
//!
//! *Needs.* `score.given` or `score.changed` with `kind` subjective, of two experts.
//!
//! *Formula.* Of each expert, bidder and item the latest score counts. Two experts have at least `cells_min`
//! (10) pairs of bidder and subjective item in common, and the same score on every one of them. One finding a
//! pair of experts, which names both and no party.
//!
//! *Example.* Two experts score four bidders on three subjective items, all twelve alike: one finding. Eleven
//! alike, one not: none.
//!
//! *Exclusions.* Items of kind objective or price, on which right scores are alike, and those whose kind is
//! not given.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::details::{Score, ScoreBook};
use crate::event::ScoreKind;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp14,
    id: "EXP-14",
    zh: "两名评标专家主观评分完全一致",
    en: "two experts gave the same scores on all subjective items",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Evaluation,
    family: Family::Score,
    checks: Said {
        zh: "核对评分提交时间和终端记录;查看评标现场音视频;分别询问两名专家评分理由",
        en: "compare times and terminals of the scores; see the video of the evaluation; ask both \
            experts separately for their reasons",
    },
    judge: Judge::Scores(judge),
};

/// Each expert's scores on subjective items, in the order of (bidder, item).
fn by_expert(scores: &ScoreBook) -> BTreeMap<Symbol, Vec<Score>> {
    let mut by_expert: BTreeMap<Symbol, Vec<Score>> = BTreeMap::new();
    for cell in scores.cells(|score| score.is(ScoreKind::Subjective)) {
        cell.scores.iter().for_each(|score| by_expert.entry(score.expert).or_default().push(*score));
    }
    by_expert
}

/// The events of what two experts both scored, in pairs; none if they differ anywhere.
fn agreed(a: &[Score], b: &[Score]) -> Option<Vec<EventRef>> {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut events = Vec::new();
    while let (Some(one), Some(other)) = (a.peek(), b.peek()) {
        match (one.bidder, one.item).cmp(&(other.bidder, other.item)) {
            Ordering::Less => _ = a.next(),
            Ordering::Greater => _ = b.next(),
            Ordering::Equal if one.score != other.score => return None,
            Ordering::Equal => {
                events.extend([one.event, other.event]);
                (_, _) = (a.next(), b.next());
            }
        }
    }
    Some(events)
}

fn judge(rule: Rule, scores: &ScoreBook, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let by_expert = by_expert(scores);
    let least = params.thresholds.cells_min as usize;
    if by_expert.values().filter(|scores| scores.len() >= least).count() < 2 {
        return Outcome::InsufficientData("score.given kind: too few subjective scores");
    }
    conclusions.measure(Name::Required, Quantity::Count(least as u64));
    let before = conclusions.findings.len();
    for (expert, theirs) in &by_expert {
        for (other, others) in by_expert.range(expert..).skip(1) {
            let Some(events) = agreed(theirs, others).filter(|events| events.len() / 2 >= least) else {
                continue;
            };
            let finding = Finding::new(rule, scores.section, params.severity(rule))
                .key(Name::Expert, Quantity::Text(*expert))
                .key(Name::Expert, Quantity::Text(*other))
                .persons([*expert, *other])
                .value(Name::Cells, Quantity::Count(events.len() as u64 / 2))
                .value(Name::Required, Quantity::Count(least as u64))
                .evidence(events);
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
