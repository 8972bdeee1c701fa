//! The body of a request, chunk by chunk: decoded, bounded in bytes and in time.
//!
//! *Laws.* What is compressed is decoded a few kilobytes at a time, so a bomb costs a megabyte before it is noticed: more than
//! [`RATIO_MAX`] bytes out of one. Who sends nothing for [`IDLE`], or takes longer than [`PATIENCE`] in all, is told so.

use super::super::Problem;
use axum::body::{Body, BodyDataStream, Bytes};
use flate2::write::MultiGzDecoder;
use futures_util::StreamExt;
use std::io::Write;
use std::time::Duration;
use tokio::time::Instant;

/// How long a sender may pause.
const IDLE: Duration = Duration::from_secs(30);
/// How long a request may take to send.
const PATIENCE: Duration = Duration::from_secs(600);
/// How much of a body that is refused is still read, and for how long: a sender who is cut off while sending sees no answer.
const REFUSED_BYTES: usize = 16 << 20;
const REFUSED_PATIENCE: Duration = Duration::from_secs(2);
/// How many compressed bytes are decoded at once.
const FEED: usize = 4 << 10;
/// How many bytes may come out of one: events compress ten- to thirtyfold.
const RATIO_MAX: u64 = 200;
/// Below so many bytes the ratio says nothing.
const RATIO_FREE: u64 = 4 << 20;

/// The bytes of a body.
pub struct Chunks {
    stream: BodyDataStream,
    gzip: Option<Gzip>,
    /// Decoded bytes that may still come.
    left: u64,
    until: Instant,
}

struct Gzip {
    decoder: MultiGzDecoder<Vec<u8>>,
    /// What has come and is not decoded yet.
    waiting: Bytes,
    taken: u64,
    given: u64,
    ended: bool,
}

impl Chunks {
    /// A body with its `Content-Encoding`, of at most so many bytes once it is decoded.
    pub fn of(body: Body, encoding: Option<&str>, most: u64) -> Result<Chunks, Problem> {
        let gzip = match encoding.map(str::trim) {
            None | Some("" | "identity") => None,
            Some("gzip" | "x-gzip") => Some(Gzip::new()),
            Some(other) => {
                let detail =
                    format!("Content-Encoding {other:?} is not spoken; send gzip, or nothing compressed");
                return Err(Problem::unsupported(detail));
            }
        };
        Ok(Chunks { stream: body.into_data_stream(), gzip, left: most, until: Instant::now() + PATIENCE })
    }

    /// The next bytes; none at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        let chunk = match &mut self.gzip {
            None => received(&mut self.stream, self.until).await?,
            Some(gzip) => gzip.next(&mut self.stream, self.until).await?,
        };
        let Some(chunk) = chunk else { return Ok(None) };
        self.left = self.left.checked_sub(chunk.len() as u64).ok_or_else(Problem::body_too_large)?;
        Ok(Some(chunk))
    }

    /// All that is left, at once.
    pub async fn whole(mut self) -> Result<Vec<u8>, Problem> {
        let mut whole = Vec::new();
        loop {
            match self.next().await {
                Ok(Some(chunk)) => whole.extend_from_slice(&chunk),
                Ok(None) => return Ok(whole),
                Err(problem) => {
                    self.pass_over().await;
                    return Err(problem);
                }
            }
        }
    }

    /// Reads what is left of a body that is refused, within bounds, so that the sender comes to read the answer.
    pub async fn pass_over(&mut self) {
        let reading = async {
            let mut read = 0;
            while let Some(Ok(chunk)) = self.stream.next().await {
                read += chunk.len();
                if read > REFUSED_BYTES {
                    return;
                }
            }
        };
        // Who has still not sent it all by then may miss the answer.
        tokio::time::timeout(REFUSED_PATIENCE, reading).await.ok();
    }
}

