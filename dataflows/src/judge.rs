//! The one reduce: all section rules over all facts of a section, and what history rules need from it.
//!
//! Differential's cost is in scheduling operators, not in data; eighty rules as eighty dataflows would cost
//! milliseconds an event. Here all rows of a section meet in one group, become a [`Dossier`], and every rule
//! is a plain function over it. The same pass dates the bids and says which values they used, and
//! who met whom in a decided section, so that these are told once and by the same merged view.
//!
//! *Invariants.* The output is a function of the set of rows and of the parameters; it is sorted and has no repeats
//! (differential cancels old against new output by equality).

use crate::dossier::{Bid, Dossier};
use crate::finding::{Finding, Published};
use crate::params::Params;
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::rules::{self, Conclusions, Outcome, Rule};
use crate::symbols::{EventRef, Symbol, Symbols};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What one section gives.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Output {
    /// To be published.
    Published(Published),
    /// A bid's event showed identifying values.
    Use(Use),
    /// Bidders met in a decided section: the roster, once for each day on which one of its bids is dated.
    Met(Arc<Roster>, Day),
}

/// A local date (+08:00), days since 1970-01-01.
pub type Day = i32;

/// The values that one event of a bid shows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Use {
    /// The bidder.
    pub bidder: Symbol,
    /// The day that dates the bid.
    pub day: Day,
    /// The event.
    pub event: EventRef,
    /// The event's facts; only those [`tracked`] count.
    pub values: Arc<[Fact]>,
}

/// Who bid in a decided section, and who won.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Roster {
    /// The awarded bidder.
    pub winner: Symbol,
    /// The award.
    pub award: EventRef,
    /// Bidder, the day that dates the bid, its first event; sorted.
    pub bids: Vec<(Symbol, Day, EventRef)>,
}

/// Microseconds of a day, and of the offset of the local time (+08:00).
const DAY_US: i64 = 86_400_000_000;
const OFFSET_US: i64 = 8 * 3_600_000_000;

/// The local date of an instant.
pub fn day_of(at: i64) -> Day {
    (at + OFFSET_US).div_euclid(DAY_US) as Day
}

/// The instant at which a local date begins, µs.
pub fn begin_of(day: Day) -> i64 {
    i64::from(day) * DAY_US - OFFSET_US
}

/// The kinds of value that DEV-12 follows across sections.
pub fn tracked(kind: FactKind) -> bool {
    matches!(
        kind,
        FactKind::Mac
            | FactKind::CpuId
            | FactKind::DiskSerial
            | FactKind::MemorySerial
            | FactKind::BoardSerial
            | FactKind::MachineCode
            | FactKind::PricingLock
            | FactKind::CaLock
            | FactKind::FeatureCode
    )
}

/// Everything that a judgement needs besides the rows.
pub struct Bench {
    /// Parameters.
    pub params: Params,
    /// Names, for ties of time.
    pub symbols: Arc<Symbols>,
}

impl Bench {
    /// Judges one section's rows into sorted outputs.
    pub fn outputs<'a>(&self, section: Symbol, rows: impl Iterator<Item = &'a Row> + Clone) -> Vec<Output> {
        let dossier = Dossier::build(section, rows.clone(), &self.symbols);
        let mut conclusions = Conclusions::default();
        let outcomes = rules::judge(&dossier, &self.params, &mut conclusions);
        let mut outputs = Vec::new();
        let publish = |findings: Vec<Finding>, as_output: fn(Arc<Finding>) -> Published| {
            findings.into_iter().map(move |f| Output::Published(as_output(Arc::new(f))))
        };
        outputs.extend(publish(conclusions.findings, Published::Finding));
        outputs.extend(publish(conclusions.quality, Published::Quality));
        let undecided: Arc<[_]> =
            outcomes.iter().filter_map(|(rule, outcome)| Some((*rule, outcome.undecided()?))).collect();
        outputs.push(Output::Published(Published::Undecided(undecided)));
        uses(&dossier, rows, &mut outputs);
        self.met(&dossier, &mut outputs);
        outputs.sort_unstable();
        outputs.dedup();
        outputs
    }

    /// Judges one section's rows and tells every rule's outcome.
    pub fn explain<'a>(
        &self,
        section: Symbol,
        rows: impl Iterator<Item = &'a Row> + Clone,
    ) -> (Vec<(Rule, Outcome)>, Conclusions) {
        let dossier = Dossier::build(section, rows, &self.symbols);
        let mut conclusions = Conclusions::default();
        let outcomes = rules::judge(&dossier, &self.params, &mut conclusions);
        (outcomes, conclusions)
    }

    fn met(&self, dossier: &Dossier, outputs: &mut Vec<Output>) {
        let Some(award) = dossier.award else { return };
        if dossier.bids.len() > self.params.thresholds.crowd as usize {
            return;
        }
        let bids: Vec<_> =
            dossier.bids.iter().map(|b| (b.bidder, day_of(b.dated_at()), b.first_event)).collect();
        let roster = Arc::new(Roster { winner: award.winner, award: award.event, bids });
        for (_, day, _) in &roster.bids {
            outputs.push(Output::Met(roster.clone(), *day));
        }
    }
}

/// The values each bid shows, event by event, without uploads at the venue and the tenderer's own.
fn uses<'a>(dossier: &Dossier, rows: impl Iterator<Item = &'a Row> + Clone, outputs: &mut Vec<Output>) {
    let own: Vec<Symbol> = rows
        .clone()
        .filter(|r| r.kind == RowKind::Section)
        .flat_map(|r| r.all(FactKind::Own).map(Fact::as_symbol))
        .collect();
    for row in rows.filter(|r| matches!(r.kind, RowKind::Submitted | RowKind::Decrypted)) {
        let find = |bid: &Bid| bid.bidder.cmp(&row.bidder);
        let Ok(at) = dossier.bids.binary_search_by(find) else { continue };
        let bid = &dossier.bids[at];
        let is_own = |fact: &Fact| own.contains(&fact.as_symbol());
        if bid.on_site || !row.facts.iter().any(|f| tracked(f.kind()) && !is_own(f)) {
            continue;
        }
        // Nearly always nothing is the tenderer's own, and the row's facts are shared as they are.
        let values = if own.is_empty() || !row.facts.iter().any(|f| tracked(f.kind()) && is_own(f)) {
            row.facts.clone()
        } else {
            row.facts.iter().copied().filter(|f| tracked(f.kind()) && !is_own(f)).collect()
        };
        let day = day_of(bid.dated_at());
        outputs.push(Output::Use(Use { bidder: row.bidder, day, event: row.event, values }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_local_dates() {
        // 2026-01-01T00:00:00+08:00 is 2025-12-31T16:00:00Z.
        let new_year = 1_767_196_800_000_000;
        assert_eq!(day_of(new_year), day_of(new_year - 1) + 1);
        assert_eq!(begin_of(day_of(new_year)), new_year);
    }
}
