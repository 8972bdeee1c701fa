//! What hashes the tree and signs its heads: one of two pairs. A journal has one of them from its first entry on.
//!
//! | name | hash | signature |
//! |---|---|---|
//! | `sha256-ed25519` | SHA-256 | Ed25519 (RFC 8032) |
//! | `sm3-sm2` | SM3 (GB/T 32905-2016) | SM2 (GB/T 32918.2-2016, on the curve of GB/T 32918.5-2017), over SM3 |
//!
//! The tree is that of RFC 6962 (2.1) with either hash: a byte before what is hashed tells leaves from nodes.

use crate::hash::Hash;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sm3::Sm3;

const LEAF_PREFIX: u8 = 0;
const NODE_PREFIX: u8 = 1;

/// What hashes the tree and signs the head. Others may be added; a name never changes its meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// A tree of SHA-256 (RFC 6962), signed with Ed25519 (RFC 8032).
    #[default]
    #[serde(rename = "sha256-ed25519")]
    Sha256Ed25519,
    /// A tree of SM3 (GB/T 32905-2016), signed with SM2 (GB/T 32918.2-2016).
    #[serde(rename = "sm3-sm2")]
    Sm3Sm2,
}

impl Algorithm {
    /// Every one.
    pub const ALL: [Algorithm; 2] = [Algorithm::Sha256Ed25519, Algorithm::Sm3Sm2];

    /// Its name, as in the signed bytes.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256Ed25519 => "sha256-ed25519",
            Algorithm::Sm3Sm2 => "sm3-sm2",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// The hash of bytes as they are: `H(bytes)`.
    pub fn hash(self, bytes: &[u8]) -> Hash {
        let mut hasher = Hasher::new(self);
        hasher.update(bytes);
        hasher.finish()
    }

    /// The hash of a leaf: `H(0x00 ‖ record)`.
    pub fn leaf_hash(self, record: &[u8]) -> Hash {
        let mut hasher = Hasher::of_leaf(self);
        hasher.update(record);
        hasher.finish()
    }

    /// The hash of a node: `H(0x01 ‖ left ‖ right)`.
    pub fn node_hash(self, left: Hash, right: Hash) -> Hash {
        let mut hasher = Hasher::new(self);
        hasher.update(&[NODE_PREFIX]);
        hasher.update(&left.0);
        hasher.update(&right.0);
        hasher.finish()
    }

    /// The root of the tree without leaves: `H("")`.
    pub fn empty_root(self) -> Hash {
        self.hash(b"")
    }

    /// The hash of a line of a record of heads, without its line feed; hexadecimal.
    pub fn line_hash(self, line: &[u8]) -> String {
        self.hash(line).to_string()
    }
}

/// Hashes what comes in parts, so that a large record need not be copied together.
pub struct Hasher(Inner);

enum Inner {
    Sha256(Sha256),
    Sm3(Sm3),
}

impl Hasher {
    fn new(algorithm: Algorithm) -> Hasher {
        Hasher(match algorithm {
            Algorithm::Sha256Ed25519 => Inner::Sha256(Sha256::new()),
            Algorithm::Sm3Sm2 => Inner::Sm3(Sm3::new()),
        })
    }

    /// One for the parts of a record: with the same parts, [`Algorithm::leaf_hash`] of the whole.
    pub fn of_leaf(algorithm: Algorithm) -> Hasher {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(&[LEAF_PREFIX]);
        hasher
    }

    /// Takes the next part.
    pub fn update(&mut self, part: &[u8]) {
        match &mut self.0 {
            Inner::Sha256(hasher) => hasher.update(part),
            Inner::Sm3(hasher) => hasher.update(part),
        }
    }

    /// The hash of all parts.
    pub fn finish(self) -> Hash {
        Hash(match self.0 {
            Inner::Sha256(hasher) => hasher.finalize().into(),
            Inner::Sm3(hasher) => hasher.finalize().into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's examples of SHA-256; GB/T 32905-2016, A.1 and A.2.
    #[test]
    fn hashes_are_those_of_the_standards() {
        let long = "abcd".repeat(16);
        for (algorithm, message, expected) in [
            (
                Algorithm::Sha256Ed25519,
                "abc",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (Algorithm::Sm3Sm2, "abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
            (Algorithm::Sm3Sm2, &long, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        ] {
            assert_eq!(algorithm.hash(message.as_bytes()).to_string(), expected, "{message}");
        }
    }

    #[test]
    fn a_record_in_parts_has_the_hash_of_the_whole() {
        for algorithm in Algorithm::ALL {
            let mut hasher = Hasher::of_leaf(algorithm);
            ["one", "", "two"].into_iter().for_each(|part| hasher.update(part.as_bytes()));
            assert_eq!(hasher.finish(), algorithm.leaf_hash(b"onetwo"));
        }
    }

    #[test]
    fn a_name_is_the_same_everywhere() {
        for algorithm in Algorithm::ALL {
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
            assert_eq!(serde_json::to_value(algorithm).unwrap(), algorithm.name());
        }
        assert_eq!(Algorithm::named("sm3"), None);
    }
}
