//! One transaction of the ledger: what waits is written together, and told when it is durable.

use super::{Publisher, Work};
use crate::failpoint;
use crate::ledger::{Applied, Changes, Ledger, place_of};
use crate::service::ServiceError;
use crate::service::commits::Commits;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::oneshot;
use xiezhi_alerts::Alert;
use xiezhi_alerts::desk::Moved;
use xiezhi_dataflows::engine::Change;
use xiezhi_dataflows::finding::Published;
use xiezhi_dataflows::rules::Topic;

/// What one transaction holds, and what is to be told of it when it is durable.
#[derive(Default)]
pub(super) struct Round {
    applied: Vec<Applied>,
    /// The commits in it.
    commits: Vec<u64>,
    /// Who waits for it.
    waiting: Vec<oneshot::Sender<()>>,
}

impl Publisher {
    /// Applies what one commit changed, after what supervisors did in those before it, and before what they did in it.
    fn apply(
        &mut self,
        ledger: &mut Ledger,
        change: &Change,
        now: i64,
        round: &mut Round,
    ) -> Result<(), ServiceError> {
        let before = Changes { acts: self.acts.take_until(change.time), ..Changes::default() };
        self.settle(ledger, before, now, round)?;
        let mut after = Changes { acts: self.acts.take_until(change.time + 1), ..Changes::default() };
        self.indicators.commit(change.changes.iter().filter_map(|(what, diff)| match what {
            Published::Counted(packed) => Some((packed, *diff)),
            _ => None,
        }));
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
                Published::Ended(..) | Published::Counted(_) => {}
            }
        }
        self.settle(ledger, after, now, round)?;
        round.commits.push(change.time);
        Ok(())
    }

    fn settle(
        &self,
        ledger: &mut Ledger,
        changes: Changes,
        now: i64,
        round: &mut Round,
    ) -> Result<(), ServiceError> {
        if !changes.is_empty() {
            round.applied.push(ledger.apply(changes, now, &*self.directory)?);
        }
        Ok(())
    }

    /// Writes what waits, in one transaction; true when the engine has ended.
    pub(super) fn write(
        &mut self,
        ledger: &mut Ledger,
        works: impl Iterator<Item = Work>,
        now: i64,
        round: &mut Round,
    ) -> Result<bool, ServiceError> {
        ledger.together(|ledger| {
            self.mark(ledger)?;
            for work in works {
                match work {
                    Work::Change(change) => self.apply(ledger, &change, now, round)?,
                    Work::Deliveries(deliveries, noted) => {
                        ledger.note_deliveries(&deliveries, now)?;
                        round.waiting.push(noted);
                    }
                    Work::End => return Ok(true),
                }
            }
            Ok(false)
        })
    }

    /// Tells what is durable now.
    pub(super) fn finish(&mut self, round: Round, commits: &Commits) {
        let Round { applied, commits: done, waiting } = round;
        if applied.iter().any(|applied| !applied.notices.is_empty()) {
            failpoint::pass("ledger.written");
        }
        applied.into_iter().for_each(|applied| self.tell(applied));
        for durable in done.into_iter().filter_map(|commit| commits.take(commit)) {
            self.metrics.engine.commit_to_alert.observe(durable.elapsed().as_secs_f64());
        }
        for noted in waiting {
            // Who has gone away meanwhile needs no answer.
            noted.send(()).ok();
        }
    }

    /// What an alert's change means to the indicators.
    fn assess(&self, before: Option<&Alert>, after: &Alert) {
        let counting = self.duty.counting();
        before.into_iter().for_each(|before| self.indicators.alert(before, counting, -1));
        self.indicators.alert(after, counting, 1);
        self.metrics.handled(before, after, &self.indicators.label(&after.route.department), counting);
    }

    pub(super) fn tell(&mut self, applied: Applied) {
        for (before, after) in &applied.findings {
            before.iter().for_each(|f| self.metrics.finding(&f.rule, &f.severity, -1));
            after.iter().for_each(|f| self.metrics.finding(&f.rule, &f.severity, 1));
        }
        for Moved { before, decision } in &applied.moved {
            let after = &decision.alert;
            before.iter().for_each(|before| self.metrics.handling(before, -1));
            self.metrics.handling(after, 1);
            self.assess(before.as_ref(), after);
            before.iter().for_each(|a| self.metrics.alert(a.subject.topic, a.level, a.state, -1));
            self.metrics.alert(after.subject.topic, after.level, after.state, 1);
        }
        if !applied.channels.is_empty() {
            self.outbox.send_modify(|count| *count += 1);
        }
        self.acts.answer(applied.acted);
        for change in &applied.watched {
            change.before.iter().for_each(|entry| self.metrics.watched(entry.level, &entry.kind, -1));
            change.after.iter().for_each(|entry| self.metrics.watched(entry.level, &entry.kind, 1));
            self.metrics.watch_change(change.kind());
        }
        for notice in applied.notices {
            let level = xiezhi_alerts::Level::ALL.into_iter().find(|l| l.as_str() == notice.alert.level);
            let topic = Topic::ALL.iter().copied().find(|t| t.as_str() == notice.alert.topic);
            if let (Some(level), Some(topic)) = (level, topic) {
                self.metrics.notice(notice.change, level, topic);
            }
            self.sink.send(&notice);
            self.unmarked = Some(notice.seq);
            // Nobody may be listening; streams that come later read the ledger.
            self.notices.send(Arc::new(notice)).ok();
        }
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
