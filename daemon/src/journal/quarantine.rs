//! The quarantine: what was refused, why, and everything needed to send it again.
//!
//! 1. Nothing is dropped: an entry keeps the scrubbed body if the input was JSON, and the sealed raw input if not.
//! 2. The same input refused again for the same leading reason is the same entry, counted: a sender that repeats
//!    itself does not fill the disk. The first entry's words stay; the count and the last time move.
//! 3. Nothing leaves it: what was decided about an entry is kept beside it (`decisions.rs`), and its contents are forgotten only after that.
//! 4. Putting something here cannot fail for what it contains: overlong texts are cut, a missing reason is
//!    `unspecified`, a body that is not UTF-8 is sealed. Otherwise one poisonous input would stop all.

use super::JournalError;
use super::decisions::{Decision, State};
use super::reader::{signed, unsigned};
use super::seal::Sealer;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, named_params};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Bytes kept of a text that an outsider wrote (name, type, path, message). Readable ones are far shorter.
const MAX_TEXT_BYTES: usize = 4096;
/// Reasons kept of one entry. A sender mends the first few and sends again.
const MAX_REASONS: usize = 32;

/// The leading reason of what was refused because its name was taken by another content.
pub const CONFLICT: &str = "conflict";

/// Why something was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// A stable, low-cardinality word: `malformed`, `conflict`, …
    pub code: String,
    /// The field, as a path; empty for the whole.
    pub path: String,
    /// For a person. It must not quote raw values of persons.
    pub message: String,
}

/// Something refused, on its way in.
#[derive(Clone, PartialEq, Eq)]
pub struct NewQuarantined {
    /// How it came: `http`, `redis`, `file`, …
    pub origin: String,
    /// Why it was refused; the first reason leads.
    pub reasons: Vec<Reason>,
    /// The event's source, if it could be read.
    pub source: Option<String>,
    /// The event's id, if it could be read.
    pub id: Option<String>,
    /// The event's type, if it could be read.
    pub kind: Option<String>,
    /// The scrubbed JSON, if the input was JSON.
    pub body: Option<Vec<u8>>,
    /// The input as it came. It names the entry; it is kept, sealed, only if there is no body.
    pub raw: Vec<u8>,
}

/// Raw input may hold identity numbers, so a debug log shows its length only.
impl fmt::Debug for NewQuarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewQuarantined")
            .field("origin", &self.origin)
            .field("reasons", &self.reasons)
            .field("source", &self.source)
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("body_bytes", &self.body.as_ref().map(Vec::len))
            .field("raw_bytes", &self.raw.len())
            .finish()
    }
}

/// An entry of the quarantine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its number: 1, 2, 3, …
    pub qid: u64,
    /// When it first came, µs since 1970 UTC.
    pub received_at: i64,
    /// When it last came, µs since 1970 UTC.
    pub last_received_at: i64,
    /// How often it came.
    pub count: u64,
    /// How it first came.
    pub origin: String,
    /// Why it was refused; at least one, the first leads.
    pub reasons: Vec<Reason>,
    /// The event's source, if it could be read.
    pub source: Option<String>,
    /// The event's id, if it could be read.
    pub id: Option<String>,
    /// The event's type, if it could be read.
    pub kind: Option<String>,
    /// The scrubbed JSON, if the input was JSON.
    pub body: Option<Vec<u8>>,
    /// Whether the raw input is kept sealed instead.
    pub sealed: bool,
    /// What was decided, if anything was.
    pub decision: Option<Decision>,
}

/// What of the quarantine is asked for; none: whatever it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// The leading reason's code.
    pub reason: Option<String>,
    /// How it first came.
    pub origin: Option<String>,
    /// The event's source.
    pub source: Option<String>,
    /// The event's id.
    pub id: Option<String>,
    /// The event's type.
    pub kind: Option<String>,
    /// What it waits for, or came to.
    pub state: Option<State>,
    /// Last came then or later, µs since 1970.
    pub from: Option<i64>,
    /// First came before, µs since 1970.
    pub until: Option<i64>,
}

