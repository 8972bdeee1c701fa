//! Decisions about the quarantine. What was refused leaves only by one: taken in after correction, or dismissed.
//!
//! A decision is an event in the journal, with who decided and why; the table only says where, so that the quarantine can be searched.
//! Both are written in one transaction. The first decision on an entry counts.

use super::reader::signed;
use rusqlite::{Connection, Transaction};
use xiezhi_dataflows::event::QuarantineDecision;

/// A decision among the events of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// The entry's number.
    pub qid: u64,
    /// What was decided.
    pub decision: QuarantineDecision,
    /// Which event of the batch says so.
    pub event: usize,
}

/// A decision that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub decision: QuarantineDecision,
    /// When, µs since 1970 UTC.
    pub at: i64,
    /// The place in the journal of the event that says so.
    pub seq: u64,
}

/// What an entry waits for, or came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has decided yet.
    Open,
    /// It was decided on.
    Decided(QuarantineDecision),
}

impl State {
    /// All states.
    pub const ALL: [State; 3] = [
        State::Open,
        State::Decided(QuarantineDecision::Resubmitted),
        State::Decided(QuarantineDecision::Dismissed),
    ];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Decided(decision) => decision.as_str(),
        }
    }

    /// The state of a word.
    pub fn parse(word: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

pub(super) fn insert(
    tx: &Transaction<'_>,
    first: u64,
    decided_at: i64,
    decided: &[Decided],
) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "INSERT INTO quarantine_decisions (qid, decided_at, decision, seq)
         SELECT qid, ?2, ?3, ?4 FROM quarantine WHERE qid = ?1
         ON CONFLICT (qid) DO NOTHING",
    )?;
    for Decided { qid, decision, event } in decided {
        insert.execute((signed(*qid), decided_at, decision.as_str(), signed(first + *event as u64)))?;
    }
    Ok(())
}

/// Takes the contents of what was decided before an instant. Bodies of conflicts stay: whether a name has several contents (DQ-02) is told
/// from them.
pub(super) fn forget(conn: &Connection, before: i64) -> rusqlite::Result<usize> {
    conn.prepare_cached(
        "UPDATE quarantine SET body = NULL, sealed = NULL
         WHERE reason <> ?2 AND (body IS NOT NULL OR sealed IS NOT NULL)
           AND qid IN (SELECT qid FROM quarantine_decisions WHERE decided_at < ?1)",
    )?
    .execute((before, super::CONFLICT))
}
