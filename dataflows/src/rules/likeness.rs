//! Pairs of sets that are alike, found without comparing all pairs.
//!
//! *Prefix filtering* (Chaudhuri, Ganti, Kaushik 2006; Bayardo, Ma, Srikant 2007). Put the values of all sets into one
//! order. If two sets have Jaccard likeness ≥ t, each has at least ⌈t·|A|⌉ values in common with the other, so the
//! smallest common value is among the first |A| − ⌈t·|A|⌉ + 1 of A, and likewise of B. Only pairs that meet in these
//! prefixes are compared. The order is that of how many sets hold a value, the rarest first: then what is common to
//! many stands at the end, and pairs that are not alike hardly meet.
//!
//! *Invariants.* Every pair that reaches the threshold is told, exactly counted, once, with `a < b` and in that order;
//! some that do not reach it are told too.

/// Two sets, and what they have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike {
    /// The one, by its place.
    pub a: usize,
    /// The other.
    pub b: usize,
    /// How many values both hold.
    pub common: usize,
    /// How many values either holds.
    pub all: usize,
}

impl Alike {
    /// Whether the likeness is at least so much, in thousandths.
    pub fn reaches(&self, permille: u32) -> bool {
        self.common as u64 * 1000 >= u64::from(permille) * self.all as u64
    }

    /// The likeness in whole thousandths, rounded down.
    pub fn permille(&self) -> u32 {
        (self.common as u64 * 1000).checked_div(self.all as u64).unwrap_or(0) as u32
    }
}

/// A value, and who holds it.
type Held = (u64, u32);

/// All values with their holders, in order.
fn held(sets: &[&[u64]]) -> Vec<Held> {
    let mut held = Vec::with_capacity(sets.iter().map(|set| set.len()).sum());
    for (set, at) in sets.iter().zip(0..) {
        held.extend(set.iter().map(|value| (*value, at)));
    }
    held.sort_unstable();
    held
}

/// The holders of each value that at most `most` sets hold: the rarest first, equally rare ones in their own order.
/// A value's place in this order is its rank.
fn ranked(held: &[Held], most: usize) -> Vec<&[Held]> {
    let mut ranked: Vec<&[Held]> = held.chunk_by(|a, b| a.0 == b.0).collect();
    ranked.retain(|holders| holders.len() <= most);
    ranked.sort_by_key(|holders| holders.len());
    ranked
}

/// How many values two climbing lists have in common.
fn common(a: &[u32], b: &[u32]) -> usize {
    let (mut at, mut of, mut common) = (0, 0, 0);
    while at < a.len() && of < b.len() {
        let (left, right) = (a[at], b[of]);
        common += usize::from(left == right);
        at += usize::from(left <= right);
        of += usize::from(right <= left);
    }
    common
}

