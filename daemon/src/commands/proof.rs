//! `xiezhi head` and `xiezhi proof`: the latest signed head, and proofs, from a data directory.

use super::output::{Output, unless_pipe_closed};
use crate::heads::{Wanted, latest, prove};
use anyhow::{Context, Result};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Print the latest signed head of the journal.
#[derive(clap::Args)]
pub struct HeadArgs {
    /// The daemon's data directory; the daemon may be running.
    #[arg(long, value_name = "DIR", default_value = crate::config::DATA_DIR)]
    data_dir: PathBuf,
}

/// Prove that an entry is in the journal, or that an earlier journal is the beginning of a later one.
#[derive(clap::Args)]
#[command(after_help = "`xiezhi verify --proof FILE` checks what this prints.")]
pub struct ProofArgs {
    /// The entry's place in the journal.
    #[arg(value_name = "SEQ", required_unless_present = "from", conflicts_with_all = ["from", "to"])]
    seq: Option<u64>,
    /// In the journal of so many entries; without it, of the latest head.
    #[arg(long, value_name = "N", requires = "seq")]
    size: Option<u64>,
    /// Instead of an entry: the size of the earlier journal.
    #[arg(long, value_name = "N")]
    from: Option<u64>,
    /// The size of the later journal; without it, that of the latest head.
    #[arg(long, value_name = "N", requires = "from")]
    to: Option<u64>,
    /// The daemon's data directory; the daemon may be running.
    #[arg(long, value_name = "DIR", default_value = crate::config::DATA_DIR)]
    data_dir: PathBuf,
}

/// Prints the latest head.
///
/// # Errors
/// If there is none, or the record cannot be read.
pub fn head(args: &HeadArgs) -> Result<ExitCode> {
    let none = "no head was signed yet: the daemon signs the first when it starts; is --data-dir right?";
    print(&latest(&args.data_dir)?.context(none)?)
}

/// Prints a proof.
///
/// # Errors
/// If there is no such entry or size, or a file cannot be read.
pub fn proof(args: &ProofArgs) -> Result<ExitCode> {
    let wanted = match (args.seq, args.from) {
        (Some(seq), _) => Wanted::Inclusion { seq, size: args.size },
        (None, from) => Wanted::Consistency { from: from.unwrap_or_default(), to: args.to },
    };
    print(&prove(&args.data_dir, wanted)?)
}

fn print(what: &impl Serialize) -> Result<ExitCode> {
    let mut out = Output::standard();
    let written = out.json(what);
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}
