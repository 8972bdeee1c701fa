//! One event as one line of JSON, written straight into a buffer that is used again.
//!
//! A benchmark wants more than a million lines a second, which a tree of JSON values does not give.
//! Text comes from this crate's own tables and never needs escaping; a debug assertion watches that.

use crate::{
    clock::{self, DAY, Local},
    codes::{OrgCode, PersonNo},
    names,
};

/// The buffer of the line being written.
pub struct Line {
    bytes: Vec<u8>,
    source: String,
}

/// How an amount is written; the reader must take all of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// A JSON number.
    Number,
    /// A decimal string.
    Text,
}

impl Line {
    /// A buffer whose events come from sources under `/sim/<seed>/`.
    pub fn new(seed: u64) -> Self {
        Self { bytes: Vec::with_capacity(4096), source: format!("/sim/{seed}/") }
    }

    /// The full name of a source.
    pub fn source(&self, desk: &str) -> String {
        format!("{}{desk}", self.source)
    }

    /// Begins an event; `id` writes the id's characters.
    pub fn begin(&mut self, kind: &str, desk: &str, time: Local, id: impl FnOnce(&mut Vec<u8>)) {
        self.bytes.clear();
        self.raw(r#"{"specversion":"1.0","id":""#);
        id(&mut self.bytes);
        self.raw(r#"","source":""#);
        self.bytes.extend_from_slice(self.source.as_bytes());
        self.raw(desk);
        self.raw(r#"","type":""#);
        self.raw(kind);
        self.raw(r#"","time":""#);
        push_time(&mut self.bytes, time);
        self.raw(r#"","data":{"#);
    }

    /// Ends the event and hands out its line.
    pub fn finish(&mut self) -> String {
        self.raw("}}");
        String::from_utf8(self.bytes.clone()).expect("only UTF-8 is ever written")
    }

    /// Characters as they are.
    pub fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// The buffer, for the writers below.
    pub fn bytes(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// A key, with the comma before it where one is due.
    pub fn key(&mut self, key: &str) {
        if !matches!(self.bytes.last(), Some(b'{' | b'[')) {
            self.bytes.push(b',');
        }
        self.bytes.push(b'"');
        self.raw(key);
        self.raw("\":");
    }

    /// A comma between the elements of an array, where one is due.
    pub fn next(&mut self) {
        if !matches!(self.bytes.last(), Some(b'[')) {
            self.bytes.push(b',');
        }
    }

    /// A text field.
    pub fn text(&mut self, key: &str, value: &str) {
        debug_assert!(!value.contains(['"', '\\']) && !value.contains(char::is_control), "{value:?}");
        self.quoted(key, |bytes| bytes.extend_from_slice(value.as_bytes()));
    }

    /// A text field whose characters `write` pushes.
    pub fn quoted(&mut self, key: &str, write: impl FnOnce(&mut Vec<u8>)) {
        self.key(key);
        self.bytes.push(b'"');
        write(&mut self.bytes);
        self.bytes.push(b'"');
    }

    /// A code: a prefix and a number of six digits or more.
    pub fn numbered(&mut self, key: &str, prefix: &str, number: u64) {
        self.quoted(key, |bytes| {
            bytes.extend_from_slice(prefix.as_bytes());
            push_number(bytes, number, 6);
        });
    }

    /// A truth value.
    pub fn flag(&mut self, key: &str, value: bool) {
        self.key(key);
        self.raw(if value { "true" } else { "false" });
    }

    /// A whole number.
    pub fn number(&mut self, key: &str, value: u64) {
        self.key(key);
        push_number(&mut self.bytes, value, 1);
    }

    /// An instant.
    pub fn time(&mut self, key: &str, value: Local) {
        self.quoted(key, |bytes| push_time(bytes, value));
    }

    /// A date.
    pub fn date(&mut self, key: &str, day: clock::DayNo) {
        self.quoted(key, |bytes| push_date(bytes, day));
    }

    /// An amount of fen, in yuan with at most two decimal places.
    pub fn money(&mut self, key: &str, fen: i64, amount: Amount) {
        self.key(key);
        if amount == Amount::Text {
            self.bytes.push(b'"');
        }
        push_number(&mut self.bytes, (fen / 100) as u64, 1);
        if fen % 100 != 0 {
            self.bytes.push(b'.');
            push_number(&mut self.bytes, (fen % 100) as u64, 2);
        }
        if amount == Amount::Text {
            self.bytes.push(b'"');
        }
    }

    /// An organisation.
    pub fn org(&mut self, key: &str, code: &OrgCode, name: &str) {
        self.key(key);
        self.org_value(code, name);
    }

    /// An organisation as an element or value.
    pub fn org_value(&mut self, code: &OrgCode, name: &str) {
        self.raw(r#"{"code":""#);
        self.bytes.extend_from_slice(code);
        self.raw(r#"","name":""#);
        self.raw(name);
        self.raw("\"}");
    }

    /// A person.
    pub fn person(&mut self, key: &str, person: PersonNo) {
        self.key(key);
        self.person_value(person);
    }

    /// A person as an element or value.
    pub fn person_value(&mut self, person: PersonNo) {
        self.raw(r#"{"id":"SIMP-"#);
        push_number(&mut self.bytes, person, 6);
        self.raw(r#"","name":""#);
        names::push_person(&mut self.bytes, person);
        self.raw("\"}");
    }
}

/// Pushes a decimal number, padded with zeros to `width`.
pub fn push_number(bytes: &mut Vec<u8>, mut value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let mut begin = 20;
    while value > 0 {
        begin -= 1;
        digits[begin] = b'0' + (value % 10) as u8;
        value /= 10;
    }
    bytes.extend_from_slice(&digits[begin.min(20 - width)..]);
}

/// Pushes the lowest `width` hexadecimal digits, upper case.
pub fn push_hex(bytes: &mut Vec<u8>, value: u64, width: u32) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut digits = [0; 16];
    for (place, digit) in digits.iter_mut().enumerate() {
        *digit = DIGITS[(value >> (60 - 4 * place) & 15) as usize];
    }
    bytes.extend_from_slice(&digits[16 - width as usize..]);
}

fn push_date(bytes: &mut Vec<u8>, day: clock::DayNo) {
    let (year, month, dom) = clock::civil(day);
    let two = |n: i64| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
    let ([y1, y2], [y3, y4]) = (two(year / 100), two(year % 100));
    let ([m1, m2], [d1, d2]) = (two(month), two(dom));
    bytes.extend_from_slice(&[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2]);
}

fn push_time(bytes: &mut Vec<u8>, time: Local) {
    push_date(bytes, time.div_euclid(DAY));
    let second = time.rem_euclid(DAY);
    let two = |n: i64| [b'0' + (n / 10) as u8, b'0' + (n % 10) as u8];
    let ([h1, h2], [m1, m2], [s1, s2]) = (two(second / 3600), two(second / 60 % 60), two(second % 60));
    bytes.extend_from_slice(&[b'T', h1, h2, b':', m1, m2, b':', s1, s2]);
    bytes.extend_from_slice(b"+08:00");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_with_its_values() {
        let mut line = Line::new(9);
        line.begin("bid.opened", "bidding", clock::at(20_000, 9, 5) + 7, |id| id.extend_from_slice(b"x-1"));
        line.money("a", 934_560_005, Amount::Number);
        line.money("b", 934_560_000, Amount::Text);
        line.key("list");
        line.raw("[");
        line.next();
        line.person_value(123);
        line.next();
        line.person_value(124);
        line.raw("]");
        line.quoted("hex", |bytes| push_hex(bytes, 0x1AB, 4));
        let json: serde_json::Value = serde_json::from_str(&line.finish()).expect("JSON");
        assert_eq!(json["time"], "2024-10-04T09:05:07+08:00");
        assert_eq!(json["source"], "/sim/9/bidding");
        assert_eq!(json["data"]["a"], 9_345_600.05);
        assert_eq!(json["data"]["b"], "9345600");
        assert_eq!(json["data"]["list"][0]["id"], "SIMP-000123");
        assert_eq!(json["data"]["hex"], "01AB");
    }
}
