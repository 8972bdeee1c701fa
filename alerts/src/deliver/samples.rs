//! Do messages look right, as a supervisor sees them? Each format against a file in `tests/samples`, to the letter.
//! `XIEZHI_SAVE_SAMPLES=1` writes them anew; then read them.

use super::letter::tests::{AT, letter};
use super::mail::{Mailboxes, message};
use super::secret::Secret;
use super::{Letter, alertmanager, dingtalk, envelope, feishu, webhook, wecom};
use crate::Level;
use serde_json::Value;
use std::path::Path;

/// What was decided at other times about the same alert, and a digest.
fn letters() -> [(&'static str, Letter); 5] {
    let of = |kind: &str, level, title: &str, brief: &str| Letter {
        key: format!("XZ-7K3M-92QD.{kind}.zjj"),
        kind: kind.to_owned(),
        level,
        title: title.to_owned(),
        brief: brief.to_owned(),
        text: brief.to_owned(),
        ..letter()
    };
    let withdrawn = Letter {
        open: false,
        ..of(
            "withdrawn",
            Some(Level::Red),
            "已撤回 · 红色预警 · 围标串标线索 · 某道路工程 施工一标段",
            "已撤回 · 🔴 红色预警 · 围标串标线索 · XZ-7K3M-92QD\n\
             某道路工程 施工一标段(E4601000001000777001)\n\
             依据的投标递交记录 bid-000123 于 16:20 由交易中心更正,原事实不再成立\n\
             您已于 15:50 签收,签收记录保留",
        )
    };
    let escalated = of(
        "escalated",
        Some(Level::Orange),
        "逾期未签收 · 橙色预警 · 人员关联线索 · 某道路工程 施工一标段",
        "🟠 橙色预警 · 人员关联线索 · XZ-7K3M-92QD\n\
         某道路工程 施工一标段(E4601000001000777001)\n\
         联络员未在 17:30 前签收,现报责任领导;已提醒 2 次(16:30、17:00)",
    );
    let digest = Letter {
        key: "digest.zjj.2026-02-09T15.45".to_owned(),
        alert: None,
        topic: None,
        section: None,
        link: Some("https://jg.example.gov.cn/alerts?department=zjj".to_owned()),
        ..of(
            "digest",
            None,
            "过去 15 分钟另有 14 条黄色线索",
            "🟡 黄色 · 线索汇总\n过去 15 分钟另有 14 条黄色线索,按标段列出;未逐条推送\n\
             某道路工程 施工一标段:9 条\n某学校工程 监理标段:5 条",
        )
    };
    [
        ("created", letter()),
        ("withdrawn", withdrawn),
        ("escalated", escalated),
        ("digest", digest),
        ("test", Letter::test("zjj-hook", AT)),
    ]
}

fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(name);
    if std::env::var_os("XIEZHI_SAVE_SAMPLES").is_some() {
        std::fs::write(&path, made).expect("a sample can be written");
    }
    let saved = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(made, saved, "{name} is not what was saved");
}

fn json(body: &[u8]) -> Value {
    serde_json::from_slice(body).expect("JSON")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

#[test]
fn robots_of_wecom() {
    for (name, letter) in letters() {
        let body = json(&wecom::post(&letter).body);
        compare(&format!("wecom-{name}.md"), body["markdown"]["content"].as_str().expect("a text"));
    }
}

#[test]
fn robots_of_dingtalk() {
    for (name, letter) in letters() {
        let mut body = json(&dingtalk::post(&letter, None, AT).body);
        let kind = body["msgtype"].as_str().expect("a kind").to_owned();
        let text = body[&kind]["text"].take();
        compare(&format!("dingtalk-{name}.md"), text.as_str().expect("a text"));
        compare(&format!("dingtalk-{name}.json"), &pretty(&body));
    }
}

#[test]
fn robots_of_feishu() {
    let secret = Secret::new("s3cret-of-the-robot");
    for (name, letter) in letters() {
        compare(
            &format!("feishu-{name}.json"),
            &pretty(&json(&feishu::post(&letter, Some(&secret), AT).body)),
        );
    }
}

#[test]
fn machines() {
    for (name, letter) in letters() {
        compare(&format!("envelope-{name}.json"), &pretty(&json(envelope::json(&letter).as_bytes())));
        let post = alertmanager::post(&letter, alertmanager::LASTS, AT + 2_000_000);
        compare(&format!("alertmanager-{name}.json"), &pretty(&json(&post.body)));
    }
    let keys = webhook::keys(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).expect("a secret");
    let post = webhook::post(&letter(), &keys, AT + 2_000_000);
    let headers = post.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
    compare("webhook-created.headers", &headers.collect::<String>());
}

#[test]
fn mails() {
    let mailbox = |text: &str| text.parse().expect("a mailbox");
    let boxes = Mailboxes {
        from: mailbox("獬豸 <xiezhi@jg.example.gov.cn>"),
        to: mailbox("lly@zjj.example.gov.cn"),
    };
    for (name, letter) in letters() {
        let mail = message(&letter, &boxes).expect("a mail").formatted();
        compare(&format!("mail-{name}.eml"), &String::from_utf8(mail).expect("ASCII"));
        let (plain, html) = super::mail::message::parts(&letter);
        compare(&format!("mail-{name}.txt"), &plain);
        compare(&format!("mail-{name}.html"), &html);
    }
}
