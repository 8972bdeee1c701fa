//! How starts ended, told to the next one, so that an event which ends every start is found and put aside.
//!
//! While the history is computed, a small file says which places of the journal are under way; a start that comes to its end, or
//! fails with an error, removes it. A start that finds one takes those places in ever smaller commits, one after the other: the
//! next that is cut off knows better. Once [`ENDS`] starts in a row were cut off with one and the same event alone under way,
//! that event is put aside: the daemon retracts it, on record in the journal, and says so until somebody has looked at it.
//!
//! *Laws.* Nothing is put aside for fewer than [`ENDS`] starts, so a kill or a power cut during a start puts nothing aside. What is put
//! aside stays in the journal, and what holds follows from the journal alone: the retraction is an event. At most [`ASIDE_MAX`] are put
//! aside in the life of a journal, those among them that were taken back in: past that it is the program that is wrong, not the events.

use crate::journal::{Journal, JournalError, NewEvent, Reader};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::io::ErrorKind;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use xiezhi_dataflows::event::{Door, Event, reread};
use xiezhi_dataflows::normalise::{Instant, Placeholders};

/// The source of the retractions by which events are put aside.
pub const SOURCE: &str = "/xiezhi/set-aside";

/// After how many starts in a row that ended at one event it is put aside.
const ENDS: u32 = 3;

/// How many events are put aside at most.
const ASIDE_MAX: usize = 3;

/// Into how many commits the places at which the last start ended are cut.
const PARTS: u64 = 256;

/// The file, in the data directory.
const FILE: &str = "start.json";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    /// Places in the journal: first and last.
    under_way: Option<(u64, u64)>,
    /// In how many starts in a row this one event was under way alone, this one included.
    alone: u32,
}

/// What a start does about those before it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// The places to take with care, and how many of them at once.
    pub careful: Option<(RangeInclusive<u64>, u64)>,
    /// The place of an event to put aside.
    aside: Option<u64>,
}

impl Said {
    fn plan(&self) -> Plan {
        let Some((first, last)) = self.under_way.filter(|(first, last)| (1..=*last).contains(first)) else {
            return Plan::default();
        };
        let aside = (first == last && self.alone >= ENDS).then_some(first);
        Plan { careful: Some((first..=last, (last - first + 1).div_ceil(PARTS))), aside }
    }

    /// What is to be said when these places are under way, after a start that ended with what `self` says.
    fn then(&self, places: &RangeInclusive<u64>) -> Said {
        let under_way = Some((*places.start(), *places.end()));
        let alone = match (places.start() == places.end(), self.under_way == under_way) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => self.alone + 1,
        };
        Said { under_way, alone }
    }
}

/// The file, and what it said when this start began.
pub struct Starts {
    path: PathBuf,
    found: Said,
}

impl Starts {
    /// Reads what the last start left. A file that cannot be read says nothing: it only ever saves time.
    pub fn open(data_dir: &Path) -> Starts {
        let path = data_dir.join(FILE);
        let found = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(error) => {
                if error.kind() != ErrorKind::NotFound {
                    tracing::warn!(path = %path.display(), %error, "what the last start left cannot be read");
                }
                Said::default()
            }
        };
        Starts { path, found }
    }

    /// What to do about the starts before; what has to be put aside is put aside here.
    ///
    /// # Errors
    /// If the journal cannot be read or written.
    pub fn plan(
        &self,
        journal: &mut Journal,
        reader: &Reader,
        door: &Door,
        now: i64,
    ) -> Result<Plan, JournalError> {
        let plan = self.found.plan();
        if let Some((places, at_once)) = &plan.careful {
            let (first, last) = (*places.start(), *places.end());
            tracing::warn!(
                first,
                last,
                at_once,
                "the last start was cut off while it computed these events: they are taken with care"
            );
        }
        if let Some(seq) = plan.aside {
            put_aside(journal, reader, door, seq, now)?;
        }
        Ok(plan)
    }

    /// Says that these places are under way. Not synced: it outlives the process, and need not outlive the machine.
    pub fn say(&self, places: &RangeInclusive<u64>) {
        let said = self.found.then(places);
        let part = self.path.with_extension("part");
        let text = serde_json::to_vec(&said).unwrap_or_default();
        let written = std::fs::write(&part, text).and_then(|()| std::fs::rename(&part, &self.path));
        if let Err(error) = written {
            tracing::warn!(path = %self.path.display(), %error, "how this start goes cannot be noted");
        }
    }

    /// The start came to an end, good or bad: the next has nothing to beware of.
    pub fn over(&self) {
        if let Err(error) = std::fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(path = %self.path.display(), %error, "what this start noted cannot be removed");
        }
    }
}

