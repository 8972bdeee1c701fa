//! Does it keep the watch-list? The real daemon, over HTTP: who is on it, why, what became of that, and what the data lack.

use serde_json::{Value, json};
use xiezhi_tests::events::{BIDDERS, SOURCE, announced, bid, event, ndjson, one_agent, one_lock};
use xiezhi_tests::{Client, Home, encoded, eventually, run, run_with};

/// The events as if they were of today: findings weigh by the age of their evidence.
fn of_today(events: Vec<Value>) -> Vec<Value> {
    let now = jiff::Timestamp::now().to_string();
    let dated = |mut event: Value| {
        event["time"] = json!(now);
        event
    };
    events.into_iter().map(dated).collect()
}

/// An entry of the blacklist.
fn listed(entry: &str, bidder: usize) -> Value {
    let data = json!({
        "entry": entry, "org": BIDDERS[bidder], "kind": "blacklist", "from_on": "2026-01-01", "authority": "测试机关",
    });
    event(&format!("{entry}-listed"), "credit.listed", data)
}

/// Its removal, now.
fn removed(entry: &str) -> Value {
    let data = json!({"entry": entry, "removed_at": jiff::Timestamp::now().to_string()});
    event(&format!("{entry}-removed"), "credit.removed", data)
}

fn path_of(party: &str) -> String {
    format!("/api/v1/watchlist/{}", encoded(party))
}

/// Waits until a party is on the list with a level.
fn entry(client: &Client, party: &str, level: &str) -> Value {
    eventually(&format!("{party} on level {level}"), || {
        let answer = client.get(&path_of(party));
        (answer.status == 200).then(|| answer.json()).filter(|entry| entry["level"] == level)
    })
}

/// Waits until a party has left the list.
fn gone(client: &Client, party: &str) {
    eventually(&format!("{party} is gone"), || {
        let answer = client.get(&path_of(party));
        (answer.status == 404).then(|| assert_eq!(answer.problem(), "not_found"))
    });
}

/// The changes of a party: what became of it, from which level to which.
fn changes(client: &Client, party: &str) -> Vec<Value> {
    client.list(&format!("/api/v1/watchlist/changes?party={}", encoded(party)), 10)
}

/// A section with three bidders who all came by one address: the venue's, which is a matter of data quality.
fn one_gateway(section: &str) -> Vec<Value> {
    let device = json!({"device": {"ip": "59.49.7.7"}});
    let bids = (0..3).map(|bidder| bid(section, bidder, device.clone()));
    std::iter::once(announced(section)).chain(bids).collect()
}

