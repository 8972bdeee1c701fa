//! Which openings were held in one room: WIT-18.

use super::{Rulebook, apply, emit_difference};
use crate::finding::Finding;
use crate::judge::{Bench, Session};
use crate::operators::{Diff, Keyed, Time};
use crate::rules;
use crate::symbols::Symbol;
use differential_dataflow::VecCollection;
use std::sync::Arc;

/// The openings in one room, in order of their start.
#[derive(Default)]
struct Room {
    sessions: Vec<Session>,
}

impl Room {
    /// The findings about one opening and those that it overlaps.
    fn overlaps(&self, bench: &Bench, room: Symbol, session: &Session, out: &mut Vec<Arc<Finding>>) {
        // Whoever starts after this one's end overlaps neither; earlier ones may last long.
        let until = self.sessions.partition_point(|other| other.from < session.to);
        for other in &self.sessions[..until] {
            // Both at once for some time: an opening without length overlaps nothing.
            let overlap = session.from.max(other.from) < session.to.min(other.to);
            if other.section != session.section && overlap {
                out.push(Arc::new(rules::room_conflict(&bench.params, room, session, other)));
            }
        }
    }
}

impl Keyed for Room {
    type Key = Symbol;
    type Row = Session;
    type Out = Arc<Finding>;
    type Context = Bench;

    fn change(
        &mut self,
        bench: &Bench,
        room: &Symbol,
        changes: &[((Symbol, Session), Diff)],
        out: &mut dyn FnMut(Arc<Finding>, Diff),
    ) {
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for ((_, session), _) in changes.iter().filter(|(_, diff)| *diff < 0) {
            self.overlaps(bench, *room, session, &mut before);
        }
        for ((_, session), diff) in changes {
            apply(&mut self.sessions, session, *diff);
        }
        for ((_, session), _) in changes.iter().filter(|(_, diff)| *diff > 0) {
            self.overlaps(bench, *room, session, &mut after);
        }
        for findings in [&mut before, &mut after] {
            findings.sort_unstable();
            findings.dedup();
        }
        emit_difference(&before, &after, |finding| finding, out);
    }

    fn reconsider(
        &mut self,
        before: &Bench,
        after: &Bench,
        room: &Symbol,
        out: &mut dyn FnMut(Arc<Finding>, Diff),
    ) {
        let [before, after] = [before, after].map(|bench| {
            let mut findings = Vec::new();
            for session in &self.sessions {
                self.overlaps(bench, *room, session, &mut findings);
            }
            findings.sort_unstable();
            findings.dedup();
            findings
        });
        emit_difference(&before, &after, |finding| finding, out);
    }

    fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

/// Findings of WIT-18 from all openings that ended.
pub fn conflicts<'scope>(
    sessions: VecCollection<'scope, Time, Session, Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Arc<Finding>, Diff> {
    rules.judged::<Room>(sessions.map(|session| (session.room, session)), "rooms").0
}
