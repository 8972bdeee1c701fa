//! Does it keep what it refused until somebody decides? Found, corrected and taken in, or dismissed, on the real binary; and what was
//! decided holds over a restart and stands in the journal.

use rusqlite::Connection;
use serde_json::{Value, json};
use xiezhi_tests::events::{announced, bid, event, retracted};
use xiezhi_tests::{Answer, Client, Home, eventually, run};

const IDENTITY: &str = "11010519491231002X";

fn decide(client: &Client, id: u64, deed: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/quarantine/{id}/{deed}");
    client
        .ask("POST", &path, &[("content-type", "application/json")], body.to_string().into_bytes())
        .expect("an answer")
}

fn waiting(client: &Client, query: &str) -> Vec<u64> {
    let list = client.list(&format!("/api/v1/quarantine?{query}"), 2);
    list.iter().map(|entry| entry["id"].as_u64().expect("a number")).collect()
}

/// A bid of the agent whom the identity number is of.
fn bid_by_agent(bidder: usize) -> Value {
    bid("E1", bidder, json!({"agent": {"id": IDENTITY, "name": "人员张"}}))
}

/// Four events that are refused, each for another reason: no bidder, no JSON, a name that is taken, an unknown type.
fn refused(client: &Client) {
    let mut nobody = bid_by_agent(1);
    nobody["data"].as_object_mut().expect("an object").remove("bidder");
    let mut other = announced("E1");
    other["data"]["name"] = json!("另一名称");
    let unknown = event("u1", "section.unheard_of", json!({"section": "E1"}));
    let body = format!("{}\n{{\"id_card\": \"{IDENTITY}\n{other}\n{unknown}\n", nobody);
    let answer = client.try_post("application/x-ndjson", body).expect("an answer");
    assert_eq!(answer.status, 202, "{answer:?}");
    assert_eq!(answer.json()["quarantined"].as_array().map(Vec::len), Some(4), "{answer:?}");
}

#[test]
fn what_was_refused_leaves_only_by_a_decision_on_record() {
    let home = Home::new();
    let (daemon, client) = home.start();
    client.accept(&[announced("E1"), bid_by_agent(0)]);
    refused(&client);
    assert_eq!(waiting(&client, "state=open"), [1, 2, 3, 4]);
    assert_eq!(waiting(&client, "reason=conflict"), [3]);
    assert_eq!(waiting(&client, "reason=malformed_json&origin=http"), [2]);
    assert_eq!(waiting(&client, "type=section.unheard_of"), [4]);
    assert_eq!(waiting(&client, "until=2020-01-01T00:00:00%2B08:00"), [0; 0]);
    assert_eq!(client.get("/api/v1/quarantine?state=lost").problem(), "bad_query");
    assert_eq!(client.get("/api/v1/quarantine/99").problem(), "not_found");

    // As it was it is refused again, and the entry stays.
    let again = decide(&client, 1, "resubmit", &json!({"note": "再试"}));
    assert_eq!(again.problem(), "still_refused");
    assert!(again.text().contains("data.bidder"), "{}", again.text());
    assert_eq!(decide(&client, 1, "resubmit", &json!({"note": " "})).problem(), "bad_decision");
    assert_eq!(decide(&client, 3, "resubmit", &json!({"note": "再试"})).problem(), "conflict");
    assert_eq!(waiting(&client, "state=open"), [1, 2, 3, 4], "and nothing was added");

    // Corrected it is taken in, and counts: two bidders, one agent, whose pseudonym has stayed.
    let shown = client.get_json("/api/v1/quarantine/1");
    let mut corrected = shown["event"].clone();
    corrected["data"]["bidder"] = bid_by_agent(1)["data"]["bidder"].clone();
    let note = "与招标代理核实，补投标人";
    let answer = decide(&client, 1, "resubmit", &json!({"note": note, "event": corrected}));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        (&answer.json()["state"], &answer.json()["decision"]["decision"]),
        (&json!("resubmitted"), &json!("resubmitted"))
    );
    eventually("its finding", || {
        client.list("/api/v1/findings?section=E1&rule=PER-02", 10).into_iter().next()
    });
    assert_eq!(decide(&client, 1, "resubmit", &json!({"note": note})).problem(), "decided");
    assert_eq!(decide(&client, 1, "dismiss", &json!({"note": note})).problem(), "decided");

    let answer = decide(&client, 4, "dismiss", &json!({"note": "测试数据"}));
    assert_eq!((answer.status, &answer.json()["state"]), (200, &json!("dismissed")));
    let counted = |code: &str, state: &str| {
        client.metric(&format!("xiezhi_quarantine_rows{{code=\"{code}\",state=\"{state}\"}}"))
    };
    eventually("the metrics follow", || {
        let now = (
            counted("missing", "resubmitted"),
            counted("unknown_type", "dismissed"),
            counted("conflict", "open"),
        );
        (now == (1.0, 1.0, 1.0)).then_some(())
    });

    // What was no JSON is replaced by an event; its identity number becomes a pseudonym like any other.
    assert_eq!(client.get_json("/api/v1/quarantine/2")["event"], Value::Null);
    let whole = bid("E2", 0, json!({"contact": {"name": "张三", "id": IDENTITY}}));
    assert_eq!(decide(&client, 2, "resubmit", &json!({"note": "补全", "event": whole})).status, 200);
    daemon.terminate();

    let (_daemon, client) = home.start();
    assert_eq!(waiting(&client, "state=open"), [3]);
    assert_eq!(client.get_json("/api/v1/quarantine/4")["decision"]["decision"], "dismissed");
    let db = Connection::open(home.data().join("journal.db")).expect("the journal");
    let sql = "SELECT body FROM events WHERE type = 'quarantine.decided' ORDER BY seq";
    let mut select = db.prepare(sql).expect("a query");
    let records = select.query_map((), |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    let records: Vec<Value> =
        records.map(|body| serde_json::from_slice(&body.expect("a row")).expect("JSON")).collect();
    let said: Vec<_> =
        records.iter().map(|record| record["data"]["entry"].as_u64().expect("an entry")).collect();
    assert_eq!(said, [1, 4, 2]);
    assert_eq!((&records[0]["data"]["note"], &records[0]["data"]["actor"]), (&json!(note), &json!("admin")));
    for (name, bytes) in home.files() {
        let holds = bytes.windows(IDENTITY.len()).any(|window| window == IDENTITY.as_bytes());
        assert!(!holds, "{name} holds an identity number");
    }
}

