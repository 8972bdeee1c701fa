//! Does the journal prove itself? Heads signed and told, proofs that another program checks, and a tampered journal found, all on the
//! real binary.

use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sm3::Sm3;
use std::path::Path;
use xiezhi_tests::events::{announced, bid};
use xiezhi_tests::office::at;
use xiezhi_tests::{Client, Dice, Home, Ran, eventually, run};

/// What a journal may be hashed and signed with: the names of the configuration and of the heads.
const ALGORITHMS: [&str; 2] = ["sha256-ed25519", "sm3-sm2"];

/// A home whose journal is of an algorithm.
fn home_of(algorithm: &str) -> Home {
    let home = Home::new();
    let config = std::fs::read_to_string(home.path("xiezhi.toml")).expect("a configuration");
    home.write("xiezhi.toml", &format!("{config}[proof]\nalgorithm = \"{algorithm}\"\n"));
    home
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A client with a token of a role, made by the command.
fn with_role(home: &Home, client: &Client, role: &str) -> Client {
    let config = text(&home.path("xiezhi.toml"));
    let ran = run(&["token", "--config", &config, "add", role, "--role", role]).well();
    client.with_token(ran.out.trim())
}

fn post(client: &Client, path: &str) -> (u16, Value) {
    let answer = client.ask("POST", path, &[], Vec::new()).expect("an answer");
    (answer.status, answer.json())
}

/// Some sections with two bids each.
fn events(sections: std::ops::Range<u32>) -> Vec<Value> {
    let of = |number: u32| {
        let section = format!("P{number}");
        let of_bidder = |bidder: usize| bid(&section, bidder, json!({"price": 1_000_000 + number}));
        [announced(&section), of_bidder(0), of_bidder(1)]
    };
    sections.flat_map(of).collect()
}

/// `xiezhi verify` on a home, with other arguments.
fn verify(home: &Home, more: &[&str]) -> Ran {
    let data = text(&home.data());
    run(&[&["verify", "--json", "--data-dir", &data], more].concat())
}

fn report(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
}

fn bytes(hex: &Value) -> Vec<u8> {
    let hex = hex.as_str().expect("a text");
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect()
}

fn hash(algorithm: &str, parts: &[&[u8]]) -> Vec<u8> {
    let all = parts.concat();
    match algorithm {
        "sha256-ed25519" => Sha256::digest(all).to_vec(),
        "sm3-sm2" => Sm3::digest(all).to_vec(),
        other => panic!("{other}"),
    }
}

/// The root that an inclusion proof leads to, by the recursion of RFC 6962, 2.1.1, read backwards: no code of the daemon.
fn root_of(algorithm: &str, index: u64, size: u64, leaf: &[u8], path: &[Vec<u8>]) -> Vec<u8> {
    let Some((beside, inner)) = path.split_last() else { return leaf.to_vec() };
    let split = 1_u64 << (size - 1).ilog2();
    if index < split {
        hash(algorithm, &[&[1], &root_of(algorithm, index, split, leaf, inner), beside])
    } else {
        hash(algorithm, &[&[1], beside, &root_of(algorithm, index - split, size - split, leaf, inner)])
    }
}

/// The leaf of an entry from its columns, as `journal/record.rs` documents it.
fn leaf_of(algorithm: &str, home: &Home, seq: u64) -> Vec<u8> {
    let db = Connection::open(home.data().join("journal.db")).expect("the journal");
    let columns = "SELECT seq, commit_no, received_at, source, id, type, body FROM events WHERE seq = ?1";
    let record = db.query_row(columns, [seq.cast_signed()], |row| {
        let mut record = vec![1];
        (0..3).try_for_each(|at| row.get(at).map(|n: i64| record.extend(n.to_be_bytes())))?;
        let mut put = |part: &[u8]| {
            record.extend((part.len() as u32).to_be_bytes());
            record.extend(part);
        };
        (3..6).try_for_each(|at| row.get(at).map(|part: String| put(part.as_bytes())))?;
        put(&row.get::<_, Vec<u8>>(6)?);
        Ok(record)
    });
    hash(algorithm, &[&[0], &record.expect("the entry")])
}

#[test]
fn heads_and_proofs_hold_by_a_computation_of_our_own_and_by_the_command() {
    ALGORITHMS.into_iter().for_each(heads_and_proofs_hold);
}

fn heads_and_proofs_hold(algorithm: &str) {
    let home = home_of(algorithm);
    let (daemon, client) = home.start();
    client.accept(&events(0..7));
    let (status, first) = post(&client, "/api/v1/journal/heads");
    assert_eq!((status, &first["size"]), (201, &json!(21)), "{first}");
    assert_eq!(first["algorithm"], algorithm);
    assert_eq!(post(&client, "/api/v1/journal/heads"), (200, first.clone()), "nothing has come since");
    client.accept(&events(7..20));
    let (status, second) = post(&client, "/api/v1/journal/heads");
    assert_eq!((status, &second["size"]), (201, &json!(60)), "{second}");
    assert_eq!(client.get_json("/api/v1/journal/head"), second);

    for (seq, size, head) in [(1, 21, &first), (21, 21, &first), (22, 60, &second), (60, 60, &second)] {
        let answer = client.get_json(&format!("/api/v1/journal/proof/{seq}?size={size}"));
        let proof = &answer["proof"];
        let leaf = leaf_of(algorithm, &home, seq);
        assert_eq!(bytes(&proof["leaf"]), leaf);
        let path: Vec<Vec<u8>> = proof["path"].as_array().expect("a path").iter().map(bytes).collect();
        assert_eq!(
            root_of(algorithm, seq - 1, size, &leaf, &path),
            bytes(&head["root"]),
            "entry {seq} of {size}"
        );
        assert_eq!(answer["heads"], json!([head]));
        home.write("proof.json", &answer.to_string());
        check(&home, &format!("holds: entry {seq}, "));
        assert_eq!(offline(&home, &[&seq.to_string(), "--size", &size.to_string()]), answer);
    }
    let answer = client.get_json("/api/v1/journal/consistency?from=21&to=60");
    home.write("proof.json", &answer.to_string());
    check(&home, "holds: the first 21 entries stand unchanged at the beginning of the 60");
    assert_eq!(offline(&home, &["--from", "21"]), answer);

    let mut wrong = answer.clone();
    wrong["proof"]["path"][0] = json!("0".repeat(64));
    home.write("proof.json", &wrong.to_string());
    let ran = verify_proof(&home);
    assert!(ran.code == Some(1) && ran.err.contains("leads to another root"), "{ran:?}");
    let mut wrong = answer;
    wrong["heads"][0]["size"] = json!(22);
    home.write("proof.json", &wrong.to_string());
    let ran = verify_proof(&home);
    assert!(ran.code == Some(1) && ran.err.contains("was not signed with this key"), "{ran:?}");
    daemon.terminate();
}

fn verify_proof(home: &Home) -> Ran {
    run(&[
        "verify",
        "--proof",
        &text(&home.path("proof.json")),
        "--key",
        &text(&home.data().join("head.pub")),
    ])
}

fn check(home: &Home, expected: &str) {
    let ran = verify_proof(home).well();
    assert!(ran.out.starts_with(expected), "{}", ran.out);
}

/// What `xiezhi proof` prints, beside the running daemon.
fn offline(home: &Home, arguments: &[&str]) -> Value {
    let data = text(&home.data());
    let ran = run(&[&["proof", "--data-dir", &data], arguments].concat()).well();
    serde_json::from_str(&ran.out).expect("JSON")
}

#[test]
fn what_cannot_be_proved_is_a_problem_and_only_some_may_have_heads_signed() {
    let home = Home::new();
    let (_daemon, client) = home.start();
    client.accept(&events(0..3));
    assert_eq!(post(&client, "/api/v1/journal/heads").0, 201);
    for (path, status, code) in [
        ("/api/v1/journal/proof/0", 400, "out_of_range"),
        ("/api/v1/journal/proof/10", 400, "out_of_range"),
        ("/api/v1/journal/proof/1?size=10", 400, "out_of_range"),
        ("/api/v1/journal/proof/one", 400, "bad_path"),
        ("/api/v1/journal/proof/1?sise=3", 400, "bad_query"),
        ("/api/v1/journal/consistency?from=0&to=9", 400, "out_of_range"),
        ("/api/v1/journal/consistency?from=8&to=7", 400, "out_of_range"),
        ("/api/v1/journal/consistency", 400, "bad_query"),
    ] {
        let answer = client.get(path);
        assert_eq!((answer.status, answer.problem().as_str()), (status, code), "{path}: {}", answer.text());
    }
    let roles =
        [("coordinator", 200, 403), ("oversight", 200, 200), ("ingest", 403, 403), ("metrics", 403, 403)];
    for (role, reads, signs) in roles {
        let client = with_role(&home, &client, role);
        for path in ["head", "proof/1", "consistency?from=1"] {
            assert_eq!(client.get(&format!("/api/v1/journal/{path}")).status, reads, "{role} {path}");
        }
        assert_eq!(post(&client, "/api/v1/journal/heads").0, signs, "{role}");
    }
    let nobody = client.with_token("");
    assert_eq!(nobody.get("/api/v1/journal/head").status, 401);
}

#[test]
fn heads_are_signed_at_midnight_and_at_the_stop_and_stand_in_the_log() {
    ALGORITHMS.into_iter().for_each(heads_are_signed_in_time);
}

fn heads_are_signed_in_time(algorithm: &str) {
    let mut home = home_of(algorithm);
    home.write("clock", &at("2026-03-02T23:59").to_string());
    let clock = text(&home.path("clock"));
    home.set("XIEZHI_CLOCK_FILE", Some(&clock));
    let (daemon, client) = home.start();
    let head = |number: u64| {
        eventually(&format!("head {number}"), || {
            let answer = client.get("/api/v1/journal/head");
            (answer.status == 200).then(|| answer.json()).filter(|head| head["number"] == number)
        })
    };
    assert_eq!(head(1)["size"], 0, "the first start begins the record");
    client.accept(&events(0..2));
    home.write("clock", &at("2026-03-03T00:00").to_string());
    let midnight = head(2);
    assert_eq!((&midnight["size"], &midnight["time_us"]), (&json!(6), &json!(at("2026-03-03T00:00"))));
    client.accept(&events(2..3));
    let ended = daemon.terminate();
    assert!(ended.status.success(), "{}", ended.log);
    let printed = run(&["head", "--data-dir", &text(&home.data())]).well().out;
    let last: Value = serde_json::from_str(&printed).expect("JSON");
    assert_eq!((&last["number"], &last["size"]), (&json!(3), &json!(9)));

    // The log is a copy of the heads: taken from it, they vouch for the journal.
    let said = ended.log.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        Some(line["fields"]["head"].as_str()?.to_owned() + "\n")
    });
    let copies: String = said.collect();
    assert_eq!(copies, std::fs::read_to_string(home.data().join("heads.jsonl")).expect("the record"));
    home.write("kept.jsonl", &copies);
    let verified = report(&verify(&home, &["--heads", &text(&home.path("kept.jsonl"))]).well());
    assert_eq!((&verified["heads_elsewhere"], &verified["covered"]), (&json!(3), &json!(9)));

    let (daemon, client) = home.start();
    assert_eq!(client.get_json("/api/v1/journal/head"), last, "a restart on the same day signs nothing anew");
    daemon.terminate();
}

