//! What is counted over some days: withdrawals, a tenderer's awards, witness records, collusion entries.
//! HIS-10, HIS-14, WIT-19, CRD-02.
//!
//! One state for each thing counted and each subject. The days are minded by the windows; here is only what holds now.

use super::{Rulebook, apply, emit_difference};
use crate::finding::{Finding, Published};
use crate::judge::Bench;
use crate::operators::{Diff, Keyed, Time};
use crate::rules;
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Counted {
    /// Bids withdrawn and awards declined, by bidder.
    Withdrawals,
    /// Awards, by tenderer.
    Awards,
    /// Witness records, by organisation.
    RecordsOfParty,
    /// Witness records, by person.
    RecordsOfPerson,
    /// Credit entries of kind collusion, by organisation.
    CollusionOfParty,
    /// Credit entries of kind collusion, by person.
    CollusionOfPerson,
}

/// One thing that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Count {
    /// As what.
    pub counted: Counted,
    /// For whom.
    pub subject: Symbol,
    /// The event.
    pub event: EventRef,
    /// The awarded bidder, or the entry.
    pub of: Symbol,
    /// The award's price, fen; else 0.
    pub value: i64,
}

/// What is counted for one subject.
#[derive(Default)]
struct Subject {
    counts: Vec<Count>,
    published: Vec<Published>,
}

impl Subject {
    fn publish(
        &mut self,
        bench: &Bench,
        counted: Counted,
        subject: Symbol,
        out: &mut dyn FnMut(Published, Diff),
    ) {
        let finding = self.finding(bench, counted, subject);
        let after: Vec<Published> = finding.into_iter().map(|f| Published::Finding(Arc::new(f))).collect();
        emit_difference(&self.published, &after, |published| published, out);
        self.published = after;
    }

    fn finding(&self, bench: &Bench, counted: Counted, subject: Symbol) -> Option<Finding> {
        let (params, counts) = (&bench.params, self.counts.as_slice());
        match counted {
            Counted::Withdrawals => rules::serial_withdrawal(params, subject, counts),
            Counted::Awards => rules::concentration(params, subject, counts),
            Counted::RecordsOfParty => rules::repeated_records(params, subject, false, counts),
            Counted::RecordsOfPerson => rules::repeated_records(params, subject, true, counts),
            Counted::CollusionOfParty => rules::repeated_collusion(params, subject, false, counts),
            Counted::CollusionOfPerson => rules::repeated_collusion(params, subject, true, counts),
        }
    }
}

impl Keyed for Subject {
    type Key = (Counted, Symbol);
    type Row = Count;
    type Out = Published;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        (counted, subject): &(Counted, Symbol),
        changes: &[(((Counted, Symbol), Count), Diff)],
        out: &mut dyn FnMut(Published, Diff),
    ) {
        for ((_, count), diff) in changes {
            apply(&mut self.counts, count, *diff);
        }
        self.publish(bench, *counted, *subject, out);
    }

    fn reconsider(
        &mut self,
        _: &Bench,
        after: &Bench,
        (counted, subject): &(Counted, Symbol),
        out: &mut dyn FnMut(Published, Diff),
    ) {
        self.publish(after, *counted, *subject, out);
    }

    fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }
}

/// Findings from what counts now.
pub fn counted<'scope>(
    counts: VecCollection<'scope, Time, Count, Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Published, Diff> {
    rules.judged::<Subject>(counts.map(|count| ((count.counted, count.subject), count)), "counts").0
}
