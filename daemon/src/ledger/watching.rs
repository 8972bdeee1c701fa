//! What became of an entry of the watch-list, and why.
//!
//! *Invariant.* A change is a function of the entry before and after. Of an entry with more causes than are written out
//! only those are compared, and the reason says so; a cause is named only if it is sure that it came or went.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use xiezhi_dataflows::event::CreditKind;
use xiezhi_dataflows::watch::{Rendered as Entry, RenderedCause as Cause};

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WatchChangeKind {
    /// Came onto the list.
    Entered,
    /// To a graver level.
    Raised,
    /// To a lesser level.
    Lowered,
    /// Other causes or points on the same level.
    Changed,
    /// Its last cause went.
    Left,
}

impl WatchChangeKind {
    /// All of them.
    pub const ALL: [WatchChangeKind; 5] = [
        WatchChangeKind::Entered,
        WatchChangeKind::Raised,
        WatchChangeKind::Lowered,
        WatchChangeKind::Changed,
        WatchChangeKind::Left,
    ];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            WatchChangeKind::Entered => "entered",
            WatchChangeKind::Raised => "raised",
            WatchChangeKind::Lowered => "lowered",
            WatchChangeKind::Changed => "changed",
            WatchChangeKind::Left => "left",
        }
    }
}

/// Why: which causes came, went, or weigh otherwise than before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Causes that came.
    pub came: Vec<Cause>,
    /// Causes that went, as they were.
    pub went: Vec<Cause>,
    /// Causes that weigh otherwise than before, as they are now.
    pub reweighed: Vec<Cause>,
    /// Whether there were more causes than are written out, and only the gravest were compared.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
}

/// One change of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchChange {
    /// Its number, from 1 without gaps.
    pub seq: u64,
    /// Whose entry.
    pub party: String,
    /// The entry before.
    pub before: Option<Entry>,
    /// The entry now.
    pub after: Option<Entry>,
    /// Why.
    pub reason: Reason,
}

impl WatchChange {
    /// The change from one to the other; none if there is no difference.
    pub fn between(
        seq: u64,
        party: String,
        before: Option<Entry>,
        after: Option<Entry>,
    ) -> Option<WatchChange> {
        let reason = Reason::between(before.as_ref(), after.as_ref());
        (before != after).then_some(WatchChange { seq, party, before, after, reason })
    }

    /// What became of the entry.
    pub fn kind(&self) -> WatchChangeKind {
        match (&self.before, &self.after) {
            (None, _) => WatchChangeKind::Entered,
            (_, None) => WatchChangeKind::Left,
            (Some(before), Some(after)) => match after.level.cmp(&before.level) {
                Ordering::Greater => WatchChangeKind::Raised,
                Ordering::Less => WatchChangeKind::Lowered,
                Ordering::Equal => WatchChangeKind::Changed,
            },
        }
    }
}

impl Reason {
    fn between(before: Option<&Entry>, after: Option<&Entry>) -> Reason {
        let absent =
            |cause: &Cause, from: Option<&Entry>| from.is_none_or(|entry| surely_without(entry, cause));
        let only = |of: Option<&Entry>, not_in: Option<&Entry>| -> Vec<Cause> {
            let causes = of.map_or(&[][..], |entry| &entry.causes).iter();
            causes.filter(|cause| absent(cause, not_in)).cloned().collect()
        };
        let was = |cause: &&Cause| {
            let before = before.and_then(|entry| entry.causes.iter().find(|c| is_same(c, cause)));
            before.is_some_and(|before| before != *cause)
        };
        let is_cut =
            |entry: Option<&Entry>| entry.is_some_and(|entry| entry.causes.len() < entry.causes_total);
        Reason {
            came: only(after, before),
            went: only(before, after),
            reweighed: after.map_or(Vec::new(), |entry| entry.causes.iter().filter(was).cloned().collect()),
            partial: is_cut(before) || is_cut(after),
        }
    }
}

/// Whether an entry certainly does not have a cause: it is not among those written out, and would be if it were there.
fn surely_without(entry: &Entry, cause: &Cause) -> bool {
    let written = entry.causes.iter().any(|c| is_same(c, cause));
    let whole = entry.causes.len() >= entry.causes_total;
    let graver = || entry.causes.last().is_some_and(|last| weight(cause) > weight(last));
    !written && (whole || graver())
}

