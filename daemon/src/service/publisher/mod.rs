//! The publisher: the one thread that writes the ledger and tells people.
//!
//! *Invariants.*
//! 1. Changes are applied in the order of commits, each whole. Those that wait together, at most [`ROUND_WORKS`], are one transaction:
//!    what is synced once for a commit while it is calm is synced once for several in a flood.
//! 2. A notice leaves the daemon only after it is durable in the ledger.
//! 3. After a restart the whole set is compared with the ledger first; notices that may not have been sent are sent again,
//!    marked as repeated. That they were sent is noted with the next transaction, or when there is nothing else to do.
//! 4. It is the only writer of the ledger: what supervisors do comes with the commits, what receivers answered comes from the dispatcher, and
//!    what the time brings is looked for between them.

mod duty;
mod round;

pub use duty::Duty;
use round::Round;

use super::acts::Acts;
use super::commits::Commits;
use super::{Failure, NOTICES_BUFFERED, ServiceError, findings_of};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::indicators::Indicators;
use crate::ledger::{Act, Changes, Delivery, Holding, Ledger};
use crate::metrics::{Coverage, Metrics};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{broadcast, oneshot, watch};
use xiezhi_alerts::hours::Hours;
use xiezhi_alerts::message::NoticeShown;
use xiezhi_dataflows::engine::Change;
use xiezhi_dataflows::finding::Published;
use xiezhi_dataflows::operators::Diff;
use xiezhi_dataflows::symbols::Symbols;

/// How long the publisher sleeps at most: how late a reminder may be, if the clock is set by hand.
const NAP: Duration = Duration::from_millis(50);

/// How much of what waits is written in one transaction: past it a sync is spread thin enough, and notices wait.
const ROUND_WORKS: usize = 8;

/// What the publisher is given to do.
pub enum Work {
    /// What a commit changed.
    Change(Change),
    /// What became of deliveries; answered when that is durable.
    Deliveries(Vec<Delivery>, oneshot::Sender<()>),
    /// The engine has ended.
    End,
}

/// Where notices go besides the ledger.
pub trait NoticeSink: Send {
    /// The channel's name, by which the ledger notes what it has sent.
    fn name(&self) -> &'static str;

    /// Sends a notice; what it cannot send it logs.
    fn send(&mut self, notice: &NoticeShown);
}

/// What the publisher holds besides the ledger.
pub struct Publisher {
    symbols: Arc<Symbols>,
    directory: Arc<Directory>,
    metrics: Arc<Metrics>,
    indicators: Arc<Indicators>,
    coverage: Coverage,
    sink: Box<dyn NoticeSink>,
    acts: Acts,
    duty: Duty,
    notices: broadcast::Sender<Arc<NoticeShown>>,
    outbox: watch::Sender<u64>,
    /// Whether the alerts that stand in the ledger are counted.
    begun: bool,
    /// The last notice that was sent, until the ledger knows.
    unmarked: Option<u64>,
}

impl Publisher {
    /// A publisher that has told nobody anything yet.
    pub fn new(
        symbols: Arc<Symbols>,
        directory: Arc<Directory>,
        metrics: Arc<Metrics>,
        indicators: Arc<Indicators>,
        sink: Box<dyn NoticeSink>,
        acts: Acts,
        duty: Duty,
    ) -> Publisher {
        let (notices, outbox) = (broadcast::Sender::new(NOTICES_BUFFERED), watch::Sender::new(0));
        let coverage = metrics.coverage();
        Publisher {
            symbols,
            directory,
            metrics,
            indicators,
            coverage,
            sink,
            acts,
            duty,
            notices,
            outbox,
            begun: false,
            unmarked: None,
        }
    }

    /// Counts how often something new was put into the outbox.
    pub fn outbox(&self) -> watch::Receiver<u64> {
        self.outbox.subscribe()
    }

    /// New notices, as they are given.
    pub fn notices(&self) -> broadcast::Sender<Arc<NoticeShown>> {
        self.notices.clone()
    }

    /// Brings the ledger up to date with all that holds after the history was computed.
    ///
    /// # Errors
    /// If the ledger fails.
    pub fn begin(
        &mut self,
        ledger: &mut Ledger,
        holdings: BTreeMap<Published, Diff>,
        acts: Vec<Act>,
        now: i64,
    ) -> Result<(), ServiceError> {
        self.look_at_duties(ledger, now);
        for notice in ledger.unsent(self.sink.name())? {
            self.sink.send(&notice);
            self.unmarked = Some(notice.seq);
        }
        for finding in ledger.findings() {
            self.metrics.finding(&finding.rule, &finding.severity, 1);
        }
        for alert in ledger.alerts() {
            self.metrics.alert(alert.subject.topic, alert.level, alert.state, 1);
            self.metrics.handling(alert, 1);
            self.indicators.alert(alert, self.duty.counting(), 1);
        }
        self.begun = true;
        for (level, kind, count) in ledger.watched()? {
            self.metrics.watched(level, &kind, count);
        }
        let mut holding =
            Holding { findings: findings_of(holdings.keys(), &self.symbols), acts, ..Holding::default() };
        for (what, count) in &holdings {
            self.count(what, *count);
            match what {
                Published::Quality(row) => {
                    let row = row.render(&self.symbols);
                    holding.quality.insert(row.name(), row);
                }
                Published::Watched(entry) => {
                    let entry = entry.render(&self.symbols);
                    holding.watched.insert(entry.party.clone(), entry);
                }
                Published::Finding(_) | Published::Ended(..) | Published::Counted(_) => {}
            }
        }
        drop(holdings);
        let applied = ledger.correct(holding, now, &*self.directory)?;
        self.tell(applied);
        self.mark(ledger)
    }

