//! The service: journal, engine and ledger, running.
//!
//! ```text
//! submissions ─► committer (thread): journal, driver ─► engine (threads) ─► publisher (thread): ledger ─► notices
//! ```
//!
//! *Invariants.*
//! 1. A submission is answered only after its events are durable.
//! 2. What the ledger holds is a function of the journal and the clock.
//! 3. Any part that fails takes the daemon down: the journal is whole, and a restart makes the rest right again. A half-dead
//!    daemon would report silence.

mod acts;
mod commits;
mod committer;
mod dispatcher;
mod health;
mod ingest;
mod letters;
mod loading;
mod own;
mod publisher;
mod starts;
mod storage;
mod watchdog;

pub use acts::{Acts, Outcome, act_of};
pub use dispatcher::Dispatcher;
pub use ingest::{Busy, Ingest, Item, QueuedReply, Receipt, Refusal, SUBMISSIONS_QUEUED, Turning};
pub use letters::Links;
pub use own::{SUPERVISION, fault_of as fault_of_own};
pub use publisher::{NoticeSink, Work, Works};
pub use storage::Keeping;

use crate::clock::Clock;
use crate::directory::Directory;
use crate::duties::Duties;
use crate::editions::{CONFIGURATION, Editions as EditionsOnRecord, Proposal, Record};
use crate::heads::{Daily, Heads, HeadsError};
use crate::indicators::Indicators;
use crate::journal::{Journal, JournalError, Reader, SiteKey};
use crate::ledger::{Ledger, LedgerError};
use crate::metrics::Metrics;
use crate::on_record::RecordError;
use health::Health;
use loading::{Holdings, JournalArchive, Loading, Reached};
use starts::Starts;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::broadcast;
use xiezhi_alerts::deliver::Channels;
use xiezhi_alerts::duty::Written;
use xiezhi_alerts::message::NoticeShown;
use xiezhi_dataflows::driver::Driver;
use xiezhi_dataflows::editions::Editions;
use xiezhi_dataflows::engine::Engine;
use xiezhi_dataflows::event::Door;
use xiezhi_dataflows::finding::{Published, Rendered};
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::symbols::Symbols;
use xiezhi_proof::Algorithm;

/// How many notices a slow stream may lag behind before it has to read them from the ledger.
const NOTICES_BUFFERED: usize = 1024;

/// What the service needs to start.
pub struct Setup {
    /// The data directory.
    pub data_dir: PathBuf,
    /// Worker threads of the engine.
    pub workers: usize,
    /// Thresholds and profile.
    pub params: Params,
    /// Who answers for what, as configured; none: what is on record.
    pub duty_list: Option<Written>,
    /// What stands for "not given".
    pub placeholders: Placeholders,
    /// The clock.
    pub clock: Clock,
    /// Where notices go, besides the ledger and its streams.
    pub sink: Box<dyn NoticeSink>,
    /// Where people are told.
    pub channels: Channels,
    /// Where messages lead to.
    pub links: Links,
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// How much of the disk is left free, and how long what was decided on is kept.
    pub keeping: Keeping,
    /// What the journal is hashed and its heads are signed with; none: what it has, or the default for a new one.
    pub algorithm: Option<Algorithm>,
}

/// Why the service does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The record of editions.
    #[error(transparent)]
    Editions(#[from] RecordError),
    /// The signed heads.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// An event in the journal that this version cannot read.
    #[error(
        "event {seq} of the journal ({source_name}, {id}) cannot be read: {reason}; run the version that wrote it"
    )]
    Unreadable {
        /// Its place.
        seq: u64,
        /// Its source.
        source_name: String,
        /// Its id.
        id: String,
        /// Why.
        reason: String,
    },
    /// A thread ended that should not.
    #[error("{0}")]
    Ended(String),
}

/// Why an edition of the rules is not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Another is the latest.
    #[error("edition {0} is the latest; read it first, and publish again with its number")]
    Superseded(u64),
    /// The record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The daemon is stopping; the edition is on record and in force after the restart.
    #[error("the daemon is stopping; the edition is on record, and in force when it is back")]
    Stopping,
}

/// Says in the log which years the calendar of working days lacks: deadlines that reach into them are not judged.
fn warn_of_missing_years(params: &Params, now: i64) {
    let (this_year, _, _) = xiezhi_dataflows::normalise::Instant(now).local_date().ymd();
    for year in [this_year, this_year + 1] {
        if params.calendar.years().all(|known| known.year != year) {
            tracing::warn!(
                year,
                "the calendar has no working days of this year: deadlines in working days that reach into it are not \
                 judged; give them with rules.calendar (see deploy/calendar.toml)"
            );
        }
    }
}