/// Whether it is the same cause, however it weighs.
fn is_same(one: &Cause, other: &Cause) -> bool {
    match (one, other) {
        (Cause::Listed { entry: a, event: x, .. }, Cause::Listed { entry: b, event: y, .. }) => {
            a == b && x == y
        }
        (
            Cause::History { rule: a, section: x, key: k, .. },
            Cause::History { rule: b, section: y, key: l, .. },
        ) => a == b && x == y && k == l,
        (Cause::KeyProject { section: a, event: x }, Cause::KeyProject { section: b, event: y }) => {
            a == b && x == y
        }
        _ => false,
    }
}

/// What causes are sorted by where only the gravest are written out: half points, or above them all.
fn weight(cause: &Cause) -> u32 {
    match cause {
        Cause::Listed { kind, .. } if kind == CreditKind::Blacklist.as_str() => u32::MAX,
        Cause::Listed { .. } => u32::MAX - 1,
        Cause::History { points, .. } => {
            let (whole, half) = points.split_once('.').map_or((points.as_str(), 0), |(whole, _)| (whole, 1));
            whole.parse::<u32>().map_or(0, |whole| whole.saturating_mul(2) + half)
        }
        Cause::KeyProject { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xiezhi_dataflows::watch::{CAUSES_SHOWN, Level};

    fn history(key: usize, points: &str) -> Cause {
        Cause::History {
            points: points.to_owned(),
            rule: "DEV-03".to_owned(),
            section: Some("E1".to_owned()),
            key: format!("{key:03}"),
            severity: "S".to_owned(),
        }
    }

    fn entry(level: Level, causes: Vec<Cause>) -> Entry {
        let causes_total = causes.len();
        let causes = causes.into_iter().take(CAUSES_SHOWN).collect();
        let (party, kind) = ("A".to_owned(), "organisation".to_owned());
        Entry { party, kind, level, points: String::new(), causes_total, causes }
    }

    fn change(before: Option<Entry>, after: Option<Entry>) -> WatchChange {
        WatchChange::between(1, "A".to_owned(), before, after).expect("a change")
    }

    #[test]
    fn a_change_says_which_causes_came_went_and_weigh_otherwise() {
        let before = entry(Level::Yellow, vec![history(1, "20"), history(2, "2.5")]);
        let after = entry(Level::Orange, vec![history(3, "40"), history(1, "10")]);
        let raised = change(Some(before.clone()), Some(after.clone()));
        assert_eq!(raised.kind(), WatchChangeKind::Raised);
        assert_eq!(raised.reason.came, [history(3, "40")]);
        assert_eq!(raised.reason.went, [history(2, "2.5")]);
        assert_eq!(raised.reason.reweighed, [history(1, "10")]);
        assert_eq!(change(Some(after), Some(before.clone())).kind(), WatchChangeKind::Lowered);
        let left = change(Some(before.clone()), None);
        assert_eq!((left.kind(), left.reason.went.len()), (WatchChangeKind::Left, 2));
        let entered = change(None, Some(before.clone()));
        assert_eq!((entered.kind(), entered.reason.came.len()), (WatchChangeKind::Entered, 2));
        assert_eq!(WatchChange::between(1, "A".to_owned(), Some(before.clone()), Some(before)), None);
    }

    #[test]
    fn what_was_only_pushed_out_of_sight_has_not_gone() {
        let many = |from: usize, more: Vec<Cause>| {
            let rest = (from..CAUSES_SHOWN + 5).map(|key| history(key, "5"));
            entry(Level::Red, more.into_iter().chain(rest).collect())
        };
        let one_more = change(Some(many(0, vec![])), Some(many(0, vec![history(900, "40")])));
        assert_eq!((one_more.kind(), one_more.reason.partial), (WatchChangeKind::Changed, true));
        assert_eq!((one_more.reason.came.len(), one_more.reason.went.len()), (1, 0));
        let back = change(one_more.after, one_more.before);
        assert_eq!((back.reason.came.len(), back.reason.went.len()), (0, 1));
    }
}
