//! Editions of the rules: which parameters judge a section, from which day on.
//!
//! Parameters are data that an office changes. Each publication is an *edition*: parameters by the day from which on
//! they apply, so that sections announced before keep those that were in force for them. The number of the edition
//! that judges a section is a fact of that section (none: the edition the engine started with); to publish is to
//! replace that fact, a slice of sections a commit, and to withdraw is to publish the edition before once more.
//!
//! *Invariants.* Numbers are given upward and never again; an edition, once given a number, does not change. What is
//! concluded is a function of the rows and of the edition in force: not of the editions before it.

use crate::judge::Day;
use crate::params::Params;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, PoisonError, RwLock};

/// Parameters, by the first day of the sections that they judge.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    /// Sorted by day; the first applies to all days before the second.
    entries: Vec<(Day, Arc<Params>)>,
}

impl Edition {
    /// One set of parameters for all sections.
    pub fn always(params: Params) -> Edition {
        Edition { entries: vec![(Day::MIN, Arc::new(params))] }
    }

    /// The same for sections announced before `day`, and `params` from then on.
    pub fn starting(&self, day: Day, params: Params) -> Edition {
        let mut entries: Vec<_> = self.entries.iter().filter(|(from, _)| *from < day).cloned().collect();
        entries.push((day, Arc::new(params)));
        Edition { entries }
    }

    /// The parameters of sections announced on that day.
    pub fn on(&self, day: Day) -> &Arc<Params> {
        let at = self.entries.partition_point(|(from, _)| *from <= day);
        &self.entries[at.saturating_sub(1)].1
    }

    /// The latest parameters: those of the rules over many sections, which have no day of their own.
    pub fn newest(&self) -> &Arc<Params> {
        &self.entries[self.entries.len() - 1].1
    }

    /// First days and parameters, in order; the first day of all is [`Day::MIN`].
    pub fn entries(&self) -> &[(Day, Arc<Params>)] {
        &self.entries
    }
}

/// Number of an edition within a running engine; 0 is the one it started with.
pub type EditionNo = u32;

/// All editions since the engine started.
pub struct Editions {
    editions: RwLock<Vec<Arc<Edition>>>,
}

impl Editions {
    /// Editions that begin with this one.
    pub fn new(base: Edition) -> Editions {
        Editions { editions: RwLock::new(vec![Arc::new(base)]) }
    }

    /// Gives an edition a number.
    pub fn add(&self, edition: Edition) -> EditionNo {
        let mut editions = self.editions.write().unwrap_or_else(PoisonError::into_inner);
        editions.push(Arc::new(edition));
        (editions.len() - 1) as EditionNo
    }

    /// The edition of that number.
    ///
    /// # Panics
    /// If it was never given.
    pub fn get(&self, number: EditionNo) -> Arc<Edition> {
        self.editions.read().unwrap_or_else(PoisonError::into_inner)[number as usize].clone()
    }
}

/// Into how many parts the states of an operator are cut when an edition changes, one part a commit: so many that a part
/// takes less than ten milliseconds at a million bids.
pub const TURNS: u32 = 512;

/// From this commit on, part `part` of every operator's states goes by edition `edition`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Turn {
    /// The edition.
    pub edition: EditionNo,
    /// Which part, below [`TURNS`].
    pub part: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(run_min: u32) -> Params {
        let mut params = Params::default();
        params.thresholds.run_min = run_min;
        params
    }

    #[test]
    fn sections_keep_the_parameters_of_their_day() {
        let edition = Edition::always(params(4)).starting(100, params(5)).starting(200, params(6));
        let of = |day| edition.on(day).thresholds.run_min;
        assert_eq!([of(Day::MIN), of(99), of(100), of(199), of(200), of(Day::MAX)], [4, 4, 5, 5, 6, 6]);
        // A publication replaces what was to hold from its day on.
        let again = edition.starting(150, params(7));
        assert_eq!((again.on(149).thresholds.run_min, again.on(250).thresholds.run_min), (5, 7));
        assert_eq!(again.newest().thresholds.run_min, 7);
    }
}