#[test]
fn a_blacklisted_firm_is_red_and_gone_at_once_when_it_is_taken_off() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    client.accept(&of_today(vec![listed("CR-1", 3)]));
    let red = entry(&client, BIDDERS[3], "red");
    assert_eq!((&red["kind"], &red["causes_total"]), (&json!("organisation"), &json!(1)));
    let cause = json!({
        "cause": "listed", "entry": "CR-1", "kind": "blacklist", "event": {"source": SOURCE, "id": "CR-1-listed"},
    });
    assert_eq!(red["causes"], json!([cause]));
    assert_eq!(client.metric(r#"xiezhi_watchlist_entries{kind="organisation",level="red"}"#), 1.0);

    client.accept(&of_today(vec![removed("CR-1")]));
    gone(&client, BIDDERS[3]);
    let record = changes(&client, BIDDERS[3]);
    let words: Vec<_> = record.iter().map(|c| (&c["change"], &c["from_level"], &c["to_level"])).collect();
    let (none, red) = (&Value::Null, &json!("red"));
    assert_eq!(words, [(&json!("entered"), none, red), (&json!("left"), red, none)]);
    assert_eq!(record[0]["reason"]["came"], json!([cause]));
    assert_eq!(record[1]["reason"]["went"], json!([cause]));
    assert_eq!(record[1]["entry"]["causes"], json!([cause]), "with the causes that it had last");
    assert_eq!(client.metric(r#"xiezhi_watchlist_entries{kind="organisation",level="red"}"#), 0.0);
    assert_eq!(client.metric(r#"xiezhi_watchlist_changes_total{change="left"}"#), 1.0);
}

#[test]
fn findings_give_points_to_firms_and_persons_and_no_person_has_a_name() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let events = of_today([one_lock("E1"), one_agent("E1")].concat());
    client.accept(&events);
    let firm = entry(&client, BIDDERS[1], "yellow");
    let points = json!({
        "cause": "history", "rule": "DEV-03", "section": "E1", "key": "pricing_lock:GLDE1", "severity": "S", "points": "20",
    });
    assert!(firm["causes"].as_array().is_some_and(|causes| causes.contains(&points)), "{firm}");
    assert_eq!(firm["name"], "测试1建设有限公司");
    assert_eq!(
        firm["changes"].as_array().and_then(|c| c.last()).map(|c| &c["change"]),
        Some(&json!("entered"))
    );

    // Whoever had both bids in hand.
    entry(&client, BIDDERS[3], "orange");
    let persons = client.list("/api/v1/watchlist?kind=person", 10);
    assert_eq!(persons.len(), 1, "{persons:?}");
    assert!(persons[0]["party"].as_str().is_some_and(|party| party.starts_with("p:")), "{persons:?}");
    assert_eq!(persons[0].get("name"), None);
    let whole = client.get("/api/v1/watchlist?limit=1000").text();
    assert!(!whole.contains("人员张") && !whole.contains("测试证件"), "{whole}");

    // A replay of the same events under the same key finds the same.
    let now = jiff::Timestamp::now().to_string();
    let key = home.data().join("site.key").to_string_lossy().into_owned();
    let line = ["replay", "-", "--now", &now, "--site-key", &key, "--watchlist", "-"];
    let replayed = run_with(&line, ndjson(&events).as_bytes()).well().json_lines();
    let mut held = client.list("/api/v1/watchlist", 2);
    for entry in held.iter_mut().filter_map(Value::as_object_mut) {
        assert!(entry.remove("since").is_some_and(|since| since.is_string()));
        entry.remove("name");
    }
    assert_eq!(held, replayed);
    for (path, code) in
        [("?level=crimson", "bad_query"), ("?kind=firm", "bad_query"), ("?name=%28%29", "bad_query")]
    {
        let answer = client.get(&format!("/api/v1/watchlist{path}"));
        assert_eq!((answer.status, answer.problem().as_str()), (400, code), "{path}");
    }
}

#[test]
fn a_name_leads_to_firms_and_says_how_sure_that_is() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    client.accept(&of_today(one_lock("E1")));
    entry(&client, BIDDERS[1], "yellow");
    let named = |name: &str| -> Vec<(Value, Value, Value)> {
        let found = client.list(&format!("/api/v1/watchlist?name={}", encoded(name)), 1);
        let shown = |e: Value| (e["party"].clone(), e["match"].clone(), e["similarity"].clone());
        found.into_iter().map(shown).collect()
    };
    let hit = |word: &str, similarity: Value| vec![(json!(BIDDERS[1]), json!(word), similarity)];
    assert_eq!(named("91990000ma0ul8kf37"), hit("code", Value::Null));
    for same in ["测试1建设有限公司", "測試１建設（集團）股份有限公司", " 测试1建设 有限责任公司"]
    {
        assert_eq!(named(same), hit("name", Value::Null), "{same}");
    }
    assert_eq!(named("测试1建设工程有限公司"), hit("similar", json!("0.80")));
    assert_eq!(named("海南某某公司"), []);
}

#[test]
fn what_the_data_lack_is_listed_while_it_holds() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let events = of_today(one_gateway("E2"));
    client.accept(&events);
    let rows = eventually("a data-quality row", || {
        Some(client.list("/api/v1/quality?rule=DEV-07&section=E2", 10)).filter(|rows| !rows.is_empty())
    });
    assert_eq!(rows.len(), 1);
    assert_eq!((&rows[0]["key"], &rows[0]["section"]), (&json!("ip:59.49.7.7"), &json!("E2")));
    assert_eq!(rows[0]["names"][BIDDERS[0]], "测试0建设有限公司");
    assert_eq!(client.list("/api/v1/quality?rule=DEV-01", 10), Vec::<Value>::new());
    client.accept(&[xiezhi_tests::events::retracted(&events[3])]);
    eventually("the row is gone", || client.list("/api/v1/quality?section=E2", 10).is_empty().then_some(()));
}

#[test]
fn a_restart_keeps_the_list_and_records_no_change() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let events =
        [one_lock("E1"), one_agent("E1"), one_gateway("E2"), vec![listed("CR-1", 0), listed("CR-2", 3)]];
    client.accept(&of_today(events.concat()));
    client.accept(&of_today(vec![removed("CR-2")]));
    entry(&client, BIDDERS[0], "red");
    let all = |client: &Client| {
        let lists = ["/api/v1/watchlist", "/api/v1/watchlist/changes", "/api/v1/quality"];
        lists.map(|path| client.list(path, 3))
    };
    // The last event's changes are in when the ledger has come to rest.
    let mut last = all(&client);
    let before = eventually("the ledger is at rest", || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        let now = all(&client);
        let resting = (now == last).then(|| now.clone());
        last = now;
        resting
    });
    assert!(before.iter().all(|list| !list.is_empty()), "{before:?}");
    daemon.terminate();

    let (daemon, client) = home.start();
    assert_eq!(all(&client), before);
    assert_eq!(client.metric(r#"xiezhi_watchlist_changes_total{change="entered"}"#), 0.0);
    let red = client.list("/api/v1/watchlist?level=red&kind=organisation", 10).len();
    assert!(red > 0);
    assert_eq!(client.metric(r#"xiezhi_watchlist_entries{kind="organisation",level="red"}"#), red as f64);
    // Killed in the middle of it all the same holds.
    daemon.kill();
    let (_daemon, client) = home.start();
    assert_eq!(all(&client), before);
}

#[test]
fn the_page_of_a_rule_is_the_same_from_the_command_and_over_http() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let mut page = client.get_json("/api/v1/rules/DEV-01");
    // A daemon knows besides what became of the alerts that rested on it: of none yet, so there is no rate.
    let known = page.as_object_mut().expect("an object");
    assert_eq!(
        known.remove("verdicts"),
        Some(json!({"substantiated": 0, "unfounded": 0, "insufficient": 0}))
    );
    assert_eq!(known.remove("hit_permille"), Some(Value::Null));
    let told = run(&["rules", "dev-01", "--json"]).well().json_lines();
    assert_eq!(told, std::slice::from_ref(&page));
    assert_eq!((&page["rule"], &page["severity"]), (&json!("DEV-01"), &json!("S")));
    assert!(page["page"].as_str().is_some_and(|page| page.contains("*Law.*")), "{page}");
    let text = run(&["rules"]).well().out;
    assert!(text.lines().any(|line| line.starts_with("DEV-01  S  ")), "{text}");
    let answer = client.get("/api/v1/rules/DEV-02");
    assert_eq!((answer.status, answer.problem().as_str()), (404, "not_found"));
    let ran = run(&["rules", "DEV-02"]);
    assert!(ran.code == Some(1) && ran.err.contains("near it: DEV-01"), "{ran:?}");
}

#[test]
fn coverage_is_told_of_files_and_of_a_running_daemon() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let events = of_today([one_lock("E1"), one_gateway("E2")].concat());
    client.accept(&events);
    let data = home.data().to_string_lossy().into_owned();
    let of_daemon = run(&["coverage", "--data-dir", &data, "--json"]).well().json_lines();
    let of_file = run_with(&["coverage", "-", "--json"], ndjson(&events).as_bytes()).well().json_lines();
    assert_eq!(of_daemon[0]["sources"], of_file[0]["sources"]);
    let source = &of_daemon[0]["sources"][0];
    assert_eq!((&source["source"], &source["sections"]), (&json!(SOURCE), &json!(2)));
    let rule = |id: &str| {
        let rules = source["rules"].as_array().expect("rules");
        rules.iter().find(|rule| rule["rule"] == id).cloned().unwrap_or_default()
    };
    let lock = rule("DEV-03");
    assert_eq!(
        (&lock["concluded"], &lock["triggered"], &lock["insufficient_data"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let text = run(&["coverage", "--data-dir", &data]).well().out;
    assert!(text.contains(SOURCE) && text.contains("DEV-03"), "{text}");
}
