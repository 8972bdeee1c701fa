//! One POST: connected, sent, answered; what is read is bounded, redirects are not followed.
//!
//! hyper's connection is used directly, without a pooling client around it: every connection goes through
//! [`super::connect`], nothing is read from the environment (proxies), and a message every few seconds needs no pool.

use super::connect::{self, Place};
use super::outcome::{AFTER_MAX, Failure, Receipt};
use super::secret::Secrets;
use super::target::Target;
use super::tls::Tls;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::pin::pin;
use std::time::{Duration, UNIX_EPOCH};

/// Most bytes of a reply's body that are read: a robot answers in a hundred.
pub const REPLY_BYTES_MAX: usize = 16 << 10;
/// Most bytes that a reply's head may take.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// Most headers of a reply.
const HEADERS_MAX: usize = 64;
/// Most characters of a reply that are shown.
const SHOWN_CHARACTERS_MAX: usize = 160;
/// How long the text of a refusal is waited for: the status has said what matters.
const TEXT_PATIENCE: Duration = Duration::from_secs(1);

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// What is added to the address's query, percent-encoded.
    pub query: Option<String>,
    /// Headers besides those that every POST has; names in small letters.
    pub headers: Vec<(&'static str, String)>,
    /// The body, JSON.
    pub body: Vec<u8>,
}

impl Post {
    /// A POST of JSON.
    pub fn json(body: Vec<u8>) -> Post {
        Post {
            query: None,
            headers: vec![("content-type", "application/json; charset=utf-8".to_owned())],
            body,
        }
    }
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// `Retry-After`, if there was one that makes sense.
    pub after: Option<Duration>,
    /// The first bytes of the body.
    pub body: Vec<u8>,
}

impl Reply {
    /// Whether the receiver has it, by the status.
    pub fn well(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// What came back, by the status alone.
    ///
    /// # Errors
    /// If it was refused.
    pub fn by_status(&self, secrets: &Secrets) -> Result<Receipt, Failure> {
        match self.well() {
            true => Ok(Receipt::new(&format!("HTTP {}", self.status))),
            false => Err(self.refused(secrets)),
        }
    }

    /// Why it was refused.
    pub fn refused(&self, secrets: &Secrets) -> Failure {
        let status = self.status;
        match status {
            300..400 => Failure::never(format!(
                "HTTP {status}: redirects are not followed; give the address that it leads to"
            )),
            408 | 425 | 429 => Failure::again(self.said(secrets)).not_before(self.after),
            400..500 => Failure::never(self.said(secrets)),
            _ => Failure::again(self.said(secrets)).not_before(self.after),
        }
    }

    /// The status and the beginning of the text, without secrets.
    fn said(&self, secrets: &Secrets) -> String {
        let text = secrets.mask(&String::from_utf8_lossy(&self.body));
        let shown: String = text.trim().chars().take(SHOWN_CHARACTERS_MAX).collect();
        match shown.is_empty() {
            true => format!("HTTP {}", self.status),
            false => format!("HTTP {}: {shown}", self.status),
        }
    }
}

/// `Retry-After`: seconds or a date; at most [`AFTER_MAX`].
pub fn retry_after(value: &str, now_us: i64) -> Option<Duration> {
    let value = value.trim();
    let wait = match value.bytes().all(|byte| byte.is_ascii_digit()) && !value.is_empty() {
        // More digits than a number holds is longer than anybody is left alone.
        true => value.parse().map_or(AFTER_MAX, Duration::from_secs),
        false => {
            let now = UNIX_EPOCH + Duration::from_micros(u64::try_from(now_us).ok()?);
            httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or_default()
        }
    };
    Some(wait.min(AFTER_MAX))
}

/// Whether the body of an answer is needed to know what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The status says it all: who has answered 204 has it, however slowly the rest comes.
    Status,
    /// A robot answers 200 and says in the body what it thinks.
    Body,
}

/// Sends it once.
///
/// # Errors
/// If there is no answer.
pub async fn post(
    target: &Target,
    tls: Option<&Tls>,
    post: Post,
    answer: Answer,
    now_us: i64,
) -> Result<Reply, Failure> {
    let place: &Place = &target.place;
    let request = request(target, post)?;
    let io = TokioIo::new(connect::stream(place, tls.filter(|_| target.encrypted)).await?);
    let mut builder = hyper::client::conn::http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let failed = |error: hyper::Error| Failure::again(format!("{}: {}", place.host, chain(&error)));
    let (mut sender, connection) = builder.handshake(io).await.map_err(failed)?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        read(response, answer, now_us).await.map_err(failed)
    };
    let (mut connection, mut exchange) = (pin!(connection), pin!(exchange));
    tokio::select! {
        biased;
        reply = &mut exchange => reply,
        // The connection has ended; what it has brought is still to be read.
        _ = &mut connection => exchange.await,
    }
}

