//! Does a copy of the data directory come back? Made while events come in, verified, put back elsewhere, and served from.

use serde_json::Value;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use xiezhi_tests::events::{announced, one_agent, one_lock};
use xiezhi_tests::{Client, Home, Ran, eventually, run};

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn back_up(home: &Home, to: &str, more: &[&str]) -> Ran {
    let (data, to) = (text(&home.data()), text(&home.path(to)));
    run(&[&["backup", "--data-dir", &data, "--to", &to], more].concat())
}

fn restore(from: &Path, to: &Home, more: &[&str]) -> Ran {
    let (from, data) = (text(from), text(&to.data()));
    run(&[&["restore", "--from", &from, "--data-dir", &data], more].concat())
}

fn manifest(home: &Home, copy: &str) -> Value {
    let text = std::fs::read(home.path(copy).join("manifest.json")).expect("a manifest");
    serde_json::from_slice(&text).expect("JSON")
}

/// What a daemon concludes of all sections but those that came while the copy was made.
fn findings(client: &Client) -> Vec<Value> {
    client.list("/api/v1/findings?section=E1", 100)
}

#[test]
fn a_copy_made_while_events_come_in_is_whole_and_is_served_from() {
    let home = Home::new();
    let (daemon, client) = home.start();
    client.accept(&[one_lock("E1"), one_agent("E1")].concat());
    let found = eventually("both findings", || Some(findings(&client)).filter(|found| found.len() >= 2));
    let alert = client.list("/api/v1/alerts?section=E1", 10).remove(0);

    let stop = AtomicBool::new(false);
    let copied = std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0_u32.. {
                if stop.load(Ordering::Acquire) {
                    return;
                }
                client.accept(&[announced(&format!("L{number}"))]);
            }
        });
        let copied = back_up(&home, "copy", &[]);
        stop.store(true, Ordering::Release);
        copied
    });
    let copied = copied.well();
    assert!(copied.out.lines().last() == Some("whole"), "{copied:?}");
    let said = manifest(&home, "copy");
    let entries = said["entries"].as_u64().expect("a number");
    assert!(entries >= 5, "{said}");
    let names: Vec<&str> =
        said["files"].as_array().expect("files").iter().filter_map(|file| file["name"].as_str()).collect();
    assert!(names.contains(&"journal.db") && names.contains(&"ledger.db"), "{names:?}");
    for secret in ["site.key", "head.key", "admin.token"] {
        assert!(!names.contains(&secret) && !home.path("copy").join(secret).exists(), "{secret}");
    }
    assert!(back_up(&home, "copy", &[]).code != Some(0), "a folder that holds something is left alone");
    daemon.terminate();

    // Without the keys it is refused, and nothing is left behind that looks like a data directory.
    let other = Home::new();
    let refused = restore(&home.path("copy"), &other, &[]);
    assert!(refused.code != Some(0) && refused.err.contains("--keys"), "{refused:?}");
    assert!(!other.data().join("journal.db").exists());

    let keys = text(&home.data());
    restore(&home.path("copy"), &other, &["--keys", &keys]).well();
    let (daemon, client) = other.start();
    assert_eq!(client.metric("xiezhi_journal_events"), entries as f64);
    assert_eq!(findings(&client), found);
    assert_eq!(client.list("/api/v1/alerts?section=E1", 10)[0]["id"], alert["id"]);
    assert!(daemon.notices().is_empty(), "nobody is told again: {:?}", daemon.notices());
    client.accept(&[announced("AFTER")]);
}

#[test]
fn a_copy_that_was_damaged_or_is_not_whole_is_refused() {
    let home = Home::new();
    let (daemon, client) = home.start();
    client.accept(&one_lock("E1"));
    back_up(&home, "copy", &["--with-keys"]).well();
    assert_eq!(manifest(&home, "copy")["keys"], true);
    daemon.terminate();
    let copy = home.path("copy");
    for file in ["journal.db", "ledger.db", "heads.jsonl", "site.key"] {
        let path = copy.join(file);
        let whole = std::fs::read(&path).expect("a file of the copy");
        let mut damaged = whole.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 1;
        std::fs::write(&path, damaged).expect("damaged");
        let other = Home::new();
        let refused = restore(&copy, &other, &[]);
        assert!(refused.code != Some(0) && refused.err.contains(file), "{file}: {refused:?}");
        assert!(!other.data().join("journal.db").exists(), "{file}");
        std::fs::write(&path, whole).expect("mended");
    }
    let manifest = std::fs::read(copy.join("manifest.json")).expect("a manifest");
    std::fs::remove_file(copy.join("manifest.json")).expect("removed");
    let refused = restore(&copy, &Home::new(), &[]);
    assert!(refused.code != Some(0) && refused.err.contains("manifest.json"), "{refused:?}");
    std::fs::write(copy.join("manifest.json"), manifest).expect("put back");
    let other = Home::new();
    restore(&copy, &other, &[]).well();
    assert!(restore(&copy, &other, &[]).code != Some(0), "a data directory that is there is left alone");
    let (_daemon, client) = other.start();
    assert_eq!(client.metric("xiezhi_journal_events"), 3.0);
}
