//! What an auditor reads of others: proofs, heads, keys. Nothing that is wrong is taken for right.

use std::sync::LazyLock;
use xiezhi_proof::{Chain, HeadKey, Mismatch, Proof, PublicKey, SignedHead};

static KEY: LazyLock<PublicKey> = LazyLock::new(|| HeadKey::from_bytes(&[7; 32]).public());

/// A proof with its heads, as the interface gives it.
pub fn proofs(bytes: &[u8]) {
    if let Ok(proof) = serde_json::from_slice::<Proof>(bytes) {
        let root = xiezhi_proof::empty_root();
        let checked: Result<(), Mismatch> = match &proof {
            Proof::Inclusion(proof) => proof.check(root),
            Proof::Consistency(proof) => proof.check(root, root),
        };
        // The root of no entries proves nothing of any.
        if let (Ok(()), Proof::Inclusion(_)) = (checked, &proof) {
            panic!("an entry is proved to be in a tree of none");
        }
    }
    if let Ok(head) = serde_json::from_slice::<SignedHead>(bytes) {
        assert!(!head.is_signed_by(&KEY), "a signature was forged");
    }
}

/// The record of heads, and copies of it; a public key.
pub fn heads(bytes: &[u8]) {
    let record = Chain::of_record(bytes, &KEY);
    assert!(record.heads.iter().all(|head| head.is_signed_by(&KEY)), "a head is signed, or a fault");
    Chain::of_copies(bytes, &KEY);
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = text.parse::<PublicKey>()
    {
        assert_eq!(key.to_string().parse::<PublicKey>().map(|again| again.to_string()).ok(), Some(key.to_string()));
    }
}
