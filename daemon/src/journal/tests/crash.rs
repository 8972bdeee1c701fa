//! Does a daemon that is killed while it writes lose what it has acknowledged?
//!
//! The test runs itself again as a child, which appends and says on its standard output what is acknowledged,
//! until it is killed (SIGKILL). The parent then compares what was said with what is there. The same data
//! directory is used for all lives, so that recovery builds on recovery.

use super::super::Reader;
use super::{NOW, entries, full_event, open};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use xiezhi_proof::Algorithm;

const CHILD_DIR: &str = "XIEZHI_TEST_JOURNAL_CRASH_DIR";
const LIVES: u64 = 12;

/// The child. Without its environment variable it has nothing to do.
#[test]
fn appends_until_it_is_killed() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let mut journal = open(dir.as_ref());
    let mut out = std::io::stdout();
    loop {
        let last = journal.last();
        // Batches of 1 to 40, and an idle moment now and then: kills fall into commits and into checkpoints.
        let batch: Vec<_> = (last.seq..last.seq + 1 + last.commit % 40).map(full_event).collect();
        journal.append(last.commit + 1, NOW, &batch, &[]).unwrap();
        writeln!(out, "acknowledged {}", journal.last().seq).unwrap();
        if last.commit.is_multiple_of(50) {
            journal.maintain().unwrap();
        }
    }
}

fn start_child(dir: &std::path::Path) -> Child {
    let (_, path) = module_path!().split_once("::").unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{path}::appends_until_it_is_killed"), "--nocapture"])
        .env(CHILD_DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn acknowledged(line: &str) -> Option<u64> {
    line.strip_prefix("acknowledged ")?.parse().ok()
}

#[test]
fn a_killed_daemon_loses_no_acknowledged_event_and_leaves_no_gap() {
    let dir = tempfile::tempdir().unwrap();
    let mut known = 0;
    for life in 0..LIVES {
        let mut child = start_child(dir.path());
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let first = lines.find_map(|line| acknowledged(&line)).expect("the child acknowledges something");
        std::thread::sleep(Duration::from_millis(5 + life * 17 % 120));
        child.kill().unwrap();
        child.wait().unwrap();
        // A last line that the kill cut short may read as a smaller number, never as a greater one.
        let said = lines.filter_map(|line| acknowledged(&line)).max().unwrap_or(0).max(first);
        assert!(said > known, "life {life} went on where the last one ended");

        // Sometimes a reader comes first, sometimes the next daemon: either must recover.
        let found = if life % 2 == 0 {
            entries(&Reader::open(dir.path()).unwrap(), 0)
        } else {
            entries(&open(dir.path()).store, 0)
        };
        assert!(found.len() as u64 >= said, "life {life}: {said} acknowledged, {} found", found.len());
        for (entry, number) in found.iter().zip(0..) {
            assert_eq!(entry.seq, number + 1);
            assert_eq!(entry.body, full_event(number).body);
            assert_eq!(entry.leaf, entry.recomputed_leaf(Algorithm::default()));
        }
        known = said;
    }
}
