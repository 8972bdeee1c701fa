//! Is what was refused kept, counted, and unreadable to those whom it does not concern?

use super::super::{Filter, NewQuarantined, Reader, Reason, ReasonCount, State};
use super::{KEY, NOW, events, open, quarantined, refused};
use std::path::Path;

const IDENTITY: &str = "460100199001011234";

pub(super) fn reason(code: &str) -> Reason {
    Reason { code: code.into(), path: "data.bidder".into(), message: "is missing".into() }
}

pub(super) fn broken(raw: &str) -> NewQuarantined {
    NewQuarantined {
        origin: "http".into(),
        reasons: vec![reason("not_json")],
        source: None,
        id: None,
        kind: None,
        body: None,
        raw: raw.as_bytes().to_vec(),
    }
}

pub(super) fn malformed(id: &str) -> NewQuarantined {
    NewQuarantined {
        reasons: vec![reason("malformed"), reason("also")],
        source: Some("/a".into()),
        id: Some(id.into()),
        kind: Some("bid.opened".into()),
        body: Some(br#"{"scrubbed":true}"#.to_vec()),
        ..broken(&format!("{{{id} {IDENTITY}}}"))
    }
}

#[test]
fn entries_keep_what_is_needed_to_mend_and_resend() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..1), &[malformed("x"), broken("{")]).unwrap();
    drop(journal);
    let journal = open(dir.path());
    let list = quarantined(&journal);
    assert_eq!(list.iter().map(|entry| entry.qid).collect::<Vec<_>>(), [1, 2]);
    let (json, raw) = (&list[0], &list[1]);
    assert_eq!(json.reasons, malformed("x").reasons);
    assert_eq!(
        (&json.source, &json.id, &json.kind),
        (&malformed("x").source, &malformed("x").id, &malformed("x").kind)
    );
    assert_eq!((&json.body, json.sealed), (&malformed("x").body, false));
    assert_eq!((&raw.body, raw.sealed, raw.count, raw.received_at), (&None, true, 1, NOW));
    assert_eq!(raw.reasons, [reason("not_json")]);
    let all = Filter::default();
    assert_eq!(journal.store.quarantine(&all, 1, 10).unwrap(), list[1..]);
    assert_eq!(journal.store.quarantine(&all, 0, 1).unwrap(), list[..1]);
    assert!(journal.store.quarantine(&all, u64::MAX, usize::MAX).unwrap().is_empty());
    assert_eq!(journal.store.quarantined(2).unwrap().as_ref(), Some(&list[1]));
    assert_eq!(journal.store.quarantined(3).unwrap(), None);
}

#[test]
fn the_same_input_refused_again_for_the_same_reason_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let of_a_file = NewQuarantined { origin: "file".into(), ..broken("{") };
    journal.append(1, NOW, &[], &[broken("{"), broken("{"), broken("[")]).unwrap();
    journal.append(1, NOW + 5, &[], &[of_a_file]).unwrap();
    journal.append(1, NOW - 5, &[], &[broken("{")]).unwrap();
    let list = quarantined(&journal);
    assert_eq!(list.len(), 2);
    assert_eq!((list[0].count, list[0].received_at, list[0].last_received_at), (4, NOW, NOW + 5));
    assert_eq!(list[0].origin, "http");

    let conflict = NewQuarantined { reasons: vec![reason("conflict")], ..broken("{") };
    journal.append(1, NOW, &[], &[conflict]).unwrap();
    let counted = |code: &str, entries, received| ReasonCount {
        code: code.into(),
        state: State::Open,
        entries,
        received,
    };
    let counts = [counted("conflict", 1, 1), counted("not_json", 2, 5)];
    assert_eq!(journal.store.quarantine_counts().unwrap(), counts);
    assert_eq!(Reader::open(dir.path()).unwrap().quarantine_counts().unwrap(), counts);
    assert_eq!(journal.last().seq, 0);
}

#[test]
fn raw_input_opens_with_the_key_and_only_in_its_own_row() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let raw = format!("{IDENTITY},张三");
    journal.append(1, NOW, &[], &[broken(&raw), broken("other"), malformed("x")]).unwrap();
    assert_eq!(journal.store.unseal(&KEY, 1).unwrap(), Some(raw.clone().into_bytes()));
    assert_eq!(journal.store.unseal(&KEY, 3).unwrap(), None, "it has a body");
    assert_eq!(journal.store.unseal(&KEY, 99).unwrap(), None, "there is none");
    let reader = Reader::open(dir.path()).unwrap();
    assert_eq!(reader.unseal(&KEY, 1).unwrap(), Some(raw.into_bytes()));
    assert_eq!(refused(reader.unseal(&[8; 32], 1)).code(), "quarantine_unseal");
    for tamper in [
        "UPDATE quarantine SET sealed = (SELECT sealed FROM quarantine WHERE qid = 2) WHERE qid = 1",
        "UPDATE quarantine SET sealed = x'01' WHERE qid = 1",
        "UPDATE quarantine SET sealed = x'' WHERE qid = 1",
    ] {
        journal.store.conn.execute(tamper, ()).unwrap();
        assert_eq!(refused(journal.store.unseal(&KEY, 1)).code(), "quarantine_unseal", "{tamper}");
    }
}

#[test]
fn no_raw_input_stands_in_the_files_nor_in_a_debug_log() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let input = broken(&format!("{IDENTITY},张三"));
    assert!(!format!("{input:?}").contains("张三"));
    journal.append(1, NOW, &[], &[input, malformed("x")]).unwrap();
    // The log may be read while the journal is open: SQLite's locks are on the other two files.
    shows_no_raw_input(&dir.path().join("journal.db-wal"));
    journal.close().unwrap();
    shows_no_raw_input(&dir.path().join("journal.db"));
}

fn shows_no_raw_input(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("scrubbed"), "the test looks where it should");
    assert!(!holds(IDENTITY) && !holds("张三"));
}

#[test]
fn no_content_keeps_an_input_out_of_quarantine() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    let long = "标".repeat(5000);
    let strange = NewQuarantined {
        reasons: vec![],
        id: Some(format!("\0{long}")),
        body: Some(vec![0xFF, 0xFE]),
        ..broken("")
    };
    let many = NewQuarantined { reasons: vec![reason(&long); 100], ..broken("many") };
    journal.append(1, NOW, &[], &[strange, many]).unwrap();
    let list = quarantined(&journal);
    assert_eq!(list[0].reasons[0].code, "unspecified");
    assert_eq!(list[0].id.as_ref().unwrap().len(), 4096);
    assert_eq!((&list[0].body, list[0].sealed), (&None, true));
    assert_eq!(journal.store.unseal(&KEY, 1).unwrap(), Some(vec![]));
    assert_eq!(list[1].reasons.len(), 32);
}

#[test]
fn a_batch_that_fails_quarantines_nothing_either() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = open(dir.path());
    journal.append(1, NOW, &events(0..1), &[]).unwrap();
    assert_eq!(refused(journal.append(2, NOW, &events(0..1), &[broken("{")])).code(), "journal_duplicate");
    assert!(quarantined(&journal).is_empty());
}
