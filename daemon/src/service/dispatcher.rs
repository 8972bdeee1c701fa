//! The dispatcher: a task for each channel, which sends what waits for it in the outbox.
//!
//! ```text
//! ledger (outbox) ─► read ─► paced ─► [bundled: durable] ─► sent ─► noted: durable ─► ledger
//! ```
//!
//! *Invariants.*
//! 1. Channels know nothing of one another: one that hangs delays no other.
//! 2. A row is noted as sent only after the receiver said so; a crash in between sends it again, under the same key.
//! 3. One message of a channel is under way at a time, the gravest first. After a failure the channel waits, longer each time, or as long as the
//!    receiver asks.
//! 4. Memory is bounded by [`DIGEST_MAX`] rows a channel; everything else waits in the file.

use super::letters::{self, Links};
use super::publisher::{Work, Works};
use crate::clock::Clock;
use crate::failpoint;
use crate::ledger::{Delivery, LedgerError, Parcel, Reader};
use crate::metrics::Metrics;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use xiezhi_alerts::deliver::{Channel, Channels, Deliver, Failure, Letter, Receiver};
use xiezhi_alerts::hours::MINUTE_US;
use xiezhi_alerts::pacing::{Allowance, DIGEST_MAX, Next, Rate, Waiting, backoff};

/// How often a row is tried before it is given up: with the longest wait between, some three days.
const ATTEMPTS_MAX: u32 = 300;
/// How many rows of a channel that is not paced are sent before they are noted together.
const BATCH: usize = 100;
/// The longest sleep of a task: how late it sees that a clock was set.
const NAP: Duration = Duration::from_millis(500);
/// How often the outbox is counted for the metrics.
const COUNT: Duration = Duration::from_secs(5);
/// The longest that a receiver may ask us to wait.
const ASKED_MAX: Duration = Duration::from_secs(3_600);

/// What every task shares.
#[derive(Clone)]
struct Shared {
    data_dir: PathBuf,
    works: Works,
    clock: Clock,
    metrics: Arc<Metrics>,
    links: Links,
    outbox: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
}

/// The tasks of all channels.
pub struct Dispatcher {
    runtime: Handle,
    tasks: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

/// What the dispatcher needs to start.
pub struct Post {
    /// The channels.
    pub channels: Channels,
    /// Where messages lead to.
    pub links: Links,
    /// The data directory, for the ledger.
    pub data_dir: PathBuf,
    /// The way to the publisher, who notes what became of deliveries.
    pub works: Works,
    /// The clock.
    pub clock: Clock,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// Tells that something new was put into the outbox.
    pub outbox: watch::Receiver<u64>,
}

impl Dispatcher {
    /// Starts a task for each channel, on the runtime of the caller.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn start(post: Post) -> Dispatcher {
        let runtime = Handle::current();
        let Post { channels, links, data_dir, works, clock, metrics, outbox } = post;
        let (stop, stopping) = watch::channel(false);
        let shared = Shared { data_dir, works, clock, metrics, links, outbox, stopping };
        let names: Vec<String> = channels.iter().map(|channel| channel.name().to_owned()).collect();
        names.iter().for_each(|name| shared.metrics.create_channel(name));
        let mut tasks: Vec<JoinHandle<()>> = channels
            .iter()
            .map(|channel| runtime.spawn(Task::new(channel.clone(), shared.clone()).run()))
            .collect();
        tasks.push(runtime.spawn(count(shared, names)));
        Dispatcher { runtime, tasks, stop }
    }

    /// Lets what is under way be finished, and nothing more. For threads, not for tasks.
    pub fn stop(self) {
        self.stop.send_replace(true);
        self.runtime.block_on(async {
            for task in self.tasks {
                task.await.ok();
            }
        });
    }
}

/// Reads the ledger on a thread that may block.
async fn read<T: Send + 'static>(
    data_dir: &Path,
    read: impl FnOnce(&Reader) -> Result<T, LedgerError> + Send + 'static,
) -> Option<T> {
    let data_dir = data_dir.to_owned();
    let task = tokio::task::spawn_blocking(move || Reader::open(&data_dir).and_then(|reader| read(&reader)));
    match task.await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::error!(%error, "the outbox cannot be read; it is tried again");
            None
        }
        Err(_) => None,
    }
}

