//! EXP-10 · 评分超出分值范围 — a score is outside of the range allowed.
//!
//! *Law.* 招标投标法实施条例 §49 paragraph 1 and 政府采购法实施条例 §41 paragraph 1: bids are evaluated by the
//! measures and methods of the documents. A score above full marks or below nothing does not follow them.
//!
//! *Needs.* `score.given` or `score.changed`, with `full_marks`.
//!
//! *Formula.* Of each expert, bidder and item the latest score counts. It is above the `full_marks` that the
//! same event gives, or below nought. One finding an expert, bidder and item, which names the expert.
//!
//! *Example.* Full marks 10, score 10.5: one finding. Score 10: none.
//!
//! *Exclusions.* Scores of nought or more whose `full_marks` is not given.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, unverified};
use crate::details::ScoreBook;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp10,
    id: "EXP-10",
    zh: "评分超出分值范围",
    en: "a score is outside of the range allowed",
    basis: &[
        law("招标投标法实施条例第四十九条第一款"),
        law("政府采购法实施条例第四十一条第一款"),
        unverified("政府采购货物和服务招标投标管理办法(财政部令第87号)第六十四条第一款第(二)项"),
    ],
    severity: Severity::V,
    topic: Topic::Evaluation,
    family: Family::Score,
    checks: Said {
        zh: "核对评分标准中的满分值和系统录入记录;核对是否影响排序",
        en: "compare the full marks of the scoring rules with what was entered; see whether the ranking \
            changes",
    },
    judge: Judge::Scores(judge),
};

fn judge(rule: Rule, scores: &ScoreBook, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if scores.scores.iter().all(|score| score.full_marks.is_none() && score.score >= 0) {
        return Outcome::InsufficientData("score.given full_marks");
    }
    let before = conclusions.findings.len();
    for score in &scores.scores {
        if score.score >= 0 && score.full_marks.is_none_or(|full| score.score <= full) {
            continue;
        }
        let mut finding = Finding::new(rule, scores.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(score.bidder))
            .key(Name::Expert, Quantity::Text(score.expert))
            .key(Name::Item, Quantity::Text(score.item))
            .parties([score.bidder])
            .persons([score.expert])
            .value(Name::Score, Quantity::Score(score.score))
            .evidence([score.event]);
        if let Some(full) = score.full_marks {
            finding = finding.value(Name::FullMarks, Quantity::Score(full));
        }
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
