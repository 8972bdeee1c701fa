//! EXP-08 · 评标专家评分明显偏离其他专家平均分 — an expert's scores lie far from the mean of the others.
//!
//! *Law.* None by itself: a lead (cf. 招标投标法实施条例 §49 paragraph 1, objective and fair opinions by the
//! document's measures; some local rules ask for an explanation, not checked). Experts may differ.
//!
//! *Needs.* `score.given` or `score.changed` of three experts on one bidder and item.
//!
//! *Formula.* Of each expert, bidder and item the latest score counts. Where at least three experts scored a
//! bidder and item that is not of kind price: |score − mean of the others' scores| is more than
//! `deviation_permille` (300 ‰) of that mean (of its size, should it be below nought). One finding an expert; its
//! parties are the bidders so scored. Where that mean is nought nothing is a share of it, and none is told.
//!
//! *Example.* The others give 80, 82, 81 and 84, mean 81.75; a score of 50 is 38.8 % below it: one finding. A
//! score of 60 is 26.6 % below: none.
//!
//! *Exclusions.* Items of kind price; bidder and item scored by fewer than three experts.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::details::{Cell, ScoreBook};
use crate::event::ScoreKind;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};
use std::collections::BTreeMap;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp08,
    id: "EXP-08",
    zh: "评标专家评分明显偏离其他专家平均分",
    en: "an expert's scores lie far from the mean of the others",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Evaluation,
    family: Family::Score,
    checks: Said {
        zh: "请专家就偏离项书面说明;核对评分标准的细化程度;查看该专家历次评分情况",
        en: "ask the expert for a written explanation; see how exact the scoring rules are; see the \
            expert's scores elsewhere",
    },
    judge: Judge::Scores(judge),
};

/// With fewer experts there is no mean of others.
const EXPERTS_MIN: usize = 3;

/// How far off a score is that no share of the others' mean tells: of a mean of nought, or next to it.
const BEYOND: u32 = u32::MAX;

/// A score beside the mean of the others. The order is that of the distance.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Deviation {
    /// Distance from the mean, thousandths of it; or [`BEYOND`].
    permille: u32,
    score: i64,
    mean: i64,
    bidder: Symbol,
    event: EventRef,
}

/// How far each expert's score lies from the others' mean, and whether that is too far; by expert.
fn deviations(cell: &Cell, limit: u32) -> impl Iterator<Item = (Symbol, Deviation, bool)> {
    let (bidder, others) = (cell.bidder, cell.scores.len().max(2) as i128 - 1);
    let total: i128 = cell.scores.iter().map(|score| i128::from(score.score)).sum();
    cell.scores.iter().map(move |score| {
        // Both times the number of the others, so that nothing is rounded.
        let sum = total - i128::from(score.score);
        let off = (i128::from(score.score) * others - sum).abs() * 1000;
        let permille =
            off.checked_div(sum.abs()).and_then(|share| u32::try_from(share).ok()).unwrap_or(BEYOND);
        let mean = i64::try_from(sum / others).unwrap_or(i64::MAX);
        let deviation = Deviation { permille, score: score.score, mean, bidder, event: score.event };
        (score.expert, deviation, off > i128::from(limit) * sum.abs())
    })
}

fn judge(rule: Rule, scores: &ScoreBook, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let limit = params.thresholds.deviation_permille;
    let mut far: BTreeMap<Symbol, Vec<Deviation>> = BTreeMap::new();
    let mut widest = None;
    for cell in
        scores.cells(|score| !score.is(ScoreKind::Price)).filter(|cell| cell.scores.len() >= EXPERTS_MIN)
    {
        for (expert, deviation, is_far) in deviations(&cell, limit) {
            widest = widest.max(Some(deviation.permille));
            if is_far {
                far.entry(expert).or_default().push(deviation);
            }
        }
    }
    let Some(widest) = widest else {
        return Outcome::InsufficientData("score.given of three experts");
    };
    if widest < BEYOND {
        conclusions.measure(Name::Share, Quantity::Permille(widest));
    }
    conclusions.measure(Name::Limit, Quantity::Permille(limit));
    let before = conclusions.findings.len();
    for (expert, far) in far {
        let mut finding = Finding::new(rule, scores.section, params.severity(rule))
            .key(Name::Expert, Quantity::Text(expert))
            .parties(far.iter().map(|deviation| deviation.bidder))
            .persons([expert])
            .value(Name::Cells, Quantity::Count(far.len() as u64))
            .value(Name::Limit, Quantity::Permille(limit))
            .evidence(far.iter().map(|deviation| deviation.event));
        if let Some(widest) = far.iter().max() {
            finding = finding
                .value(Name::Score, Quantity::Score(widest.score))
                .value(Name::Mean, Quantity::Score(widest.mean));
            if widest.permille < BEYOND {
                finding = finding.value(Name::Share, Quantity::Permille(widest.permille));
            }
        }
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::details::Score;

    #[test]
    fn a_score_is_held_against_the_mean_of_the_others() {
        let score = |expert, marks: i64| Score {
            expert: Symbol(expert),
            bidder: Symbol(9),
            item: Symbol(8),
            at: 0,
            event: EventRef(expert),
            kind: None,
            score: marks * 10_000,
            full_marks: None,
        };
        let far = |marks: [i64; 4]| {
            let scores: Vec<Score> = (1..).zip(marks).map(|(expert, marks)| score(expert, marks)).collect();
            let cell = Cell { bidder: Symbol(9), item: Symbol(8), scores };
            let far = deviations(&cell, 300).filter(|(_, _, is_far)| *is_far);
            far.map(|(expert, deviation, _)| (expert.0, deviation.permille)).collect::<Vec<_>>()
        };
        // 70 is 30 % below 100 and 130 as much above it: neither is more than that.
        assert_eq!(far([70, 100, 100, 100]), []);
        assert_eq!(far([130, 100, 100, 100]), []);
        assert_eq!(far([69, 100, 100, 100]), [(1, 310)]);
        assert_eq!(far([100, 131, 100, 100]), [(2, 310)]);
        // Marks below nought differ as those above do; equal ones do not differ.
        assert_eq!(far([-69, -100, -100, -100]), [(1, 310)]);
        assert_eq!(far([-100, -100, -100, -100]), []);
        // Where the others give nothing, anything is more than 30 % of it.
        assert_eq!(far([1, 0, 0, 0]), [(1, BEYOND), (2, 1000), (3, 1000), (4, 1000)]);
    }
}