/// Tells every pair of sets (each sorted, without repeats) whose likeness is at least `permille` thousandths, after
/// values that more than `most` sets hold are dropped, where both keep at least `min`.
pub fn pairs(sets: &[&[u64]], most: usize, min: usize, permille: u32, mut tell: impl FnMut(Alike)) {
    let held = held(sets);
    let holders = ranked(&held, most);
    let mut sets: Vec<Vec<u32>> = sets.iter().map(|set| Vec::with_capacity(set.len())).collect();
    for (holders, rank) in holders.iter().zip(0..) {
        holders.iter().for_each(|(_, at)| sets[*at as usize].push(rank));
    }
    let prefix = |len: usize| len - (len as u64 * u64::from(permille)).div_ceil(1000) as usize + 1;
    // The last rank of each prefix; none for sets that are too small to be compared.
    let last = |set: &Vec<u32>| (set.len() >= min.max(1)).then(|| set[prefix(set.len()) - 1]);
    let ends: Vec<Option<u32>> = sets.iter().map(last).collect();
    // With which set each one was compared last.
    let mut compared = vec![usize::MAX; sets.len()];
    for (a, set) in sets.iter().enumerate() {
        let Some(end) = ends[a] else { continue };
        let mut met = Vec::new();
        for rank in set.iter().take_while(|rank| **rank <= end) {
            let others = &holders[*rank as usize];
            let from = others.partition_point(|(_, other)| *other as usize <= a);
            for b in others[from..].iter().map(|(_, b)| *b as usize) {
                let (small, large) = (set.len().min(sets[b].len()), set.len().max(sets[b].len()));
                let near = small as u64 * 1000 >= u64::from(permille) * large as u64;
                if near && compared[b] != a && ends[b].is_some_and(|end| *rank <= end) {
                    compared[b] = a;
                    met.push(b);
                }
            }
        }
        met.sort_unstable();
        for b in met {
            let common = common(set, &sets[b]);
            tell(Alike { a, b, common, all: set.len() + sets[b].len() - common });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// All pairs, by the definition.
    fn plainly(sets: &[BTreeSet<u64>], most: usize, min: usize, permille: u32) -> Vec<(usize, usize, usize)> {
        let held = |value: &u64| sets.iter().filter(|set| set.contains(value)).count();
        let kept = |set: &BTreeSet<u64>| set.iter().copied().filter(|value| held(value) <= most).collect();
        let kept: Vec<BTreeSet<u64>> = sets.iter().map(kept).collect();
        let mut pairs = Vec::new();
        for a in 0..kept.len() {
            for b in a + 1..kept.len() {
                let common = kept[a].intersection(&kept[b]).count();
                let all = kept[a].union(&kept[b]).count();
                let large = kept[a].len() >= min && kept[b].len() >= min && all > 0;
                if large && common * 1000 >= permille as usize * all {
                    pairs.push((a, b, common));
                }
            }
        }
        pairs
    }

    fn filtered(
        sets: &[BTreeSet<u64>],
        most: usize,
        min: usize,
        permille: u32,
    ) -> Vec<(usize, usize, usize)> {
        let sorted: Vec<Vec<u64>> = sets.iter().map(|set| set.iter().copied().collect()).collect();
        let sets: Vec<&[u64]> = sorted.iter().map(Vec::as_slice).collect();
        let mut found = Vec::new();
        pairs(&sets, most, min, permille, |pair| {
            if pair.reaches(permille) {
                found.push((pair.a, pair.b, pair.common));
            }
        });
        found
    }

    proptest! {
        /// Sets drawn from few values, and near copies of one set, at any threshold.
        #[test]
        fn what_is_filtered_is_what_all_pairs_give(
            drawn in vec(btree_set(0..40_u64, 0..30), 0..12),
            model in btree_set(0..60_u64, 0..40),
            changes in vec(btree_set(0..60_u64, 0..5), 0..6),
            most in 1..20_usize,
            min in 0..12_usize,
            permille in 1..=1000_u32,
        ) {
            let copies = changes.iter().map(|change| model.symmetric_difference(change).copied().collect());
            let sets: Vec<BTreeSet<u64>> = drawn.into_iter().chain(copies).collect();
            prop_assert_eq!(filtered(&sets, most, min, permille), plainly(&sets, most, min, permille));
            prop_assert_eq!(filtered(&sets, most, min, 800), plainly(&sets, most, min, 800));
        }
    }

    #[test]
    fn likeness_at_the_very_threshold_counts() {
        let a: BTreeSet<u64> = (0..9).collect();
        let b: BTreeSet<u64> = (1..10).collect();
        // 8 of 10.
        assert_eq!(filtered(&[a.clone(), b.clone()], 2, 9, 800), [(0, 1, 8)]);
        assert_eq!(filtered(&[a, b], 2, 9, 801), []);
    }

    #[test]
    fn likeness_is_rounded_down_to_thousandths() {
        let pair = Alike { a: 0, b: 1, common: 2, all: 3 };
        assert_eq!(pair.permille(), 666);
        assert!(pair.reaches(666) && !pair.reaches(667));
    }
}
