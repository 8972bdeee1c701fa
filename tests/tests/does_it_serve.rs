//! Does it serve? The real daemon, over HTTP, as systems and supervisors meet it.

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use xiezhi_dataflows::event::KINDS;
use xiezhi_dataflows::rules::Rule;
use xiezhi_tests::events::{BIDDERS, SOURCE, announced, bid, case, ndjson, one_agent, one_lock, retracted};
use xiezhi_tests::{Client, Daemon, Home, encoded, eventually, run};

/// The largest body that is taken, and the most events in one request: promises of the interface.
const BODY_BYTES_MAX: usize = 16 << 20;
const EVENTS_MAX: usize = 10_000;

/// Every path that needs a token.
const GUARDED: [(&str, &str); 10] = [
    ("GET", "/metrics"),
    ("POST", "/api/v1/events"),
    ("GET", "/api/v1/alerts"),
    ("GET", "/api/v1/alerts/XZ-1"),
    ("GET", "/api/v1/alerts/stream"),
    ("GET", "/api/v1/findings"),
    ("GET", "/api/v1/findings?limit=0"),
    ("GET", "/api/v1/quarantine"),
    ("GET", "/api/v1/sections/E1"),
    ("GET", "/api/v1/sections/E1/explain"),
];

/// (rule, section, parties) of findings.
fn summed(findings: &[Value]) -> BTreeSet<String> {
    findings.iter().map(|f| format!("{} {} {}", f["rule"], f["section"], f["parties"])).collect()
}

/// Waits for a finding of a rule in a section.
fn finding(client: &Client, rule: &str, section: &str) -> Value {
    let path = format!("/api/v1/findings?rule={rule}&section={section}");
    eventually(&format!("{rule} in {section}"), || client.list(&path, 10).into_iter().next())
}

/// Waits until the alert about a section's bidders has a level and a state.
fn alert(client: &Client, section: &str, level: &str, state: &str) -> Value {
    let path = format!("/api/v1/alerts?section={section}&topic=collusion");
    eventually(&format!("a {state} {level} alert on {section}"), || {
        let alerts = client.list(&path, 10);
        assert!(alerts.len() <= 1, "one alert for a section and a topic: {alerts:?}");
        alerts.into_iter().find(|alert| alert["level"] == level && alert["state"] == state)
    })
}

/// The notices about a section's bidders: what changed, and the level then.
fn told(notices: impl IntoIterator<Item = Value>, section: &str) -> Vec<(u64, String, String)> {
    let about =
        |notice: &Value| notice["alert"]["section"] == section && notice["alert"]["topic"] == "collusion";
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let shown =
        |n: Value| (n["seq"].as_u64().expect("a number"), text(&n["change"]), text(&n["alert"]["level"]));
    notices.into_iter().filter(about).map(shown).collect()
}

/// Waits until a number of notices about a section's bidders are on standard output.
fn told_on_stdout(daemon: &Daemon, section: &str, count: usize) -> Vec<(u64, String, String)> {
    eventually(&format!("{count} notices on {section}"), || {
        Some(told(daemon.notices(), section)).filter(|told| told.len() >= count)
    })
}

#[test]
fn health_needs_no_token_and_everything_else_does() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let nobody = client.with_token("");
    assert_eq!((nobody.get("/healthz").status, nobody.get("/readyz").status), (200, 200));
    for (method, path) in GUARDED {
        for stranger in
            [&nobody, &client.with_token("xzt_wrong"), &client.with_token("x".repeat(5000).as_str())]
        {
            let answer = stranger.ask(method, path, &[], Vec::new()).expect("an answer");
            assert_eq!((answer.status, answer.problem().as_str()), (401, "unauthorized"), "{method} {path}");
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
        }
    }
    for header in ["Basic YWRtaW46YWRtaW4=", "Bearer", "Bearer ", "xzt_", "Bearer Bearer x"] {
        let answer = nobody.ask("GET", "/api/v1/alerts", &[("authorization", header)], Vec::new());
        assert_eq!(answer.expect("an answer").problem(), "unauthorized", "{header}");
    }
    assert_eq!(client.get("/api/v1/alerts").status, 200);
}

