//! Event files: cut into events, each with the line it begins on.
//!
//! A file is NDJSON, or a JSON array of events, or events written over several lines; plain or gzip (told by its
//! first bytes, of one member or many); `-` is standard input. A byte order mark, CRLF and blank lines do no harm.
//!
//! *Invariants.*
//! 1. One bad event does not take the others along: in NDJSON a line is a line whatever is in it.
//! 2. Memory is bounded by [`EVENT_BYTES_MAX`] whatever the file holds: what is longer is passed over, and said.
//! 3. Nothing is interpreted here; whether an event is one is for the door to say.

use anyhow::Context;
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use xiezhi_adapters::Place;
use xiezhi_dataflows::json::EVENT_BYTES_MAX;

/// The first bytes of every gzip file.
const GZIP: [u8; 2] = [0x1F, 0x8B];
/// A byte order mark in UTF-8: three bytes that some programs put first.
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];
/// What is read from a file at once.
const BUFFER_BYTES: usize = 1 << 17;

/// One event of a file, or what should be one.
#[derive(Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// The line that it begins on, from 1.
    pub line: u64,
    /// Its bytes; or why there are none, to be read after the place.
    pub event: Result<&'a [u8], String>,
}

/// How a file is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Nothing was read yet.
    Unknown,
    /// One event a line.
    Lines,
    /// One event after another, each over several lines.
    Values,
    /// The elements of an array.
    Elements,
    /// Past the array's end.
    Past,
}

/// Reads one file of events.
pub struct Events<'f> {
    from: Box<dyn BufRead + 'f>,
    cut: Cut,
    /// The line that the next byte is on.
    line: u64,
    held: Vec<u8>,
    /// How the first line ended, which is in `held`: it was read to see how the file is cut, and is not given out yet.
    ahead: Option<Line>,
}

/// How a line ended.
enum Line {
    Whole,
    TooLong(u64),
    End,
}

/// Calls `each` with every event of files, in the order given, and its place.
///
/// # Errors
/// If a file cannot be read, or `each` fails.
pub fn each_event(
    files: &[PathBuf],
    each: &mut dyn FnMut(&Place, Result<&[u8], String>) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for path in files {
        let name = path.display();
        let mut events = Events::open(path).with_context(|| format!("cannot open {name}"))?;
        let mut place = Place { name: name.to_string().into(), line: 0 };
        while let Some(item) =
            events.next().with_context(|| format!("cannot read {name} after line {}", place.line))?
        {
            place.line = item.line;
            each(&place, item.event)?;
        }
    }
    Ok(())
}

