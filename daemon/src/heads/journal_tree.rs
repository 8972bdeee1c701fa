//! The tree over the journal's leaf hashes, read beside the writer, and the proofs made from it.

use super::HeadsError;
use crate::journal::{JournalError, Reader};
use serde::Serialize;
use std::ops::Range;
use xiezhi_proof::{Algorithm, Hash, NotThere, Proof, SignedHead, Tree};

/// What is to be proved. A size that is not given is that of the latest head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// That entry `seq` is in the journal of the first `size` entries.
    Inclusion {
        /// The entry's place.
        seq: u64,
        /// How many entries.
        size: Option<u64>,
    },
    /// That the journal of the first `from` entries is the beginning of that of the first `to`.
    Consistency {
        /// The smaller size.
        from: u64,
        /// The larger size.
        to: Option<u64>,
    },
}

/// A proof, with the signed heads that it is checked against where there are such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proven {
    /// The proof.
    pub proof: Proof,
    /// The heads of the sizes that it names.
    pub heads: Vec<SignedHead>,
}

/// The tree, as far as it was read.
#[derive(Debug)]
pub(super) struct JournalTree {
    pub(super) tree: Tree,
    /// The commit of the last leaf.
    pub(super) commit: u64,
}

impl JournalTree {
    /// One that has read nothing yet.
    pub(super) fn new(algorithm: Algorithm) -> JournalTree {
        JournalTree { tree: Tree::new(algorithm), commit: 0 }
    }

    /// Reads the leaves that have come since. `grown` is shown the tree at every size.
    pub(super) fn catch_up(
        &mut self,
        reader: &Reader,
        mut grown: impl FnMut(&Tree),
    ) -> Result<(), JournalError> {
        let last = reader.last()?.seq;
        grown(&self.tree);
        reader.leaves(self.tree.size(), last, |place, leaf| {
            self.tree.push(Hash(leaf));
            self.commit = place.commit;
            grown(&self.tree);
        })
    }

    /// Proves something of the entries read so far.
    pub(super) fn prove(
        &self,
        reader: &Reader,
        wanted: Wanted,
        heads: &[SignedHead],
    ) -> Result<Proven, HeadsError> {
        let latest = heads.last().map_or(0, |head| head.size);
        let leaves = &mut |range: Range<u64>| leaves(reader, range);
        let (proof, sizes) = match wanted {
            Wanted::Inclusion { seq, size } => {
                let size = size.unwrap_or(latest);
                let index = seq.checked_sub(1).ok_or(HeadsError::Range { asked: seq, size })?;
                (self.tree.inclusion(index, size, leaves).map(Proof::Inclusion), vec![size])
            }
            Wanted::Consistency { from, to } => {
                let to = to.unwrap_or(latest);
                (self.tree.consistency(from, to, leaves).map(Proof::Consistency), vec![from, to])
            }
        };
        let proof = proof.map_err(|error| out_of_range(error, wanted))?;
        let of_size = |size| heads.iter().find(|head| head.size == size).cloned();
        Ok(Proven { proof, heads: sizes.into_iter().filter_map(of_size).collect() })
    }
}

/// What is out of range, as the journal counts: places from 1.
fn out_of_range(error: NotThere<JournalError>, wanted: Wanted) -> HeadsError {
    match (error, wanted) {
        (NotThere::Leaves(error), _) => error.into(),
        (NotThere::Range { size, .. }, Wanted::Inclusion { seq, .. }) if seq > size => {
            HeadsError::Range { asked: seq, size }
        }
        (NotThere::Range { asked, size }, _) => HeadsError::Range { asked, size },
    }
}

fn leaves(reader: &Reader, range: Range<u64>) -> Result<Vec<Hash>, JournalError> {
    let mut leaves = Vec::new();
    reader.leaves(range.start, range.end, |_, leaf| leaves.push(Hash(leaf)))?;
    Ok(leaves)
}