#[test]
fn events_are_answered_with_a_receipt_in_each_of_their_forms() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let events = one_lock("E1");
    let receipt = |kind: &str, body: String| {
        let answer = client.try_post(kind, body).expect("an answer");
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()
    };
    let counts =
        |accepted, duplicate| json!({"accepted": accepted, "duplicate": duplicate, "quarantined": []});
    assert_eq!(receipt("application/json", events[0].to_string()), counts(1, 0));
    assert_eq!(receipt("application/cloudevents+json; charset=utf-8", events[0].to_string()), counts(0, 1));
    let array = Value::from(events.clone()).to_string();
    assert_eq!(receipt("application/json", array.clone()), counts(2, 1));
    assert_eq!(receipt("application/cloudevents-batch+json", array), counts(0, 3));
    let mut more = one_agent("E1");
    more.push(more[0].clone());
    let lines = ndjson(&more).replace('\n', "\r\n\r\n");
    assert_eq!(receipt("Application/X-NDJSON", lines), counts(2, 1));
    assert_eq!(receipt("application/x-ndjson", String::new()), counts(0, 0));
    assert_eq!(receipt("application/json", "[]".to_owned()), counts(0, 0));

    // The bad ones do not keep the good ones out, and a name that came before cannot get another content.
    let mut mixed = vec![bid("E2", 0, json!({})), json!(17), bid("E2", 1, json!({"price": -1}))];
    let mut conflict = events[1].clone();
    conflict["data"]["pricing_lock"] = json!("ANOTHER");
    mixed.push(conflict);
    let receipt = client.post(&mixed);
    assert_eq!((&receipt["accepted"], &receipt["duplicate"]), (&json!(1), &json!(0)));
    let refused = |place: usize| {
        let entry = &receipt["quarantined"][place];
        assert!(entry["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{receipt}");
        (entry["index"].clone(), entry["code"].clone(), entry["path"].clone())
    };
    assert_eq!(refused(0), (json!(1), json!("wrong_type"), json!("")));
    assert_eq!(refused(1), (json!(2), json!("out_of_range"), json!("data.price")));
    assert_eq!(refused(2), (json!(3), json!("conflict"), json!("id")));
}

#[test]
fn the_cases_give_their_findings_and_one_alert() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let stream = daemon.stream(&client, None);
    for (name, level) in [("dev-01-two-bidders-one-machine", "orange"), ("per-02-same-agent", "red")] {
        let case = case(name);
        // The cases share the name of a project, and each tells it in its own event.
        client.accept(&case.events);
        let expected = &case.expect[0];
        let (rule, section) = (expected["rule"].as_str().expect("a rule"), expected["section"].as_str());
        let section = section.expect("a section");
        finding(&client, rule, section);
        let found: Vec<Value> = case
            .rules
            .iter()
            .flat_map(|rule| client.list(&format!("/api/v1/findings?rule={rule}&section={section}"), 100))
            .collect();
        assert_eq!(summed(&found), summed(&case.expect));
        let evidence = found[0]["evidence"].as_array().expect("evidence");
        assert!(
            !evidence.is_empty() && evidence.iter().all(|e| e["source"] == "/haikou/ggzy/test"),
            "{found:?}"
        );

        let alert = alert(&client, section, level, "open");
        let same =
            client.get_json(&format!("/api/v1/alerts/{}", encoded(alert["id"].as_str().expect("an id"))));
        assert_eq!(same, alert);
        assert_eq!(alert["section_names"]["project_name"], "海口市某工程");
        assert!(alert["title_zh"].as_str().is_some_and(|title| title.contains("一标段")), "{alert}");
        assert!(alert["facts"].as_array().is_some_and(|facts| facts.iter().any(|fact| fact["rule"] == rule)));
        let notices = told_on_stdout(&daemon, section, 1);
        assert_eq!(notices.len(), 1);
        assert_eq!((notices[0].1.as_str(), notices[0].2.as_str()), ("created", level));
    }
    // The stream tells what standard output tells, in its order, with the notice's number as the id.
    let printed = daemon.notices();
    for notice in printed {
        let seen = stream.wait_next();
        assert_eq!((Some(seen.id), seen.event.as_str()), (notice["seq"].as_u64(), "alert"));
        assert_eq!(seen.data, notice);
    }
}

