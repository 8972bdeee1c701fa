//! Does an alert live its whole life? The real daemon with a duty list and receivers: told, acknowledged, escalated, silenced, closed,
//! handed over, withdrawn; by whom, and once.

use serde_json::{Value, json};
use std::process::Command;
use std::sync::{Arc, Barrier};
use xiezhi_tests::events::{bid, event, retracted};
use xiezhi_tests::office::{Office, act, alert_of, at, done, orange, red};
use xiezhi_tests::{Client, eventually, run};

/// A token of a role, made by the command.
fn token(office: &Office, client: &Client, name: &str, role: &[&str]) -> Client {
    let config = office.home.path("xiezhi.toml");
    let mut arguments = vec!["token", "--config", config.to_str().expect("a path"), "add", name, "--role"];
    arguments.extend(role);
    let ran = run(&arguments);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    client.with_token(ran.out.trim())
}

fn supervisor(office: &Office, client: &Client, name: &str, department: &str) -> Client {
    token(office, client, name, &["supervisor", "--department", department])
}

fn history(client: &Client, alert: &Value) -> Vec<(String, String)> {
    let path = format!("/api/v1/alerts/{}/history", alert["id"].as_str().expect("an id"));
    let text = |line: &Value, field: &str| line[field].as_str().unwrap_or_default().to_owned();
    client.list(&path, 100).iter().map(|line| (text(line, "what"), text(line, "by"))).collect()
}

#[test]
fn the_liaison_is_told_and_only_the_department_acts_on_what_it_has_seen() {
    let office = Office::at("2026-02-09T15:00");
    let (daemon, client) = office.open();
    client.accept(&red("E1"));
    office.wait_told("zjj-liaison", &["created"]);
    office.wait_told("discipline", &["created"]);
    let told = &office.told("zjj-liaison")[0];
    let shown = told["brief"].as_str().expect("a text");
    for part in
        ["红色", "某道路工程", "责任单位 市住建局(权责清单 3.2 工程建设)", "请于 2026-02-09 17:00 前签收"]
    {
        assert!(shown.contains(part), "{part} is not in {shown}");
    }
    let alert = alert_of(&client, "E1");
    assert_eq!(alert["charge"]["department"], "zjj");
    assert_eq!(told["link"], format!("https://jg.example/alerts/{}", alert["id"].as_str().expect("an id")));

    let (wang, water) =
        (supervisor(&office, &client, "王", "zjj"), supervisor(&office, &client, "水", "swj"));
    let oversight = token(&office, &client, "纪委", &["oversight"]);
    assert_eq!(act(&water, &alert, "acknowledge", &json!({})).problem(), "forbidden");
    assert_eq!(act(&oversight, &alert, "acknowledge", &json!({})).problem(), "forbidden");
    assert_eq!(oversight.get("/api/v1/alerts").status, 200);
    assert_eq!(oversight.get("/metrics").problem(), "forbidden");
    let system = token(&office, &client, "交易系统", &["ingest"]);
    let deed = event("d1", "alert.acknowledged", json!({"alert": alert["id"], "actor": "王"}));
    let forged = system.try_post("application/json", deed.to_string()).expect("an answer");
    assert_eq!(forged.problem(), "forbidden", "who reports events does not act for supervisors");
    assert_eq!(system.post(&red("E2"))["accepted"], 4);
    let path = format!("/api/v1/alerts/{}/acknowledge", alert["id"].as_str().expect("an id"));
    let without = wang.ask("POST", &path, &[], Vec::new()).expect("an answer");
    assert_eq!((without.status, without.problem().as_str()), (428, "if_match_required"));
    assert_eq!(act(&wang, &alert, "close", &json!({"outcome": "penalised"})).problem(), "does_not_fit");

    let acknowledged = done(&wang, &alert, "acknowledge", &json!({}));
    assert_eq!(
        (&acknowledged["state"], &acknowledged["handling"]["acknowledged"]["by"]),
        (&json!("acknowledged"), &json!("王"))
    );
    assert_eq!(
        acknowledged["charge"]["due_at"], "2026-02-14T17:30:00+08:00",
        "five working days: the Saturday is worked"
    );
    assert_eq!(act(&wang, &alert, "acknowledge", &json!({})).problem(), "superseded", "what was seen is old");
    assert_eq!(act(&wang, &acknowledged, "return", &json!({})).problem(), "bad_action", "why is not said");
    let wanted = [("created", ""), ("acknowledged", "王")].map(|(what, by)| (what.to_owned(), by.to_owned()));
    assert_eq!(history(&client, &alert), wanted);
    office.wait_told("zjj-liaison", &["created", "created"]);
    assert!(!daemon.log().contains('王'), "who acted stands in the journal, not in the log");
}

