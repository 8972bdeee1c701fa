//! `xiezhi backup` and `xiezhi restore`: a verified copy of a data directory, and the way back.

use super::output::{Output, counted, grouped, unless_pipe_closed};
use crate::backup::{Manifest, back_up, restore as put_back};
use crate::clock::Clock;
use crate::verify::{Options, Report, verify};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xiezhi_dataflows::normalise::Instant;

/// Copy a data directory while the daemon runs, and verify the copy.
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 if the copy is whole, 1 if it is not. site.key and head.key are not in it, unless --with-keys: keep them apart, \
                  once; they never change."
)]
pub struct BackupArgs {
    /// The daemon's data directory; the daemon may be running.
    #[arg(long, value_name = "DIR", default_value = crate::config::DATA_DIR)]
    data_dir: PathBuf,
    /// Where to: a folder that is empty, or not there yet.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Also the keys and the admin token: for a copy that is itself kept under lock.
    #[arg(long)]
    with_keys: bool,
}

/// Put a copy back into an empty data directory, and verify it.
#[derive(clap::Args)]
pub struct RestoreArgs {
    /// The copy.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The data directory to make: empty, or not there yet.
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
    /// Where site.key and head.key are kept; without it, they are looked for in the copy.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
}

/// Copies.
///
/// # Errors
/// If no copy could be made.
pub fn backup(args: &BackupArgs) -> Result<ExitCode> {
    let made_at = Instant(Clock::of_machine().now()).to_rfc3339();
    let manifest = back_up(&args.data_dir, &args.to, made_at, args.with_keys)?;
    let report = verified(&args.to)?;
    let kept_apart = "site.key and head.key are not in it: without them it cannot be restored";
    let note = (!args.with_keys).then_some(kept_apart);
    print(&told(&manifest, &args.to, &report, note), &report)
}

/// Puts a copy back.
///
/// # Errors
/// If it could not be put back.
pub fn restore(args: &RestoreArgs) -> Result<ExitCode> {
    let manifest = put_back(&args.from, &args.data_dir, args.keys.as_deref())?;
    let report = verified(&args.data_dir)?;
    let note = Some("start the daemon on it; what came after the copy is to be sent again");
    print(&told(&manifest, &args.data_dir, &report, note), &report)
}

fn verified(data_dir: &Path) -> Result<Report> {
    Ok(verify(&Options { data_dir: data_dir.to_owned(), heads: None, key: None })?)
}

fn told(manifest: &Manifest, at: &Path, report: &Report, note: Option<&str>) -> Vec<String> {
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let files = counted(manifest.files.len() as u64, "file");
    let mut lines = vec![
        format!("copy      {files}, {} bytes, in {}", grouped(bytes), at.display()),
        format!("made      {} by version {}", manifest.made_at, manifest.version),
        format!(
            "journal   {} entries, {} of them under a signed head",
            grouped(report.entries),
            grouped(report.covered)
        ),
    ];
    let problems =
        report.problems.iter().map(|problem| format!("WRONG     {}; {}", problem.what, problem.remedy));
    lines.extend(note.map(|note| format!("note      {note}")));
    lines.extend(problems);
    lines.push(if report.whole { "whole" } else { "NOT WHOLE" }.to_owned());
    lines
}

fn print(lines: &[String], report: &Report) -> Result<ExitCode> {
    let mut out = Output::standard();
    let written = lines.iter().try_for_each(|line| out.line(line));
    let code = if report.whole { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| code))
}
