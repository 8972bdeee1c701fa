//! Names as numbers: strings and event names become dense `u32`s before they enter the dataflow.
//!
//! Rows are copied into several arrangements, so they must be small. A [`Symbol`] stands for a normalised
//! string (a code, a lock, a pseudonym), an [`EventRef`] for an event's `(source, id)`. Both tables only
//! grow, and both are filled by ingest alone, in journal order, before a row that uses them is fed.
//!
//! *Invariants.* `Symbol(0)` and `EventRef(0)` stand for nothing. A number, once given, means the same
//! string as long as the process lives. Numbers say nothing about the order of strings: whoever needs
//! that order (ties of time, output) asks for the strings. No string is stored twice.

mod index;

use hashbrown::DefaultHashBuilder;
use index::{Index, Tag};
use serde::{Deserialize, Serialize};
use std::hash::{BuildHasher, Hash};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// A normalised string, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Symbol(pub u32);

/// An event's name `(source, id)`, by number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventRef(pub u32);

impl Symbol {
    /// No string: "not given".
    pub const NONE: Symbol = Symbol(0);

    /// Whether this stands for a string at all.
    pub fn is_some(self) -> bool {
        self != Symbol::NONE
    }
}

/// Bytes of one chunk of an arena: large enough to make the last, half-empty one cheap. No string is longer.
const CHUNK_BYTES: usize = 1 << 20;

/// How many ends lie in one block: blocks are not moved when the table grows.
const BLOCK_ENDS: usize = 1 << 16;

/// Strings back to back in chunks (no reallocation of what is there), numbered in order of arrival.
#[derive(Default)]
struct Arena {
    chunks: Vec<String>,
    /// Where each string ends, counted through all chunks as if they were full; none lies in two chunks.
    ends: Vec<Vec<u32>>,
}

impl Arena {
    fn len(&self) -> usize {
        self.ends.last().map_or(0, |last| (self.ends.len() - 1) * BLOCK_ENDS + last.len())
    }

    fn end(&self, at: usize) -> usize {
        self.ends[at / BLOCK_ENDS][at % BLOCK_ENDS] as usize
    }

    fn get(&self, number: u32) -> &str {
        let Some(at) = (number as usize).checked_sub(1) else { return "" };
        let end = self.end(at);
        let before = at.checked_sub(1).map_or(0, |before| self.end(before));
        let chunk = end.saturating_sub(1) / CHUNK_BYTES;
        let base = chunk * CHUNK_BYTES;
        &self.chunks[chunk][before.max(base) - base..end - base]
    }

    fn push(&mut self, text: &str) -> u32 {
        assert!(text.len() <= CHUNK_BYTES, "the door lets in no such string");
        if self.chunks.last().is_none_or(|chunk| chunk.len() + text.len() > CHUNK_BYTES) {
            self.chunks.push(String::with_capacity(CHUNK_BYTES));
        }
        let chunk = self.chunks.len() - 1;
        self.chunks[chunk].push_str(text);
        let end = u32::try_from(chunk * CHUNK_BYTES + self.chunks[chunk].len());
        let end = end.expect("a table of names holds 4 GiB: some hundred million strings");
        if self.ends.last().is_none_or(|block| block.len() == BLOCK_ENDS) {
            self.ends.push(Vec::with_capacity(if self.ends.is_empty() { 0 } else { BLOCK_ENDS }));
        }
        let block = self.ends.len() - 1;
        self.ends[block].push(end);
        self.len() as u32
    }
}

/// The part of a hash that an index keeps.
fn tag(hasher: &DefaultHashBuilder, name: impl Hash) -> Tag {
    (hasher.hash_one(name) >> 32) as Tag
}

/// Normalised strings.
#[derive(Default)]
struct Strings {
    arena: Arena,
    index: Index,
    hasher: DefaultHashBuilder,
}

impl Strings {
    fn find(&self, text: &str) -> Option<u32> {
        self.index.find(tag(&self.hasher, text), |n| self.arena.get(n) == text)
    }

