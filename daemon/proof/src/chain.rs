//! A record of heads, checked line by line: everything that is wrong with it, and where.
//!
//! *Invariants.* A line is believed only if the key has signed it; it must follow the line before it in number, hash, size, commit and
//! time. Whatever is found, the next lines are still looked at, so that one edit is one fault and not the end.

use crate::head::SignedHead;
use crate::key::PublicKey;
use serde::Serialize;

/// What is wrong with a line of a record of heads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum HeadFaultKind {
    /// It is no head.
    #[error("is not a signed head")]
    NotAHead,
    /// It names another origin, or another key signed it.
    #[error("was signed with another key")]
    OtherKey,
    /// Its origin is ours, but the signature does not fit what it says.
    #[error("was changed: its signature does not fit what it says")]
    #[serde(rename = "head_changed")]
    Changed,
    /// Its number does not follow.
    #[error(
        "does not follow the line before it: heads between them were removed, or lines were put in or moved"
    )]
    #[serde(rename = "head_number")]
    Number,
    /// The line before it is not the one that it was signed after.
    #[error(
        "was signed after another line than the one that stands before it: that one was changed, or replaced"
    )]
    #[serde(rename = "head_previous")]
    Previous,
    /// It says less than the head before: fewer entries, an earlier commit, an earlier time.
    #[error("goes back: it has fewer entries, an earlier commit or an earlier time than the head before it")]
    #[serde(rename = "head_goes_back")]
    GoesBack,
    /// Two heads of the same size with different roots.
    #[error("has another root than the head before it, for the same number of entries")]
    TwoRoots,
}

/// A fault and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadFault {
    /// The line in the record, from 1.
    pub line: usize,
    /// The number that the head gives itself, if it can be read.
    pub number: Option<u64>,
    /// What is wrong.
    pub kind: HeadFaultKind,
}

/// A record of heads, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The heads that the key has signed, in the order of the record.
    pub heads: Vec<SignedHead>,
    /// All that is wrong.
    pub faults: Vec<HeadFault>,
}

impl Chain {
    /// Checks a record that is whole from its first head on: one head a line. What follows the last line feed is a line that was
    /// being written when the machine stopped, and does not count.
    pub fn of_record(text: &[u8], key: &PublicKey) -> Chain {
        let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let mut chain = Chain::default();
        let mut before = Before::default();
        let hash = |line| key.algorithm().line_hash(line);
        for (at, line) in text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
            let line = &line[..line.len() - 1];
            let Some(head) = chain.believe(at + 1, line, key) else {
                before = Before { hash: hash(line), number: before.number + 1, ..before };
                continue;
            };
            for kind in before.faults_of(&head) {
                chain.faults.push(HeadFault { line: at + 1, number: Some(head.number), kind });
            }
            before = Before { hash: hash(line), number: head.number, head: Some(head.clone()) };
            chain.heads.push(head);
        }
        chain
    }

    /// Checks heads that were kept elsewhere, one a line, as many as there are, in any order; empty lines do not count.
    pub fn of_copies(text: &[u8], key: &PublicKey) -> Chain {
        let mut chain = Chain::default();
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if !line.is_empty() {
                let head = chain.believe(at + 1, line, key);
                chain.heads.extend(head);
            }
        }
        chain
    }

    /// The head of a line, if the key has signed it; otherwise notes why not.
    fn believe(&mut self, line: usize, text: &[u8], key: &PublicKey) -> Option<SignedHead> {
        let Ok(head) = serde_json::from_slice::<SignedHead>(text) else {
            self.faults.push(HeadFault { line, number: None, kind: HeadFaultKind::NotAHead });
            return None;
        };
        if head.is_signed_by(key) {
            return Some(head);
        }
        let ours = head.origin == key.origin();
        let kind = if ours { HeadFaultKind::Changed } else { HeadFaultKind::OtherKey };
        self.faults.push(HeadFault { line, number: Some(head.number), kind });
        None
    }
}

/// What the next line must follow.
#[derive(Default)]
struct Before {
    hash: String,
    number: u64,
    /// The last head that was believed.
    head: Option<SignedHead>,
}

