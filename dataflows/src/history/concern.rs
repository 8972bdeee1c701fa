//! Who is concerned in which section, and what is known of them: records, controllers, credit entries, employments,
//! contracts. What is known of somebody is brought to each section that concerns them, as rows of that section.
//!
//! A subject may be concerned in thousands of sections (a tenderer, an agent), and much may become known of it; a new
//! section costs what is known, a new fact costs the sections, and neither costs their product.

use super::few::Few;
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::Symbol;
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};

/// What comes in about one subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum About {
    /// It is concerned in a section, as one event says.
    Concerned(Symbol),
    /// Something is known of it. In a box, as it seldom is: nearly all that comes in is the other.
    Known(Box<Row>),
}

/// One organisation or person.
#[derive(Default)]
struct Subject {
    /// A section as often as events concern the subject in it; sorted.
    sections: Few<Symbol>,
    /// Sorted.
    known: Few<Box<Row>>,
}

impl Subject {
    fn sections(&self) -> Vec<Symbol> {
        let mut sections = self.sections.as_slice().to_vec();
        sections.dedup();
        sections
    }
}

impl Keyed for Subject {
    type Key = Symbol;
    type Row = About;
    type Out = (Symbol, Row);
    type Context = ();

    fn change(
        &mut self,
        _: &(),
        _: &Symbol,
        changes: &[((Symbol, About), Diff)],
        out: &mut dyn FnMut((Symbol, Row), Diff),
    ) {
        // Sections first, against what was known before; then what is known, against the sections that are left.
        for ((_, about), diff) in changes {
            let About::Concerned(section) = about else { continue };
            let before = self.sections.as_slice().binary_search(section).is_ok();
            self.sections.change(section, *diff);
            let after = self.sections.as_slice().binary_search(section).is_ok();
            let diff = Diff::from(after) - Diff::from(before);
            if diff != 0 {
                self.known.as_slice().iter().for_each(|row| out((*section, Row::clone(row)), diff));
            }
        }
        let mut sections: Option<Vec<Symbol>> = None;
        for ((_, about), diff) in changes {
            let About::Known(row) = about else { continue };
            for section in sections.get_or_insert_with(|| self.sections()) {
                out((*section, Row::clone(row)), *diff);
            }
            self.known.change(row, *diff);
        }
    }

    fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.known.is_empty()
    }
}

/// Whom a section's row concerns: those of whom a rule asks what is known.
fn concerned(row: Row) -> impl Iterator<Item = Symbol> {
    let named = |kind: FactKind| {
        matches!(
            kind,
            FactKind::Tenderer
                | FactKind::Member
                | FactKind::Agent
                | FactKind::Manager
                | FactKind::Winner
                | FactKind::Expert
                | FactKind::Employer
        )
    };
    let Row { kind, bidder, facts, .. } = row;
    let reads = !matches!(kind, RowKind::ContractSigned | RowKind::ContractCompleted);
    let symbols = (0..facts.len()).filter_map(move |at| {
        let fact: Fact = facts[at];
        (reads && named(fact.kind())).then(|| fact.as_symbol())
    });
    let bids = matches!(kind, RowKind::Submitted | RowKind::Opened);
    bids.then_some(bidder).into_iter().chain(symbols)
}

/// Rows of what is known, for each section that it matters to. `sections` are the sections' own rows and those of
/// their projects, `known` what is known by subject.
pub fn known<'scope>(
    sections: VecCollection<'scope, Time, (Symbol, Row), Diff>,
    known: VecCollection<'scope, Time, (Symbol, Row), Diff>,
) -> VecCollection<'scope, Time, (Symbol, Row), Diff> {
    let concerned =
        sections.flat_map(|(section, row)| concerned(row).map(move |who| (who, About::Concerned(section))));
    keyed::<Subject>(
        known.map(|(who, row)| (who, About::Known(Box::new(row)))).concat(concerned),
        "concern",
        (),
    )
}
