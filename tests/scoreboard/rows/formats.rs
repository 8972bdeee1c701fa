//! Row 23: data directories of every released format (`tests/fixtures/*`, each a whole data directory) under today's binary, also killed while it begins with
//! them; and files of a format that is newer than the binary, which must be refused and left as they are.

use crate::board::{Row, Tally};
use crate::machine::text;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use xiezhi_tests::events::{announced, event};
use xiezhi_tests::{Client, Dice, Home, run as run_command};

pub const ROW: Row = Row {
    number: 23,
    fault: "data of every released format, half upgraded, and of a newer one",
    promise: "I1 I3, or a clear refusal",
    short: 2,
    soak: 20,
    run,
};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

fn fixtures() -> Vec<PathBuf> {
    let Ok(folders) = std::fs::read_dir(FIXTURES) else { return Vec::new() };
    let mut folders: Vec<PathBuf> = folders
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.join("journal.db").is_file())
        .collect();
    folders.sort();
    folders
}

fn run(tally: &mut Tally) {
    let fixtures = fixtures();
    if fixtures.is_empty() {
        return tally.skip(format!(
            "no data directory in {FIXTURES}; tests/fixtures/make makes one of the present format"
        ));
    }
    for seed in tally.seeds() {
        for fixture in &fixtures {
            let name = fixture.file_name().unwrap_or_default().to_string_lossy().into_owned();
            tally.attempt(&name, seed, |tally, dice| today(fixture, tally, dice));
            tally.attempt(&format!("{name}, newer"), seed, |tally, _| newer(fixture, tally));
        }
    }
}

/// A home with a copy of a fixture. It runs by the machine's clock: fixtures are in the past.
fn home(fixture: &Path) -> Home {
    let home = Home::new();
    std::fs::create_dir_all(home.data()).expect("a folder");
    for file in std::fs::read_dir(fixture).expect("a fixture") {
        let file = file.expect("an entry").path();
        let name = file.file_name().expect("a name").to_owned();
        let copy = home.data().join(&name);
        std::fs::copy(&file, &copy).expect("a copy");
        // A repository does not keep that only the owner may read the keys.
        std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o600)).expect("a mode");
    }
    // Without a token, which is nobody else's: the start makes one.
    home
}

/// An entry: place, commit, body, leaf hash.
type Stored = (i64, i64, Vec<u8>, Vec<u8>);

/// Every entry, as it is stored.
fn rows(data_dir: &Path) -> Vec<Stored> {
    let db = Connection::open(data_dir.join("journal.db")).expect("the journal");
    let mut select =
        db.prepare("SELECT seq, commit_no, body, leaf FROM events ORDER BY seq").expect("a table");
    let row = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Stored> {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    };
    select.query_map([], row).expect("rows").map(|row| row.expect("a row")).collect()
}

fn findings(client: &Client) -> BTreeSet<String> {
    client.list("/api/v1/findings", 1000).iter().map(Value::to_string).collect()
}

fn today(fixture: &Path, tally: &mut Tally, dice: &mut Dice) {
    let before = rows(fixture);
    assert!(!before.is_empty(), "a fixture holds events");
    let home = home(fixture);
    for _ in 0..dice.throw(0, 2) {
        let starting = home.spawn();
        std::thread::sleep(Duration::from_millis(dice.throw(1, 200)));
        starting.kill();
        tally.inject("killed while it begins with older data", 1);
    }
    let begun = Instant::now();
    let (daemon, client) = home.start();
    tally.recovered(begun);
    tally.inject("started on a fixture", 1);
    assert_eq!(rows(&home.data()), before, "I1: the entries are as they were");
    let found = findings(&client);
    // The ledger of the fixture is of its own version; a daemon that knows only the journal must come to the same.
    client.accept(&[announced("SCOREBOARD-1")]);
    client.accept(&[event("scoreboard-note", "section.announced", json!(announced("SCOREBOARD-2")["data"]))]);
    daemon.terminate();
    let verified = run_command(&["verify", "--data-dir", &text(&home.data())]);
    assert_eq!(verified.code, Some(0), "I7: {}{}", verified.out, verified.err);
    for file in ["ledger.db", "ledger.db-wal", "ledger.db-shm"] {
        std::fs::remove_file(home.data().join(file)).ok();
    }
    let (daemon, client) = home.start();
    let now = rows(&home.data());
    assert!(now.len() == before.len() + 2 && now[..before.len()] == before[..], "I1: and two more");
    assert_eq!(findings(&client), found, "I3: computed from nothing");
    tally.figure("findings", found.len() as f64);
    daemon.terminate();
}

/// A journal or a ledger of the next format is refused, by name, and not changed.
fn newer(fixture: &Path, tally: &mut Tally) {
    for file in ["journal.db", "ledger.db"] {
        let home = home(fixture);
        let path = home.data().join(file);
        let db = Connection::open(&path).expect("a database");
        let format: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).expect("a format");
        db.pragma_update(None, "user_version", format + 1_000).expect("a newer one");
        drop(db);
        let before = std::fs::read(&path).expect("the file");
        let Err(ended) = home.spawn().ready_or_ended() else {
            panic!("it started on a {file} of a newer format")
        };
        assert!(ended.status.code().is_some_and(|code| code != 0), "{}: {}", ended.status, ended.log);
        assert!(
            ended.log.contains(&(format + 1_000).to_string()),
            "it says what is the matter: {}",
            ended.log
        );
        assert_eq!(std::fs::read(&path).expect("the file"), before, "{file} was changed");
        tally.inject(&format!("a {file} of a newer format"), 1);
    }
}
