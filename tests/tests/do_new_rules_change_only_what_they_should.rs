//! Do new rules change only what they should? Published, tried on the whole history, taken back, kept over a restart.

use serde_json::{Value, json};
use std::process::Command;
use xiezhi_tests::events::{announced, bid, event};
use xiezhi_tests::{Client, Home, eventually, run};

/// A section whose three prices climb by equal steps: too few for PRI-02 as it stands.
fn ladder(section: &str) -> Vec<Value> {
    let opened = |(at, price): (usize, u32)| {
        let bidder = json!({"code": format!("91990000MA{section}{at}")});
        event(
            &format!("opened-{section}-{at}"),
            "bid.opened",
            json!({"section": section, "bidder": bidder, "price": price}),
        )
    };
    let prices = [1_000_000, 1_050_000, 1_100_000];
    std::iter::once(announced(section)).chain(prices.into_iter().enumerate().map(opened)).collect()
}

fn put(client: &Client, body: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let answer = client.ask("PUT", "/api/v1/rules", headers, body.to_string().into_bytes());
    let answer = answer.expect("an answer");
    (answer.status, answer.json())
}

fn findings(client: &Client) -> Vec<Value> {
    client.list("/api/v1/findings", 1000)
}

/// Waits until the latest edition has reached everything.
fn in_force(client: &Client) {
    eventually("the edition in force", || {
        let rules = client.get_json("/api/v1/rules");
        (rules["putting_in_force"]["left"] == 0).then_some(())
    });
}

/// Waits until PRI-02 holds in so many sections.
fn ladders(client: &Client, count: usize) {
    eventually(&format!("{count} findings of PRI-02"), || {
        (client.list("/api/v1/findings?rule=PRI-02", 1000).len() == count).then_some(())
    });
}

#[test]
fn a_published_edition_gives_the_difference_and_its_withdrawal_takes_back_exactly_that() {
    let home = Home::new();
    let (daemon, client) = home.start();
    for section in 0..5 {
        client.accept(&ladder(&format!("E{section}")));
    }
    let settled = eventually("what the sections give", || {
        let before = findings(&client);
        std::thread::sleep(std::time::Duration::from_millis(300));
        Some(findings(&client)).filter(|after| *after == before)
    });
    let first = client.get_json("/api/v1/rules");
    assert_eq!((&first["latest"]["number"], &first["latest"]["actor"]), (&json!(1), &json!("configuration")));

    // Tried first: nothing changes by it.
    let shorter = json!({"reason": "试行三价一组", "rules": {"thresholds": {"run_min": 3}}});
    let answer = client.ask("POST", "/api/v1/rules/what-if", &[], shorter.to_string().into_bytes());
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
    let path = format!("/api/v1/rules/what-if/{}", answer.json()["id"]);
    let trial = eventually("the trial's end", || {
        Some(client.get_json(&path)).filter(|trial| trial["state"] != "running")
    });
    assert_eq!(trial["comparison"]["by_rule"], json!({"PRI-02": {"appear": 5, "vanish": 0}}), "{trial}");
    assert_eq!(trial["comparison"]["examples"]["appear"][0]["rule"], "PRI-02");
    let alerts = &trial["comparison"]["alerts"];
    let five = json!({"appear": 5, "vanish": 0});
    assert_eq!((&alerts["by_rule"]["PRI-02"], &alerts["by_level"]["orange"]), (&five, &five), "{alerts}");
    assert_eq!(alerts["by_department"]["-"]["orange"], five, "{alerts}");
    assert_eq!(alerts["by_month"]["2026-02"]["orange"], five, "{alerts}");
    assert_eq!(findings(&client), settled);

    let (status, rules) = put(&client, &shorter, &[("if-match", "\"1\"")]);
    assert_eq!((status, &rules["latest"]["number"]), (200, &json!(2)), "{rules}");
    ladders(&client, 5);
    in_force(&client);
    // A section that comes later is judged by it too, and says so.
    client.accept(&ladder("E9"));
    ladders(&client, 6);
    let explained = client.get_json("/api/v1/sections/E9/explain");
    let outcome = explained["outcomes"].as_array().expect("outcomes").iter().find(|o| o["rule"] == "PRI-02");
    assert_eq!(outcome.expect("PRI-02")["outcome"], "triggered");
    assert_eq!(explained["edition"], 2);

    // Another publisher who has not seen it is kept out.
    let (status, problem) = put(&client, &shorter, &[("if-match", "\"1\"")]);
    assert_eq!((status, &problem["code"]), (409, &json!("superseded")));

    // Over a restart it stays in force; nobody is told anew.
    let told = daemon.notices().len();
    daemon.terminate();
    let (daemon, client) = home.start();
    assert_eq!(client.list("/api/v1/findings?rule=PRI-02", 1000).len(), 6);
    assert_eq!(daemon.notices().len(), 0, "{told} notices were given before");

    // Taken back: what was there before is there again, byte for byte, and E9 beside it.
    let (status, rules) = put(&client, &json!({"reason": "试行结束", "restore": 1}), &[]);
    assert_eq!((status, &rules["latest"]["restores"]), (200, &json!(1)), "{rules}");
    ladders(&client, 0);
    in_force(&client);
    let others: Vec<Value> = findings(&client).into_iter().filter(|f| f["section"] != "E9").collect();
    assert_eq!(others, settled);
    assert_eq!(client.get_json("/api/v1/rules")["editions"].as_array().map(Vec::len), Some(3));
}

