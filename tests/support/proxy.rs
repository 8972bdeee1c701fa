//! A network that can be cut: a proxy between a client and a server of TCP on the loopback. It can be cut at once, or after so many more bytes of answers,
//! which is in the middle of one.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a thread looks whether something has changed.
const LOOK: Duration = Duration::from_millis(5);

/// How the network is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Connections are closed, and nobody listens.
    Refused,
    /// Connections are reset as soon as they are made.
    Reset,
    /// Connections are made and nothing comes through; it does once the network is mended.
    Held,
    /// The same, and connections that were there meanwhile stay silent for ever: what was between has forgotten them.
    Lost,
}

/// The proxy. Dropped, it is gone with all connections.
pub struct Proxy {
    /// Where it listens.
    pub port: u16,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    server: u16,
    state: Mutex<State>,
    ended: AtomicBool,
    accepted: AtomicUsize,
}

#[derive(Clone, Copy, Default)]
struct State {
    cut: Option<Cut>,
    /// The cut that is to come, and the bytes of answers until then.
    coming: Option<(Cut, usize)>,
}

/// One connection through it.
#[derive(Default)]
struct Line {
    /// Whether it stays silent for ever.
    lost: AtomicBool,
    /// Whether one direction has ended, and the other is to.
    over: AtomicBool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder panics")
    }

    fn cut(&self) -> Option<Cut> {
        self.state().cut
    }

    /// How many of these bytes of an answer come through before the cut.
    fn allowed(&self, bytes: usize) -> usize {
        let mut state = self.state();
        let Some((cut, left)) = state.coming else { return bytes };
        let allowed = bytes.min(left);
        state.coming = Some((cut, left - allowed));
        if allowed == left {
            (state.cut, state.coming) = (Some(cut), None);
        }
        allowed
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }
}

impl Proxy {
    /// A proxy before the server on a port.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn before(server: u16) -> Proxy {
        let listener = listener(0).expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        let shared = Arc::new(Shared {
            server,
            state: Mutex::default(),
            ended: AtomicBool::new(false),
            accepted: AtomicUsize::new(0),
        });
        let accepting = shared.clone();
        let acceptor = std::thread::spawn(move || accept(listener, port, &accepting));
        Proxy { port, shared, acceptor: Some(acceptor) }
    }

    /// Cuts the network now.
    ///
    /// # Panics
    /// Never, as no thread of it panics.
    pub fn cut(&self, cut: Cut) {
        *self.shared.state() = State { cut: Some(cut), coming: None };
    }

    /// Cuts the network once so many more bytes of answers have come through.
    ///
    /// # Panics
    /// Never, as no thread of it panics.
    pub fn cut_after(&self, cut: Cut, bytes: usize) {
        *self.shared.state() = State { cut: None, coming: Some((cut, bytes)) };
    }

    /// Whether it is cut now.
    ///
    /// # Panics
    /// Never, as no thread of it panics.
    pub fn is_cut(&self) -> bool {
        self.shared.cut().is_some()
    }

    /// Mends the network.
    ///
    /// # Panics
    /// Never, as no thread of it panics.
    pub fn mend(&self) {
        *self.shared.state() = State::default();
        // Whoever looks at the state has seen it before it is cut again.
        std::thread::sleep(2 * LOOK);
    }

    /// How many connections it has taken.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.load(Ordering::Acquire)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.acceptor.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}

fn listener(port: u16) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn accept(listener: TcpListener, port: u16, shared: &Arc<Shared>) {
    let mut listening = Some(listener);
    while !shared.has_ended() {
        let refused = shared.cut() == Some(Cut::Refused);
        listening = listening.filter(|_| !refused);
        if listening.is_none() && !refused {
            listening = self::listener(port).ok();
        }
        let accepted = listening.as_ref().and_then(|listener| listener.accept().ok());
        match accepted {
            Some((client, _)) => {
                shared.accepted.fetch_add(1, Ordering::AcqRel);
                // What goes wrong with one connection is its client's to see.
                connect(client, shared).ok();
            }
            None => std::thread::sleep(LOOK),
        }
    }
}

