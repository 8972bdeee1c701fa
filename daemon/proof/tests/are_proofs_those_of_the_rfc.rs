//! Are roots and proofs those of RFC 6962? Known values, the RFC's own example, and `ct-merkle` as the oracle.

use ct_merkle::digest::{Digest, Output};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use proptest::prelude::*;
use sha2::Sha256;
use sm3::Sm3;
use std::convert::Infallible;
use std::ops::Range;
use xiezhi_proof::{Algorithm, Consistency, Hash, Inclusion, Tree};

const SHA: Algorithm = Algorithm::Sha256Ed25519;
const SM3: Algorithm = Algorithm::Sm3Sm2;

/// The eight leaves of the reference implementation of Certificate Transparency, and the roots of their trees.
const RECORDS: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn record(number: u64) -> Vec<u8> {
    format!("entry {number}").into_bytes()
}

fn leaves(algorithm: Algorithm, count: u64) -> Vec<Hash> {
    (0..count).map(|number| algorithm.leaf_hash(&record(number))).collect()
}

fn kept(leaves: &[Hash]) -> impl FnMut(Range<u64>) -> Result<Vec<Hash>, Infallible> + '_ {
    |range| Ok(leaves[range.start as usize..range.end as usize].to_vec())
}

fn inclusion(algorithm: Algorithm, leaves: &[Hash], index: u64, size: u64) -> Inclusion {
    Tree::of(algorithm, leaves.iter().copied()).inclusion(index, size, &mut kept(leaves)).expect("in range")
}

fn consistency(algorithm: Algorithm, leaves: &[Hash], from: u64, to: u64) -> Consistency {
    Tree::of(algorithm, leaves.iter().copied()).consistency(from, to, &mut kept(leaves)).expect("in range")
}