/// Keeps the metrics of the outbox, and says which rows nobody will ever send.
async fn count(mut shared: Shared, known: Vec<String>) {
    let mut missed = BTreeSet::new();
    loop {
        if let Some(counts) = read(&shared.data_dir, Reader::outbox_counts).await {
            shared.metrics.outbox(&known, &counts, shared.clock.now());
            for (channel, state, rows, _) in counts {
                if state == "waiting" && !known.contains(&channel) && missed.insert(channel.clone()) {
                    tracing::warn!(
                        channel,
                        rows,
                        "the duty list names a channel that is not configured: nobody is told there"
                    );
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(COUNT) => {}
            _ = shared.stopping.changed() => return,
        }
    }
}

/// One channel.
struct Task {
    channel: Channel,
    shared: Shared,
    rate: Option<Rate>,
    allowance: Allowance,
    /// When the next message may go, if too many have; µs since 1970. Until then a backlog is not even read.
    paced_until: i64,
    /// After a failure: when it may be tried again, µs since 1970.
    paused_until: i64,
    /// How often it has failed since it last did not.
    failures: u32,
    /// When what holds was last repeated, for receivers that forget; µs since 1970.
    refreshed_at: i64,
}

/// What is to be sent now.
enum Step {
    Send(Vec<Parcel>, Box<Letter>),
    WaitUntil(i64),
    Idle,
}

impl Task {
    fn new(channel: Channel, shared: Shared) -> Task {
        // People read messages; machines take what comes.
        let rate = match channel.receiver() {
            Receiver::Stdout | Receiver::Redis(_) | Receiver::Alertmanager { .. } => None,
            _ => Some(Rate::default()),
        };
        let now = shared.clock.now();
        let allowance = Allowance::fresh(rate.unwrap_or_default(), now);
        Task {
            channel,
            shared,
            rate,
            allowance,
            paced_until: 0,
            paused_until: 0,
            failures: 0,
            // When it was last repeated before a restart is not known: at once.
            refreshed_at: 0,
        }
    }

    async fn run(mut self) {
        loop {
            if *self.shared.stopping.borrow() {
                return;
            }
            self.shared.outbox.borrow_and_update();
            self.refresh().await;
            match self.next().await {
                Step::Send(parcels, letter) => self.send(parcels, &letter).await,
                Step::WaitUntil(at) => self.rest(at).await,
                Step::Idle => self.rest(i64::MAX).await,
            }
        }
    }

    /// Sleeps until an instant, something new, or the stop.
    async fn rest(&mut self, until: i64) {
        let left = until.saturating_sub(self.shared.clock.now()).clamp(1_000, NAP.as_micros() as i64);
        let sleep = tokio::time::sleep(Duration::from_micros(left.unsigned_abs()));
        tokio::select! {
            () = sleep => {}
            _ = self.shared.outbox.changed() => {}
            _ = self.shared.stopping.changed() => {}
        }
    }

    async fn next(&mut self) -> Step {
        let now = self.shared.clock.now();
        if self.paused_until > now {
            return Step::WaitUntil(self.paused_until);
        }
        // Never more than a minute: a clock that was set back must not make it longer.
        if (1..=MINUTE_US).contains(&(self.paced_until - now)) {
            return Step::WaitUntil(self.paced_until);
        }
        let channel = self.channel.name().to_owned();
        let rows = read(&self.shared.data_dir, move |ledger| {
            Ok((ledger.waiting(&channel, now, DIGEST_MAX + 1)?, ledger.next_try(&channel)?))
        });
        let Some((mut waiting, next_try)) = rows.await else { return Step::Idle };
        if waiting.is_empty() {
            return next_try.map_or(Step::Idle, Step::WaitUntil);
        }
        if let Some(key) = waiting.iter().find_map(|parcel| parcel.digest.clone()) {
            return self.again(key).await;
        }
        let Some(rate) = self.rate else { return self.one(waiting.remove(0)) };
        let queue: Vec<Waiting> =
            waiting.iter().map(|parcel| Waiting { id: parcel.id, level: parcel.level }).collect();
        match self.allowance.next(rate, &queue, now) {
            Next::Nothing => Step::Idle,
            Next::Wait(at) => {
                self.paced_until = at;
                Step::WaitUntil(at)
            }
            Next::One(id) => {
                let at = waiting.iter().position(|parcel| parcel.id == id);
                at.map_or(Step::Idle, |at| self.one(waiting.swap_remove(at)))
            }
            Next::Digest(ids) => {
                waiting.retain(|parcel| ids.contains(&parcel.id));
                self.bundle(waiting).await
            }
        }
    }

    fn one(&self, parcel: Parcel) -> Step {
        match letters::letter(&parcel, &self.shared.links) {
            Some(letter) => Step::Send(vec![parcel], Box::new(letter)),
            None => Step::Idle,
        }
    }

    /// A digest that was bundled before, and may have been sent: the same under the same key.
    async fn again(&self, key: String) -> Step {
        let asked = key.clone();
        let Some(parcels) = read(&self.shared.data_dir, move |ledger| ledger.digest(&asked)).await else {
            return Step::Idle;
        };
        let letter = letters::digest(&key, &parcels, &self.shared.links);
        Step::Send(parcels, Box::new(letter))
    }

    /// Puts rows together, durably, before they are sent.
    async fn bundle(&self, parcels: Vec<Parcel>) -> Step {
        let ids: Vec<u64> = parcels.iter().map(|parcel| parcel.id).collect();
        let (first, last) = (ids.iter().min().copied().unwrap_or(0), ids.iter().max().copied().unwrap_or(0));
        let key = format!("digest.{first}-{last}.{}", ids.len());
        failpoint::pass("outbox.bundling");
        if !self.note(vec![Delivery::Bundled(ids, key.clone())]).await {
            return Step::Idle;
        }
        failpoint::pass("outbox.bundled");
        let letter = letters::digest(&key, &parcels, &self.shared.links);
        Step::Send(parcels, Box::new(letter))
    }

    async fn send(&mut self, parcels: Vec<Parcel>, letter: &Letter) {
        let mut tried: BTreeSet<u64> = parcels.iter().map(|parcel| parcel.id).collect();
        let mut noted = vec![self.attempt(&parcels, letter).await];
        if self.rate.is_none() {
            // What is not paced goes on while it goes well, and is noted together.
            for parcel in self.more(&tried).await {
                if self.paused_until > 0 || !tried.insert(parcel.id) {
                    break;
                }
                if let Some(letter) = letters::letter(&parcel, &self.shared.links) {
                    noted.push(self.attempt(&[parcel], &letter).await);
                }
            }
        }
        failpoint::pass("outbox.sent");
        self.note(noted).await;
        failpoint::pass("outbox.noted");
    }

    /// What else waits and belongs to no digest.
    async fn more(&self, tried: &BTreeSet<u64>) -> Vec<Parcel> {
        let (channel, now) = (self.channel.name().to_owned(), self.shared.clock.now());
        let more = read(&self.shared.data_dir, move |ledger| ledger.waiting(&channel, now, BATCH)).await;
        let untried = |parcel: &Parcel| parcel.digest.is_none() && !tried.contains(&parcel.id);
        more.unwrap_or_default().into_iter().filter(untried).collect()
    }

    /// Sends once; what became of it.
    async fn attempt(&mut self, parcels: &[Parcel], letter: &Letter) -> Delivery {
        let ids: Vec<u64> = parcels.iter().map(|parcel| parcel.id).collect();
        let attempts = parcels.iter().map(|parcel| parcel.attempts).max().unwrap_or(0) + 1;
        failpoint::pass("outbox.sending");
        let timer = self.shared.metrics.delivery_seconds().start_timer();
        let came = self.channel.send(letter, self.shared.clock.now()).await;
        timer.observe_duration();
        let (name, now) = (self.channel.name(), self.shared.clock.now());
        match came {
            Ok(receipt) => {
                (self.paused_until, self.failures) = (0, 0);
                self.shared.metrics.delivery(name, "sent");
                Delivery::Sent(ids, receipt.said)
            }
            Err(Failure::Again { reason, after }) if attempts < ATTEMPTS_MAX => {
                self.failures += 1;
                let asked = after.map_or(0, |after| after.min(ASKED_MAX).as_micros() as i64);
                self.paused_until = now + backoff(name, self.failures).max(asked);
                self.shared.metrics.delivery(name, "again");
                tracing::warn!(
                    channel = name,
                    key = letter.key,
                    attempts,
                    reason,
                    "not delivered; it is tried again"
                );
                Delivery::Again(ids, self.paused_until, reason)
            }
            Err(Failure::Again { reason, .. } | Failure::Never { reason }) => {
                self.shared.metrics.delivery(name, "dead");
                tracing::error!(
                    channel = name,
                    key = letter.key,
                    attempts,
                    reason,
                    "given up; send it again when this is changed"
                );
                Delivery::Dead(ids, reason)
            }
        }
    }

    /// Has it noted; whether it is durable.
    async fn note(&self, deliveries: Vec<Delivery>) -> bool {
        let (noted, wait) = oneshot::channel();
        self.shared.works.send(Work::Deliveries(deliveries, noted)).is_ok() && wait.await.is_ok()
    }

    /// Repeats what holds, to a receiver that forgets. Nothing is noted: what fails here is repeated the next time.
    async fn refresh(&mut self) {
        let Some(within) = self.channel.refresh_within() else { return };
        let now = self.shared.clock.now();
        let due = self.refreshed_at.saturating_add(i64::try_from(within.as_micros()).unwrap_or(i64::MAX));
        if now < due || self.paused_until > now {
            return;
        }
        self.refreshed_at = now;
        let channel = self.channel.name().to_owned();
        let parcels = read(&self.shared.data_dir, move |ledger| ledger.holding(&channel)).await;
        for parcel in parcels.unwrap_or_default() {
            let Some(letter) = letters::letter(&parcel, &self.shared.links) else { continue };
            if let Err(failure) = self.channel.send(&letter, self.shared.clock.now()).await {
                tracing::warn!(channel = self.channel.name(), %failure, "what holds could not be repeated");
                return;
            }
        }
    }
}
