//! Can an auditor check heads and entries with nothing but `openssl`? The lines of `docs/auditing.md`, run on what the real binary signed. And: is the
//! algorithm of a data directory fixed at its first start?

use rusqlite::Connection;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use xiezhi_tests::events::{announced, one_lock};
use xiezhi_tests::tools::{ran, tool, top};
use xiezhi_tests::{Client, Home, Ran, run};

/// Each algorithm, and how its public keys begin.
const ALGORITHMS: [(&str, &str); 2] = [("sha256-ed25519", "ed25519:"), ("sm3-sm2", "sm2:")];

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Writes a configuration that names an algorithm, or none.
fn configure(home: &Home, algorithm: Option<&str>) {
    let proof = algorithm.map_or(String::new(), |name| format!("[proof]\nalgorithm = \"{name}\"\n"));
    let engine = "[engine]\nworkers = 1\n";
    home.write("xiezhi.toml", &format!("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n{engine}{proof}"));
}

/// The blocks of a language on the page for auditors, in order.
fn blocks(language: &str) -> Vec<String> {
    let page = std::fs::read_to_string(top().join("docs/auditing.md")).expect("the page");
    let all = page.split("```").skip(1).step_by(2);
    all.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n').map(str::to_owned)).collect()
}

/// Runs lines of a shell in a home; they need `openssl` and `xxd`.
fn shell(home: &Home, lines: &str) -> Ran {
    tool("openssl", "openssl");
    tool("xxd", "xxd");
    ran(Command::new("bash").args(["-euo", "pipefail", "-c", lines]).current_dir(home.path(".")))
}

/// The first word of the output of `openssl dgst -r`.
fn digest(home: &Home, lines: &str) -> String {
    let ran = shell(home, lines).well();
    ran.out.split_whitespace().next().expect("a hash").to_owned()
}

