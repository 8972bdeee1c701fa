//! A host: the service and its HTTP server, from start to orderly stop.
//!
//! parse (binds nothing) → bind → compute the history → ready → wait → drain. The server listens from the first moment, so that
//! `/healthz` lives while a long history is computed, and `/readyz` tells when it is done.

use crate::api::{AdminToken, App, token_path};
use crate::service::{Service, ServiceError, Setup};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

/// How long open requests may take at the stop; what is accepted by then is durable anyway.
const DRAIN: Duration = Duration::from_secs(10);

/// How often a failure of a part is looked for.
const LOOK: Duration = Duration::from_millis(100);

/// Why a host does not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The address.
    #[error(
        "cannot listen on {address}: {source}; is another daemon running? set listen = \"…\" in the configuration"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The token.
    #[error("cannot read or make {path}: {source}")]
    Token {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The service.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A task ended that should not.
    #[error("{0}")]
    Ended(String),
}

/// A running host.
pub struct Host {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether the admin token is new.
    pub new_token: bool,
    app: App,
    service: Arc<Service>,
    server: JoinHandle<std::io::Result<()>>,
    shutdown: oneshot::Sender<()>,
    /// Whether somebody asked for the end.
    asked: watch::Receiver<bool>,
}

impl Host {
    /// Binds, computes the history, and is ready. Until then SIGTERM and SIGINT end the process at once: nothing is under way.
    ///
    /// # Errors
    /// If the address is taken, or the data directory cannot be used.
    pub async fn start(listen: SocketAddr, setup: Setup) -> Result<Host, HostError> {
        let path = token_path(&setup.data_dir);
        let (token, new_token) = AdminToken::load_or_create(&setup.data_dir)
            .map_err(|source| HostError::Token { path, source })?;
        let bind = TcpListener::bind(listen).await;
        let listener = bind.map_err(|source| HostError::Listen { address: listen, source })?;
        let address =
            listener.local_addr().map_err(|source| HostError::Listen { address: listen, source })?;
        let app = App::new(token, setup.metrics.clone(), setup.data_dir.clone());
        let (shutdown, stop) = oneshot::channel::<()>();
        let serving = axum::serve(listener, app.clone().router()).with_graceful_shutdown(async {
            stop.await.ok();
        });
        let server = tokio::spawn(async move { serving.await });
        tracing::info!(%address, "listening; computing the history");
        let start = tokio::task::spawn_blocking(move || Service::start(setup));
        let service = start.await.map_err(|error| HostError::Ended(error.to_string()))??;
        let service = Arc::new(service);
        // Before anybody is told that it is ready: whoever hears that may ask for the end in the next moment.
        let asked = heed_signals();
        app.ready(service.clone());
        tracing::info!(%address, "ready");
        Ok(Host { address, new_token, app, service, server, shutdown, asked })
    }

    /// The running service.
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Waits for SIGTERM, SIGINT or a failure.
    ///
    /// # Errors
    /// The failure.
    pub async fn wait(&self) -> Result<(), HostError> {
        let failed = async {
            loop {
                if let Some(error) = self.service.failure() {
                    return error;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let mut asked = self.asked.clone();
        tokio::select! {
            _ = asked.wait_for(|asked| *asked) => Ok(()),
            error = failed => Err(error.into()),
        }
    }

    /// Stops in order: streams end, requests are answered, everything accepted is computed and in the ledger.
    ///
    /// # Errors
    /// What a part failed of.
    pub async fn stop(self) -> Result<(), HostError> {
        self.app.stop();
        self.shutdown.send(()).ok();
        if tokio::time::timeout(DRAIN, self.server).await.is_err() {
            tracing::warn!("requests were still open at the stop");
        }
        let Some(service) = Arc::into_inner(self.service) else {
            return Err(HostError::Ended(
                "a request still held the service at the stop; the journal is whole".to_owned(),
            ));
        };
        let stopping = tokio::task::spawn_blocking(move || service.stop());
        Ok(stopping.await.map_err(|error| HostError::Ended(error.to_string()))??)
    }
}

/// From now on SIGTERM and SIGINT do not end the process, but ask for its end.
fn heed_signals() -> watch::Receiver<bool> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signal handlers can be set");
    let mut interrupt = signal(SignalKind::interrupt()).expect("signal handlers can be set");
    let (ask, asked) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        ask.send_replace(true);
    });
    asked
}
