//! A sorted multiset that nearly always holds one row: kept without an allocation, and in 16 bytes where the row takes
//! at most 12. There are millions of them.

use super::apply;
use crate::operators::Diff;
use thin_vec::ThinVec;

/// The rows of one key.
#[derive(Debug, Default)]
pub enum Few<T> {
    /// None.
    #[default]
    None,
    /// One.
    One(T),
    /// Two or more, or the same more than once; sorted, and exactly as long as it must be. Thin: a wider list would make every
    /// one of these wider.
    Many(ThinVec<T>),
}

impl<T: Clone + Ord> Few<T> {
    /// The rows, sorted.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Few::None => &[],
            Few::One(row) => std::slice::from_ref(row),
            Few::Many(rows) => rows,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        matches!(self, Few::None)
    }

    /// Takes a change in.
    pub fn change(&mut self, row: &T, diff: Diff) {
        match (&mut *self, diff) {
            (Few::None, 1) => *self = Few::One(row.clone()),
            (Few::One(held), -1) if held == row => *self = Few::None,
            (Few::Many(rows), _) => {
                rows.reserve_exact(diff.max(0).unsigned_abs());
                apply(rows, row, diff);
                if let [] | [_] = rows[..] {
                    *self = rows.pop().map_or(Few::None, Few::One);
                }
            }
            _ => {
                let mut rows = ThinVec::with_capacity(self.as_slice().len() + diff.max(0).unsigned_abs());
                rows.extend_from_slice(self.as_slice());
                apply(&mut rows, row, diff);
                *self = Few::Many(rows);
                if self.as_slice().is_empty() {
                    *self = Few::None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_holds_what_a_sorted_list_would(rows in vec((0..4_u32, 1..3_isize), 0..20)) {
            let (mut few, mut list) = (Few::default(), Vec::new());
            let come = rows.iter().copied();
            let go = rows.iter().rev().map(|(row, times)| (*row, -times));
            for (row, diff) in come.chain(go) {
                few.change(&row, diff);
                apply(&mut list, &row, diff);
                prop_assert_eq!(few.as_slice(), &list[..]);
                prop_assert_eq!(few.is_empty(), list.is_empty());
            }
        }
    }

    #[test]
    fn it_is_small() {
        assert_eq!(std::mem::size_of::<Few<[u32; 3]>>(), 16);
    }
}
