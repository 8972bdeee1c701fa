//! What Redis shows of the ledger: every notice on the alerts' stream and channel, every watched organisation under a key.
//!
//! | key | holds |
//! |---|---|
//! | `xiezhi:alerts` (as configured) | a stream; the entry `N-0` is the ledger's notice number N: `key`, `type`, `message` (JSON) |
//! | channel of the same name | the same messages as they come |
//! | `xiezhi:watchlist:{code}` | a watched organisation's entry, JSON |
//! | `xiezhi:watchlist` | the set of those codes |
//! | `xiezhi:heads` | a stream; the entry `N-0` is the signed head number N of the journal: `head` (JSON) |
//!
//! *Laws.*
//! 1. Redis refuses an entry whose number it has, so no notice and no head stands twice on the stream, whatever breaks in between.
//! 2. What is emptied is rebuilt, what is no longer watched disappears, what somebody else changed is put right: within [`CHECK`].
//! 3. Organisations only: persons are on the watch-list by pseudonym, and are shown to who may see them, by the API.
//! 4. In a cluster each key is where its slot is, under the same name ([`super::cluster`]).
//! 5. No transactions: Redis 7.0 loses them at a restart if its default user is off (redis/redis#14541).

use super::backoff::{self, Backoff};
use super::cluster::{Links, Nodes};
use super::connect::{Broken, Link};
use super::position::EntryId;
use crate::ledger::{LedgerError, Reader, WatchingFilter};
use crate::metrics::MirrorMetrics;
use redis::{Value, cmd, pipe};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How many notices the stream keeps, about.
const KEEP: u64 = 100_000;
/// How many notices go at once.
const PAGE: usize = 500;
/// How many keys are set at once.
const KEYS: usize = 500;
/// How often the ledger is looked at.
const NAP: Duration = Duration::from_millis(200);
/// How often Redis is looked at, whether it still shows what it was given.
const CHECK: Duration = Duration::from_secs(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The set of watched codes; its name and a colon begin the name of each key.
const WATCHLIST: &str = "xiezhi:watchlist";
/// The stream of signed heads.
const HEADS: &str = "xiezhi:heads";

/// What keeps Redis as the ledger is.
pub struct Mirror {
    /// The server.
    pub nodes: Arc<Nodes>,
    /// The stream and channel of alerts; none: they are not shown.
    pub alerts: Option<String>,
    /// The number of the latest head.
    pub heads: watch::Receiver<u64>,
    /// The data directory, for the ledger and the heads.
    pub data_dir: PathBuf,
    /// Its metrics.
    pub metrics: MirrorMetrics,
    /// Whether to stop.
    pub stopping: watch::Receiver<bool>,
}

/// Entries of the watch-list by code, as JSON.
type Watched = BTreeMap<String, String>;

impl Mirror {
    /// Mirrors until told to stop.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        while !*self.stopping.borrow() {
            let begun = Instant::now();
            let Err(Broken(why)) = self.session().await else { return };
            self.metrics.connected.set(0);
            let wait = backoff.after(begun.elapsed());
            tracing::warn!(
                why,
                wait_ms = wait.as_millis(),
                "alerts and watch-list are not shown in Redis; tried again"
            );
            backoff::rest(wait, &mut self.stopping).await;
        }
    }

    async fn session(&mut self) -> Result<(), Broken> {
        let mut links = self.nodes.clone().links().await?;
        self.show(&mut links).await.map_err(|broken| links.explained(broken))
    }

    /// Shows all that there is, as it comes, until told to stop.
    async fn show(&mut self, links: &mut Links) -> Result<(), Broken> {
        self.metrics.connected.set(1);
        let mut shown: Option<(u64, Watched)> = None;
        let (mut told, mut sealed) = (0, 0);
        let mut checked: Option<Instant> = None;
        loop {
            if checked.is_none_or(|at| at.elapsed() >= CHECK) {
                checked = Some(Instant::now());
                if let Some(stream) = &self.alerts {
                    let known = self.read(|ledger| ledger.last_notice()).await?;
                    told = last_shown(links.to(stream).await?, stream, known).await?;
                }
                let known = *self.heads.borrow();
                sealed = last_shown(links.to(HEADS).await?, HEADS, known).await?;
                // What it was given may be gone: the whole list is compared.
                shown = None;
            }
            if let Some(stream) = &self.alerts {
                told = self.tell(links.to(stream).await?, stream, told).await?;
            }
            let known = *self.heads.borrow();
            if sealed < known {
                sealed = self.show_heads(links.to(HEADS).await?, sealed).await?;
            }
            // The number first: what changes while the list is read is looked at again.
            let changes = self.read(|ledger| ledger.last_watch_change()).await?;
            if shown.as_ref().is_none_or(|(seen, _)| *seen != changes) {
                let there = shown.take().map(|(_, there)| there);
                shown = Some((changes, self.watch(links, there).await?));
            }
            if *self.stopping.borrow() {
                return Ok(());
            }
            backoff::rest(NAP, &mut self.stopping).await;
        }
    }

    /// Adds what the ledger has after a number; gives the new last number.
    async fn tell(&self, link: &mut Link, stream: &str, told: u64) -> Result<u64, Broken> {
        let mut told = told;
        loop {
            let notices = self
                .read(move |ledger| {
                    let from = if told == 0 { ledger.last_notice()?.saturating_sub(KEEP) } else { told };
                    ledger.notices(from, PAGE)
                })
                .await?;
            let Some((last, _)) = notices.last() else { return Ok(told) };
            let mut adding = pipe();
            for (number, body) in &notices {
                let (key, kind) = named(body)?;
                let id = EntryId::numbered(*number).to_string();
                adding.cmd("XADD").arg(stream).arg("MAXLEN").arg("~").arg(KEEP).arg(id);
                adding.arg("key").arg(key).arg("type").arg(format!("alert.{kind}")).arg("message").arg(body);
                adding.cmd("PUBLISH").arg(stream).arg(body);
            }
            told = *last;
            link.ask_all::<Value>(&adding, PATIENCE).await?;
            self.metrics.told.set(told.cast_signed());
        }
    }

    /// Adds the heads after a number; gives the new last number.
    async fn show_heads(&self, link: &mut Link, after: u64) -> Result<u64, Broken> {
        let data_dir = self.data_dir.clone();
        let task = tokio::task::spawn_blocking(move || crate::heads::after(&data_dir, after));
        let heads = task.await.map_err(|error| Broken(error.to_string()))?;
        let heads = heads.map_err(|error| Broken(format!("the heads cannot be read: {error}")))?;
        let mut last = after;
        for heads in heads.chunks(PAGE) {
            let mut adding = pipe();
            for head in heads {
                let id = EntryId::numbered(head.number).to_string();
                adding.cmd("XADD").arg(HEADS).arg(id).arg("head").arg(crate::heads::line_of(head));
                last = head.number;
            }
            link.ask_all::<Value>(&adding, PATIENCE).await?;
        }
        Ok(last)
    }

    /// Shows the watch-list as it is now; `shown` is what Redis was given, if that is certain.
    async fn watch(&self, links: &mut Links, shown: Option<Watched>) -> Result<Watched, Broken> {
        let now = self.read(watched).await?;
        let (there, stale): (Watched, BTreeSet<String>) = match shown {
            Some(shown) => {
                let stale = shown.keys().filter(|code| !now.contains_key(*code)).cloned().collect();
                (shown, stale)
            }
            None => self.there(links, &now).await?,
        };
        let stale: Vec<&String> = stale.iter().collect();
        let changed: Vec<(&String, &String)> =
            now.iter().filter(|(code, entry)| there.get(*code) != Some(*entry)).collect();
        for codes in stale.chunks(KEYS) {
            // The set last: what is in it and has no key is found again, a key that is not in it would stay.
            let delete = |code: &&String| (key(code), cmd("DEL").arg(key(code)).to_owned());
            links.ask_all(codes.iter().map(delete).collect(), PATIENCE).await?;
            let mut remove = cmd("SREM");
            remove.arg(WATCHLIST).arg(codes);
            links.to(WATCHLIST).await?.ask::<Value>(&remove, PATIENCE).await?;
        }
        for entries in changed.chunks(KEYS) {
            // The set first, for the same reason.
            let mut add = cmd("SADD");
            add.arg(WATCHLIST).arg(entries.iter().map(|(code, _)| code.as_str()).collect::<Vec<_>>());
            links.to(WATCHLIST).await?.ask::<Value>(&add, PATIENCE).await?;
            let set = |(code, entry): &(&String, &String)| {
                (key(code), cmd("SET").arg(key(code)).arg(entry.as_str()).to_owned())
            };
            links.ask_all(entries.iter().map(set).collect(), PATIENCE).await?;
        }
        self.metrics.watched.set(i64::try_from(now.len()).unwrap_or(i64::MAX));
        Ok(now)
    }

    /// What Redis shows of those who are watched, and the codes that should not be there.
    async fn there(&self, links: &mut Links, now: &Watched) -> Result<(Watched, BTreeSet<String>), Broken> {
        let set: BTreeSet<String> =
            links.to(WATCHLIST).await?.ask(cmd("SMEMBERS").arg(WATCHLIST), PATIENCE).await?;
        let mut there = Watched::new();
        let codes: Vec<&String> = now.keys().filter(|code| set.contains(*code)).collect();
        for codes in codes.chunks(KEYS) {
            let keys: Vec<String> = codes.iter().map(|code| key(code)).collect();
            let held = links.held(&keys, PATIENCE).await?;
            let held = codes.iter().zip(held).filter_map(|(code, entry)| Some(((*code).clone(), entry?)));
            there.extend(held);
        }
        let stale = set.into_iter().filter(|code| !now.contains_key(code)).collect();
        Ok((there, stale))
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, Broken> {
        let data_dir = self.data_dir.clone();
        let task =
            tokio::task::spawn_blocking(move || Reader::open(&data_dir).and_then(|ledger| read(&ledger)));
        let read = task.await.map_err(|error| Broken(error.to_string()))?;
        read.map_err(|error| Broken(format!("the ledger cannot be read: {error}")))
    }
}

