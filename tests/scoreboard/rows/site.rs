//! A data directory made in process, and what an auditor keeps of it elsewhere: for the rows that change its files.

use rusqlite::Connection;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use xiezhi::heads::{Heads, heads_path, public_key_path};
use xiezhi::journal::{Entry, Found, Journal, NewEvent, Reader};
use xiezhi::verify::{Options, Report, VerifyError, verify};
use xiezhi_proof::{Algorithm, Claim, Hash, HeadKey, SignedHead, Tree};
use xiezhi_tests::Dice;

/// A site.
pub struct Site {
    folder: TempDir,
    /// What it is hashed and signed with.
    pub algorithm: Algorithm,
    /// How many entries each head covers.
    pub sizes: Vec<u64>,
}

/// The bytes of its files.
pub struct Image {
    files: Vec<(PathBuf, Vec<u8>)>,
    algorithm: Algorithm,
    sizes: Vec<u64>,
}

fn event(number: u64) -> NewEvent {
    NewEvent {
        source: "/tests/scoreboard".to_owned(),
        id: format!("e-{number:05}"),
        kind: "bid.submitted".to_owned(),
        body: format!("{{\"number\":{number},\"section\":\"标段\"}}").into_bytes(),
    }
}

/// Where folders of tests lie: in memory, if the machine has such a place.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder for a site")
}

impl Site {
    /// A site with so many heads, each over so many more commits; with `open_log` its last commits are still in SQLite's log.
    ///
    /// # Panics
    /// If it cannot be made.
    pub fn make(algorithm: Algorithm, heads: u64, commits: u64, open_log: bool, dice: &mut Dice) -> Image {
        let mut site = Site { folder: folder(), algorithm, sizes: Vec::new() };
        let mut journal = Journal::open_as(&site.data(), &[7; 32], Some(algorithm)).expect("a journal");
        let signer = Heads::open(&site.data()).expect("a record of heads");
        for day in 1..=heads {
            for _ in 0..commits {
                let last = journal.last();
                let batch: Vec<NewEvent> = (last.seq..last.seq + dice.throw(1, 4)).map(event).collect();
                journal.append(last.commit + 1, last.seq.cast_signed(), &batch, &[]).expect("appended");
            }
            site.sizes.push(signer.demand(day.cast_signed()).expect("a head").0.size);
        }
        if !open_log {
            journal.close().expect("closed");
            return site.image();
        }
        let image = site.image();
        drop(journal);
        image
    }

    /// A site with the files of an image.
    ///
    /// # Panics
    /// If they cannot be written.
    pub fn of(image: &Image) -> Site {
        let site = Site { folder: folder(), algorithm: image.algorithm, sizes: image.sizes.clone() };
        std::fs::create_dir(site.data()).expect("a folder");
        image
            .files
            .iter()
            .for_each(|(name, bytes)| std::fs::write(site.data().join(name), bytes).expect("a file"));
        for (from, to) in [
            (heads_path(&site.data()), site.kept("heads")),
            (public_key_path(&site.data()), site.kept("key")),
        ] {
            std::fs::copy(from, to).expect("a copy kept elsewhere");
        }
        site
    }

    fn image(&self) -> Image {
        let files =
            std::fs::read_dir(self.data()).expect("a folder").map(|file| file.expect("an entry").path());
        // The index of SQLite's log is made anew from the log.
        let files = files.filter(|path| !path.to_string_lossy().ends_with("-shm"));
        let read =
            |path: PathBuf| (path.file_name().expect("a name").into(), std::fs::read(&path).expect("a file"));
        Image { files: files.map(read).collect(), algorithm: self.algorithm, sizes: self.sizes.clone() }
    }

