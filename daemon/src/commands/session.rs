//! A session: event files run through the engine, with a tally of what became of their lines.
//!
//! What `replay` and `explain` have in common: the same options, the same way of telling of bad lines, the same
//! pseudonyms. Files of another format go through its adapter first, one for all files of a session, so that rows find
//! each other and corrections what they correct.

use super::foreign::{self, FormatArgs};
use super::input::each_event;
use super::output::counted;
use crate::config::Rules;
use crate::journal::Reader;
use anyhow::{Context, Result, bail};
use std::fmt::Display;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use xiezhi_adapters::{Adapter, Made, Place};
use xiezhi_dataflows::editions::Edition;
use xiezhi_dataflows::event::{Admitted, Door, Event, reread};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::replay::{Replay, Taken, Told};

/// The key of pseudonyms where none is given: not a secret, so that two replays of one file can be compared on any
/// machine. The persons in what comes out are then only as well hidden as in what went in; whoever hands findings on
/// uses `--site-key`.
pub const REPLAY_KEY: [u8; 32] = *b"xiezhi replay: a key for no site";
/// Bad lines that are shown in full; past it they are counted, or a wrong file would bury the summary.
const BAD_LINES_SHOWN: u64 = 20;
/// Most worker threads of a session.
const WORKERS_MAX: u16 = crate::config::WORKERS_MAX as u16;

/// Options of every command that runs files through the engine.
#[derive(Clone, clap::Args)]
pub struct SessionArgs {
    /// What the files hold.
    #[command(flatten)]
    pub format: FormatArgs,
    /// The instant that time stops at, such as 2026-02-20T12:00:00+08:00 [default: the latest event's; over a
    /// daemon's journal, now].
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub now: Option<Instant>,
    /// A file of rules: `profile`, `placeholders`, `[thresholds]`.
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Worker threads of the engine.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=i64::from(WORKERS_MAX)))]
    pub workers: u16,
    /// The key of persons' pseudonyms, 64 hexadecimal digits in a file [default: a fixed, public one: the pseudonyms
    /// are then only as secret as the input].
    #[arg(long, value_name = "FILE")]
    pub site_key: Option<PathBuf>,
}

fn instant(text: &str) -> Result<Instant, String> {
    let why = "give an instant with its offset, such as 2026-02-20T12:00:00+08:00";
    Instant::parse(text).map_err(|_| why.to_owned())
}

/// What became of the lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// New events.
    pub accepted: u64,
    /// The same as one before.
    pub duplicate: u64,
    /// The name of one before with another content.
    pub conflict: u64,
    /// No events.
    pub refused: u64,
    /// Tables, columns, codes and values of another format that were not understood, each kind once.
    pub not_understood: u64,
}

impl Tally {
    /// Lines that nothing was made of and that somebody should look at.
    pub fn bad(self) -> u64 {
        self.conflict + self.refused
    }

    /// Whether everything was understood.
    pub fn is_clean(self) -> bool {
        self.bad() == 0 && self.not_understood == 0
    }
}

impl Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let accepted = counted(self.accepted, "event");
        write!(f, "{accepted} accepted, {} duplicate, ", self.duplicate)?;
        write!(f, "{} in conflict, {} refused", self.conflict, self.refused)?;
        match self.not_understood {
            0 => Ok(()),
            kinds => write!(f, ", {} not understood", counted(kinds, "kind")),
        }
    }
}

/// Files on their way through an engine.
pub struct Session<'a> {
    /// The engine and what holds in it.
    pub replay: Replay<'a>,
    /// What became of the lines so far.
    pub tally: Tally,
    door: Door,
    /// None where the files hold events.
    adapter: Option<Adapter>,
}

impl<'a> Session<'a> {
    /// Starts an engine.
    ///
    /// # Errors
    /// If the site key or the file of code sets cannot be read.
    pub fn start(args: &SessionArgs, rules: &Rules, tell: Option<Box<Told<'a>>>) -> Result<Session<'a>> {
        Session::under(args, rules, Edition::always(rules.params.clone()), tell)
    }

    /// As [`start`](Session::start), under an edition of the rules; of `rules` only the placeholders count.
    ///
    /// # Errors
    /// As [`start`](Session::start).
    pub fn under(
        args: &SessionArgs,
        rules: &Rules,
        edition: Edition,
        tell: Option<Box<Told<'a>>>,
    ) -> Result<Session<'a>> {
        let adapter = args.format.adapter(&rules.placeholders)?;
        let key = args.site_key.as_deref().map_or(Ok(REPLAY_KEY), read_key)?;
        let door = || Door::new(&key, rules.placeholders.clone());
        let (placeholders, now) = (rules.placeholders.clone(), args.now.map(|now| now.0));
        let replay = Replay::under(door(), placeholders, edition, args.workers.into(), now, tell);
        Ok(Session { replay, tally: Tally::default(), door: door(), adapter })
    }