#[test]
fn roots_are_those_of_the_reference_implementation() {
    let mut tree = Tree::new(SHA);
    assert_eq!(tree.root(), SHA.empty_root());
    assert_eq!(
        SHA.empty_root().to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
    for (record, root) in RECORDS.into_iter().zip(ROOTS) {
        tree.push(SHA.leaf_hash(record));
        assert_eq!(tree.root().to_string(), root);
    }
}

/// RFC 6962, 2.1.3: the tree over seven leaves d0 … d6, with its nodes by their letters there.
#[test]
fn paths_are_those_of_the_example_in_the_rfc() {
    let all: Vec<Hash> = RECORDS.into_iter().take(7).map(|record| SHA.leaf_hash(record)).collect();
    let [a, b, c, d, e, f, j] = all[..] else { unreachable!("seven leaves") };
    let (g, h, i) = (SHA.node_hash(a, b), SHA.node_hash(c, d), SHA.node_hash(e, f));
    let (k, l) = (SHA.node_hash(g, h), SHA.node_hash(i, j));
    assert_eq!(SHA.node_hash(k, l).to_string(), ROOTS[6]);
    for (leaf, path) in [(0, vec![b, h, l]), (3, vec![c, g, l]), (4, vec![f, j, k]), (6, vec![i, k])] {
        assert_eq!(inclusion(SHA, &all, leaf, 7).path, path, "the audit path of d{leaf}");
    }
    for (from, path) in [(3, vec![c, d, g, l]), (4, vec![l]), (6, vec![i, j, k])] {
        assert_eq!(consistency(SHA, &all, from, 7).path, path, "PROOF({from}, D[7])");
    }
}

/// `D` is what the oracle hashes with, the same as our algorithm.
fn every_proof_is_that_of_the_oracle<D: Digest>(algorithm: Algorithm) {
    let all = leaves(algorithm, 40);
    let root_of = |size: u64| Tree::of(algorithm, all[..size as usize].iter().copied()).root();
    for size in 1..=40 {
        let mut oracle = MemoryBackedTree::<D, Vec<u8>>::new();
        (0..size).for_each(|number| oracle.push(record(number)));
        let root = root_of(size);
        assert_eq!(&root.0[..], &oracle.root().as_bytes()[..]);
        for index in 0..size {
            let proof = inclusion(algorithm, &all, index, size);
            assert_eq!(proof.check(algorithm, root), Ok(()), "{index} in {size}");
            let theirs = oracle.prove_inclusion(index as usize);
            assert_eq!(bytes(&proof.path), theirs.as_bytes(), "{index} in {size}");
        }
        for from in 1..=size {
            let proof = consistency(algorithm, &all, from, size);
            assert_eq!(proof.check(algorithm, root_of(from), root), Ok(()), "{from} to {size}");
            if from < size {
                let theirs = oracle.prove_consistency((size - from) as usize);
                assert_eq!(bytes(&proof.path), theirs.as_bytes(), "{from} to {size}");
            }
        }
    }
}

#[test]
fn every_proof_of_every_small_tree_is_right_and_is_that_of_the_oracle() {
    every_proof_is_that_of_the_oracle::<Sha256>(SHA);
    every_proof_is_that_of_the_oracle::<Sm3>(SM3);
}

#[test]
fn a_proof_over_one_hash_proves_nothing_over_the_other() {
    let [sha, sm3] = [SHA, SM3].map(|algorithm| leaves(algorithm, 7));
    let roots =
        [(SHA, &sha), (SM3, &sm3)].map(|(algorithm, all)| Tree::of(algorithm, all.iter().copied()).root());
    assert_ne!(roots[0], roots[1]);
    for root in roots {
        assert!(inclusion(SHA, &sha, 2, 7).check(SM3, root).is_err());
        assert!(inclusion(SM3, &sm3, 2, 7).check(SHA, root).is_err());
    }
}

fn bytes(path: &[Hash]) -> Vec<u8> {
    path.iter().flat_map(|hash| hash.0).collect()
}

fn root_for_oracle<D: Digest>(root: Hash, size: u64) -> RootHash<D> {
    let mut bytes = Output::<D>::default();
    bytes.copy_from_slice(&root.0);
    RootHash::new(bytes, size)
}

fn the_oracle_accepts<D: Digest>(algorithm: Algorithm, size: u64, index: u64, from: u64) {
    let all = leaves(algorithm, size);
    let root_of = |size: u64| {
        root_for_oracle::<D>(Tree::of(algorithm, all[..size as usize].iter().copied()).root(), size)
    };
    let theirs = root_of(size);
    let path = bytes(&inclusion(algorithm, &all, index, size).path);
    let proof = InclusionProof::try_from_bytes(path).expect("whole hashes");
    theirs.verify_inclusion(&record(index), index, &proof).expect("an inclusion");
    let path = bytes(&consistency(algorithm, &all, from, size).path);
    let proof = ConsistencyProof::try_from_bytes(path).expect("whole hashes");
    theirs.verify_consistency(&root_of(from), &proof).expect("a consistency");
}

/// A hash with one bit turned.
fn turned(hash: Hash, bit: usize) -> Hash {
    let mut bytes = hash.0;
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Hash(bytes)
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(&Algorithm::ALL[..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_oracle_accepts_our_proofs_of_large_trees(size in 2_u64..6000, at in any::<prop::sample::Index>()) {
        let (index, from) = (at.index(size as usize) as u64, 1 + at.index(size as usize - 1) as u64);
        the_oracle_accepts::<Sha256>(SHA, size, index, from);
        the_oracle_accepts::<Sm3>(SM3, size, index, from);
    }

    #[test]
    fn a_proof_with_anything_changed_proves_nothing(
        of in algorithm(), size in 2_u64..3000, at in any::<prop::sample::Index>(), bit in 0_usize..256, which in any::<prop::sample::Index>()
    ) {
        let all = leaves(of, size);
        let root = Tree::of(of, all.iter().copied()).root();
        let proof = inclusion(of, &all, at.index(size as usize) as u64, size);
        prop_assert_eq!(proof.check(of, root), Ok(()));
        prop_assert!(proof.check(of, turned(root, bit)).is_err());
        let mut wrong = proof.clone();
        wrong.leaf = turned(wrong.leaf, bit);
        prop_assert!(wrong.check(of, root).is_err());
        let mut wrong = proof.clone();
        let place = which.index(wrong.path.len());
        wrong.path[place] = turned(wrong.path[place], bit);
        prop_assert!(wrong.check(of, root).is_err());
        let mut wrong = proof.clone();
        wrong.path.remove(place);
        prop_assert!(wrong.check(of, root).is_err());
        let mut wrong = proof.clone();
        wrong.path.insert(place, proof.leaf);
        prop_assert!(wrong.check(of, root).is_err());
        let other = (proof.index + 1 + which.index(size as usize - 1) as u64) % size;
        let elsewhere = Inclusion { index: other, ..proof.clone() };
        prop_assert!(elsewhere.check(of, root).is_err(), "another place");
        let beyond = Inclusion { index: size, ..proof.clone() };
        prop_assert!(beyond.check(of, root).is_err(), "beyond the end");
    }

    #[test]
    fn a_consistency_proof_with_anything_changed_proves_nothing(
        of in algorithm(), to in 2_u64..3000, at in any::<prop::sample::Index>(), bit in 0_usize..256, which in any::<prop::sample::Index>()
    ) {
        let all = leaves(of, to);
        let from = 1 + at.index(to as usize - 1) as u64;
        let from_root = Tree::of(of, all[..from as usize].iter().copied()).root();
        let root = Tree::of(of, all.iter().copied()).root();
        let proof = consistency(of, &all, from, to);
        prop_assert_eq!(proof.check(of, from_root, root), Ok(()));
        prop_assert!(proof.check(of, turned(from_root, bit), root).is_err());
        prop_assert!(proof.check(of, from_root, turned(root, bit)).is_err());
        let place = which.index(proof.path.len());
        let mut wrong = proof.clone();
        wrong.path[place] = turned(wrong.path[place], bit);
        prop_assert!(wrong.check(of, from_root, root).is_err());
        let mut wrong = proof.clone();
        wrong.path.remove(place);
        prop_assert!(wrong.check(of, from_root, root).is_err());
        let mut wrong = proof.clone();
        wrong.path.push(root);
        prop_assert!(wrong.check(of, from_root, root).is_err());
        for wrong in [Consistency { from: 0, ..proof.clone() }, Consistency { from: to + 1, ..proof.clone() }] {
            prop_assert!(wrong.check(of, from_root, root).is_err());
        }
    }

    /// What an attacker would need: an old root over another beginning, a proof that fits.
    #[test]
    fn an_edited_beginning_is_consistent_with_nothing(of in algorithm(), to in 2_u64..500, at in any::<prop::sample::Index>()) {
        let all = leaves(of, to);
        let from = 1 + at.index(to as usize - 1) as u64;
        let from_root = Tree::of(of, all[..from as usize].iter().copied()).root();
        let mut edited = all.clone();
        let place = at.index(from as usize);
        edited[place] = of.leaf_hash(b"edited");
        let proof = consistency(of, &edited, from, to);
        prop_assert!(proof.check(of, from_root, Tree::of(of, edited.iter().copied()).root()).is_err());
    }
}
