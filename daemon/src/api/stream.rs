//! `GET /api/v1/alerts/stream`: notices as they are given, as server-sent events.
//!
//! *Invariants.* Every notice has its number as the event's id; a client that comes back with Last-Event-ID gets all after it,
//! in order, none twice and none left out, however long it was away: what is not in the buffer is read from the ledger. Without
//! Last-Event-ID the stream begins with what comes next; with one that this ledger never gave, from the beginning.

use super::{App, Problem};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{Stream, unfold};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::watch;
use xiezhi_alerts::message::NoticeShown;

/// How many notices are read from the ledger at a time.
const READ_NOTICES: usize = 256;

/// How often an idle stream says that it lives: below the minute after which proxies cut.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

struct Position {
    app: App,
    live: Receiver<std::sync::Arc<NoticeShown>>,
    stopping: watch::Receiver<bool>,
    /// Read from the ledger, to be sent.
    ready: VecDeque<(u64, String)>,
    /// The last notice sent.
    sent: u64,
    /// Whether the ledger may hold more than was read.
    behind: bool,
    _open: OpenStream,
}

/// Counts an open stream.
struct OpenStream(prometheus::IntGauge);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn event(seq: u64, body: String) -> Event {
    Event::default().id(seq.to_string()).event("alert").data(body)
}

impl Position {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Position)> {
        loop {
            if let Some((seq, body)) = self.ready.pop_front() {
                self.sent = seq;
                return Some((Ok(event(seq, body)), self));
            }
            if self.behind {
                let after = self.sent;
                let read = self.app.read(move |ledger| ledger.notices(after, READ_NOTICES)).await.ok()?;
                self.behind = read.len() == READ_NOTICES;
                self.ready = read.into();
                continue;
            }
            let received = tokio::select! {
                received = self.live.recv() => received,
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
            };
            match received {
                // It was read from the ledger already.
                Ok(notice) if notice.seq <= self.sent => {}
                Ok(notice) if notice.seq == self.sent + 1 => {
                    let body = serde_json::to_string(&*notice).ok()?;
                    self.ready.push_back((notice.seq, body));
                }
                Ok(_) | Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// Streams notices.
pub async fn alerts(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let service = app.service()?;
    let live = service.notices.subscribe();
    drop(service);
    let last = app.read(|ledger| ledger.last_notice()).await?;
    let sent = match headers.get("last-event-id") {
        None => last,
        Some(id) => id.to_str().ok().and_then(|id| id.trim().parse().ok()).ok_or_else(|| {
            Problem::bad_request(
                "bad_last_event_id",
                "Last-Event-ID: give the id of the last event received, a number",
            )
        })?,
    };
    // A number that was never given comes from a ledger that is gone: better all again than silence.
    let sent = if sent > last { 0 } else { sent };
    let streams = app.shared.metrics.streams.clone();
    streams.inc();
    let stopping = app.shared.stopping.subscribe();
    let position = Position {
        app,
        live,
        stopping,
        ready: VecDeque::new(),
        sent,
        behind: true,
        _open: OpenStream(streams),
    };
    Ok(Sse::new(unfold(position, Position::next)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}
