//! The robot of a group in 飞书: a card.
//!
//! *Source.* 飞书开放平台, 自定义机器人使用指南: the signature is HMAC-SHA256 of nothing under the key `timestamp\nsecret`, in Base64, with the
//! timestamp in seconds, good for an hour; 100 messages a minute and 5 a second; a body of at most 20 KB. All text of
//! the card is `plain_text`, in which nothing means anything: no link, no mention can be forged.

use super::http::Post;
use super::letter::Letter;
use super::markdown::{fit, link, visible};
use super::robot::{Codes, Means};
use super::secret::Secret;
use super::sign;
use crate::Level;
use serde_json::{Value, json};

/// Most bytes of the text: below half the limit of the body, where JSON may have doubled them.
const TEXT_BYTES_MAX: usize = 9_000;
/// Most bytes of the head line.
const HEAD_BYTES_MAX: usize = 600;

/// What its codes mean.
pub const CODES: Codes = &[
    (9499, Means::Wrong("the message is not accepted")),
    (11232, Means::TooOften),
    (
        19001,
        Means::Wrong(
            "the address's key is wrong or the robot is gone: write its address into url_file again",
        ),
    ),
    (19002, Means::Wrong("the message is not accepted")),
    (
        19021,
        Means::Wrong(
            "the signature is refused: compare secret_file with the robot's settings, and this machine's clock",
        ),
    ),
    (19022, Means::Wrong("the robot accepts other IP addresses only: add this machine's in its settings")),
    (19024, Means::Wrong("the robot's keyword is not in the message: use its signature instead")),
];

/// The request.
pub fn post(letter: &Letter, secret: Option<&Secret>, now_us: i64) -> Post {
    let mut body = json!({"msg_type": "interactive", "card": card(letter)});
    if let Some(secret) = secret {
        let timestamp = now_us.div_euclid(1_000_000);
        let key = format!("{timestamp}\n{}", secret.expose());
        body["timestamp"] = timestamp.to_string().into();
        body["sign"] = sign::hmac_sha256(key.as_bytes(), b"").into();
    }
    Post::json(body.to_string().into_bytes())
}

fn card(letter: &Letter) -> Value {
    let (head, rest) = letter.brief.split_once('\n').unwrap_or((&letter.brief, ""));
    let text = |content: String| json!({"tag": "plain_text", "content": content});
    let mut elements = Vec::new();
    if !rest.is_empty() {
        elements.push(json!({"tag": "div", "text": text(fit(rest, TEXT_BYTES_MAX, visible))}));
    }
    if let Some(link) = letter.link.as_deref().and_then(link) {
        let word = text(letter.link_word().to_owned());
        elements.push(json!({"tag": "action", "actions": [{"tag": "button", "text": word, "type": "primary", "url": link}]}));
    }
    let header = json!({"template": colour(letter), "title": text(fit(head, HEAD_BYTES_MAX, visible))});
    json!({"config": {"wide_screen_mode": true}, "header": header, "elements": elements})
}

/// The head's colour; its text says the level too.
fn colour(letter: &Letter) -> &'static str {
    match letter.level {
        _ if !letter.open => "grey",
        Some(Level::Red) => "red",
        Some(Level::Orange) => "orange",
        Some(Level::Yellow) => "yellow",
        None => "blue",
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{AT, hostile, letter};
    use super::*;

    /// Every text of a card, with the tag it stands under.
    fn texts(value: &Value, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(fields) => {
                if let (Some(tag), Some(content)) = (fields.get("tag"), fields.get("content")) {
                    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                    found.push((text(tag), text(content)));
                }
                fields.values().for_each(|value| texts(value, found));
            }
            Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
            _ => {}
        }
    }

    #[test]
    fn all_text_is_plain_and_breaks_out_of_nothing() {
        let card = card(&hostile());
        let mut found = Vec::new();
        texts(&card, &mut found);
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|(tag, _)| tag == "plain_text"), "{card}");
        let (_, rest) =
            hostile().brief.split_once('\n').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("lines");
        assert_eq!(found.iter().filter(|(_, content)| *content == rest).count(), 1, "as it was");
    }

    #[test]
    fn the_longest_message_stays_below_the_limit_of_the_body() {
        let brief = format!("{}\n{}", "头".repeat(999), "\u{1}\"\"\"\"\\。\n".repeat(9_999));
        let post = post(&Letter { brief, ..letter() }, Some(&Secret::new("s3cret")), AT);
        assert!(post.body.len() <= 20_000, "{}", post.body.len());
    }
}