fn sign(client: &Client) -> Value {
    let answer = client.ask("POST", "/api/v1/journal/heads", &[], Vec::new()).expect("an answer");
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

/// A home of an algorithm with two heads and some entries, and what the auditor has of it.
fn audited(algorithm: &str) -> (Home, Value) {
    let home = Home::new();
    configure(&home, Some(algorithm));
    let (daemon, client) = home.start();
    client.accept(&one_lock("E1"));
    sign(&client);
    client.accept(&[announced("E2")]);
    let head = sign(&client);
    assert_eq!(client.get_json("/api/v1/journal/head"), head);
    daemon.terminate();
    let printed = run(&["head", "--data-dir", &text(&home.data())]).well();
    home.write("head.json", &printed.out);
    for name in ["head.pub", "heads.jsonl"] {
        std::fs::copy(home.data().join(name), home.path(name)).expect("a copy");
    }
    (home, head)
}

#[test]
fn a_head_is_checked_by_the_lines_of_the_page_and_a_changed_one_refused() {
    let lines = blocks("sh");
    for (algorithm, prefix) in ALGORITHMS {
        let (home, head) = audited(algorithm);
        assert_eq!(head["algorithm"], algorithm);
        let key = std::fs::read_to_string(home.path("head.pub")).expect("a key");
        assert!(key.starts_with(prefix), "{key}");
        let of_algorithm =
            lines.iter().find(|lines| lines.contains(&format!("^{prefix}"))).expect("on the page");
        let check = format!("{}{of_algorithm}", lines[0]);
        let checked = shell(&home, &check).well();
        assert!(checked.out.contains("Signature Verified Successfully"), "{checked:?}");
        let whole = std::fs::read_to_string(home.path("head.json")).expect("a head");
        for (field, changed) in
            [("\"size\":", "\"size\":1"), ("\"root\":\"", "\"root\":\"00"), ("\"time_us\":", "\"time_us\":1")]
        {
            home.write("head.json", &whole.replacen(field, changed, 1));
            let refused = shell(&home, &check);
            assert!(refused.code != Some(0) && !refused.out.contains("Successfully"), "{field} {refused:?}");
        }
    }
}

#[test]
fn lines_of_heads_and_entries_have_the_hashes_that_openssl_computes() {
    let (sh, sql) = (blocks("sh"), blocks("sql"));
    for (algorithm, _) in ALGORITHMS {
        let (home, head) = audited(algorithm);
        let with = |lines: &str| match algorithm {
            "sm3-sm2" => lines.to_owned(),
            _ => lines.replace("-sm3", "-sha256"),
        };
        let of_line = sh.iter().find(|lines| lines.contains("heads.jsonl")).expect("on the page");
        let heads = std::fs::read_to_string(home.path("heads.jsonl")).expect("the record");
        let second: Value = serde_json::from_str(heads.lines().nth(1).expect("a second head")).expect("JSON");
        assert_eq!(digest(&home, &with(of_line)), second["previous"]);
        let of_entry = sh.iter().find(|lines| lines.contains("entry.hex")).expect("on the page");
        let journal = Connection::open(home.data().join("journal.db")).expect("the journal");
        for seq in 1..=head["size"].as_u64().expect("a size") {
            let hex: String =
                journal.query_row(&sql[0], [seq.cast_signed()], |row| row.get(0)).expect("the entry");
            home.write("entry.hex", &hex);
            let proof = run(&["proof", "--data-dir", &text(&home.data()), &seq.to_string()]).well();
            let proof: Value = serde_json::from_str(&proof.out).expect("JSON");
            assert_eq!(digest(&home, &with(of_entry)), proof["proof"]["leaf"], "entry {seq}");
        }
    }
}

#[test]
fn a_data_directory_keeps_its_algorithm_and_a_configuration_that_names_another_is_refused() {
    for (at, (algorithm, _)) in ALGORITHMS.into_iter().enumerate() {
        let (home, head) = audited(algorithm);
        let (other, _) = ALGORITHMS[1 - at];
        configure(&home, Some(other));
        let before = std::fs::read(home.data().join("journal.db")).expect("the journal");
        let ended = home.spawn().ended();
        assert_eq!(ended.status.code(), Some(64), "as of every wrong configuration: {}", ended.log);
        let (is, remedy) =
            (format!("proof.algorithm is \"{other}\""), format!("Set proof.algorithm = \"{algorithm}\""));
        assert!(ended.log.contains(&is) && ended.log.contains(&remedy), "{}", ended.log);
        assert_eq!(std::fs::read(home.data().join("journal.db")).expect("the journal"), before);
        // Left out, it is what the journal has.
        configure(&home, None);
        let (daemon, client) = home.start();
        assert_eq!(client.get_json("/api/v1/journal/head"), head);
        client.accept(&[announced("E3")]);
        assert_eq!(sign(&client)["algorithm"], algorithm);
        daemon.terminate();
        run(&["verify", "--data-dir", &text(&home.data())]).well();
    }
}

#[test]
fn a_copy_of_a_directory_of_sm3_comes_back_and_goes_on() {
    let (home, _) = audited("sm3-sm2");
    let copy = text(&home.path("copy"));
    run(&["backup", "--data-dir", &text(&home.data()), "--to", &copy]).well();
    let kept = ["--heads", &text(&home.path("heads.jsonl")), "--key", &text(&home.path("head.pub"))];
    run(&[&["verify", "--data-dir", &copy], &kept[..]].concat()).well();
    let other = Home::new();
    configure(&other, Some("sm3-sm2"));
    let keys = text(&home.data());
    run(&["restore", "--from", &copy, "--data-dir", &text(&other.data()), "--keys", &keys]).well();
    let (daemon, client) = other.start();
    client.accept(&[announced("AFTER")]);
    let head = sign(&client);
    assert_eq!((&head["algorithm"], head["number"].as_u64()), (&Value::from("sm3-sm2"), Some(4)), "{head}");
    daemon.terminate();
    run(&[&["verify", "--data-dir", &text(&other.data())], &kept[..]].concat()).well();
}