#[test]
fn of_two_supervisors_exactly_one_wins() {
    let office = Office::at("2026-02-09T15:00");
    let (_daemon, client) = office.open();
    client.accept(&red("E1"));
    let alert = alert_of(&client, "E1");
    let barrier = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (client, alert, barrier) = (client.clone(), alert.clone(), barrier.clone());
            std::thread::spawn(move || {
                barrier.wait();
                act(&client, &alert, "assign", &json!({"to": "李"})).status
            })
        })
        .collect();
    let mut statuses: Vec<u16> =
        threads.into_iter().map(|thread| thread.join().expect("an answer")).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}

#[test]
fn if_nobody_acts_it_goes_up_the_ladder_each_step_once_over_restarts() {
    let office = Office::at("2026-02-09T15:00");
    let (daemon, client) = office.open();
    client.accept(&red("E1"));
    office.wait_told("zjj-liaison", &["created"]);
    office.set_clock(at("2026-02-09T16:00"));
    office.wait_told("zjj-liaison", &["created", "reminded"]);
    daemon.terminate();
    office.set_clock(at("2026-02-09T16:30"));
    let (daemon, _client) = office.open();
    office.wait_told("zjj-liaison", &["created", "reminded", "reminded"]);
    assert!(office.kinds("zjj-leader").is_empty());
    office.set_clock(at("2026-02-09T17:00"));
    office.wait_told("zjj-leader", &["escalated"]);
    let text = office.told("zjj-leader")[0]["brief"].as_str().expect("a text").to_owned();
    assert!(text.contains("已提醒 2 次(2026-02-09 16:00、2026-02-09 16:30)"), "{text}");
    daemon.kill();
    // The office is told after two more working hours, and overdue a working day later: both fall into an outage, and are told as one.
    office.set_clock(at("2026-02-12T09:00"));
    let (_daemon, client) = office.open();
    office.wait_told("office-liaison", &["overdue"]);
    office.wait_told("zjj-leader", &["escalated", "overdue"]);
    let overdue = client.list("/api/v1/alerts?overdue=true", 10);
    assert_eq!(overdue.len(), 1);
    // Of this alert; that the section was not opened meanwhile is another.
    let told = office.told("zjj-liaison");
    let types: Vec<&Value> =
        told.iter().filter(|told| told["alert"] == overdue[0]["id"]).map(|told| &told["type"]).collect();
    assert_eq!(types, ["alert.created", "alert.reminded", "alert.reminded"]);
}

#[test]
fn a_silence_hides_for_a_while_and_what_it_hid_is_told_afterwards() {
    let office = Office::at("2026-02-09T15:00");
    let (_daemon, client) = office.open();
    client.accept(&orange("E1"));
    office.wait_told("zjj-liaison", &["created"]);
    let post = |body: Value| {
        client.ask("POST", "/api/v1/silences", &[], body.to_string().into_bytes()).expect("an answer")
    };
    let preview = post(json!({"matcher": {"level": "orange", "department": "zjj"}, "preview": true}));
    assert_eq!((preview.status, &preview.json()["pending"]), (200, &json!(1)));
    assert_eq!(
        post(json!({"matcher": {"level": "red"}, "reason": "r", "until": "2026-02-10T00:00:00+08:00"}))
            .problem(),
        "bad_silence"
    );
    let begun = post(json!({
        "matcher": {"level": "orange", "department": "zjj"}, "reason": "系统切换", "until": "2026-02-09T17:00:00+08:00",
    }));
    assert_eq!(begun.status, 201, "{}", begun.text());
    let id = begun.json()["id"].as_str().expect("an id").to_owned();
    client.accept(&orange("E2"));
    client.accept(&red("E3"));
    let hidden = alert_of(&client, "E2");
    assert_eq!(hidden["charge"]["silenced_by"], id.as_str());
    office.wait_told("zjj-liaison", &["created", "created"]);
    assert_eq!(office.told("zjj-liaison")[1]["section"], "E3", "it hides no red alert");
    let shown = client.get_json(&format!("/api/v1/silences/{id}"));
    assert_eq!(shown["hid"].as_array().map(Vec::len), Some(1));
    // An hour before its end somebody is told so; at its end what it hid is told.
    office.set_clock(at("2026-02-09T16:01"));
    eventually("told that the silence ends", || {
        office.kinds("zjj-liaison").contains(&"silence_ending".to_owned()).then_some(())
    });
    office.set_clock(at("2026-02-09T17:00"));
    eventually("what was hidden is told", || {
        let told = office.told("zjj-liaison");
        told.iter().any(|told| told["section"] == "E2" && told["type"] == "alert.created").then_some(())
    });
}

