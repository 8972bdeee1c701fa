//! Does a real Alertmanager show what is open: told by the daemon's outbox, repeated before it would end by itself, over a
//! restart too, and ended when the alert no longer holds?

use serde_json::Value;
use xiezhi_tests::events::{one_lock, retracted};
use xiezhi_tests::servers::{self, Server, amtool};
use xiezhi_tests::{Home, eventually};

const DUTIES: &str = "office = \"ggb\"\n[[department]]\ncode = \"ggb\"\nname = \"市公管办\"\n\
                      liaison = { channels = [\"wall\"] }\nleader = { channels = [\"wall\"] }\n";
/// How long an alert stands without being repeated, minutes.
const LASTS: i64 = 60;
const MINUTE_US: i64 = 60_000_000;

/// The active alerts, as amtool shows them.
fn active(server: &Server) -> Vec<Value> {
    serde_json::from_str(&amtool(server, &["alert", "query", "-o", "json"])).expect("JSON")
}

/// When it would end by itself, µs since 1970.
fn ends(alert: &Value) -> i64 {
    let text = alert["endsAt"].as_str().expect("an end");
    text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond()
}

#[test]
fn what_is_open_stands_until_it_no_longer_holds() {
    let server = servers::alertmanager();
    let mut home = Home::new();
    let url = format!("http://127.0.0.1:{}", server.port);
    home.write(
        "xiezhi.toml",
        &format!(
            "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n[routing]\nduty_list = \"duties.toml\"\n\
             [[deliver]]\nname = \"wall\"\nkind = \"alertmanager\"\nurl = \"{url}\"\nallow_private = true\n\
             lasts_minutes = {LASTS}\n"
        ),
    );
    home.write("duties.toml", DUTIES);
    let clock = home.path("clock").to_string_lossy().into_owned();
    home.set("XIEZHI_CLOCK_FILE", Some(&clock));
    // Alertmanager goes by the machine's clock, so the daemon's begins there.
    let now = jiff::Timestamp::now().as_second() * 1_000_000;
    home.write("clock", &now.to_string());
    let (daemon, client) = home.start();

    let events = one_lock("E1");
    client.accept(&events);
    let shown = eventually("Alertmanager shows it", || {
        active(&server).into_iter().find(|alert| alert["labels"]["topic"] == "collusion")
    });
    let topics: Vec<_> = active(&server).into_iter().map(|alert| alert["labels"]["topic"].clone()).collect();
    assert_eq!(topics.iter().filter(|topic| *topic == "collusion").count(), 1, "at its own level alone");
    assert_eq!(shown["labels"]["level"], "orange");
    assert_eq!(ends(&shown), now + LASTS * MINUTE_US);

    let labels = &shown["labels"];
    let of = |labels: &Value| active(&server).into_iter().find(|alert| alert["labels"] == *labels);
    let later = now + (LASTS / 2) * MINUTE_US;
    home.write("clock", &later.to_string());
    eventually("it is repeated after half its time", || {
        of(labels).filter(|alert| ends(alert) == later + LASTS * MINUTE_US)
    });

    daemon.terminate();
    let much_later = later + LASTS * MINUTE_US;
    home.write("clock", &much_later.to_string());
    let (_daemon, client) = home.start();
    eventually("it is repeated after a restart", || {
        of(labels).filter(|alert| ends(alert) == much_later + LASTS * MINUTE_US)
    });

    // It ends at the daemon's clock, which must not be ahead of Alertmanager's for it to show.
    home.write("clock", &now.to_string());
    client.accept(&[retracted(&events[1])]);
    eventually("it is gone", || of(labels).is_none().then_some(()));
}