#[test]
fn a_tampered_journal_is_found_by_the_command_and_the_daemon_signs_no_more() {
    ALGORITHMS.into_iter().for_each(tampering_is_found);
}

fn tampering_is_found(algorithm: &str) {
    let seed = Dice::seed("XIEZHI_SEED");
    println!("XIEZHI_SEED={seed}");
    let mut dice = Dice::new(seed);
    let home = home_of(algorithm);
    let (daemon, client) = home.start();
    for day in 0..4 {
        client.accept(&events(day * 10..(day + 1) * 10));
        post(&client, "/api/v1/journal/heads");
    }
    assert_eq!(verify(&home, &[]).code, Some(0), "beside the running daemon");
    daemon.terminate();
    let whole = verify(&home, &[]).well();
    assert_eq!(report(&whole)["covered"], 120);

    let seq = dice.throw(1, 119);
    let database = Connection::open(home.data().join("journal.db")).expect("the journal");
    let past = |statement: &str| {
        let trigger = "CREATE TRIGGER events_no_update BEFORE UPDATE ON events
         BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END";
        database
            .execute_batch(&format!("DROP TRIGGER events_no_update; {statement}; {trigger}"))
            .expect("tampered");
    };
    past(&format!("UPDATE events SET received_at = received_at - 60000000 WHERE seq = {seq}"));
    let ran = verify(&home, &[]);
    let found = report(&ran);
    assert_eq!((ran.code, &found["whole"], &found["first_bad"]), (Some(1), &json!(false), &json!(seq)));
    assert_eq!(found["problems"][0]["code"], "entry_changed");
    let told = run(&["verify", "--data-dir", &text(&home.data())]);
    assert!(
        told.code == Some(1) && told.out.contains(&format!("the first entry concerned is {seq}")),
        "{told:?}"
    );

    // With the leaf hash changed too, only the signed heads know.
    let leaf: String = leaf_of(algorithm, &home, seq).iter().map(|byte| format!("{byte:02x}")).collect();
    past(&format!("UPDATE events SET leaf = x'{leaf}' WHERE seq = {seq}"));
    drop(database);
    let found = report(&verify(&home, &[]));
    let day = (seq - 1) / 30;
    assert_eq!(found["problems"][0]["code"], "root_differs");
    assert_eq!(found["problems"][0]["entries"], json!([day * 30 + 1, (day + 1) * 30]), "{found}");

    let (daemon, client) = home.start();
    let answer = client.ask("POST", "/api/v1/journal/heads", &[], Vec::new()).expect("an answer");
    assert_eq!((answer.status, answer.problem().as_str()), (409, "journal_not_whole"), "{}", answer.text());
    client.accept(&events(40..41));
    let ended = daemon.terminate();
    assert!(ended.status.success() && ended.log.contains("no more heads are signed"), "{}", ended.log);
    assert_eq!(report(&verify(&home, &[]))["problems"][0]["code"], "root_differs");
}
