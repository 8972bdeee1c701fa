//! The watch-list: who is on it and why, what became of its entries, and whom a name may mean.
//!
//! *Invariants.* A person has no name here. A similar name is a lead to look at, never an identity, and says so.

use super::lists::{Asked, asked, limit};
use super::{App, Named, Problem, named};
use crate::directory::Directory;
use crate::ledger::{ChangeFilter, Reader, Reason, Recorded, WatchChangeKind, Watching, WatchingFilter};
use crate::metrics::WATCHED_KINDS;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use xiezhi_alerts::message::Directory as Names;
use xiezhi_dataflows::normalise::{self, Instant, SIMILAR_MIN_PERCENT, firm_key, likeness_percent};
use xiezhi_dataflows::watch::{Level, Rendered as Entry};

/// The most changes that are listed with an entry; all of them are in the list of changes.
const CHANGES_LISTED_MAX: usize = 100;
/// The longest name that is looked for, characters.
const NAME_CHARS_MAX: usize = 200;
const ORGANISATION: &str = "organisation";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WatchQuery {
    cursor: Option<String>,
    limit: Option<usize>,
    level: Option<String>,
    kind: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeQuery {
    cursor: Option<u64>,
    limit: Option<usize>,
    party: Option<String>,
    change: Option<String>,
}

/// An entry as it is listed.
#[derive(Serialize)]
pub(super) struct Item {
    #[serde(flatten)]
    entry: Entry,
    since: String,
    /// The organisation's name, if some event told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    hit: Option<HitShown>,
}

/// How a name that was looked for led to an entry.
#[derive(Serialize)]
struct HitShown {
    r#match: Match,
    #[serde(skip_serializing_if = "Option::is_none")]
    similarity: Option<String>,
}

/// What was equal; the surest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Match {
    Code,
    Name,
    Similar,
}

/// A hit; the order is that of the list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Hit {
    kind: Match,
    /// Hundredths that are wanting to likeness.
    distance: u32,
    party: String,
}

#[derive(Serialize)]
pub(super) struct Items<T, C = String> {
    items: Vec<T>,
    next: Option<C>,
}

/// An entry with what became of it.
#[derive(Serialize)]
pub(super) struct Detailed {
    #[serde(flatten)]
    item: Item,
    /// The latest first.
    changes: Vec<Change>,
}

/// A change as it is shown.
#[derive(Serialize)]
pub(super) struct Change {
    seq: u64,
    at: String,
    party: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    change: String,
    from_level: Option<String>,
    to_level: Option<String>,
    reason: Reason,
    /// The entry then; of one that left, as it was last.
    entry: Entry,
}

fn item(watching: Watching, directory: &Directory) -> Item {
    let Watching { entry, since } = watching;
    let name = name_of(&entry, directory);
    Item { entry, since: Instant(since).to_rfc3339(), name, hit: None }
}

fn name_of(entry: &Entry, directory: &Directory) -> Option<String> {
    if entry.kind == ORGANISATION { directory.organisation(&entry.party) } else { None }
}

fn change(recorded: Recorded, directory: &Directory) -> Change {
    let Recorded { seq, at, party, change, from_level, to_level, reason, entry } = recorded;
    let (at, name) = (Instant(at).to_rfc3339(), name_of(&entry, directory));
    Change { seq, at, party, name, change, from_level, to_level, reason, entry }
}

/// Refuses a word that nothing could have: an empty list would look like a quiet day.
fn known(field: &str, given: Option<&str>, words: &[&str]) -> Result<(), Problem> {
    match given {
        Some(word) if !words.contains(&word) => {
            Err(Problem::bad_request("bad_query", format!("{field}: is {word:?}; give {}", words.join(", "))))
        }
        _ => Ok(()),
    }
}

/// `GET /api/v1/watchlist`.
pub async fn list(State(app): State<App>, query: Asked<WatchQuery>) -> Result<Json<Items<Item>>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    known("level", query.level.as_deref(), &Level::ALL.map(Level::as_str))?;
    known("kind", query.kind.as_deref(), &WATCHED_KINDS)?;
    let directory = app.service()?.directory.clone();
    let filter = WatchingFilter { party: None, level: query.level, kind: query.kind };
    let cursor = query.cursor;
    let Some(name) = query.name else {
        let read = move |ledger: &Reader| {
            let (entries, next) = ledger.watched(&filter, cursor.as_deref(), limit)?;
            Ok(Items { items: entries.into_iter().map(|entry| item(entry, &directory)).collect(), next })
        };
        return app.read(read).await.map(Json);
    };
    let wanted = Wanted::new(&name)?;
    let after = cursor.map(|cursor| Hit::of_cursor(&cursor)).transpose()?;
    named_like(&app, wanted, filter, after, limit, directory).await.map(Json)
}

/// The entries that a name may mean, the surest first.
async fn named_like(
    app: &App,
    wanted: Wanted,
    mut filter: WatchingFilter,
    after: Option<Hit>,
    limit: usize,
    directory: Arc<Directory>,
) -> Result<Items<Item>, Problem> {
    if filter.kind.as_deref().is_some_and(|kind| kind != ORGANISATION) {
        return Ok(Items { items: Vec::new(), next: None });
    }
    filter.kind = Some(ORGANISATION.to_owned());
    app.read(move |ledger| {
        let parties = ledger.watched_parties(&filter)?.into_iter();
        let mut hits: Vec<Hit> = parties.filter_map(|party| wanted.hit(party, &directory)).collect();
        hits.retain(|hit| after.as_ref().is_none_or(|after| hit > after));
        hits.sort_unstable();
        let more = hits.len() > limit;
        hits.truncate(limit);
        let next = more.then(|| hits.last().map(Hit::cursor)).flatten();
        let mut items = Vec::with_capacity(hits.len());
        for hit in hits {
            let one = WatchingFilter { party: Some(hit.party.clone()), ..WatchingFilter::default() };
            // It may have left since the parties were read.
            let entry = ledger.watched(&one, None, 1)?.0.into_iter().next();
            items.extend(entry.map(|entry| Item { hit: Some(hit.shown()), ..item(entry, &directory) }));
        }
        Ok(Items { items, next })
    })
    .await
}