#[test]
fn rules_that_make_no_sense_are_refused_with_the_key_and_the_remedy() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let thresholds = |key: &str, value: Value| json!({"reason": "r", "rules": {"thresholds": {key: value}}});
    for (body, says) in [
        (json!({"rules": {}}), "reason: give 1 to 500 characters"),
        (json!({"reason": "r"}), "\"restore\": the number of an edition"),
        (json!({"reason": "r", "restore": 7}), "there is no such edition"),
        (json!({"reason": "r", "effective_from": "soon", "rules": {}}), "effective_from: give a date"),
        (json!({"reason": "r", "rules": {"profile": "/etc/passwd"}}), "profile: is no built-in profile"),
        (thresholds("run_min", json!(2)), "thresholds.run_min: is 2; give 3 to 1000"),
        (thresholds("run_max", json!(2)), "thresholds.run_max: is no key here"),
        (thresholds("run_min", json!("four")), "give a whole number"),
        (json!({"reason": "r", "rules": {}, "more": 1}), "unknown field `more`"),
    ] {
        let (status, problem) = put(&client, &body, &[]);
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(status == 400 && detail.contains(says), "{body}: {status} {detail}");
    }
    assert_eq!(client.get_json("/api/v1/rules")["latest"]["number"], 1);
    assert_eq!(client.get("/api/v1/rules/what-if/1").status, 404);
}

#[test]
fn sections_announced_before_an_edition_keep_the_rules_of_their_day() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let on = |section: &str, day: &str| {
        let mut events = ladder(section);
        events[0]["data"]["announced_at"] = json!(format!("{day}T09:00:00+08:00"));
        events
    };
    client.accept(&on("OLD", "2026-02-28"));
    client.accept(&on("NEW", "2026-03-01"));
    // Bills of one item and committees that score one: judged beside the section's other facts, on the same terms.
    for section in ["OLD", "NEW"] {
        client.accept(&details(section));
    }
    let rules = json!({"thresholds": {"run_min": 3, "items_min": 1, "cells_min": 1}});
    let body = json!({"reason": "三月起", "effective_from": "2026-03-01", "rules": rules});
    assert_eq!(put(&client, &body, &[]).0, 200);
    ladders(&client, 1);
    in_force(&client);
    let by_new = |rule: &str| {
        eventually(&format!("{rule} of the section announced in March, and of no other"), || {
            let found = client.list(&format!("/api/v1/findings?rule={rule}"), 10);
            let sections: Vec<_> = found.iter().map(|finding| &finding["section"]).collect();
            (sections == ["NEW"]).then_some(())
        });
    };
    ["PRI-02", "PRI-05", "EXP-14"].into_iter().for_each(by_new);
    // Moved to February, it is judged by the rules of February.
    let earlier = json!({"section": "NEW", "announced_at": "2026-02-27T09:00:00+08:00"});
    client.accept(&[event("NEW-earlier", "section.changed", earlier)]);
    for rule in ["PRI-02", "PRI-05", "EXP-14"] {
        eventually(&format!("nothing of {rule}"), || {
            client.list(&format!("/api/v1/findings?rule={rule}"), 10).is_empty().then_some(())
        });
    }
}

