//! `xiezhi`: parse the command line, run the command, end with its exit code.

use clap::Parser;
use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;
use xiezhi::commands::{Cli, run};

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    abort_on_panic();
    run(Cli::parse())
}

/// A release is built to abort on a panic. Builds for tests, which cannot be, do so by a hook: what is tested is what is released.
fn abort_on_panic() {
    let tell = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell(panic);
        std::process::abort();
    }));
}
