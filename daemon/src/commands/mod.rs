//! The commands, a file each, and their exit codes.
//!
//! | code | means |
//! |---|---|
//! | 0 | done |
//! | 1 | failed; the message says at what |
//! | 2 | done, but something was refused (`replay --strict`), or the command line is wrong |
//! | 64 | the configuration is wrong; every mistake is listed |

pub mod backtest;
pub mod backup;
pub mod bench;
pub mod check_config;
pub mod coverage;
pub mod deliver_test;
pub mod demo;
pub mod explain;
pub mod foreign;
pub mod history;
pub mod import;
pub mod input;
pub mod output;
pub mod proof;
pub mod replay;
pub mod rules;
pub mod serve;
pub mod session;
pub mod simulate;
pub mod token;
pub mod verify;

use anyhow::Context;
use clap::{Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Real-time monitoring of public-resource trading: early warnings of bid rigging and procedural breaches.
#[derive(Parser)]
#[command(name = "xiezhi", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the daemon.
    Serve(serve::Args),
    /// Play a simulated trading day through the real daemon.
    Demo(demo::Args),
    /// Run event files through the engine, without a daemon.
    Replay(replay::Args),
    /// Send files into a running daemon.
    Import(import::Args),
    /// Write a simulated trading venue's events, and the truth beside them.
    Simulate(simulate::Args),
    /// Tell what other rules would find on history.
    Backtest(backtest::Args),
    /// Measure load rate, latency and memory on a simulated history.
    Bench(bench::Args),
    /// Tell every rule's outcome on one section, and why.
    Explain(explain::Args),
    /// List every rule, or show the page of one.
    Rules(rules::Args),
    /// Tell what the data let each rule conclude, by the system that they came from.
    Coverage(coverage::Args),
    /// Make, list or take back access tokens.
    Token(token::Args),
    /// Verify the whole journal against its signed heads, or one proof, offline.
    Verify(verify::Args),
    /// Print the latest signed head of the journal.
    Head(proof::HeadArgs),
    /// Prove that an entry is in the journal, or that an earlier journal is the beginning of a later one.
    Proof(proof::ProofArgs),
    /// Copy a data directory while the daemon runs, and verify the copy.
    Backup(backup::BackupArgs),
    /// Put a copy back into an empty data directory, and verify it.
    Restore(backup::RestoreArgs),
    /// Check a configuration and its files; list every mistake.
    CheckConfig(check_config::Args),
    /// Send a test message over a channel, and tell what came back.
    DeliverTest(deliver_test::Args),
}

/// Sends the log to standard error, as text to a terminal, else as JSON lines. `XIEZHI_LOG` filters it, or `filter` where that is not set.
fn log_to_stderr(filter: &str) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("XIEZHI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(filter));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        log.with_target(false).init();
    } else {
        log.json().init();
    }
}

/// The runtime for everything that waits.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")
}

/// Runs a command; whatever goes wrong is told on standard error.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Serve(args) => serve::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Replay(args) => replay::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Backtest(args) => backtest::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Rules(args) => rules::run(&args),
        Command::Coverage(args) => coverage::run(&args),
        Command::Token(args) => token::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Head(args) => proof::head(&args),
        Command::Proof(args) => proof::proof(&args),
        Command::Backup(args) => backup::backup(&args),
        Command::Restore(args) => backup::restore(&args),
        Command::CheckConfig(args) => check_config::run(&args),
        Command::DeliverTest(args) => deliver_test::run(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xiezhi: {error:#}");
            ExitCode::FAILURE
        }
    }
}
