//! The committee: who was drawn, who came, who stood down.

use super::merge::{Latest, Sourced, earlier};
use crate::event::Attendance;
use crate::row::{FactKind, Row, RowKind};
use crate::symbols::{EventRef, Symbol, Symbols};

/// One expert.
#[derive(Clone, Debug, Default)]
pub struct Expert {
    /// Who, a pseudonym.
    pub expert: Symbol,
    /// The latest draw: when, µs.
    pub drawn: Option<Sourced<i64>>,
    /// Who employs the expert, as the latest draw that says so has it.
    pub employer: Option<Sourced<Symbol>>,
    /// Whether the expert was replaced.
    pub replaced: bool,
    /// The earliest sign-in, µs.
    pub signed_in_at: Option<Sourced<i64>>,
}

/// A sign-in, or a replacement.
#[derive(Clone, Copy, Debug)]
pub struct Attended {
    /// Who, a pseudonym.
    pub expert: Symbol,
    /// When, µs.
    pub at: i64,
    /// When it was told: the event's time, µs.
    pub told_at: i64,
    /// How the expert came; none if not said.
    pub status: Option<Attendance>,
    /// The event.
    pub event: EventRef,
}

/// The committee of a section.
#[derive(Debug, Default)]
pub struct Committee {
    /// Experts who were drawn or came, sorted.
    pub experts: Vec<Expert>,
    /// Sign-ins in the order of (event's time, event's name): of several of one expert the last counts.
    pub attended: Vec<Attended>,
    /// Replacements: the expert, the event, and whether a reason was given; sorted by event.
    pub replaced: Vec<(EventRef, Symbol, bool)>,
}

impl Committee {
    /// Merges draws, replacements and sign-ins.
    pub fn merge<'a>(rows: impl Iterator<Item = &'a Row>, names: &Symbols) -> Committee {
        let mut committee = Committee::default();
        let mut merging: Vec<(Latest<i64>, Latest<Symbol>)> = Vec::new();
        for row in rows {
            let Some(expert) = row.symbol(FactKind::Expert) else { continue };
            if row.kind == RowKind::Replaced {
                let reasoned = row.flag(FactKind::Reason).is_some();
                committee.replaced.push((row.event, expert, reasoned));
                continue;
            }
            let at = committee.experts.binary_search_by_key(&expert, |e| e.expert).unwrap_or_else(|at| {
                committee.experts.insert(at, Expert { expert, ..Expert::default() });
                merging.insert(at, (Latest::default(), Latest::default()));
                at
            });
            if row.kind == RowKind::Drawn {
                merging[at].0.offer(row, Some(row.acted_at()), names);
                merging[at].1.offer(row, row.symbol(FactKind::Employer), names);
            } else {
                let (event, status) = (row.event, row.word(FactKind::Attendance, Attendance::ALL));
                let held = &mut committee.experts[at].signed_in_at;
                *held = earlier(*held, row.acted_at(), event, names);
                let (at, told_at) = (row.acted_at(), row.at);
                committee.attended.push(Attended { expert, at, told_at, status, event });
            }
        }
        for (expert, (drawn, employer)) in committee.experts.iter_mut().zip(&merging) {
            expert.drawn = drawn.sourced();
            expert.employer = employer.sourced();
            expert.replaced = committee.replaced.iter().any(|(_, replaced, _)| *replaced == expert.expert);
        }
        committee.attended.sort_unstable_by(|a, b| {
            let by_name =
                || names.name_is_greater(a.event, b.event).cmp(&names.name_is_greater(b.event, a.event));
            a.told_at.cmp(&b.told_at).then_with(by_name)
        });
        committee.replaced.sort_unstable();
        committee
    }

    /// How each expert had signed in at an instant, µs, as was told last.
    pub fn attendance_at(&self, at: i64) -> Vec<Attended> {
        let mut latest: Vec<Attended> = Vec::new();
        for attended in self.attended.iter().filter(|attended| attended.at <= at) {
            latest.retain(|held| held.expert != attended.expert);
            latest.push(*attended);
        }
        latest
    }
}
