//! The ledger, alone on a disk.

use super::schema::STEPS;
use super::*;
use crate::directory::Directory as Names;
use xiezhi_dataflows::watch::RenderedCause;

fn finding(rule: &str, severity: &str, section: Option<&str>, key: &str) -> Rendered {
    Rendered {
        rule: rule.to_owned(),
        section: section.map(str::to_owned),
        key: key.to_owned(),
        parties: vec!["91990000MAR6C1F0KN".to_owned()],
        persons: Vec::new(),
        severity: severity.to_owned(),
        value: BTreeMap::new(),
        evidence: Vec::new(),
    }
}

fn set(findings: &[Rendered]) -> Holding {
    Holding { findings: findings.iter().map(|f| (f.name(), f.clone())).collect(), ..Holding::default() }
}

#[test]
fn after_a_restart_only_the_difference_has_effects() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = Names::default();
    let a = finding("DEV-03", "S", Some("E1"), "pricing_lock:L|1");
    let b = finding("DEV-12", "L", None, "pricing_lock:L|1");
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    let first = ledger.correct(set(&[a.clone(), b.clone()]), 1, &names).expect("written");
    assert_eq!(first.notices.len(), 2);
    drop(ledger);

    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    assert_eq!(ledger.findings().count(), 2);
    let same = ledger.correct(set(&[a.clone(), b]), 2, &names).expect("written");
    assert!(same.notices.is_empty() && same.moved.is_empty() && same.findings.is_empty());
    let one = ledger.correct(set(&[a]), 3, &names).expect("written");
    assert_eq!(one.notices.len(), 1);
    assert_eq!((one.notices[0].seq, one.notices[0].alert.state.as_str()), (3, "withdrawn"));
}

#[test]
fn what_may_not_have_been_sent_is_sent_again_and_marked() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = Names::default();
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    let findings = [finding("DEV-03", "S", Some("E1"), "a"), finding("DEV-03", "S", Some("E2"), "a")];
    ledger.correct(set(&findings), 1, &names).expect("written");
    ledger.note_sent("stdout", 1).expect("noted");
    drop(ledger);
    let ledger = Ledger::open(dir.path()).expect("a ledger");
    let unsent = ledger.unsent("stdout").expect("read");
    assert_eq!(unsent.iter().map(|n| (n.seq, n.repeated)).collect::<Vec<_>>(), [(2, true)]);
    assert_eq!(ledger.unsent("other").expect("read").len(), 2);
}

/// What one finding adds.
fn found(finding: &Rendered) -> Changes {
    let findings = place_of(finding).map(|place| (place, Some(finding.clone()))).into_iter().collect();
    Changes { findings, ..Changes::default() }
}

#[test]
fn what_is_done_together_is_in_the_file_together_or_not_at_all() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = Names::default();
    let held = || Ledger::open(dir.path()).expect("a ledger").findings().count();
    let findings = ["E1", "E2", "E3", "E4"].map(|section| finding("DEV-03", "S", Some(section), "a"));
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    let apply = |ledger: &mut Ledger, at: usize| ledger.apply(found(&findings[at]), 1, &names);
    ledger
        .together(|ledger| {
            let first = apply(ledger, 0)?;
            assert_eq!(held(), 0, "nothing is durable before the end");
            let second = apply(ledger, 1)?;
            assert_eq!((first.notices[0].seq, second.notices[0].seq), (1, 2));
            ledger.note_sent("stdout", 2)
        })
        .expect("written");
    assert_eq!(held(), 2);
    assert!(ledger.unsent("stdout").expect("read").is_empty());

    let failed = ledger.together(|ledger| {
        apply(ledger, 2)?;
        Err::<(), _>(LedgerError::Newer { path: dir.path().to_owned(), found: 99 })
    });
    assert!(matches!(failed, Err(LedgerError::Newer { .. })), "what failed is told");
    assert_eq!(held(), 2, "what came before the failure is not in the file either");
    drop(ledger);
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    assert_eq!(apply(&mut ledger, 3).expect("written").notices[0].seq, 3);
    assert_eq!(held(), 3);
}

