//! Registers: what stands under one code, merged from its events. Credit entries, and the contracts of sections.
//!
//! A credit entry is listed and removed by different events, a contract signed and completed; what the rules
//! need is the entry as it stands, under the subject that it is about: an organisation, a person, a manager.

use super::{apply, emit_difference};
use crate::dossier::{Latest, Sourced, earlier};
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::symbols::{Symbol, Symbols};
use differential_dataflow::VecCollection;
use std::sync::Arc;

/// The events under one code.
#[derive(Default)]
struct Entry {
    rows: Vec<Row>,
}

impl Entry {
    /// The entry as it stands, by subject.
    fn stands(&self, code: Symbol, names: &Symbols) -> Vec<(Symbol, Row)> {
        let mut stands: Vec<_> = self.credit(names).into_iter().chain(self.contract(code, names)).collect();
        stands.sort_unstable();
        stands
    }

    /// The latest listing, with the earliest removal that any event gives.
    fn credit(&self, names: &Symbols) -> Option<(Symbol, Row)> {
        let mut listed = Latest::default();
        let mut removed: Option<Sourced<i64>> = None;
        for row in &self.rows {
            let lists = row.kind == RowKind::CreditListed;
            listed.offer(row, lists.then_some(row), names);
            if let (Some(at), RowKind::CreditRemoved) = (row.number(FactKind::EndedAt), row.kind) {
                removed = earlier(removed, at, row.event, names);
            }
        }
        let listed = listed.value()?;
        if let Some(at) = listed.number(FactKind::EndedAt) {
            removed = earlier(removed, at, listed.event, names);
        }
        let subject = listed.symbol(FactKind::Party).or(listed.symbol(FactKind::Person))?;
        let kept = listed.facts.iter().copied().filter(|fact| fact.kind() != FactKind::EndedAt);
        let ended = removed.map(|removed| Fact::number(FactKind::EndedAt, removed.value));
        let facts: Arc<[Fact]> = kept.chain(ended).collect();
        Some((subject, Row { kind: RowKind::Credit, bidder: subject, facts, ..listed.clone() }))
    }

    /// The latest contract that names a manager, with the earliest completion.
    fn contract(&self, section: Symbol, names: &Symbols) -> Option<(Symbol, Row)> {
        let mut signed = Latest::default();
        let mut completed: Option<Sourced<i64>> = None;
        for row in &self.rows {
            match row.kind {
                RowKind::ContractSigned => {
                    signed.offer(row, row.one(FactKind::Manager).map(|_| row), names);
                }
                RowKind::ContractCompleted => {
                    completed = earlier(completed, row.acted_at(), row.event, names);
                }
                _ => {}
            }
        }
        let signed = signed.value()?;
        let manager = signed.symbol(FactKind::Manager)?;
        let mut facts =
            vec![Fact::symbol(FactKind::Section, section), Fact::number(FactKind::At, signed.acted_at())];
        facts.extend(completed.map(|completed| Fact::number(FactKind::EndedAt, completed.value)));
        let row = Row { kind: RowKind::Contract, bidder: manager, facts: facts.into(), ..signed.clone() };
        Some((manager, row))
    }
}

impl Keyed for Entry {
    type Key = Symbol;
    type Row = Row;
    type Out = (Symbol, Row);
    type Context = Arc<Symbols>;

    fn change(
        &mut self,
        names: &Arc<Symbols>,
        code: &Symbol,
        changes: &[((Symbol, Row), Diff)],
        out: &mut dyn FnMut((Symbol, Row), Diff),
    ) {
        let before = self.stands(*code, names);
        for ((_, row), diff) in changes {
            apply(&mut self.rows, row, *diff);
        }
        emit_difference(&before, &self.stands(*code, names), |row| row, out);
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Credit and contract rows by subject, from the rows under each code.
pub fn standing<'scope>(
    entries: VecCollection<'scope, Time, (Symbol, Row), Diff>,
    names: Arc<Symbols>,
) -> VecCollection<'scope, Time, (Symbol, Row), Diff> {
    keyed::<Entry>(entries, "registers", names)
}
