//! Proof that a journal is whole: a Merkle tree over its leaf hashes, signed heads, and proofs that anybody can check.
//!
//! The tree is that of RFC 6962 (the same as in RFC 9162) over SHA-256, or over SM3. Pure: no clock, no file, no socket, no randomness; the
//! same crate makes proofs in the daemon and checks them on an auditor's machine.
//!
//! | what | file |
//! |---|---|
//! | which hash and which signature; hashes of leaves and nodes | `algorithm.rs`, `hash.rs` |
//! | the tree as it grows, roots, proofs made | `tree.rs` |
//! | proofs as data, and checking them | `proof.rs` |
//! | signed heads: format, keys | `head.rs`, `key.rs`, `sm2_key.rs` |
//! | a record of heads checked line by line | `chain.rs` |
//!
//! Places are counted from 0 in the RFCs and here; the journal counts from 1, so entry `seq` is leaf `seq - 1`.

mod algorithm;
mod chain;
mod hash;
mod head;
mod key;
mod proof;
mod sm2_key;
mod tree;

pub use algorithm::{Algorithm, Hasher};
pub use chain::{Chain, HeadFault, HeadFaultKind};
pub use hash::Hash;
pub use head::{Claim, SignedHead};
pub use key::{HeadKey, KeyError, PublicKey};
pub use proof::{Consistency, Inclusion, Mismatch, Proof};
pub use tree::{NotThere, Tree};
