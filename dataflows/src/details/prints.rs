//! Fingerprints of a section's files, and how many any two files have in common: DOC-01.
//!
//! Comparing hundreds of files of thousands of fingerprints anew at each change took a fifth of a second. Here what two
//! files share is counted once and kept: a change costs one pass over the fingerprints, and for those of the file that
//! changed a step for each other file that holds them. Sorted lists take 12 bytes for each fingerprint of a file, the
//! counts four bytes for each pair of files: 0.7 MB in the largest sections known.
//!
//! A fingerprint *counts* if it is not the tender document's and not more than so many files hold it. When one begins or
//! ceases to count, all pairs among its holders change. Those that do so together and have the same holders (a form
//! that half of the bidders fill in) are counted together.
//!
//! *Invariants.* `counting` and `common` are what a count of all fingerprints would give: a function of the files, the
//! tender document and the limit, and of nothing before.

use crate::symbols::Symbol;
use std::collections::{BTreeMap, BTreeSet};

/// The place of a bidder's files in the tables. A bidder keeps it while the section is there.
pub type Place = u32;

/// The tender document's place: after all others, so that it is a fingerprint's last holder.
const TENDER: Place = Place::MAX;

/// The fingerprints of one section.
#[derive(Debug, Default)]
pub struct Prints {
    places: BTreeMap<Symbol, Place>,
    /// Fingerprints, as often as somebody holds them, sorted, and who holds each; those of one sorted too.
    held: Vec<u64>,
    holders: Vec<Place>,
    /// How many files may hold a fingerprint that counts.
    most: usize,
    /// How many fingerprints of each file count.
    counting: Vec<u32>,
    /// How many that count any two files share; see [`pair`].
    common: Vec<u32>,
}

/// Two files, and what they have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alike {
    /// How many fingerprints both hold.
    pub common: u64,
    /// How many either holds.
    pub all: u64,
}

impl Alike {
    /// Whether the likeness is at least so much, in thousandths.
    pub fn reaches(&self, permille: u32) -> bool {
        self.common * 1000 >= u64::from(permille) * self.all
    }

    /// The likeness in whole thousandths, rounded down.
    pub fn permille(&self) -> u32 {
        (self.common * 1000).checked_div(self.all).unwrap_or(0) as u32
    }
}

/// Where what two places share is counted: half a square, without its diagonal.
fn pair(a: Place, b: Place) -> usize {
    let (small, large) = (a.min(b) as usize, a.max(b) as usize);
    large * (large.saturating_sub(1)) / 2 + small
}

/// The holders of a fingerprint, if it counts.
fn counting(holders: &[Place], most: usize) -> &[Place] {
    let tenders = holders.last() == Some(&TENDER);
    if tenders || holders.len() > most { &[] } else { holders }
}

impl Prints {
    /// The place of a bidder's files, if there are any.
    pub fn file(&self, bidder: Symbol) -> Option<Place> {
        self.places.get(&bidder).copied()
    }

    /// How many fingerprints of a file count.
    pub fn counting(&self, file: Place) -> usize {
        self.counting[file as usize] as usize
    }

    /// What two files have in common.
    pub fn alike(&self, a: Place, b: Place) -> Alike {
        let common = u64::from(self.common[pair(a, b)]);
        let both = [a, b].map(|place| u64::from(self.counting[place as usize]));
        Alike { common, all: both[0] + both[1] - common }
    }

    /// Puts other fingerprints in the place of some files' ([`Symbol::NONE`]: the tender document's), of which from now
    /// on those count that at most `most` files hold.
    pub fn change(&mut self, files: &BTreeMap<Symbol, BTreeSet<u64>>, most: usize) {
        let mut coming: Vec<(u64, Place)> = Vec::new();
        let mut changed: BTreeSet<Place> = BTreeSet::new();
        // Who never showed a file needs no place in the tables.
        let known = |(bidder, prints): &(&Symbol, &BTreeSet<u64>)| {
            !prints.is_empty() || !bidder.is_some() || self.places.contains_key(*bidder)
        };
        let files: Vec<_> = files.iter().filter(known).collect();
        for (bidder, prints) in files {
            let place = self.place(*bidder);
            changed.insert(place);
            coming.extend(prints.iter().map(|print| (*print, place)));
        }
        if changed.is_empty() && most == self.most {
            return;
        }
        coming.sort_unstable();
        self.pass(&coming, &changed, most);
    }

    fn place(&mut self, bidder: Symbol) -> Place {
        if !bidder.is_some() {
            return TENDER;
        }
        let next = self.counting.len() as Place;
        let place = *self.places.entry(bidder).or_insert(next);
        if place == next {
            self.counting.push(0);
            self.common.resize(pair(0, next + 1), 0);
        }
        place
    }

