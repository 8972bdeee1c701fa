//! An index from names to numbers, made for few misses of the processor's caches.
//!
//! At a million bids the tables of names are far larger than any cache, and looking names up is what taking in costs. So
//! a slot holds a part of the hash beside the number: a name is read only if it is nearly certainly the right one, and
//! never to grow the table. Slots are in the order of hashes, so growing reads and writes them one after another; and
//! as a name's home is a fraction of the table, the table may grow by less than to its double.
//!
//! *Invariants.* Numbers are not 0: that is a free slot. At least a fifth of the slots is free.

/// A part of a name's hash.
pub type Tag = u32;

#[derive(Clone, Copy, Default)]
struct Slot {
    tag: Tag,
    number: u32,
}

/// The index; whoever holds the names says which number is whose.
#[derive(Default)]
pub struct Index {
    slots: Vec<Slot>,
    held: usize,
}

/// Slots of the smallest table.
const SLOTS_MIN: usize = 64;

impl Index {
    /// Where the search for a tag begins.
    fn home(&self, tag: Tag) -> usize {
        ((u64::from(tag) * self.slots.len() as u64) >> Tag::BITS) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() { 0 } else { at + 1 }
    }

    /// The number under this tag that `is` the one; [`first`](Index::first) comes first.
    pub fn find(&self, tag: Tag, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let mut at = self.home(tag);
        while self.slots[at].number != 0 {
            let slot = self.slots[at];
            if slot.tag == tag && is(slot.number) {
                return Some(slot.number);
            }
            at = self.next(at);
        }
        None
    }

    /// The first number under this tag: nearly always the only one. 0 if there is none.
    pub fn first(&self, tag: Tag) -> u32 {
        self.find(tag, |_| true).unwrap_or(0)
    }

    /// Puts in a number that is not there yet.
    pub fn insert(&mut self, tag: Tag, number: u32) {
        if (self.held + 1) * 5 > self.slots.len() * 4 {
            self.grow();
        }
        self.put(Slot { tag, number });
        self.held += 1;
    }

    fn put(&mut self, slot: Slot) {
        let mut at = self.home(slot.tag);
        while self.slots[at].number != 0 {
            at = self.next(at);
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) {
        let larger = (self.slots.len() + self.slots.len() / 2).max(SLOTS_MIN);
        let before = std::mem::replace(&mut self.slots, vec![Slot::default(); larger]);
        before.into_iter().filter(|slot| slot.number != 0).for_each(|slot| self.put(slot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        /// Few tags, so that many meet, at both ends of the table.
        #[test]
        fn whatever_was_put_in_is_found_again_and_nothing_else(
            tags in vec(prop_oneof![0..4_u32, u32::MAX - 3..=u32::MAX, any::<u32>()], 0..400),
        ) {
            let mut index = Index::default();
            for (tag, number) in tags.iter().zip(1..) {
                prop_assert_eq!(index.find(*tag, |n| n == number), None);
                index.insert(*tag, number);
            }
            for (tag, number) in tags.iter().zip(1..) {
                prop_assert_eq!(index.find(*tag, |n| n == number), Some(number));
                prop_assert_eq!(tags[index.first(*tag) as usize - 1], *tag);
            }
        }
    }
}
