//! A strict JSON tree, and the one canonical way to write it.
//!
//! Invariants:
//! 1. An object's entries are sorted by key and every key is there once; a key given twice is refused, because two
//!    readers would pick different ones.
//! 2. A number that is a whole one within 64 bits is held as an integer, however it was spelled (`10`, `10.0`, `1e1`),
//!    so equal values have equal trees and equal canonical bytes.
//! 3. Whatever a sender can grow has a limit below, checked while reading and before memory is spent on it.

#![allow(
    clippy::disallowed_types,
    reason = "JSON has such numbers; they are made exact in `normalise`, and go no further"
)]

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};

use crate::event::fault::{Fault, FaultCode, quoted};

/// Bytes of one event: room for a bid with 65,536 fingerprints would be 1.3 MB, with 30,000, ten times the usual, 0.6.
pub const EVENT_BYTES_MAX: usize = 1 << 20;
/// Nesting. The types of events.md need six levels; sixteen leave room for unknown fields and bound every recursion.
pub const DEPTH_MAX: usize = 16;
/// Keys of one object: the largest record has thirty.
pub const KEYS_MAX: usize = 1_024;
/// Bytes of one key: they end up in paths and reasons.
pub const KEY_BYTES_MAX: usize = 256;
/// Elements of one array: bill items and fingerprints, of which a very large bid has some ten thousand.
pub const ELEMENTS_MAX: usize = 65_536;
/// Bytes of one string: a long note. Documents are referred to, not sent along.
pub const STRING_BYTES_MAX: usize = 65_536;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number from 0 to 2^64 − 1.
    U64(u64),
    /// A whole number from −2^63 to −1.
    I64(i64),
    /// Any other number: finite, and not whole or beyond 64 bits.
    F64(f64),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Json>),
    /// An object.
    Object(Object),
}

/// A JSON object: entries sorted by key, every key once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Vec<(Box<str>, Json)>);