#[test]
fn an_alert_is_raised_falls_silently_and_is_withdrawn_with_what_it_rested_on() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let (locks, agents) = (one_lock("E7"), one_agent("E7"));
    client.accept(&locks);
    let created = alert(&client, "E7", "orange", "open");
    client.accept(&agents);
    let raised = alert(&client, "E7", "red", "open");
    assert_eq!(raised["id"], created["id"]);
    assert!(raised["revision"].as_u64() > created["revision"].as_u64());

    client.accept(&[retracted(&agents[0])]);
    alert(&client, "E7", "orange", "open");
    assert_eq!(client.list("/api/v1/findings?rule=PER-02&section=E7", 10), Vec::<Value>::new());
    client.accept(&[retracted(&locks[1])]);
    let gone = alert(&client, "E7", "orange", "withdrawn");
    assert_eq!(gone["id"], created["id"]);
    let expected = [("created", "orange"), ("raised", "red"), ("withdrawn", "orange")];
    let notices = told_on_stdout(&daemon, "E7", 3);
    let notices: Vec<(&str, &str)> = notices.iter().map(|(_, c, l)| (c.as_str(), l.as_str())).collect();
    assert_eq!(notices, expected);
    let raise = daemon.notices().into_iter().find(|n| n["change"] == "raised").expect("a raise");
    assert_eq!(raise["from_level"], "orange");
    assert!(raise["added"][0].as_str().is_some_and(|name| name.starts_with("PER-02|E7|")), "{raise}");
}

/// The findings of a rule among outcomes.
fn found(outcomes: &[Value], rule: &Value) -> Value {
    outcomes
        .iter()
        .find(|outcome| outcome["rule"] == *rule)
        .map(|o| o["findings"].clone())
        .unwrap_or_default()
}

