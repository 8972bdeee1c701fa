//! Checking one proof, without a journal: only the proof, heads and the public key are needed.

use super::VerifyError;
use crate::heads::read_public_key;
use serde::Deserialize;
use std::path::Path;
use xiezhi_proof::{Chain, Hash, Mismatch, Proof, PublicKey, SignedHead};

/// A proof as the interface gives it, and as `xiezhi proof` writes it.
#[derive(Deserialize)]
struct Given {
    proof: Proof,
    #[serde(default)]
    heads: Vec<SignedHead>,
}

/// Why a proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It cannot be checked at all.
    #[error(transparent)]
    Unchecked(#[from] VerifyError),
    /// The file holds no proof.
    #[error("{0}; give a file with what GET /api/v1/journal/proof/{{seq}} or …/consistency answered")]
    NotAProof(serde_json::Error),
    /// A head in the file is not signed by the key.
    #[error(
        "head {number} in the file was not signed with this key: ask for the proof again, and compare the public key with the copy \
         that was handed out"
    )]
    HeadNotSigned {
        /// The head's number.
        number: u64,
    },
    /// There is no signed head of that size.
    #[error(
        "no signed head over {size} entries is at hand: give it with --heads FILE, or ask for a proof in the journal of a head"
    )]
    NoHead {
        /// The size.
        size: u64,
    },
    /// Two signed heads of that size disagree.
    #[error(
        "two heads over {size} entries are signed and have different roots: two histories were signed; keep both as evidence"
    )]
    TwoRoots {
        /// The size.
        size: u64,
    },
    /// It leads elsewhere.
    #[error("{0}. Ask for the proof again; if it stays so, run `xiezhi verify` on the journal")]
    Mismatch(#[from] Mismatch),
}

/// What a proof proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The proof.
    pub proof: Proof,
    /// The head that vouches for it: of the larger tree, if there are two.
    pub head: SignedHead,
}

/// Checks a proof against signed heads: those in the file, and those kept elsewhere if there are.
///
/// # Errors
/// If it proves nothing.
pub fn check_proof(proof: &[u8], heads: Option<&Path>, key: &Path) -> Result<Checked, ProofError> {
    let given: Given = serde_json::from_slice(proof).map_err(ProofError::NotAProof)?;
    let key = read_public_key(key).map_err(VerifyError::Key)?;
    if let Some(head) = given.heads.iter().find(|head| !head.is_signed_by(&key)) {
        return Err(ProofError::HeadNotSigned { number: head.number });
    }
    let known = [copies(heads, &key)?, given.heads].concat();
    let size = match &given.proof {
        Proof::Inclusion(proof) => {
            proof.check(key.algorithm(), root_of(&known, proof.size)?)?;
            proof.size
        }
        Proof::Consistency(proof) => {
            proof.check(key.algorithm(), root_of(&known, proof.from)?, root_of(&known, proof.to)?)?;
            proof.to
        }
    };
    let head = known.into_iter().find(|head| head.size == size).ok_or(ProofError::NoHead { size })?;
    Ok(Checked { proof: given.proof, head })
}

fn copies(path: Option<&Path>, key: &PublicKey) -> Result<Vec<SignedHead>, ProofError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = std::fs::read(path).map_err(|source| VerifyError::File { path: path.to_owned(), source })?;
    Ok(Chain::of_copies(&text, key).heads)
}

fn root_of(heads: &[SignedHead], size: u64) -> Result<Hash, ProofError> {
    let mut roots = heads.iter().filter(|head| head.size == size).map(|head| head.root);
    let root = roots.next().ok_or(ProofError::NoHead { size })?;
    if roots.all(|other| other == root) { Ok(root) } else { Err(ProofError::TwoRoots { size }) }
}
