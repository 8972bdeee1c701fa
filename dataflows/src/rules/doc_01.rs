//! DOC-01 · 投标文件内容高度相似(扣除招标文件内容后) — bid files are highly similar after what the tender document contains is taken out.
//!
//! *Law.* 招标投标法实施条例 §40(四): bid files that are abnormally consistent are deemed collusion. From which
//! likeness on they are, the article does not say (80 % is ours and some cities'): the committee or the
//! department decides, a strong lead that cites it.
//!
//! *Needs.* `file.fingerprints` of at least two bids; those of the tender document are taken out if given.
//!
//! *Formula.* A bid's fingerprints are those of all its `bid.submitted`. Two different bidders, of whom each
//! keeps at least 20 (`fingerprints_min`) after what is taken out: number in common × 1000 ≥
//! `similarity_min_permille` (800) × number in both together (Jaccard's measure). One finding a pair.
//!
//! *Example.* Of 甲's 100 fingerprints 20 are the tender document's, likewise of 乙's; of the 80 that each
//! keeps 72 are common. 72 of 88 in all is 81.8 %: one finding, key `bidder:甲,bidder:乙`. 71 common of 89 in
//! all is 79.8 %: none.
//!
//! *Exclusions.* Fingerprints of the tender document and its changes. In sections of at least six bidders,
//! fingerprints that more than half of them hold (standards, forms, public models). Files that keep fewer
//! than 20 (`fingerprints_min`). Members of one consortium.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::details::Papers;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Doc01,
    id: "DOC-01",
    zh: "投标文件内容高度相似(扣除招标文件内容后)",
    en: "bid files are highly similar after what the tender document contains is taken out",
    basis: &[law("招标投标法实施条例第四十条第(四)项")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Document,
    checks: Said {
        zh: "请评标委员会或监督部门比对雷同段落,排除规范条文、厂家资料和公开范本;核对是否有相同的错误和\
            笔误;询问编制人和资料来源",
        en: "have the committee or department compare the like passages, leaving out standards, makers' \
            leaflets and public models; look for the same mistakes; ask who wrote them and from what \
            sources",
    },
    judge: Judge::Papers(judge),
};

fn judge(rule: Rule, papers: &Papers, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let (min, limit) =
        (params.thresholds.fingerprints_min as usize, params.thresholds.similarity_min_permille);
    conclusions.measure(Name::Limit, Quantity::Permille(limit));
    let bids: Vec<_> = papers.papers.iter().filter(|paper| !paper.print_events.is_empty()).collect();
    if bids.len() < 2 {
        return Outcome::InsufficientData("bid.submitted file.fingerprints of two bidders");
    }
    let before = conclusions.findings.len();
    let mut nearest = None;
    let prints = &papers.prints;
    let large = bids.iter().filter_map(|paper| Some((*paper, prints.file(paper.bidder)?)));
    let large: Vec<_> = large.filter(|(_, file)| prints.counting(*file) >= min.max(1)).collect();
    let pairs = large.iter().enumerate().flat_map(|(at, a)| large[at + 1..].iter().map(move |b| (a, b)));
    for ((a, file), (b, other)) in pairs {
        let pair = prints.alike(*file, *other);
        if pair.common == 0 || !papers.different(a.bidder, b.bidder) {
            continue;
        }
        nearest = nearest.max(Some(pair.permille()));
        if !pair.reaches(limit) {
            continue;
        }
        let finding = Finding::new(rule, papers.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(a.bidder))
            .key(Name::Bidder, Quantity::Text(b.bidder))
            .parties([a.bidder, b.bidder])
            .value(Name::Similarity, Quantity::Permille(pair.permille()))
            .value(Name::Limit, Quantity::Permille(limit))
            .value(Name::Common, Quantity::Count(pair.common))
            .evidence(a.print_events.iter().chain(&b.print_events).copied());
        conclusions.findings.push(finding);
    }
    if let Some(nearest) = nearest {
        conclusions.measure(Name::Similarity, Quantity::Permille(nearest));
    }
    conclusions.outcome_since(before)
}
