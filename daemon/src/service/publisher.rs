//! The publisher: the one thread that writes the ledger and tells people.
//!
//! *Invariants.*
//! 1. Changes are applied in the order of commits, each in one transaction.
//! 2. A notice leaves the daemon only after it is durable in the ledger.
//! 3. After a restart the whole set is compared with the ledger first; notices that may not have been sent are sent again,
//!    marked as repeated.

use super::committer::Commits;
use super::{Failure, NOTICES_BUFFERED, ServiceError, findings_of};
use crate::clock::Clock;
use crate::directory::Directory;
use crate::ledger::{Applied, Changes, Holding, Ledger, place_of};
use crate::metrics::{Coverage, Metrics};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;
use tokio::sync::broadcast;
use xiezhi_alerts::message::NoticeShown;
use xiezhi_dataflows::engine::Change;
use xiezhi_dataflows::finding::Published;
use xiezhi_dataflows::operators::Diff;
use xiezhi_dataflows::symbols::Symbols;

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
    coverage: Coverage,
    sink: Box<dyn NoticeSink>,
    notices: broadcast::Sender<Arc<NoticeShown>>,
}

impl Publisher {
    /// A publisher that has told nobody anything yet.
    pub fn new(
        symbols: Arc<Symbols>,
        directory: Arc<Directory>,
        metrics: Arc<Metrics>,
        sink: Box<dyn NoticeSink>,
    ) -> Publisher {
        let (coverage, notices) = (metrics.coverage(), broadcast::Sender::new(NOTICES_BUFFERED));
        Publisher { symbols, directory, metrics, coverage, sink, notices }
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
        now: i64,
    ) -> Result<(), ServiceError> {
        for notice in ledger.unsent(self.sink.name())? {
            self.sink.send(&notice);
            ledger.note_sent(self.sink.name(), notice.seq)?;
        }
        for finding in ledger.findings() {
            self.metrics.finding(&finding.rule, &finding.severity, 1);
        }
        for alert in ledger.alerts() {
            self.metrics.alert(alert.subject.topic, alert.level, alert.state, 1);
        }
        for (level, kind, count) in ledger.watched()? {
            self.metrics.watched(level, &kind, count);
        }
        let mut holding =
            Holding { findings: findings_of(holdings.keys(), &self.symbols), ..Holding::default() };
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
                Published::Finding(_) | Published::Ended(..) => {}
            }
        }
        drop(holdings);
        let applied = ledger.correct(holding, now, &*self.directory)?;
        self.tell(ledger, applied)
    }

    fn count(&mut self, what: &Published, diff: Diff) {
        match what {
            Published::Finding(_) | Published::Watched(_) => {}
            Published::Quality(row) => self.metrics.quality(row.rule, diff as i64),
            Published::Ended(source, rules) => {
                self.coverage.count(*source, rules, diff as i64, &self.symbols)
            }
        }
    }

    /// Applies what one commit changed.
    fn apply(&mut self, ledger: &mut Ledger, change: &Change, now: i64) -> Result<(), ServiceError> {
        let mut after = Changes::default();
        for (what, diff) in &change.changes {
            self.count(what, *diff);
            let holds = *diff > 0;
            match what {
                Published::Finding(finding) => {
                    let finding = finding.render(&self.symbols);
                    let Some(place) = place_of(&finding) else { continue };
                    note(&mut after.findings, place, finding, holds);
                }
                Published::Quality(row) => {
                    let row = row.render(&self.symbols);
                    note(&mut after.quality, row.name(), row, holds);
                }
                Published::Watched(entry) => {
                    let entry = entry.render(&self.symbols);
                    note(&mut after.watched, entry.party.clone(), entry, holds);
                }
                Published::Ended(..) => {}
            }
        }
        if after.is_empty() {
            return Ok(());
        }
        let applied = ledger.apply(after, now, &*self.directory)?;
        self.tell(ledger, applied)
    }

    fn tell(&mut self, ledger: &mut Ledger, applied: Applied) -> Result<(), ServiceError> {
        for (before, after) in &applied.findings {
            before.iter().for_each(|f| self.metrics.finding(&f.rule, &f.severity, -1));
            after.iter().for_each(|f| self.metrics.finding(&f.rule, &f.severity, 1));
        }
        for (before, after) in &applied.moved {
            before.iter().for_each(|a| self.metrics.alert(a.subject.topic, a.level, a.state, -1));
            self.metrics.alert(after.subject.topic, after.level, after.state, 1);
        }
        for change in &applied.watched {
            change.before.iter().for_each(|entry| self.metrics.watched(entry.level, &entry.kind, -1));
            change.after.iter().for_each(|entry| self.metrics.watched(entry.level, &entry.kind, 1));
            self.metrics.watch_change(change.kind());
        }
        let Some(last) = applied.notices.last().map(|notice| notice.seq) else { return Ok(()) };
        for notice in applied.notices {
            let level = xiezhi_alerts::Level::ALL.into_iter().find(|l| l.as_str() == notice.alert.level);
            level.into_iter().for_each(|level| self.metrics.notice(notice.change, level));
            self.sink.send(&notice);
            // Nobody may be listening; streams that come later read the ledger.
            self.notices.send(Arc::new(notice)).ok();
        }
        Ok(ledger.note_sent(self.sink.name(), last)?)
    }
}

/// Notes what a commit made of something: what only changed goes and comes in one commit.
fn note<K: Ord, T>(changes: &mut BTreeMap<K, Option<T>>, place: K, what: T, holds: bool) {
    if holds {
        changes.insert(place, Some(what));
    } else {
        changes.entry(place).or_insert(None);
    }
}

/// Starts the publisher's thread; it ends when the engine has ended.
///
/// # Panics
/// If the thread cannot be started.
pub fn spawn(
    mut publisher: Publisher,
    mut ledger: Ledger,
    changes: Receiver<Change>,
    commits: Commits,
    clock: Clock,
    failure: Failure,
) -> JoinHandle<Result<(), ServiceError>> {
    let body = move || {
        for change in changes {
            let done = publisher.apply(&mut ledger, &change, clock.now());
            if let Err(error) = done {
                failure.tell(&error);
                return Err(error);
            }
            if let Some(durable) = commits.take(change.time) {
                publisher.metrics.commit_to_alert.observe(durable.elapsed().as_secs_f64());
            }
        }
        Ok(())
    };
    let thread = std::thread::Builder::new().name("publisher".to_owned()).spawn(body);
    thread.expect("the publisher's thread starts")
}
