//! EXP-09 · 客观评分项评分不一致 — experts scored an objective item differently.
//!
//! *Law.* 招标投标法实施条例 §49 paragraph 1 and 政府采购法实施条例 §41 paragraph 1: bids are evaluated by the
//! measures and methods of the documents. An objective item has one right score, so two different ones cannot
//! both follow them; 87号令 §64 (not checked) lets such scores be corrected.
//!
//! *Needs.* `score.given` or `score.changed` with `kind` objective, of two experts on one bidder and item.
//!
//! *Formula.* Of each expert, bidder and item the latest score counts. On an item of kind objective two
//! experts' scores for one bidder differ. One finding a bidder and item.
//!
//! *Example.* One expert gives 5 for an ISO certificate, another 0: one finding, party that bidder.
//!
//! *Exclusions.* Items of kind subjective or price, and those whose kind is not given.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, unverified};
use crate::details::ScoreBook;
use crate::event::ScoreKind;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Exp09,
    id: "EXP-09",
    zh: "客观评分项评分不一致",
    en: "experts scored an objective item differently",
    basis: &[
        law("招标投标法实施条例第四十九条第一款"),
        law("政府采购法实施条例第四十一条第一款"),
        unverified("政府采购货物和服务招标投标管理办法(财政部令第87号)第六十四条第一款第(三)项"),
    ],
    severity: Severity::V,
    topic: Topic::Evaluation,
    family: Family::Score,
    checks: Said {
        zh: "核对评分标准和投标文件证明材料,确认正确分值;核对评分汇总前是否复核更正",
        en: "find the right score from the scoring rules and the bid's proof; see whether scores were \
            reviewed and corrected before they were summed up",
    },
    judge: Judge::Scores(judge),
};

fn judge(rule: Rule, scores: &ScoreBook, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let mut cells = scores.cells(|score| score.is(ScoreKind::Objective)).peekable();
    if cells.peek().is_none() {
        return Outcome::InsufficientData("score.given kind: no objective item");
    }
    let before = conclusions.findings.len();
    for cell in cells.filter(|cell| cell.scores.iter().any(|score| score.score != cell.scores[0].score)) {
        let finding = Finding::new(rule, scores.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(cell.bidder))
            .key(Name::Item, Quantity::Text(cell.item))
            .parties([cell.bidder])
            .value(Name::Experts, Quantity::Count(cell.scores.len() as u64))
            .evidence(cell.scores.iter().map(|score| score.event));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
