//! The commands, a file each, and their exit codes.
//!
//! | code | means |
//! |---|---|
//! | 0 | done |
//! | 1 | failed; the message says at what |
//! | 2 | done, but something was refused (`replay --strict`), or the command line is wrong |
//! | 64 | the configuration is wrong; every mistake is listed |

pub mod bench;
pub mod check_config;
pub mod explain;
pub mod replay;
pub mod simulate;

use clap::{Parser, Subcommand};
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
    /// Run event files through the engine, without a daemon.
    Replay(replay::Args),
    /// Write a simulated trading venue's events, and the truth beside them.
    Simulate(simulate::Args),
    /// Measure load rate, latency and memory on a simulated history.
    Bench(bench::Args),
    /// Tell every rule's outcome on one section, and why.
    Explain(explain::Args),
    /// Check a configuration and its files; list every mistake.
    CheckConfig(check_config::Args),
}

/// Runs a command; whatever goes wrong is told on standard error.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.command {
        Command::Replay(args) => replay::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::CheckConfig(args) => check_config::run(&args),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xiezhi: {error:#}");
            ExitCode::FAILURE
        }
    }
}