    /// One pass over all fingerprints: those that `changed` held go, those that are `coming` come.
    fn pass(&mut self, coming: &[(u64, Place)], changed: &BTreeSet<Place>, most: usize) {
        let (held, holders) = (std::mem::take(&mut self.held), std::mem::take(&mut self.holders));
        let before_most = std::mem::replace(&mut self.most, most);
        let changes = |place: &Place| changed.contains(place);
        self.held.reserve_exact(held.len() + coming.len());
        self.holders.reserve_exact(held.len() + coming.len());
        // Which holders begin or cease to count together, and for how many fingerprints.
        let mut together: BTreeMap<Vec<Place>, i32> = BTreeMap::new();
        let (mut at, mut next, mut after) = (0, 0, Vec::new());
        while at < held.len() || next < coming.len() {
            let print = match (held.get(at), coming.get(next)) {
                (Some(held), Some((coming, _))) => *held.min(coming),
                (Some(print), None) | (None, Some((print, _))) => *print,
                (None, None) => break,
            };
            let from = at;
            at += held[from..].iter().take_while(|held| **held == print).count();
            let before = &holders[from..at];
            let new = coming[next..].iter().take_while(|(coming, _)| *coming == print).count();
            after.clear();
            after.extend(before.iter().filter(|place| !changes(place)));
            after.extend(coming[next..next + new].iter().map(|(_, place)| *place));
            if new > 0 {
                after.sort_unstable();
                next += new;
            }
            self.held.extend(after.iter().map(|_| print));
            self.holders.extend_from_slice(&after);
            let (before, after) = (counting(before, before_most), counting(&after, most));
            match (before, after) {
                (before, after) if before == after => {}
                ([], all) => *together.entry(all.to_vec()).or_default() += 1,
                (all, []) => *together.entry(all.to_vec()).or_default() -= 1,
                (before, after) => self.count(before, after),
            }
        }
        for (holders, times) in together {
            self.count_all(&holders, times);
        }
        self.held.shrink_to_fit();
        self.holders.shrink_to_fit();
    }

    /// A fingerprint that still counts has other holders.
    fn count(&mut self, before: &[Place], after: &[Place]) {
        let only = |ours: &[Place], theirs: &[Place]| -> Vec<Place> {
            ours.iter().filter(|place| theirs.binary_search(place).is_err()).copied().collect()
        };
        let (gone, new) = (only(before, after), only(after, before));
        let stay = only(before, &gone);
        for (places, times) in [(&gone, -1), (&new, 1)] {
            self.count_all(places, times);
            for (place, other) in places.iter().flat_map(|p| stay.iter().map(move |other| (*p, *other))) {
                add(&mut self.common[pair(place, other)], times);
            }
        }
    }

    /// So many fingerprints more count, and these hold them.
    fn count_all(&mut self, holders: &[Place], times: i32) {
        for (at, place) in holders.iter().enumerate() {
            add(&mut self.counting[*place as usize], times);
            for other in &holders[..at] {
                add(&mut self.common[pair(*place, *other)], times);
            }
        }
    }
}

fn add(count: &mut u32, times: i32) {
    *count = count.wrapping_add_signed(times);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::prelude::*;

    type Files = BTreeMap<Symbol, BTreeSet<u64>>;

    /// What counts of each file, by the definition.
    fn plainly(files: &Files, most: usize) -> Files {
        let tender = files.get(&Symbol::NONE).cloned().unwrap_or_default();
        let bids = || files.iter().filter(|(bidder, _)| bidder.is_some());
        let held = |print: &u64| bids().filter(|(_, prints)| prints.contains(print)).count();
        let counts = |print: &u64| !tender.contains(print) && held(print) <= most;
        let kept = |prints: &BTreeSet<u64>| prints.iter().copied().filter(|print| counts(print)).collect();
        bids().map(|(bidder, prints)| (*bidder, kept(prints))).collect()
    }

    proptest! {
        /// Files that come, change and go, several at once, the tender document among them, under limits that move.
        #[test]
        fn what_is_kept_up_is_what_a_count_of_all_gives(
            steps in vec((btree_map(0..7_u32, btree_set(0..25_u64, 0..20), 0..4), 0..8_usize), 1..12),
        ) {
            let (mut kept, mut files) = (Prints::default(), Files::new());
            for (change, most) in steps {
                let change: Files = change.into_iter().map(|(bidder, prints)| (Symbol(bidder), prints)).collect();
                kept.change(&change, most);
                files.extend(change);
                let counting = plainly(&files, most);
                let place = |bidder: &Symbol| kept.file(*bidder).expect("it showed files");
                let shown = |bidder: &Symbol| kept.file(*bidder).is_some();
                prop_assert!(counting.iter().all(|(bidder, prints)| prints.is_empty() || shown(bidder)));
                let counting: Files = counting.into_iter().filter(|(bidder, _)| shown(bidder)).collect();
                for (a, of_a) in &counting {
                    prop_assert_eq!(kept.counting(place(a)), of_a.len());
                    for (b, of_b) in counting.iter().filter(|(b, _)| *b != a) {
                        let common = of_a.intersection(of_b).count() as u64;
                        let all = of_a.union(of_b).count() as u64;
                        prop_assert_eq!(kept.alike(place(a), place(b)), Alike { common, all });
                    }
                }
            }
        }
    }

    #[test]
    fn likeness_is_rounded_down_to_thousandths() {
        let alike = Alike { common: 2, all: 3 };
        assert_eq!(alike.permille(), 666);
        assert!(alike.reaches(666) && !alike.reaches(667));
        assert_eq!(Alike { common: 0, all: 0 }.permille(), 0);
    }
}
