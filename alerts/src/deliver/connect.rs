//! Connections out: the name resolved, every address checked, then connected to; what is read is bounded.
//!
//! *Laws.* An address that was not checked is not connected to: names, addresses in any spelling and addresses inside
//! addresses all go through [`addresses`]. A receiver that floods its reply costs [`READ_BYTES_MAX`] bytes at most; only a
//! server that events come from ([`lasting`]) may say more.

use super::address;
use super::outcome::Failure;
use super::tls::{self, Tls};
use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Most bytes that are read on one connection, certificates included: ten times a talkative receiver's.
pub const READ_BYTES_MAX: usize = 256 << 10;
/// Most addresses of a name that are tried.
const ADDRESSES_MAX: usize = 8;
/// How long one address may take while others are left to try.
const ADDRESS_PATIENCE: Duration = Duration::from_secs(3);

/// Where to connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether addresses inside may be connected to.
    pub allow_private: bool,
    /// Whether nothing is encrypted there; then only addresses inside are connected to.
    pub in_the_open: bool,
}

/// The addresses of a place that may be connected to.
///
/// # Errors
/// If the name cannot be resolved (again), or every address of it is refused (never).
pub async fn addresses(place: &Place) -> Result<Vec<SocketAddr>, Failure> {
    let host = &place.host;
    let found = tokio::net::lookup_host((host.as_str(), place.port)).await;
    let found =
        found.map_err(|error| Failure::again(format!("the name {host} cannot be resolved: {error}")))?;
    let (mut allowed, mut refused) = (Vec::new(), None);
    for at in found {
        match address::refusal(at.ip(), place.allow_private, place.in_the_open) {
            None if allowed.len() < ADDRESSES_MAX => allowed.push(at),
            None => {}
            Some(why) => refused = Some((at.ip(), why)),
        }
    }
    match (allowed.is_empty(), refused) {
        (false, _) => Ok(allowed),
        (true, Some((ip, why))) => Err(Failure::never(format!("{host} stands at {ip}, {why}"))),
        (true, None) => Err(Failure::again(format!("the name {host} has no address"))),
    }
}

/// Connects to the first address that answers.
///
/// # Errors
/// If none does.
pub async fn tcp(place: &Place) -> Result<Stream, Failure> {
    reach(place, READ_BYTES_MAX).await.map(Stream::Plain)
}

async fn reach(place: &Place, limit: usize) -> Result<Bounded, Failure> {
    let addresses = addresses(place).await?;
    let mut why = String::new();
    for (at, left) in addresses.iter().zip((0..addresses.len()).rev()) {
        let connecting = TcpStream::connect(at);
        let connected = match left {
            // The last one has all the time that the attempt has.
            0 => connecting.await,
            _ => match tokio::time::timeout(ADDRESS_PATIENCE, connecting).await {
                Ok(connected) => connected,
                Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut)),
            },
        };
        match connected {
            Ok(stream) => {
                // Small messages, answered at once; without it they are only a little later.
                stream.set_nodelay(true).ok();
                return Ok(Bounded { stream, left: limit });
            }
            Err(error) => why = format!("{}:{} is not reached: {error}", place.host, place.port),
        }
    }
    Err(Failure::again(why))
}

/// Connects, and encrypts if `tls` is given.
///
/// # Errors
/// If nobody answers, or the one who does cannot prove its name.
pub async fn stream(place: &Place, tls: Option<&Tls>) -> Result<Stream, Failure> {
    encrypted(place, reach(place, READ_BYTES_MAX).await?, tls).await
}

/// The same for a connection that is held and read from for as long as it lasts: to servers that the configuration
/// trusts with everything, such as the Redis that events come from.
///
/// # Errors
/// As [`stream`].
pub async fn lasting(place: &Place, tls: Option<&Tls>) -> Result<Stream, Failure> {
    encrypted(place, reach(place, usize::MAX).await?, tls).await
}

async fn encrypted(place: &Place, plain: Bounded, tls: Option<&Tls>) -> Result<Stream, Failure> {
    let Some(tls) = tls else { return Ok(Stream::Plain(plain)) };
    let name = tls::server_name(&place.host).map_err(Failure::never)?;
    let encrypted = TlsConnector::from(tls.config.clone()).connect(name, plain).await;
    let failed = |error| Failure::again(format!("no encryption with {}: {error}", place.host));
    Ok(Stream::Encrypted(Box::new(encrypted.map_err(failed)?)))
}

/// A connection of which only so much is read.
#[derive(Debug)]
pub struct Bounded {
    stream: TcpStream,
    left: usize,
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.left == 0 {
            let more = format!("the receiver said more than {READ_BYTES_MAX} bytes");
            return Poll::Ready(Err(io::Error::other(more)));
        }
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        self.left = self.left.saturating_sub(buf.filled().len() - before);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// A connection, encrypted or not.
#[derive(Debug)]
pub enum Stream {
    /// As it is.
    Plain(Bounded),
    /// Inside TLS.
    Encrypted(Box<TlsStream<Bounded>>),
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Stream::Encrypted(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_write(cx, buf),
            Stream::Encrypted(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Stream::Encrypted(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Stream::Encrypted(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

impl AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Stream::Plain(bounded) => bounded.stream.peer_addr(),
            Stream::Encrypted(stream) => stream.get_ref().0.stream.peer_addr(),
        }
    }
}