/// A running service.
pub struct Service {
    /// The way in.
    pub ingest: Ingest,
    /// Names.
    pub directory: Arc<Directory>,
    /// Numbers for names.
    pub symbols: Arc<Symbols>,
    /// The door that events come through.
    pub door: Arc<Door>,
    /// New notices, as they are given.
    pub notices: broadcast::Sender<Arc<NoticeShown>>,
    /// What supervisors do, and what became of it.
    pub acts: Acts,
    /// The way to the publisher.
    pub works: Works,
    /// Editions of the duty list on record.
    pub duties: Arc<Mutex<Duties>>,
    /// What supervision measures itself by.
    pub indicators: Arc<Indicators>,
    /// Editions of the rules on record.
    pub editions: Mutex<EditionsOnRecord>,
    /// How far the latest has come.
    pub turning: Turning,
    /// Signed heads of the journal, and proofs.
    pub heads: Arc<Heads>,
    daily_heads: Daily,
    storage: storage::Storage,
    clock: Clock,
    dispatcher: Dispatcher,
    engine: Arc<Engine>,
    committer: JoinHandle<Result<(), ServiceError>>,
    publisher: JoinHandle<Result<(), ServiceError>>,
    failure: Failure,
    metrics: Arc<Metrics>,
}

/// The first failure of a part, told to whoever waits.
#[derive(Clone, Default)]
pub struct Failure(Arc<OnceLock<String>>);

impl Failure {
    fn tell(&self, error: &ServiceError) {
        tracing::error!(%error, "a part of the daemon failed: stopping");
        self.0.set(error.to_string()).ok();
    }
}

impl Service {
    /// Opens the data directory, computes the whole history and brings the ledger up to date. Returns when events
    /// can be taken.
    ///
    /// # Errors
    /// If the journal or the ledger cannot be opened, or the journal holds what cannot be read.
    pub fn start(setup: Setup) -> Result<Service, ServiceError> {
        let Setup {
            data_dir,
            workers,
            params,
            duty_list,
            placeholders,
            clock,
            sink,
            channels,
            links,
            metrics,
            keeping,
            algorithm,
        } = setup;
        let site_key = SiteKey::load_or_create(&data_dir)?;
        let mut journal = Journal::open_as(&data_dir, site_key.as_bytes(), algorithm)?;
        let heads = Arc::new(Heads::open(&data_dir)?);
        let mut ledger = Ledger::open(&data_dir)?;
        let symbols = Arc::new(Symbols::default());
        let directory = Arc::new(Directory::default());
        let on_record = EditionsOnRecord::open(&data_dir, &params, clock.now())?;
        warn_of_missing_years(&params, clock.now());
        let editions = Arc::new(Editions::new(on_record.in_force()));
        let indicators = Arc::new(Indicators::new(symbols.clone()));
        metrics.show(indicators.clone(), clock.clone());
        let health = Health::default();
        let (engine, changes) =
            Engine::watched(workers, editions.clone(), symbols.clone(), health.watchers());
        let engine = Arc::new(engine);
        let starts = Starts::open(&data_dir);
        let door = Arc::new(Door::new(site_key.as_bytes(), placeholders.clone()));
        let plan = starts.plan(&mut journal, &Reader::open(&data_dir)?, &door, clock.now())?;
        let mut loading = Loading {
            data_dir: &data_dir,
            archive: JournalArchive { journal: &journal, symbols: &symbols, placeholders: &placeholders },
            engine: &engine,
            changes: &changes,
            directory: &directory,
            starts: &starts,
            // Numbers go on where the journal ends.
            driver: Driver::new(editions, symbols.clone(), journal.last().commit + 1),
            holdings: Holdings::new(indicators.clone()),
            acts: Vec::new(),
            put_aside: Vec::new(),
            reached: Reached::default(),
        };
        loading.run(&plan, clock.now())?;
        let Loading { driver, holdings, acts: done, put_aside, .. } = loading;
        metrics.engine.journal_events.set(journal.last().seq.cast_signed());

        let duties = Arc::new(Mutex::new(Duties::open(&data_dir, duty_list.as_ref(), clock.now())?));
        let calendar = Arc::new(params.calendar);
        let acts = Acts::default();
        let mut publishing = publisher::Publisher::new(
            symbols.clone(),
            directory.clone(),
            metrics.clone(),
            indicators.clone(),
            sink,
            acts.clone(),
            publisher::Duty::new(duties.clone(), calendar),
        );
        publishing.begin(&mut ledger, holdings.counts, done, clock.now())?;
        let (notices, outbox) = (publishing.notices(), publishing.outbox());
        let commits = commits::Commits::default();
        let failure = Failure::default();
        let (works, publisher) =
            publisher::spawn(publishing, ledger, changes, commits.clone(), clock.clone(), failure.clone());
        let fed = Arc::new(AtomicU64::new(driver.next_time() - 1));
        let turning = Turning::default();
        let storage = storage::Storage::start(&data_dir, keeping.reserve_bytes, metrics.storage.clone());
        let committer = committer::Committer {
            journal,
            driver,
            engine: engine.clone(),
            symbols: symbols.clone(),
            directory: directory.clone(),
            metrics: metrics.clone(),
            placeholders,
            clock: clock.clone(),
            commits: commits.clone(),
            fed: fed.clone(),
            acts: acts.clone(),
            put_aside,
            turning: turning.clone(),
            quarantine_days: keeping.quarantine_days,
            room: storage.room(),
            failure: failure.clone(),
        };
        let (ingest, committer) = committer::spawn(committer);
        watchdog::spawn(&engine, fed, health, commits, metrics.clone());
        metrics.ready.set(1);
        let daily_heads = Daily::start(heads.clone(), clock.clone());
        let dispatcher = Dispatcher::start(dispatcher::Post {
            channels,
            links,
            data_dir,
            works: works.clone(),
            clock: clock.clone(),
            metrics: metrics.clone(),
            outbox,
        });
        Ok(Service {
            ingest,
            indicators,
            directory,
            symbols,
            door,
            notices,
            acts,
            works,
            dispatcher,
            duties,
            editions: Mutex::new(on_record),
            turning,
            heads,
            daily_heads,
            storage,
            clock,
            engine,
            committer,
            publisher,
            failure,
            metrics,
        })
    }

