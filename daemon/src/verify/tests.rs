//! Is every kind of tampering found, and found where it is? On real journals, at random places, many times over.

use super::{Code, Options, Problem, Report, verify};
use crate::heads::{Heads, heads_path, public_key_path};
use crate::journal::{Entry, Journal, NewEvent, Reader};
use rusqlite::Connection;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;
use xiezhi_proof::{Algorithm, Claim, Hash, HeadFaultKind, HeadKey, SignedHead, Tree};

/// How often each kind of tampering is tried, for each algorithm.
const ROUNDS: u64 = 25;
/// How many sites there are of each algorithm; rounds begin with copies of them, since making one takes a sync to the disk for each commit.
const SITES: usize = 5;

/// Numbers that look random and are the same in every run (SplitMix64).
struct Dice(u64);

impl Dice {
    fn throw(&mut self, from: u64, to: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        from + (mixed ^ (mixed >> 31)) % (to - from + 1)
    }
}

/// A data directory with a journal and heads, and beside it what an auditor has kept.
struct Site {
    folder: TempDir,
    algorithm: Algorithm,
    /// Sizes of the heads, in order; the last covers everything.
    sizes: Vec<u64>,
}

/// Files by their path in the folder.
type Files = Vec<(PathBuf, Vec<u8>)>;

impl Site {
    fn new(algorithm: Algorithm, dice: &mut Dice) -> Site {
        let site = Site { folder: tempfile::tempdir().unwrap(), algorithm, sizes: Vec::new() };
        let mut journal = Journal::open_as(&site.data(), &[7; 32], Some(algorithm)).unwrap();
        let heads = Heads::open(&site.data()).unwrap();
        let mut sizes = Vec::new();
        for day in 1..=dice.throw(3, 6) {
            for _ in 0..dice.throw(2, 8) {
                let last = journal.last();
                let batch: Vec<NewEvent> = (last.seq..last.seq + dice.throw(1, 5)).map(event).collect();
                journal.append(last.commit + 1, last.seq as i64, &batch, &[]).unwrap();
            }
            sizes.push(heads.demand(day as i64).unwrap().0.size);
        }
        journal.close().unwrap();
        std::fs::copy(heads_path(&site.data()), site.kept_heads()).unwrap();
        std::fs::copy(public_key_path(&site.data()), site.kept_key()).unwrap();
        Site { sizes, ..site }
    }

    /// A copy of one of the sites of an algorithm.
    fn copy_of(algorithm: Algorithm, number: usize) -> Site {
        static MADE: LazyLock<Vec<(Algorithm, Vec<u64>, Files)>> = LazyLock::new(|| {
            let all = Algorithm::ALL.into_iter().flat_map(|of| (0..SITES as u64).map(move |seed| (of, seed)));
            let made = all.map(|(of, seed)| Site::new(of, &mut Dice(seed)));
            made.map(|site| (site.algorithm, site.sizes.clone(), site.files())).collect()
        });
        let mut of_algorithm = MADE.iter().filter(|(of, ..)| *of == algorithm);
        let (_, sizes, files) = of_algorithm.nth(number).unwrap();
        let site = Site { folder: tempfile::tempdir().unwrap(), algorithm, sizes: sizes.clone() };
        std::fs::create_dir(site.data()).unwrap();
        files.iter().for_each(|(path, bytes)| std::fs::write(site.folder.path().join(path), bytes).unwrap());
        site
    }

