//! Who met whom in decided sections, and who won: HIS-01, HIS-02.
//!
//! Counting every pair of every section would keep some sixty pairs a section. But a finding needs one bidder
//! that won most of the meetings, so only the *winner's* side has to look: each bidder keeps the rosters
//! of its sections (shared, not copied), and only one with enough wins counts whom it met.

use super::{Rulebook, apply, emit_difference};
use crate::finding::Finding;
use crate::judge::{Bench, Day, Roster};
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::params::Thresholds;
use crate::rules;
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::VecCollection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A roster in the window, as a bidder keeps it.
type Meeting = (Symbol, Arc<Roster>);

/// The roster of one section, for each day of it that is in the window.
#[derive(Default)]
struct Section {
    days: Vec<(Arc<Roster>, Day)>,
}

impl Section {
    /// The bids that are in the window.
    fn in_window(&self) -> Option<Arc<Roster>> {
        let (roster, _) = self.days.first()?;
        let within = |day: &Day| self.days.iter().any(|(_, d)| d == day);
        if roster.bids.iter().all(|(_, day, _)| within(day)) {
            return Some(roster.clone());
        }
        let bids = roster.bids.iter().filter(|(_, day, _)| within(day)).copied().collect();
        Some(Arc::new(Roster { bids, ..Roster::clone(roster) }))
    }
}

impl Keyed for Section {
    type Key = Symbol;
    type Row = (Arc<Roster>, Day);
    type Out = (Symbol, Meeting);
    type Context = ();

    fn change(
        &mut self,
        _: &(),
        section: &Symbol,
        changes: &[((Symbol, (Arc<Roster>, Day)), Diff)],
        out: &mut dyn FnMut((Symbol, Meeting), Diff),
    ) {
        let before = self.in_window();
        // What goes first: a roster that changed goes and comes in one commit.
        for wanted in [-1, 1] {
            for ((_, row), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                apply(&mut self.days, row, *diff);
            }
        }
        let after = self.in_window();
        if before == after {
            return;
        }
        for (roster, diff) in before.into_iter().map(|r| (r, -1)).chain(after.map(|r| (r, 1))) {
            for (bidder, _, _) in &roster.bids {
                out((*bidder, (*section, roster.clone())), diff);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.days.is_empty()
    }
}

/// What one bidder knows of its decided sections.
#[derive(Default)]
struct Bidder {
    meetings: Vec<Meeting>,
    published: Vec<Arc<Finding>>,
}

/// How many wins a bidder needs before any pair with it can be a finding.
fn wins_needed(thresholds: &Thresholds) -> usize {
    let (min, share) = (thresholds.together_min as usize, thresholds.recurrent_win_permille as usize);
    (min * share).div_ceil(1000)
}

impl Bidder {
    fn findings(&self, bench: &Bench, bidder: Symbol) -> Vec<Arc<Finding>> {
        let thresholds = &bench.params.thresholds;
        let won = self.meetings.iter().filter(|(_, roster)| roster.winner == bidder);
        if won.clone().next().is_none() && self.meetings.len() >= thresholds.bids_min as usize {
            let own = |(_, roster): &Meeting| {
                let own = roster.bids.iter().find(|(b, _, _)| *b == bidder).map(|(_, _, event)| *event);
                own.unwrap_or_default()
            };
            let events = self.meetings.iter().map(own);
            return vec![Arc::new(rules::never_wins(&bench.params, bidder, self.meetings.len(), events))];
        }
        if won.filter(|(_, roster)| roster.counted).count() < wins_needed(thresholds) {
            return Vec::new();
        }
        let mut met: BTreeMap<Symbol, (usize, usize)> = BTreeMap::new();
        for (_, roster) in self.meetings.iter().filter(|(_, roster)| roster.counted) {
            for (other, _, _) in roster.bids.iter().filter(|(other, _, _)| *other != bidder) {
                let (together, wins) = met.entry(*other).or_default();
                *together += 1;
                *wins += usize::from(roster.winner == bidder);
            }
        }
        let (min, share) = (thresholds.together_min as usize, thresholds.recurrent_win_permille as usize);
        met.retain(|_, (together, wins)| *together >= min && *wins * 1000 >= share * *together);
        let finding = |(other, counts): (&Symbol, &(usize, usize))| {
            let events = self.evidence(bidder, *other);
            Arc::new(rules::recurrent_winner(&bench.params, (bidder, *other), *counts, events.into_iter()))
        };
        met.iter().map(finding).collect()
    }

    fn publish(&mut self, bench: &Bench, bidder: Symbol, out: &mut dyn FnMut(Arc<Finding>, Diff)) {
        let mut after = self.findings(bench, bidder);
        after.sort_unstable();
        emit_difference(&self.published, &after, |finding| finding, out);
        self.published = after;
    }

    /// The awards and the pair's bids in the sections where both bid.
    fn evidence(&self, bidder: Symbol, other: Symbol) -> Vec<EventRef> {
        let counted = self.meetings.iter().filter(|(_, roster)| roster.counted);
        let both = counted.filter(|(_, r)| r.bids.iter().any(|(b, _, _)| *b == other));
        both.flat_map(|(_, roster)| {
            let bids = roster.bids.iter().filter(move |(b, _, _)| *b == bidder || *b == other);
            bids.map(|(_, _, event)| *event).chain([roster.award])
        })
        .collect()
    }
}

impl Keyed for Bidder {
    type Key = Symbol;
    type Row = Meeting;
    type Out = Arc<Finding>;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        bidder: &Symbol,
        changes: &[((Symbol, Meeting), Diff)],
        out: &mut dyn FnMut(Arc<Finding>, Diff),
    ) {
        for ((_, meeting), diff) in changes {
            apply(&mut self.meetings, meeting, *diff);
        }
        self.publish(bench, *bidder, out);
    }

    fn reconsider(
        &mut self,
        _: &Bench,
        after: &Bench,
        bidder: &Symbol,
        out: &mut dyn FnMut(Arc<Finding>, Diff),
    ) {
        self.publish(after, *bidder, out);
    }

    fn is_empty(&self) -> bool {
        self.meetings.is_empty()
    }
}

/// Findings of HIS-01 and HIS-02 from the rosters in the window.
pub fn meetings<'scope>(
    rosters: VecCollection<'scope, Time, (Symbol, (Arc<Roster>, Day)), Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Arc<Finding>, Diff> {
    let by_bidder = keyed::<Section>(rosters, "rosters", ());
    rules.judged::<Bidder>(by_bidder, "meetings").0
}
