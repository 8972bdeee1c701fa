//! Does a program that shares no code with ours come to the same head and proofs? `fixtures/make.py` wrote what is read here.

use serde_json::Value;
use std::convert::Infallible;
use std::ops::Range;
use xiezhi_proof::{Claim, Hash, HeadKey, Proof, PublicKey, SignedHead, Tree, leaf_hash};

fn fixture() -> Value {
    serde_json::from_str(include_str!("fixtures/journal.json")).expect("JSON")
}

fn of<T: serde::de::DeserializeOwned>(value: &Value) -> T {
    serde_json::from_value(value.clone()).expect("as documented")
}

fn bytes(text: &Value) -> Vec<u8> {
    let text = text.as_str().expect("a text");
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).expect("hex")).collect()
}

fn leaves() -> Vec<Hash> {
    fixture()["records"].as_array().expect("records").iter().map(|record| leaf_hash(&bytes(record))).collect()
}

#[test]
fn their_head_and_proofs_hold_here() {
    let fixture = fixture();
    let key: PublicKey = fixture["public_key"].as_str().expect("a text").parse().expect("a key");
    let head: SignedHead = of(&fixture["head"]);
    assert!(head.is_signed_by(&key));
    let Proof::Inclusion(inclusion) = of(&fixture["inclusion"]) else { panic!("an inclusion proof") };
    assert_eq!(inclusion.check(head.root), Ok(()));
    let Proof::Consistency(consistency) = of(&fixture["consistency"]) else { panic!("a consistency proof") };
    assert_eq!(consistency.check(of(&fixture["from_root"]), head.root), Ok(()));
}

#[test]
fn we_make_the_same_head_and_proofs_to_the_byte() {
    let (fixture, all) = (fixture(), leaves());
    let tree = Tree::of(all.iter().copied());
    let mut kept =
        |range: Range<u64>| Ok::<_, Infallible>(all[range.start as usize..range.end as usize].to_vec());
    let their_head: SignedHead = of(&fixture["head"]);
    let secret: [u8; 32] = bytes(&fixture["secret"]).try_into().expect("32 bytes");
    let claim = Claim {
        size: tree.size(),
        root: tree.root(),
        commit: their_head.commit,
        time_us: their_head.time_us,
    };
    let head = SignedHead::sign(claim, 1, String::new(), &HeadKey::from_bytes(&secret));
    assert_eq!(serde_json::to_value(&head).expect("JSON"), fixture["head"]);
    let inclusion = Proof::Inclusion(tree.inclusion(9, 13, &mut kept).expect("there"));
    assert_eq!(serde_json::to_value(inclusion).expect("JSON"), fixture["inclusion"]);
    let consistency = Proof::Consistency(tree.consistency(6, 13, &mut kept).expect("there"));
    assert_eq!(serde_json::to_value(consistency).expect("JSON"), fixture["consistency"]);
}

#[test]
fn a_head_with_any_field_changed_is_not_signed() {
    let fixture = fixture();
    let key: PublicKey = fixture["public_key"].as_str().expect("a text").parse().expect("a key");
    let other = HeadKey::from_bytes(&[9; 32]).public();
    let head: SignedHead = of(&fixture["head"]);
    assert!(!head.is_signed_by(&other));
    let changed = [
        SignedHead { origin: other.origin(), ..head.clone() },
        SignedHead { number: 2, ..head.clone() },
        SignedHead { size: 12, ..head.clone() },
        SignedHead { root: leaf_hash(b""), ..head.clone() },
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
