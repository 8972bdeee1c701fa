//! The tree as it grows, and the proofs made from it.
//!
//! *Laws.*
//! 1. `root()` is the Merkle Tree Hash of RFC 6962, 2.1, over all leaves pushed so far.
//! 2. A push costs one or two hashes on average. Memory is the edge (one hash for each set bit of the size) and one hash for each
//!    [`BLOCK`] leaves and their pairs: 64 bytes a thousand leaves, some 64 KB for a million.
//! 3. A root of any smaller tree, and any proof, takes at most three blocks of leaves, read again from where they are kept.
//!
//! ```
//! use xiezhi_proof::{Algorithm, Tree};
//!
//! let sm3 = Algorithm::Sm3Sm2;
//! let leaves = [sm3.leaf_hash(b"a"), sm3.leaf_hash(b"b"), sm3.leaf_hash(b"c")];
//! let tree = Tree::of(sm3, leaves);
//! let mut kept = |range: std::ops::Range<u64>| {
//!     Ok::<_, ()>(leaves[range.start as usize..range.end as usize].to_vec())
//! };
//! let proof = tree.inclusion(1, 3, &mut kept).unwrap();
//! assert_eq!(proof.check(sm3, tree.root()), Ok(()));
//! ```

use crate::algorithm::Algorithm;
use crate::hash::Hash;
use crate::proof::{Consistency, Inclusion};
use std::ops::Range;

/// Complete subtrees from this level on are kept; those below are computed from leaves.
const BLOCK_LEVEL: u32 = 10;
/// Leaves of the smallest subtree that is kept.
#[cfg(test)]
const BLOCK: u64 = 1 << BLOCK_LEVEL;

/// A Merkle tree over leaf hashes that are kept elsewhere.
#[derive(Clone, Debug)]
pub struct Tree {
    algorithm: Algorithm,
    size: u64,
    /// Complete subtrees that wait for a neighbour, the largest (leftmost) first: one for each set bit of `size`.
    edge: Vec<Hash>,
    /// `kept[k][i]`: the complete subtree of level `BLOCK_LEVEL + k` over leaves `i << level ..`.
    kept: Vec<Vec<Hash>>,
}

/// Why there is no such root or proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotThere<E> {
    /// More leaves were asked for than there are, or none.
    #[error("{asked} is out of range: the tree has {size} leaves")]
    Range {
        /// What was asked for.
        asked: u64,
        /// How many leaves there are.
        size: u64,
    },
    /// The leaves could not be read again.
    #[error("{0}")]
    Leaves(E),
}

impl<E> From<E> for NotThere<E> {
    fn from(error: E) -> Self {
        NotThere::Leaves(error)
    }
}

impl Tree {
    /// The tree without leaves.
    pub fn new(algorithm: Algorithm) -> Tree {
        Tree { algorithm, size: 0, edge: Vec::new(), kept: Vec::new() }
    }

    /// The tree over these leaves.
    pub fn of(algorithm: Algorithm, leaves: impl IntoIterator<Item = Hash>) -> Tree {
        let mut tree = Tree::new(algorithm);
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }

