//! The list itself: one entry for each organisation and person with a cause.

use super::{Cause, Entry, LEADS_MAX, Level, Watched};
use crate::event::CreditKind;
use crate::finding::{Published, Severity};
use crate::history::apply;
use crate::history::window::Dated;
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::symbols::Symbol;
use differential_dataflow::VecCollection;
use std::sync::Arc;

/// The causes of one subject.
#[derive(Default)]
struct Subject {
    causes: Vec<Cause>,
    published: Option<Arc<Entry>>,
}

/// Half points of causes: bare leads are counted to a limit.
fn halves(causes: &[Cause]) -> u32 {
    let (mut leads, mut others) = (0, 0);
    for cause in causes {
        match cause {
            Cause::Finding(finding, halves, _) if finding.severity == Severity::L => leads += halves,
            Cause::Finding(_, halves, _) => others += halves,
            Cause::KeyProject(..) | Cause::Listed(..) => {}
        }
    }
    others + leads.min(2 * LEADS_MAX)
}

impl Subject {
    fn entry(&self, subject: Symbol, is_person: bool) -> Option<Arc<Entry>> {
        let blacklist = |kind: u8| CreditKind::ALL.get(usize::from(kind)) == Some(&CreditKind::Blacklist);
        let blacklisted =
            self.causes.iter().any(|cause| matches!(cause, Cause::Listed(_, kind, _) if blacklist(*kind)));
        let halves = halves(&self.causes);
        let level = Level::of(halves, blacklisted);
        // The same event may show the same part twice: as agent and as staff.
        let mut causes = self.causes.clone();
        causes.dedup();
        (!causes.is_empty()).then(|| Arc::new(Entry { subject, is_person, level, halves, causes }))
    }
}

impl Keyed for Subject {
    /// Who, and whether a person.
    type Key = (Symbol, bool);
    type Row = Cause;
    type Out = Published;
    type Context = ();

    fn change(
        &mut self,
        _: &(),
        (subject, is_person): &(Symbol, bool),
        changes: &[(((Symbol, bool), Cause), Diff)],
        out: &mut dyn FnMut(Published, Diff),
    ) {
        for wanted in [-1, 1] {
            for ((_, cause), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                apply(&mut self.causes, cause, *diff);
            }
        }
        let after = self.entry(*subject, *is_person);
        if after != self.published {
            self.published.take().into_iter().for_each(|entry| out(Published::Watched(entry), -1));
            after.iter().for_each(|entry| out(Published::Watched(entry.clone()), 1));
            self.published = after;
        }
    }

    fn is_empty(&self) -> bool {
        self.causes.is_empty()
    }
}

/// The watch-list from the causes that are in force.
pub fn list<'scope>(
    in_force: VecCollection<'scope, Time, (Symbol, Dated), Diff>,
) -> VecCollection<'scope, Time, Published, Diff> {
    let causes = in_force.flat_map(|(_, dated)| match dated {
        Dated::Watched(Watched { subject, is_person, cause }, ..) => Some(((subject, is_person), cause)),
        _ => None,
    });
    keyed::<Subject>(causes, "watch-list", ())
}