/// A name or credit code that is looked for.
struct Wanted {
    code: String,
    key: String,
}

impl Wanted {
    fn new(name: &str) -> Result<Wanted, Problem> {
        let key = if name.chars().count() > NAME_CHARS_MAX { String::new() } else { firm_key(name) };
        if key.is_empty() {
            let why =
                format!("name: give a firm's name or credit code of at most {NAME_CHARS_MAX} characters");
            return Err(Problem::bad_request("bad_query", why));
        }
        Ok(Wanted { code: normalise::code(name).into_owned(), key })
    }

    fn hit(&self, party: String, directory: &Directory) -> Option<Hit> {
        if party == self.code {
            return Some(Hit { kind: Match::Code, distance: 0, party });
        }
        let key = firm_key(&directory.organisation(&party)?);
        if key == self.key {
            return Some(Hit { kind: Match::Name, distance: 0, party });
        }
        let likeness = likeness_percent(&key, &self.key);
        (likeness >= SIMILAR_MIN_PERCENT).then(|| Hit {
            kind: Match::Similar,
            distance: 100 - likeness,
            party,
        })
    }
}

impl Hit {
    fn shown(&self) -> HitShown {
        let likeness = 100 - self.distance.min(100);
        let similarity =
            (self.kind == Match::Similar).then(|| format!("{}.{:02}", likeness / 100, likeness % 100));
        HitShown { r#match: self.kind, similarity }
    }

    fn cursor(&self) -> String {
        format!("{}.{}.{}", self.kind as u8, self.distance, self.party)
    }

    fn of_cursor(cursor: &str) -> Result<Hit, Problem> {
        let read = || {
            let mut parts = cursor.splitn(3, '.');
            let kind = match parts.next()? {
                "0" => Match::Code,
                "1" => Match::Name,
                "2" => Match::Similar,
                _ => return None,
            };
            Some(Hit { kind, distance: parts.next()?.parse().ok()?, party: parts.next()?.to_owned() })
        };
        read().ok_or_else(|| Problem::bad_request("bad_query", "cursor: is none that this list gave"))
    }
}

/// `GET /api/v1/watchlist/{party}`.
pub(super) async fn entry(State(app): State<App>, party: Named) -> Result<Json<Detailed>, Problem> {
    let party = named(party)?;
    let directory = app.service()?.directory.clone();
    let read = move |ledger: &Reader| {
        let one = WatchingFilter { party: Some(party.clone()), ..WatchingFilter::default() };
        let Some(entry) = ledger.watched(&one, None, 1)?.0.into_iter().next() else { return Ok(None) };
        let changes = ledger.latest_watch_changes(&party, CHANGES_LISTED_MAX)?;
        let changes = changes.into_iter().map(|recorded| change(recorded, &directory)).collect();
        Ok(Some(Detailed { item: item(entry, &directory), changes }))
    };
    let why = "nobody of this code or pseudonym is on the watch-list; what was before is under \
               /api/v1/watchlist/changes?party=";
    app.read(read).await?.map(Json).ok_or_else(|| Problem::not_found(why))
}

/// `GET /api/v1/watchlist/changes`.
pub(super) async fn changes(
    State(app): State<App>,
    query: Asked<ChangeQuery>,
) -> Result<Json<Items<Change, u64>>, Problem> {
    let query = asked(query)?;
    let limit = limit(query.limit)?;
    known("change", query.change.as_deref(), &WatchChangeKind::ALL.map(WatchChangeKind::as_str))?;
    let directory = app.service()?.directory.clone();
    let filter = ChangeFilter { party: query.party, change: query.change };
    let read = move |ledger: &Reader| {
        let (changes, next) = ledger.watch_changes(&filter, query.cursor.unwrap_or(0), limit)?;
        Ok(Items { items: changes.into_iter().map(|recorded| change(recorded, &directory)).collect(), next })
    };
    app.read(read).await.map(Json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_listed_by_sureness_and_a_cursor_finds_its_place() {
        let hit = |kind, distance, party: &str| Hit { kind, distance, party: party.to_owned() };
        let mut hits = [
            hit(Match::Similar, 14, "A"),
            hit(Match::Name, 0, "C"),
            hit(Match::Similar, 2, "B"),
            hit(Match::Code, 0, "D"),
        ];
        hits.sort_unstable();
        assert_eq!(hits.iter().map(|hit| hit.party.as_str()).collect::<String>(), "DCBA");
        assert_eq!(hits[3].shown().similarity.as_deref(), Some("0.86"));
        assert_eq!(hits[1].shown().similarity, None);
        for hit in &hits {
            assert!(Hit::of_cursor(&hit.cursor()).is_ok_and(|same| same == *hit));
        }
        for wrong in ["", "3.1.A", "1.x.A", "1.1"] {
            assert!(Hit::of_cursor(wrong).is_err(), "{wrong}");
        }
    }
}
