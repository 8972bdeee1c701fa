//! `xiezhi`: parse the command line, run the command, end with its exit code.

use clap::Parser;
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;
use xiezhi::commands::{Cli, run};

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    run(Cli::parse())
}