/// The number of the last entry on a stream of numbered ones. One beyond what is known is of another data directory: that stream goes.
async fn last_shown(link: &mut Link, stream: &str, known: u64) -> Result<u64, Broken> {
    let mut last = cmd("XREVRANGE");
    last.arg(stream).arg("+").arg("-").arg("COUNT").arg(1);
    let last: Vec<(String, Value)> = link.ask(&last, PATIENCE).await?;
    let last = last.first().map_or(Ok(EntryId::default()), |(id, _)| id.parse());
    let last = last.map_err(Broken)?.number();
    if last <= known {
        return Ok(last);
    }
    tracing::error!(stream, last, known, "the stream is of another data directory; it is built again");
    link.ask::<Value>(cmd("DEL").arg(stream), PATIENCE).await?;
    Ok(0)
}

fn key(code: &str) -> String {
    format!("{WATCHLIST}:{code}")
}

/// Every watched organisation.
fn watched(ledger: &Reader) -> Result<Watched, LedgerError> {
    let filter = WatchingFilter { kind: Some("organisation".to_owned()), ..WatchingFilter::default() };
    let (mut all, mut cursor) = (Watched::new(), None::<String>);
    loop {
        let (page, next) = ledger.watched(&filter, cursor.as_deref(), 1000)?;
        for watching in page {
            let entry = serde_json::to_string(&watching.entry).unwrap_or_default();
            all.insert(watching.entry.party, entry);
        }
        match next {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}

/// The key and the kind of a notice.
fn named(body: &str) -> Result<(String, String), Broken> {
    #[derive(serde::Deserialize)]
    struct Named {
        #[serde(default)]
        key: String,
        change: String,
    }
    let named: Named =
        serde_json::from_str(body).map_err(|error| Broken(format!("a notice cannot be read: {error}")))?;
    Ok((named.key, named.change))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_its_key_and_kind() {
        let (key, kind) =
            named(r#"{"seq": 3, "key": "XZ-1.1.created", "change": "created", "alert": {"id": "XZ-1"}}"#)
                .expect("a notice");
        assert_eq!((key.as_str(), kind.as_str()), ("XZ-1.1.created", "created"));
        assert!(named("[]").is_err());
    }
}