#[test]
fn odd_codes_come_and_go_like_others() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = Names::default();
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    let odd = [finding("DEV-03", "S", Some("E|1"), "k|x"), finding("HIS-02", "L", None, "|k")];
    assert_eq!(ledger.correct(set(&odd), 1, &names).expect("written").notices.len(), 2);
    let gone = odd.iter().filter_map(place_of).map(|place| (place, None)).collect();
    let gone = Changes { findings: gone, ..Changes::default() };
    let gone = ledger.apply(gone, 2, &names).expect("written");
    assert!(gone.notices.iter().all(|notice| notice.alert.state == "withdrawn"));
    assert_eq!((gone.notices.len(), ledger.findings().count()), (2, 0));
}

#[test]
fn a_newer_format_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(Ledger::open(dir.path()).expect("a ledger"));
    let connection = Connection::open(ledger_path(dir.path())).expect("a file");
    connection.pragma_update(None, "user_version", FORMAT + 1).expect("set");
    drop(connection);
    let error = Ledger::open(dir.path()).err().expect("refused").to_string();
    assert!(error.contains("format 4") && error.contains("knows 3"), "{error}");
}

fn watched(party: &str, level: Level, keys: &[&str]) -> Entry {
    let cause = |key: &&str| RenderedCause::History {
        points: "20".to_owned(),
        rule: "DEV-03".to_owned(),
        section: Some("E1".to_owned()),
        key: (*key).to_owned(),
        severity: "S".to_owned(),
    };
    Entry {
        party: party.to_owned(),
        kind: "organisation".to_owned(),
        level,
        points: (20 * keys.len()).to_string(),
        causes_total: keys.len(),
        causes: keys.iter().map(cause).collect(),
    }
}

fn watching(entries: &[Entry]) -> Holding {
    let watched = entries.iter().map(|entry| (entry.party.clone(), entry.clone())).collect();
    Holding { watched, ..Holding::default() }
}

/// The changes of the watch-list in the ledger: number, party, change.
fn changes(dir: &Path) -> Vec<(u64, String, String)> {
    let reader = Reader::open(dir).expect("a ledger");
    let (changes, _) = reader.watch_changes(&ChangeFilter::default(), 0, 100).expect("read");
    changes.into_iter().map(|c| (c.seq, c.party, c.change)).collect()
}

#[test]
fn the_watch_list_corrects_itself_and_keeps_every_change_with_its_reason() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = Names::default();
    let (a, b) = (watched("A", Level::Yellow, &["x"]), watched("B", Level::Yellow, &["x"]));
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    ledger.correct(watching(&[a.clone(), b.clone()]), 1, &names).expect("written");
    let risen = watched("A", Level::Orange, &["x", "y"]);
    let one = Changes { watched: [("A".to_owned(), Some(risen.clone()))].into(), ..Changes::default() };
    assert_eq!(ledger.apply(one, 2, &names).expect("written").watched[0].kind(), WatchChangeKind::Raised);
    drop(ledger);

    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    let same = ledger.correct(watching(&[risen.clone(), b]), 3, &names).expect("written");
    assert!(same.watched.is_empty());
    // B went while the daemon was away.
    ledger.correct(watching(std::slice::from_ref(&risen)), 4, &names).expect("written");
    let of = |seq, party: &str, change: &str| (seq, party.to_owned(), change.to_owned());
    let expected = [of(1, "A", "entered"), of(2, "B", "entered"), of(3, "A", "raised"), of(4, "B", "left")];
    assert_eq!(changes(dir.path()), expected);

    let reader = Reader::open(dir.path()).expect("a ledger");
    let left = ChangeFilter { change: Some("left".to_owned()), ..ChangeFilter::default() };
    let (left, _) = reader.watch_changes(&left, 0, 10).expect("read");
    assert_eq!((left[0].from_level.as_deref(), left[0].to_level.as_deref()), (Some("yellow"), None));
    assert_eq!(left[0].reason.went, left[0].entry.causes, "with the causes that it had last");
    let (page, _) = reader.watched(&WatchingFilter::default(), None, 10).expect("read");
    assert_eq!(page.iter().map(|w| (&w.entry, w.since)).collect::<Vec<_>>(), [(&risen, 1)]);
}