    fn insert(&mut self, text: &str) -> u32 {
        // Another thread may have been faster between the two locks.
        if let Some(number) = self.find(text) {
            return number;
        }
        let number = self.arena.push(text);
        self.index.insert(tag(&self.hasher, text), number);
        number
    }

    /// The numbers of many strings at once; 0 for those that may be new. Each step is a loop of its own whose reads do
    /// not wait for each other: one after the other a string waits for memory three times, here all wait together.
    fn find_all(&self, texts: &Texts) -> Vec<u32> {
        let tags: Vec<Tag> = texts.iter().map(|text| tag(&self.hasher, text)).collect();
        let mut numbers: Vec<u32> = tags.iter().map(|tag| self.index.first(*tag)).collect();
        let held: Vec<&str> = numbers.iter().map(|number| self.arena.get(*number)).collect();
        for ((number, held), text) in numbers.iter_mut().zip(held).zip(texts.iter()) {
            if held != text {
                *number = 0;
            }
        }
        numbers
    }
}

/// Strings to be looked up together.
#[derive(Default)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a string; gives its place.
    pub fn push(&mut self, text: &str) -> usize {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        self.ends.len() - 1
    }

    fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }
}

/// Event names: the source by its symbol, as there are few, and the id.
#[derive(Default)]
struct Names {
    sources: Vec<Symbol>,
    /// The local date of each event that has come.
    days: Vec<i32>,
    ids: Arena,
    index: Index,
    hasher: DefaultHashBuilder,
}

impl Names {
    fn get(&self, number: u32) -> (Symbol, &str) {
        let source = (number as usize).checked_sub(1).map_or(Symbol::NONE, |at| self.sources[at]);
        (source, self.ids.get(number))
    }

    fn find(&self, source: Symbol, id: &str) -> Option<u32> {
        self.index.find(tag(&self.hasher, (source, id)), |n| self.get(n) == (source, id))
    }

    fn insert(&mut self, source: Symbol, id: &str) -> (u32, bool) {
        if let Some(number) = self.find(source, id) {
            return (number, false);
        }
        let number = self.ids.push(id);
        self.sources.push(source);
        self.days.push(i32::MIN);
        self.index.insert(tag(&self.hasher, (source, id)), number);
        (number, true)
    }
}

/// Both tables, shared by ingest (which writes) and the workers and publishers (which read).
#[derive(Default)]
pub struct Symbols {
    strings: RwLock<Strings>,
    names: RwLock<Names>,
}

fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    // A panic aborts the process; a poisoned lock can only be seen in tests, where the data is still whole.
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Symbols {
    /// The number of a normalised string, given anew if need be; the empty string is [`Symbol::NONE`].
    pub fn intern(&self, text: &str) -> Symbol {
        if text.is_empty() {
            return Symbol::NONE;
        }
        if let Some(number) = read(&self.strings).find(text) {
            return Symbol(number);
        }
        Symbol(write(&self.strings).insert(text))
    }

    /// As [`intern`](Symbols::intern), of many strings at once, in their order.
    pub fn intern_all(&self, texts: &Texts) -> Vec<Symbol> {
        let numbers = read(&self.strings).find_all(texts);
        let known_or_new = |(number, text): (u32, &str)| match number {
            0 => self.intern(text),
            known => Symbol(known),
        };
        numbers.into_iter().zip(texts.iter()).map(known_or_new).collect()
    }

    /// The number of a string that is known already.
    pub fn find(&self, text: &str) -> Option<Symbol> {
        read(&self.strings).find(text).map(Symbol)
    }

    /// The string behind a number; empty for [`Symbol::NONE`].
    pub fn text(&self, symbol: Symbol) -> String {
        read(&self.strings).arena.get(symbol.0).to_owned()
    }

    /// The number of an event's name, and whether the name is new.
    pub fn name(&self, source: &str, id: &str) -> (EventRef, bool) {
        let source = self.intern(source);
        let (number, new) = write(&self.names).insert(source, id);
        (EventRef(number), new)
    }

    /// Notes the local date of an event: it is looked up where only the event's number is at hand.
    pub fn date(&self, event: EventRef, day: i32) {
        if let Some(at) = (event.0 as usize).checked_sub(1) {
            write(&self.names).days[at] = day;
        }
    }

    /// The local date of the latest of these events; none without events.
    pub fn latest_day(&self, events: &[EventRef]) -> Option<i32> {
        let names = read(&self.names);
        events.iter().filter_map(|event| names.days.get((event.0 as usize).checked_sub(1)?).copied()).max()
    }

    /// The number of an event's name that was seen already.
    pub fn find_name(&self, source: &str, id: &str) -> Option<EventRef> {
        let source = self.find(source)?;
        read(&self.names).find(source, id).map(EventRef)
    }

    /// `(source, id)` of an event.
    pub fn event(&self, event: EventRef) -> (String, String) {
        let names = read(&self.names);
        let (source, id) = names.get(event.0);
        (self.text(source), id.to_owned())
    }

    /// The system that reported an event.
    pub fn source(&self, event: EventRef) -> Symbol {
        read(&self.names).get(event.0).0
    }

    /// The one of two whose string is the lesser.
    pub fn first_of(&self, a: Symbol, b: Symbol) -> Symbol {
        let strings = read(&self.strings);
        if a == b || strings.arena.get(a.0) < strings.arena.get(b.0) { a } else { b }
    }

    /// Whether event `a`'s name is greater than event `b`'s, by source and then id.
    pub fn name_is_greater(&self, a: EventRef, b: EventRef) -> bool {
        let (names, strings) = (read(&self.names), read(&self.strings));
        let name = |event: EventRef| {
            let (source, id) = names.get(event.0);
            (strings.arena.get(source.0), id)
        };
        name(a) > name(b)
    }

    /// How many strings and how many event names are held.
    pub fn len(&self) -> (usize, usize) {
        (read(&self.strings).arena.len(), read(&self.names).sources.len())
    }

    /// Whether nothing was interned yet.
    pub fn is_empty(&self) -> bool {
        self.len() == (0, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_means_the_same_string_for_ever_over_many_chunks() {
        let symbols = Symbols::default();
        let texts: Vec<String> = (0..150_000).map(|i| format!("{i:0>width$}", width = 1 + i % 40)).collect();
        let numbers: Vec<Symbol> = texts.iter().map(|t| symbols.intern(t)).collect();
        for (text, number) in texts.iter().zip(&numbers) {
            assert_eq!(symbols.text(*number), *text);
            assert_eq!(symbols.intern(text), *number);
        }
        let distinct: std::collections::BTreeSet<&String> = texts.iter().collect();
        assert_eq!(symbols.len().0, distinct.len());
    }

    #[test]
    fn strings_looked_up_together_get_the_numbers_that_each_gets_alone() {
        let (together, alone) = (Symbols::default(), Symbols::default());
        for round in 0..500 {
            // Old ones, new ones, one twice, and none.
            let words = [round / 3, round, 7, round, 1_000 + round].map(|n| format!("word {n}"));
            let words = words.iter().map(String::as_str).chain([""]);
            let mut texts = Texts::default();
            words.clone().for_each(|word| _ = texts.push(word));
            let each: Vec<Symbol> = words.map(|word| alone.intern(word)).collect();
            assert_eq!(together.intern_all(&texts), each);
        }
        assert_eq!(together.len(), alone.len());
    }

    #[test]
    fn the_empty_string_is_nothing() {
        let symbols = Symbols::default();
        assert_eq!(symbols.intern(""), Symbol::NONE);
        assert_eq!(symbols.text(Symbol::NONE), "");
        assert!(symbols.is_empty());
    }

    #[test]
    fn event_names_order_by_source_and_then_id() {
        let symbols = Symbols::default();
        let (long, new) = symbols.name("/a", "z");
        let (short, _) = symbols.name("/a", "b");
        let (other, _) = symbols.name("/ab", "a");
        assert!(new && !symbols.name("/a", "z").1);
        assert!(symbols.name_is_greater(long, short) && symbols.name_is_greater(other, long));
        assert_eq!(symbols.event(other), ("/ab".to_owned(), "a".to_owned()));
    }
}