    /// How many leaves it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut hash, mut level) = (leaf, 0);
        self.keep(level, hash);
        while (self.size >> level) & 1 == 1
            && let Some(left) = self.edge.pop()
        {
            hash = self.algorithm.node_hash(left, hash);
            level += 1;
            self.keep(level, hash);
        }
        self.edge.push(hash);
        self.size += 1;
    }

    fn keep(&mut self, level: u32, hash: Hash) {
        let Some(at) = level.checked_sub(BLOCK_LEVEL) else { return };
        let at = at as usize;
        if at == self.kept.len() {
            self.kept.push(Vec::new());
        }
        self.kept[at].push(hash);
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let right_to_left = self.edge.iter().rev().copied();
        right_to_left
            .reduce(|right, left| self.algorithm.node_hash(left, right))
            .unwrap_or_else(|| self.algorithm.empty_root())
    }

    /// The root over the first `size` leaves. `leaves` gives exactly the leaves of a range, counted from 0.
    ///
    /// # Errors
    /// If there are not that many, or leaves cannot be read.
    pub fn root_at<E>(
        &self,
        size: u64,
        leaves: &mut impl FnMut(Range<u64>) -> Result<Vec<Hash>, E>,
    ) -> Result<Hash, NotThere<E>> {
        self.check(size)?;
        Ok(if size == 0 { self.algorithm.empty_root() } else { self.hash(0..size, leaves)? })
    }

    /// Proves that leaf `index` (from 0) is in the tree of the first `size` leaves (RFC 6962, 2.1.1).
    ///
    /// # Errors
    /// If it is not, or leaves cannot be read.
    pub fn inclusion<E>(
        &self,
        index: u64,
        size: u64,
        leaves: &mut impl FnMut(Range<u64>) -> Result<Vec<Hash>, E>,
    ) -> Result<Inclusion, NotThere<E>> {
        self.check(size)?;
        if index >= size {
            return Err(NotThere::Range { asked: index, size });
        }
        let leaf = self.hash(index..index + 1, leaves)?;
        let (mut path, mut within) = (Vec::new(), 0..size);
        while within.end - within.start > 1 {
            let middle = within.start + split(within.end - within.start);
            let (inside, beside) = if index < middle {
                (within.start..middle, middle..within.end)
            } else {
                (middle..within.end, within.start..middle)
            };
            path.push(self.hash(beside, leaves)?);
            within = inside;
        }
        path.reverse();
        Ok(Inclusion { index, size, leaf, path })
    }

    /// Proves that the tree of the first `from` leaves is the beginning of that of the first `to` (RFC 6962, 2.1.2).
    ///
    /// # Errors
    /// If `from` is nothing or more than `to`, if there are not that many, or leaves cannot be read.
    pub fn consistency<E>(
        &self,
        from: u64,
        to: u64,
        leaves: &mut impl FnMut(Range<u64>) -> Result<Vec<Hash>, E>,
    ) -> Result<Consistency, NotThere<E>> {
        self.check(to)?;
        if from == 0 || from > to {
            return Err(NotThere::Range { asked: from, size: to });
        }
        let (mut path, mut within) = (Vec::new(), 0..to);
        while within.end != from {
            let middle = within.start + split(within.end - within.start);
            let (inside, beside) = if from <= middle {
                (within.start..middle, middle..within.end)
            } else {
                (middle..within.end, within.start..middle)
            };
            path.push(self.hash(beside, leaves)?);
            within = inside;
        }
        // If the old tree is itself a subtree of the new one, who checks has its root already.
        if within.start != 0 {
            path.push(self.hash(within, leaves)?);
        }
        path.reverse();
        Ok(Consistency { from, to, path })
    }

    fn check<E>(&self, asked: u64) -> Result<(), NotThere<E>> {
        if asked > self.size { Err(NotThere::Range { asked, size: self.size }) } else { Ok(()) }
    }

    /// The hash over a range that occurs in the tree: its start is a multiple of the power of two that its length reaches to.
    fn hash<E>(
        &self,
        range: Range<u64>,
        leaves: &mut impl FnMut(Range<u64>) -> Result<Vec<Hash>, E>,
    ) -> Result<Hash, E> {
        let length = range.end - range.start;
        if length.is_power_of_two()
            && let Some(hash) = self.kept_hash(length.trailing_zeros(), range.start / length)
        {
            return Ok(hash);
        }
        if length <= 1 << BLOCK_LEVEL {
            return Ok(Tree::of(self.algorithm, leaves(range)?).root());
        }
        let middle = range.start + split(length);
        let left = self.hash(range.start..middle, leaves)?;
        Ok(self.algorithm.node_hash(left, self.hash(middle..range.end, leaves)?))
    }

    fn kept_hash(&self, level: u32, index: u64) -> Option<Hash> {
        let of_level = self.kept.get(level.checked_sub(BLOCK_LEVEL)? as usize)?;
        of_level.get(usize::try_from(index).ok()?).copied()
    }
}

/// The largest power of two that is smaller than `length`, which is at least 2 (RFC 6962, 2.1: `k`).
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    const SHA: Algorithm = Algorithm::Sha256Ed25519;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count).map(|number| SHA.leaf_hash(&number.to_be_bytes())).collect()
    }

    /// The definition of RFC 6962, 2.1, word for word.
    fn by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => SHA.empty_root(),
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
                SHA.node_hash(by_definition(left), by_definition(right))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_definition_at_every_size_and_across_blocks() {
        let all = leaves(3 * BLOCK + 5);
        let tree = Tree::of(SHA, all.iter().copied());
        let mut kept =
            |range: Range<u64>| Ok::<_, Infallible>(all[range.start as usize..range.end as usize].to_vec());
        for size in (0..70).chain((1..4).flat_map(|k| k * BLOCK - 2..k * BLOCK + 3)) {
            let expected = by_definition(&all[..size as usize]);
            assert_eq!(Tree::of(SHA, all[..size as usize].iter().copied()).root(), expected, "{size}");
            assert_eq!(tree.root_at(size, &mut kept), Ok(expected), "{size}");
        }
    }

    #[test]
    fn a_proof_reads_few_leaves_and_the_tree_keeps_few_hashes() {
        let all = leaves(100 * BLOCK + 77);
        let tree = Tree::of(SHA, all.iter().copied());
        let hashes = tree.edge.len() + tree.kept.iter().map(Vec::len).sum::<usize>();
        assert!(hashes < 220, "{hashes}");
        for index in [0, BLOCK - 1, 50 * BLOCK + 3, 100 * BLOCK + 76] {
            let mut read = 0;
            let mut kept = |range: Range<u64>| {
                read += range.end - range.start;
                Ok::<_, Infallible>(all[range.start as usize..range.end as usize].to_vec())
            };
            let proof = tree.inclusion(index, tree.size(), &mut kept).unwrap();
            assert_eq!(proof.check(SHA, tree.root()), Ok(()));
            assert!(read <= 3 * BLOCK, "{read} leaves read for leaf {index}");
        }
    }

    #[test]
    fn what_is_not_there_is_refused() {
        let tree = Tree::of(SHA, leaves(5));
        let mut none = |_: Range<u64>| Err::<Vec<Hash>, _>("no leaves");
        assert_eq!(tree.inclusion(5, 5, &mut none), Err(NotThere::Range { asked: 5, size: 5 }));
        assert_eq!(tree.inclusion(0, 6, &mut none), Err(NotThere::Range { asked: 6, size: 5 }));
        for (from, to) in [(0, 5), (5, 4), (1, 6)] {
            assert!(matches!(tree.consistency(from, to, &mut none), Err(NotThere::Range { .. })));
        }
        assert_eq!(tree.root_at(3, &mut none), Err(NotThere::Leaves("no leaves")));
    }
}
