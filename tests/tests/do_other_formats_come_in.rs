//! Do other systems' formats come in? Rows of the national standard and OCDS releases, as files and over HTTP, and alerts
//! out as rows.

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use xiezhi_tests::{Home, Ran, eventually, run};

/// The cases of rows: name, rows, what is expected.
fn cases() -> Vec<(String, String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/ggzy");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("the cases").map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ndjson"));
    paths.sort();
    let read = |path: PathBuf| {
        let rows = std::fs::read_to_string(&path).expect("rows");
        let expected =
            std::fs::read_to_string(path.with_extension("expected.json")).expect("what is expected");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, rows, serde_json::from_str(&expected).expect("JSON"))
    };
    let cases: Vec<_> = paths.into_iter().map(read).collect();
    assert!(!cases.is_empty());
    cases
}

/// What of findings is compared, of the rules that are.
fn compared(findings: &[Value], rules: &Value) -> BTreeSet<String> {
    let rules = rules.as_array().expect("rules");
    let of = |finding: &&Value| rules.contains(&finding["rule"]);
    let name = |f: &Value| format!("{} {} {}", f["rule"], f["section"], f["parties"]);
    findings.iter().filter(of).map(name).collect()
}

/// Runs `replay` over bytes; gives what it said and its findings.
fn replayed(format: &str, bytes: &[u8], more: &[&str]) -> (Ran, Vec<Value>) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (input, findings) = (path("rows"), path("findings"));
    std::fs::write(&input, bytes).expect("a file of the test");
    let ran = run(&[&["replay", "--format", format, &input, "--findings", &findings], more].concat());
    let text = std::fs::read_to_string(&findings).unwrap_or_default();
    (ran, text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect())
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).expect("memory can be written");
    packer.finish().expect("memory can be written")
}

#[test]
fn rows_give_exactly_their_findings_in_any_order_plain_or_packed() {
    for (name, rows, case) in cases() {
        let now = case["now"].as_str().expect("a now");
        let expected = compared(case["expect"].as_array().expect("expect"), &case["rules"]);
        let backward: Vec<&str> = rows.lines().rev().collect();
        let twice = format!("{rows}\n{rows}");
        for (how, bytes) in [
            ("plain", rows.clone().into_bytes()),
            ("packed", packed(rows.as_bytes())),
            ("backward", backward.join("\n").into_bytes()),
            ("twice", twice.into_bytes()),
        ] {
            let (ran, findings) = replayed("ggzy", &bytes, &["--now", now]);
            let ran = ran.well();
            assert_eq!(compared(&findings, &case["rules"]), expected, "{name}, {how}: {}", ran.err);
            let told = ran.err.matches("not understood: table GY_UNKNOWN_TABLE: ").count();
            assert_eq!(told, 1, "{name}, {how}: {}", ran.err);
            assert!(
                ran.err.contains(" 0 in conflict, 0 refused, 1 kind not understood"),
                "{how}: {}",
                ran.err
            );
        }
    }
}

