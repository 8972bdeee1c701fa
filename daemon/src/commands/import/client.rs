//! One POST to the daemon: connected, sent, answered. What is read is bounded; redirects are not followed.

use anyhow::{Context, Result, anyhow, bail};
use axum::body::Bytes;
use axum::http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST, RETRY_AFTER};
use axum::http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use xiezhi_alerts::deliver::tls::{self, Tls};
use xiezhi_alerts::deliver::{Secret, Target};

/// Most bytes of an answer: 10,000 events in quarantine, each with a long reason.
const ANSWER_BYTES_MAX: usize = 8 << 20;
/// How long one attempt may take: a full queue is answered at once, a commit in milliseconds.
const ATTEMPT: Duration = Duration::from_secs(60);
/// How long to wait where the daemon does not say.
const WAIT: Duration = Duration::from_secs(1);
/// The longest that the daemon may ask for.
const WAIT_MAX: Duration = Duration::from_secs(60);
/// Characters of an answer that are shown.
const SHOWN_CHARACTERS_MAX: usize = 300;

/// Whom to send to, and with what token.
pub struct Client {
    target: Target,
    tls: Option<Tls>,
    token: Secret,
}

/// What the daemon answered.
pub enum Answer {
    /// It is durable.
    Taken(Receipt),
    /// Not now.
    Later {
        /// Why.
        why: String,
        /// How long to wait.
        wait: Duration,
    },
}

/// The daemon's receipt.
#[derive(Debug, Default, Deserialize)]
pub struct Receipt {
    /// How many events were new.
    pub accepted: u64,
    /// How many came before.
    pub duplicate: u64,
    /// Those that were put into quarantine.
    pub quarantined: Vec<Refusal>,
}

/// One event in quarantine.
#[derive(Debug, Deserialize)]
pub struct Refusal {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// A stable code.
    pub code: String,
    /// Where in the event.
    pub path: String,
    /// What is wrong, and what to give.
    pub reason: String,
}

impl Client {
    /// A client of a daemon's address.
    ///
    /// # Errors
    /// If the address is none.
    pub fn new(address: &str, token: Secret) -> Result<Client> {
        // The person at the shell chose the address, so it may well be inside.
        let target =
            Target::parse(address, true).map_err(|why| anyhow!("--to {why}"))?.under("/api/v1/events");
        let tls =
            target.encrypted.then(|| Tls::trusting(None)).transpose().map_err(|why| anyhow!("{why}"))?;
        Ok(Client { target, tls, token })
    }

    /// Sends lines once.
    ///
    /// # Errors
    /// If sending them again cannot help.
    pub async fn post(&self, lines: Bytes) -> Result<Answer> {
        let later = |why: String| Ok(Answer::Later { why, wait: WAIT });
        match tokio::time::timeout(ATTEMPT, self.exchange(lines)).await {
            Err(_) => later(format!("{} did not answer within {} s", self.target.shown(), ATTEMPT.as_secs())),
            Ok(Err(error)) => later(format!("{} is not reached: {error:#}", self.target.shown())),
            Ok(Ok((status, headers, body))) => self.judge(status, &headers, &body),
        }
    }

    async fn exchange(&self, lines: Bytes) -> Result<(u16, HeaderMap, Bytes)> {
        let place = &self.target.place;
        let plain = TcpStream::connect((place.host.as_str(), place.port)).await?;
        plain.set_nodelay(true).ok();
        match &self.tls {
            None => self.over(plain, lines).await,
            Some(tls) => {
                let name = tls::server_name(&place.host).map_err(|why| anyhow!("{why}"))?;
                self.over(TlsConnector::from(tls.config.clone()).connect(name, plain).await?, lines).await
            }
        }
    }

    async fn over(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        lines: Bytes,
    ) -> Result<(u16, HeaderMap, Bytes)> {
        let request = Request::post(self.target.path_and_query(None))
            .header(HOST, self.target.authority())
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header(AUTHORIZATION, format!("Bearer {}", self.token.expose()))
            .header(CONNECTION, "close")
            .body(Full::new(lines))
            // An error here would quote the token.
            .map_err(|_| anyhow!("the token or the address cannot stand in a request"))?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await?.into_parts();
        let body = Limited::new(body, ANSWER_BYTES_MAX).collect().await.map_err(|error| anyhow!(error))?;
        connection.abort();
        Ok((head.status.as_u16(), head.headers, body.to_bytes()))
    }

    fn judge(&self, status: u16, headers: &HeaderMap, body: &Bytes) -> Result<Answer> {
        let said = || String::from_utf8_lossy(body).chars().take(SHOWN_CHARACTERS_MAX).collect::<String>();
        match status {
            202 => {
                let receipt = serde_json::from_slice(body).context("the daemon's answer is no receipt")?;
                Ok(Answer::Taken(receipt))
            }
            429 | 503 => Ok(Answer::Later { why: format!("HTTP {status}: {}", said()), wait: wait(headers) }),
            401 | 403 => bail!(
                "HTTP {status}: {}; give --token a file with a token of the role ingest or admin",
                said()
            ),
            _ => bail!("HTTP {status} from {}: {}", self.target.shown(), said()),
        }
    }
}

/// `Retry-After` in seconds, else a short while.
fn wait(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    seconds.map_or(WAIT, Duration::from_secs).min(WAIT_MAX)
}
