//! What an auditor reads of others: proofs, heads, keys. Nothing that is wrong is taken for right.

use std::sync::LazyLock;
use xiezhi_proof::{Algorithm, Chain, HeadKey, Mismatch, Proof, PublicKey, SignedHead};

static KEYS: LazyLock<[PublicKey; 2]> = LazyLock::new(|| {
    Algorithm::ALL.map(|algorithm| HeadKey::from_bytes(algorithm, &[7; 32]).expect("a key").public())
});

/// A proof with its heads, as the interface gives it.
pub fn proofs(bytes: &[u8]) {
    if let Ok(proof) = serde_json::from_slice::<Proof>(bytes) {
        Algorithm::ALL.into_iter().for_each(|algorithm| check(&proof, algorithm));
    }
    if let Ok(head) = serde_json::from_slice::<SignedHead>(bytes) {
        assert!(!KEYS.iter().any(|key| head.is_signed_by(key)), "a signature was forged");
    }
}

fn check(proof: &Proof, algorithm: Algorithm) {
    let root = algorithm.empty_root();
    let checked: Result<(), Mismatch> = match proof {
        Proof::Inclusion(proof) => proof.check(algorithm, root),
        Proof::Consistency(proof) => proof.check(algorithm, root, root),
    };
    // The root of no entries proves nothing of any.
    if let (Ok(()), Proof::Inclusion(_)) = (checked, proof) {
        panic!("an entry is proved to be in a tree of none");
    }
}

/// The record of heads, and copies of it; a public key.
pub fn heads(bytes: &[u8]) {
    for key in KEYS.iter() {
        let record = Chain::of_record(bytes, key);
        assert!(record.heads.iter().all(|head| head.is_signed_by(key)), "a head is signed, or a fault");
        Chain::of_copies(bytes, key);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = text.parse::<PublicKey>()
    {
        assert_eq!(key.to_string().parse::<PublicKey>().map(|again| again.to_string()).ok(), Some(key.to_string()));
    }
}
