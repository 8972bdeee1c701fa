//! A history to look back on: files of events, or a daemon's journal with the rules that judge there.
//!
//! What `explain`, `coverage` and `backtest` have in common.

use super::session::{Session, SessionArgs};
use crate::config::Rules;
use crate::editions::Editions;
use anyhow::Result;
use std::path::PathBuf;
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::event::Event;
use xiezhi_dataflows::normalise::Instant;

/// Where the events come from, and how they are judged.
#[derive(Clone, clap::Args)]
pub struct HistoryArgs {
    /// Files of events; without any, the journal of a daemon, which may be running, under its own editions of the rules
    /// unless --rules says others.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The daemon's data directory.
    #[arg(long, value_name = "DIR", default_value = crate::config::DATA_DIR, conflicts_with = "files")]
    data_dir: PathBuf,
    #[command(flatten)]
    session: SessionArgs,
}

/// A history, computed to its end.
pub struct History<'a> {
    /// The engine and what holds in it.
    pub session: Session<'a>,
    /// The rules that judge.
    pub edition: Edition,
    /// The editions on record, if they are those of a daemon.
    pub on_record: Option<Editions>,
}

impl HistoryArgs {
    /// The file of rules.
    pub fn rules(&self) -> Option<&std::path::Path> {
        self.session.rules.as_deref()
    }

    /// Runs the events through an engine. `seen` is shown each event that came through the door.
    ///
    /// # Errors
    /// If something cannot be read.
    pub fn run<'a>(&self, rules: &Rules, seen: &mut dyn FnMut(&Event)) -> Result<History<'a>> {
        let mut options = self.session.clone();
        let of_daemon = self.files.is_empty();
        if of_daemon {
            // As the daemon judges: by the clock, not by the latest event.
            options.now = options.now.or(Some(Instant(crate::clock::system_now())));
        }
        let takes_over = of_daemon && options.rules.is_none();
        let on_record = if takes_over { Editions::read_only(&self.data_dir)? } else { None };
        let in_force = on_record.as_ref().map(Editions::in_force);
        let edition = in_force.unwrap_or_else(|| Edition::always(rules.params.clone()));
        let mut session = Session::under(&options, rules, edition.clone(), None)?;
        if of_daemon {
            session.feed_journal(&self.data_dir, rules, seen)?;
        } else {
            session.feed(&self.files, seen, &mut |_| Ok(()))?;
        }
        session.replay.finish();
        Ok(History { session, edition, on_record })
    }
}