    /// The data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn kept(&self, what: &str) -> PathBuf {
        self.folder.path().join(what)
    }

    /// How many entries there were.
    pub fn size(&self) -> u64 {
        *self.sizes.last().expect("a head")
    }

    /// First and last entry between the heads around one.
    pub fn between_heads(&self, seq: u64) -> (u64, u64) {
        let at = self.sizes.iter().position(|size| *size >= seq).expect("covered");
        (at.checked_sub(1).map_or(1, |before| self.sizes[before] + 1), self.sizes[at])
    }

    /// As an auditor verifies, with the heads and the key that were kept elsewhere.
    ///
    /// # Errors
    /// If nothing can be verified.
    pub fn verify(&self) -> Result<Report, VerifyError> {
        let (heads, key) = (Some(self.kept("heads")), Some(self.kept("key")));
        verify(&Options { data_dir: self.data(), heads, key })
    }

    /// The entries that can be read.
    ///
    /// # Errors
    /// If the journal cannot be read, or not to its end.
    pub fn entries(&self) -> Result<Vec<Entry>, String> {
        let reader = Reader::open(&self.data()).map_err(|error| error.to_string())?;
        let mut entries = Vec::new();
        let read = reader.for_each(0, |entry| {
            entries.push(entry);
            ControlFlow::<()>::Continue(())
        });
        let read = read.map_err(|error| error.to_string())?;
        assert!(read.is_continue(), "nothing asked it to stop");
        Ok(entries)
    }

    /// Does something to the database past its triggers, which are there again afterwards.
    ///
    /// # Panics
    /// If it cannot.
    pub fn tamper(&self, statements: &str) {
        let db = Connection::open(self.data().join("journal.db")).expect("the journal");
        db.pragma_update(None, "synchronous", "OFF").expect("it is a copy");
        let mut select =
            db.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").expect("a schema");
        let trigger = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(String, String)> {
            Ok((row.get(0)?, row.get(1)?))
        };
        let triggers: Vec<(String, String)> =
            select.query_map([], trigger).expect("rows").map(|row| row.expect("a row")).collect();
        drop(select);
        triggers
            .iter()
            .for_each(|(name, _)| db.execute_batch(&format!("DROP TRIGGER {name}")).expect("dropped"));
        db.execute_batch(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
        triggers.iter().for_each(|(_, sql)| db.execute_batch(sql).expect("there again"));
    }

    /// Makes the leaf hashes fit whatever the entries are now.
    ///
    /// # Panics
    /// If they cannot be read.
    pub fn rehash(&self) {
        let (reader, _) = Reader::open_to_examine(&self.data()).expect("the journal");
        let mut statements = String::new();
        let rehash = |found| {
            if let Found::Entry(entry) = found {
                let leaf = Hash(entry.recomputed_leaf(self.algorithm));
                statements += &format!("UPDATE events SET leaf = x'{leaf}' WHERE seq = {};", entry.seq);
            }
        };
        reader.examine(rehash).expect("every entry, whatever is wrong with it");
        drop(reader);
        self.tamper(&statements);
    }

    /// The lines of the record of heads.
    pub fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(heads_path(&self.data())).expect("the record");
        text.lines().map(str::to_owned).collect()
    }

    /// Writes them.
    pub fn write_lines(&self, lines: &[String]) {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(heads_path(&self.data()), text).expect("the record");
    }

    /// Signs heads anew over what the journal is now.
    pub fn sign_anew(&self, key: &HeadKey) {
        let leaves: Vec<_> = self
            .entries()
            .expect("entries")
            .into_iter()
            .map(|entry| (Hash(entry.leaf), entry.commit))
            .collect();
        let mut lines: Vec<String> = Vec::new();
        for (at, size) in self.sizes.iter().enumerate() {
            let covered = &leaves[..*size as usize];
            let root = Tree::of(key.algorithm(), covered.iter().map(|(leaf, _)| *leaf)).root();
            let commit = covered.last().expect("entries").1;
            let claim = Claim { size: *size, root, commit, time_us: at as i64 + 1 };
            let previous =
                lines.last().map_or(String::new(), |line| key.algorithm().line_hash(line.as_bytes()));
            lines.push(
                serde_json::to_string(&SignedHead::sign(claim, at as u64 + 1, previous, key))
                    .expect("plain data"),
            );
        }
        self.write_lines(&lines);
        std::fs::write(public_key_path(&self.data()), format!("{}\n", key.public())).expect("the key");
    }

    /// The site's own secret key.
    pub fn secret(&self) -> HeadKey {
        let text = std::fs::read_to_string(self.data().join("head.key")).expect("the key");
        text.parse().expect("a key")
    }
}

impl Image {
    /// A file's bytes.
    ///
    /// # Panics
    /// If there is none.
    pub fn bytes(&self, name: &str) -> &[u8] {
        &self.files.iter().find(|(path, _)| path.as_os_str() == name).unwrap_or_else(|| panic!("no {name}")).1
    }
}
