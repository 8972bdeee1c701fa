//! PRI-05 · 分项单价大量相同 — most unit prices of common items are equal.
//!
//! *Law.* 招标投标法实施条例 §40(四): bid files that are abnormally consistent are deemed collusion. Which
//! share of equal unit prices is abnormal the article does not say; some local rules do (not checked): a strong
//! lead that cites it.
//!
//! *Needs.* `bid.submitted.items` with `code` and `unit_price`, of two bidders.
//!
//! *Formula.* Of each bid and item code the unit price that was submitted last counts. Two different bidders
//! with at least `items_min` (10) item codes in common, of which at least `items_equal_permille` (800 ‰) have
//! the same unit price to the fen.
//!
//! *Example.* 20 common items, 16 with equal unit prices: one finding a pair. 15 equal: none. 9 common items,
//! all equal: none.
//!
//! *Exclusions.* Items without a code or without a unit price. Prices that the tender document sets
//! (provisional sums) are not told apart and count, so compare again without them.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::details::{Paper, Papers};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};
use std::ops::Range;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Pri05,
    id: "PRI-05",
    zh: "分项单价大量相同",
    en: "most unit prices of common items are equal",
    basis: &[law("招标投标法实施条例第四十条第(四)项")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Price,
    checks: Said {
        zh: "扣除招标人给定的暂估价、信息价和定额价后再次比对;调取计价软件工程文件;询问编制人和询价来源",
        en: "compare again without prices set by the tenderer, published prices and norms; take the \
            pricing software's files; ask who priced and where the quotations came from",
    },
    judge: Judge::Papers(judge),
};

/// An item and its unit price, and whose: the index of the paper.
type Line = (Symbol, i64, usize);

/// All lines, those of one item and price together, and of each paper the ranges of lines that others share with it.
fn shared_lines(papers: &[Paper]) -> (Vec<Line>, Vec<Vec<Range<usize>>>) {
    let of_paper = |(at, paper): (usize, &Paper)| {
        paper.items.iter().map(|(item, price, _)| (*item, *price, at)).collect::<Vec<Line>>()
    };
    let mut lines: Vec<Line> = papers.iter().enumerate().flat_map(of_paper).collect();
    lines.sort_unstable();
    let mut shared = vec![Vec::new(); papers.len()];
    let mut from = 0;
    for same in lines.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let range = from..from + same.len();
        from = range.end;
        if same.len() > 1 {
            same.iter().for_each(|(_, _, at)| shared[*at].push(range.clone()));
        }
    }
    (lines, shared)
}

/// How many items two bills have in common, and the events that give their prices.
fn common(a: &Paper, b: &Paper) -> (u64, Vec<EventRef>) {
    let (mut count, mut events) = (0, Vec::new());
    for (item, _, event) in &a.items {
        if let Ok(at) = b.items.binary_search_by_key(item, |(item, ..)| *item) {
            count += 1;
            events.extend([*event, b.items[at].2]);
        }
    }
    events.sort_unstable();
    events.dedup();
    (count, events)
}

fn judge(rule: Rule, papers: &Papers, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let items_min = u64::from(params.thresholds.items_min);
    if papers.papers.iter().filter(|paper| paper.items.len() as u64 >= items_min).count() < 2 {
        return Outcome::InsufficientData("bid.submitted items[].unit_price");
    }
    let least = u64::from(params.thresholds.items_equal_permille);
    conclusions.measure(Name::Limit, Quantity::Permille(params.thresholds.items_equal_permille));
    let (lines, shared) = shared_lines(&papers.papers);
    let mut equal = vec![0_u64; papers.papers.len()];
    let before = conclusions.findings.len();
    for (at, paper) in papers.papers.iter().enumerate() {
        equal.fill(0);
        shared[at].iter().for_each(|range| lines[range.clone()].iter().for_each(|line| equal[line.2] += 1));
        for (other, equal) in papers.papers.iter().zip(&equal).skip(at + 1) {
            if equal * 1000 < least * items_min || !papers.different(paper.bidder, other.bidder) {
                continue;
            }
            let (common, events) = common(paper, other);
            if common < items_min || equal * 1000 < least * common {
                continue;
            }
            let finding = Finding::new(rule, papers.section, params.severity(rule))
                .key(Name::Bidder, Quantity::Text(paper.bidder))
                .key(Name::Bidder, Quantity::Text(other.bidder))
                .parties([paper.bidder, other.bidder])
                .value(Name::Common, Quantity::Count(common))
                .value(Name::Equal, Quantity::Count(*equal))
                .value(Name::Limit, Quantity::Permille(params.thresholds.items_equal_permille))
                .evidence(events);
            conclusions.findings.push(finding);
        }
    }
    conclusions.outcome_since(before)
}
