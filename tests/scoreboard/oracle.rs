//! The oracle: a client that remembers what it sent, in which order, and what was answered.
//!
//! A receipt (202) is an obligation: its events must be in the journal for ever, in the order in which they were answered and sent. A 503 that
//! says that nothing was taken is one too: its events must not be there. No answer, and any other refusal of the server, says nothing: they may be there or not.

use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc;
use std::time::Duration;
use xiezhi_simulator::{Settings, Truth, Venue};
use xiezhi_tests::{Answer, Client, Dice};

/// Connections that send at the same time.
const SENDERS: usize = 3;
/// Codes of a 503 that say that nothing was taken.
const NOTHING_TAKEN: [&str; 2] = ["busy", "disk_nearly_full"];
/// Most events of a batch.
const BATCH_EVENTS: u64 = 12;

/// What a name is: source and id.
pub type Name = (String, String);

/// What is known of one event.
#[derive(Clone, Debug, Default)]
struct Known {
    /// When it was first sent, in ticks of the oracle.
    sent: Option<u64>,
    /// When it was first answered with a receipt.
    answered: Option<u64>,
    /// Whether a request with it ended without an answer that says what became of it.
    unknown: bool,
}

/// One request: the places of its events, and how many of them were acknowledged before.
struct Batch {
    places: Vec<usize>,
    known: usize,
}

/// What came of one request.
struct Outcome {
    batch: usize,
    sent: u64,
    ended: u64,
    answer: Option<Answer>,
}

/// An entry of the journal as far as the oracle looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place.
    pub seq: i64,
    /// Its commit.
    pub commit: i64,
    /// Its name.
    pub name: Name,
}

/// Reads a journal beside the daemon, or after its end.
///
/// # Panics
/// If it cannot be read.
pub fn entries(data_dir: &Path) -> Vec<Entry> {
    let path = data_dir.join("journal.db");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection =
        Connection::open_with_flags(&path, flags).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    connection.busy_timeout(Duration::from_secs(10)).expect("a timeout");
    let mut rows =
        connection.prepare("SELECT seq, commit_no, source, id FROM events ORDER BY seq").expect("a table");
    let entry = |row: &rusqlite::Row<'_>| -> rusqlite::Result<Entry> {
        Ok(Entry { seq: row.get(0)?, commit: row.get(1)?, name: (row.get(2)?, row.get(3)?) })
    };
    rows.query_map([], entry).expect("rows").map(|row| row.expect("a row")).collect()
}

/// The oracle.
pub struct Oracle {
    /// The events, as they are sent, in their proper order.
    pub events: Vec<String>,
    /// What was planted among them.
    pub truth: Vec<Truth>,
    places: BTreeMap<Name, usize>,
    known: Vec<Known>,
    clock: AtomicU64,
    /// Requests that were answered with a receipt.
    pub receipts: u64,
    /// Events that had become durable without a receipt.
    pub durable_unknown: u64,
    /// Requests that were told to come again.
    pub told_again: u64,
}

/// The name of an event as it is sent.
///
/// # Panics
/// If it has none.
pub fn name(event: &str) -> Name {
    let event: Value = serde_json::from_str(event).expect("an event is JSON");
    let text = |field: &str| event[field].as_str().expect("a text").to_owned();
    (text("source"), text("id"))
}

impl Oracle {
    /// An oracle of some days of a simulated venue that are over on `today`.
    ///
    /// # Panics
    /// If there is no such venue.
    pub fn of_venue(seed: u64, days: u32, bids_per_day: u32, today: jiff::civil::Date) -> Oracle {
        let first_day = today.saturating_sub(jiff::Span::new().days(i64::from(days) + 9));
        let settings =
            Settings { seed, days, first_day, bids_per_day, scheme_share: 0.4, ..Settings::default() };
        let (mut events, mut truth) = (Vec::new(), Vec::new());
        for mut day in Venue::new(settings).expect("a venue") {
            events.extend(day.events.into_iter().map(|event| event.json));
            truth.append(&mut day.truth);
        }
        Oracle { truth, ..Oracle::of(events) }
    }