    fn files(&self) -> Files {
        let root = self.folder.path();
        let inside = std::fs::read_dir(self.data()).unwrap().map(|file| file.unwrap().path());
        let all = inside.chain([self.kept_heads(), self.kept_key()]);
        all.map(|path| (path.strip_prefix(root).unwrap().to_owned(), std::fs::read(&path).unwrap())).collect()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn kept_heads(&self) -> PathBuf {
        self.folder.path().join("kept.jsonl")
    }

    fn kept_key(&self) -> PathBuf {
        self.folder.path().join("kept.pub")
    }

    fn size(&self) -> u64 {
        *self.sizes.last().unwrap()
    }

    /// The entries between the heads around one: from the first after the head before to that of the next head.
    fn between_heads(&self, seq: u64) -> (u64, u64) {
        let at = self.sizes.iter().position(|size| *size >= seq).unwrap();
        (at.checked_sub(1).map_or(1, |before| self.sizes[before] + 1), self.sizes[at])
    }

    /// As a stranger verifies, with nothing but the data directory.
    fn verify(&self) -> Report {
        verify(&Options { data_dir: self.data(), heads: None, key: None }).unwrap()
    }

    /// As an auditor verifies, with what was kept elsewhere.
    fn verify_as_auditor(&self) -> Report {
        let (heads, key) = (Some(self.kept_heads()), Some(self.kept_key()));
        verify(&Options { data_dir: self.data(), heads, key }).unwrap()
    }

    /// Does something to the database past its triggers, which are there again afterwards.
    fn tamper(&self, with: impl FnOnce(&Connection)) {
        let conn = Connection::open(self.data().join("journal.db")).unwrap();
        conn.pragma_update(None, "synchronous", "OFF").unwrap();
        let triggers: Vec<(String, String)> = conn
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        triggers.iter().for_each(|(name, _)| conn.execute_batch(&format!("DROP TRIGGER {name}")).unwrap());
        with(&conn);
        triggers.iter().for_each(|(_, sql)| conn.execute_batch(sql).unwrap());
    }

    /// Makes the stored leaf hashes fit whatever the entries are now.
    fn rehash(&self) {
        self.rehash_as(self.algorithm);
    }

    fn rehash_as(&self, algorithm: Algorithm) {
        let mut leaves = Vec::new();
        let (reader, _) = Reader::open_to_examine(&self.data()).unwrap();
        reader
            .examine(|found| {
                if let crate::journal::Found::Entry(entry) = found {
                    leaves.push((entry.seq, entry.recomputed_leaf(algorithm)));
                }
            })
            .unwrap();
        drop(reader);
        self.tamper(|conn| {
            for (seq, leaf) in leaves {
                conn.execute("UPDATE events SET leaf = ?2 WHERE seq = ?1", (seq.cast_signed(), leaf))
                    .unwrap();
            }
        });
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(heads_path(&self.data())).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    fn write_lines(&self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(heads_path(&self.data()), text).unwrap();
    }
}

fn event(number: u64) -> NewEvent {
    NewEvent {
        source: "/haikou/ggzy/bidding".into(),
        id: format!("bid-{number:06}"),
        kind: "bid.opened".into(),
        body: format!(r#"{{"number":{number},"section":"标段"}}"#).into_bytes(),
    }
}

/// Runs a question on many sites.
fn each_round(mut ask: impl FnMut(&Site, &mut Dice)) {
    for (algorithm, seed) in Algorithm::ALL.into_iter().flat_map(|of| (0..ROUNDS).map(move |seed| (of, seed)))
    {
        let mut dice = Dice(seed);
        let site = Site::copy_of(algorithm, seed as usize % SITES);
        let whole = site.verify_as_auditor();
        assert!(whole.whole && whole.covered == site.size(), "{algorithm:?}, seed {seed}: {whole:?}");
        ask(&site, &mut dice);
    }
}

/// The only problem of a report, if it has this code.
fn only(report: &Report, code: Code) -> &Problem {
    assert!(!report.whole);
    let [problem] = &report.problems[..] else { panic!("one problem was expected: {report:?}") };
    assert_eq!(problem.code, code, "{problem:?}");
    problem
}

/// The first problem of this code.
fn with(report: &Report, code: Code) -> &Problem {
    assert!(!report.whole);
    report
        .problems
        .iter()
        .find(|problem| problem.code == code)
        .unwrap_or_else(|| panic!("{code:?} in {report:?}"))
}

fn set(site: &Site, seq: u64, column_and_value: &str) {
    site.tamper(|conn| {
        let statement = format!("UPDATE events SET {column_and_value} WHERE seq = {seq}");
        assert_eq!(conn.execute(&statement, ()).unwrap(), 1);
    });
}

#[test]
fn an_edit_of_any_column_is_found_at_its_entry() {
    for edit in [
        "body = CAST(replace(CAST(body AS TEXT), '标段', '标断') AS BLOB)",
        "source = source || '/x'",
        "id = id || 'x'",
        "type = 'bid.withdrawn'",
        "received_at = received_at + 1",
        "leaf = zeroblob(32)",
    ] {
        each_round(|site, dice| {
            let seq = dice.throw(1, site.size());
            set(site, seq, edit);
            assert_eq!(only(&site.verify(), Code::EntryChanged).entries, Some((seq, seq)), "{edit}");
        });
    }
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        set(site, seq, "commit_no = commit_no + 100");
        let report = site.verify();
        assert_eq!(with(&report, Code::EntryChanged).entries, Some((seq, seq)));
        assert_eq!(report.first_bad, Some(seq));
    });
}

#[test]
fn an_edit_that_changed_the_leaf_hash_too_is_found_between_the_heads_around_it() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        set(site, seq, "body = x'7b7d'");
        site.rehash();
        let report = site.verify();
        assert_eq!(only(&report, Code::RootDiffers).entries, Some(site.between_heads(seq)));
        assert_eq!(report.covered, site.between_heads(seq).0 - 1, "what is before is proved still");
    });
}

