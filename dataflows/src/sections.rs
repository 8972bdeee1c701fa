//! The one reduce: all rows of a section meet in one plain state, and every section rule looks at them together.
//!
//! As a differential `reduce` the rows and the conclusions would each be kept in a trace, with their times, merged
//! again and again while a history is loaded; of both only the present is ever asked for. Here they are plain state,
//! and `explain` reads the very rows that were judged.
//!
//! While a history is loaded the sections only take their rows in, and are judged when the [load](crate::load) says so.
//!
//! *Laws.* Those of [`Keyed`] and [`Deferred`]: what was given, summed up, is a function of the rows that hold.

use crate::history::{apply, emit_difference};
use crate::judge::{Benches, Output};
use crate::operators::{Concluding, Deferred, Diff, Keyed, Shared, Time, deferred};
use crate::row::Row;
use crate::symbols::Symbol;
use differential_dataflow::VecCollection;
use std::rc::Rc;

/// One section or matter: its rows, and what was concluded from them.
#[derive(Default)]
pub struct Section {
    /// Sorted; a row that is joined in for two reasons is there twice.
    rows: Vec<Row>,
    /// Sorted.
    outputs: Box<[Output]>,
}

impl Section {
    /// The rows that hold, in order, each once.
    pub fn rows(&self) -> impl Iterator<Item = &Row> + Clone {
        self.rows.chunk_by(|a, b| a == b).map(|same| &same[0])
    }
}

impl Keyed for Section {
    type Key = Symbol;
    type Row = Row;
    type Out = (Symbol, Output);
    type Context = Benches;

    fn change(
        &mut self,
        benches: &Benches,
        section: &Symbol,
        changes: &[((Symbol, Row), Diff)],
        out: &mut dyn FnMut((Symbol, Output), Diff),
    ) {
        self.take(changes);
        self.conclude(benches, section, out);
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl Deferred for Section {
    fn take(&mut self, changes: &[((Symbol, Row), Diff)]) {
        // Exactly as long as it must be: there are as many rows as events.
        self.rows.reserve_exact(changes.iter().filter(|(_, diff)| *diff > 0).count());
        for ((_, row), diff) in changes {
            apply(&mut self.rows, row, *diff);
        }
    }

    fn conclude(&mut self, benches: &Benches, section: &Symbol, out: &mut dyn FnMut((Symbol, Output), Diff)) {
        // They are looked through a dozen times.
        let rows: Vec<&Row> = self.rows().collect();
        let after = benches.outputs(*section, rows.iter().copied());
        emit_difference(&self.outputs, &after, |output| (*section, output), out);
        self.outputs = after.into();
    }
}

/// All that the rules conclude from the rows of sections and matters, when `said` says so, and the states behind it, to
/// explain from.
pub fn concluded<'scope>(
    rows: VecCollection<'scope, Time, (Symbol, Row), Diff>,
    said: VecCollection<'scope, Time, Concluding, Diff>,
    benches: Rc<Benches>,
) -> (VecCollection<'scope, Time, (Symbol, Output), Diff>, Shared<Section>) {
    deferred::<Section>(rows, said, "judge", benches)
}