impl<'f> Events<'f> {
    /// Opens a file; `-` is standard input.
    pub fn open(path: &Path) -> io::Result<Events<'static>> {
        match path.to_str() {
            Some("-") => Events::new(io::stdin().lock()),
            _ => Events::new(File::open(path)?),
        }
    }

    /// Reads from anything.
    pub fn new(from: impl Read + 'f) -> io::Result<Events<'f>> {
        let (head, plain) = peeked(from, GZIP.len())?;
        let plain = BufReader::with_capacity(BUFFER_BYTES, plain);
        let whole = io::Cursor::new(head.clone()).chain(plain);
        let from: Box<dyn BufRead + 'f> = if head == GZIP {
            let unpacked = MultiGzDecoder::new(whole);
            let (start, rest) = peeked(unpacked, BOM.len())?;
            Box::new(without_bom(start).chain(BufReader::with_capacity(BUFFER_BYTES, rest)))
        } else {
            let (start, rest) = peeked(whole, BOM.len())?;
            Box::new(without_bom(start).chain(BufReader::with_capacity(BUFFER_BYTES, rest)))
        };
        Ok(Events { from, cut: Cut::Unknown, line: 1, held: Vec::new(), ahead: None })
    }

    /// The next event; none at the end of the file.
    ///
    /// # Errors
    /// If the file cannot be read, or what is packed in it is broken.
    #[expect(clippy::should_implement_trait, reason = "an item borrows from the reader")]
    pub fn next(&mut self) -> io::Result<Option<Item<'_>>> {
        if self.cut == Cut::Unknown {
            self.look()?;
        }
        match self.cut {
            Cut::Lines => self.next_line(),
            _ => self.next_value(),
        }
    }

    /// Sees by the first line with something on it how the file is cut.
    fn look(&mut self) -> io::Result<()> {
        self.skip_blank()?;
        if self.peek()? == Some(b'[') {
            self.from.consume(1);
            self.cut = Cut::Elements;
            return Ok(());
        }
        self.cut = Cut::Lines;
        let ended = self.read_line()?;
        let begun = self.held.trim_ascii();
        // What a printer of JSON breaks a line after; a line that was cut off mid-word is a bad line.
        let goes_on = matches!(begun.last(), Some(b'{' | b'[' | b','));
        if matches!(ended, Line::Whole) && begun.first() == Some(&b'{') && goes_on {
            let first = std::mem::take(&mut self.held);
            let from = std::mem::replace(&mut self.from, Box::new(io::empty()));
            self.from = Box::new(io::Cursor::new(first).chain(from));
            self.line -= 1;
            self.cut = Cut::Values;
        } else {
            self.ahead = Some(ended);
        }
        Ok(())
    }

    fn next_line(&mut self) -> io::Result<Option<Item<'_>>> {
        loop {
            let ended = match self.ahead.take() {
                Some(ended) => ended,
                None => self.read_line()?,
            };
            let event = match ended {
                Line::End => return Ok(None),
                Line::Whole if self.held.trim_ascii().is_empty() => continue,
                Line::Whole => Ok(self.held.trim_ascii()),
                Line::TooLong(bytes) => Err(too_long("line", bytes)),
            };
            return Ok(Some(Item { line: self.line - 1, event }));
        }
    }

    /// Reads a line into `held`, its break included.
    fn read_line(&mut self) -> io::Result<Line> {
        self.held.clear();
        let mut bytes = 0_u64;
        loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let (part, ends) = match buffer.iter().position(|byte| *byte == b'\n') {
                Some(at) => (&buffer[..=at], true),
                None => (buffer, false),
            };
            // Two more for the break, which is not the event's.
            let room = (EVENT_BYTES_MAX + 2).saturating_sub(self.held.len());
            self.held.extend_from_slice(&part[..part.len().min(room)]);
            let used = part.len();
            bytes += used as u64;
            self.from.consume(used);
            if ends {
                break;
            }
        }
        if bytes == 0 {
            return Ok(Line::End);
        }
        self.line += 1;
        let whole = self.held.len() as u64 == bytes && self.held.trim_ascii_end().len() <= EVENT_BYTES_MAX;
        Ok(if whole { Line::Whole } else { Line::TooLong(bytes) })
    }

    /// The next element of the array, or the next event over several lines.
    fn next_value(&mut self) -> io::Result<Option<Item<'_>>> {
        let mut between = true;
        loop {
            self.skip_blank()?;
            match (self.peek()?, self.cut) {
                (None, Cut::Elements) => {
                    self.cut = Cut::Past;
                    let line = self.line;
                    return Ok(Some(Item { line, event: Err("the file ends inside its array".to_owned()) }));
                }
                (None, _) => return Ok(None),
                (Some(b','), Cut::Elements) if between => {
                    between = false;
                    self.from.consume(1);
                }
                (Some(b']'), Cut::Elements) => {
                    self.from.consume(1);
                    self.cut = Cut::Past;
                }
                (Some(_), Cut::Past) => {
                    let line = self.line;
                    io::copy(&mut self.from, &mut io::sink())?;
                    let reason = "something stands after the array's end".to_owned();
                    return Ok(Some(Item { line, event: Err(reason) }));
                }
                (Some(_), _) => return self.value().map(Some),
            }
        }
    }

    /// Reads one value by counting brackets outside of strings.
    fn value(&mut self) -> io::Result<Item<'_>> {
        self.held.clear();
        let begins = self.line;
        let (mut depth, mut in_string, mut escaped, mut bytes) = (0_usize, false, false, 0_u64);
        let elements = self.cut == Cut::Elements;
        'reading: loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let mut used = 0;
            let mut ended = false;
            for byte in buffer {
                match byte {
                    _ if escaped => escaped = false,
                    b'\\' if in_string => escaped = true,
                    b'"' => in_string = !in_string,
                    _ if in_string => {}
                    b',' | b']' if depth == 0 && elements => {
                        ended = true;
                        break;
                    }
                    b'[' | b'{' => depth += 1,
                    b']' | b'}' => {
                        depth = depth.saturating_sub(1);
                        ended = depth == 0 && !elements;
                    }
                    _ => {}
                }
                used += 1;
                self.line += u64::from(*byte == b'\n');
                if ended {
                    break;
                }
            }
            let room = (EVENT_BYTES_MAX + 1).saturating_sub(self.held.len());
            self.held.extend_from_slice(&buffer[..used.min(room)]);
            bytes += used as u64;
            self.from.consume(used);
            if ended {
                break 'reading;
            }
        }
        let event = if bytes > EVENT_BYTES_MAX as u64 {
            Err(too_long("event", bytes))
        } else {
            Ok(self.held.trim_ascii())
        };
        Ok(Item { line: begins, event })
    }

    fn skip_blank(&mut self) -> io::Result<()> {
        while let Some(byte) = self.peek()?.filter(u8::is_ascii_whitespace) {
            self.line += u64::from(byte == b'\n');
            self.from.consume(1);
        }
        Ok(())
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.from.fill_buf()?.first().copied())
    }
}

fn too_long(what: &str, bytes: u64) -> String {
    format!("the {what} has {bytes} bytes; an event has at most {EVENT_BYTES_MAX}")
}

/// The first bytes, at most `count`, and the rest.
fn peeked<R: Read>(mut from: R, count: usize) -> io::Result<(Vec<u8>, R)> {
    let mut head = Vec::new();
    from.by_ref().take(count as u64).read_to_end(&mut head)?;
    Ok((head, from))
}