#[test]
fn a_leaf_that_cannot_be_read_is_found_at_its_entry() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        set(site, seq, "leaf = x'00'");
        assert_eq!(only(&site.verify(), Code::Unreadable).entries, Some((seq, seq)));
    });
}

#[test]
fn a_deleted_entry_is_found_at_its_place() {
    each_round(|site, dice| {
        let first = dice.throw(1, site.size() - 2);
        let last = dice.throw(first, site.size() - 1);
        site.tamper(|conn| {
            conn.execute(
                "DELETE FROM events WHERE seq BETWEEN ?1 AND ?2",
                (first.cast_signed(), last.cast_signed()),
            )
            .unwrap();
        });
        assert_eq!(only(&site.verify(), Code::EntriesMissing).entries, Some((first, last)));
    });
}

#[test]
fn a_deletion_that_moved_up_the_rest_is_found_between_heads_and_at_the_end() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size() - 1);
        site.tamper(|conn| {
            conn.execute("DELETE FROM events WHERE seq = ?1", [seq.cast_signed()]).unwrap();
            for later in seq + 1..=site.size() {
                conn.execute("UPDATE events SET seq = seq - 1 WHERE seq = ?1", [later.cast_signed()])
                    .unwrap();
            }
        });
        assert_eq!(
            with(&site.verify(), Code::EntryChanged).entries,
            Some((seq, seq)),
            "the first that was moved"
        );
        site.rehash();
        let report = site.verify();
        let size = site.size();
        assert_eq!(with(&report, Code::JournalShorter).entries, Some((size, size)));
        // A head at the very end is only found too short.
        if seq <= site.sizes[site.sizes.len() - 2] {
            assert_eq!(with(&report, Code::RootDiffers).entries, Some(site.between_heads(seq)));
        }
    });
}

#[test]
fn entries_that_were_swapped_are_found() {
    each_round(|site, dice| {
        let one = dice.throw(1, site.size() - 1);
        let other = dice.throw(one + 1, site.size());
        site.tamper(|conn| {
            for (from, to) in [(one, 0_u64), (other, one), (0, other)] {
                conn.execute(
                    "UPDATE events SET seq = ?2 WHERE seq = ?1",
                    (from.cast_signed(), to.cast_signed()),
                )
                .unwrap();
            }
        });
        let report = site.verify();
        for seq in [one, other] {
            let there =
                |problem: &Problem| problem.code == Code::EntryChanged && problem.entries == Some((seq, seq));
            assert!(report.problems.iter().any(there), "{seq} in {report:?}");
        }
        site.rehash();
        assert_eq!(with(&site.verify(), Code::RootDiffers).entries, Some(site.between_heads(one)));
    });
}

