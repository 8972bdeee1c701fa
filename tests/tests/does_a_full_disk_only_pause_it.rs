//! Does a disk that fills up only make it pause? On a small disk of its own: it stops taking events before the disk is full, says so, lets
//! supervisors go on, and resumes by itself; nothing acknowledged is lost, and what was not taken was not taken.

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use xiezhi_tests::events::{announced, ndjson, one_lock};
use xiezhi_tests::office::act;
use xiezhi_tests::servers::{self, redis_cli};
use xiezhi_tests::{Client, Home, eventually};

const MIB: usize = 1 << 20;

/// A disk of 48 MiB; it needs the right to mount (root).
struct Disk(PathBuf);

impl Disk {
    fn mounted_on(path: PathBuf) -> Disk {
        std::fs::create_dir_all(&path).expect("a folder");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=48m,mode=700", "tmpfs"])
            .arg(&path)
            .status();
        assert!(
            mounted.is_ok_and(|status| status.success()),
            "a small disk: this test needs the right to mount (root)"
        );
        Disk(path)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        Command::new("umount").arg("-l").arg(&self.0).status().ok();
    }
}

/// Leaves this much of a disk free.
fn fill(disk: &Path, leave: usize) -> PathBuf {
    let filler = disk.join("filler");
    std::fs::remove_file(&filler).ok();
    let free = Command::new("stat").args(["-f", "-c", "%a %S"]).arg(disk).output().expect("stat");
    let free: Vec<usize> = String::from_utf8_lossy(&free.stdout)
        .split_whitespace()
        .map(|part| part.parse().expect("a number"))
        .collect();
    std::fs::write(&filler, vec![0; (free[0] * free[1]).saturating_sub(leave)]).expect("a filler");
    filler
}

fn paused(client: &Client, is: bool) {
    let wanted = if is { 1.0 } else { 0.0 };
    eventually("it notices", || (client.metric("xiezhi_ingest_paused") == wanted).then_some(()));
}

#[test]
fn it_stops_before_the_disk_is_full_and_resumes_by_itself() {
    let server = servers::redis("");
    let home = Home::new();
    let disk = Disk::mounted_on(home.data());
    let redis =
        format!("[redis]\nurl = \"redis://127.0.0.1:{}\"\nstreams = [\"xiezhi:events:bid\"]\n", server.port);
    let rest = format!("[engine]\nworkers = 1\n[storage]\nreserve_mib = 16\n{redis}");
    home.write("xiezhi.toml", &format!("listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n{rest}"));
    let (daemon, client) = home.start();
    client.accept(&one_lock("E1"));
    let alert = eventually("an alert", || client.list("/api/v1/alerts?section=E1", 10).into_iter().next());
    let before = client.metric("xiezhi_journal_events");

    let filler = fill(&disk.0, 8 * MIB);
    paused(&client, true);
    let late = [announced("E2"), announced("E3")];
    for (kind, body) in [("application/json", late[0].to_string()), ("application/x-ndjson", ndjson(&late))] {
        let answer = client.try_post(kind, body).expect("an answer");
        assert_eq!((answer.status, answer.problem().as_str()), (503, "disk_nearly_full"), "{kind}");
        assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    }
    let sent =
        |event: &Value| redis_cli(&server, &["XADD", "xiezhi:events:bid", "*", "event", &event.to_string()]);
    sent(&announced("E4"));
    // Supervisors go on: the reserve is for them.
    let answer = act(&client, &alert, "acknowledge", &json!({"note": "收到"}));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(client.metric("xiezhi_journal_events"), before + 1.0, "what was done, and nothing else");
    assert!(daemon.log().contains("the disk is nearly full"), "{}", daemon.log());

    std::fs::remove_file(&filler).expect("removed");
    paused(&client, false);
    eventually("what waited in Redis", || {
        (client.metric("xiezhi_journal_events") == before + 2.0).then_some(())
    });
    client.accept(&late);
    let pending = || redis_cli(&server, &["XPENDING", "xiezhi:events:bid", "xiezhi"]);
    eventually("nothing is pending", || pending().starts_with('0').then_some(()));
    assert!(daemon.log().contains("there is room on the disk again"), "{}", daemon.log());
    daemon.terminate();
    let (_daemon, client) = home.start();
    assert_eq!(client.metric("xiezhi_journal_events"), before + 4.0);
}
