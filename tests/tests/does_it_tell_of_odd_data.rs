//! Does it tell of odd data? Names that came with several contents and events dated ahead, as rows that are listed, counted,
//! kept over a restart and taken back.

use serde_json::{Value, json};
use xiezhi_tests::events::{SOURCE, announced, bid, retracted};
use xiezhi_tests::{Client, Home, eventually};

fn rows(client: &Client, rule: &str) -> Vec<Value> {
    client.list(&format!("/api/v1/quality?rule={rule}"), 100)
}

/// Waits until there are so many rows, in the list and in the metric.
fn counted(client: &Client, rule: &str, count: usize) -> Vec<Value> {
    eventually(&format!("{count} rows of {rule}"), || {
        let rows = rows(client, rule);
        let sample = format!("xiezhi_data_quality_rows{{rule=\"{rule}\"}}");
        (rows.len() == count && client.metric(&sample) == count as f64).then_some(rows)
    })
}

#[test]
fn a_name_that_came_with_several_contents_is_a_row_until_its_event_is_retracted() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let held = bid("E1", 0, json!({"price": 1_000_000}));
    client.accept(&[announced("E1"), held.clone()]);
    let other = |price| bid("E1", 0, json!({ "price": price }));
    // The first again, two others, one of them twice; the last together with an event that is new.
    for events in
        [vec![held.clone()], vec![other(2)], vec![other(3)], vec![other(2), bid("E1", 1, json!({}))]]
    {
        client.post(&events);
    }
    let row = eventually("a row of two other contents", || {
        counted(&client, "DQ-02", 1).into_iter().find(|row| row["value"]["other_contents"] == 2)
    });
    let name = json!({"source": SOURCE, "id": held["id"]});
    assert_eq!((&row["section"], &row["evidence"]), (&json!("E1"), &json!([name])), "{row}");
    let explained = client.get_json("/api/v1/sections/E1/explain");
    assert_eq!(
        explained["quality"].as_array().map(|rows| rows.iter().any(|r| r["rule"] == "DQ-02")),
        Some(true)
    );

    // In one transaction with the event itself, too.
    client.post(&[bid("E2", 0, json!({"price": 1})), bid("E2", 0, json!({"price": 2}))]);
    let both = counted(&client, "DQ-02", 2);

    // The quarantine keeps it over a restart.
    daemon.terminate();
    let (_daemon, client) = home.start();
    let without_since = |rows: Vec<Value>| -> Vec<Value> {
        rows.into_iter()
            .map(|mut row| {
                row["since"] = Value::Null;
                row
            })
            .collect()
    };
    assert_eq!(without_since(counted(&client, "DQ-02", 2)), without_since(both));

    client.accept(&[retracted(&held)]);
    assert_eq!(counted(&client, "DQ-02", 1)[0]["section"], "E2");
}

#[test]
fn an_event_dated_ahead_is_a_row_until_it_is_retracted() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let mut ahead = bid("E1", 0, json!({}));
    ahead["time"] = json!("2099-01-01T00:00:00+08:00");
    client.accept(&[announced("E1"), ahead.clone()]);
    let row = counted(&client, "DQ-07", 1).remove(0);
    assert_eq!((&row["section"], &row["evidence"][0]["id"]), (&json!("E1"), &ahead["id"]), "{row}");
    assert_eq!(row["value"]["dated_at"], "2099-01-01T00:00:00+08:00", "{row}");
    client.accept(&[retracted(&ahead)]);
    counted(&client, "DQ-07", 0);
}