#[test]
fn an_entry_that_was_put_in_is_found() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        site.tamper(|conn| {
            for later in (seq..=site.size()).rev() {
                conn.execute("UPDATE events SET seq = seq + 1 WHERE seq = ?1", [later.cast_signed()])
                    .unwrap();
            }
            let columns = "commit_no, received_at, leaf, source, 'put in', type, body";
            let near = if seq == 1 { 2 } else { seq - 1 };
            let insert = format!("INSERT INTO events SELECT {seq}, {columns} FROM events WHERE seq = {near}");
            conn.execute(&insert, ()).unwrap();
        });
        assert_eq!(with(&site.verify(), Code::EntryChanged).entries, Some((seq, seq)));
        site.rehash();
        assert_eq!(with(&site.verify(), Code::RootDiffers).entries, Some(site.between_heads(seq)));
    });
}

#[test]
fn a_journal_cut_off_is_found_by_the_heads_that_it_no_longer_reaches() {
    each_round(|site, dice| {
        let last = dice.throw(0, site.size() - 1);
        site.tamper(|conn| {
            conn.execute("DELETE FROM events WHERE seq > ?1", [last.cast_signed()]).unwrap();
        });
        let report = site.verify();
        let first_missing = site.sizes.iter().find(|size| **size > last).copied().unwrap();
        assert_eq!(only(&report, Code::JournalShorter).entries, Some((last + 1, first_missing)));
    });
}

#[test]
fn several_edits_are_each_found() {
    each_round(|site, dice| {
        let (edited, deleted) =
            (dice.throw(1, site.size() / 2), dice.throw(site.size() / 2 + 1, site.size() - 1));
        set(site, edited, "body = x'7b7d'");
        site.tamper(|conn| {
            conn.execute("DELETE FROM events WHERE seq = ?1", [deleted.cast_signed()]).unwrap();
        });
        let report = site.verify();
        assert_eq!(with(&report, Code::EntryChanged).entries, Some((edited, edited)));
        assert_eq!(with(&report, Code::EntriesMissing).entries, Some((deleted, deleted)));
    });
}

#[test]
fn an_edited_head_is_found_at_its_line() {
    each_round(|site, dice| {
        let mut lines = site.lines();
        let at = dice.throw(0, lines.len() as u64 - 1) as usize;
        lines[at] = lines[at].replacen("\"size\":", "\"size\":1", 1);
        site.write_lines(&lines);
        let report = site.verify();
        let problem = with(&report, Code::Head(HeadFaultKind::Changed));
        assert_eq!(problem.place, Some((heads_path(&site.data()), at + 1)));
        assert_eq!(problem.head, Some(at as u64 + 1));
    });
}

#[test]
fn a_removed_head_is_found_and_the_last_one_by_its_copy() {
    each_round(|site, dice| {
        let mut lines = site.lines();
        let at = dice.throw(0, lines.len() as u64 - 2) as usize;
        lines.remove(at);
        site.write_lines(&lines);
        let report = site.verify();
        assert_eq!(only(&report, Code::Head(HeadFaultKind::Number)).head, Some(at as u64 + 2));
        assert_eq!(with(&site.verify_as_auditor(), Code::HeadMissing).head, Some(at as u64 + 1));
    });
    each_round(|site, dice| {
        let mut lines = site.lines();
        lines.truncate(dice.throw(1, lines.len() as u64 - 1) as usize);
        site.write_lines(&lines);
        let report = site.verify_as_auditor();
        assert_eq!(with(&report, Code::HeadMissing).head, Some(lines.len() as u64 + 1));
    });
}

