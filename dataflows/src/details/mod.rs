//! Details: what is too much for a section's dossier, and the rules that read only that.
//!
//! Fingerprints of files, lines of priced bills and single scores come by the thousand. In a dossier each of them
//! would make all rules run again; here they meet in an operator of their own, one state a section, which runs only
//! the rules on what has changed: files and bills when a bid comes, scores when an expert gives one.
//!
//! *Invariants.* What is published is a function of the details that hold, of the roll (who bids, in which consortium), of the
//! terms on which the section is judged (the same as the judge's), and of the parameters. Fingerprints are held by the
//! event that gave them, shared, and once more in the order of their values.

mod papers;
mod prints;
mod scores;

pub use papers::{Paper, Papers};
pub use prints::{Alike, Prints};
pub use scores::{Cell, ScoreBook};

use crate::editions::EditionNo;
use crate::finding::Published;
use crate::history::{Rulebook, apply, emit_difference};
use crate::judge::{Bench, Benches, Day};
use crate::operators::{self, Diff, Keyed, Shared, Time};
use crate::params::Params;
use crate::rules::{self, Conclusions, Ending, Judged, Rule};
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// On which terms a section is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Terms {
    /// By which edition of the rules.
    pub edition: EditionNo,
    /// By the parameters of which day in it.
    pub day: Day,
    /// The source system that its data came from.
    pub source: Symbol,
}

/// One event's details about one section.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Detail {
    /// How the section is judged. From the judge.
    Terms(Terms),
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

    /// Whose fingerprints these are, if they are any.
    fn prints_of(&self) -> Option<Symbol> {
        match self {
            Detail::Prints { bidder, .. } => Some(*bidder),
            _ => None,
        }
    }

    /// Lines of a bill.
    pub fn items(bidder: Symbol, at: i64, event: EventRef, items: Arc<[(Symbol, i64)]>) -> Detail {
        Detail::Items { bidder, at, event, items }
    }
}

/// The details of one section.
#[derive(Default)]
pub struct Section {
    terms: Option<Terms>,
    details: Vec<Detail>,
    /// None while there are no details: most sections of a venue that gives none.
    book: Option<Box<Book>>,
    ended: Option<Published>,
}

/// What the details of a section amount to.
#[derive(Default)]
struct Book {
    papers: Papers,
    scores: ScoreBook,
    on_papers: Concluded,
    on_scores: Concluded,
}

/// What some rules conclude.
#[derive(Default)]
struct Concluded {
    /// Sorted.
    published: Vec<Published>,
    endings: Vec<(Rule, Ending)>,
}

impl Concluded {
    /// Replaces it by what `judge` says now.
    fn publish(
        &mut self,
        judge: impl FnOnce(&mut Conclusions) -> Vec<Judged>,
        out: &mut dyn FnMut(Published, Diff),
    ) {
        let mut conclusions = Conclusions::default();
        let judged = judge(&mut conclusions);
        let after = published(conclusions);
        emit_difference(&self.published, &after, |published| published, out);
        self.published = after;
        self.endings = judged.iter().map(|judged| (judged.rule, judged.outcome.ending())).collect();
    }
}

/// What of a section's details is to be looked at anew.
#[derive(Default)]
struct Anew {
    papers: bool,
    /// Whose fingerprints came or went.
    prints: BTreeSet<Symbol>,
    scores: bool,
    terms: bool,
}

impl Section {
    fn conclude(
        &mut self,
        reading: &Reading,
        section: Symbol,
        anew: Anew,
        out: &mut dyn FnMut(Published, Diff),
    ) {
        let anew = Anew { terms: anew.terms || self.book.is_none(), ..anew };
        let mut book = self.book.take().unwrap_or_default();
        let on_terms = self.terms.map(|terms| reading.benches.on(terms));
        let Bench { params, symbols } = on_terms.as_ref().unwrap_or(&reading.newest);
        let Book { papers, scores, on_papers, on_scores } = &mut *book;
        if anew.papers {
            papers.merge(section, &self.details, anew.prints, symbols);
        }
        if anew.papers || anew.terms {
            on_papers.publish(|conclusions| rules::judge_papers(papers, params, conclusions), out);
        }
        if anew.scores {
            *scores = ScoreBook::merge(section, &self.details, symbols);
        }
        if anew.scores || anew.terms {
            on_scores.publish(|conclusions| rules::judge_scores(scores, params, conclusions), out);
        }
        let endings = || on_papers.endings.iter().chain(&on_scores.endings).copied().collect();
        let ended = self.terms.map(|terms| Published::Ended(terms.source, endings()));
        if self.ended != ended {
            self.ended.take().into_iter().for_each(|before| out(before, -1));
            ended.iter().for_each(|after| out(after.clone(), 1));
            self.ended = ended;
        }
        self.book = (!self.details.is_empty()).then_some(book);
    }

    /// Every detail rule's outcome, as [`rules::judge`] tells those of the section rules.
    pub fn explain(&self, params: &Params, conclusions: &mut Conclusions) -> Vec<Judged> {
        let nothing = Book::default();
        let book = self.book.as_deref().unwrap_or(&nothing);
        let mut outcomes = rules::judge_papers(&book.papers, params, conclusions);
        outcomes.extend(rules::judge_scores(&book.scores, params, conclusions));
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

/// By what details are judged.
pub struct Reading {
    benches: Rc<Benches>,
    /// For a section of which nothing is known but details, and so no day: the newest parameters in force.
    newest: Rc<Bench>,
}

impl Keyed for Section {
    type Key = Symbol;
    type Row = Detail;
    type Out = Published;
    type Context = Reading;

    fn change(
        &mut self,
        reading: &Reading,
        section: &Symbol,
        changes: &[((Symbol, Detail), Diff)],
        out: &mut dyn FnMut(Published, Diff),
    ) {
        let mut anew = Anew::default();
        // What goes first: terms or a roll that changed go and come in one commit.
        for wanted in [-1, 1] {
            for ((_, detail), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                match detail {
                    Detail::Terms(terms) => {
                        self.terms = (*diff > 0).then_some(*terms);
                        anew.terms = true;
                        continue;
                    }
                    Detail::Score(_) => anew.scores = true,
                    Detail::Roll(_) | Detail::Prints { .. } | Detail::Items { .. } => anew.papers = true,
                }
                anew.prints.extend(detail.prints_of());
                apply(&mut self.details, detail, *diff);
            }
        }
        self.conclude(reading, *section, anew, out);
    }

    fn reconsider(
        &mut self,
        _: &Reading,
        after: &Reading,
        section: &Symbol,
        out: &mut dyn FnMut(Published, Diff),
    ) {
        // Where there are terms, they say which edition it is, and come by themselves.
        if self.terms.is_none() {
            self.conclude(after, *section, Anew { terms: true, ..Anew::default() }, out);
        }
    }

    fn is_empty(&self) -> bool {
        self.details.is_empty() && self.terms.is_none()
    }
}

/// What the rules on details conclude, and the states behind it, to explain from.
pub fn concluded<'scope>(
    details: VecCollection<'scope, Time, (Symbol, Detail), Diff>,
    rules: &Rulebook<'scope>,
) -> (VecCollection<'scope, Time, Published, Diff>, Shared<Section>) {
    let benches = rules.benches.clone();
    let reading =
        move |edition| Rc::new(Reading { benches: benches.clone(), newest: benches.newest(edition) });
    operators::judged::<Section>(details, rules.turns.clone(), "details", reading)
}
