//! `xiezhi`: parse the command line, run the command, end with its exit code.

use clap::Parser;
use std::process::ExitCode;
use xiezhi::commands::{Cli, run};

fn main() -> ExitCode {
    run(Cli::parse())
}
