//! `xiezhi import`: files into a running daemon, over HTTP.
//!
//! *Invariants.* What is sent is named by itself, so a second run sends the same again and changes nothing: an import that
//! broke off is run once more. A batch counts when the daemon has answered 202; until then it is sent again, as long as the
//! daemon asks for patience. Every line that came to nothing is told with its place and reason.

mod client;

use super::foreign::{self, FormatArgs};
use super::input::each_event;
use super::output::counted;
use anyhow::{Result, anyhow, ensure};
use axum::body::Bytes;
use client::{Answer, Client, Receipt};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use xiezhi_adapters::{Adapter, Made, Place};
use xiezhi_alerts::deliver::Secret;
use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise::Placeholders;

/// The exit code of `--strict` when a line was bad or something in it not understood.
const BAD_LINES: u8 = 2;
/// Most bytes of a batch: half of what the daemon takes in one request.
const BATCH_BYTES_MAX: usize = 8 << 20;
/// How long one batch is tried when the daemon asks for patience or is not there.
const PATIENCE: Duration = Duration::from_secs(300);

/// `xiezhi import`
#[derive(clap::Args)]
#[command(after_help = "\
Exit status: 0 done, 1 failed (run the same again: nothing is taken twice), 2 under --strict if a line was bad or
something not understood.

Examples:
  xiezhi import venue.ndjson
  xiezhi import --format ggzy rows-2026.ndjson.gz --to https://xiezhi.example --token ingest.token")]
pub struct Args {
    /// Files of events, in order of arrival; plain or gzip, - is standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
    /// The daemon's address.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8700")]
    to: String,
    /// A file with a token of the role ingest or admin.
    #[arg(long, value_name = "FILE", default_value = "xiezhi-data/admin.token")]
    token: PathBuf,
    /// Events sent at once.
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    batch: u16,
    /// End with status 2 if a line was bad or something in it not understood.
    #[arg(long)]
    strict: bool,
}

/// Runs the command.
///
/// # Errors
/// If a file cannot be read, or the daemon does not take what is sent.
pub fn run(args: &Args) -> Result<ExitCode> {
    let token =
        Secret::read(&args.token).map_err(|why| anyhow!("the token {} {why}", args.token.display()))?;
    let client = Client::new(&args.to, token)?;
    let adapter = args.format.adapter(&Placeholders::default())?;
    let runtime = super::runtime()?;
    let mut import = Import {
        client,
        runtime,
        batch_max: args.batch.into(),
        batch: Batch::default(),
        tally: Tally::default(),
    };
    let done = import.files(&args.files, adapter);
    println!("{}", import.tally);
    done?;
    Ok(ExitCode::from(if args.strict && !import.tally.is_clean() { BAD_LINES } else { 0 }))
}

/// What became of the lines.
#[derive(Default)]
struct Tally {
    accepted: u64,
    duplicate: u64,
    quarantined: u64,
    unsent: u64,
    not_understood: u64,
}

impl Tally {
    fn is_clean(&self) -> bool {
        self.quarantined + self.unsent + self.not_understood == 0
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let accepted = counted(self.accepted, "event");
        write!(f, "{accepted} accepted, {} duplicate, {} quarantined", self.duplicate, self.quarantined)?;
        if self.unsent > 0 {
            write!(f, ", {} not sent", self.unsent)?;
        }
        if self.not_understood > 0 {
            write!(f, ", {} not understood", counted(self.not_understood, "kind"))?;
        }
        Ok(())
    }
}

/// Events that are sent together, and where each stood.
#[derive(Default)]
struct Batch {
    lines: Vec<u8>,
    places: Vec<Place>,
}

struct Import {
    client: Client,
    runtime: tokio::runtime::Runtime,
    batch_max: usize,
    batch: Batch,
    tally: Tally,
}