/// What the quarantine holds for one leading reason in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonCount {
    /// The reason's code.
    pub code: String,
    /// What the entries wait for, or came to.
    pub state: State,
    /// Entries.
    pub entries: u64,
    /// How often these came altogether.
    pub received: u64,
}

/// An entry made ready: cut, hashed, sealed. All that can fail before the transaction has not failed.
pub(super) struct Prepared {
    origin: String,
    leading: Reason,
    further: Option<String>,
    source: Option<String>,
    id: Option<String>,
    kind: Option<String>,
    body: Option<String>,
    sealed: Option<Vec<u8>>,
    content_hash: [u8; 32],
}

pub(super) fn prepare(sealer: &Sealer, new: &NewQuarantined) -> Result<Prepared, JournalError> {
    let content_hash = sealer.content_hash(&new.raw);
    let body = new.body.as_ref().and_then(|body| String::from_utf8(body.clone()).ok());
    let sealed = if body.is_none() { Some(sealer.seal(&new.raw, &content_hash)?) } else { None };
    let (leading, further) = split_reasons(&new.reasons);
    let cut_option = |text: &Option<String>| text.as_deref().map(cut);
    Ok(Prepared {
        origin: cut(&new.origin),
        leading,
        further,
        source: cut_option(&new.source),
        id: cut_option(&new.id),
        kind: cut_option(&new.kind),
        body,
        sealed,
        content_hash,
    })
}

fn split_reasons(reasons: &[Reason]) -> (Reason, Option<String>) {
    let mut reasons = reasons.iter().take(MAX_REASONS).map(|reason| Reason {
        code: cut(&reason.code),
        path: cut(&reason.path),
        message: cut(&reason.message),
    });
    let leading = reasons.next().unwrap_or_else(|| Reason {
        code: "unspecified".into(),
        path: String::new(),
        message: "no reason was given".into(),
    });
    let further: Vec<Reason> = reasons.collect();
    let json = serde_json::to_string(&further).expect("three strings are always JSON");
    (leading, (!further.is_empty()).then_some(json))
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_TEXT_BYTES)].to_string()
}

pub(super) fn insert(tx: &Transaction<'_>, received_at: i64, prepared: &[Prepared]) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO quarantine (received_at, last_received_at, count, origin, reason, path, message, further,
                                 source, id, type, body, sealed, content_hash)
         VALUES (?1, ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (content_hash, reason) DO UPDATE
         SET count = count + 1, last_received_at = max(last_received_at, excluded.last_received_at)",
    )?;
    for entry in prepared {
        insert.execute((
            received_at,
            &entry.origin,
            &entry.leading.code,
            &entry.leading.path,
            &entry.leading.message,
            &entry.further,
            &entry.source,
            &entry.id,
            &entry.kind,
            &entry.body,
            &entry.sealed,
            &entry.content_hash,
        ))?;
    }
    Ok(())
}

/// An entry with its decision; a condition follows.
const SELECT: &str =
    "SELECT q.qid, received_at, last_received_at, count, origin, reason, path, message, further,
        source, id, type, body, sealed IS NOT NULL, decision, decided_at, seq
    FROM quarantine q LEFT JOIN quarantine_decisions d ON d.qid = q.qid";

pub(super) fn list(
    conn: &Connection,
    filter: &Filter,
    after_qid: u64,
    limit: usize,
) -> rusqlite::Result<Vec<Quarantined>> {
    let sql = format!(
        "{SELECT}
         WHERE q.qid > :after AND (:reason IS NULL OR reason = :reason) AND (:origin IS NULL OR origin = :origin)
           AND (:source IS NULL OR source = :source) AND (:id IS NULL OR id = :id) AND (:type IS NULL OR type = :type)
           AND (:state IS NULL OR coalesce(decision, 'open') = :state)
           AND (:from IS NULL OR last_received_at >= :from) AND (:until IS NULL OR received_at < :until)
         ORDER BY q.qid LIMIT :limit"
    );
    let Filter { reason, origin, source, id, kind, state, from, until } = filter;
    conn.prepare_cached(&sql)?
        .query_map(
            named_params! {
                ":after": signed(after_qid), ":reason": reason, ":origin": origin, ":source": source, ":id": id,
                ":type": kind, ":state": state.map(State::as_str), ":from": from, ":until": until,
                ":limit": signed(limit as u64),
            },
            quarantined,
        )?
        .collect()
}

