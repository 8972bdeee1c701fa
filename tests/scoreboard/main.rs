//! The scoreboard of reliability: one program that starts the real binary, real servers, receivers and faults, keeps an oracle of its own, and says
//! for each fault how often it was tried and what was lost.
//!
//! *Invariants.*
//! 1. What is expected comes from what was sent and answered (`oracle.rs`), never from what the daemon says of itself.
//! 2. Every attempt has a seed that repeats its choices; the machine's timing it cannot repeat.
//! 3. What the machine cannot do is `skipped` with the reason, never passed in silence.
//! 4. Timings are measured, never asserted: only a hang is a failure.
//!
//! A test without cargo's harness: `cargo test` runs the short counts, `./tests/run --soak` those of the design.

mod board;
mod machine;
mod options;
mod oracle;
mod rows;
mod series;
mod stage;
mod tracer;

use board::Board;
use options::{Options, Print, USAGE};
use std::process::ExitCode;
use xiezhi_tests::Dice;

/// Where the result goes if nobody says so.
const OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/scoreboard.json");

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}");
            return ExitCode::from(2);
        }
    };
    match options.print {
        Some(Print::Usage) => println!("{USAGE}"),
        Some(Print::Names) => println!("scoreboard: test"),
        Some(Print::Rows) => {
            rows::ALL.iter().for_each(|row| println!("{:>2}  {} → {}", row.number, row.fault, row.promise))
        }
        Some(Print::Nothing) => {}
        None => return score(&options),
    }
    ExitCode::SUCCESS
}

/// Runs the rows; fails if one was violated.
fn score(options: &Options) -> ExitCode {
    board::listen_to_panics();
    let seed = options.seed.unwrap_or_else(|| Dice::seed("XIEZHI_SEED") % 1_000_000_000);
    let mut board = Board::new(options.out.clone().unwrap_or_else(|| OUT.to_owned()), options.keep);
    let (mut well, mut failed, mut skipped) = (0, 0, 0);
    for row in rows::ALL.iter().filter(|row| options.rows.is_empty() || options.rows.contains(&row.number)) {
        let tally = board::run(row, seed, options.count, options.soak);
        board.add(row, &tally);
        match (tally.violations(), tally.is_skipped()) {
            (0, false) => well += 1,
            (0, true) => skipped += 1,
            _ => failed += 1,
        }
    }
    println!("\nscoreboard: {well} passed, {failed} failed, {skipped} skipped");
    ExitCode::from(u8::from(failed > 0))
}
