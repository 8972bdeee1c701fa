//! Where a consumer group stands in a stream, and what is odd about it. Pure.
//!
//! Redis is a transport, not the truth: a failover or a restart may lose what it had acknowledged to senders, take a group back, or
//! trim what nobody has read. None of that can be mended here, but all of it can be noticed and said.

use std::fmt;
use std::str::FromStr;

/// The id of an entry: milliseconds and a number within them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    ms: u64,
    n: u64,
}

impl EntryId {
    /// The id that is numbered by hand, as those of alerts are.
    pub fn numbered(ms: u64) -> EntryId {
        EntryId { ms, n: 0 }
    }

    /// The number of an id that was numbered by hand.
    pub fn number(self) -> u64 {
        self.ms
    }
}

impl FromStr for EntryId {
    type Err = String;

    fn from_str(text: &str) -> Result<EntryId, String> {
        let parsed = text.split_once('-').and_then(|(ms, n)| Some((ms.parse().ok()?, n.parse().ok()?)));
        parsed.map(|(ms, n)| EntryId { ms, n }).ok_or_else(|| format!("{text:?} is no id of an entry"))
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.ms, self.n)
    }
}

/// What a server says of a stream and of our group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The last id that was ever given.
    pub last: EntryId,
    /// The greatest id that was deleted; servers before 7.0 do not say.
    pub deleted: Option<EntryId>,
    /// How many entries were deleted or trimmed.
    pub removed: Option<u64>,
    /// The last id that the group was given.
    pub delivered: EntryId,
    /// How many entries the group was given; the server may not know.
    pub read: Option<u64>,
}

/// What is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// The group is not there, although entries were acknowledged in it: the server was emptied.
    Emptied,
    /// The stream ends before what was already acknowledged: a failover or a restart lost its end.
    Backwards,
    /// The group stands behind the stream's end: new entries would not be delivered.
    Ahead,
    /// Entries were deleted or trimmed before the group was given them.
    Trimmed,
    /// Entries that were given and not acknowledged are no longer there.
    Gone,
}

impl Oddity {
    /// All of them: a counter is made for each.
    pub const ALL: [Oddity; 5] =
        [Oddity::Emptied, Oddity::Backwards, Oddity::Ahead, Oddity::Trimmed, Oddity::Gone];

    /// The word in metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Oddity::Emptied => "emptied",
            Oddity::Backwards => "backwards",
            Oddity::Ahead => "ahead",
            Oddity::Trimmed => "trimmed",
            Oddity::Gone => "gone",
        }
    }

    /// What it means and what to do.
    pub fn said(self) -> &'static str {
        match self {
            Oddity::Emptied => {
                "the group that entries were acknowledged in is gone, so the server was emptied; the stream is read from its \
                 beginning, and whoever sends should send again what came lately"
            }
            Oddity::Backwards => {
                "the stream ends before what was already acknowledged, so a failover or a restart lost its end; it is \
                 read again from its beginning, and whoever sends should send again what came lately"
            }
            Oddity::Ahead => {
                "the group stands behind the stream's end; it is set back, and what came before is a duplicate"
            }
            Oddity::Trimmed => {
                "entries were trimmed or deleted before they were read; whoever sends should send them again, and \
                 trim only what is acknowledged (XADD … MINID)"
            }
            Oddity::Gone => {
                "entries that were given and not yet acknowledged were trimmed or deleted; whoever sends should send \
                 them again"
            }
        }
    }

    /// Whether the group must begin again.
    pub fn begins_again(self) -> bool {
        matches!(self, Oddity::Emptied | Oddity::Backwards | Oddity::Ahead)
    }
}

/// What is odd about a position, given the last id that was acknowledged before.
pub fn oddities(at: &Position, acknowledged: Option<EntryId>) -> Vec<Oddity> {
    let mut found = Vec::new();
    if acknowledged.is_some_and(|acknowledged| acknowledged > at.last) {
        found.push(Oddity::Backwards);
    }
    if at.delivered > at.last {
        found.push(Oddity::Ahead);
    }
    // Trimming takes the oldest first: more are gone than were read only if some were not read. A server that does not
    // count (before 7.0, or after a restart) may still say which was deleted last.
    let unread = match at.removed.zip(at.read) {
        Some((removed, read)) => removed > read,
        None => at.deleted.is_some_and(|deleted| deleted > at.delivered),
    };
    if unread {
        found.push(Oddity::Trimmed);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> EntryId {
        text.parse().expect("an id")
    }

    #[test]
    fn ids_are_ordered_as_redis_orders_them() {
        assert!(id("9-9") < id("10-0") && id("10-2") < id("10-10"));
        assert_eq!(id("1733000000000-3").to_string(), "1733000000000-3");
        assert_eq!((EntryId::numbered(7).to_string().as_str(), id("7-0").number()), ("7-0", 7));
        for text in ["", "7", "a-1", "1-", "-", "1-2-3", "99999999999999999999-0"] {
            assert!(text.parse::<EntryId>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_odd_is_noticed_and_nothing_else() {
        let at = Position {
            last: id("20-0"),
            deleted: Some(id("5-0")),
            removed: Some(3),
            delivered: id("10-0"),
            read: Some(3),
        };
        assert_eq!(oddities(&at, None), []);
        assert_eq!(oddities(&at, Some(id("10-0"))), []);
        assert_eq!(oddities(&at, Some(id("20-0"))), []);
        assert_eq!(oddities(&at, Some(id("20-1"))), [Oddity::Backwards]);
        assert_eq!(oddities(&Position { deleted: None, ..at }, None), []);
        assert_eq!(oddities(&Position { removed: Some(4), ..at }, None), [Oddity::Trimmed]);
        let uncounted = Position { removed: Some(4), read: None, ..at };
        assert_eq!(oddities(&uncounted, None), []);
        assert_eq!(oddities(&Position { deleted: Some(id("10-0")), ..uncounted }, None), []);
        assert_eq!(oddities(&Position { deleted: Some(id("10-1")), ..uncounted }, None), [Oddity::Trimmed]);
        assert_eq!(oddities(&Position { delivered: id("21-0"), ..at }, None), [Oddity::Ahead]);
        let emptied = Position::default();
        assert_eq!(oddities(&emptied, Some(id("3-0"))), [Oddity::Backwards]);
        assert_eq!(oddities(&emptied, None), []);
    }
}