#[test]
fn what_was_handed_over_stays_as_it_was_handed_and_counts_for_its_rules() {
    let office = Office::at("2026-02-09T15:00");
    let (daemon, client) = office.open();
    let events = red("E1");
    client.accept(&events);
    let alert = alert_of(&client, "E1");
    let alert = done(&client, &alert, "acknowledge", &json!({}));
    let closed =
        done(&client, &alert, "close", &json!({"outcome": "referred_discipline", "note": "移送材料 3 份"}));
    assert_eq!(
        (&closed["state"], &closed["handling"]["closed"]["outcome_zh"]),
        (&json!("closed"), &json!("移送纪检监察"))
    );
    office.wait_told("discipline", &["created", "closed"]);
    assert_eq!(client.get_json("/api/v1/rules/PER-02")["verdicts"]["substantiated"], 1);
    let withdrawn = |client: &Client| {
        eventually("the withdrawal is shown on it", || {
            let alert = client.get_json(&format!("/api/v1/alerts/{}", closed["id"].as_str().expect("an id")));
            (!alert["handling"]["withdrawn_at"].is_null()).then_some(alert)
        })
    };
    client.accept(&[retracted(&events[3])]);
    let after = withdrawn(&client);
    assert_eq!(after["state"], "closed");
    assert_eq!(after["handling"]["handed"]["facts"][0]["rule"], "PER-02", "as it was handed");
    office.wait_told("discipline", &["created", "closed", "withdrawn"]);
    daemon.terminate();
    let (_daemon, client) = office.open();
    assert_eq!(withdrawn(&client), after, "the same after a restart");
    // New facts on a closed alert open it again.
    let agent = json!({"agent": {"id": "测试证件-新", "name": "人员李"}});
    let more: Vec<Value> = [(0, agent.clone()), (1, agent)].map(|(n, agent)| bid("E1", n, agent)).to_vec();
    client.accept(&more);
    office.wait_told("zjj-liaison", &["created", "withdrawn", "reopened"]);
}

#[test]
fn a_department_that_is_not_in_charge_sends_it_back_and_the_office_transfers_it() {
    let office = Office::at("2026-02-09T15:00");
    let (_daemon, client) = office.open();
    client.accept(&red("E1"));
    let wang = supervisor(&office, &client, "王", "zjj");
    let coordinator = token(&office, &client, "办", &["coordinator"]);
    let alert = done(&wang, &alert_of(&client, "E1"), "return", &json!({"note": "属水务工程"}));
    assert_eq!(
        (&alert["charge"]["department"], &alert["charge"]["sent_back"]),
        (&json!("office"), &json!(1))
    );
    office.wait_told("office-liaison", &["returned"]);
    assert_eq!(act(&wang, &alert, "acknowledge", &json!({})).problem(), "forbidden", "it is theirs no more");
    assert_eq!(act(&coordinator, &alert, "transfer", &json!({"to": "nobody"})).problem(), "does_not_fit");
    let alert = done(&coordinator, &alert, "transfer", &json!({"to": "swj"}));
    assert_eq!((&alert["state"], &alert["charge"]["department"]), (&json!("open"), &json!("swj")));
    office.wait_told("office-liaison", &["returned", "transferred"]);
}

