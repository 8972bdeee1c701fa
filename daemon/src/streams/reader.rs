//! One stream, read by our consumer group.
//!
//! *Laws.*
//! 1. An entry is acknowledged only after the journal's commit; until then it stays pending and comes again after any failure.
//! 2. Reads that block have a connection of their own, and are never abandoned while it goes on: a session that breaks is
//!    dropped whole, and the next begins with what is pending.
//! 3. First what is pending to us, then what is pending to consumers that are gone, then what is new.
//! 4. Redis is a transport: what is odd about the stream is counted and said; what comes twice is a duplicate.

use super::backoff::{self, Backoff};
use super::cluster::Nodes;
use super::connect::{Broken, Link};
use super::entry;
use super::position::{EntryId, Oddity, Position, oddities};
use crate::metrics::StreamMetrics;
use crate::service::{Busy, Ingest, QueuedReply};
use redis::{Cmd, Value, cmd};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use xiezhi_dataflows::event::Door;

/// Most entries in one read: what one transaction takes.
const COUNT: usize = 1000;
/// Batches that are read and not yet acknowledged: one is parsed while another is committed.
const BATCHES: usize = 3;
/// How long a read waits for something new.
const BLOCK: Duration = Duration::from_secs(1);
/// How long any answer may take beyond that.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long an entry must have been pending to another consumer before we take it over.
const IDLE: Duration = Duration::from_secs(60);
/// How often room on the disk is looked for.
const ROOM: Duration = Duration::from_millis(500);
/// How often the stream is looked at, and what others left is looked for.
const LOOK: Duration = Duration::from_secs(5);

/// What reads one stream.
pub struct Reader {
    /// The server.
    pub nodes: Arc<Nodes>,
    /// The stream's name.
    pub stream: String,
    /// The consumer group.
    pub group: String,
    /// We within the group.
    pub consumer: String,
    /// What events come through.
    pub door: Arc<Door>,
    /// The way into the journal.
    pub ingest: Ingest,
    /// Its metrics.
    pub metrics: StreamMetrics,
    /// The file with the last id that was acknowledged.
    pub mark: PathBuf,
    /// Whether to stop.
    pub stopping: watch::Receiver<bool>,
}

/// Entries as a read gives them: id and fields, or no fields if it was deleted.
type Entries = Vec<(String, Option<Vec<Vec<u8>>>)>;

/// Entries that are on their way into the journal.
struct Batch {
    ids: Vec<String>,
    reply: QueuedReply,
}

