//! `xiezhi simulate`: a trading venue's events with planted schemes, and beside them the truth.
//!
//! The same options give the same bytes on every machine.

use super::output::{Output, counted, is_standard, unless_pipe_closed};
use anyhow::{Result, ensure};
use jiff::civil::Date;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xiezhi_simulator::{Scheme, Schemes, Settings, Venue};

/// `xiezhi simulate`
#[derive(clap::Args)]
#[command(after_help = schemes())]
pub struct Args {
    /// Days to simulate.
    #[arg(long, value_name = "N", default_value_t = 30)]
    days: u32,
    /// Seed of everything random.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Bids opened on a working day, on average.
    #[arg(long, value_name = "B", default_value_t = Settings::default().bids_per_day)]
    bids_per_day: u32,
    /// Schemes to plant: `all`, `none`, or names joined by commas.
    #[arg(long, value_name = "A,B", default_value = "all")]
    schemes: Schemes,
    /// The first day.
    #[arg(long, value_name = "DATE", default_value_t = Settings::default().first_day)]
    first_day: Date,
    /// Share of sections that start a planted scheme, 0 to 0.8.
    #[arg(long, value_name = "X", default_value_t = Settings::default().scheme_share)]
    scheme_share: f64,
    /// Where the events go, a line of JSON each; - is standard output.
    #[arg(long, value_name = "FILE", default_value = "events.ndjson")]
    out: PathBuf,
    /// Where the truth goes: the findings that must hold at the end, and those that must have gone [default: beside
    /// the events, as NAME.truth.ndjson; none if the events go to standard output].
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

fn schemes() -> String {
    let mut text = "Schemes:\n".to_owned();
    for row in Scheme::ALL.chunks(6) {
        let names: Vec<&str> = row.iter().map(|scheme| scheme.name()).collect();
        text.push_str(&format!("  {}\n", names.join(", ")));
    }
    text
}

/// Runs the command.
///
/// # Errors
/// If a setting is out of its range, or something cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    unless_pipe_closed(simulate(args).map(|()| ExitCode::SUCCESS))
}

fn simulate(args: &Args) -> Result<()> {
    let venue = Venue::new(Settings {
        seed: args.seed,
        days: args.days,
        first_day: args.first_day,
        bids_per_day: args.bids_per_day,
        schemes: args.schemes,
        scheme_share: args.scheme_share,
        ..Settings::default()
    })?;
    let truth_path = args.truth.clone().or_else(|| beside(&args.out));
    ensure!(truth_path.as_ref() != Some(&args.out), "the events and the truth cannot go to one place");
    let mut events = Output::create(&args.out)?;
    let mut truth = truth_path.as_deref().map(Output::create).transpose()?;
    let (mut written, mut true_ones) = (0, 0);
    for day in venue {
        for event in &day.events {
            events.line(&event.json)?;
        }
        for one in &day.truth {
            truth.as_mut().map_or(Ok(()), |truth| truth.line(&one.to_line()?))?;
        }
        written += day.events.len() as u64;
        true_ones += day.truth.len() as u64;
    }
    events.finish()?;
    truth.map_or(Ok(()), Output::finish)?;
    let name =
        |path: &Path| if is_standard(path) { "standard output".into() } else { path.display().to_string() };
    eprintln!("{} to {}", counted(written, "event"), name(&args.out));
    if let Some(path) = truth_path {
        eprintln!("{} to expect to {}", counted(true_ones, "finding"), name(&path));
    }
    Ok(())
}

fn beside(out: &Path) -> Option<PathBuf> {
    (!is_standard(out)).then(|| out.with_extension("truth.ndjson"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Only {
        #[command(flatten)]
        args: Args,
    }

    fn simulated(folder: &Path, name: &str, more: &[&str]) -> Result<String> {
        let out = folder.join(name).to_string_lossy().into_owned();
        let line = [&["simulate", "--days", "2", "--bids-per-day", "20", "--out", &out], more].concat();
        run(&Only::try_parse_from(line)?.args)?;
        Ok(std::fs::read_to_string(out)?)
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let of = |name, seed| simulated(folder.path(), name, &["--seed", seed]).expect("a venue");
        assert_eq!(of("a.ndjson", "7"), of("b.ndjson", "7"));
        assert_ne!(of("a.ndjson", "7"), of("c.ndjson", "8"));
        assert!(folder.path().join("a.truth.ndjson").exists());
    }

    #[test]
    fn a_wrong_setting_is_refused_with_what_is_accepted() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let refused =
            |more: &[&str]| simulated(folder.path(), "x.ndjson", more).expect_err("refused").to_string();
        assert!(refused(&["--scheme-share", "0.9"]).contains("choose 0 to 0.8"));
        assert!(refused(&["--schemes", "rings"]).contains("known are all, none"));
        assert!(refused(&["--first-day", "2026-02-30"]).contains("invalid value"));
        let same = folder.path().join("x.ndjson").to_string_lossy().into_owned();
        assert!(refused(&["--truth", &same]).contains("cannot go to one place"));
    }

    #[test]
    fn the_help_lists_every_scheme() {
        assert!(Scheme::ALL.iter().all(|scheme| schemes().contains(scheme.name())));
    }
}