#[test]
fn data_quality_rows_come_and_go() {
    let dir = tempfile::tempdir().expect("a folder");
    let names = Names::default();
    let row = finding("DEV-07", "L", Some("E1"), "ip:59.49.7.7");
    let quality = BTreeMap::from([(row.name(), row.clone())]);
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    ledger.correct(Holding { quality, ..Holding::default() }, 1, &names).expect("written");
    let filter = QualityFilter { rule: Some("DEV-07".to_owned()), ..QualityFilter::default() };
    let read = || Reader::open(dir.path()).expect("a ledger").quality(&filter, None, 10).expect("read").0;
    assert_eq!(read().into_iter().map(|row| (row.row, row.since)).collect::<Vec<_>>(), [(row, 1)]);
    ledger.correct(Holding::default(), 2, &names).expect("written");
    assert!(read().is_empty());
}

#[test]
fn a_file_of_format_1_gets_the_new_tables_and_keeps_what_it_has() {
    let dir = tempfile::tempdir().expect("a folder");
    let connection = Connection::open(ledger_path(dir.path())).expect("a file");
    connection.execute_batch(&format!("{} PRAGMA user_version = 1;", STEPS[0])).expect("format 1");
    connection.execute("INSERT INTO sent VALUES ('stdout', 7)", []).expect("written");
    let held = finding("DEV-03", "S", Some("E1"), "a");
    let sql = "INSERT INTO findings VALUES (?1, 'DEV-03', 'E1', 'S', 5, ?2)";
    let body = serde_json::to_string(&held).expect("JSON");
    connection.execute(sql, params![held.name(), body]).expect("written");
    drop(connection);

    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    assert_eq!(ledger.findings().collect::<Vec<_>>(), [&held]);
    let mut holding = set(&[held]);
    holding.watched = watching(&[watched("A", Level::Red, &["x"])]).watched;
    let applied = ledger.correct(holding, 9, &Names::default()).expect("written");
    assert!(applied.findings.is_empty() && applied.watched.len() == 1);
    drop(ledger);
    let connection = Connection::open(ledger_path(dir.path())).expect("a file");
    let read = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("a number");
    assert_eq!((read("PRAGMA user_version"), read("SELECT seq FROM sent")), (3, 7));
}

#[test]
fn an_alert_of_an_older_format_is_announced_by_the_duty_list_and_keeps_its_number() {
    let dir = tempfile::tempdir().expect("a folder");
    let connection = Connection::open(ledger_path(dir.path())).expect("a file");
    connection
        .execute_batch(&format!("{}{} PRAGMA user_version = 2;", STEPS[0], STEPS[1]))
        .expect("format 2");
    let held = finding("DEV-03", "S", Some("E1"), "a");
    let subject = Subject::of(&held).expect("a known rule");
    let alert = serde_json::json!({
        "id": subject.id(), "subject": subject, "level": "orange", "state": "open", "revision": 4,
        "created_at": 1, "changed_at": 2, "findings": { held.name(): held },
    });
    let sql = "INSERT INTO alerts VALUES (?1, 'E1', 'collusion', 'orange', 'open', 1, 2, ?2, '{}')";
    connection.execute(sql, params![subject.id().0, alert.to_string()]).expect("written");
    let sql = "INSERT INTO findings VALUES (?1, 'DEV-03', 'E1', 'S', 5, ?2)";
    connection
        .execute(sql, params![held.name(), serde_json::to_string(&held).expect("JSON")])
        .expect("written");
    drop(connection);

    let names = Names::default();
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    let applied = ledger.correct(set(std::slice::from_ref(&held)), 9, &names).expect("written");
    assert_eq!(applied.notices.len(), 1);
    let told = &applied.notices[0];
    assert_eq!((told.alert.id.as_str(), told.alert.revision), (subject.id().0.as_str(), 5));
    assert!(told.alert.charge.due_at.is_some());
    drop(ledger);
    let mut ledger = Ledger::open(dir.path()).expect("a ledger");
    assert!(ledger.correct(set(&[held]), 10, &names).expect("written").notices.is_empty(), "once");
}