#[test]
fn a_section_is_explained_rule_by_rule_with_reasons() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    client.accept(&one_lock("E3"));
    finding(&client, "DEV-03", "E3");
    // A third bidder with the same lock, elsewhere: a finding over sections, told with each of them.
    client.accept(&[bid("E4", 2, json!({"pricing_lock": "GLD-E3"}))]);
    let explained = eventually("what spans sections", || {
        let explained = client.get_json("/api/v1/sections/E3/explain");
        let across = explained["history"].as_array().is_some_and(|h| h.iter().any(|f| f["rule"] == "DEV-12"));
        across.then_some(explained)
    });
    let section = client.get_json("/api/v1/sections/E3");
    assert_eq!(section["outcomes"], explained["outcomes"]);
    assert_eq!(section["section"], "E3");
    // An announcement and two bids, and what other rules know of the section.
    assert!(section["rows"].as_u64() >= Some(3), "{section}");
    assert!(section["findings"].as_array().is_some_and(|f| f.iter().any(|f| f["rule"] == "DEV-03")));
    assert!(section["alerts"].as_array().is_some_and(|alerts| !alerts.is_empty()));

    let outcomes = explained["outcomes"].as_array().expect("outcomes");
    let known = ["triggered", "not_triggered", "insufficient_data", "not_applicable", "error"];
    let mut by_rule = BTreeMap::new();
    for outcome in outcomes {
        let (rule, word) =
            (outcome["rule"].as_str().expect("a rule"), outcome["outcome"].as_str().expect("a word"));
        assert!(Rule::of(rule).is_some() && known.contains(&word), "{outcome}");
        let undecided = ["insufficient_data", "not_applicable", "error"].contains(&word);
        assert_eq!(outcome["reason"].as_str().is_some_and(|text| !text.is_empty()), undecided, "{outcome}");
        let findings = outcome["findings"].as_array().expect("findings");
        assert_eq!(word == "triggered", !findings.is_empty(), "{outcome}");
        by_rule.insert(rule, (word, outcome["reason"].as_str().unwrap_or_default()));
    }
    assert_eq!(by_rule.len(), outcomes.len(), "each rule once");
    assert_eq!(by_rule["DEV-03"].0, "triggered");
    // From the events to the edition of the rules and the articles.
    let lock = outcomes.iter().find(|outcome| outcome["rule"] == "DEV-03").expect("DEV-03");
    assert_eq!(lock["findings"][0]["evidence"].as_array().map(Vec::len), Some(2), "{lock}");
    assert!(lock["basis"][0]["article"].is_string() && lock["basis"][0]["verified"].is_boolean(), "{lock}");
    assert_eq!(explained["edition"], 1);
    // The bids say neither their machines' codes nor a price.
    let (word, reason) = by_rule["DEV-01"];
    assert!(word == "insufficient_data" && reason.contains("device"), "{word}: {reason}");
    let (word, reason) = by_rule["PRI-01"];
    assert!(word == "insufficient_data" && reason.contains("price"), "{word}: {reason}");
    // The command reads the same from the journal, beside the running daemon.
    let data = home.data().to_string_lossy().into_owned();
    let now = jiff::Timestamp::now().to_string();
    let told = run(&["explain", "E3", "--data-dir", &data, "--now", &now, "--json"]).well().json_lines();
    for field in ["edition", "profile", "history", "quality"] {
        assert_eq!(told[0][field], explained[field], "{field}");
    }
    for rule in told[0]["outcomes"].as_array().expect("rules") {
        let (word, reason) = by_rule[rule["rule"].as_str().expect("a rule")];
        assert_eq!(
            (&rule["outcome"], rule["reason"].as_str().unwrap_or_default()),
            (&json!(word), reason),
            "{rule}"
        );
        assert_eq!(
            rule["findings"],
            found(outcomes, &rule["rule"]),
            "with the daemon's pseudonyms and evidence"
        );
    }
    for missing in ["E404", "E3%20", "%E6%A0%87"] {
        let answer = client.get(&format!("/api/v1/sections/{missing}/explain"));
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not_found"), "{missing}");
    }
}