#[test]
fn a_rise_is_told_with_what_is_new_and_asks_for_a_new_acknowledgement() {
    let office = Office::at("2026-02-09T15:00");
    let (_daemon, client) = office.open();
    client.accept(&orange("E1"));
    office.wait_told("zjj-liaison", &["created"]);
    let alert = done(&client, &alert_of(&client, "E1"), "acknowledge", &json!({}));
    assert_eq!(alert["state"], "acknowledged");
    let agent = json!({"agent": {"id": "测试证件-E1", "name": "人员张"}});
    client.accept(&[bid("E1", 2, agent.clone()), bid("E1", 3, agent)]);
    office.wait_told("zjj-liaison", &["created", "raised"]);
    let brief = office.told("zjj-liaison")[1]["brief"].as_str().expect("a text").to_owned();
    assert!(brief.starts_with("升级:🟠 橙色 → 🔴 红色"), "{brief}");
    assert!(brief.contains("委托同一人") && !brief.contains("加密锁"), "only what is new: {brief}");
    // Discipline inspection gets red alerts only: it hears of this one for the first time, and of all of it.
    office.wait_told("discipline", &["raised"]);
    let raised = alert_of(&client, "E1");
    assert_eq!((&raised["state"], &raised["level"]), (&json!("open"), &json!("red")));
}

#[test]
fn what_is_corrected_is_withdrawn_and_whoever_was_told_is_told_so() {
    let office = Office::at("2026-02-09T15:00");
    let (_daemon, client) = office.open();
    let events = red("E1");
    client.accept(&events);
    for channel in ["zjj-liaison", "discipline"] {
        office.wait_told(channel, &["created"]);
    }
    client.accept(&[retracted(&events[3])]);
    for channel in ["zjj-liaison", "discipline"] {
        office.wait_told(channel, &["created", "withdrawn"]);
        assert_eq!(office.told(channel)[1]["open"], false);
    }
    // Nothing is owed any more: nobody is reminded, hours after the time to acknowledge (and before the opening, whose
    // absence would be an alert of its own).
    office.set_clock(at("2026-02-10T08:50"));
    client.accept(&orange("E2"));
    office.wait_told("zjj-liaison", &["created", "withdrawn", "created"]);
    assert_eq!(act(&client, &alert_of(&client, "E1"), "acknowledge", &json!({})).problem(), "does_not_fit");
}

#[test]
fn another_edition_of_the_duty_list_routes_what_comes_then_and_is_on_record() {
    let office = Office::at("2026-02-09T15:00");
    let (daemon, client) = office.open();
    client.accept(&red("E1"));
    office.wait_told("zjj-liaison", &["created"]);
    let list = std::fs::read_to_string(office.home.path("duties.toml")).expect("the duty list");
    let item = "item = \"3.2\"\nname = \"工程建设\"\ntrade = [\"01\"]\ndepartment = ";
    let changed = list.replace(&format!("{item}\"zjj\""), &format!("{item}\"swj\""));
    assert_ne!(changed, list);
    office.home.write("duties.toml", &changed);
    let hangup = Command::new("kill").args(["-HUP", &daemon.id().to_string()]).status().expect("kill runs");
    assert!(hangup.success());
    eventually("the new edition is in force", || {
        (client.get_json("/api/v1/duties")["edition"] == 2).then_some(())
    });
    client.accept(&red("E2"));
    let second = alert_of(&client, "E2");
    assert_eq!(
        (&second["charge"]["department"], &second["charge"]["duty_edition"]),
        (&json!("swj"), &json!(2))
    );
    let first = alert_of(&client, "E1");
    assert_eq!(
        (&first["charge"]["department"], &first["charge"]["duty_edition"]),
        (&json!("zjj"), &json!(1))
    );
    assert_eq!(client.list("/api/v1/alerts?department=swj", 10).len(), 1);
    let record = std::fs::read_to_string(office.home.data().join("duties.jsonl")).expect("the record");
    assert_eq!(record.lines().count(), 2);
}
