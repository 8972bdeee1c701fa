//! A letter: one message to one receiver, worded already.
//!
//! *Laws.* A letter is the same on every repeat, and so are the bytes made of it, but for what an attempt adds (its own
//! time and signature): a receiver that knows the key has the letter.

use crate::Level;
use serde_json::value::RawValue;
use xiezhi_dataflows::normalise::Instant;

/// Longest key: it becomes a header's value and part of a Message-ID.
pub const KEY_BYTES_MAX: usize = 128;

/// One message to one receiver.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Names the message for ever: letters, digits, `-`, `_`, `.`; the same on every repeat.
    pub key: String,
    /// What it tells: created, raised, withdrawn, reminder, escalated, assigned, …, digest, test.
    pub kind: String,
    /// When it was decided, µs since 1970.
    pub at: i64,
    /// The alert's id; none for a digest or a test.
    pub alert: Option<String>,
    /// How serious the alert is now.
    pub level: Option<Level>,
    /// The alert's topic, by the word of the interfaces.
    pub topic: Option<String>,
    /// The section's code.
    pub section: Option<String>,
    /// The department in charge.
    pub department: Option<String>,
    /// One line.
    pub title: String,
    /// Up to five lines of plain text, for robots; the first says level and topic.
    pub brief: String,
    /// The whole as plain text, for mail.
    pub text: String,
    /// Where the alert is shown.
    pub link: Option<String>,
    /// False when what it tells of no longer holds.
    pub open: bool,
    /// The same for machines: what webhook, Redis and standard output carry.
    pub data: Box<RawValue>,
}

impl Letter {
    /// A message that says of itself that it is a test, in both languages.
    pub fn test(name: &str, at: i64) -> Letter {
        let title = "测试消息 · 獬豸 (Xiezhi test message)";
        let zh = "这是一条测试消息,用于核对通道设置,不是预警,无需处理。";
        let en = "This is a test of the channel's settings. It is no alert; nothing need be done.";
        let when = format!("{} · {name}", Instant(at).to_rfc3339());
        Letter {
            key: format!("test.{name}.{at}"),
            kind: "test".to_owned(),
            at,
            alert: None,
            level: None,
            topic: None,
            section: None,
            department: None,
            title: title.to_owned(),
            brief: format!("{title}\n{zh}\n{en}\n{when}"),
            text: format!("{title}\n{zh}\n{en}\n{when}"),
            link: None,
            open: true,
            data: RawValue::from_string(r#"{"test":true}"#.to_owned()).expect("this is JSON"),
        }
    }

    /// What is wrong with its key, if anything: a key goes into headers and must not be able to add another one.
    pub fn fault(&self) -> Option<String> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        match self.key.len() {
            1..=KEY_BYTES_MAX if self.key.bytes().all(allowed) => None,
            1..=KEY_BYTES_MAX => Some("its key holds more than letters, digits, '-', '_' and '.'".to_owned()),
            n => Some(format!("its key has {n} bytes; 1 to {KEY_BYTES_MAX} are accepted")),
        }
    }

    /// Its type in interfaces: `alert.created`, or `digest` where it is about no alert.
    pub fn type_name(&self) -> String {
        match self.alert {
            Some(_) => format!("alert.{}", self.kind),
            None => self.kind.clone(),
        }
    }

    /// What the button that leads to it says.
    pub fn link_word(&self) -> &'static str {
        if self.alert.is_some() { "查看证据" } else { "查看详情" }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// µs since 1970 of 2026-02-09 15:42 in China.
    pub const AT: i64 = 1_770_622_920_000_000;

    /// A letter about a red alert, as a supervisor would get it.
    pub fn letter() -> Letter {
        Letter {
            key: "XZ-7K3M-92QD.1.zjj".to_owned(),
            kind: "created".to_owned(),
            at: AT,
            alert: Some("XZ-7K3M-92QD".to_owned()),
            level: Some(Level::Red),
            topic: Some("collusion".to_owned()),
            section: Some("E4601000001000777001".to_owned()),
            department: Some("市住建局".to_owned()),
            title: "红色预警 · 围标串标线索 · 某道路工程 施工一标段".to_owned(),
            brief: "🔴 红色预警 · 围标串标线索 · XZ-7K3M-92QD\n\
                    某道路工程 施工一标段(E4601000001000777001)\n\
                    投标文件在同一台电脑上制作:甲建设有限公司、乙建设有限公司\n\
                    保证金转出账户相同,尾号 9999:甲建设有限公司、乙建设有限公司\n\
                    2026-02-09 15:42 生成 · 计划开标 2026-02-10 09:00 · 监督部门 市住建局"
                .to_owned(),
            text: include_str!("../../tests/samples/letter.txt").trim_end().to_owned(),
            link: Some("https://jg.example.gov.cn/alerts/XZ-7K3M-92QD".to_owned()),
            open: true,
            data: RawValue::from_string(r#"{"revision":1,"facts":[{"rule":"DEV-01"}]}"#.to_owned())
                .expect("JSON"),
        }
    }

    /// A letter whose every text was written by somebody who wants to forge something.
    pub fn hostile() -> Letter {
        let name =
            "[甲](https://evil.example)<@all><at id=all></at><script>alert(1)</script>*b*`c`\"}],\"x\":[{\"";
        Letter {
            title: name.to_owned(),
            brief: format!(
                "🔴 红色预警\n> {name}\n# {name}\n- @13800000000 http://evil.example www.evil.example\n1"
            ),
            text: format!("红色预警\n{name}\n&lt;@all&gt;"),
            topic: Some(name.to_owned()),
            department: Some(name.to_owned()),
            ..letter()
        }
    }

    #[test]
    fn a_key_cannot_carry_anything_but_itself() {
        assert_eq!(letter().fault(), None);
        for key in ["", "a b", "a\r\nX-Evil: 1", "键", &"k".repeat(KEY_BYTES_MAX + 1)] {
            assert!(Letter { key: key.to_owned(), ..letter() }.fault().is_some(), "{key:?}");
        }
    }
}
