//! The record: the bytes that a journal entry stands for, and the leaf hash that seals them.
//!
//! The Merkle tree over the journal (RFC 6962) is built on these leaves, and auditors recompute them with their own
//! programs, so the encoding is fixed for ever. Version 1 of a record is, without padding, integers big-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of the encoding, 1 |
//! | 8 | `seq`, unsigned |
//! | 8 | `commit_no`, unsigned |
//! | 8 | `received_at`, signed, µs since 1970-01-01T00:00:00Z |
//! | 4 + n | `source`: length in bytes, then UTF-8 |
//! | 4 + n | `id`: likewise |
//! | 4 + n | `type`: likewise |
//! | 4 + n | `body`: length in bytes, then the canonical scrubbed JSON as stored |
//!
//! 1. Two different entries never have the same record: every part has a fixed width or its length before it.
//! 2. `leaf = H(0x00 ‖ record)`, the leaf hash of RFC 6962; H is SHA-256, or SM3 in a journal of `sm3-sm2`.
//! 3. A later version changes the first byte; entries of version 1 keep their bytes.

use xiezhi_proof::{Algorithm, Hasher};

/// A leaf hash.
pub type Leaf = [u8; 32];

const VERSION: u8 = 1;

/// What is recorded of one event, borrowed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) seq: u64,
    pub(super) commit: u64,
    pub(super) received_at: i64,
    pub(super) source: &'a str,
    pub(super) id: &'a str,
    pub(super) kind: &'a str,
    pub(super) body: &'a [u8],
}

impl Record<'_> {
    /// The record's bytes, version 1.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes =
            Vec::with_capacity(41 + self.source.len() + self.id.len() + self.kind.len() + self.body.len());
        self.write(|part| bytes.extend_from_slice(part));
        bytes
    }

    /// `H(0x00 ‖ record)`, without a copy of the body.
    pub(super) fn leaf(&self, algorithm: Algorithm) -> Leaf {
        let mut hasher = Hasher::of_leaf(algorithm);
        self.write(|part| hasher.update(part));
        hasher.finish().0
    }

    fn write(&self, mut put: impl FnMut(&[u8])) {
        put(&[VERSION]);
        put(&self.seq.to_be_bytes());
        put(&self.commit.to_be_bytes());
        put(&self.received_at.to_be_bytes());
        for part in [self.source.as_bytes(), self.id.as_bytes(), self.kind.as_bytes(), self.body] {
            let length = u32::try_from(part.len())
                .expect("SQLite holds no value over 1 GB, and ours are bounded below");
            put(&length.to_be_bytes());
            put(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, Record};

    fn example<'a>() -> Record<'a> {
        Record {
            seq: 7,
            commit: 3,
            received_at: 1_772_415_000_000_000,
            source: "/haikou/ggzy/bidding",
            id: "bid-000123",
            kind: "bid.opened",
            body: "{\"section\":\"标段\"}".as_bytes(),
        }
    }

    /// The expected values were computed by another program (Python's struct and hashlib) from the table above.
    #[test]
    fn the_leaf_is_what_an_auditor_computes_from_the_documented_encoding() {
        for (algorithm, expected) in [
            (Algorithm::Sha256Ed25519, "df40168e4a25a54b6b6da71e092302f4f5349d3ac29e6649e966074aaed964e6"),
            (Algorithm::Sm3Sm2, "449b63f1b81c11f8d5948498ebb5a5ebada427b939e91f30ab0c60e1b403c9bd"),
        ] {
            let leaf: String = example().leaf(algorithm).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(leaf, expected);
        }
        assert_eq!(example().bytes().len(), 101);
    }

    #[test]
    fn the_leaf_covers_exactly_the_record_bytes() {
        for algorithm in Algorithm::ALL {
            assert_eq!(example().leaf(algorithm), algorithm.leaf_hash(&example().bytes()).0);
        }
    }

    #[test]
    fn a_byte_moved_from_one_part_to_the_next_gives_another_record() {
        let (one, two) =
            (Record { source: "ab", id: "c", ..example() }, Record { source: "a", id: "bc", ..example() });
        assert_ne!(one.bytes(), two.bytes());
    }
}