async fn received(stream: &mut BodyDataStream, until: Instant) -> Result<Option<Bytes>, Problem> {
    let by = until.min(Instant::now() + IDLE);
    match tokio::time::timeout_at(by, stream.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(chunk))) => Ok(Some(chunk)),
        Ok(Some(Err(_))) => Err(Problem::broken_body()),
        Err(_) => Err(Problem::too_slow(IDLE, PATIENCE)),
    }
}

impl Gzip {
    fn new() -> Gzip {
        Gzip {
            decoder: MultiGzDecoder::new(Vec::new()),
            waiting: Bytes::new(),
            taken: 0,
            given: 0,
            ended: false,
        }
    }

    async fn next(&mut self, stream: &mut BodyDataStream, until: Instant) -> Result<Option<Bytes>, Problem> {
        loop {
            if self.waiting.is_empty() && !self.ended {
                match received(stream, until).await? {
                    Some(chunk) => self.waiting = chunk,
                    None => {
                        self.ended = true;
                        self.decoder.try_finish().map_err(|_| undecodable())?;
                    }
                }
            }
            let part = self.waiting.split_to(FEED.min(self.waiting.len()));
            self.taken += part.len() as u64;
            self.decoder.write_all(&part).map_err(|_| undecodable())?;
            let decoded = std::mem::take(self.decoder.get_mut());
            self.given += decoded.len() as u64;
            if self.given > RATIO_FREE && self.given / RATIO_MAX > self.taken {
                return Err(Problem::bad_request(
                    "compressed_too_much",
                    format!("more than {RATIO_MAX} bytes come out of one; send less compressed"),
                ));
            }
            match (decoded.is_empty(), self.ended) {
                (false, _) => return Ok(Some(decoded.into())),
                (true, true) => return Ok(None),
                (true, false) => {}
            }
        }
    }
}

fn undecodable() -> Problem {
    Problem::bad_request("bad_encoding", "the body is no gzip, or broke off; send it again whole")
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    async fn read(body: Vec<u8>, encoding: Option<&str>, most: u64) -> Result<Vec<u8>, Problem> {
        Chunks::of(Body::from(body), encoding, most)?.whole().await
    }

    #[tokio::test]
    async fn what_is_compressed_is_what_it_was() {
        let text: Vec<u8> = (0..200_000u32).flat_map(|n| format!("{{\"n\": {n}}}\n").into_bytes()).collect();
        assert_eq!(read(text.clone(), None, 1 << 30).await.expect("plain"), text);
        assert_eq!(read(gzip(&text), Some("gzip"), 1 << 30).await.expect("gzip"), text);
        // Members one after another are one text, as gzip has it.
        let (one, two) = text.split_at(1000);
        let members = [gzip(one), gzip(two)].concat();
        assert_eq!(read(members, Some("gzip"), 1 << 30).await.expect("members"), text);
    }

    #[tokio::test]
    async fn what_is_too_much_broken_or_unknown_is_told() {
        let said = |problem: Problem| serde_json::to_value(&problem).expect("JSON")["code"].clone();
        let bomb = gzip(&vec![b'a'; 64 << 20]);
        let came = read(bomb, Some("gzip"), 1 << 30).await.expect_err("a bomb");
        assert_eq!(said(came), "compressed_too_much");
        let came = read(gzip(&vec![b'a'; 2 << 20]), Some("gzip"), 1 << 20).await.expect_err("too long");
        assert_eq!(said(came), "body_too_large");
        let came = read(vec![b'a'; 11], None, 10).await.expect_err("too long");
        assert_eq!(said(came), "body_too_large");
        let mut half = gzip(b"{\"some\": \"event\"}");
        half.truncate(half.len() - 6);
        for (body, encoding, code) in [
            (half, "gzip", "bad_encoding"),
            (b"{}".to_vec(), "gzip", "bad_encoding"),
            (b"{}".to_vec(), "br", "unsupported_media_type"),
        ] {
            assert_eq!(said(read(body, Some(encoding), 1 << 20).await.expect_err(code)), code);
        }
    }
}
