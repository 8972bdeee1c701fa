//! Does nothing leave the quarantine but by a decision, and is it found by what was decided?

use super::super::{Decided, Decision, Filter, NewQuarantined, ReasonCount, State};
use super::quarantine::{broken, malformed, reason};
use super::{KEY, NOW, event, events, open, quarantined};
use xiezhi_dataflows::event::QuarantineDecision;

const RESUBMITTED: QuarantineDecision = QuarantineDecision::Resubmitted;
const DISMISSED: QuarantineDecision = QuarantineDecision::Dismissed;

fn decided(qid: u64, decision: QuarantineDecision, event: usize) -> Decided {
    Decided { qid, decision, event }
}

fn conflict() -> NewQuarantined {
    NewQuarantined { reasons: vec![reason("conflict")], ..malformed("c") }
}

#[test]
fn a_decision_stands_beside_the_entry_and_the_first_counts() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..2), &[malformed("x"), broken("{"), conflict()]).unwrap();
    let first = [decided(2, DISMISSED, 1), decided(99, DISMISSED, 0)];
    journal.append_deciding(2, NOW + 1, &events(2..4), &[], &first).unwrap();
    journal.append_deciding(3, NOW + 2, &events(4..5), &[], &[decided(2, RESUBMITTED, 0)]).unwrap();
    drop(journal);
    let journal = open(dir.path());
    let made = Decision { decision: DISMISSED, at: NOW + 1, seq: 4 };
    let decisions: Vec<_> = quarantined(&journal).into_iter().map(|entry| entry.decision).collect();
    assert_eq!(decisions, [None, Some(made), None]);
    let count = |code: &str, state| ReasonCount { code: code.into(), state, entries: 1, received: 1 };
    let counts = [
        count("conflict", State::Open),
        count("malformed", State::Open),
        count("not_json", State::Decided(DISMISSED)),
    ];
    assert_eq!(journal.store.quarantine_counts().unwrap(), counts);
}

#[test]
fn entries_are_found_by_each_of_their_sides() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let redis = NewQuarantined { origin: "redis".into(), ..broken("[") };
    journal.append(1, NOW, &events(0..1), &[malformed("x"), broken("{")]).unwrap();
    journal.append_deciding(2, NOW + 10, &[event(1)], &[redis], &[decided(1, RESUBMITTED, 0)]).unwrap();
    journal.append(3, NOW + 20, &[], &[broken("{")]).unwrap();
    let found = |filter: Filter| {
        let found = journal.store.quarantine(&filter, 0, 10).unwrap();
        found.into_iter().map(|entry| entry.qid).collect::<Vec<_>>()
    };
    let all = Filter::default;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found(all()), [1, 2, 3]);
    assert_eq!(found(Filter { reason: text("not_json"), ..all() }), [2, 3]);
    assert_eq!(found(Filter { reason: text("also"), ..all() }), [0; 0], "the leading reason");
    assert_eq!(found(Filter { origin: text("redis"), ..all() }), [3]);
    assert_eq!(found(Filter { source: text("/a"), ..all() }), [1]);
    assert_eq!(found(Filter { id: text("x"), ..all() }), [1]);
    assert_eq!(found(Filter { kind: text("bid.opened"), ..all() }), [1]);
    assert_eq!(found(Filter { state: Some(State::Open), ..all() }), [2, 3]);
    assert_eq!(found(Filter { state: Some(State::Decided(RESUBMITTED)), ..all() }), [1]);
    assert_eq!(found(Filter { state: Some(State::Decided(DISMISSED)), ..all() }), [0; 0]);
    assert_eq!(found(Filter { from: Some(NOW + 10), ..all() }), [2, 3], "the second came again");
    assert_eq!(found(Filter { until: Some(NOW + 10), ..all() }), [1, 2], "the second came first before");
    let both = Filter { reason: text("not_json"), origin: text("redis"), ..all() };
    assert_eq!(found(both), [3]);
}

#[test]
fn contents_are_forgotten_after_a_decision_and_never_without() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..1), &[malformed("x"), broken("{"), broken("["), conflict()]).unwrap();
    let all = [decided(1, DISMISSED, 0), decided(2, DISMISSED, 0), decided(4, DISMISSED, 0)];
    journal.append_deciding(2, NOW, &events(1..2), &[], &all).unwrap();
    let before = quarantined(&journal);
    assert_eq!(journal.forget_decided(NOW).unwrap(), 0, "not before their time");
    assert_eq!(quarantined(&journal), before);
    assert_eq!(journal.forget_decided(NOW + 1).unwrap(), 2);
    assert_eq!(journal.forget_decided(NOW + 1).unwrap(), 0, "once");
    let after = quarantined(&journal);
    let kept = |entry: &super::Quarantined| (entry.body.is_some(), entry.sealed);
    assert_eq!(
        after.iter().map(kept).collect::<Vec<_>>(),
        [(false, false), (false, false), (false, true), (true, false)],
        "what nobody decided on and what tells an event's versions apart stays"
    );
    assert_eq!(after[0].reasons, before[0].reasons);
    assert_eq!(after[0].decision, before[0].decision);
    assert_eq!(journal.store.unseal(&KEY, 2).unwrap(), None);
    journal.append(3, NOW, &[], &[broken("{")]).unwrap();
    assert_eq!(quarantined(&journal).len(), 4, "the same again is the same entry still");
}