#[test]
fn metrics_have_every_label_set_at_zero_and_then_move() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let answer = client.get("/metrics");
    assert!(answer.content_type.starts_with("text/plain; version=0.0.4"), "{}", answer.content_type);
    let before = samples(&answer.text());
    let events: Vec<_> = before.iter().filter(|(name, _)| name.starts_with("xiezhi_events_total{")).collect();
    assert_eq!(events.len(), (KINDS.len() + 1) * 4);
    for (name, value) in &before {
        let of_the_machine = ["_bytes", "_start_time_seconds"].iter().any(|end| name.ends_with(end));
        let stands = ["xiezhi_build_info", "xiezhi_ready"].iter().any(|start| name.starts_with(start));
        assert!(of_the_machine || *value == if stands { 1.0 } else { 0.0 }, "{name} {value}");
    }
    client.accept(&one_lock("E4"));
    alert(&client, "E4", "orange", "open");
    client.post(&[announced("E4"), json!({"type": "x\"} 1\n"}), bid("E4", 0, json!({"price": 3}))]);
    let after = eventually("the engine has caught up", || {
        let after = samples(&client.get("/metrics").text());
        (after["xiezhi_commit_to_alert_seconds_count"] > 0.0).then_some(after)
    });
    for (name, value) in [
        (r#"xiezhi_events_total{outcome="accepted",type="bid.submitted"}"#, 2.0),
        (r#"xiezhi_events_total{outcome="accepted",type="section.announced"}"#, 1.0),
        (r#"xiezhi_events_total{outcome="duplicate",type="section.announced"}"#, 1.0),
        (r#"xiezhi_events_total{outcome="conflict",type="bid.submitted"}"#, 1.0),
        (r#"xiezhi_events_total{outcome="refused",type="unknown"}"#, 1.0),
        (r#"xiezhi_findings{rule="DEV-03",severity="S"}"#, 1.0),
        (r#"xiezhi_alerts{level="orange",state="open",topic="collusion"}"#, 1.0),
        ("xiezhi_journal_events", 3.0),
    ] {
        assert_eq!(after.get(name), Some(&value), "{name}");
    }
    assert!(after[r#"xiezhi_alert_notices_total{kind="created",level="orange",topic="collusion"}"#] >= 1.0);
    assert!(after["xiezhi_journal_commit_seconds_count"] >= 2.0);
    assert!(before.keys().all(|name| after.contains_key(name)), "no sample ever goes away");
    // Nobody who sends events makes labels, but for the few source systems that sections come from, and for the figures of supervision,
    // whose labels are bounded too (`do_metrics_say_what_they_should`).
    let of_source = format!("source=\"{SOURCE}\"");
    let by_source = ["xiezhi_rule_sections{", "xiezhi_source_last_event_timestamp_seconds{"];
    let by_place = [
        "xiezhi_indicator_numerator{",
        "xiezhi_indicator_denominator{",
        "xiezhi_sections{",
        "xiezhi_alerts_pending_by{",
    ];
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        let of = |families: &[&str]| families.iter().any(|family| name.starts_with(family));
        let of_engine = of(&["xiezhi_engine_arrangement_rows{"]);
        assert!(of(&by_place) || of_engine || (of(&by_source) && name.contains(&of_source)), "{name}");
    }
}

/// The samples of a text in Prometheus' format, which must be whole: told of in HELP and TYPE, each once, buckets
/// cumulative.
fn samples(text: &str) -> BTreeMap<String, f64> {
    assert!(text.ends_with('\n'));
    let (mut helped, mut typed, mut samples) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    let mut bucket: (String, f64) = Default::default();
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let name = help.split(' ').next().unwrap_or_default();
            assert!(name.starts_with("xiezhi_") && helped.insert(name.to_owned()), "{line}");
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
            assert!(kind != "histogram" || name.ends_with("_seconds"), "{line}");
            typed.insert(name.to_owned(), kind.to_owned());
        } else {
            let (name, value) = line.rsplit_once(' ').expect("a sample");
            let value: f64 = value.parse().unwrap_or_else(|error| panic!("{error}: {line}"));
            let family = name.split('{').next().unwrap_or_default();
            let plain = ["_bucket", "_sum", "_count"].iter().find_map(|end| family.strip_suffix(end));
            let known = |name: &str| helped.contains(name) && typed.contains_key(name);
            assert!(known(family) || plain.is_some_and(known), "{line}");
            if family.ends_with("_bucket") {
                assert!(bucket.0 != family || value >= bucket.1, "{line}");
                bucket = (family.to_owned(), value);
            }
            assert!(samples.insert(name.to_owned(), value).is_none(), "twice: {line}");
        }
    }
    samples
}

#[test]
fn lists_are_cut_into_pages_that_leave_nothing_out() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let sections: Vec<String> = (0..7).map(|n| format!("E5{n}")).collect();
    client.accept(&sections.iter().flat_map(|section| one_lock(section)).collect::<Vec<_>>());
    client.post(&[json!(1), json!(2), json!(3), json!("four"), json!(null)]);
    sections.iter().for_each(|section| drop(finding(&client, "DEV-03", section)));
    for path in ["/api/v1/findings", "/api/v1/alerts", "/api/v1/findings?rule=DEV-03", "/api/v1/quarantine"] {
        let whole = client.list(path, 1000);
        assert!(whole.len() >= 5, "{path}: {}", whole.len());
        for limit in [1, 3, whole.len()] {
            assert_eq!(client.list(path, limit), whole, "{path} by {limit}");
        }
    }
    assert_eq!(client.list("/api/v1/findings?rule=DEV-03", 1000).len(), 7);
    assert_eq!(client.list(&format!("/api/v1/findings?rule=DEV-03&party={}", BIDDERS[1]), 2).len(), 7);
    assert_eq!(client.list(&format!("/api/v1/findings?party={}", BIDDERS[3]), 2).len(), 0);
    assert_eq!(client.list("/api/v1/findings?severity=S&section=E53", 2).len(), 1);
    assert_eq!(client.list("/api/v1/alerts?level=orange&state=open&topic=collusion", 2).len(), 7);
    assert_eq!(client.list("/api/v1/alerts?state=withdrawn", 2).len(), 0);
    let past = client.get_json("/api/v1/findings?cursor=%F0%9F%A6%84&limit=1000");
    assert_eq!(past, json!({"items": [], "next": null}), "past the end there is nothing");
}

#[test]
fn what_cannot_be_answered_is_a_problem_with_a_stable_code() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    for query in [
        "alerts?limit=0",
        "alerts?limit=1001",
        "alerts?limit=-1",
        "alerts?limit=ten",
        "alerts?limit=",
        "alerts?levle=red",
        "alerts?limit=1&limit=2",
        "findings?limit=99999999999999999999",
        "findings?rule=DEV-01&topic=collusion",
        "quarantine?cursor=first",
        "quarantine?cursor=-1",
        "quarantine?since=1",
    ] {
        let answer = client.get(&format!("/api/v1/{query}"));
        assert_eq!((answer.status, answer.problem().as_str()), (400, "bad_query"), "{query}");
    }
    let stream = |id: &str| client.ask("GET", "/api/v1/alerts/stream", &[("last-event-id", id)], Vec::new());
    for id in ["abc", "-1", "", "1.5", "99999999999999999999"] {
        let answer = stream(id).expect("an answer");
        assert_eq!((answer.status, answer.problem().as_str()), (400, "bad_last_event_id"), "{id:?}");
    }
    for kind in [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "",
        "json",
        "multipart/form-data",
    ] {
        let answer = client.try_post(kind, "{}").expect("an answer");
        assert_eq!((answer.status, answer.problem().as_str()), (415, "unsupported_media_type"), "{kind:?}");
    }
    let post = |kind: &str, body: Vec<u8>| client.try_post(kind, body).expect("an answer");
    let answer = post("application/json", vec![b' '; BODY_BYTES_MAX + 1]);
    assert_eq!((answer.status, answer.problem().as_str()), (413, "body_too_large"));
    let array = format!("[{}{{}}]", "{},".repeat(EVENTS_MAX));
    let answer = post("application/json", array.into_bytes());
    assert_eq!((answer.status, answer.problem().as_str()), (400, "too_many_events"));
    for array in ["[", "[{}", "[1", "[\"", "[]]", "[1] x"] {
        let answer = post("application/json", array.into());
        assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed_json"), "{array}");
    }
    for path in [
        "/",
        "/api",
        "/api/v1",
        "/api/v2/alerts",
        "/api/v1/alerts/",
        "/api/v1/events/1",
        "/%2e%2e/etc/passwd",
    ] {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.problem().as_str()), (404, "not_found"), "{path}");
    }
    assert_eq!(client.get("/api/v1/alerts/XZ-404").problem(), "not_found");
    for path in ["/api/v1/sections/%ff", "/api/v1/alerts/%ff"] {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.problem().as_str()), (400, "bad_path"), "{path}");
    }
    for (method, path) in
        [("GET", "/api/v1/events"), ("DELETE", "/api/v1/alerts"), ("POST", "/metrics"), ("PUT", "/healthz")]
    {
        let answer = client.ask(method, path, &[], Vec::new()).expect("an answer");
        assert_eq!(
            (answer.status, answer.problem().as_str()),
            (405, "method_not_allowed"),
            "{method} {path}"
        );
        assert!(answer.headers.contains_key("allow"), "{method} {path}");
    }
    assert_eq!(client.get("/readyz").status, 200, "and it stands");
    assert_eq!(client.list("/api/v1/quarantine", 10).len(), 0, "nothing of it was taken");
}