impl Reader {
    /// Reads until told to stop.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        while !*self.stopping.borrow() {
            let begun = Instant::now();
            let Err(Broken(why)) = self.session().await else { return };
            self.metrics.connected.set(0);
            if *self.stopping.borrow() {
                return;
            }
            let wait = backoff.after(begun.elapsed());
            tracing::warn!(
                stream = self.stream,
                why,
                wait_ms = wait.as_millis(),
                "not read from; tried again"
            );
            self.metrics.broken.inc();
            backoff::rest(wait, &mut self.stopping).await;
        }
    }

    /// Connects and reads until told to stop, or until something breaks.
    async fn session(&self) -> Result<(), Broken> {
        let mut reading = self.nodes.connect_for(&self.stream).await?;
        let mut acknowledging = self.nodes.connect_for(&self.stream).await?;
        let mut last = self.begin(&mut acknowledging).await?;
        self.metrics.connected.set(1);
        tracing::info!(stream = self.stream, group = self.group, "read from");
        let (batches, mut under_way) = mpsc::channel::<Batch>(BATCHES);
        let read = async {
            self.read(&mut reading, batches).await?;
            Ok::<(), Broken>(())
        };
        let acknowledge = async {
            while let Some(batch) = under_way.recv().await {
                self.acknowledge(&mut acknowledging, batch, &mut last).await?;
            }
            Ok::<(), Broken>(())
        };
        // If one breaks the other is dropped with it, and the connections with both: what was read is pending.
        tokio::try_join!(read, acknowledge).map(|_| ())
    }

    /// Makes the group if it is not there, at the stream's beginning: what is older than us is not skipped. Gives the last
    /// id that was acknowledged, if that still means anything.
    async fn begin(&self, link: &mut Link) -> Result<Option<EntryId>, Broken> {
        let mut make = cmd("XGROUP");
        make.arg("CREATE").arg(&self.stream).arg(&self.group).arg("0").arg("MKSTREAM");
        let made = link.try_ask::<Value>(&make, PATIENCE).await?;
        let marked = self.marked();
        let found = match made {
            Ok(_) if marked.is_some() => {
                self.odd(&[Oddity::Emptied]);
                vec![Oddity::Emptied]
            }
            Err(error) if error.code() != Some("BUSYGROUP") => return Err(error.into()),
            Ok(_) | Err(_) => self.check(link, marked).await?,
        };
        if found.iter().any(|odd| odd.begins_again()) {
            let mut set = cmd("XGROUP");
            set.arg("SETID").arg(&self.stream).arg(&self.group).arg("0");
            link.ask::<Value>(&set, PATIENCE).await?;
            std::fs::remove_file(&self.mark).ok();
            return Ok(None);
        }
        Ok(marked)
    }

    /// Looks whether anything is odd, and says it.
    async fn check(&self, link: &mut Link, marked: Option<EntryId>) -> Result<Vec<Oddity>, Broken> {
        let at = self.look(link).await?;
        let found = oddities(&at, marked);
        self.odd(&found);
        if let (true, Some(removed)) = (found.contains(&Oddity::Trimmed), at.removed) {
            // Said once: what is gone counts as read from now on.
            let mut set = cmd("XGROUP");
            set.arg("SETID").arg(&self.stream).arg(&self.group).arg(at.delivered.to_string());
            set.arg("ENTRIESREAD").arg(removed);
            link.ask::<Value>(&set, PATIENCE).await?;
        }
        Ok(found)
    }

    fn odd(&self, found: &[Oddity]) {
        for odd in found {
            self.metrics.odd(*odd);
            tracing::error!(stream = self.stream, what = odd.as_str(), "{}", odd.said());
        }
    }

    /// Where the group stands; also counts what waits.
    async fn look(&self, link: &mut Link) -> Result<Position, Broken> {
        let mut about = cmd("XINFO");
        about.arg("STREAM").arg(&self.stream);
        let stream: HashMap<String, Value> = link.ask(&about, PATIENCE).await?;
        let mut about = cmd("XINFO");
        about.arg("GROUPS").arg(&self.stream);
        let groups: Vec<HashMap<String, Value>> = link.ask(&about, PATIENCE).await?;
        let ours = groups.into_iter().find(|group| text(group.get("name")) == Some(self.group.clone()));
        let ours = ours.ok_or_else(|| Broken(format!("the group {} is gone", self.group)))?;
        let id = |value: Option<&Value>| text(value).and_then(|text| text.parse::<EntryId>().ok());
        self.metrics.pending.set(number(ours.get("pending")).unwrap_or(0));
        // After a restart from its append-only file the server does not know the lag: the length is an upper bound.
        let lag = number(ours.get("lag")).or_else(|| number(stream.get("length")));
        self.metrics.lag.set(lag.unwrap_or(0));
        let added = number(stream.get("entries-added")).zip(number(stream.get("length")));
        Ok(Position {
            last: id(stream.get("last-generated-id")).unwrap_or_default(),
            deleted: id(stream.get("max-deleted-entry-id")),
            removed: added.and_then(|(added, length)| u64::try_from(added - length).ok()),
            delivered: id(ours.get("last-delivered-id")).unwrap_or_default(),
            read: number(ours.get("entries-read")).and_then(|read| u64::try_from(read).ok()),
        })
    }

    async fn read(&self, link: &mut Link, batches: mpsc::Sender<Batch>) -> Result<(), Broken> {
        self.read_pending(link, &batches).await?;
        self.claim(link, &batches).await?;
        let mut looked = Instant::now();
        while !*self.stopping.borrow() {
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.check(link, None).await?;
                self.claim(link, &batches).await?;
            }
            let entries = self.entries(link, ">", true).await?;
            self.submit(entries, &batches).await?;
        }
        Ok(())
    }

    /// What was given to us before and never acknowledged.
    async fn read_pending(&self, link: &mut Link, batches: &mpsc::Sender<Batch>) -> Result<(), Broken> {
        let mut after = "0".to_owned();
        loop {
            let entries = self.entries(link, &after, false).await?;
            let Some((last, _)) = entries.last() else { return Ok(()) };
            after = last.clone();
            self.submit(entries, batches).await?;
        }
    }

    /// Takes over what consumers that are gone have left.
    async fn claim(&self, link: &mut Link, batches: &mpsc::Sender<Batch>) -> Result<(), Broken> {
        let mut from = "0-0".to_owned();
        loop {
            let mut claim = cmd("XAUTOCLAIM");
            claim.arg(&self.stream).arg(&self.group).arg(&self.consumer).arg(IDLE.as_millis() as u64);
            claim.arg(&from).arg("COUNT").arg(COUNT);
            let (next, entries, deleted): (String, Entries, Vec<String>) = link.ask(&claim, PATIENCE).await?;
            if !deleted.is_empty() {
                self.odd(&[Oddity::Gone]);
            }
            self.submit(entries, batches).await?;
            if next == "0-0" {
                return Ok(());
            }
            from = next;
        }
    }

    async fn entries(&self, link: &mut Link, after: &str, block: bool) -> Result<Entries, Broken> {
        let read = self.read_command(after, block);
        let read: Option<Vec<(String, Entries)>> = link.ask(&read, PATIENCE + BLOCK).await?;
        Ok(read.into_iter().flatten().flat_map(|(_, entries)| entries).collect())
    }

    fn read_command(&self, after: &str, block: bool) -> Cmd {
        let mut read = cmd("XREADGROUP");
        read.arg("GROUP").arg(&self.group).arg(&self.consumer).arg("COUNT").arg(COUNT);
        if block {
            read.arg("BLOCK").arg(BLOCK.as_millis() as u64);
        }
        read.arg("STREAMS").arg(&self.stream).arg(after);
        read
    }

    /// Sends entries on their way; waits while too many are.
    async fn submit(&self, entries: Entries, batches: &mpsc::Sender<Batch>) -> Result<(), Broken> {
        if entries.is_empty() {
            return Ok(());
        }
        if entries.iter().any(|(_, fields)| fields.is_none()) {
            self.odd(&[Oddity::Gone]);
        }
        self.wait_for_room().await;
        let (door, ingest) = (self.door.clone(), self.ingest.clone());
        let submitted = tokio::task::spawn_blocking(move || {
            let ids = entries.iter().map(|(id, _)| id.clone()).collect();
            let items = entries.iter().filter_map(|(_, fields)| Some(entry::item(&door, fields.as_ref()?)));
            let reply = ingest.submit(items.collect(), "redis")?;
            Ok(Batch { ids, reply })
        });
        let submitted = submitted.await.map_err(|error| Broken(error.to_string()))?;
        let batch = submitted.map_err(|busy| {
            let why = match busy {
                Busy::NoRoom => "the daemon's disk is nearly full",
                Busy::Full | Busy::Stopping => "the daemon is stopping",
            };
            Broken(why.to_owned())
        })?;
        batches.send(batch).await.map_err(|_| Broken("nobody acknowledges".to_owned()))
    }

    /// Waits while the disk is nearly full: what was read stays pending, and what was not stays on the stream.
    async fn wait_for_room(&self) {
        let mut stopping = self.stopping.clone();
        while self.ingest.is_short_of_room() && !*stopping.borrow() {
            backoff::rest(ROOM, &mut stopping).await;
        }
    }

    /// Waits until a batch is durable, and acknowledges it.
    async fn acknowledge(
        &self,
        link: &mut Link,
        batch: Batch,
        last: &mut Option<EntryId>,
    ) -> Result<(), Broken> {
        let Batch { ids, reply } = batch;
        let receipt =
            reply.await.map_err(|_| Broken("the journal failed; nothing was acknowledged".to_owned()))?;
        let mut acknowledge = cmd("XACK");
        acknowledge.arg(&self.stream).arg(&self.group).arg(&ids);
        link.ask::<u64>(&acknowledge, PATIENCE).await?;
        self.metrics.acknowledged.inc_by(ids.len() as u64);
        if !receipt.quarantined.is_empty() {
            tracing::warn!(stream = self.stream, entries = receipt.quarantined.len(), "put into quarantine");
        }
        let greatest = ids.iter().filter_map(|id| id.parse::<EntryId>().ok()).max();
        if let Some(greatest) = greatest.filter(|greatest| last.is_none_or(|last| last < *greatest)) {
            *last = Some(greatest);
            self.note(greatest);
        }
        Ok(())
    }

    /// The last id that was acknowledged, as far as is known.
    fn marked(&self) -> Option<EntryId> {
        std::fs::read_to_string(&self.mark).ok()?.trim().parse().ok()
    }

    /// Notes the last id that was acknowledged. Only for noticing: without it less is noticed, and nothing is lost.
    fn note(&self, last: EntryId) {
        let new = self.mark.with_extension("new");
        let written = std::fs::write(&new, last.to_string()).and_then(|()| std::fs::rename(&new, &self.mark));
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.mark.display(), "the last entry read could not be noted");
        }
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    redis::from_redis_value_ref(value?).ok()
}

fn number(value: Option<&Value>) -> Option<i64> {
    redis::from_redis_value_ref(value?).ok()
}