    fn count(&mut self, what: &Published, diff: Diff) {
        match what {
            Published::Finding(_) | Published::Counted(_) => {}
            Published::Watched(entry) => self.indicators.watched(entry, diff),
            Published::Quality(row) => self.metrics.quality(row.rule, diff as i64),
            Published::Ended(source, rules) => {
                self.coverage.count(*source, rules, diff as i64, &self.symbols)
            }
        }
    }

    /// Notes in the ledger what was sent.
    fn mark(&mut self, ledger: &mut Ledger) -> Result<(), ServiceError> {
        if let Some(seq) = self.unmarked.take() {
            ledger.note_sent(self.sink.name(), seq)?;
        }
        Ok(())
    }

    /// Goes by the duty list that is in force now.
    fn look_at_duties(&mut self, ledger: &mut Ledger, now: i64) {
        if let Some(list) = self.duty.changed(now) {
            tracing::info!(edition = list.edition, "the duty list in force");
            self.directory.learn_duty(list.clone());
            for department in list.departments.keys() {
                self.indicators.department(department);
                self.metrics.create_department(department);
            }
            if self.duty.hours != list.hours {
                self.recount(ledger, &list.hours);
            }
            ledger.set_duty(list, self.duty.calendar.clone());
        }
    }

    /// Counts all alerts by other hours of work.
    fn recount(&mut self, ledger: &Ledger, hours: &Hours) {
        if self.begun {
            ledger.alerts().for_each(|alert| self.indicators.alert(alert, self.duty.counting(), -1));
        }
        self.duty.hours = hours.clone();
        if self.begun {
            ledger.alerts().for_each(|alert| self.indicators.alert(alert, self.duty.counting(), 1));
        }
    }

    /// Does what the time brings.
    fn pass(&mut self, ledger: &mut Ledger, now: i64) -> Result<(), ServiceError> {
        self.look_at_duties(ledger, now);
        while ledger.next_at().is_some_and(|at| at <= now) {
            let applied = ledger.apply(Changes::default(), now, &*self.directory)?;
            self.tell(applied);
        }
        Ok(())
    }
}

/// The way to the publisher.
pub type Works = Sender<Work>;

/// Starts the publisher's thread; it ends when the engine has ended.
///
/// # Panics
/// If a thread cannot be started.
pub fn spawn(
    mut publisher: Publisher,
    mut ledger: Ledger,
    changes: Receiver<Change>,
    commits: Commits,
    clock: Clock,
    failure: Failure,
) -> (Works, JoinHandle<Result<(), ServiceError>>) {
    let (works, work) = channel();
    let forward = works.clone();
    let forwarder = std::thread::Builder::new().name("changes".to_owned()).spawn(move || {
        for change in changes {
            // A publisher that has ended has told why.
            forward.send(Work::Change(change)).ok();
        }
        forward.send(Work::End).ok();
    });
    forwarder.expect("the forwarder's thread starts");
    let body = move || {
        let done = publisher.run(&mut ledger, &work, &commits, &clock);
        commits.close();
        if let Err(error) = &done {
            failure.tell(error);
        }
        done
    };
    let thread = std::thread::Builder::new().name("publisher".to_owned()).spawn(body);
    (works, thread.expect("the publisher's thread starts"))
}

impl Publisher {
    fn run(
        &mut self,
        ledger: &mut Ledger,
        work: &Receiver<Work>,
        commits: &Commits,
        clock: &Clock,
    ) -> Result<(), ServiceError> {
        loop {
            match work.recv_timeout(NAP) {
                Ok(first) => {
                    let waiting = std::iter::once(first).chain(work.try_iter()).take(ROUND_WORKS);
                    let mut round = Round::default();
                    let ended = self.write(ledger, waiting, clock.now(), &mut round)?;
                    self.finish(round, commits);
                    if ended {
                        return self.mark(ledger);
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.mark(ledger)?,
                Err(RecvTimeoutError::Disconnected) => return self.mark(ledger),
            }
            self.pass(ledger, clock.now())?;
        }
    }
}