#[test]
fn a_stream_resumes_with_exactly_what_was_missed() {
    let home = Home::new();
    let (daemon, client) = home.start();
    let first = daemon.stream(&client, None);
    client.accept(&one_lock("E60"));
    let seen = first.wait_next();
    drop(first);
    let missed: Vec<String> = (1..6).map(|n| format!("E6{n}")).collect();
    missed.iter().for_each(|section| client.accept(&one_lock(section)));
    missed.iter().for_each(|section| drop(alert(&client, section, "orange", "open")));
    let second = daemon.stream(&client, Some(seen.id));
    client.accept(&one_lock("E66"));
    alert(&client, "E66", "orange", "open");
    let total = told_on_stdout(&daemon, "E66", 1).last().expect("a notice").0;
    let ids: Vec<u64> = (seen.id + 1..=total).map(|_| second.wait_next().id).collect();
    assert_eq!(ids, (seen.id + 1..=total).collect::<Vec<_>>());

    // Across a restart too, and from the very beginning; a stop ends the stream, and the stream does not hold up the stop.
    let begun = Instant::now();
    let ended = daemon.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    while second.next_within(Duration::from_millis(500)).is_some() {}
    assert!(second.has_ended());
    let (daemon, client) = home.start();
    let whole = daemon.stream(&client, Some(0));
    let all: Vec<Value> = (1..=total).map(|_| whole.wait_next().data).collect();
    assert_eq!(all, ended.notices, "the ledger holds what was printed");
    let late = daemon.stream(&client, Some(total));
    assert_eq!(late.next_within(Duration::from_millis(300)), None, "there is nothing after the last");
}