#[test]
fn what_is_not_understood_matters_under_strict() {
    let (_, rows, case) = cases().remove(0);
    let now = case["now"].as_str().expect("a now");
    let (ran, _) = replayed("ggzy", rows.as_bytes(), &["--now", now, "--strict"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    let known: Vec<&str> = rows.lines().filter(|row| !row.contains("GY_UNKNOWN_TABLE")).collect();
    replayed("ggzy", known.join("\n").as_bytes(), &["--now", now, "--strict"]).0.well();
    let bad = format!("{}\n{{\"table\": \"GY_SECTION\", \"row\": {{}}}}\n", known.join("\n"));
    let (ran, findings) = replayed("ggzy", bad.as_bytes(), &["--now", now, "--strict"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("GY_SECTION.DATA_KEY: is missing; give the row's key"), "{}", ran.err);
    assert!(!findings.is_empty(), "a bad row costs itself only");
}

#[test]
fn a_corrected_row_takes_back_what_rested_on_the_one_before() {
    let (_, rows, case) = cases().remove(0);
    let now = case["now"].as_str().expect("a now");
    let wrong = rows.lines().find(|row| row.contains("BFEBFBFF00000090")).expect("a row with a device");
    let right = wrong
        .replace("BFEBFBFF00000090", "BFEBFBFF0000AAAA")
        .replace("WD-000090", "WD-00AAAA")
        .replace("3C-52-82-00-90-01", "3C-52-82-00-AA-01")
        .replace(
            "\"DATA_TIMESTAMP\": \"2026-02-10 10:00:00\"",
            "\"DATA_TIMESTAMP\": \"2026-02-11 10:00:00\"",
        );
    for rows in [format!("{rows}\n{right}"), format!("{right}\n{rows}")] {
        let (ran, findings) = replayed("ggzy", rows.as_bytes(), &["--now", now]);
        ran.well();
        let rules: BTreeSet<&str> = findings.iter().filter_map(|finding| finding["rule"].as_str()).collect();
        assert!(
            !rules.contains("DEV-01") && !rules.contains("DEV-06") && rules.contains("MON-01"),
            "{rules:?}"
        );
    }
}

#[test]
fn rows_come_in_over_http_with_what_was_not_understood() {
    let (_, rows, case) = cases().remove(0);
    let home = Home::new();
    let (daemon, client) = home.start();
    let answer = client.try_post("application/vnd.ggzy+x-ndjson", rows.clone()).expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
    let first = answer.json();
    assert_eq!((&first["duplicate"], &first["quarantined"]), (&json!(0), &json!([])), "{first}");
    let odd = json!([{"kind": "table", "name": "GY_UNKNOWN_TABLE", "count": 1, "first": "row:20"}]);
    assert_eq!(first["not_understood"], odd);
    // As an array, with a row that is none: the rest is the same as before, and it is named by its place.
    let mut array: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).expect("JSON")).collect();
    array.insert(1, json!({"table": "GY_SECTION", "row": {"DATA_KEY": "x"}}));
    let body = serde_json::to_vec(&array).expect("JSON");
    let again = client.try_post("application/vnd.ggzy+json", body).expect("an answer").json();
    assert_eq!((&again["accepted"], &again["duplicate"]), (&json!(0), &first["accepted"]), "{again}");
    assert_eq!(again["quarantined"][0]["index"], 1);
    assert_eq!(again["quarantined"].as_array().map(Vec::len), Some(1));
    let expected = compared(case["expect"].as_array().expect("expect"), &case["rules"]);
    eventually("the findings", || {
        let findings = client.list("/api/v1/findings", 100);
        (compared(&findings, &case["rules"]) == expected).then_some(())
    });
    let refused = client.try_post("application/vnd.other+json", "{}").expect("an answer");
    assert_eq!(refused.status, 415);
    assert!(refused.text().contains("application/vnd.ggzy+json"), "{}", refused.text());
    let plain = client.post(&[]);
    assert_eq!(
        plain,
        json!({"accepted": 0, "duplicate": 0, "quarantined": []}),
        "events are answered as before"
    );
    no_identity_number_is_kept(&home);
    drop(daemon);
}

/// Identity numbers of the case, which are texts with a mark, stand in no file of the daemon.
fn no_identity_number_is_kept(home: &Home) {
    for (name, bytes) in home.files() {
        let found = bytes.windows("测试证件-".len()).any(|window| window == "测试证件-".as_bytes());
        assert!(!found, "{name} holds an identity number");
    }
}

#[test]
fn releases_come_in_over_http() {
    let release = json!({"ocid": "ocds-x-1", "id": "r", "date": "2026-02-20T00:00:00Z", "tag": ["compiled"],
        "tender": {"title": "Road", "procurementMethod": "open", "colour": "red"}, "buyer": {"id": "T", "name": "Town"},
        "bids": {"details": [{"id": "1", "tenderers": [{"id": "F"}], "value": {"amount": 10, "currency": "DOP"}},
                             {"id": "2", "tenderers": [{"id": "G"}], "value": {"amount": 10, "currency": "DOP"}}]}});
    let home = Home::new();
    let (daemon, client) = home.start();
    let answer = client.try_post("application/vnd.ocds+json", release.to_string()).expect("an answer");
    assert_eq!(answer.status, 202, "{}", answer.text());
    assert_eq!(answer.json()["not_understood"][0]["name"], "tender.colour");
    let finding =
        eventually("equal prices", || client.list("/api/v1/findings?rule=PRI-01", 100).into_iter().next());
    assert_eq!((&finding["section"], &finding["parties"]), (&json!("OCDS-X-1"), &json!(["F", "G"])));
    drop(daemon);
}

#[test]
fn files_are_imported_and_a_second_time_changes_nothing() {
    let (_, rows, case) = cases().remove(0);
    let home = Home::new();
    let (mut daemon, client) = home.start();
    let to = format!("http://{}", daemon.address().expect("an address"));
    let token = home.data().join("admin.token").to_string_lossy().into_owned();
    let file = home.path("rows.ndjson.gz").to_string_lossy().into_owned();
    std::fs::write(&file, packed(rows.as_bytes())).expect("a file of the test");
    let import =
        |more: &[&str]| run(&[&["import", "--to", &to, "--token", &token, "--batch", "7"], more].concat());
    let first = import(&["--format", "ggzy", &file]).well();
    assert!(first.err.contains("not understood: table GY_UNKNOWN_TABLE: 1 times"), "{}", first.err);
    let accepted = first.out.split(' ').next().expect("a count").to_owned();
    let again = import(&["--format", "ggzy", &file]).well();
    assert!(again.out.contains(&format!("0 events accepted, {accepted} duplicate")), "{}", again.out);
    let expected = compared(case["expect"].as_array().expect("expect"), &case["rules"]);
    eventually("the findings", || {
        let findings = client.list("/api/v1/findings", 100);
        (compared(&findings, &case["rules"]) == expected).then_some(())
    });

    let event = json!({"specversion": "1.0", "source": "s", "id": "1", "time": "2026-02-09T10:00:00+08:00",
        "type": "section.announced", "data": {"section": "E9", "project": "P9"}});
    let mixed = home.path("events.ndjson").to_string_lossy().into_owned();
    std::fs::write(&mixed, format!("{event}\nrubbish\n{{\"id\": \"2\"}}\n")).expect("a file of the test");
    let ran = import(&["--strict", &mixed]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.out.contains("1 event accepted, 0 duplicate, 2 quarantined"), "{}", ran.out);
    assert!(ran.err.contains(&format!("{mixed}:2: quarantined (malformed_json): ")), "{}", ran.err);
    assert!(ran.err.contains(&format!("{mixed}:3: quarantined (missing): ")), "{}", ran.err);

    let wrong = home.path("wrong.token").to_string_lossy().into_owned();
    home.write("wrong.token", "not-a-token");
    run_chmod(&wrong);
    let ran = run(&["import", "--to", &to, "--token", &wrong, &mixed]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("HTTP 401") && ran.err.contains("--token"), "{}", ran.err);
    drop(daemon);
}

fn run_chmod(path: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("a file of the test");
}

#[test]
fn alerts_go_out_as_rows_of_the_standard() {
    let (_, rows, _) = cases().remove(0);
    let home = Home::new();
    let (daemon, client) = home.start();
    client.try_post("application/vnd.ggzy+x-ndjson", rows).expect("an answer");
    let path = "/api/v1/export?table=PROJECT_ALERTING_INFO&platform=460100PT01";
    let rows = eventually("rows of alerts", || Some(client.list(path, 100)).filter(|rows| rows.len() >= 4));
    for row in &rows {
        assert_eq!(
            (&row["table"], &row["row"]["BID_SECTION_CODE"]),
            (&json!("PROJECT_ALERTING_INFO"), &json!("E4601000001000777001"))
        );
        assert_eq!(
            (&row["row"]["HANDLED"], &row["row"]["PLATFORM_CODE"]),
            (&json!("0"), &json!("460100PT01"))
        );
        assert_eq!(row["row"]["TENDER_PROJECT_CODE"], "E4601000001000777");
    }
    let bodies: BTreeSet<&str> = rows.iter().filter_map(|row| row["row"]["BODY_CODE"].as_str()).collect();
    assert!(bodies.contains("91990000MAXQQUL2X4"), "{bodies:?}");
    assert_eq!(client.get("/api/v1/export?table=GY_SECTION").problem(), "bad_query");
    drop(daemon);
}

fn unpacked(path: &Path) -> Option<Vec<u8>> {
    let Ok(file) = std::fs::File::open(path) else {
        println!("skipped: there is no {}", path.display());
        return None;
    };
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).expect("a packed file");
    Some(bytes)
}

