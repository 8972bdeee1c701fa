//! Does a program that shares no code with ours come to the same head and proofs? `fixtures/make.py` wrote what is read here.

use serde_json::Value;
use std::convert::Infallible;
use std::ops::Range;
use xiezhi_proof::{Algorithm, Claim, Hash, HeadKey, Proof, PublicKey, SignedHead, Tree};

/// What they made with an algorithm.
fn fixture(algorithm: Algorithm) -> Value {
    let text = match algorithm {
        Algorithm::Sha256Ed25519 => include_str!("fixtures/journal.json"),
        Algorithm::Sm3Sm2 => include_str!("fixtures/journal-sm.json"),
    };
    serde_json::from_str(text).expect("JSON")
}

fn of<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("as documented")
}

fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("a text");
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")).collect()
}

fn public_key(fixture: &Value) -> PublicKey {
    fixture["public_key"].as_str().expect("a text").parse().expect("a key")
}

#[test]
fn their_head_and_proofs_hold_here() {
    for algorithm in Algorithm::ALL {
        let fixture = fixture(algorithm);
        let key = public_key(&fixture);
        let head: SignedHead = of(&fixture["head"]);
        assert!(head.is_signed_by(&key) && head.algorithm == algorithm);
        let Proof::Inclusion(inclusion) = of(&fixture["inclusion"]) else { panic!("an inclusion proof") };
        assert_eq!(inclusion.check(algorithm, head.root), Ok(()));
        let Proof::Consistency(proof) = of(&fixture["consistency"]) else { panic!("a consistency proof") };
        assert_eq!(proof.check(algorithm, of(&fixture["from_root"]), head.root), Ok(()));
    }
}

#[test]
fn we_make_the_same_head_and_proofs_to_the_byte() {
    for algorithm in Algorithm::ALL {
        let fixture = fixture(algorithm);
        let records = fixture["records"].as_array().expect("records");
        let all: Vec<Hash> = records.iter().map(|record| algorithm.leaf_hash(&bytes(record))).collect();
        let tree = Tree::of(algorithm, all.iter().copied());
        let mut kept =
            |range: Range<u64>| Ok::<_, Infallible>(all[range.start as usize..range.end as usize].to_vec());
        let theirs: SignedHead = of(&fixture["head"]);
        let (commit, time_us) = (theirs.commit, theirs.time_us);
        let claim = Claim { size: tree.size(), root: tree.root(), commit, time_us };
        let secret: [u8; 32] = bytes(&fixture["secret"]).try_into().expect("32 bytes");
        let key = HeadKey::from_bytes(algorithm, &secret).expect("a key");
        let head = SignedHead::sign(claim, 1, String::new(), &key);
        // What SM2 signs with a number of chance is another signature each time; theirs is such a one.
        let signature = match algorithm {
            Algorithm::Sha256Ed25519 => head.signature.clone(),
            Algorithm::Sm3Sm2 => theirs.signature,
        };
        assert!(head.is_signed_by(&public_key(&fixture)));
        let head = serde_json::to_value(SignedHead { signature, ..head }).expect("JSON");
        assert_eq!(head, fixture["head"]);
        let inclusion = Proof::Inclusion(tree.inclusion(9, 13, &mut kept).expect("there"));
        assert_eq!(serde_json::to_value(inclusion).expect("JSON"), fixture["inclusion"]);
        let consistency = Proof::Consistency(tree.consistency(6, 13, &mut kept).expect("there"));
        assert_eq!(serde_json::to_value(consistency).expect("JSON"), fixture["consistency"]);
    }
}

#[test]
fn a_head_with_any_field_changed_is_not_signed() {
    for algorithm in Algorithm::ALL {
        let fixture = fixture(algorithm);
        let key = public_key(&fixture);
        let other = HeadKey::from_bytes(algorithm, &[9; 32]).expect("a key").public();
        let other_algorithm = Algorithm::ALL.into_iter().find(|other| *other != algorithm).expect("two");
        let head: SignedHead = of(&fixture["head"]);
        assert!(!head.is_signed_by(&other));
        let changed = [
            SignedHead { algorithm: other_algorithm, ..head.clone() },
            SignedHead { origin: other.origin(), ..head.clone() },
            SignedHead { number: 2, ..head.clone() },
            SignedHead { size: 12, ..head.clone() },
            SignedHead { root: algorithm.leaf_hash(b""), ..head.clone() },
            SignedHead { commit: 5, ..head.clone() },
            SignedHead { time_us: head.time_us + 1, ..head.clone() },
            SignedHead { previous: "0".repeat(64), ..head.clone() },
            SignedHead { signature: head.signature.replacen('a', "b", 1), ..head.clone() },
            SignedHead { signature: String::new(), ..head.clone() },
        ];
        for head in changed {
            assert!(!head.is_signed_by(&key), "{head:?}");
        }
    }
}