/// Two bids with the same price of one item, and two experts with the same score.
fn details(section: &str) -> Vec<Value> {
    let items = json!({"items": [{"code": "010101", "unit_price": 12.5}]});
    let score = |expert: &str| {
        let data = json!({
            "section": section, "bidder": {"code": xiezhi_tests::events::BIDDERS[0]}, "item": "方案",
            "kind": "subjective", "score": 8, "expert": {"id": format!("测试专家-{expert}"), "name": "专家"},
        });
        event(&format!("{section}-score-{expert}"), "score.given", data)
    };
    vec![bid(section, 0, items.clone()), bid(section, 1, items), score("甲"), score("乙")]
}

#[test]
fn a_trial_shows_how_far_it_is_and_ends_when_it_is_told_to() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    let file = home.path("events.ndjson");
    let out = file.to_string_lossy().into_owned();
    run(&["simulate", "--days", "90", "--bids-per-day", "80", "--out", &out]).well();
    let events = std::fs::read_to_string(&file).expect("a file");
    let lines: Vec<&str> = events.lines().collect();
    for batch in lines.chunks(2000) {
        let answer = client.try_post("application/x-ndjson", batch.join("\n")).expect("an answer");
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    let before = client.get_json("/api/v1/rules");
    let begin = || {
        let body = json!({"rules": {"thresholds": {"run_min": 3}}}).to_string().into_bytes();
        client.ask("POST", "/api/v1/rules/what-if", &[], body).expect("an answer")
    };
    let answer = begin();
    assert_eq!(answer.status, 202, "{}", answer.text());
    let path = format!("/api/v1/rules/what-if/{}", answer.json()["id"]);
    let under_way = eventually("some progress", || {
        let trial = client.get_json(&path);
        assert_eq!(trial["state"], "running", "{trial}");
        Some(trial).filter(|trial| trial["progress"] != "0.0%")
    });
    assert!(under_way["comparison"].is_null(), "{under_way}");
    let refused = begin();
    assert_eq!((refused.status, refused.problem().as_str()), (409, "trial_running"));
    assert_eq!(client.ask("DELETE", &path, &[], Vec::new()).expect("an answer").status, 204);
    let ended =
        eventually("its end", || Some(client.get_json(&path)).filter(|trial| trial["state"] != "running"));
    assert_eq!((&ended["state"], &ended["comparison"]), (&json!("cancelled"), &Value::Null), "{ended}");
    assert_ne!(ended["progress"], "100.0%", "{ended}");
    // Nothing came of it, and the next one may begin.
    assert_eq!(client.get_json("/api/v1/rules"), before);
    let next = begin();
    assert_eq!(next.status, 202, "{}", next.text());
    let path = format!("/api/v1/rules/what-if/{}", next.json()["id"]);
    assert_eq!(client.ask("DELETE", &path, &[], Vec::new()).expect("an answer").status, 204);
}

#[test]
fn a_hangup_reads_the_files_again() {
    let home = Home::new();
    std::fs::write(home.path("rules.toml"), "run_min = 4\n").expect("a file");
    let mut config = std::fs::read_to_string(home.path("xiezhi.toml")).expect("the test's configuration");
    config.push_str("\n[rules]\nthresholds = \"rules.toml\"\n");
    std::fs::write(home.path("xiezhi.toml"), config).expect("a file");
    let (daemon, client) = home.start();
    client.accept(&ladder("E1"));
    std::fs::write(home.path("rules.toml"), "run_min = 3\n").expect("a file");
    let hangup = Command::new("kill").args(["-HUP", &daemon.id().to_string()]).status().expect("kill runs");
    assert!(hangup.success());
    ladders(&client, 1);
    assert_eq!(client.get_json("/api/v1/rules")["latest"]["reason"], "the configuration has changed");
}
