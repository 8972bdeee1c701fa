//! The robot of a group in 钉钉: a card with a button, or Markdown where there is nothing to open.
//!
//! *Source.* 钉钉开放平台, 自定义机器人: the signature is HMAC-SHA256 of `timestamp\nsecret` under the secret, in Base64, percent-encoded into
//! the query with the timestamp in milliseconds, good for an hour; 20 messages a minute; a body of at most 20,000 bytes.
//! A robot that is secured by a keyword needs one that stands in every message; the signature needs none.

use super::http::Post;
use super::letter::Letter;
use super::markdown::{fit, link, plain};
use super::robot::{Codes, Means};
use super::secret::Secret;
use super::sign;
use serde_json::{Value, json};

/// Most bytes of the text: below half the limit of the body, where JSON may have doubled them.
const TEXT_BYTES_MAX: usize = 9_000;
/// Most bytes of the title, which is shown in the list of conversations.
const TITLE_BYTES_MAX: usize = 300;

/// What its codes mean.
pub const CODES: Codes = &[
    (-1, Means::Trouble),
    (130101, Means::TooOften),
    (410100, Means::TooOften),
    (300001, Means::Wrong("the robot is not known: write its address into url_file again")),
    (
        310000,
        Means::Wrong(
            "the robot's security settings refuse it: compare secret_file, the keyword and this machine's clock and IP address with them",
        ),
    ),
    (400013, Means::Wrong("the group is dissolved")),
    (400101, Means::Wrong("the address's token is wrong: write its address into url_file again")),
    (400102, Means::Wrong("the robot is stopped: start it in the group's settings")),
    (400105, Means::Wrong("the kind of message is not accepted")),
    (400106, Means::Wrong("the robot is gone: write the address of another into url_file")),
    (430101, Means::Wrong("the link is held to be unsafe")),
    (430102, Means::Wrong("the text is held to be improper")),
    (430103, Means::Wrong("the picture is held to be improper")),
    (430104, Means::Wrong("the message is held to be improper")),
];

/// The request.
pub fn post(letter: &Letter, secret: Option<&Secret>, now_us: i64) -> Post {
    let query = secret.map(|secret| query(secret, now_us.div_euclid(1_000)));
    Post { query, ..Post::json(body(letter).to_string().into_bytes()) }
}

fn query(secret: &Secret, timestamp_ms: i64) -> String {
    let secret = secret.expose();
    let signature = sign::hmac_sha256(secret.as_bytes(), format!("{timestamp_ms}\n{secret}").as_bytes());
    let encoded: String = url::form_urlencoded::byte_serialize(signature.as_bytes()).collect();
    format!("timestamp={timestamp_ms}&sign={encoded}")
}

fn body(letter: &Letter) -> Value {
    let title = fit(&letter.title, TITLE_BYTES_MAX, plain);
    let text = fit(&letter.brief, TEXT_BYTES_MAX, |text| {
        let lines = plain(text);
        let (first, rest) = lines.split_once('\n').unwrap_or((&lines, ""));
        // Two spaces at its end break a line.
        format!("#### {first}\n\n{}", rest.replace('\n', "  \n")).trim_end().to_owned()
    });
    match letter.link.as_deref().and_then(link) {
        Some(link) => json!({"msgtype": "actionCard", "actionCard":
            {"title": title, "text": text, "singleTitle": letter.link_word(), "singleURL": link}}),
        None => json!({"msgtype": "markdown", "markdown": {"title": title, "text": text}}),
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{AT, hostile, letter};
    use super::*;

    #[test]
    fn nothing_can_be_forged() {
        let body = body(&hostile());
        for field in ["title", "text"] {
            let shown = body["actionCard"][field].as_str().expect("a text");
            let shown = shown.strip_prefix("#### ").unwrap_or(shown);
            assert!(!shown.contains(['<', '>', '[', ']', '(', ')', '@', '#', '*', '`']), "{shown}");
        }
        assert_eq!(body["actionCard"].as_object().map(|card| card.len()), Some(4));
    }

    #[test]
    fn without_a_link_there_is_no_button() {
        let body = body(&Letter { link: Some("javascript:alert(1)".to_owned()), ..letter() });
        assert_eq!(body["msgtype"], "markdown");
    }

    #[test]
    fn a_signature_is_fit_for_a_query() {
        // Many times: a signature has '+', '/' and '=' only by chance.
        for ms in 0..200 {
            let query = query(&Secret::new("SECabc"), AT / 1_000 + ms);
            let (_, signature) = query.split_once("&sign=").expect("a signature");
            assert!(!signature.contains(['+', '/', '=', '&', ' ']), "{query}");
        }
        assert_eq!(post(&letter(), None, AT).query, None);
    }

    #[test]
    fn the_longest_message_stays_below_the_limit_of_the_body() {
        let long =
            Letter { title: "长".repeat(9_999), brief: "\u{1}\"\"\"\"\\。\n".repeat(9_999), ..letter() };
        assert!(post(&long, None, AT).body.len() <= 20_000, "{}", post(&long, None, AT).body.len());
    }
}
