//! Does a cut network between Redis and the daemon only delay what comes? A proxy refuses, resets and goes silent: before the first answer, in the middle of
//! one, and while nothing is said; for a while, or for a connection's whole life.

use serde_json::Value;
use std::time::{Duration, Instant};
use xiezhi_tests::events::announced;
use xiezhi_tests::proxy::{Cut, Proxy};
use xiezhi_tests::servers::{self, Server, redis_cli};
use xiezhi_tests::{Client, Home, eventually};

const STREAM: &str = "xiezhi:events:bid";

/// A home whose daemon reads from a server through a proxy.
fn home(proxy: &Proxy) -> Home {
    let home = Home::new();
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n\
             [redis]\nurl = \"redis://127.0.0.1:{}\"\nstreams = [\"{STREAM}\"]\n",
            proxy.port
        ),
    );
    home
}

fn send(server: &Server, event: &Value) {
    let id = redis_cli(server, &["XADD", STREAM, "*", "event", &event.to_string()]);
    assert!(id.contains('-'), "{id}");
}

/// Waits until so many events are in the journal and none is pending.
fn all_taken(server: &Server, client: &Client, count: usize) {
    eventually(&format!("{count} events in the journal"), || {
        (client.metric("xiezhi_journal_events") == count as f64).then_some(())
    });
    eventually("nothing is pending", || {
        let pending = redis_cli(server, &["XPENDING", STREAM, "xiezhi"]);
        pending.starts_with("0\n").then_some(())
    });
}

fn mirrored(client: &Client) -> bool {
    client.metric("xiezhi_redis_mirror_connected") == 1.0
}

#[test]
fn a_server_that_accepts_and_never_answers_is_given_up() {
    let server = servers::redis("");
    let proxy = Proxy::before(server.port);
    proxy.cut(Cut::Lost);
    let home = home(&proxy);
    let (_daemon, client) = home.start();
    // A reader and the mirror wait for their first answer.
    eventually("it has connected", || (proxy.accepted() >= 2).then_some(()));
    std::thread::sleep(Duration::from_millis(100));
    proxy.mend();
    send(&server, &announced("E1"));
    all_taken(&server, &client, 1);
    eventually("what it shows is connected, too", || mirrored(&client).then_some(()));
}

#[test]
fn whatever_a_network_does_for_a_while_nothing_is_lost_or_twice() {
    let server = servers::redis("");
    let proxy = Proxy::before(server.port);
    let home = home(&proxy);
    let (_daemon, client) = home.start();
    let mut sent = 0;
    for (cut, after) in [
        (Cut::Refused, None),
        (Cut::Reset, None),
        (Cut::Held, None),
        (Cut::Refused, Some(700)),
        (Cut::Reset, Some(900)),
        (Cut::Held, Some(1_100)),
        (Cut::Lost, Some(1_300)),
    ] {
        eventually("it reads", || {
            let connected = client.metric(&format!("xiezhi_redis_connected{{stream=\"{STREAM}\"}}"));
            (connected == 1.0).then_some(())
        });
        match after {
            Some(bytes) => proxy.cut_after(cut, bytes),
            None => proxy.cut(cut),
        }
        for n in 0..20 {
            send(&server, &announced(&format!("E-{cut:?}-{after:?}-{n}")));
            sent += 1;
        }
        eventually("it is cut", || proxy.is_cut().then_some(()));
        std::thread::sleep(Duration::from_millis(500));
        proxy.mend();
        all_taken(&server, &client, sent);
    }
    assert_eq!(client.metric(r#"xiezhi_events_total{outcome="refused",type="unknown"}"#), 0.0);
    let broken = client.metric(&format!("xiezhi_redis_broken_total{{stream=\"{STREAM}\"}}"));
    assert!(broken >= 5.0, "of seven cuts two are only waited for: {broken}");
}

#[test]
fn it_stops_while_the_network_is_silent() {
    let server = servers::redis("");
    let proxy = Proxy::before(server.port);
    let home = home(&proxy);
    let (daemon, client) = home.start();
    send(&server, &announced("E1"));
    all_taken(&server, &client, 1);
    eventually("it shows what there is", || mirrored(&client).then_some(()));
    proxy.cut(Cut::Lost);
    std::thread::sleep(Duration::from_millis(1_500));
    let begun = Instant::now();
    let ended = daemon.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    // A read of a second and its patience; the unit gives 90 s.
    assert!(begun.elapsed() < Duration::from_secs(40), "{:?}", begun.elapsed());
}
