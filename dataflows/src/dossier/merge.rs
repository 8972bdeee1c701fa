//! Of several offers of one value, the one that counts.

use crate::row::{Fact, FactKind, Row};
use crate::symbols::{EventRef, Symbol, Symbols};

/// A value and the event it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The event that gave it.
    pub event: EventRef,
}

/// Whether row `a` is later than (time, event) `b`: by time, then by event name.
pub fn is_later(a: &Row, (at, event): (i64, EventRef), names: &Symbols) -> bool {
    a.at > at || a.at == at && a.event != event && names.name_is_greater(a.event, event)
}

/// The latest offer of a single value: by time, then by event name.
pub struct Latest<T> {
    best: Option<(i64, EventRef, T)>,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Latest { best: None }
    }
}

impl<T: Copy> Latest<T> {
    /// Takes an offer in, if the row makes one.
    pub fn offer(&mut self, row: &Row, value: Option<T>, names: &Symbols) {
        let Some(value) = value else { return };
        if self.best.is_none_or(|(at, event, _)| is_later(row, (at, event), names)) {
            self.best = Some((row.at, row.event, value));
        }
    }

    /// The offer that counts.
    pub fn sourced(&self) -> Option<Sourced<T>> {
        self.best.as_ref().map(|(_, event, value)| Sourced { value: *value, event: *event })
    }

    /// The value that counts.
    pub fn value(&self) -> Option<T> {
        self.best.as_ref().map(|(_, _, value)| *value)
    }
}

/// The earlier of two instants; equal ones: the smaller event name.
pub fn earlier(
    held: Option<Sourced<i64>>,
    value: i64,
    event: EventRef,
    names: &Symbols,
) -> Option<Sourced<i64>> {
    match held {
        Some(h) if h.value < value || h.value == value && names.name_is_greater(event, h.event) => held,
        _ => Some(Sourced { value, event }),
    }
}

impl Row {
    /// The number that an event gives at most once.
    pub fn number(&self, kind: FactKind) -> Option<i64> {
        self.one(kind).map(Fact::as_number)
    }

    /// The symbol that an event gives at most once.
    pub fn symbol(&self, kind: FactKind) -> Option<Symbol> {
        self.one(kind).map(Fact::as_symbol)
    }

    /// The flag that an event gives at most once.
    pub fn flag(&self, kind: FactKind) -> Option<bool> {
        self.one(kind).map(|fact| fact.value() != 0)
    }

    /// The word of a list that an event gives at most once.
    pub fn word<T: Copy>(&self, kind: FactKind, all: &[T]) -> Option<T> {
        self.one(kind).and_then(|fact| all.get(fact.value() as usize)).copied()
    }

    /// When the event's act happened, µs.
    pub fn acted_at(&self) -> i64 {
        self.number(FactKind::At).unwrap_or(self.at)
    }
}
