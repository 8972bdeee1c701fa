//! Proofs as data, and checking them: nothing is needed but the proof and a root that one trusts.
//!
//! In JSON an inclusion proof is `{"kind":"inclusion","index":…,"size":…,"leaf":…,"path":[…]}` and a consistency proof
//! `{"kind":"consistency","from":…,"to":…,"path":[…]}`; hashes are hexadecimal, `path` is in the order of RFC 6962 (from the leaves
//! up). What hashes, they do not say: the signed head does that they are checked against. Checking follows RFC 9162, 2.1.3.2 and 2.1.4.2.

use crate::algorithm::Algorithm;
use crate::hash::Hash;
use serde::{Deserialize, Serialize};

/// A proof of either kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// That a leaf is in a tree.
    Inclusion(Inclusion),
    /// That a tree is the beginning of another.
    Consistency(Consistency),
}

/// Proof that a leaf is in a tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inclusion {
    /// The leaf's place, from 0.
    pub index: u64,
    /// How many leaves the tree has.
    pub size: u64,
    /// The leaf's hash.
    pub leaf: Hash,
    /// The hashes beside the way from the leaf to the root.
    pub path: Vec<Hash>,
}

/// Proof that a tree is the beginning of a larger one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consistency {
    /// How many leaves the smaller tree has, at least 1.
    pub from: u64,
    /// How many leaves the larger tree has.
    pub to: u64,
    /// The hashes from which both roots follow.
    pub path: Vec<Hash>,
}

/// Why a proof proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// It has not the form that its sizes demand.
    #[error("the proof does not fit its sizes: hashes are missing or too many, or a place is out of range")]
    Form,
    /// It leads to another root: the leaf, a hash of the proof, or the root is another than at the time.
    #[error("the proof leads to another root ({found})")]
    Root {
        /// The root that it leads to.
        found: Hash,
    },
    /// It leads to another root of the smaller tree.
    #[error("the proof leads to another root of the smaller tree ({found})")]
    SmallerRoot {
        /// The root that it leads to.
        found: Hash,
    },
}

impl Inclusion {
    /// Checks the proof against the root of the tree of [`size`](Self::size) leaves.
    ///
    /// # Errors
    /// If it does not prove that the leaf is there.
    pub fn check(&self, algorithm: Algorithm, root: Hash) -> Result<(), Mismatch> {
        if self.index >= self.size {
            return Err(Mismatch::Form);
        }
        let (mut place, mut last) = (self.index, self.size - 1);
        let mut found = self.leaf;
        for beside in &self.path {
            if last == 0 {
                return Err(Mismatch::Form);
            }
            if place & 1 == 1 || place == last {
                found = algorithm.node_hash(*beside, found);
                // A node without a neighbour goes up as it is.
                let up = place.trailing_zeros();
                (place, last) = (place >> up, last >> up);
            } else {
                found = algorithm.node_hash(found, *beside);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        match (last, found == root) {
            (0, true) => Ok(()),
            (0, false) => Err(Mismatch::Root { found }),
            _ => Err(Mismatch::Form),
        }
    }
}

impl Consistency {
    /// Checks the proof against the roots of both trees.
    ///
    /// # Errors
    /// If it does not prove that the smaller tree is the beginning of the larger.
    pub fn check(&self, algorithm: Algorithm, from_root: Hash, to_root: Hash) -> Result<(), Mismatch> {
        if self.from == 0 || self.from > self.to || (self.from == self.to) != self.path.is_empty() {
            return Err(Mismatch::Form);
        }
        if self.from == self.to {
            let same = from_root == to_root;
            return if same { Ok(()) } else { Err(Mismatch::SmallerRoot { found: to_root }) };
        }
        // A smaller tree that is complete is itself the first hash.
        let given = if self.from.is_power_of_two() { Some(from_root) } else { None };
        let mut hashes = given.into_iter().chain(self.path.iter().copied());
        let first = hashes.next().unwrap_or_else(|| algorithm.empty_root());
        let up = (self.from - 1).trailing_ones();
        let (mut place, mut last) = ((self.from - 1) >> up, (self.to - 1) >> up);
        let (mut smaller, mut larger) = (first, first);
        for beside in hashes {
            if last == 0 {
                return Err(Mismatch::Form);
            }
            if place & 1 == 1 || place == last {
                (smaller, larger) =
                    (algorithm.node_hash(beside, smaller), algorithm.node_hash(beside, larger));
                let up = place.trailing_zeros();
                (place, last) = (place >> up, last >> up);
            } else {
                larger = algorithm.node_hash(larger, beside);
            }
            (place, last) = (place >> 1, last >> 1);
        }
        if last != 0 {
            Err(Mismatch::Form)
        } else if smaller != from_root {
            Err(Mismatch::SmallerRoot { found: smaller })
        } else if larger != to_root {
            Err(Mismatch::Root { found: larger })
        } else {
            Ok(())
        }
    }
}
