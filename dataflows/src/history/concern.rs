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

/// How a section concerns somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum As {
    /// As one who is named in its award: of him and nobody else a rule asks (PER-11) which contracts he has elsewhere. A
    /// manager is named in dozens of bids, so that every contract would have all of them judged again for nothing.
    Awarded,
    /// As anybody else.
    Named,
}

impl As {
    /// Whether a row is brought to those who are concerned so.
    fn hears_of(self, row: &Row) -> bool {
        (self == As::Awarded) == (row.kind == RowKind::Contract)
    }
}

/// What comes in about one subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum About {
    /// It is concerned in a section, as one event says.
    Concerned(Symbol, As),
    /// Something is known of it. In a box, as it seldom is: nearly all that comes in is the other.
    Known(Box<Row>),
}

/// One organisation or person.
#[derive(Default)]
struct Subject {
    /// A section as often as events concern the subject in it so; sorted.
    sections: Few<(Symbol, As)>,
    /// Sorted.
    known: Few<Box<Row>>,
}

impl Subject {
    /// The sections that a row is brought to.
    fn hearing_of<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = Symbol> + 'a {
        let each = self.sections.as_slice().chunk_by(|a, b| a == b).map(|same| same[0]);
        each.filter(|(_, concerned)| concerned.hears_of(row)).map(|(section, _)| section)
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
            let About::Concerned(section, concerned) = about else { continue };
            let place = (*section, *concerned);
            let before = self.sections.as_slice().binary_search(&place).is_ok();
            self.sections.change(&place, *diff);
            let after = self.sections.as_slice().binary_search(&place).is_ok();
            let diff = Diff::from(after) - Diff::from(before);
            if diff != 0 {
                let known = self.known.as_slice().iter().filter(|row| concerned.hears_of(row));
                known.for_each(|row| out((*section, Row::clone(row)), diff));
            }
        }
        for ((_, about), diff) in changes {
            let About::Known(row) = about else { continue };
            self.hearing_of(row).for_each(|section| out((section, Row::clone(row)), *diff));
            self.known.change(row, *diff);
        }
    }

    fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.known.is_empty()
    }
}

/// Whom a section's row concerns, and how: those of whom a rule asks what is known.
fn concerned(row: Row) -> impl Iterator<Item = (Symbol, As)> {
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
    let symbols = (0..facts.len()).flat_map(move |at| {
        let fact: Fact = facts[at];
        let is_named = reads && named(fact.kind());
        let is_awarded = kind == RowKind::Award && fact.is(FactKind::Manager);
        let how = [is_named.then_some(As::Named), is_awarded.then_some(As::Awarded)];
        how.into_iter().flatten().map(move |concerned| (fact.as_symbol(), concerned))
    });
    let bids = matches!(kind, RowKind::Submitted | RowKind::Opened);
    bids.then_some((bidder, As::Named)).into_iter().chain(symbols)
}

/// Rows of what is known, for each section that it matters to. `sections` are the sections' own rows and those of
/// their projects, `known` what is known by subject.
pub fn known<'scope>(
    sections: VecCollection<'scope, Time, (Symbol, Row), Diff>,
    known: VecCollection<'scope, Time, (Symbol, Row), Diff>,
) -> VecCollection<'scope, Time, (Symbol, Row), Diff> {
    let concerned = sections.flat_map(|(section, row)| {
        concerned(row).map(move |(who, how)| (who, About::Concerned(section, how)))
    });
    keyed::<Subject>(
        known.map(|(who, row)| (who, About::Known(Box::new(row)))).concat(concerned),
        "concern",
        (),
    )
}
