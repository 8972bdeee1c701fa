//! Are channels read as they are written, and is every mistake told with what to do?

use super::*;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tempfile::TempDir;
use xiezhi_alerts::deliver::mail::Encryption;
use xiezhi_alerts::deliver::{Receiver, TIMEOUT};

const SECRETS: &[(&str, &str)] = &[
    ("robot", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=s3cret-key\n"),
    ("plain", "http://qyapi.weixin.qq.com/?key=s3cret-key"),
    ("whsec", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ("word", "s3cret-word\n"),
];

fn read_in(text: &str) -> (Vec<Entry>, Vec<String>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, secret) in SECRETS {
        let path = folder.path().join(name);
        fs::write(&path, secret).expect("a file of the test");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its mode");
    }
    let open = folder.path().join("open");
    fs::write(&open, "s3cret-word").expect("a file of the test");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("its mode");
    let mut table: Table = text.parse().expect("TOML");
    let mut mistakes = Vec::new();
    let entries = read(table.remove("deliver"), folder.path(), &mut mistakes);
    (entries, mistakes.iter().map(Mistake::to_string).collect(), folder)
}

/// The mistakes of one entry with a name.
fn mistakes(text: &str) -> Vec<String> {
    let (_, mistakes, _folder) = read_in(&format!("[[deliver]]\nname = \"a\"\n{text}"));
    for mistake in &mistakes {
        assert!(!mistake.contains("s3cret"), "a secret is quoted: {mistake}");
    }
    mistakes
}

#[test]
fn every_kind_is_read() {
    let text = r#"
        deliver = [
            { name = "out", kind = "stdout" },
            { name = "hook", kind = "webhook", url = "https://alerts.example/hook", secret_file = "whsec", timeout_ms = 500 },
            { name = "wx", kind = "wecom", url_file = "robot" },
            { name = "dd", kind = "dingtalk", url_file = "robot", secret_file = "word" },
            { name = "fs", kind = "feishu", url_file = "robot" },
            { name = "lly", kind = "mail", host = "mail.example", user = "u", password_file = "word", from = "獬豸 <x@a.example>", to = "b@a.example" },
            { name = "am", kind = "alertmanager", url = "http://127.0.0.1:9093", allow_private = true, lasts_minutes = 60 },
            { name = "r.edis", kind = "redis", url = "redis://127.0.0.1/1", allow_private = true, user = "u", password_file = "word", keep = 10 },
        ]
    "#;
    let (entries, mistakes, _folder) = read_in(text);
    assert_eq!(mistakes, [""; 0]);
    let kinds: Vec<&str> = entries.iter().map(|entry| entry.receiver.kind()).collect();
    assert_eq!(kinds, ["stdout", "webhook", "wecom", "dingtalk", "feishu", "mail", "alertmanager", "redis"]);
    assert_eq!(entries[0].timeout, TIMEOUT);
    assert_eq!(entries[1].timeout, Duration::from_millis(500));
    assert!(matches!(&entries[1].receiver, Receiver::Webhook { keys, .. } if keys.len() == 1));
    assert!(matches!(&entries[5].receiver, Receiver::Mail { server, .. }
        if server.place.port == 587 && server.encryption == Encryption::Starttls && server.login.is_some()));
    assert!(matches!(&entries[6].receiver, Receiver::Alertmanager { lasts, .. } if lasts.as_secs() == 3_600));
    assert!(matches!(&entries[7].receiver, Receiver::Redis(server)
        if server.stream == "xiezhi:alerts" && server.keep == 10 && server.database == 1));
    assert!(!format!("{entries:?}").contains("s3cret"));
}

#[test]
fn each_mistake_alone_says_what_is_accepted() {
    for (text, expected) in [
        ("", "deliver[0].kind: is missing; give \"stdout\", \"webhook\","),
        ("kind = \"sms\"", "deliver[0].kind: is \"sms\"; give \"stdout\", \"webhook\","),
        (
            "kind = \"stdout\"\nurl = \"x\"",
            "deliver[0].url: is no key here; known here are name, kind, timeout_ms",
        ),
        (
            "kind = \"stdout\"\ntimeout_ms = 5",
            "deliver[0].timeout_ms: is 5; give a whole number from 100 to 60000",
        ),
        (
            "kind = \"stdout\"\ntimeout_ms = \"5\"",
            "deliver[0].timeout_ms: invalid type: string \"5\", expected u64; give",
        ),
        (
            "kind = \"stdout\"\nallow_private = 1",
            "deliver[0].allow_private: invalid type: integer `1`, expected a boolean; give true",
        ),
        ("kind = \"webhook\"", "deliver[0].url: is missing; give an address such as"),
        (
            "kind = \"webhook\"\nurl = \"http://a.example\"",
            "deliver[0].url: is without encryption; give https://",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://10.0.0.1/\"",
            "deliver[0].url: names 10.0.0.1, a private address; if it is meant",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://a.example/?key=s3cret\"",
            "deliver[0].url: may hold a key: put it into a file",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://u:s3cret@a.example/\"",
            "deliver[0].url: may hold a key: put it into a file",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://a.example\"\nurl_file = \"robot\"",
            "deliver[0].url: is given twice",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://a.example\"\nsecret = \"s\"",
            "deliver[0].secret: is no key here; known here are url, url_file, secret_file, ca_file, name,",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://a.example\"\nsecret_file = \"word\"",
            "deliver[0].secret_file: line 1: is no secret; give whsec_",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://a.example\"\nsecret_file = \"none\"",
            "deliver[0].secret_file (none): cannot be read: No such file",
        ),
        (
            "kind = \"webhook\"\nurl = \"https://a.example\"\nca_file = \"word\"",
            "deliver[0].ca_file (word): holds 0 certificates; give a PEM",
        ),
        (
            "kind = \"wecom\"\nurl_file = \"robot\"\nurl = \"https://a.example\"",
            "deliver[0].url: is no key here; known here are url_file, ca_file, name,",
        ),
        (
            "kind = \"wecom\"",
            "deliver[0].url_file: is missing; give the path of a file with the address, mode 0600",
        ),
        (
            "kind = \"wecom\"\nurl_file = \"plain\"",
            "deliver[0].url_file: is without encryption; give https://",
        ),
        ("kind = \"wecom\"\nurl_file = \"word\"", "deliver[0].url_file: is no address"),
        (
            "kind = \"wecom\"\nurl_file = \"open\"",
            "deliver[0].url_file (open): lies open (mode 0644); chmod 0600 it; give the path",
        ),
        (
            "kind = \"wecom\"\nurl_file = \"$CREDENTIALS_DIRECTORY/robot\"",
            "deliver[0].url_file: is one of systemd's credentials, but $CREDENTIALS_DIRECTORY is not set",
        ),
        (
            "kind = \"feishu\"\nurl_file = \"robot\"\nsecret_file = \"none\"",
            "deliver[0].secret_file (none): cannot be read",
        ),
        (
            "kind = \"alertmanager\"\nurl = \"https://a.example\"\nlasts_minutes = 1",
            "deliver[0].lasts_minutes: is 1; give a whole number from 5 to 10080",
        ),
        ("kind = \"redis\"", "deliver[0].url: is missing; give an address"),
        (
            "kind = \"redis\"\nurl = \"rediss://:s3cret@a.example\"",
            "deliver[0].url: says more than where; give user and password_file",
        ),
        (
            "kind = \"redis\"\nurl = \"redis://a.example\"",
            "deliver[0].url: is without encryption; give rediss://",
        ),
        (
            "kind = \"redis\"\nurl = \"rediss://a.example\"\nkeep = 0",
            "deliver[0].keep: is 0; give a whole number from 1",
        ),
        (
            "kind = \"redis\"\nurl = \"rediss://a.example\"\nuser = \"u\"",
            "deliver[0].password_file: is missing: a user has a password",
        ),
    ] {
        let mistakes = mistakes(text);
        assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
        assert!(mistakes[0].starts_with(expected), "{text}: {mistakes:?}");
    }
}

#[test]
fn every_mistake_of_a_mailbox_is_found_at_once() {
    let text =
        "kind = \"mail\"\nport = 0\nencryption = \"none\"\nuser = \"u\"\nfrom = \"nobody\"\nsubject = \"x\"";
    let mistakes = mistakes(text);
    for expected in [
        "deliver[0].subject: is no key here; known here are host, port, encryption",
        "deliver[0].encryption: is \"none\", which only a server inside may have",
        "deliver[0].host: is missing; give the mail server's name",
        "deliver[0].port: is 0; give a whole number from 1",
        "deliver[0].from: is \"nobody\", which is no mail address; give the sender",
        "deliver[0].to: is missing; give one receiver's address",
        "deliver[0].password_file: is missing: a user has a password",
    ] {
        assert!(mistakes.iter().any(|m| m.starts_with(expected)), "{expected}\nis not in {mistakes:#?}");
    }
    assert_eq!(mistakes.len(), 7, "{mistakes:#?}");
}

#[test]
fn names_are_unique_and_fit_into_a_key() {
    let twice =
        "[[deliver]]\nname = \"a\"\nkind = \"stdout\"\n[[deliver]]\nname = \"a\"\nkind = \"stdout\"\n";
    let (_, mistakes, _folder) = read_in(twice);
    assert!(
        mistakes.len() == 1
            && mistakes[0].starts_with("deliver[1].name: is another channel's name too; give 1")
    );
    for name in ["", "a b", "a/b", "键", &"a".repeat(65)] {
        let (_, mistakes, _folder) = read_in(&format!("[[deliver]]\nname = \"{name}\"\nkind = \"stdout\"\n"));
        assert!(mistakes.iter().any(|m| m.starts_with("deliver[0].name: is ")), "{name}: {mistakes:?}");
    }
    let (_, mistakes, _folder) = read_in("deliver = \"stdout\"");
    assert_eq!(mistakes, ["deliver: is no list of tables; give a table for each channel: [[deliver]]"]);
    let many = "[[deliver]]\nname = \"a\"\nkind = \"stdout\"\n".repeat(CHANNELS_MAX + 1);
    let (_, mistakes, _folder) = read_in(&many);
    assert_eq!(mistakes, ["deliver: has 257 channels; at most 256 are accepted"]);
}
