//! The signed head: what the journal held at a moment, in one line that may be kept anywhere.
//!
//! A head is one line of JSON with exactly the fields of [`SignedHead`]. What is signed is not the JSON but this text, UTF-8, each
//! line ended by a line feed (0x0A), numbers decimal, hashes 64 hexadecimal digits in lower case:
//!
//! ```text
//! xiezhi journal head 1
//! <algorithm>
//! <origin>
//! <number>
//! <size>
//! <root>
//! <commit>
//! <time_us>
//! <previous>
//! ```
//!
//! `algorithm` is `sha256-ed25519` or `sm3-sm2`, the one of the whole journal. `previous` is the hash by that algorithm of the bytes of the
//! line before in the record of heads, without its line feed; empty for the first.
//! So a head vouches for the journal up to `size` and for every head before it. The format is fixed for ever: another one would
//! begin with another first line. `docs/auditing.md` shows how to check one with `openssl`.

use crate::algorithm::Algorithm;
use crate::hash::Hash;
use crate::key::{HeadKey, PublicKey};
use serde::{Deserialize, Serialize};

const FIRST_LINE: &str = "xiezhi journal head 1";

/// What is claimed of a journal, to be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How many entries the journal has: `seq` of the last.
    pub size: u64,
    /// The root over their leaf hashes.
    pub root: Hash,
    /// The commit of the last entry; 0 if there is none.
    pub commit: u64,
    /// When it is signed, µs since 1970-01-01T00:00:00Z.
    pub time_us: i64,
}

/// A signed head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// What hashes and signs.
    pub algorithm: Algorithm,
    /// Who signs: [`PublicKey::origin`].
    pub origin: String,
    /// Counts heads from 1.
    pub number: u64,
    /// How many entries the journal has: `seq` of the last.
    pub size: u64,
    /// The root over their leaf hashes (RFC 6962, 2.1).
    pub root: Hash,
    /// The commit of the last entry; 0 if there is none.
    pub commit: u64,
    /// When it was signed, µs since 1970-01-01T00:00:00Z.
    pub time_us: i64,
    /// The hash of the line before in the record of heads, hexadecimal; empty for the first.
    pub previous: String,
    /// The signature over the text above, hexadecimal: 64 bytes of Ed25519, or DER of SM2.
    pub signature: String,
}

impl SignedHead {
    /// Signs a claim as head `number` after the line whose hash is `previous`.
    pub fn sign(claim: Claim, number: u64, previous: String, key: &HeadKey) -> SignedHead {
        let Claim { size, root, commit, time_us } = claim;
        let mut head = SignedHead {
            algorithm: key.algorithm(),
            origin: key.public().origin(),
            number,
            size,
            root,
            commit,
            time_us,
            previous,
            signature: String::new(),
        };
        head.signature = key.sign(head.signed_text().as_bytes());
        head
    }

    /// What is signed.
    pub fn signed_text(&self) -> String {
        let SignedHead { algorithm, origin, number, size, root, commit, time_us, previous, signature: _ } =
            self;
        let algorithm = algorithm.name();
        format!(
            "{FIRST_LINE}\n{algorithm}\n{origin}\n{number}\n{size}\n{root}\n{commit}\n{time_us}\n{previous}\n"
        )
    }

    /// Whether this key has signed it, as it stands.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.algorithm == key.algorithm()
            && self.origin == key.origin()
            && key.signed(self.signed_text().as_bytes(), &self.signature)
    }
}