impl Before {
    fn faults_of(&self, head: &SignedHead) -> Vec<HeadFaultKind> {
        let mut faults = Vec::new();
        if head.number != self.number + 1 {
            faults.push(HeadFaultKind::Number);
        } else if head.previous != self.hash {
            faults.push(HeadFaultKind::Previous);
        }
        if let Some(before) = &self.head {
            let back =
                head.size < before.size || head.commit < before.commit || head.time_us < before.time_us;
            if back {
                faults.push(HeadFaultKind::GoesBack);
            } else if head.size == before.size && head.root != before.root {
                faults.push(HeadFaultKind::TwoRoots);
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::algorithm::Algorithm;
    use crate::head::Claim;
    use crate::key::HeadKey;

    const COUNT: u64 = 8;

    fn key(algorithm: Algorithm, byte: u8) -> HeadKey {
        HeadKey::from_bytes(algorithm, &[byte; 32]).unwrap()
    }

    /// A record of heads over a journal that grows by ten a day.
    fn record(key: &HeadKey) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for number in 1..=COUNT {
            let root = key.algorithm().leaf_hash(&number.to_be_bytes());
            let claim = Claim { size: 10 * number, root, commit: number, time_us: number as i64 };
            let previous =
                lines.last().map_or(String::new(), |line| key.algorithm().line_hash(line.as_bytes()));
            let head = SignedHead::sign(claim, number, previous, key);
            lines.push(serde_json::to_string(&head).unwrap());
        }
        lines
    }

    fn faults(key: &HeadKey, lines: &[String]) -> Vec<(usize, HeadFaultKind)> {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let chain = Chain::of_record(text.as_bytes(), &key.public());
        chain.faults.iter().map(|fault| (fault.line, fault.kind)).collect()
    }

    #[test]
    fn a_whole_record_has_no_faults_and_half_a_line_at_its_end_does_not_count() {
        for key in Algorithm::ALL.map(|algorithm| key(algorithm, 1)) {
            let lines = record(&key);
            assert_eq!(faults(&key, &lines), []);
            let text = lines.join("\n") + "\n{\"algorithm\":";
            let chain = Chain::of_record(text.as_bytes(), &key.public());
            assert_eq!((chain.heads.len() as u64, chain.faults), (COUNT, vec![]));
            assert_eq!(faults(&key, &[]), []);
        }
    }

    #[test]
    fn every_edit_of_every_line_is_found_where_it_is() {
        use HeadFaultKind::{Changed, NotAHead, Number, OtherKey, Previous};
        for (algorithm, at) in
            Algorithm::ALL.into_iter().flat_map(|of| (0..COUNT as usize).map(move |at| (of, at)))
        {
            let (ours, others) = (key(algorithm, 1), key(algorithm, 2));
            let whole = record(&ours);
            let faults = |lines: &[String]| faults(&ours, lines);
            let last = at + 1 == whole.len();
            let next = |kind| if last { vec![] } else { vec![(at + 2, kind)] };
            let mut edited = whole.clone();
            edited[at] = edited[at].replacen("\"size\":", "\"size\":1", 1);
            assert_eq!(faults(&edited), [vec![(at + 1, Changed)], next(Previous)].concat(), "edit {at}");
            let other_algorithm = Algorithm::ALL.into_iter().find(|other| *other != algorithm).unwrap();
            edited[at] = whole[at].replacen(algorithm.name(), other_algorithm.name(), 1);
            assert_eq!(faults(&edited), [vec![(at + 1, Changed)], next(Previous)].concat(), "algorithm {at}");
            edited[at] = "{}".to_owned();
            assert_eq!(faults(&edited), [vec![(at + 1, NotAHead)], next(Previous)].concat(), "no head {at}");
            edited[at] = record(&others)[at].clone();
            let other_key = [vec![(at + 1, OtherKey)], next(Previous)].concat();
            assert_eq!(faults(&edited), other_key, "other key {at}");
            edited[at] = record(&key(other_algorithm, 1))[at].clone();
            assert_eq!(faults(&edited), other_key, "a key of the other algorithm {at}");
            let mut removed = whole.clone();
            removed.remove(at);
            let expected = if last { vec![] } else { vec![(at + 1, Number)] };
            assert_eq!(faults(&removed), expected, "removed {at}");
            let mut respaced = whole.clone();
            respaced[at] = respaced[at].replacen(':', ": ", 1);
            assert_eq!(faults(&respaced), next(Previous), "only the line's bytes differ {at}");
        }
    }

    #[test]
    fn a_head_signed_anew_by_our_own_key_may_not_say_less() {
        use HeadFaultKind::{GoesBack, TwoRoots};
        for key in Algorithm::ALL.map(|algorithm| key(algorithm, 1)) {
            let lines = record(&key);
            let before: SignedHead = serde_json::from_str(&lines[7]).unwrap();
            let SignedHead { size, root, commit, time_us, .. } = before;
            let same = Claim { size, root, commit, time_us };
            for (claim, kind) in [
                (Claim { size: 79, ..same }, GoesBack),
                (Claim { commit: 7, ..same }, GoesBack),
                (Claim { time_us: 7, ..same }, GoesBack),
                (Claim { root: key.algorithm().leaf_hash(b"other"), ..same }, TwoRoots),
            ] {
                let previous = key.algorithm().line_hash(lines[7].as_bytes());
                let head = SignedHead::sign(claim, 9, previous, &key);
                let more = [lines.clone(), vec![serde_json::to_string(&head).unwrap()]].concat();
                assert_eq!(faults(&key, &more), [(9, kind)]);
            }
        }
    }

    #[test]
    fn copies_may_be_some_of_the_heads_in_any_order() {
        for algorithm in Algorithm::ALL {
            let lines = record(&key(algorithm, 1));
            let text = format!("{}\n\n  {}\n{}", lines[5], lines[2], record(&key(algorithm, 2))[3]);
            let chain = Chain::of_copies(text.as_bytes(), &key(algorithm, 1).public());
            assert_eq!(chain.heads.iter().map(|head| head.number).collect::<Vec<_>>(), [6, 3]);
            let fault = HeadFault { line: 4, number: Some(4), kind: HeadFaultKind::OtherKey };
            assert_eq!(chain.faults, [fault]);
        }
    }
}
