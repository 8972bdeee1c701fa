//! What the supervisor is told (systemd's `Type=notify`, or whoever else sets `NOTIFY_SOCKET`): the history is computed, the frontier
//! moves, it stops.
//!
//! The protocol is lines in a datagram (sd_notify(3)), to a socket in the file system or, as in containers, of the abstract name space
//! (`@name`), which the crate sd-notify does not know.
//!
//! *Invariants.*
//! 1. A pulse says that the frontier has moved since the pulse before, never only that a thread is alive.
//! 2. A supervisor that does not read holds nobody up for more than [`PATIENCE`], and one that is gone stops nothing.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

/// How long a datagram may wait for room.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the daemon is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It computes the history.
    Starting,
    /// It takes events.
    Ready,
    /// It takes no more and finishes what it took.
    Stopping,
}

/// The way to the supervisor; there may be none.
#[derive(Debug, Default)]
pub struct Supervisor {
    socket: Option<UnixDatagram>,
}

impl Supervisor {
    /// The supervisor of this process.
    pub fn of_process() -> Supervisor {
        let Some(name) = std::env::var_os("NOTIFY_SOCKET") else { return Supervisor::default() };
        Supervisor::at(&name).unwrap_or_else(|error| {
            tracing::warn!(%error, ?name, "the supervisor's socket cannot be used: it will not hear of us");
            Supervisor::default()
        })
    }

    fn at(name: &OsStr) -> io::Result<Supervisor> {
        let socket = UnixDatagram::unbound()?;
        socket.set_write_timeout(Some(PATIENCE))?;
        match name.as_bytes().strip_prefix(b"@") {
            Some(name) => socket.connect_addr(&SocketAddr::from_abstract_name(name)?)?,
            None => socket.connect(name)?,
        }
        Ok(Supervisor { socket: Some(socket) })
    }

    /// Tells a state, and a line for whoever looks (`systemctl status`).
    pub fn tell(&self, state: State, status: &str) {
        let state = match state {
            State::Starting => "",
            State::Ready => "READY=1\n",
            State::Stopping => "STOPPING=1\n",
        };
        // A line break would begin another message.
        self.send(&format!("{state}STATUS={}\n", status.replace('\n', " ")));
    }

    fn send(&self, message: &str) {
        let Some(socket) = &self.socket else { return };
        if let Err(error) = socket.send(message.as_bytes()) {
            tracing::warn!(%error, "the supervisor could not be told");
        }
    }
}

/// The sign of life that the supervisor waits for.
#[derive(Debug)]
pub struct Pulse {
    supervisor: Supervisor,
    every: Duration,
    given: Instant,
}

impl Pulse {
    /// A pulse, if the supervisor of this process waits for one (`WATCHDOG_USEC`).
    pub fn of_process(now: Instant) -> Option<Pulse> {
        let variable = |name| std::env::var(name).ok();
        let every = half_of(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"), std::process::id())?;
        Some(Pulse { supervisor: Supervisor::of_process(), every, given: now })
    }

    /// How long there may be between two pulses: half of what the supervisor waits.
    pub fn every(&self) -> Duration {
        self.every
    }

    /// Gives a pulse if one is due before the next look, and the frontier has moved since the last.
    pub fn beat(&mut self, now: Instant, moved: Instant, next_look: Duration) {
        if now.duration_since(self.given) + next_look > self.every && moved > self.given {
            self.supervisor.send("WATCHDOG=1\n");
            self.given = now;
        }
    }
}

fn half_of(usec: Option<String>, pid: Option<String>, own: u32) -> Option<Duration> {
    // Inherited from a parent for whom it was meant, it is not for us.
    let ours = pid.is_none_or(|pid| pid.parse() == Ok(own));
    let usec: u64 = usec?.parse().ok()?;
    (ours && usec > 0).then(|| Duration::from_micros(usec) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(address: &SocketAddr) -> UnixDatagram {
        let receiver = UnixDatagram::bind_addr(address).expect("a socket");
        receiver.set_nonblocking(true).expect("a socket");
        receiver
    }

    /// What came next, if anything has.
    fn came(receiver: &UnixDatagram) -> Option<String> {
        let mut bytes = [0; 512];
        let len = receiver.recv(&mut bytes).ok()?;
        Some(String::from_utf8(bytes[..len].to_vec()).expect("UTF-8"))
    }

    #[test]
    fn a_socket_of_either_kind_is_told_each_state_in_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let name = format!("xiezhi-test-{}", std::process::id());
        for (address, given) in [
            (SocketAddr::from_pathname(&path), path.clone().into_os_string()),
            (SocketAddr::from_abstract_name(&name), format!("@{name}").into()),
        ] {
            let receiver = receiver(&address.expect("an address"));
            let supervisor = Supervisor::at(&given).expect("it listens");
            supervisor.tell(State::Starting, "computing");
            supervisor.tell(State::Ready, "ready");
            supervisor.tell(State::Stopping, "failed:\nREADY=1");
            let told: Vec<String> = std::iter::from_fn(|| came(&receiver)).collect();
            let expected =
                ["STATUS=computing\n", "READY=1\nSTATUS=ready\n", "STOPPING=1\nSTATUS=failed: READY=1\n"];
            assert_eq!(told, expected, "{given:?}");
            drop(receiver);
            supervisor.tell(State::Stopping, "nobody listens, and nothing happens");
        }
        assert!(Supervisor::at(OsStr::new("/nowhere/notify")).is_err());
    }

    #[test]
    fn a_pulse_is_given_at_half_time_and_only_while_the_frontier_moves() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("notify");
        let receiver = receiver(&SocketAddr::from_pathname(&path).expect("an address"));
        let begun = Instant::now();
        let at = |seconds| begun + Duration::from_secs(seconds);
        let supervisor = Supervisor::at(path.as_os_str()).expect("it listens");
        let mut pulse = Pulse { supervisor, every: Duration::from_secs(30), given: begun };
        let mut beats = |now, moved| {
            pulse.beat(at(now), at(moved), Duration::from_secs(1));
            came(&receiver).is_some_and(|text| text == "WATCHDOG=1\n")
        };
        assert!(!beats(29, 29), "there is time until the next look");
        assert!(beats(30, 10), "it has moved since the last pulse");
        assert!(!beats(61, 10) && !beats(500, 30), "it has not");
        assert!(beats(501, 501), "it moves again");
    }

    #[test]
    fn whoever_is_not_meant_gives_no_pulse() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(half_of(text("60000000"), text("7"), 7), Some(Duration::from_secs(30)));
        assert_eq!(half_of(text("3000000"), None, 7), Some(Duration::from_millis(1500)));
        for (usec, pid) in [(None, None), (text("0"), None), (text("soon"), None), (text("9"), text("8"))] {
            assert_eq!(half_of(usec, pid, 7), None);
        }
    }
}
