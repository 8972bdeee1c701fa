//! Details: what is too much for a section's dossier, and the rules that read only that.
//!
//! Fingerprints of files, lines of priced bills and single scores come by the thousand. In a dossier each of them
//! would make all rules run again; here they meet in an operator of their own, one state a section, which runs only
//! the rules on what has changed: files and bills when a bid comes, scores when an expert gives one.
//!
//! *Invariants.* What is published is a function of the details that hold, of the roll (who bids, in which consortium),
//! and of the parameters. Fingerprints are held once, shared, by the event that gave them.

mod papers;
mod scores;

pub use papers::{Paper, Papers};
pub use scores::{Cell, ScoreBook};

use crate::finding::Published;
use crate::history::{Rulebook, apply, emit_difference};
use crate::judge::Bench;
use crate::operators::{Diff, Keyed, Shared, Time};
use crate::params::Params;
use crate::rules::{self, Conclusions, Judged};
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One event's details about one section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Detail {
    /// Who bids, and the other members of each consortium; both sorted. From the judge.
    Roll(Arc<[(Symbol, Vec<Symbol>)]>),
    /// Fingerprints of a bid's file; without bidder, of the tender document. Sorted.
    Prints {
        /// Whose file, or [`Symbol::NONE`].
        bidder: Symbol,
        /// The event.
        event: EventRef,
        /// The fingerprints.
        prints: Arc<[u64]>,
    },
    /// Lines of a bid's priced bill: item and unit price, fen.
    Items {
        /// Whose bill.
        bidder: Symbol,
        /// The event's time, µs.
        at: i64,
        /// The event.
        event: EventRef,
        /// The lines.
        items: Arc<[(Symbol, i64)]>,
    },
    /// A score.
    Score(Score),
}

/// A score that an expert gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Score {
    /// Who gave it, a pseudonym.
    pub expert: Symbol,
    /// To whose bid.
    pub bidder: Symbol,
    /// For what.
    pub item: Symbol,
    /// The event's time, µs.
    pub at: i64,
    /// The event.
    pub event: EventRef,
    /// [`ScoreKind`](crate::event::ScoreKind) as its index in `ALL`.
    pub kind: Option<u8>,
    /// How many marks, in the unit of [`normalise::Score`](crate::normalise::Score).
    pub score: i64,
    /// How many there are at most, in the same unit.
    pub full_marks: Option<i64>,
}

impl Detail {
    /// Fingerprints, put in order.
    pub fn prints(bidder: Symbol, event: EventRef, prints: &[u64]) -> Detail {
        let mut prints = prints.to_vec();
        prints.sort_unstable();
        prints.dedup();
        Detail::Prints { bidder, event, prints: prints.into() }
    }

    /// Lines of a bill.
    pub fn items(bidder: Symbol, at: i64, event: EventRef, items: Arc<[(Symbol, i64)]>) -> Detail {
        Detail::Items { bidder, at, event, items }
    }
}

/// The details of one section.
#[derive(Default)]
pub struct Section {
    details: Vec<Detail>,
    papers: Papers,
    scores: ScoreBook,
    /// What the rules on papers conclude.
    on_papers: Vec<Published>,
    /// What the rules on scores conclude.
    on_scores: Vec<Published>,
}

impl Section {
    fn publish_papers(&mut self, bench: &Bench, out: &mut dyn FnMut(Published, Diff)) {
        let mut conclusions = Conclusions::default();
        rules::judge_papers(&self.papers, &bench.params, &mut conclusions);
        let after = published(conclusions);
        emit_difference(&self.on_papers, &after, |published| published, out);
        self.on_papers = after;
    }

    fn publish_scores(&mut self, bench: &Bench, out: &mut dyn FnMut(Published, Diff)) {
        let mut conclusions = Conclusions::default();
        rules::judge_scores(&self.scores, &bench.params, &mut conclusions);
        let after = published(conclusions);
        emit_difference(&self.on_scores, &after, |published| published, out);
        self.on_scores = after;
    }

    /// Every detail rule's outcome, as [`rules::judge`] tells those of the section rules.
    pub fn explain(&self, params: &Params, conclusions: &mut Conclusions) -> Vec<Judged> {
        let mut outcomes = rules::judge_papers(&self.papers, params, conclusions);
        outcomes.extend(rules::judge_scores(&self.scores, params, conclusions));
        outcomes
    }
}

/// What may be published of conclusions, sorted.
fn published(conclusions: Conclusions) -> Vec<Published> {
    let findings = conclusions.findings.into_iter().map(|finding| Published::Finding(Arc::new(finding)));
    let quality = conclusions.quality.into_iter().map(|finding| Published::Quality(Arc::new(finding)));
    let mut published: Vec<Published> = findings.chain(quality).collect();
    published.sort_unstable();
    published.dedup();
    published
}

impl Keyed for Section {
    type Key = Symbol;
    type Row = Detail;
    type Out = Published;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        section: &Symbol,
        changes: &[((Symbol, Detail), Diff)],
        out: &mut dyn FnMut(Published, Diff),
    ) {
        // What goes first: a roll that changed goes and comes in one commit.
        for wanted in [-1, 1] {
            for ((_, detail), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                apply(&mut self.details, detail, *diff);
            }
        }
        let is_score = |((_, detail), _): &((Symbol, Detail), Diff)| matches!(detail, Detail::Score(_));
        if changes.iter().any(|change| !is_score(change)) {
            self.papers = Papers::merge(*section, &self.details, &bench.symbols);
            self.publish_papers(bench, out);
        }
        if changes.iter().any(is_score) {
            self.scores = ScoreBook::merge(*section, &self.details, &bench.symbols);
            self.publish_scores(bench, out);
        }
    }

    fn reconsider(&mut self, _: &Bench, after: &Bench, _: &Symbol, out: &mut dyn FnMut(Published, Diff)) {
        self.publish_papers(after, out);
        self.publish_scores(after, out);
    }

    fn is_empty(&self) -> bool {
        self.details.is_empty()
    }
}

/// What the rules on details conclude, and the states behind it, to explain from.
pub fn concluded<'scope>(
    details: VecCollection<'scope, Time, (Symbol, Detail), Diff>,
    rules: &Rulebook<'scope>,
) -> (VecCollection<'scope, Time, Published, Diff>, Shared<Section>) {
    rules.judged::<Section>(details, "details")
}