#[test]
fn no_heads_at_all_prove_nothing() {
    each_round(|site, _| {
        std::fs::remove_file(heads_path(&site.data())).unwrap();
        only(&site.verify(), Code::NoHeads);
    });
}

/// What somebody without our key can do best: a history and heads of their own, in themselves faultless.
#[test]
fn heads_signed_anew_with_another_key_are_found_by_the_key_that_was_handed_out() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        set(site, seq, "body = x'7b7d'");
        site.rehash();
        sign_anew(site, &HeadKey::from_bytes(site.algorithm, &[9; 32]).unwrap());
        assert!(
            site.verify().whole,
            "within the directory everything fits: this is what copies elsewhere are for"
        );
        let report = site.verify_as_auditor();
        let faults = report.problems.iter().filter(|p| p.code == Code::Head(HeadFaultKind::OtherKey)).count();
        assert_eq!(faults, site.sizes.len(), "every line: {report:?}");
        assert_eq!(with(&report, Code::RootDiffers).entries, Some(site.between_heads(seq)), "by the copies");
    });
}

/// With our own key: two histories are signed, and a copy of one of them is enough.
#[test]
fn heads_signed_anew_with_our_own_key_are_found_by_their_copies() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        set(site, seq, "body = x'7b7d'");
        site.rehash();
        let key = std::fs::read_to_string(site.data().join("head.key")).unwrap().parse().unwrap();
        sign_anew(site, &key);
        assert!(site.verify().whole);
        let report = site.verify_as_auditor();
        let first = site.sizes.iter().position(|size| *size >= seq).unwrap() as u64 + 1;
        assert_eq!(with(&report, Code::HeadDiffers).head, Some(first));
        let (_, end) = site.between_heads(seq);
        let (from, to) = with(&report, Code::RootDiffers).entries.unwrap();
        assert!(from <= seq && to == end, "{seq} in {report:?}");
    });
}

