//! The robot of a group in 企业微信: Markdown.
//!
//! *Source.* 企业微信开发者中心, 群机器人配置说明: `msgtype` markdown, content at most 4096 bytes, 20 messages a minute; the access key is in
//! the address. Its Markdown knows no escapes, and `<@…>` mentions: see [`super::markdown`].

use super::http::Post;
use super::letter::Letter;
use super::markdown::{fit, link, plain};
use super::robot::{Codes, Means};
use crate::Level;
use serde_json::json;

/// Most bytes of a message.
const CONTENT_BYTES_MAX: usize = 4_096;

/// What its codes mean.
pub const CODES: Codes = &[
    (-1, Means::Trouble),
    (45009, Means::TooOften),
    (45033, Means::TooOften),
    (40008, Means::Wrong("the kind of message is not accepted: is this a group's robot of 企业微信?")),
    (40058, Means::Wrong("the message is not accepted")),
    (44004, Means::Wrong("the message is empty")),
    (45002, Means::Wrong("the message is too long")),
    (60020, Means::Wrong("the robot accepts other IP addresses only: add this machine's in its settings")),
    (
        93000,
        Means::Wrong(
            "the address's key is wrong or the robot is gone: write its address into url_file again",
        ),
    ),
    (93004, Means::Wrong("the robot is stopped: start it in the group's settings")),
    (93008, Means::Wrong("the robot is not in the group")),
];

/// The request.
pub fn post(letter: &Letter) -> Post {
    let body = json!({"msgtype": "markdown", "markdown": {"content": content(letter)}});
    Post::json(body.to_string().into_bytes())
}

fn content(letter: &Letter) -> String {
    let foot = letter.link.as_deref().and_then(link);
    let foot = foot.map_or(String::new(), |link| format!("\n[{}]({link})", letter.link_word()));
    let write = |text: &str| {
        let text = plain(text);
        let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
        let end = if rest.is_empty() { "" } else { "\n" };
        format!("{}{end}{rest}", head(letter, first))
    };
    fit(&letter.brief, CONTENT_BYTES_MAX.saturating_sub(foot.len()), write) + &foot
}

/// The first line, bold, in the colour that the robot has for it; the word says the level too.
fn head(letter: &Letter, first: &str) -> String {
    let colour = match letter.level {
        _ if !letter.open => "comment",
        Some(Level::Red | Level::Orange) => "warning",
        Some(Level::Yellow) | None => "info",
    };
    format!("**<font color=\"{colour}\">{first}</font>**")
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{hostile, letter};
    use super::*;
    use serde_json::Value;

    fn shown(letter: &Letter) -> String {
        let body: Value = serde_json::from_slice(&post(letter).body).expect("JSON");
        assert_eq!(body["msgtype"], "markdown");
        body["markdown"]["content"].as_str().expect("a text").to_owned()
    }

    #[test]
    fn nobody_is_mentioned_and_only_our_link_leads_away() {
        let content = shown(&hostile());
        assert_eq!(content.matches("](").count(), 1, "{content}");
        assert!(
            content.ends_with("\n[查看证据](https://jg.example.gov.cn/alerts/XZ-7K3M-92QD)"),
            "{content}"
        );
        assert_eq!(content.matches('<').count(), 2, "the colour's alone: {content}");
        assert!(!content.contains('@'), "{content}");
    }

    #[test]
    fn a_long_text_is_cut_and_keeps_its_link() {
        let brief = format!("🔴 红色预警\n{}", "甲建设有限公司。<\n".repeat(500));
        let content = shown(&Letter { brief, ..letter() });
        assert!(
            content.len() <= CONTENT_BYTES_MAX && content.len() > CONTENT_BYTES_MAX - 100,
            "{}",
            content.len()
        );
        let (text, link) = content.rsplit_once('\n').expect("lines");
        assert!(text.lines().last().is_some_and(|line| line.contains("未完")), "{content}");
        assert!(link.starts_with("[查看证据](https://"), "{link}");
    }

    #[test]
    fn what_no_longer_holds_is_grey() {
        assert!(shown(&Letter { open: false, ..letter() }).starts_with("**<font color=\"comment\">🔴 红色"));
        let digest = Letter { alert: None, level: None, link: None, brief: "摘要".to_owned(), ..letter() };
        assert_eq!(shown(&digest), "**<font color=\"info\">摘要</font>**");
    }
}