pub(super) fn one(conn: &Connection, qid: u64) -> rusqlite::Result<Option<Quarantined>> {
    let sql = format!("{SELECT} WHERE q.qid = ?1");
    conn.prepare_cached(&sql)?.query_row([signed(qid)], quarantined).optional()
}

/// Calls `f` with source, id and body of everything that was refused because of a name that was taken.
pub(super) fn conflicts(conn: &Connection, f: &mut dyn FnMut(&str, &str, &[u8])) -> rusqlite::Result<()> {
    let mut select = conn.prepare_cached(
        "SELECT source, id, body FROM quarantine
         WHERE reason = ?1 AND source IS NOT NULL AND id IS NOT NULL AND body IS NOT NULL ORDER BY qid",
    )?;
    let mut rows = select.query([CONFLICT])?;
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column).and_then(|value| Ok(value.as_str()?));
        f(text(0)?, text(1)?, text(2)?.as_bytes());
    }
    Ok(())
}

fn quarantined(row: &Row<'_>) -> rusqlite::Result<Quarantined> {
    let mut reasons = vec![Reason { code: row.get(5)?, path: row.get(6)?, message: row.get(7)? }];
    if let Some(further) = row.get::<_, Option<String>>(8)? {
        let further: Vec<Reason> = serde_json::from_str(&further).map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(8, rusqlite::types::Type::Text, Box::new(error))
        })?;
        reasons.extend(further);
    }
    Ok(Quarantined {
        qid: unsigned(row, 0)?,
        received_at: row.get(1)?,
        last_received_at: row.get(2)?,
        count: unsigned(row, 3)?,
        origin: row.get(4)?,
        reasons,
        source: row.get(9)?,
        id: row.get(10)?,
        kind: row.get(11)?,
        body: row.get::<_, Option<String>>(12)?.map(String::into_bytes),
        sealed: row.get(13)?,
        decision: match state(row, 14)? {
            State::Open => None,
            State::Decided(decision) => {
                Some(Decision { decision, at: row.get(15)?, seq: unsigned(row, 16)? })
            }
        },
    })
}

/// The state that a decision's word, or its absence, means.
fn state(row: &Row<'_>, column: usize) -> rusqlite::Result<State> {
    let Some(word) = row.get::<_, Option<String>>(column)? else { return Ok(State::Open) };
    State::parse(&word).ok_or_else(|| {
        let why = format!("{word:?} is no decision").into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why)
    })
}

pub(super) fn counts(conn: &Connection) -> rusqlite::Result<Vec<ReasonCount>> {
    conn.prepare_cached(
        "SELECT reason, count(*), sum(count), decision
         FROM quarantine q LEFT JOIN quarantine_decisions d ON d.qid = q.qid
         GROUP BY reason, decision ORDER BY reason, decision",
    )?
    .query_map((), |row| {
        Ok(ReasonCount {
            code: row.get(0)?,
            state: state(row, 3)?,
            entries: unsigned(row, 1)?,
            received: unsigned(row, 2)?,
        })
    })?
    .collect()
}

pub(super) fn unseal(conn: &Connection, sealer: &Sealer, qid: u64) -> Result<Option<Vec<u8>>, JournalError> {
    let row: Option<(Option<Vec<u8>>, Vec<u8>)> = conn
        .prepare_cached("SELECT sealed, content_hash FROM quarantine WHERE qid = ?1")
        .and_then(|mut select| {
            select.query_row([signed(qid)], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })
        .map_err(JournalError::sqlite("read the quarantine of"))?;
    match row {
        Some((Some(sealed), content_hash)) => {
            sealer.unseal(&sealed, &content_hash).map(Some).ok_or(JournalError::Unseal { qid })
        }
        _ => Ok(None),
    }
}