fn request(target: &Target, post: Post) -> Result<Request<Full<Bytes>>, Failure> {
    let mut builder = Request::post(target.path_and_query(post.query.as_deref()))
        .header(HOST, target.authority())
        .header(USER_AGENT, concat!("xiezhi/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close");
    for (name, value) in post.headers {
        builder = builder.header(name, value);
    }
    // An error here would quote what it was made of.
    let body = Full::new(Bytes::from(post.body));
    builder
        .body(body)
        .map_err(|_| Failure::never("the request cannot be written: its address or a header is none"))
}

async fn read(mut response: Response<Incoming>, answer: Answer, now_us: i64) -> Result<Reply, hyper::Error> {
    let status = response.status().as_u16();
    let after =
        response.headers().get(RETRY_AFTER).and_then(|value| retry_after(value.to_str().ok()?, now_us));
    let mut reply = Reply { status, after, body: Vec::new() };
    match (answer, reply.well()) {
        (Answer::Status, true) => {}
        (Answer::Body, _) => body(&mut response, &mut reply.body).await?,
        // What has come of the text in time is enough.
        (Answer::Status, false) => {
            tokio::time::timeout(TEXT_PATIENCE, body(&mut response, &mut reply.body)).await.ok();
        }
    }
    Ok(reply)
}

/// Reads a body to its end or to the limit.
async fn body(response: &mut Response<Incoming>, into: &mut Vec<u8>) -> Result<(), hyper::Error> {
    while let Some(frame) = response.body_mut().frame().await {
        if let Ok(data) = frame?.into_data() {
            into.extend_from_slice(&data[..data.len().min(REPLY_BYTES_MAX - into.len())]);
        }
        if into.len() == REPLY_BYTES_MAX {
            break;
        }
    }
    Ok(())
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        said = format!("{said}: {error}");
        cause = error.source();
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use Failure::{Again, Never};

    fn reply(status: u16, after: Option<u64>, body: &str) -> Reply {
        Reply { status, after: after.map(Duration::from_secs), body: body.as_bytes().to_vec() }
    }

    #[test]
    fn the_status_says_whether_to_try_again() {
        let secrets = Secrets::default();
        let of = |status| reply(status, None, "").by_status(&secrets);
        for status in [200, 201, 202, 204] {
            assert_eq!(of(status).map(|receipt| receipt.said), Ok(format!("HTTP {status}")));
        }
        for status in [408, 425, 429, 500, 502, 503, 504, 599] {
            assert!(matches!(of(status), Err(Again { after: None, .. })), "{status}");
        }
        for status in [301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 410, 413, 415, 422] {
            assert!(matches!(of(status), Err(Never { .. })), "{status}");
        }
        assert!(of(302).is_err_and(|failure| failure.reason().contains("redirects are not followed")));
    }

    #[test]
    fn a_refusal_shows_its_text_without_secrets_and_keeps_its_wait() {
        let secrets = Secrets::new(["c4f3-b4b3".to_owned()]);
        let failure = reply(503, Some(7), " key c4f3-b4b3\r\nis busy ").refused(&secrets);
        let reason = "HTTP 503: key …  is busy".to_owned();
        assert_eq!(failure, Again { reason, after: Some(Duration::from_secs(7)) });
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_and_never_long() {
        let now = 1_770_622_920_000_000; // 2026-02-09 07:42:00 UTC
        let seconds = |value| retry_after(value, now).map(|wait| wait.as_secs());
        for (value, wait) in [
            ("0", Some(0)),
            (" 120 ", Some(120)),
            ("86400", Some(3_600)),
            ("99999999999999999999999", Some(3_600)),
            ("Mon, 09 Feb 2026 07:43:30 GMT", Some(90)),
            ("Mon, 09 Feb 2026 07:00:00 GMT", Some(0)),
            ("Tue, 09 Feb 2027 07:00:00 GMT", Some(3_600)),
            ("soon", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(seconds(value), wait, "{value}");
        }
    }
}
