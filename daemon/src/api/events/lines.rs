//! Cuts a stream of bytes into blocks of whole lines, whatever the chunks. Pure.
//!
//! *Laws.* A block is at most [`BLOCK_BYTES`] and one line long. A line longer than an event may be costs no more memory than that:
//! its head is kept and the rest passed over.

use xiezhi_dataflows::json::EVENT_BYTES_MAX;

/// About how many bytes are read as one: some thousand events.
const BLOCK_BYTES: usize = 512 << 10;
/// What is kept of a line that is too long.
const HEAD_BYTES: usize = 4 << 10;

/// Lines that stand together.
#[derive(Debug, PartialEq, Eq)]
pub enum Block {
    /// Whole lines, the last perhaps without its end.
    Lines(Vec<u8>),
    /// One line that is too long: how it begins, and how long it is.
    TooLong { head: Vec<u8>, bytes: u64 },
}

/// What has come and was not given out.
#[derive(Default)]
pub struct Cutter {
    held: Vec<u8>,
    /// How much of a line that is too long has come; its head is held.
    passing: Option<u64>,
}

impl Cutter {
    /// Takes in what has come; gives the blocks that are whole.
    pub fn push(&mut self, mut chunk: &[u8]) -> Vec<Block> {
        let mut blocks = Vec::new();
        while !chunk.is_empty() {
            if let Some(bytes) = self.passing {
                let end = chunk.iter().position(|byte| *byte == b'\n');
                let passed = end.unwrap_or(chunk.len());
                self.passing = Some(bytes + passed as u64);
                chunk = &chunk[passed..];
                if end.is_some() {
                    blocks.extend(self.finish());
                    chunk = &chunk[1..];
                }
                continue;
            }
            let (part, rest) = chunk.split_at(chunk.len().min(BLOCK_BYTES));
            self.held.extend_from_slice(part);
            chunk = rest;
            if self.held.len() >= BLOCK_BYTES {
                blocks.extend(self.cut());
            }
        }
        blocks
    }

    /// Gives out the whole lines that are held.
    fn cut(&mut self) -> Option<Block> {
        if let Some(end) = self.held.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.held.split_off(end + 1);
            return Some(Block::Lines(std::mem::replace(&mut self.held, rest)));
        }
        if self.held.len() > EVENT_BYTES_MAX {
            self.passing = Some(self.held.len() as u64);
            self.held.truncate(HEAD_BYTES);
        }
        None
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> Option<Block> {
        let held = std::mem::take(&mut self.held);
        match self.passing.take() {
            Some(bytes) => Some(Block::TooLong { head: held, bytes }),
            None => (!held.is_empty()).then_some(Block::Lines(held)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn blocks(chunks: &[&[u8]]) -> Vec<Block> {
        let mut cutter = Cutter::default();
        let mut all: Vec<Block> = chunks.iter().flat_map(|chunk| cutter.push(chunk)).collect();
        all.extend(cutter.finish());
        all
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over_and_the_rest_is_not() {
        let long = vec![b'x'; EVENT_BYTES_MAX * 3];
        let text = [b"first\n".as_slice(), &long, b"\nlast\n"].concat();
        let chunks: Vec<&[u8]> = text.chunks(10_000).collect();
        let found = blocks(&chunks);
        let lines: Vec<&[u8]> = found
            .iter()
            .filter_map(|block| if let Block::Lines(lines) = block { Some(lines.as_slice()) } else { None })
            .collect();
        assert_eq!(lines.concat(), b"first\nlast\n");
        let too_long = Block::TooLong { head: vec![b'x'; HEAD_BYTES], bytes: long.len() as u64 };
        assert!(found.contains(&too_long));
        assert_eq!(blocks(&[&long[..]]), [too_long], "also without its end");
    }

    proptest! {
        /// However the bytes are cut into chunks: all of them come out again in order, in blocks that end with a line.
        #[test]
        fn nothing_is_lost(lines in prop::collection::vec(0usize..90_000, 0..40), step in 1usize..200_000, ends: bool) {
            let mut text: Vec<u8> = Vec::new();
            for (n, length) in lines.iter().enumerate() {
                text.extend(std::iter::repeat_n(b'a' + (n % 26) as u8, *length));
                text.push(b'\n');
            }
            if !ends {
                text.pop();
            }
            let chunks: Vec<&[u8]> = text.chunks(step).collect();
            let found = blocks(&chunks);
            let mut joined = Vec::new();
            for (n, block) in found.iter().enumerate() {
                let Block::Lines(lines) = block else { panic!("no line is too long") };
                prop_assert!(n + 1 == found.len() || lines.ends_with(b"\n"));
                prop_assert!(lines.len() <= BLOCK_BYTES + step.min(BLOCK_BYTES) + 90_001);
                joined.extend_from_slice(lines);
            }
            prop_assert_eq!(joined, text);
        }
    }
}