/// The retractions by which events were put aside.
///
/// # Errors
/// If the journal cannot be read.
pub fn put_aside_before(reader: &Reader, placeholders: &Placeholders) -> Result<Vec<Event>, JournalError> {
    let bodies = reader.bodies_of(SOURCE)?;
    Ok(bodies.iter().filter_map(|body| reread(body, placeholders).ok()).collect())
}

/// Retracts the event at this place of the journal, on record.
fn put_aside(
    journal: &mut Journal,
    reader: &Reader,
    door: &Door,
    seq: u64,
    now: i64,
) -> Result<(), JournalError> {
    let (Some((source, id)), before) = (reader.name_at(seq)?, reader.bodies_of(SOURCE)?.len()) else {
        return Ok(());
    };
    if before >= ASIDE_MAX {
        tracing::error!(
            seq,
            source,
            id,
            put_aside = before,
            "this event ends every start, but no more is put aside: the program is wrong; install another version, or the one before"
        );
        return Ok(());
    }
    let event = json!({
        "specversion": "1.0",
        "id": format!("{seq}-{}", before + 1),
        "source": SOURCE,
        "type": "event.retracted",
        "time": Instant(now).to_rfc3339(),
        "data": {
            "retracts": { "source": source, "id": id },
            "reason": format!("{ENDS} starts in a row ended while this event was computed"),
        },
    });
    let admitted = match door.admit(event.to_string().as_bytes()) {
        Ok(admitted) => admitted,
        Err(refused) => {
            tracing::error!(seq, source, id, faults = %refused.faults, "this event ends every start and cannot be put aside");
            return Ok(());
        }
    };
    let new = NewEvent {
        source: admitted.event.source.to_string(),
        id: admitted.event.id.to_string(),
        kind: admitted.event.data.kind().to_owned(),
        body: admitted.body,
    };
    journal.append(journal.last().commit + 1, now, &[new], &[])?;
    tracing::error!(
        seq,
        source,
        id,
        "put aside: {ENDS} starts in a row ended while this event was computed. Nothing counts it until somebody retracts the retraction {SOURCE} {seq}-{}",
        before + 1
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Starts that all end at one event of so many; gives in which one it is put aside.
    fn starts_until_put_aside(events: u64, poison: u64) -> u32 {
        let mut said = Said::default();
        for start in 1..100 {
            let plan = said.plan();
            if let Some(aside) = plan.aside {
                assert_eq!(aside, poison);
                return start;
            }
            let (careful, at_once) = plan.careful.unwrap_or((1..=events, events));
            assert!(careful.contains(&poison), "{careful:?}");
            let part = (poison - careful.start()) / at_once;
            let first = careful.start() + part * at_once;
            said = said.then(&(first..=(first + at_once - 1).min(*careful.end())));
        }
        panic!("it is never put aside")
    }

    #[test]
    fn an_event_that_ends_every_start_is_put_aside_after_few() {
        for (events, starts) in [(1, 4), (2, 5), (256, 5), (257, 6), (200_000, 7), (u64::from(u32::MAX), 8)] {
            for poison in [1, events / 2, events - 1, events].into_iter().filter(|poison| *poison > 0) {
                assert!(starts_until_put_aside(events, poison) <= starts, "{poison} of {events}");
            }
        }
    }

    #[test]
    fn starts_that_are_cut_off_here_and_there_put_nothing_aside() {
        let mut said = Said::default();
        for place in [5, 5, 6, 5, 5, 7, 7, 6, 6, 5] {
            said = said.then(&(place..=place));
            assert_eq!(said.plan().aside, None, "{said:?}");
        }
        said = said.then(&(5..=5)).then(&(5..=9)).then(&(5..=5));
        assert_eq!(said.alone, 1, "in a row");
    }

    #[test]
    fn what_no_start_can_have_left_is_nothing() {
        for (first, last) in [(0, 0), (0, 5), (6, 5)] {
            assert_eq!(Said { under_way: Some((first, last)), alone: 9 }.plan(), Plan::default());
        }
    }
}