impl Json {
    /// Reads one JSON text of at most [`EVENT_BYTES_MAX`] bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > EVENT_BYTES_MAX {
            let reason = format!("has {} bytes; an event has at most {EVENT_BYTES_MAX}", bytes.len());
            return Err(Fault::whole(FaultCode::TooLarge, reason));
        }
        let stop = RefCell::new(None);
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let read = Seed { stop: &stop, depth: 0 }.deserialize(&mut deserializer);
        read.and_then(|json| deserializer.end().map(|()| json)).map_err(|error| {
            let place = format!(" (line {}, column {})", error.line(), error.column());
            match stop.into_inner() {
                Some(fault) => Fault { reason: fault.reason + &place, ..fault },
                None => Fault::whole(FaultCode::MalformedJson, format!("is not valid JSON: {error}")),
            }
        })
    }

    /// Appends the canonical text: keys sorted by bytes, no blanks, shortest numbers, only the escapes that must be.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => out.extend_from_slice(b"null"),
            Self::Bool(true) => out.extend_from_slice(b"true"),
            Self::Bool(false) => out.extend_from_slice(b"false"),
            Self::U64(number) => write_u64(*number, out),
            Self::I64(number) => {
                out.push(b'-');
                write_u64(number.unsigned_abs(), out);
            }
            Self::F64(number) => match serde_json::Number::from_f64(*number) {
                Some(number) => out.extend_from_slice(number.to_string().as_bytes()),
                // Reading never makes one; a tree built by hand must still give valid JSON.
                None => out.extend_from_slice(b"null"),
            },
            Self::String(text) => write_string(text, out),
            Self::Array(elements) => {
                write_list(b'[', b']', elements, out, |element, out| element.write(out));
            }
            Self::Object(object) => write_list(b'{', b'}', &object.0, out, |(key, value), out| {
                write_string(key, out);
                out.push(b':');
                value.write(out);
            }),
        }
    }

    /// The canonical text.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        self.write(&mut out);
        out
    }

    /// The value of a key, if this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Object(object) => object.get(key),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// What this is, for a reason: "a number".
    pub fn what(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::U64(_) | Self::I64(_) | Self::F64(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

impl From<f64> for Json {
    /// Whole numbers within 64 bits become integers (invariant 2); what is not finite becomes null.
    fn from(number: f64) -> Self {
        // Both bounds are powers of two, so they are exact as floats, and below them a whole number converts exactly.
        const BEYOND_U64: f64 = 18_446_744_073_709_551_616.0;
        const LEAST_I64: f64 = -9_223_372_036_854_775_808.0;
        match number {
            _ if !number.is_finite() => Self::Null,
            _ if number.fract() != 0.0 => Self::F64(number),
            _ if (0.0..BEYOND_U64).contains(&number) => Self::U64(number as u64),
            _ if (LEAST_I64..0.0).contains(&number) => Self::I64(number as i64),
            _ => Self::F64(number),
        }
    }
}

impl From<i64> for Json {
    fn from(number: i64) -> Self {
        u64::try_from(number).map_or(Self::I64(number), Self::U64)
    }
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl Object {
    /// An object of these entries; the key that is there twice, if one is.
    pub fn new(mut entries: Vec<(Box<str>, Json)>) -> Result<Self, Box<str>> {
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            if let Some(twice) = entries.windows(2).find(|pair| pair[0].0 == pair[1].0) {
                return Err(twice[0].0.clone());
            }
        }
        Ok(Self(entries))
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Json> {
        self.0.binary_search_by(|entry| (*entry.0).cmp(key)).ok().map(|at| &self.0[at].1)
    }

    /// The entries by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(key, value)| (&**key, value))
    }

    /// The entries by key, the values open to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut Json)> {
        self.0.iter_mut().map(|(key, value)| (&**key, value))
    }

    /// Takes the object apart.
    pub fn into_entries(self) -> Vec<(Box<str>, Json)> {
        self.0
    }
}

/// Cuts a batch, one JSON array of events, into the bytes of its elements without reading them, so that one bad event
/// does not take the others along. The caller bounds the length of `bytes` and the number of events.
pub fn elements(bytes: &[u8]) -> Result<Vec<&[u8]>, Fault> {
    let malformed = |reason: &str| Fault::whole(FaultCode::MalformedJson, reason.to_owned());
    let bytes = bytes.trim_ascii();
    let inside = bytes.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let inside = inside.ok_or_else(|| malformed("is not a JSON array"))?.trim_ascii();
    if inside.is_empty() {
        return Ok(Vec::new());
    }
    let (mut found, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in inside.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.checked_sub(1).ok_or_else(|| malformed("closes a bracket never opened"))?
            }
            b',' if depth == 0 => {
                found.push(inside[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 || in_string {
        return Err(malformed("ends inside an event"));
    }
    found.push(inside[start..].trim_ascii());
    Ok(found)
}

/// Reads one value at a depth. A limit that is passed is left in `stop`, and its path is put together on the way out.
#[derive(Clone, Copy)]
struct Seed<'s> {
    stop: &'s RefCell<Option<Fault>>,
    depth: usize,
}

impl Seed<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        if self.depth == DEPTH_MAX {
            return Err(self.stop(FaultCode::TooDeep, format!("is nested deeper than {DEPTH_MAX} levels")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn stop<E: Error>(self, code: FaultCode, reason: String) -> E {
        *self.stop.borrow_mut() = Some(Fault::whole(code, reason));
        E::custom("limit")
    }

    fn limit<E: Error>(self, code: FaultCode, what: &str, max: usize) -> E {
        self.stop(code, format!("has more than {max} {what}"))
    }

    /// Puts one step before the path of a stop on its way out.
    fn inside(self, step: &str) {
        if let Some(fault) = self.stop.borrow_mut().as_mut() {
            let dot = if fault.path.is_empty() || fault.path.starts_with('[') { "" } else { "." };
            fault.path = format!("{step}{dot}{}", fault.path);
        }
    }

    fn object<E: Error>(self, entries: Vec<(Box<str>, Json)>) -> Result<Json, E> {
        Object::new(entries).map(Json::Object).map_err(|key| {
            let error = self.stop(FaultCode::DuplicateKey, "is given more than once".to_owned());
            self.inside(&quoted(&key));
            error
        })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Json;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::U64(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Json, E> {
        if value.len() > STRING_BYTES_MAX {
            return Err(self.limit(FaultCode::TooLong, "bytes", STRING_BYTES_MAX));
        }
        Ok(Json::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut elements = Vec::new();
        while let Some(element) =
            seq.next_element_seed(deeper).inspect_err(|_| self.inside(&format!("[{}]", elements.len())))?
        {
            if elements.len() == ELEMENTS_MAX {
                return Err(self.limit(FaultCode::TooLarge, "elements", ELEMENTS_MAX));
            }
            elements.push(element);
        }
        Ok(Json::Array(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let deeper = self.deeper()?;
        let mut entries = Vec::with_capacity(8);
        while let Some(key) = map.next_key::<Box<str>>()? {
            if entries.len() == KEYS_MAX {
                return Err(self.limit(FaultCode::TooLarge, "keys", KEYS_MAX));
            }
            if key.len() > KEY_BYTES_MAX {
                return Err(self.limit(FaultCode::TooLong, "bytes in a key", KEY_BYTES_MAX));
            }
            let value = map.next_value_seed(deeper).inspect_err(|_| self.inside(&quoted(&key)))?;
            entries.push((key, value));
        }
        self.object(entries)
    }
}

fn write_list<T>(open: u8, close: u8, items: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(close);
}

fn write_u64(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if *byte >= 0x20 && *byte != b'"' && *byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[written..at]);
        written = at + 1;
        write_escape(*byte, out);
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}

fn write_escape(byte: u8, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'\\');
    match byte {
        b'\n' => out.push(b'n'),
        b'\r' => out.push(b'r'),
        b'\t' => out.push(b't'),
        0x08 => out.push(b'b'),
        0x0c => out.push(b'f'),
        b'"' | b'\\' => out.push(byte),
        _ => {
            out.extend_from_slice(b"u00");
            out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        String::from_utf8(Json::parse(text.as_bytes()).expect(text).to_bytes()).expect("UTF-8")
    }

    #[test]
    fn the_canonical_text_is_one_for_equal_values() {
        for (text, expected) in [
            (" { \"b\" : 1 , \"a\" : [ 1 , null , true ] } ", r#"{"a":[1,null,true],"b":1}"#),
            ("10.0", "10"),
            ("1e1", "10"),
            ("-0", "0"),
            ("-0.0", "0"),
            ("-7.0", "-7"),
            ("9000000.10", "9000000.1"),
            ("18446744073709551615", "18446744073709551615"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("0.1", "0.1"),
            (r#""\u6d77\u53e3\/\u0001\n\"\\\u007f""#, "\"海口/\\u0001\\n\\\"\\\\\u{7f}\""),
            ("{}", "{}"),
            ("[]", "[]"),
        ] {
            assert_eq!(canonical(text), expected, "{text}");
            assert_eq!(canonical(&canonical(text)), expected, "again: {text}");
        }
        let huge = canonical("1e300");
        assert_eq!(Json::parse(huge.as_bytes()), Ok(Json::F64(1e300)), "{huge}");
    }

    #[test]
    fn what_is_no_json_or_passes_a_limit_is_refused_with_its_place() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let many = |n: usize| format!("[{}0]", "0,".repeat(n - 1));
        let keys =
            |n: usize| format!("{{{}}}", (0..n).map(|k| format!("\"{k}\":0")).collect::<Vec<_>>().join(","));
        let long = |n: usize| format!("{{\"note\":\"{}\"}}", "x".repeat(n));
        for text in [nested(16), many(ELEMENTS_MAX), keys(KEYS_MAX), long(STRING_BYTES_MAX)] {
            assert!(Json::parse(text.as_bytes()).is_ok(), "{}", &text[..40.min(text.len())]);
        }
        for (text, path, code) in [
            (String::new(), "", FaultCode::MalformedJson),
            ("{".into(), "", FaultCode::MalformedJson),
            ("1 2".into(), "", FaultCode::MalformedJson),
            ("NaN".into(), "", FaultCode::MalformedJson),
            ("1e999".into(), "", FaultCode::MalformedJson),
            ("'a'".into(), "", FaultCode::MalformedJson),
            ("\"\\ud800\"".into(), "", FaultCode::MalformedJson),
            (nested(200), "[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]", FaultCode::TooDeep),
            (r#"{"a":[0,{"b":1,"b":2}]}"#.into(), "a[1].b", FaultCode::DuplicateKey),
            (many(ELEMENTS_MAX + 1), "", FaultCode::TooLarge),
            (keys(KEYS_MAX + 1), "", FaultCode::TooLarge),
            (long(STRING_BYTES_MAX + 1), "note", FaultCode::TooLong),
            (format!("{{\"{}\":0}}", "k".repeat(KEY_BYTES_MAX + 1)), "", FaultCode::TooLong),
            (" ".repeat(EVENT_BYTES_MAX + 1), "", FaultCode::TooLarge),
        ] {
            let fault = Json::parse(text.as_bytes()).expect_err(&text);
            assert_eq!((fault.path.as_str(), fault.code), (path, code), "{fault}");
        }
        assert_eq!(Json::parse(b"\"\xff\"").expect_err("not UTF-8").code, FaultCode::MalformedJson);
    }

    #[test]
    fn a_batch_is_cut_without_reading_it() {
        let cut = |text: &'static str| {
            elements(text.as_bytes())
                .map(|found| found.into_iter().map(String::from_utf8_lossy).collect::<Vec<_>>())
        };
        assert_eq!(cut(" [ ] "), Ok(vec![]));
        assert_eq!(
            cut(r#" [ {"a":[1,2]} , "],\"" ,oops] "#).expect("cut"),
            [r#"{"a":[1,2]}"#, r#""],\"""#, "oops"]
        );
        assert_eq!(cut("[1,]").expect("cut"), ["1", ""]);
        for text in ["", "{}", "[", "[[]", "[1]]", "[\"a]", "[{]", "[1] [2]"] {
            assert!(cut(text).is_err(), "{text}");
        }
    }
}
