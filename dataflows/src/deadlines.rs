//! Deadlines: until when something has to happen, and the book in which the driver keeps what is waited for.
//!
//! A rule that needs no event to fire asks whether its deadline has passed; the driver wakes the section at
//! that very instant. Both ask the functions here, so that they cannot disagree.
//!
//! *Invariants.* What the book gives sums up to the deadlines of the rows that hold, under the parameters in force:
//! it depends neither on the order in which rows came nor on that in which parameters changed.

use crate::editions::Edition;
use crate::event::{DeviceState, ObjectionKind};
use crate::judge::{begin_of, day_of};
use crate::normalise::Date;
use crate::operators::Diff;
use crate::params::Params;
use crate::row::{FactKind, Row, RowKind};
use crate::symbols::Symbol;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Microseconds of a second and of a minute.
const SECOND_US: i64 = 1_000_000;
const MINUTE_US: i64 = 60 * SECOND_US;

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Wait {
    /// The opening, from when it was planned (OPN-02).
    Opening,
    /// The contract, from the notice of award: 30 days (招标投标法 §46; AWD-06).
    Contract,
    /// The deposits, from the contract: 5 days (招标投标法实施条例 §57). No rule asks, an indicator does.
    Margin,
    /// The end of a device's outage, from its begin (WIT-01).
    Outage,
    /// The same, from the start of the opening at which the device was out already.
    OutageAtStart,
    /// The answer to an objection: 3 days (招标投标法实施条例 §22, §54; CMP-03).
    Objection,
    /// The answer to a challenge: 7 working days (政府采购法 §53; CMP-04).
    Challenge,
    /// Acceptance or refusal of a complaint: 3 working days (招标投标法实施条例 §61; CMP-01).
    Complaint,
    /// The decision on an accepted complaint: 30 working days (招标投标法实施条例 §61; CMP-02).
    Decision,
    /// Publication of an inspection's result: 20 working days (INS-01).
    Publication,
}

impl Wait {
    /// The instant (µs) from which on the wait has been in vain, for something that began at `from` (µs). None if it
    /// goes by working days and the calendar does not know the year.
    pub fn due(self, from: i64, params: &Params) -> Option<i64> {
        let days = |days: i32| Some(begin_of(day_of(from) + days + 1));
        let working = |days: u32| {
            let last = params.calendar.working_days_after(Date(day_of(from)), days)?;
            Some(begin_of(last.0 + 1))
        };
        let thresholds = &params.thresholds;
        match self {
            Wait::Opening => Some(from + i64::from(thresholds.opening_grace_minutes) * MINUTE_US),
            Wait::Outage | Wait::OutageAtStart => {
                Some(from + i64::from(thresholds.outage_seconds) * SECOND_US + 1)
            }
            Wait::Contract => days(30),
            Wait::Margin => days(5),
            Wait::Objection => days(3),
            Wait::Challenge => working(7),
            Wait::Complaint => working(3),
            Wait::Decision => working(30),
            Wait::Publication => working(20),
        }
    }
}

/// What a row waits for, and from when on (µs).
fn wait_of(row: &Row) -> Option<(Wait, i64)> {
    let wait = match row.kind {
        RowKind::Announced | RowKind::Changed => {
            return Some((Wait::Opening, row.number(FactKind::OpeningAt)?));
        }
        RowKind::Award => Wait::Contract,
        RowKind::ContractSigned => Wait::Margin,
        RowKind::OpeningStarted => Wait::OutageAtStart,
        RowKind::Device => {
            let state = row.word(FactKind::DeviceState, DeviceState::ALL)?;
            (state != DeviceState::Ok).then_some(Wait::Outage)?
        }
        RowKind::Objection => match row.word(FactKind::ObjectionKind, ObjectionKind::ALL) {
            Some(ObjectionKind::Challenge) => Wait::Challenge,
            _ => Wait::Objection,
        },
        RowKind::ComplaintReceived => Wait::Complaint,
        RowKind::ComplaintAccepted => Wait::Decision,
        RowKind::InspectionDone => Wait::Publication,
        _ => return None,
    };
    Some((wait, row.acted_at()))
}

/// All that sections and matters wait for, some bytes each.
#[derive(Default)]
pub struct Waits {
    waits: BTreeMap<(Symbol, Wait, i64), Diff>,
}

/// A change of an instant that a section or matter waits for: of which, when (µs), and how many more.
pub type DueChange = (Symbol, i64, Diff);

/// The instants at which a wait is over under any parameters of an edition: a section is woken at each of them, and
/// judges by those of its own day.
fn dues_of(wait: Wait, from: i64, edition: &Edition) -> Vec<i64> {
    let mut dues: Vec<i64> =
        edition.entries().iter().filter_map(|(_, params)| wait.due(from, params)).collect();
    dues.sort_unstable();
    dues.dedup();
    dues
}

impl Waits {
    /// Takes a change of a row in, and gives what it changes for the section or matter.
    pub fn change(
        &mut self,
        of: Symbol,
        row: &Row,
        diff: Diff,
        edition: impl FnOnce() -> Arc<Edition>,
        give: &mut dyn FnMut(DueChange),
    ) {
        // Nearly every row: nothing waits for it.
        let Some((wait, from)) = wait_of(row) else { return };
        let edition = &edition();
        let outages = matches!(wait, Wait::Outage | Wait::OutageAtStart);
        // Whether an opening waits hangs on whether a device is out: then all of the section is looked at.
        if outages {
            self.give_all(of, edition, -1, give);
        }
        let count = self.waits.entry((of, wait, from)).or_default();
        *count += diff;
        if *count == 0 {
            self.waits.remove(&(of, wait, from));
        }
        if outages {
            self.give_all(of, edition, 1, give);
        } else {
            dues_of(wait, from, edition).into_iter().for_each(|due| give((of, due, diff)));
        }
    }

    /// Gives every instant that a section or matter waits for, so many times `diff`.
    fn give_all(&self, of: Symbol, edition: &Edition, diff: Diff, give: &mut dyn FnMut(DueChange)) {
        let first = |of| (of, Wait::Opening, i64::MIN);
        let waits = self.waits.range(first(of)..first(Symbol(of.0 + 1)));
        let out = waits.clone().any(|((_, wait, _), _)| *wait == Wait::Outage);
        for ((_, wait, from), count) in waits.filter(|((_, wait, _), _)| out || *wait != Wait::OutageAtStart)
        {
            dues_of(*wait, *from, edition).into_iter().for_each(|due| give((of, due, count * diff)));
        }
    }

    /// What changes for a section or matter when another edition judges it.
    pub fn moved(&self, of: Symbol, from: &Edition, to: &Edition, give: &mut dyn FnMut(DueChange)) {
        self.give_all(of, from, -1, give);
        self.give_all(of, to, 1, give);
    }
}
