//! Does every receiver get it? A crash between any two steps of a delivery, receivers that fail, and a storm.

use std::collections::BTreeSet;
use std::time::Duration;
use xiezhi_tests::office::{CHANNELS, Office, at, orange, red};
use xiezhi_tests::{Client, Manner, eventually};

/// The keys that a channel was sent, each as often as it was; of a digest those that it tells of.
fn keys(office: &Office, channel: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for told in office.told(channel) {
        match told["data"]["items"].as_array() {
            Some(items) => {
                keys.extend(items.iter().filter_map(|item| item["key"].as_str().map(str::to_owned)))
            }
            None => keys.extend(told["key"].as_str().map(str::to_owned)),
        }
    }
    keys
}

#[test]
fn a_crash_between_any_two_steps_loses_nothing_and_repeats_under_the_same_key() {
    for place in ["ledger.written", "outbox.sending", "outbox.sent", "outbox.noted"] {
        let mut office = Office::at("2026-02-09T15:00");
        office.home.set("XIEZHI_FAIL_POINT", Some(&format!("{place}:1")));
        let (daemon, client) = office.open();
        // It may end before it answers.
        client.try_post("application/json", serde_json::to_vec(&red("E1")).expect("JSON")).ok();
        let ended = daemon.ended();
        assert!(!ended.status.success(), "{place}");
        office.home.set("XIEZHI_FAIL_POINT", None);
        let (_daemon, client) = office.open();
        // What was not answered is sent again: nothing is taken twice.
        client.post(&red("E1"));
        for channel in ["zjj-liaison", "discipline"] {
            eventually(&format!("{channel} after a crash at {place}"), || {
                (!keys(&office, channel).is_empty()).then_some(())
            });
        }
        let settled = eventually(&format!("everything is noted after a crash at {place}"), || {
            let rows = client.list("/api/v1/deliveries", 100);
            (rows.len() == 2 && rows.iter().all(|row| row["state"] == "sent")).then_some(rows)
        });
        for channel in ["zjj-liaison", "discipline"] {
            let all = keys(&office, channel);
            let distinct: BTreeSet<&String> = all.iter().collect();
            assert_eq!(distinct.len(), 1, "{place}: {all:?}");
            assert!(all.len() <= 2, "{place}: {all:?}");
            let row = settled.iter().find(|row| row["channel"] == channel).expect("its row");
            assert_eq!(row["key"].as_str(), all.first().map(String::as_str));
        }
    }
}

/// So many orange alerts, each in a section of its own.
fn storm(client: &Client, first: usize, count: usize) {
    let events: Vec<_> = (first..first + count).flat_map(|n| orange(&format!("E{n}"))).collect();
    for chunk in events.chunks(4_000) {
        client.accept(chunk);
    }
}

/// Lets minutes go by until a channel knows of so many alerts; the messages that it took.
fn calm(office: &Office, from: i64, channel: &str, wanted: usize) -> usize {
    let mut minutes = 0;
    eventually(&format!("{channel} knows of {wanted} alerts"), || {
        minutes += 1;
        // A few seconds of work happen in each minute of theirs.
        office.set_clock(from + minutes * 60_000_000);
        std::thread::sleep(Duration::from_millis(600));
        let known: BTreeSet<String> =
            keys(office, channel).into_iter().filter(|key| key.contains(".created")).collect();
        (known.len() >= wanted).then_some(())
    });
    office.told(channel).len()
}

#[test]
fn a_storm_comes_in_few_messages_that_lose_nothing_even_with_a_crash_between() {
    const ALERTS: usize = 10_000;
    let mut office = Office::at("2026-02-09T09:00");
    office.home.set("XIEZHI_FAIL_POINT", Some("outbox.bundled:1"));
    let (daemon, client) = office.open();
    storm(&client, 0, ALERTS);
    daemon.ended();
    office.home.set("XIEZHI_FAIL_POINT", None);
    let (_daemon, client) = office.open();
    let messages = calm(&office, at("2026-02-09T09:00"), "zjj-liaison", ALERTS);
    // Two bursts (one before the crash, one after), and a digest of at most 500 a minute.
    assert!(messages <= 20 + ALERTS.div_ceil(500) + 6, "{messages} messages");
    let rows = client.list("/api/v1/deliveries?channel=zjj-liaison&state=waiting", 1000);
    assert!(
        rows.iter().all(|row| row["key"].as_str().is_some_and(|key| !key.contains(".created"))),
        "{rows:?}"
    );
}

#[test]
fn one_receiver_that_hangs_delays_no_other_and_one_that_refuses_is_given_up_until_somebody_says_so() {
    let office = Office::at("2026-02-09T15:00");
    office.receiver("zjj-liaison").behave(Manner::Hangs);
    office.receiver("discipline").behave(Manner::answers(404, "no such hook"));
    let (_daemon, client) = office.open();
    client.accept(&red("E1"));
    let row = |channel: &str, state: &str| {
        let path = format!("/api/v1/deliveries?channel={channel}&state={state}");
        eventually(&format!("a {state} delivery to {channel}"), || client.list(&path, 10).into_iter().next())
    };
    let dead = row("discipline", "dead");
    assert!(dead["answer"].as_str().is_some_and(|answer| answer.contains("404")), "{dead}");
    office.set_clock(at("2026-02-09T17:00"));
    office.wait_told("zjj-leader", &["escalated"]);
    let waiting = eventually("the liaison's message was tried", || {
        let row = row("zjj-liaison", "waiting");
        row["attempts"].as_u64().is_some_and(|attempts| attempts > 0).then_some(row)
    });
    assert!(waiting["answer"].as_str().is_some_and(|answer| !answer.is_empty()), "{waiting}");
    // The receivers are well again: what waits comes by itself, what was given up when somebody says so.
    for channel in CHANNELS {
        office.receiver(channel).behave(Manner::answers(200, "ok"));
    }
    office.set_clock(at("2026-02-09T17:20"));
    eventually("the liaison has it", || {
        let rows = client.list("/api/v1/deliveries?channel=zjj-liaison&state=waiting", 10);
        rows.is_empty().then_some(())
    });
    let resend = format!("/api/v1/deliveries/{}/resend", dead["id"]);
    assert_eq!(client.ask("POST", &resend, &[], Vec::new()).expect("an answer").status, 202);
    eventually("discipline has it", || {
        client.list("/api/v1/deliveries?channel=discipline&state=sent", 10).into_iter().next()
    });
    assert_eq!(client.ask("POST", &resend, &[], Vec::new()).expect("an answer").problem(), "not_dead");
}