fn without_bom(start: Vec<u8>) -> io::Cursor<Vec<u8>> {
    io::Cursor::new(if start == BOM { Vec::new() } else { start })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    /// What a reader gives: the line and the bytes, or the reason.
    fn cut(bytes: &[u8]) -> Vec<(u64, Result<String, String>)> {
        let mut events = Events::new(bytes).expect("memory can be read");
        let mut found = Vec::new();
        while let Some(item) = events.next().expect("memory can be read") {
            let text = item.event.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            found.push((item.line, text));
        }
        found
    }

    fn good(text: &[u8]) -> Vec<(u64, String)> {
        cut(text).into_iter().map(|(line, event)| (line, event.expect("a good item"))).collect()
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).expect("memory can be written");
        packer.finish().expect("memory can be written")
    }

    #[test]
    fn every_form_gives_the_same_events_with_their_lines() {
        for (form, text, lines) in [
            ("lines", "{\"a\":1}\n{\"b\":2}\n", [1, 2]),
            ("no break at the end", "{\"a\":1}\n{\"b\":2}", [1, 2]),
            ("CRLF and blank lines", "\r\n{\"a\":1}\r\n \r\n\t{\"b\":2}\r\n\r\n", [2, 4]),
            ("a byte order mark", "\u{feff}{\"a\":1}\n{\"b\":2}", [1, 2]),
            ("an array on one line", "[{\"a\":1},{\"b\":2}]", [1, 1]),
            ("an array over lines", " [\n  {\"a\":1} ,\n  {\"b\":2}\n]\n\n", [2, 3]),
            ("an array after a mark", "\u{feff}[{\"a\":1},\r\n{\"b\":2}]", [1, 2]),
        ] {
            let expected = [(lines[0], "{\"a\":1}".to_owned()), (lines[1], "{\"b\":2}".to_owned())];
            assert_eq!(good(text.as_bytes()), expected, "{form}");
            assert_eq!(good(&packed(text.as_bytes())), expected, "{form}, packed");
        }
    }

    #[test]
    fn events_printed_over_several_lines_are_read() {
        let text = "{\n  \"a\": \"}] \\\" {\",\n  \"b\": [1, 2]\n}\n{\n  \"c\": 3\n}\n";
        let found = good(text.as_bytes());
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].0, found[1].0), (1, 5));
        assert!(found[0].1.ends_with("[1, 2]\n}"));
    }

    #[test]
    fn a_broken_line_does_not_take_the_next_along() {
        let found = good(b"{\"a\": {\"x\n{\"b\":2}\nrubbish\n{\"c\":3}\n");
        let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["{\"a\": {\"x", "{\"b\":2}", "rubbish", "{\"c\":3}"]);
    }

    #[test]
    fn an_empty_file_has_no_events() {
        for text in ["", "\n\n", "[]", " [ ] \n", "\u{feff}"] {
            assert_eq!(cut(text.as_bytes()), [], "{text:?}");
            assert_eq!(cut(&packed(text.as_bytes())), [], "{text:?}, packed");
        }
    }

    #[test]
    fn an_array_that_breaks_off_or_goes_on_is_said() {
        let found = cut(b"[{\"a\":1},\n{\"b\"");
        assert_eq!(found.len(), 3, "the door says what is wrong with the second: {found:?}");
        assert_eq!(found[2], (2, Err("the file ends inside its array".to_owned())));
        assert_eq!(cut(b"[{}] {}")[1], (1, Err("something stands after the array's end".to_owned())));
        assert_eq!(cut(b"[{},,{}]").len(), 3, "an element that is not there is the door's to refuse");
    }

    #[test]
    fn what_is_too_long_is_passed_over_and_the_rest_is_read() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(EVENT_BYTES_MAX));
        let fits = format!("\"{}\"", "x".repeat(EVENT_BYTES_MAX - 2));
        for text in [format!("{long}\n{fits}\r\n{{}}\n"), format!("[{long},\n{fits},\n{{}}]")] {
            let found = cut(text.as_bytes());
            assert_eq!(found.len(), 3);
            let reason = found[0].1.as_ref().expect_err("too long");
            assert!(reason.contains("an event has at most 1048576"), "{reason}");
            assert_eq!(found[1].1.as_ref().map(String::len), Ok(EVENT_BYTES_MAX));
            assert_eq!(found[2], (3, Ok("{}".to_owned())));
        }
    }

    #[test]
    fn gzip_may_have_many_members_and_must_be_whole() {
        let two = [packed(b"{\"a\":1}\n"), packed(b"{\"b\":2}\n")].concat();
        assert_eq!(good(&two).len(), 2);
        let whole = packed("{}\n".repeat(1000).as_bytes());
        let mut broken = Events::new(&whole[..whole.len() - 9]).expect("its beginning is whole");
        let failed = loop {
            match broken.next() {
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(failed, "a packed file that breaks off is not a short file");
    }
}