#[test]
fn who_reports_events_decides_nothing() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    refused_once(&client);
    let config = home.path("xiezhi.toml").to_string_lossy().into_owned();
    for role in ["ingest", "oversight", "coordinator"] {
        let ran = run(&["token", "--config", &config, "add", role, "--role", role]).well();
        let other = client.with_token(ran.out.trim());
        assert_eq!(decide(&other, 1, "dismiss", &json!({"note": "x"})).status, 403, "{role}");
    }
    // Nor does a system that says it did.
    let ran = run(&["token", "--config", &config, "add", "venue", "--role", "ingest"]).well();
    let venue = client.with_token(ran.out.trim());
    let decided =
        event("d1", "quarantine.decided", json!({"entry": 1, "decision": "dismissed", "actor": "admin"}));
    let answer = venue.try_post("application/json", decided.to_string()).expect("an answer");
    assert_eq!(answer.status, 403, "{answer:?}");
    assert_eq!(waiting(&client, "state=open"), [1]);
}

#[test]
fn nobody_else_writes_under_the_daemons_own_sources() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    client.accept(&[announced("E1")]);
    let mut own = retracted(&announced("E1"));
    for source in ["/xiezhi/set-aside", "/xiezhi/supervision"] {
        own["source"] = json!(source);
        for (kind, body) in
            [("application/json", own.to_string()), ("application/x-ndjson", format!("{own}\n"))]
        {
            let answer = client.try_post(kind, body).expect("an answer");
            assert_eq!((answer.status, &answer.json()["accepted"]), (202, &json!(0)), "{answer:?}");
            let refused = &answer.json()["quarantined"][0];
            assert_eq!((&refused["path"], &refused["code"]), (&json!("source"), &json!("not_accepted")));
            let reason = refused["reason"].as_str().expect("a reason");
            assert!(
                reason.contains(source) && reason.contains("give the reporting system's own source"),
                "{reason}"
            );
        }
    }
    // By the command, too; and from quarantine it comes in under another source only.
    own["source"] = json!("/xiezhi/set-aside");
    home.write("own.ndjson", &format!("{own}\n"));
    let (file, token) = (home.path("own.ndjson"), home.data().join("admin.token"));
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let to = format!("http://{}", client.address());
    let ran = run(&["import", &text(&file), "--to", &to, "--token", &text(&token), "--strict"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    let entry = waiting(&client, "state=open").first().copied().expect("an entry");
    let again = decide(&client, entry, "resubmit", &json!({"note": "再试"}));
    assert_eq!(again.problem(), "still_refused");
    assert!(again.text().contains("under which only the daemon itself writes"), "{}", again.text());
    assert_eq!(client.metric("xiezhi_journal_events"), 1.0);
    assert_eq!(client.metric("xiezhi_journal_put_aside_events"), 0.0);
    own["source"] = json!("/tests/e2e");
    assert_eq!(decide(&client, entry, "resubmit", &json!({"note": "来源有误", "event": own})).status, 200);
    eventually("the retraction and the decision", || {
        (client.metric("xiezhi_journal_events") == 3.0).then_some(())
    });
}

fn refused_once(client: &Client) {
    let answer =
        client.try_post("application/json", event("u1", "section.unheard_of", json!({})).to_string());
    assert_eq!(answer.expect("an answer").status, 202);
}
