//! Where the causes come from: key projects, credit entries, findings.

use super::{Cause, FULL_DAYS, HALF_DAYS, Half, Named, Watched, points};
use crate::dossier::{Credit, Dossier, is_later};
use crate::event::Outcome;
use crate::finding::{Finding, Published};
use crate::history::window::Dated;
use crate::history::{apply, emit_difference};
use crate::judge::{Benches, day_of, is_person};
use crate::operators::{Diff, Keyed, Time, keyed};
use crate::row::{FactKind, Row};
use crate::subject::Subject;
use crate::symbols::{EventRef, Symbol, Symbols};
use differential_dataflow::VecCollection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Those who have a part in a key project that is under way: live bidders with their people, and drawn experts.
pub fn key_project(dossier: &Dossier) -> Vec<Watched> {
    let key = dossier.project.key.is_some_and(|key| key.value);
    if !key || dossier.outcome.award.is_some() || dossier.ended {
        return Vec::new();
    }
    let mut watched = Vec::new();
    let mut watch = |subject: Symbol, is_person, event: EventRef| {
        watched.push(Watched { subject, is_person, cause: Cause::KeyProject(dossier.section, event) });
    };
    for bid in dossier.bids.iter().filter(|bid| bid.live) {
        watch(bid.bidder, false, bid.first_event);
        bid.joined_by.iter().for_each(|(member, event)| watch(*member, false, *event));
        if let Some(record) = dossier.record_of(bid.bidder) {
            record.legal_representative.iter().for_each(|person| watch(*person, true, record.event));
        }
    }
    for shown in dossier.shown.iter().filter(|shown| is_person(shown.fact.kind())) {
        if dossier.bids[shown.bid as usize].live && shown.fact.kind() != FactKind::Contact {
            watch(shown.fact.as_symbol(), true, shown.event);
        }
    }
    for expert in dossier.committee.experts.iter().filter(|expert| !expert.replaced) {
        expert.drawn.iter().for_each(|drawn| watch(expert.expert, true, drawn.event));
    }
    watched
}

/// A credit entry is a cause while it is in force.
pub fn listed(subject: Symbol, row: &Row) -> Option<(Symbol, Dated)> {
    let credit = Credit::of(row)?;
    let is_person = row.one(FactKind::Party).is_none();
    // Gone on the day of its removal.
    let removed = credit.removed_at.map(|removed| day_of(removed) - 1);
    let until = credit.until.into_iter().chain(removed).min();
    let days = until.map(|until| until - credit.from);
    if days.is_some_and(|days| days < 0) {
        return None;
    }
    let cause = Cause::Listed(credit.entry, credit.kind as u8, credit.event);
    let watched = Watched { subject, is_person, cause };
    Some((subject, Dated::Watched(watched, credit.from, days.map(i32::cast_unsigned))))
}

/// What comes in under an alert's identity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
enum About {
    Finding(Arc<Finding>),
    Handled(Row),
}

/// One alert: its findings, and what supervisors made of it.
#[derive(Default)]
struct Alert {
    findings: Vec<Arc<Finding>>,
    handled: Vec<Row>,
}

impl Alert {
    /// How often the points of its findings count: double if it was closed as penalised or referred, not at all if
    /// as unfounded, once otherwise.
    fn factor(&self, names: &Symbols) -> u32 {
        let latest = self
            .handled
            .iter()
            .reduce(|best, row| if is_later(row, (best.at, best.event), names) { row } else { best });
        match latest.and_then(|row| row.word(FactKind::Outcome, Outcome::ALL)) {
            Some(Outcome::Unfounded) => 0,
            Some(Outcome::Insufficient) | None => 1,
            Some(_) => 2,
        }
    }

    fn weighs(&self, names: &Symbols) -> Vec<(Symbol, Dated)> {
        let factor = self.factor(names);
        let mut causes = Vec::new();
        for finding in self.findings.iter().filter(|_| factor > 0) {
            let Some(day) = names.latest_day(&finding.evidence) else { continue };
            let (named, halves) = (Arc::new(Named::of(finding)), points(finding.severity) * factor);
            let parties = finding.parties.iter().map(|party| (*party, false));
            for (subject, is_person) in parties.chain(finding.persons.iter().map(|person| (*person, true))) {
                for (half, days) in [(Half::Lasting, HALF_DAYS), (Half::Fresh, FULL_DAYS)] {
                    // Half of the points twice, counted in halves of points.
                    let cause = Cause::Finding(named.clone(), halves, half);
                    let watched = Watched { subject, is_person, cause };
                    causes.push((subject, Dated::Watched(watched, day, Some(days))));
                }
            }
        }
        causes.sort_unstable();
        causes
    }
}

impl Keyed for Alert {
    type Key = Symbol;
    type Row = About;
    type Out = (Symbol, Dated);
    type Context = Arc<Symbols>;

    fn change(
        &mut self,
        names: &Arc<Symbols>,
        _: &Symbol,
        changes: &[((Symbol, About), Diff)],
        out: &mut dyn FnMut((Symbol, Dated), Diff),
    ) {
        let before = self.weighs(names);
        for wanted in [-1, 1] {
            for ((_, about), diff) in changes.iter().filter(|(_, diff)| diff.signum() == wanted) {
                match about {
                    About::Finding(finding) => apply(&mut self.findings, finding, *diff),
                    About::Handled(row) => apply(&mut self.handled, row, *diff),
                };
            }
        }
        emit_difference(&before, &self.weighs(names), |cause| cause, out);
    }

    fn is_empty(&self) -> bool {
        self.findings.is_empty() && self.handled.is_empty()
    }
}

/// Causes from findings, weighed by what became of the alerts that they fed.
pub fn weighed<'scope>(
    published: VecCollection<'scope, Time, Published, Diff>,
    handled: VecCollection<'scope, Time, (Symbol, Row), Diff>,
    benches: &Benches,
) -> VecCollection<'scope, Time, (Symbol, Dated), Diff> {
    let symbols = benches.symbols().clone();
    let names = symbols.clone();
    let findings = published.flat_map(move |published| match published {
        Published::Finding(finding) if !finding.parties.is_empty() || !finding.persons.is_empty() => {
            let alert = Subject::of_finding(&finding, &symbols).id();
            Some((symbols.intern(&alert.0), About::Finding(finding)))
        }
        _ => None,
    });
    let handled = handled.map(|(alert, row)| (alert, About::Handled(row)));
    keyed::<Alert>(findings.concat(handled), "weighed findings", names)
}