    /// An oracle of events.
    ///
    /// # Panics
    /// If two have one name.
    pub fn of(events: Vec<String>) -> Oracle {
        let places: BTreeMap<Name, usize> =
            events.iter().enumerate().map(|(place, event)| (name(event), place)).collect();
        assert_eq!(places.len(), events.len(), "names occur once");
        let known = vec![Known::default(); events.len()];
        Oracle {
            events,
            truth: Vec::new(),
            places,
            known,
            clock: AtomicU64::new(0),
            receipts: 0,
            durable_unknown: 0,
            told_again: 0,
        }
    }

    /// How many events have no receipt yet.
    pub fn left(&self) -> usize {
        self.known.iter().filter(|known| known.answered.is_none()).count()
    }

    /// How many have one.
    pub fn owed(&self) -> usize {
        self.known.len() - self.left()
    }

    /// Batches of the next `share` events without a receipt, with some that have one mixed in.
    fn batches(&self, share: usize, dice: &mut Dice) -> Vec<Batch> {
        let (done, left): (Vec<usize>, Vec<usize>) =
            (0..self.events.len()).partition(|at| self.known[*at].answered.is_some());
        let mut share = left.into_iter().take(share).peekable();
        let mut batches = Vec::new();
        while share.peek().is_some() {
            let size = dice.throw(1, BATCH_EVENTS) as usize;
            let mut places: Vec<usize> = share.by_ref().take(size).collect();
            let again = if done.is_empty() || !dice.once_in(5) { 0 } else { dice.throw(1, 4) };
            places.extend((0..again).map(|_| done[dice.throw(0, done.len() as u64 - 1) as usize]));
            places.dedup();
            let known = places.iter().filter(|at| self.known[**at].answered.is_some()).count();
            batches.push(Batch { known, places });
        }
        batches
    }

    /// Sends the next `share` events, spread over `during`, over several connections, until all are answered, a connection breaks or `stopped`;
    /// `meanwhile` runs beside.
    ///
    /// # Panics
    /// If an answer breaks a promise.
    pub fn send<T>(
        &mut self,
        client: &Client,
        share: usize,
        during: Duration,
        dice: &mut Dice,
        meanwhile: impl FnOnce(&AtomicBool) -> T,
    ) -> T {
        let batches = self.batches(share, dice);
        let pause = during / u32::try_from(batches.len().max(1)).expect("few batches") * SENDERS as u32;
        let bodies: Vec<String> = batches
            .iter()
            .map(|batch| batch.places.iter().map(|at| self.events[*at].clone() + "\n").collect())
            .collect();
        let (tell, outcomes) = mpsc::channel();
        let (clock, stopped) = (&self.clock, &AtomicBool::new(false));
        let result = std::thread::scope(|scope| {
            for lane in 0..SENDERS {
                let (tell, bodies, client) = (tell.clone(), &bodies, client.clone());
                scope.spawn(move || {
                    for (batch, body) in bodies.iter().enumerate().skip(lane).step_by(SENDERS) {
                        let sent = clock.fetch_add(1, Ordering::SeqCst);
                        let answer = client.try_post("application/x-ndjson", body.clone()).ok();
                        let ended = clock.fetch_add(1, Ordering::SeqCst);
                        let broken = answer.is_none();
                        tell.send(Outcome { batch, sent, ended, answer }).expect("somebody listens");
                        if broken || stopped.load(Ordering::Relaxed) {
                            return;
                        }
                        std::thread::sleep(pause);
                    }
                });
            }
            meanwhile(stopped)
        });
        drop(tell);
        for outcome in outcomes {
            self.note(&batches[outcome.batch], outcome);
        }
        result
    }

    /// Sends all that has no receipt until all has one.
    ///
    /// # Panics
    /// If it does not get them.
    pub fn send_rest(&mut self, client: &Client, dice: &mut Dice) {
        xiezhi_tests::eventually("everything is answered with a receipt", || {
            self.send(client, usize::MAX, Duration::ZERO, dice, |_| ());
            (self.left() == 0).then_some(())
        });
    }