#[test]
fn an_orderly_stop_ends_with_0_and_a_restart_repeats_nothing() {
    let home = Home::new();
    let (daemon, client) = home.start();
    client.accept(&case("per-02-same-agent").events);
    // Accepted and not waited for: the stop has to compute it and to tell of it.
    client.accept(&one_lock("E8"));
    let ended = daemon.terminate();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.log);
    assert_eq!(told(ended.notices.clone(), "E8").len(), 1);
    assert!(ended.notices.iter().all(|notice| notice["repeated"] == false));

    let (daemon, client) = home.start();
    let findings = client.list("/api/v1/findings", 100);
    assert!(findings.iter().any(|f| f["rule"] == "PER-02") && findings.iter().any(|f| f["rule"] == "DEV-03"));
    let receipt = client.post(&one_lock("E8"));
    assert_eq!(receipt, json!({"accepted": 0, "duplicate": 3, "quarantined": []}));
    client.accept(&one_agent("E8"));
    alert(&client, "E8", "red", "open");
    assert_eq!(told_on_stdout(&daemon, "E8", 1).len(), 1);
    let again = daemon.terminate();
    assert_eq!(again.status.code(), Some(0), "{}", again.log);
    let told: Vec<(&Value, &Value)> =
        again.notices.iter().map(|n| (&n["change"], &n["alert"]["section"])).collect();
    assert_eq!(told, [(&json!("raised"), &json!("E8"))]);
    assert_eq!(again.notices[0]["seq"].as_u64(), Some(ended.notices.len() as u64 + 1));
}

#[test]
fn whoever_hears_that_it_is_ready_may_ask_for_its_end_in_the_same_moment() {
    let home = Home::new();
    for round in 0..10 {
        let (daemon, _) = home.start();
        let ended = daemon.terminate();
        assert_eq!(ended.status.code(), Some(0), "round {round}: {:?}\n{}", ended.status, ended.log);
    }
}

#[test]
fn a_second_daemon_on_the_same_data_is_refused() {
    let home = Home::new();
    let (_first, client) = home.start();
    client.accept(&one_lock("E9"));
    let second = home.spawn();
    let log = eventually("the second one ends", || Some(second.log()).filter(|log| log.contains("xiezhi: ")));
    assert!(log.contains("in use") || log.contains("lock"), "{log}");
    alert(&client, "E9", "orange", "open");
}
