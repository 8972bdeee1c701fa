//! Corrections: a later version of a row or release takes the place of the one before.
//!
//! Rows are corrected by sending them again under the same key with a later timestamp. Events add up, so the events of
//! the version before are retracted (`event.retracted`), whichever of the two comes first. A retraction follows from
//! what it retracts alone, so that it has one name and one content in any order.
//!
//! Kept: for each row its latest version and what its events were called, for at most [`ROWS_MAX`] rows. A row past the
//! limit is not remembered, and that is reported. Versions that came before this adapter was made are known if somebody
//! remembers their names ([`Memory`], such as the journal); if not, their events stay until they are retracted by name.

use crate::draft::{Draft, Fields, Name, envelope};
use crate::report::{Report, What};
use crate::{Made, Place, when};
use std::collections::HashMap;
use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise::Instant;

/// Rows of which the version is remembered: some 100 bytes each.
pub const ROWS_MAX: usize = 1_000_000;

/// How the retraction of an earlier version's event is called, after that event's id.
const SUPERSEDED: &str = "/superseded";

/// What remembers earlier events: of a source and a row's key it gives the ids that begin with `KEY@`.
pub type Memory = Box<dyn FnMut(&str, &str) -> Vec<String> + Send>;

/// The latest version of each row.
#[derive(Default)]
pub(crate) struct Versions {
    latest: HashMap<Box<str>, Latest>,
    memory: Option<Memory>,
}

struct Latest {
    at: Instant,
    suffixes: Box<[Box<str>]>,
}

impl Versions {
    /// Asks a memory about rows that were not seen yet.
    pub(crate) fn ask(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    /// The events of a version of a row, and the retractions that it brings.
    pub(crate) fn events(
        &mut self,
        name: &Name,
        drafts: Vec<Draft>,
        place: &Place,
        report: &mut Report,
    ) -> Vec<Made> {
        let mut suffixes: Vec<Box<str>> = drafts.iter().map(|draft| draft.suffix.as_str().into()).collect();
        let mut events: Vec<Json> = drafts.into_iter().map(|draft| draft.event(name)).collect();
        let row: Box<str> = format!("{}\n{}", name.source, name.key).into();
        let full = self.latest.len() >= ROWS_MAX;
        if let (Some(memory), false, false) = (&mut self.memory, full, self.latest.contains_key(&row)) {
            let ids = memory(&name.source, &name.key);
            self.latest.extend(recalled(&name.key, &ids).map(|latest| (row.clone(), latest)));
        }
        match self.latest.get_mut(&row) {
            // Older than what is known: in the journal, and gone at once.
            Some(latest) if name.at < latest.at => events.extend(retractions(name, name.at, &suffixes)),
            Some(latest) if name.at > latest.at => {
                events.extend(retractions(name, latest.at, &latest.suffixes));
                *latest = Latest { at: name.at, suffixes: suffixes.into() };
            }
            // The same version, so the same events; were they others, they must all be known to be retracted.
            Some(latest) => {
                suffixes.extend(latest.suffixes.iter().cloned());
                suffixes.sort_unstable();
                suffixes.dedup();
                latest.suffixes = suffixes.into();
            }
            None if !full => {
                self.latest.insert(row, Latest { at: name.at, suffixes: suffixes.into() });
            }
            None => report.note(What::Value, "corrections of rows beyond the first 1,000,000", place),
        }
        events.into_iter().map(|event| Made { place: place.clone(), event: Ok(event) }).collect()
    }
}

/// The latest version among the ids of a row's events; what was retracted with it is retracted again, which changes
/// nothing.
fn recalled(key: &str, ids: &[String]) -> Option<Latest> {
    let version = |id: &str| {
        let (stamp, suffix) =
            id.strip_prefix(key)?.strip_prefix('@').map(|rest| rest.split_once('/').unwrap_or((rest, "")))?;
        Some((when::instant(stamp, when::LOCAL)?, suffix.to_owned()))
    };
    let is_event = |id: &&String| !id.ends_with(SUPERSEDED);
    let versions: Vec<(Instant, String)> = ids.iter().filter(is_event).filter_map(|id| version(id)).collect();
    let at = versions.iter().map(|(at, _)| *at).max()?;
    let suffixes = versions.into_iter().filter(|(of, _)| *of == at).map(|(_, suffix)| suffix.into());
    Some(Latest { at, suffixes: suffixes.collect() })
}

fn retractions(name: &Name, at: Instant, suffixes: &[Box<str>]) -> Vec<Json> {
    let name = Name { at, ..name.clone() };
    let retraction = |suffix: &str| {
        let id = name.id(suffix);
        let retracts = Fields::default()
            .put("source", Some(name.source.as_str().into()))
            .put("id", Some(id.as_str().into()));
        let data = Fields::default().put("retracts", retracts.object()).put(
            "reason",
            Some("更正:同一记录有更新的版本 (a later version of the same record was given)".into()),
        );
        envelope("event.retracted", &name.source, &format!("{id}{SUPERSEDED}"), at, data)
    };
    suffixes.iter().map(|suffix| retraction(suffix)).collect()
}
