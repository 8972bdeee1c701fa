//! `xiezhi serve`: the daemon.

use crate::api::token_path;
use crate::clock::Clock;
use crate::config::{Config, EXIT_CODE};
use crate::host::{Host, HostError};
use crate::journal::JournalError;
use crate::metrics::Metrics;
use crate::service::{Links, NoticeSink, Service, ServiceError, Setup};
use crate::streams::Streams;
use crate::supervisor::{State, Supervisor};
use anyhow::Context;
use std::convert::Infallible;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use tokio::signal::unix::{Signal, SignalKind, signal};
use xiezhi_alerts::deliver::Channels;
use xiezhi_alerts::duty::Written;
use xiezhi_alerts::message::NoticeShown;

/// Run the daemon.
#[derive(clap::Args)]
pub struct Args {
    /// The configuration; without one: data in ./xiezhi-data, loopback only, port 8700.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Notices as JSON lines on standard output.
struct JsonLines;

impl NoticeSink for JsonLines {
    fn name(&self) -> &'static str {
        "stdout"
    }

    fn send(&mut self, notice: &NoticeShown) {
        // In one write: a kill in between would leave half a line, and what is sent again would stand on it.
        let line = serde_json::to_string(notice).expect("a notice is plain data") + "\n";
        let mut out = std::io::stdout().lock();
        if let Err(error) = out.write_all(line.as_bytes()).and_then(|()| out.flush()) {
            tracing::error!(%error, seq = notice.seq, "standard output is gone; the alert is in the ledger");
        }
    }
}

/// At each SIGHUP reads the configuration again and publishes its rules, if they have changed. The rest of the
/// configuration needs a restart.
async fn reloads(hangup: &mut Signal, config: Option<&Path>, service: &Arc<Service>) -> Infallible {
    loop {
        hangup.recv().await;
        match Config::load(config) {
            Ok(config) => {
                reload_duties(service, config.routing.duty_list.as_ref());
                let (service, rules) = (service.clone(), config.params().clone());
                match tokio::task::spawn_blocking(move || service.reload(rules)).await {
                    Ok(Ok(true)) => {}
                    Ok(Ok(false)) => {
                        tracing::info!("SIGHUP: the rules of the configuration are as they were")
                    }
                    Ok(Err(error)) => tracing::error!(%error, "SIGHUP: the rules were not published"),
                    Err(error) => tracing::error!(%error, "SIGHUP: the rules were not published"),
                }
            }
            Err(mistakes) => tracing::error!(%mistakes, "SIGHUP: the configuration stays as it was"),
        }
    }
}

fn reload_duties(service: &Service, list: Option<&Written>) {
    match list.map(|list| service.reload_duties(list)) {
        Some(Ok(true)) => tracing::info!("SIGHUP: another edition of the duty list is on record"),
        Some(Ok(false)) | None => {}
        Some(Err(error)) => tracing::error!(%error, "SIGHUP: the duty list stays as it was"),
    }
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// If the daemon cannot start, or a part of it fails.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = match Config::load(args.config.as_deref()) {
        Ok(config) => config,
        Err(mistakes) => {
            eprint!("{mistakes}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    super::log_to_stderr("info");
    let supervisor = Supervisor::of_process();
    supervisor.tell(State::Starting, "computing the history");
    let setup = Setup {
        data_dir: config.data_dir.clone(),
        workers: config.workers,
        params: config.params().clone(),
        duty_list: config.routing.duty_list.clone(),
        placeholders: config.placeholders().clone(),
        clock: Clock::of_machine(),
        sink: Box::new(JsonLines),
        channels: Channels::build(config.deliver.clone()).context("the channels")?,
        links: Links { console: config.routing.console.clone() },
        metrics: Arc::new(Metrics::new().context("the metrics")?),
        keeping: config.keeping,
        algorithm: config.algorithm,
    };
    let metrics = setup.metrics.clone();
    super::runtime()?.block_on(async {
        // From the first moment on: one that comes while the history is computed waits, and does not end the daemon.
        let mut hangup = signal(SignalKind::hangup()).context("the handler of SIGHUP")?;
        let host = match Host::start(config.listen, setup).await {
            // It stays so until somebody edits the configuration: as with every mistake in it, nothing should start it again.
            Err(HostError::Service(ServiceError::Journal(error @ JournalError::OtherAlgorithm { .. }))) => {
                eprintln!("xiezhi: {error}");
                return Ok(ExitCode::from(EXIT_CODE));
            }
            started => started?,
        };
        let streams = config
            .redis
            .clone()
            .map(|redis| Streams::start(redis, host.service(), &metrics, &config.data_dir));
        if host.new_token {
            tracing::info!(path = %token_path(&config.data_dir).display(), "made an admin token");
        }
        supervisor.tell(State::Ready, &format!("ready on {}", host.address));
        let waited = tokio::select! {
            waited = host.wait() => waited,
            never = reloads(&mut hangup, args.config.as_deref(), host.service()) => match never {},
        };
        tracing::info!("stopping");
        let why =
            waited.as_ref().map_or_else(|error| format!("stopping: {error}"), |()| "stopping".to_owned());
        supervisor.tell(State::Stopping, &why);
        // What was read is journalled and acknowledged while the service still runs.
        if let Some(streams) = streams {
            streams.stop().await;
        }
        let stopped = host.stop().await;
        waited?;
        stopped?;
        tracing::info!("stopped");
        Ok(ExitCode::SUCCESS)
    })
}