/// Writes the record of heads anew over what the journal is now, under this key, and its public half.
fn sign_anew(site: &Site, key: &HeadKey) {
    let mut leaves = Vec::new();
    let reader = Reader::open(&site.data()).unwrap();
    let all: ControlFlow<()> = reader
        .for_each(0, |entry: Entry| {
            leaves.push((Hash(entry.leaf), entry.commit));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(all.is_continue());
    let mut lines: Vec<String> = Vec::new();
    for (at, size) in site.sizes.iter().enumerate() {
        let covered = &leaves[..*size as usize];
        let root = Tree::of(key.algorithm(), covered.iter().map(|(leaf, _)| *leaf)).root();
        let claim = Claim { size: *size, root, commit: covered[covered.len() - 1].1, time_us: at as i64 + 1 };
        let previous = lines.last().map_or(String::new(), |line| key.algorithm().line_hash(line.as_bytes()));
        let head = SignedHead::sign(claim, at as u64 + 1, previous, key);
        lines.push(serde_json::to_string(&head).unwrap());
    }
    site.write_lines(&lines);
    std::fs::write(public_key_path(&site.data()), format!("{}\n", key.public())).unwrap();
}

#[test]
fn a_data_directory_put_back_whole_is_found_by_a_later_head_kept_elsewhere() {
    each_round(|site, dice| {
        let keep = dice.throw(1, site.sizes.len() as u64 - 1) as usize;
        let size = site.sizes[keep - 1];
        site.tamper(|conn| {
            conn.execute("DELETE FROM events WHERE seq > ?1", [size.cast_signed()]).unwrap();
        });
        site.write_lines(&site.lines()[..keep]);
        assert!(site.verify().whole);
        let report = site.verify_as_auditor();
        assert_eq!(with(&report, Code::HeadMissing).head, Some(keep as u64 + 1));
        assert_eq!(with(&report, Code::JournalShorter).entries, Some((size + 1, site.sizes[keep])));
    });
}

#[test]
fn a_trigger_that_was_removed_is_found_and_the_rest_is_verified_all_the_same() {
    each_round(|site, dice| {
        let seq = dice.throw(1, site.size());
        set(site, seq, "body = x'7b7d'");
        let conn = Connection::open(site.data().join("journal.db")).unwrap();
        conn.execute_batch("DROP TRIGGER events_no_update").unwrap();
        drop(conn);
        let report = site.verify();
        with(&report, Code::SchemaAltered);
        assert_eq!(with(&report, Code::EntryChanged).entries, Some((seq, seq)));
    });
}

/// What the journal says that it is of: the row goes, or another name stands there, with the format that fits.
#[test]
fn another_name_of_the_algorithm_in_the_journal_is_found() {
    each_round(|site, _| {
        site.tamper(|conn| name_other_algorithm(conn, site.algorithm));
        with(&site.verify(), Code::AlgorithmDiffers);
        with(&site.verify_as_auditor(), Code::AlgorithmDiffers);
    });
}

/// The other algorithm; the database then says that it is of that one.
fn name_other_algorithm(conn: &Connection, from: Algorithm) {
    let statement = match from {
        Algorithm::Sha256Ed25519 => {
            "INSERT INTO meta VALUES ('algorithm', CAST('sm3-sm2' AS BLOB)); PRAGMA user_version = 3"
        }
        Algorithm::Sm3Sm2 => "DELETE FROM meta WHERE name = 'algorithm'; PRAGMA user_version = 2",
    };
    conn.execute_batch(statement).unwrap();
}

/// Everything made anew with the other algorithm: in itself faultless, and not what the auditor has the key of.
#[test]
fn a_directory_made_anew_with_the_other_algorithm_is_found_by_the_key_that_was_handed_out() {
    each_round(|site, dice| {
        let other = Algorithm::ALL.into_iter().find(|other| *other != site.algorithm).unwrap();
        set(site, dice.throw(1, site.size()), "body = x'7b7d'");
        site.tamper(|conn| name_other_algorithm(conn, site.algorithm));
        site.rehash_as(other);
        sign_anew(site, &HeadKey::from_bytes(other, &[9; 32]).unwrap());
        assert!(site.verify().whole, "{:?}", site.verify());
        let report = site.verify_as_auditor();
        with(&report, Code::AlgorithmDiffers);
        let faults = report.problems.iter().filter(|p| p.code == Code::Head(HeadFaultKind::OtherKey)).count();
        assert_eq!(faults, site.sizes.len(), "every line: {report:?}");
    });
}

/// A byte flipped anywhere in the file: it is found, or no entry reads otherwise than before.
#[test]
fn a_flipped_byte_is_found_or_does_no_harm() {
    Algorithm::ALL.into_iter().for_each(flip_bytes);
}

fn flip_bytes(algorithm: Algorithm) {
    let mut dice = Dice(1);
    let site = Site::new(algorithm, &mut dice);
    let path = site.data().join("journal.db");
    let (bytes, before) = (std::fs::read(&path).unwrap(), entries(&site.data()));
    let mut found = 0;
    for _ in 0..400 {
        let mut flipped = bytes.clone();
        let at = dice.throw(0, bytes.len() as u64 - 1) as usize;
        flipped[at] ^= 1 << dice.throw(0, 7);
        std::fs::write(&path, flipped).unwrap();
        for log in ["journal.db-wal", "journal.db-shm"] {
            std::fs::remove_file(site.data().join(log)).ok();
        }
        match verify(&Options { data_dir: site.data(), heads: None, key: None }) {
            Ok(report) if report.whole => assert_eq!(entries(&site.data()), before, "byte {at}"),
            _ => found += 1,
        }
    }
    assert!(found > 50, "{found} of 400 were found: most of the file is not entries, but not nearly all");
}

fn entries(data_dir: &Path) -> Vec<Entry> {
    let mut entries = Vec::new();
    let read = Reader::open_to_examine(data_dir).unwrap().0.for_each(0, |entry| {
        entries.push(entry);
        ControlFlow::<()>::Continue(())
    });
    assert!(read.unwrap().is_continue());
    entries
}