    /// Runs files through, in the order given. `seen` is shown each event that came through the door, a repeated
    /// one too; `then` is called after each.
    ///
    /// # Errors
    /// If a file cannot be read, or `then` fails. A bad line is no error: it is told and counted.
    pub fn feed(
        &mut self,
        files: &[PathBuf],
        seen: &mut dyn FnMut(&Event),
        then: &mut dyn FnMut(&Replay<'_>) -> Result<()>,
    ) -> Result<()> {
        each_event(files, &mut |place, event| {
            match (&mut self.adapter, event) {
                (_, Err(why)) => self.refuse(place, &why),
                (None, Ok(bytes)) => match self.door.admit(bytes) {
                    Ok(admitted) => self.take(admitted, place, seen),
                    Err(refused) => self.refuse(place, &refused),
                },
                (Some(adapter), Ok(bytes)) => {
                    let made = adapter.take(bytes, place);
                    self.take_made(made, seen, then)?;
                }
            }
            then(&self.replay)
        })?;
        if let Some(adapter) = &mut self.adapter {
            let (made, not_understood) = (adapter.finish(), adapter.not_understood());
            self.take_made(made, seen, then)?;
            self.tally.not_understood = not_understood.len() as u64;
            eprint!("{}", foreign::told(&not_understood));
        }
        let bad = self.tally.bad();
        if bad > BAD_LINES_SHOWN {
            eprintln!("… and {} more bad lines", bad - BAD_LINES_SHOWN);
        }
        Ok(())
    }

    /// Takes what an adapter made of a line.
    fn take_made(
        &mut self,
        made: Vec<Made>,
        seen: &mut dyn FnMut(&Event),
        then: &mut dyn FnMut(&Replay<'_>) -> Result<()>,
    ) -> Result<()> {
        for Made { place, event } in made {
            match event.map(|event| self.door.admit_json(event)) {
                Ok(Ok(admitted)) => self.take(admitted, &place, seen),
                Ok(Err(refused)) => self.refuse(&place, &refused),
                Err(faults) => self.refuse(&place, &faults),
            }
            then(&self.replay)?;
        }
        Ok(())
    }

    /// Runs a daemon's journal through, beside the daemon: its events are scrubbed and checked already.
    ///
    /// # Errors
    /// If there is no journal, or it holds what this version cannot read.
    pub fn feed_journal(
        &mut self,
        data_dir: &Path,
        rules: &Rules,
        seen: &mut dyn FnMut(&Event),
    ) -> Result<()> {
        let reader = Reader::open(data_dir)?;
        let broken = reader.for_each(0, |entry| match reread(&entry.body, &rules.placeholders) {
            Ok(event) => {
                seen(&event);
                self.replay.admitted(Admitted { event, body: entry.body, warnings: Vec::new() });
                self.tally.accepted += 1;
                ControlFlow::Continue(())
            }
            Err(faults) => ControlFlow::Break(format!("event {} cannot be read: {faults}", entry.seq)),
        })?;
        reader.conflicts(|source, id, body| self.replay.refused(source, id, body))?;
        match broken {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(why) => bail!("the journal in {}: {why}", data_dir.display()),
        }
    }

    fn take(&mut self, admitted: Admitted, place: &Place, seen: &mut dyn FnMut(&Event)) {
        seen(&admitted.event);
        let (source, id) = (admitted.event.source.clone(), admitted.event.id.clone());
        match self.replay.admitted(admitted) {
            Taken::Accepted => self.tally.accepted += 1,
            Taken::Duplicate => self.tally.duplicate += 1,
            Taken::Conflict => {
                self.tally.conflict += 1;
                let why = format!("{source}#{id} came before with another content; the first one stands");
                self.tell_bad(place, &why);
            }
            Taken::Refused(refused) => self.refuse(place, &refused),
        }
    }

    fn refuse(&mut self, place: &Place, why: &dyn Display) {
        self.tally.refused += 1;
        self.tell_bad(place, why);
    }

    fn tell_bad(&self, place: &Place, why: &dyn Display) {
        if self.tally.bad() <= BAD_LINES_SHOWN {
            eprintln!("{place}: {why}");
        }
    }
}

fn read_key(path: &Path) -> Result<[u8; 32]> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the site key {name}"))?;
    key_of(text.trim()).with_context(|| format!("{name} is no site key: give 64 hexadecimal digits"))
}

fn key_of(digits: &str) -> Option<[u8; 32]> {
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut key = [0; 32];
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert_eq!(key_of(&"0f".repeat(32)), Some([15; 32]));
        for wrong in ["", "0f", &"0g".repeat(32), &"+f".repeat(32), &"0f".repeat(33)] {
            assert_eq!(key_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn time_needs_its_offset() {
        assert!(instant("2026-02-20T12:00:00+08:00").is_ok());
        assert!(instant("2026-02-20T12:00:00").is_err_and(|why| why.contains("with its offset")));
    }
}