/// The open tool Cardinal told of the same file what it found; where an indicator of it is one of ours, the two agree.
#[test]
fn real_releases_give_the_same_as_another_tool_where_the_indicator_is_the_same() {
    let shared = std::env::var_os("XIEZHI_SHARED").map(PathBuf::from);
    let data =
        shared.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared")).join("data");
    let releases = data.join("ocds-dominican-10000.jsonl.gz");
    let Some(told) = unpacked(&data.join("ocds-dominican-10000.cardinal.json.gz")) else { return };
    let folder = tempfile::tempdir().expect("a folder for the test");
    let findings = folder.path().join("findings").to_string_lossy().into_owned();
    let releases = releases.to_string_lossy().into_owned();
    let ran = run(&["replay", "--format", "ocds", &releases, "--findings", &findings]).well();
    println!("{}", ran.err);
    assert!(ran.err.contains(" 0 in conflict, 0 refused"), "{}", ran.err);
    let findings = std::fs::read_to_string(&findings).expect("findings");
    let mut ours: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in findings.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")) {
        if let (Some(rule), Some(section)) = (finding["rule"].as_str(), finding["section"].as_str()) {
            ours.entry(rule.to_owned()).or_default().insert(section.to_owned());
        }
    }
    let told: Value = serde_json::from_slice(&told).expect("JSON");
    let theirs = |indicator: &str| -> BTreeSet<String> {
        let sections = told["OCID"].as_object().expect("OCID").iter();
        sections
            .filter(|(_, flags)| flags.get(indicator).is_some())
            .map(|(ocid, _)| ocid.to_uppercase())
            .collect()
    };
    // Of their sections, in hundredths, so many are ours too. R018 counts bids and BUY-10 bidders; R028 also looks at direct
    // awards, which PRI-01 leaves out; R030 is about winners, OPN-03 about every late bid that was opened.
    for (rule, indicator, least) in [("PRI-01", "R028", 75), ("BUY-10", "R018", 98), ("OPN-03", "R030", 100)]
    {
        let (ours, theirs) = (ours.get(rule).cloned().unwrap_or_default(), theirs(indicator));
        let both = ours.intersection(&theirs).count();
        println!("{rule} {}, {indicator} {}, both {both}", ours.len(), theirs.len());
        assert!(
            !theirs.is_empty() && both * 100 >= theirs.len() * least,
            "{rule} and {indicator}: {both} of {}",
            theirs.len()
        );
    }
}