/// Joins a client to the server, each direction by a thread.
fn connect(client: TcpStream, shared: &Arc<Shared>) -> std::io::Result<()> {
    client.set_nonblocking(false)?;
    if shared.cut() == Some(Cut::Reset) {
        return will_reset(&client);
    }
    let server = TcpStream::connect(("127.0.0.1", shared.server))?;
    let line = Arc::new(Line::default());
    line.lost.store(shared.cut() == Some(Cut::Lost), Ordering::Release);
    for (from, to, answers) in [(client.try_clone()?, server.try_clone()?, false), (server, client, true)] {
        from.set_read_timeout(Some(LOOK))?;
        let (shared, line) = (shared.clone(), line.clone());
        std::thread::spawn(move || pass(from, &to, answers, &shared, &line));
    }
    Ok(())
}

/// Has a connection reset when the last one who holds it closes it.
fn will_reset(stream: &TcpStream) -> std::io::Result<()> {
    let stream = stream.try_clone()?;
    stream.set_nonblocking(true)?;
    // The standard library cannot say so yet.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(async { tokio::net::TcpStream::from_std(stream)?.set_zero_linger() })
}

/// Passes on what comes, as long as the network is whole.
fn pass(mut from: TcpStream, mut to: &TcpStream, answers: bool, shared: &Shared, line: &Line) {
    let mut bytes = [0; 4096];
    let mut held: Vec<u8> = Vec::new();
    while !shared.has_ended() && !line.over.load(Ordering::Acquire) {
        let cut = shared.cut();
        if cut == Some(Cut::Lost) {
            line.lost.store(true, Ordering::Release);
        }
        match cut {
            Some(Cut::Refused) => break,
            Some(Cut::Reset) => {
                // One that is closed already need not be reset.
                will_reset(&from).and_then(|()| will_reset(to)).ok();
                line.over.store(true, Ordering::Release);
                // Closed and not shut down, so that the last one who holds it resets it.
                return;
            }
            None if !line.lost.load(Ordering::Acquire) => {}
            _ => {
                std::thread::sleep(LOOK);
                continue;
            }
        }
        if held.is_empty() {
            match from.read(&mut bytes) {
                Ok(0) => break,
                Ok(read) => held.extend(&bytes[..read]),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => continue,
                Err(_) => break,
            }
        }
        let through = if answers { shared.allowed(held.len()) } else { held.len() };
        if to.write_all(&held[..through]).is_err() {
            break;
        }
        held.drain(..through);
    }
    if !line.over.swap(true, Ordering::AcqRel) {
        // Either side may have closed it already.
        from.shutdown(Shutdown::Both).ok();
        to.shutdown(Shutdown::Both).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufRead as _;

    /// A server that says every line again.
    fn echo() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                std::thread::spawn(move || std::io::copy(&mut &stream, &mut &stream));
            }
        });
        port
    }

    fn said(stream: &TcpStream) -> std::io::Result<String> {
        let mut line = String::new();
        std::io::BufReader::new(stream).read_line(&mut line)?;
        Ok(line)
    }

    fn client(proxy: &Proxy) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", proxy.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a socket");
        stream
    }

    #[test]
    fn each_cut_is_what_it_says_and_ends_when_it_is_mended() {
        let proxy = Proxy::before(echo());
        let whole = client(&proxy);
        (&whole).write_all(b"before\n").expect("sent");
        assert_eq!(said(&whole).expect("whole"), "before\n");

        proxy.cut(Cut::Held);
        std::thread::sleep(4 * LOOK);
        (&whole).write_all(b"held\n").expect("sent");
        assert!(said(&whole).is_err(), "nothing comes through");
        proxy.mend();
        assert_eq!(said(&whole).expect("held until now"), "held\n");

        proxy.cut_after(Cut::Lost, 3);
        (&whole).write_all(b"half of it\n").expect("sent");
        let mut half = [0; 8];
        assert_eq!((&whole).read(&mut half).expect("the first bytes"), 3);
        assert!(proxy.is_cut() && said(&whole).is_err());
        proxy.mend();
        assert!(said(&whole).is_err(), "it stays silent");
        let after = client(&proxy);
        (&after).write_all(b"after\n").expect("sent");
        assert_eq!(said(&after).expect("another connection is whole"), "after\n");

        proxy.cut(Cut::Refused);
        assert_eq!(said(&after).expect("closed"), "");
        crate::eventually("nobody listens", || TcpStream::connect(("127.0.0.1", proxy.port)).err());
        proxy.mend();
        let after = crate::eventually("it listens", || TcpStream::connect(("127.0.0.1", proxy.port)).ok());
        proxy.cut(Cut::Reset);
        assert_eq!(said(&after).expect_err("reset").kind(), ErrorKind::ConnectionReset);
    }
}