    /// Publishes an edition of the rules: on record first, then in force, slice by slice. `expected` is the number of the
    /// edition that the proposer took to be the latest.
    ///
    /// # Errors
    /// If another was published meanwhile, the record cannot be written, or the daemon is stopping.
    pub fn publish(&self, proposal: Proposal, expected: Option<u64>) -> Result<Record, PublishError> {
        let mut editions = self.editions.lock().unwrap_or_else(PoisonError::into_inner);
        let latest = editions.latest().number;
        if expected.is_some_and(|expected| expected != latest) {
            return Err(PublishError::Superseded(latest));
        }
        let record = editions.publish(proposal, self.clock.now())?.clone();
        self.ingest.publish(editions.in_force()).map_err(|_| PublishError::Stopping)?;
        tracing::info!(edition = record.number, "an edition of the rules was published");
        Ok(record)
    }

    /// The latest edition on record with these parameters: the one that a section judged by them goes by.
    pub fn edition_of(&self, params: &Params) -> Option<u64> {
        let editions = self.editions.lock().unwrap_or_else(PoisonError::into_inner);
        editions.number_of(params)
    }

    /// Publishes the rules of the configuration, if they have changed since it last spoke; tells whether.
    ///
    /// # Errors
    /// As [`publish`](Service::publish).
    pub fn reload(&self, configured: Params) -> Result<bool, PublishError> {
        let changed = {
            let editions = self.editions.lock().unwrap_or_else(PoisonError::into_inner);
            let spoke = editions.records().iter().rev().find(|record| record.actor == CONFIGURATION);
            spoke.is_none_or(|record| record.rules != configured)
        };
        if changed {
            let proposal = Proposal {
                actor: CONFIGURATION.to_owned(),
                reason: "the configuration has changed".to_owned(),
                effective_from: None,
                restores: None,
                rules: configured,
            };
            self.publish(proposal, None)?;
        }
        Ok(changed)
    }

    /// What time the service has, µs since 1970.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// Takes another duty list, if it is another than the last; it is in force from its day on. Tells whether.
    ///
    /// # Errors
    /// If it cannot be put on record.
    pub fn reload_duties(&self, list: &Written) -> Result<bool, RecordError> {
        let mut duties = self.duties.lock().unwrap_or_else(PoisonError::into_inner);
        duties.configure(list, self.clock.now())
    }

    /// The engine, to explain from.
    pub fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// A failure of a part, if one has failed.
    pub fn failure(&self) -> Option<ServiceError> {
        self.failure.0.get().cloned().map(ServiceError::Ended)
    }

    /// Stops in order: no more submissions, everything accepted computed and in the ledger.
    ///
    /// # Errors
    /// What a part failed of.
    pub fn stop(self) -> Result<(), ServiceError> {
        self.metrics.ready.set(0);
        self.dispatcher.stop();
        self.daily_heads.stop();
        self.storage.stop();
        self.ingest.stop();
        let ended = |name: &str| ServiceError::Ended(format!("the {name} ended by a panic"));
        let committed = self.committer.join().map_err(|_| ended("committer"))?;
        if committed.is_ok() {
            self.heads.at_stop(self.clock.now());
        }
        // The engine ends when nobody holds it, and the publisher when the engine has ended.
        drop(self.engine);
        let published = self.publisher.join().map_err(|_| ended("publisher"))?;
        committed.and(published)
    }
}

/// Findings by name, from what the engine has published.
fn findings_of<'a>(
    published: impl Iterator<Item = &'a Published>,
    symbols: &Symbols,
) -> BTreeMap<String, Rendered> {
    published
        .filter_map(|what| match what {
            Published::Finding(finding) => Some(finding.render(symbols)),
            Published::Quality(_) | Published::Ended(..) | Published::Watched(_) | Published::Counted(_) => {
                None
            }
        })
        .map(|finding| (finding.name(), finding))
        .collect()
}

/// Reads an atomic watermark.
fn watermark(of: &AtomicU64) -> u64 {
    of.load(Ordering::Acquire)
}
