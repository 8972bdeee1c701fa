//! `xiezhi check-config`: is the configuration right, and what was understood of it?

use super::output::{Output, unless_pipe_closed};
use crate::config::{Config, EXIT_CODE};
use crate::streams::At;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xiezhi_alerts::deliver::Entry;
use xiezhi_dataflows::params::Thresholds;

/// `xiezhi check-config`
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 if the configuration is right, 64 if it is not; then every mistake is listed."
)]
pub struct Args {
    /// The configuration; without it the defaults are shown.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// If standard output cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let config = match Config::load(args.config.as_deref()) {
        Ok(config) => config,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let mut out = Output::standard();
    let written =
        understood(&config).iter().try_for_each(|(key, value)| out.line(&format!("{key:<15} {value}")));
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

/// What was understood, by key.
fn understood(config: &Config) -> Vec<(&'static str, String)> {
    let shown = |path: &Path| path.display().to_string();
    let from = |path: &Option<PathBuf>| path.as_deref().map_or("built in".to_owned(), shown);
    let rules = &config.rules;
    let proxy = if config.trusted_proxy { ", behind a proxy that encrypts" } else { "" };
    let severities = rules.params.profile.severity.len();
    let mut table = vec![
        ("configuration", config.file.as_deref().map_or("none: these are the defaults".to_owned(), shown)),
        ("listen", format!("{}{proxy}", config.listen)),
        ("data_dir", shown(&config.data_dir)),
        ("timezone", crate::config::TIMEZONE.to_owned()),
        ("engine.workers", config.workers.to_string()),
        (
            "profile",
            format!(
                "{} ({}; {severities} severities differ from the national ones)",
                rules.params.profile.name,
                from(&rules.from.profile)
            ),
        ),
        ("thresholds", format!("{}; {}", from(&rules.from.thresholds), changed(&rules.params.thresholds))),
        (
            "placeholders",
            if rules.from.placeholders { "from the configuration" } else { "built in" }.to_owned(),
        ),
    ];
    let routing = &config.routing;
    let nobody = || "none: everything goes to the coordinating office".to_owned();
    table.push(("duty_list", routing.file.as_deref().map_or_else(nobody, shown)));
    table.push((
        "console",
        routing.console.clone().unwrap_or_else(|| "none: messages have no links".to_owned()),
    ));
    table.extend(config.redis.as_ref().map(|redis| {
        let place = match &redis.server.at {
            At::Place(place) => format!("{}:{}", place.host, place.port),
            At::Master { name, sentinels } => format!("{name}, by {} sentinels", sentinels.len()),
        };
        let alerts = redis.alerts.as_deref().unwrap_or("none");
        let group = format!("group {} as {}", redis.group, redis.consumer);
        ("redis", format!("{place}: reads {} ({group}); alerts to {alerts}", redis.streams.join(", ")))
    }));
    let channel = |entry: &Entry| {
        let (receiver, ms) = (&entry.receiver, entry.timeout.as_millis());
        format!("{}: {}, {}, {ms} ms", entry.name, receiver.kind(), receiver.shown())
    };
    table.extend(config.deliver.iter().map(|entry| ("deliver", channel(entry))));
    table
}

/// The thresholds that differ from the built-in ones.
fn changed(thresholds: &Thresholds) -> String {
    let table = |thresholds: &Thresholds| serde_json::to_value(thresholds).unwrap_or_default();
    let (given, usual) = (table(thresholds), table(&Thresholds::default()));
    let fields = given.as_object().into_iter().flatten();
    let differ = fields.filter(|(key, value)| usual.get(*key) != Some(*value));
    let differ: Vec<String> = differ.map(|(key, value)| format!("{key} = {value}")).collect();
    if differ.is_empty() { "all as built in".to_owned() } else { differ.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_shown_as_such() {
        let table = understood(&Config::default());
        let of = |key| table.iter().find(|(k, _)| *k == key).map(|(_, value)| value.as_str());
        assert_eq!(of("listen"), Some("127.0.0.1:8700"));
        assert_eq!(of("thresholds"), Some("built in; all as built in"));
        assert_eq!(of("configuration"), Some("none: these are the defaults"));
    }

    #[test]
    fn a_changed_threshold_is_named() {
        assert_eq!(changed(&Thresholds { run_min: 5, ..Thresholds::default() }), "run_min = 5");
    }
}
