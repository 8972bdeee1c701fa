//! `xiezhi verify`: is the whole journal as it was signed? Or: does one proof hold?

use super::output::{Output, grouped, unless_pipe_closed};
use crate::heads::public_key_path;
use crate::verify::{Checked, Options, Report, check_proof, verify};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_proof::Proof;

/// Verify the whole journal against its signed heads, or one proof, offline.
#[derive(clap::Args)]
#[command(after_help = "Exit status: 0 if all is whole, 1 if anything is wrong or could not be verified.")]
pub struct Args {
    /// The daemon's data directory; the daemon may be running.
    #[arg(long, value_name = "DIR", default_value = crate::config::DATA_DIR)]
    data_dir: PathBuf,
    /// Heads that were kept elsewhere (from logs, reports, letters), one a line.
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
    /// The public key that was handed out; without it, head.pub of the data directory.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Check this proof instead, without a journal.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// The result as one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Runs.
///
/// # Errors
/// If nothing could be verified.
pub fn run(args: &Args) -> Result<ExitCode> {
    if let Some(path) = &args.proof {
        return one_proof(args, path);
    }
    let Args { data_dir, heads, key, .. } = args;
    let options = Options { data_dir: data_dir.clone(), heads: heads.clone(), key: key.clone() };
    let report = verify(&options)?;
    let mut out = Output::standard();
    let written =
        if args.json { out.json(&report) } else { told(&report).iter().try_for_each(|line| out.line(line)) };
    let code = if report.whole { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| code))
}

/// The report, for people.
fn told(report: &Report) -> Vec<String> {
    let mut lines = vec![
        format!("journal   {} entries", grouped(report.entries)),
        format!("key       {}", report.key),
        format!("heads     {} on record, {} kept elsewhere", report.heads, report.heads_elsewhere),
    ];
    lines.push(match &report.covered_at {
        Some(at) if report.covered == 0 => format!("covered   no entry yet; the first head is of {at}"),
        Some(at) => format!("covered   entries 1 to {}, by a head of {at}", grouped(report.covered)),
        None => "covered   nothing: no head holds".to_owned(),
    });
    let after = report.entries.saturating_sub(report.covered);
    if report.whole && after > 0 {
        lines.push(format!(
            "note      the last {} are covered by no head yet; the next is signed at midnight, at a stop, or on demand",
            grouped(after)
        ));
    }
    if report.key_from_data_dir {
        lines.push(
            "note      the key is the data directory's own: compare it with the one handed out, or give --key".to_owned(),
        );
    }
    for problem in &report.problems {
        lines.push(format!("WRONG     {}", problem.what));
        lines.push(format!("          {}", problem.remedy));
    }
    if report.more_problems > 0 {
        lines.push(format!("WRONG     and {} more", grouped(report.more_problems)));
    }
    lines.push(match report.first_bad {
        _ if report.whole => "whole".to_owned(),
        Some(seq) => format!("NOT WHOLE; the first entry concerned is {}", grouped(seq)),
        None => "NOT WHOLE".to_owned(),
    });
    lines
}

fn one_proof(args: &Args, path: &std::path::Path) -> Result<ExitCode> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let key = args.key.clone().unwrap_or_else(|| public_key_path(&args.data_dir));
    let checked = check_proof(&bytes, args.heads.as_deref(), &key)?;
    let mut out = Output::standard();
    let written = if args.json {
        out.json(&serde_json::json!({ "holds": true, "proof": checked.proof, "head": checked.head }))
    } else {
        out.line(&proven(&checked))
    };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

/// What a proof proves, for people.
fn proven(checked: &Checked) -> String {
    let at = Instant(checked.head.time_us).to_rfc3339();
    let number = checked.head.number;
    match &checked.proof {
        Proof::Inclusion(proof) => {
            let seq = proof.index + 1;
            format!("holds: entry {seq}, leaf {}, is in the journal of head {number} of {at}", proof.leaf)
        }
        Proof::Consistency(proof) => {
            let (from, to) = (proof.from, proof.to);
            format!(
                "holds: the first {from} entries stand unchanged at the beginning of the {to} of head {number} of {at}"
            )
        }
    }
}