impl Import {
    fn files(&mut self, files: &[PathBuf], mut adapter: Option<Adapter>) -> Result<()> {
        each_event(files, &mut |place, event| match (event, &mut adapter) {
            (Err(why), _) => {
                self.unsent(place, &why);
                Ok(())
            }
            (Ok(bytes), None) => self.push(&on_one_line(bytes), place),
            (Ok(bytes), Some(adapter)) => {
                let made = adapter.take(bytes, place);
                self.made(made)
            }
        })?;
        if let Some(mut adapter) = adapter {
            self.made(adapter.finish())?;
            let all = adapter.not_understood();
            self.tally.not_understood = all.len() as u64;
            eprint!("{}", foreign::told(&all));
        }
        self.send()
    }

    fn made(&mut self, made: Vec<Made>) -> Result<()> {
        for Made { place, event } in made {
            match event {
                Ok(event) => self.push(&event.to_bytes(), &place)?,
                Err(faults) => self.unsent(&place, &faults),
            }
        }
        Ok(())
    }

    fn unsent(&mut self, place: &Place, why: &dyn std::fmt::Display) {
        self.tally.unsent += 1;
        eprintln!("{place}: not sent: {why}");
    }

    fn push(&mut self, line: &[u8], place: &Place) -> Result<()> {
        if self.batch.lines.len() + line.len() > BATCH_BYTES_MAX {
            self.send()?;
        }
        self.batch.lines.extend_from_slice(line);
        self.batch.lines.push(b'\n');
        self.batch.places.push(place.clone());
        if self.batch.places.len() == self.batch_max { self.send() } else { Ok(()) }
    }

    fn send(&mut self) -> Result<()> {
        let batch = std::mem::take(&mut self.batch);
        if batch.places.is_empty() {
            return Ok(());
        }
        let receipt = self.runtime.block_on(patiently(&self.client, batch.lines))?;
        self.tally.accepted += receipt.accepted;
        self.tally.duplicate += receipt.duplicate;
        self.tally.quarantined += receipt.quarantined.len() as u64;
        for refusal in receipt.quarantined {
            let place = batch.places.get(refusal.index).map(Place::to_string).unwrap_or_default();
            let dot = if refusal.path.is_empty() { "the event" } else { &refusal.path };
            eprintln!("{place}: quarantined ({}): {dot} {}", refusal.code, refusal.reason);
        }
        Ok(())
    }
}

/// Sends a batch until it is taken, as long as the daemon asks for patience.
async fn patiently(client: &Client, lines: Vec<u8>) -> Result<Receipt> {
    let mut waited = Duration::ZERO;
    let lines = Bytes::from(lines);
    loop {
        let (why, wait) = match client.post(lines.clone()).await? {
            Answer::Taken(receipt) => return Ok(receipt),
            Answer::Later { why, wait } => (why, wait),
        };
        ensure!(
            waited < PATIENCE,
            "{why}; given up after {} s: run the same again later, nothing is taken twice",
            waited.as_secs()
        );
        tokio::time::sleep(wait).await;
        waited += wait;
    }
}

/// An event on one line. What is no JSON is sent all the same, for the daemon to keep and to say why not.
fn on_one_line(bytes: &[u8]) -> Vec<u8> {
    if !bytes.contains(&b'\n') {
        return bytes.to_vec();
    }
    match Json::parse(bytes) {
        Ok(json) => json.to_bytes(),
        Err(_) => bytes.iter().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { *byte }).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_over_several_lines_becomes_one() {
        assert_eq!(on_one_line(b"{\"b\": 1,\n \"a\": 2}"), b"{\"a\":2,\"b\":1}");
        assert_eq!(on_one_line(b"{\"b\":\r\n oops}"), b"{\"b\":   oops}");
        assert_eq!(on_one_line(b"{ }"), b"{ }", "as it was sent, where it can be");
    }

    #[test]
    fn a_tally_says_what_there_is() {
        let tally = Tally { accepted: 1, duplicate: 2, quarantined: 3, unsent: 0, not_understood: 1 };
        assert_eq!(tally.to_string(), "1 event accepted, 2 duplicate, 3 quarantined, 1 kind not understood");
        assert!(!tally.is_clean() && Tally { accepted: 9, ..Tally::default() }.is_clean());
    }
}
