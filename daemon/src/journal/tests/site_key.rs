//! Is there one site key for ever, for one reader only?

use super::super::{Journal, SiteKey};
use super::refused;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn put(dir: &Path, text: &str, mode: u32) {
    let path = dir.join("site.key");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn the_first_start_makes_a_key_and_later_starts_load_it() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("xiezhi-data");
    let key = SiteKey::load_or_create(&data_dir).unwrap();
    assert_ne!(key.as_bytes(), &[0; 32]);
    let journal = Journal::open(&data_dir, key.as_bytes()).unwrap();
    assert_eq!(SiteKey::load_or_create(&data_dir).unwrap(), key, "also while a daemon runs");
    assert_eq!(SiteKey::load(&data_dir).unwrap(), key);
    drop(journal);
    let path = data_dir.join("site.key");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(std::fs::read_to_string(path).unwrap().len(), 65);
    assert!(!data_dir.join("site.key.new").exists());
    let other = tempfile::tempdir().unwrap();
    assert_ne!(SiteKey::load_or_create(other.path()).unwrap(), key);
}

#[test]
fn a_lost_key_is_not_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let key = SiteKey::load_or_create(dir.path()).unwrap();
    drop(Journal::open(dir.path(), key.as_bytes()).unwrap());
    std::fs::remove_file(dir.path().join("site.key")).unwrap();
    let error = refused(SiteKey::load_or_create(dir.path()));
    assert_eq!(error.code(), "site_key_missing");
    assert!(error.to_string().contains("pseudonyms"), "{error}");
    assert!(!dir.path().join("site.key").exists());

    std::fs::rename(dir.path().join("journal.db"), dir.path().join("elsewhere")).unwrap();
    std::fs::write(dir.path().join("journal.db-wal"), "the log of a journal").unwrap();
    assert_eq!(refused(SiteKey::load_or_create(dir.path())).code(), "site_key_missing");
}

#[test]
fn a_key_that_others_can_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for mode in [0o644, 0o640, 0o660, 0o601] {
        put(dir.path(), &"ab".repeat(32), mode);
        let error = refused(SiteKey::load_or_create(dir.path()));
        assert_eq!(error.code(), "site_key_exposed");
        assert!(error.to_string().contains(&format!("{mode:04o}")), "{error}");
    }
    for mode in [0o600, 0o400] {
        std::fs::remove_file(dir.path().join("site.key")).unwrap();
        put(dir.path(), &"ab".repeat(32), mode);
        assert_eq!(SiteKey::load_or_create(dir.path()).unwrap().as_bytes(), &[0xAB; 32]);
    }
}

#[test]
fn a_malformed_key_is_refused_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let good = "ab".repeat(32);
    for text in
        ["", "\n", &good[1..], &format!("{good}0"), &format!("+{}", &good[1..]), &good.replace('a', "g")]
    {
        put(dir.path(), text, 0o600);
        assert_eq!(refused(SiteKey::load_or_create(dir.path())).code(), "site_key_malformed", "{text:?}");
        assert_eq!(std::fs::read_to_string(dir.path().join("site.key")).unwrap(), text);
    }
    for text in [format!("{good}\n"), format!("{good}\r\n"), good.to_uppercase()] {
        put(dir.path(), &text, 0o600);
        assert_eq!(SiteKey::load(dir.path()).unwrap().as_bytes(), &[0xAB; 32]);
    }
}

#[test]
fn many_starts_at_once_agree_on_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let keys: Vec<SiteKey> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| SiteKey::load_or_create(dir.path()))).collect();
        starts.into_iter().filter_map(|start| start.join().unwrap().ok()).collect()
    });
    let kept = SiteKey::load(dir.path()).unwrap();
    assert!(!keys.is_empty() && keys.iter().all(|key| *key == kept));
}

#[test]
fn debug_output_does_not_show_it() {
    assert_eq!(format!("{:?}", SiteKey::from_bytes([0xAB; 32])), "SiteKey(secret)");
}
