//! A receiver over HTTP that can be told how to behave, well or badly, and remembers what it was sent.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How it behaves.
#[derive(Clone, Debug)]
pub enum Manner {
    /// Answers with a status, headers and a body, after some time.
    Answers(u16, Vec<(&'static str, String)>, Vec<u8>, Duration),
    /// Reads and says nothing.
    Hangs,
    /// Says that it is well, byte by byte, and never comes to an end.
    Drips,
    /// Closes as soon as there is something to read.
    Resets,
    /// Closes at once.
    Closes,
    /// Reads all, then closes without an answer.
    ClosesAfterReading,
    /// Answers with a status and a body without end.
    Floods(u16),
    /// Answers with headers without end.
    FloodsHeaders,
    /// Says something that is not HTTP.
    Babbles,
}

impl Manner {
    /// Answers at once.
    pub fn answers(status: u16, body: &str) -> Manner {
        Manner::Answers(status, Vec::new(), body.as_bytes().to_vec(), Duration::ZERO)
    }
}

/// A request that it was sent.
#[derive(Clone, Debug)]
pub struct Request {
    /// Path and query.
    pub path: String,
    /// Headers, names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Vec<u8>,
}

/// The receiver. Dropped, it is gone.
pub struct Receiver {
    address: SocketAddr,
    state: Arc<State>,
    acceptor: Option<JoinHandle<()>>,
}

struct State {
    manner: Mutex<Manner>,
    requests: Mutex<Vec<Request>>,
    connections: AtomicUsize,
    sent: AtomicUsize,
    ended: AtomicBool,
}

impl Receiver {
    /// A receiver on a free port of the loopback.
    ///
    /// # Panics
    /// If there is none.
    pub fn start(manner: Manner) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let state = Arc::new(State {
            manner: Mutex::new(manner),
            requests: Mutex::new(Vec::new()),
            connections: AtomicUsize::new(0),
            sent: AtomicUsize::new(0),
            ended: AtomicBool::new(false),
        });
        let shared = state.clone();
        let acceptor = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.ended.load(Ordering::Acquire) {
                    return;
                }
                let (Ok(stream), state) = (stream, shared.clone()) else { continue };
                state.connections.fetch_add(1, Ordering::AcqRel);
                // What goes wrong with one connection is what the test is about.
                std::thread::spawn(move || serve(stream, &state).ok());
            }
        });
        Receiver { address, state, acceptor: Some(acceptor) }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address with a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Changes its manner for the connections to come.
    ///
    /// # Panics
    /// Never, as no thread of it panics.
    pub fn behave(&self, manner: Manner) {
        *self.state.manner.lock().expect("no holder panics") = manner;
    }

    /// What it was sent so far.
    ///
    /// # Panics
    /// Never, as no thread of it panics.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().expect("no holder panics").clone()
    }

    /// How many connections it has seen.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Acquire)
    }

    /// How many bytes of floods it got rid of.
    pub fn sent(&self) -> usize {
        self.state.sent.load(Ordering::Acquire)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Release);
        // Wakes the acceptor.
        TcpStream::connect(self.address).ok();
        self.acceptor.take().into_iter().for_each(|acceptor| drop(acceptor.join()));
    }
}

fn serve(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let manner = state.manner.lock().expect("no holder panics").clone();
    match manner {
        Manner::Closes => return Ok(()),
        // What is unread when a socket is closed resets the connection.
        Manner::Resets => return stream.peek(&mut [0]).map(|_| ()),
        _ => {}
    }
    let request = read(&stream)?;
    state.requests.lock().expect("no holder panics").push(request);
    let mut out = &stream;
    match manner {
        Manner::Answers(status, headers, body, after) => {
            std::thread::sleep(after);
            let headers: String =
                headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
            let length = body.len();
            write!(out, "HTTP/1.1 {status} x\r\n{headers}content-length: {length}\r\n\r\n")?;
            out.write_all(&body)
        }
        Manner::Drips => {
            for byte in b"HTTP/1.1 200 OK\r\nx: ".iter().chain(std::iter::repeat(&b'a')) {
                out.write_all(&[*byte])?;
                std::thread::sleep(Duration::from_millis(20));
                if state.ended.load(Ordering::Acquire) {
                    break;
                }
            }
            Ok(())
        }
        Manner::Floods(status) => {
            write!(out, "HTTP/1.1 {status} x\r\ntransfer-encoding: chunked\r\n\r\n")?;
            let chunk = [&b"10000\r\n"[..], &[b'a'; 0x10000], b"\r\n"].concat();
            flood(&stream, &chunk, state)
        }
        Manner::FloodsHeaders => {
            write!(out, "HTTP/1.1 200 x\r\n")?;
            flood(&stream, &b"x-more: and more and more\r\n".repeat(1_000), state)
        }
        Manner::Babbles => out.write_all(b"220 mail.example ESMTP\r\n"),
        Manner::ClosesAfterReading => Ok(()),
        Manner::Hangs => {
            // Until the other side has had enough.
            out.read_exact(&mut [0])
        }
        Manner::Closes | Manner::Resets => Ok(()),
    }
}

fn flood(mut out: &TcpStream, chunk: &[u8], state: &State) -> std::io::Result<()> {
    loop {
        out.write_all(chunk)?;
        state.sent.fetch_add(chunk.len(), Ordering::AcqRel);
    }
}

/// Reads a request. One that is cut off, because who sent it was killed, is an error.
fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let first = whole_line(&mut reader)?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    while let Some((name, value)) = whole_line(&mut reader)?.trim_end().split_once(':') {
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok(Request { path, headers, body })
}

fn whole_line(reader: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    if line.ends_with('\n') { Ok(line) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
}
