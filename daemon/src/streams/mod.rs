//! Redis: events come in from its streams, alerts and the watch-list go out to it.
//!
//! ```text
//! xiezhi:events:* ─► reader (a task a stream) ─► ingest ─► journal ─► XACK
//! ledger ─► mirror (one task) ─► xiezhi:alerts (stream, channel), xiezhi:watchlist:{code}
//! ```
//!
//! The journal is the truth and Redis a transport: see [`reader`] for what that means on the way in, [`mirror`] on the way out.
//! The server may be one, a group under Sentinel ([`connect`]), or a cluster ([`cluster`]).

mod backoff;
mod cluster;
mod connect;
mod entry;
mod mirror;
mod position;
mod reader;
mod slots;

pub use connect::{At, Broken, Server};
pub use position::Oddity;

use crate::metrics::Metrics;
use crate::service::Service;
use cluster::Nodes;
use reader::Reader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What is configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The server.
    pub server: Server,
    /// The streams that events come from.
    pub streams: Vec<String>,
    /// The consumer group.
    pub group: String,
    /// We within the group.
    pub consumer: String,
    /// The stream and channel that alerts go to; none: they do not.
    pub alerts: Option<String>,
}

/// All that goes on with Redis.
pub struct Streams {
    tasks: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Streams {
    /// Starts reading and mirroring.
    pub fn start(settings: Settings, service: &Service, metrics: &Metrics, data_dir: &Path) -> Streams {
        let (stop, stopping) = watch::channel(false);
        let Settings { server, streams, group, consumer, alerts } = settings;
        let nodes = Arc::new(Nodes::new(server));
        let mut tasks = Vec::new();
        for stream in streams {
            let reader = Reader {
                nodes: nodes.clone(),
                metrics: metrics.stream(&stream),
                mark: mark(data_dir, &stream),
                group: group.clone(),
                consumer: consumer.clone(),
                door: service.door.clone(),
                ingest: service.ingest.clone(),
                stopping: stopping.clone(),
                stream,
            };
            tasks.push(tokio::spawn(reader.run()));
        }
        let mirror = mirror::Mirror {
            nodes,
            alerts,
            heads: service.heads.numbers(),
            data_dir: data_dir.to_owned(),
            metrics: metrics.mirror.clone(),
            stopping,
        };
        tasks.push(tokio::spawn(mirror.run()));
        Streams { tasks, stop }
    }

    /// Lets what was read be journalled and acknowledged, and ends.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of Redis ended by a panic");
            }
        }
    }
}

/// The file with the last id of a stream: its name in a form that any file system takes.
fn mark(data_dir: &Path, stream: &str) -> PathBuf {
    let plain: String = stream.bytes().map(|byte| format!("{byte:02x}")).collect();
    data_dir.join(format!("stream-{plain}.last"))
}