    fn note(&mut self, batch: &Batch, outcome: Outcome) {
        for at in &batch.places {
            let sent = &mut self.known[*at].sent;
            *sent = Some(sent.map_or(outcome.sent, |before| before.min(outcome.sent)));
        }
        match outcome.answer {
            Some(answer) if answer.status == 202 => self.receipt(batch, &answer.json(), outcome.ended),
            Some(answer) if answer.status == 503 => {
                self.told_again += 1;
                // Whoever is told that the daemon stops or fails is told nothing of the events.
                if !NOTHING_TAKEN.contains(&answer.problem().as_str()) {
                    self.unknown(batch);
                }
            }
            Some(answer) if answer.status >= 500 => self.unknown(batch),
            Some(answer) => panic!("{}: {}", answer.status, answer.text()),
            None => self.unknown(batch),
        }
    }

    fn unknown(&mut self, batch: &Batch) {
        batch.places.iter().for_each(|at| self.known[*at].unknown = true);
    }

    /// Notes what a receipt acknowledges, which must be all of the batch.
    fn receipt(&mut self, batch: &Batch, receipt: &Value, ended: u64) {
        let count = |field: &str| receipt[field].as_u64().expect("a count") as usize;
        let (accepted, duplicate) = (count("accepted"), count("duplicate"));
        assert_eq!(receipt["quarantined"], serde_json::json!([]), "{receipt}");
        assert_eq!(accepted + duplicate, batch.places.len(), "{receipt}");
        assert!(duplicate >= batch.known, "an acknowledged event was lost: {receipt}, {} known", batch.known);
        self.receipts += 1;
        let unknown = batch.places.iter().filter(|at| self.known[**at].unknown).count();
        let more = duplicate.saturating_sub(batch.known);
        assert!(
            more <= unknown,
            "{more} events were there already, of which at most {unknown} may be: {receipt}"
        );
        self.durable_unknown += more as u64;
        batch
            .places
            .iter()
            .for_each(|at| self.known[*at].answered = self.known[*at].answered.or(Some(ended)));
    }

    /// What the oracle does not know of is there, or an obligation is not kept: I1, I2. Gives the places of the events that are there.
    ///
    /// # Panics
    /// If so.
    pub fn check_journal(&self, data_dir: &Path) -> BTreeSet<usize> {
        let entries = entries(data_dir);
        let (mut last_seq, mut last_commit, mut places) = (0, 0, Vec::new());
        for entry in &entries {
            assert_eq!(entry.seq, last_seq + 1, "a gap");
            assert!(entry.commit >= last_commit, "commits go up");
            (last_seq, last_commit) = (entry.seq, entry.commit);
            let place = self.places.get(&entry.name);
            places.push(*place.unwrap_or_else(|| panic!("invented: {entry:?}")));
        }
        let there: BTreeSet<usize> = places.iter().copied().collect();
        assert_eq!(there.len(), places.len(), "an event is there twice");
        for (place, known) in self.known.iter().enumerate() {
            let name = || name(&self.events[place]);
            match known {
                Known { answered: Some(_), .. } => {
                    assert!(there.contains(&place), "acknowledged and lost: {:?}", name())
                }
                Known { unknown: true, .. } => {}
                // Refused with "nothing was taken", or not sent at all.
                Known { sent, .. } => {
                    assert!(!there.contains(&place), "not taken and there: {:?}, sent {sent:?}", name())
                }
            }
        }
        // Whatever was answered before another was first sent stands before it.
        let mut answered_after = u64::MAX;
        for place in places.iter().rev() {
            let Known { sent, answered, .. } = self.known[*place];
            assert!(
                sent.is_none_or(|sent| sent < answered_after),
                "out of order: {:?}",
                name(&self.events[*place])
            );
            answered_after = answered_after.min(answered.unwrap_or(u64::MAX));
        }
        there
    }

    /// Notes that an event was handed over by another way than HTTP, and nothing is known yet.
    pub fn handed_over(&mut self, place: usize) {
        let tick = self.clock.fetch_add(1, Ordering::SeqCst);
        let known = &mut self.known[place];
        known.sent = known.sent.or(Some(tick));
        known.unknown = true;
    }

    /// Notes that an event was acknowledged by another way than HTTP.
    pub fn acknowledged(&mut self, place: usize) {
        // At the end of all order: an XACK is seen later than it came.
        self.known[place].answered = Some(u64::MAX);
    }
}
