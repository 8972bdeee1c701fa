//! `xiezhi deliver-test`: does a channel work? Sends a message that says that it is a test, once, and tells what came back.

use crate::clock::system_now;
use crate::config::{Config, EXIT_CODE};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::ExitCode;
use xiezhi_alerts::deliver::{Channels, Deliver, Failure, Letter};

/// `xiezhi deliver-test`
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 if the receiver has it, 1 if it has not, 64 if the configuration is wrong or has no such \
                  channel."
)]
pub struct Args {
    /// The channel, by its name in the configuration.
    channel: String,
    /// The configuration.
    #[arg(long, value_name = "FILE", default_value = "xiezhi.toml")]
    config: PathBuf,
}

/// Runs the command.
///
/// # Errors
/// If channels cannot be made ready.
pub fn run(args: &Args) -> Result<ExitCode> {
    let config = match Config::load(Some(&args.config)) {
        Ok(config) => config,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let Some(entry) = config.deliver.iter().find(|entry| entry.name == args.channel) else {
        let names: Vec<&str> = config.deliver.iter().map(|entry| entry.name.as_str()).collect();
        let known =
            if names.is_empty() { "it has none".to_owned() } else { format!("it has {}", names.join(", ")) };
        eprintln!("{}: no channel is called {:?}; {known}", args.config.display(), args.channel);
        return Ok(ExitCode::from(EXIT_CODE));
    };
    // The one that is asked for: that another cannot be made ready is not the question.
    let channels = Channels::build(vec![entry.clone()]).context("the channel cannot be made ready")?;
    let channel = channels.get(&args.channel).context("the channel was made ready")?;
    let now = system_now();
    let letter = Letter::test(channel.name(), now);
    let came = super::runtime()?.block_on(channel.send(&letter, now));
    let to = format!("{} ({}, {})", channel.name(), channel.receiver().kind(), channel.receiver().shown());
    // On standard error, so that the channel "stdout" has standard output for itself.
    match came {
        Ok(receipt) => {
            eprintln!("{to}: delivered: {}", receipt.said);
            Ok(ExitCode::SUCCESS)
        }
        Err(failure) => {
            let outlook = match &failure {
                Failure::Again { after: Some(wait), .. } => {
                    format!("would be tried again, after {} s at the earliest", wait.as_secs())
                }
                Failure::Again { after: None, .. } => "would be tried again".to_owned(),
                Failure::Never { .. } => "would not be tried again until this is changed".to_owned(),
            };
            eprintln!("{to}: not delivered: {failure}; {outlook}");
            Ok(ExitCode::FAILURE)
        }
    }
}
