//! Has a journal one algorithm from its first start on, and is a configuration that names another refused?

use super::super::algorithm::FORMAT_UNNAMED;
use super::super::{FORMAT, Journal, Reader, journal_path};
use super::{KEY, NOW, entries, events, refused};
use rusqlite::Connection;
use std::path::Path;
use xiezhi_proof::Algorithm;

/// A journal of three entries.
fn written(dir: &Path, algorithm: Option<Algorithm>) {
    let mut journal = Journal::open_as(dir, &KEY, algorithm).unwrap();
    journal.append(1, NOW, &events(0..3), &[]).unwrap();
    journal.close().unwrap();
}

fn names_in_meta(dir: &Path) -> Vec<String> {
    let conn = Connection::open(journal_path(dir)).unwrap();
    let mut select = conn.prepare("SELECT name FROM meta ORDER BY name").unwrap();
    select.query_map((), |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

fn format_of(dir: &Path) -> i64 {
    let conn = Connection::open(journal_path(dir)).unwrap();
    conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

#[test]
fn every_leaf_is_of_the_journals_algorithm_whoever_opens_it() {
    for algorithm in Algorithm::ALL {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), Some(algorithm));
        let mut journal = Journal::open(dir.path(), &KEY).unwrap();
        journal.append(2, NOW, &events(3..5), &[]).unwrap();
        let reader = Reader::open(dir.path()).unwrap();
        assert_eq!((journal.store.algorithm(), reader.algorithm()), (algorithm, algorithm));
        let entries = entries(&reader, 0);
        assert_eq!(entries.len(), 5);
        for entry in entries {
            assert_eq!(entry.leaf, algorithm.leaf_hash(&entry.record()).0);
        }
    }
}

#[test]
fn a_journal_of_sha_256_is_as_before_there_was_a_choice() {
    for algorithm in [None, Some(Algorithm::Sha256Ed25519)] {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), algorithm);
        assert_eq!(format_of(dir.path()), FORMAT_UNNAMED);
        assert_eq!(names_in_meta(dir.path()), ["site_key_check"]);
    }
}

#[test]
fn a_journal_of_sm3_has_a_format_that_earlier_releases_refuse() {
    let dir = tempfile::tempdir().unwrap();
    written(dir.path(), Some(Algorithm::Sm3Sm2));
    assert_eq!(format_of(dir.path()), FORMAT);
    assert_eq!(names_in_meta(dir.path()), ["algorithm", "site_key_check"]);
}

#[test]
fn another_algorithm_is_refused_with_the_key_and_the_remedy_and_nothing_is_changed() {
    for (found, wanted) in
        [(Algorithm::Sha256Ed25519, Algorithm::Sm3Sm2), (Algorithm::Sm3Sm2, Algorithm::Sha256Ed25519)]
    {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), Some(found));
        let before = std::fs::read(journal_path(dir.path())).unwrap();
        let error = refused(Journal::open_as(dir.path(), &KEY, Some(wanted)));
        assert_eq!(error.code(), "journal_algorithm_other");
        let told = error.to_string();
        assert!(told.starts_with(&format!("proof.algorithm is \"{}\"", wanted.name())), "{told}");
        assert!(
            told.contains(&format!("Set proof.algorithm = \"{}\" or leave it out", found.name())),
            "{told}"
        );
        assert_eq!(std::fs::read(journal_path(dir.path())).unwrap(), before);
        for algorithm in [None, Some(found)] {
            assert_eq!(Journal::open_as(dir.path(), &KEY, algorithm).unwrap().last().seq, 3);
        }
    }
}

#[test]
fn a_name_that_there_is_none_of_is_refused() {
    for tampered in ["UPDATE meta SET value = x'736d34'", "DELETE FROM meta"] {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), Some(Algorithm::Sm3Sm2));
        let conn = Connection::open(journal_path(dir.path())).unwrap();
        conn.execute(&format!("{tampered} WHERE name = 'algorithm'"), ()).unwrap();
        drop(conn);
        assert_eq!(refused(Reader::open(dir.path())).code(), "not_a_journal", "{tampered}");
    }
}
