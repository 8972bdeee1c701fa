//! The score book of a section: the score that counts of each expert for each bid and item.

use super::{Detail, Score};
use crate::event::ScoreKind;
use crate::symbols::{Symbol, Symbols};

/// The scores of one bid for one item that count for a rule: at most one of each expert, in the order of experts.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Whose bid.
    pub bidder: Symbol,
    /// For what.
    pub item: Symbol,
    /// The scores.
    pub scores: Vec<Score>,
}

impl Score {
    /// Whether the item is said to be of this kind.
    pub fn is(&self, kind: ScoreKind) -> bool {
        self.kind.and_then(|at| ScoreKind::ALL.get(usize::from(at))) == Some(&kind)
    }
}

/// The scores of one section.
#[derive(Debug, Default)]
pub struct ScoreBook {
    /// The section.
    pub section: Symbol,
    /// The score that counts of each (bidder, item, expert), in that order.
    pub scores: Vec<Score>,
}

impl ScoreBook {
    /// Merges details of one section: of an expert's scores for one bid and item the latest counts.
    pub fn merge(section: Symbol, details: &[Detail], names: &Symbols) -> ScoreBook {
        let scores = details.iter().filter_map(|detail| match detail {
            Detail::Score(score) => Some(*score),
            _ => None,
        });
        let mut scores: Vec<Score> = scores.collect();
        scores.sort_unstable_by(|a, b| {
            let by_name =
                || names.name_is_greater(a.event, b.event).cmp(&names.name_is_greater(b.event, a.event));
            let key = |score: &Score| (score.bidder, score.item, score.expert, score.at);
            key(a).cmp(&key(b)).then_with(by_name)
        });
        let same = |a: &Score, b: &Score| (a.bidder, a.item, a.expert) == (b.bidder, b.item, b.expert);
        let latest = scores.chunk_by(same).filter_map(|same| same.last().copied()).collect();
        ScoreBook { section, scores: latest }
    }

    /// The scores that count, by bid and item; no cell is empty.
    pub fn cells(&self, counts: impl Fn(&Score) -> bool) -> impl Iterator<Item = Cell> {
        let chunks = self.scores.chunk_by(|a, b| (a.bidder, a.item) == (b.bidder, b.item));
        chunks.filter_map(move |chunk| {
            let scores: Vec<Score> = chunk.iter().filter(|score| counts(score)).copied().collect();
            scores.first().copied().map(|first| Cell { bidder: first.bidder, item: first.item, scores })
        })
    }

    /// The experts, sorted.
    pub fn experts(&self) -> Vec<Symbol> {
        let mut experts: Vec<Symbol> = self.scores.iter().map(|score| score.expert).collect();
        experts.sort_unstable();
        experts.dedup();
        experts
    }
}
