//! A letter as a mail: plain text and HTML, side by side.
//!
//! *Source.* RFC 5322 (Message-ID, References), RFC 3834 (Auto-Submitted).
//!
//! *Laws.* The same bytes on every repeat: the Message-ID is made of the key, the date is when it was decided, the
//! boundary is made of both. All mails about one alert refer to one id, so that they stand together. In the HTML nothing
//! is ours but the frame: all text is escaped, no image or style comes from elsewhere, the one link is the letter's.

use super::super::letter::Letter;
use super::super::markdown;
use super::super::outcome::Failure;
use crate::Level;
use crate::text;
use crate::words::Language;
use crate::written::one_line;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Most characters of a subject.
const SUBJECT_CHARACTERS_MAX: usize = 150;
/// Most characters of the text; an alert with twenty facts has a fifth of it.
const TEXT_CHARACTERS_MAX: usize = 20_000;

/// From whom and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailboxes {
    /// The sender.
    pub from: Mailbox,
    /// The one receiver: who is refused must not take another's mail along.
    pub to: Mailbox,
}

/// Replies of machines are not wanted.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// The mail.
///
/// # Errors
/// If it cannot be written.
pub fn message(letter: &Letter, boxes: &Mailboxes) -> Result<Message, Failure> {
    let domain = boxes.from.email.domain();
    let id = |of: &str| format!("<{}@{domain}>", id_part(of));
    let subject = one_line(&letter.title).chars().take(SUBJECT_CHARACTERS_MAX).collect::<String>();
    let (plain, html) = parts(letter);
    let parts = MultiPart::alternative()
        .boundary(format!("=_{}_=", id_part(&letter.key)))
        .singlepart(SinglePart::plain(plain))
        .singlepart(SinglePart::html(html));
    let mut message = Message::builder()
        .from(boxes.from.clone())
        .to(boxes.to.clone())
        .date(decided_at(letter.at))
        .subject(subject)
        .message_id(Some(id(&letter.key)))
        .header(AutoSubmitted);
    if let Some(alert) = &letter.alert {
        message = message.references(id(&format!("{alert}.thread")));
    }
    message.multipart(parts).map_err(|error| Failure::never(format!("the mail cannot be written: {error}")))
}

/// What is read: the plain text and the HTML.
pub fn parts(letter: &Letter) -> (String, String) {
    let text = text::cut(&letter.text, TEXT_CHARACTERS_MAX, Language::Chinese);
    let link = letter.link.as_deref().and_then(markdown::link);
    (plain(&text, letter, link.as_deref()), html(&text, letter, link.as_deref()))
}

fn decided_at(at: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at).unwrap_or(0))
}

/// A key as it may stand left of the @: two dots side by side may not, and `=` is no part of a key.
fn id_part(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '=' }).collect()
}

fn plain(text: &str, letter: &Letter, link: Option<&str>) -> String {
    match link {
        Some(link) => format!("{text}\n\n{}:{link}\n", letter.link_word()),
        None => format!("{text}\n"),
    }
}

fn html(text: &str, letter: &Letter, link: Option<&str>) -> String {
    let mut lines = text.lines();
    let head = escaped(lines.next().unwrap_or_default());
    let rest: String =
        lines.map(|line| format!("<p style=\"margin:6px 0\">{}</p>\n", escaped(line))).collect();
    let button = link.map_or(String::new(), |link| {
        format!(
            "<p style=\"margin:16px 0\"><a href=\"{}\" style=\"background:#1f4e8c;color:#fff;padding:8px 16px;\
             text-decoration:none;border-radius:4px\">{}</a></p>\n",
            escaped(link),
            letter.link_word()
        )
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body style=\"font-family:sans-serif;font-size:15px;line-height:1.6;color:#222;max-width:720px\">\n\
         <p style=\"border-left:6px solid {colour};padding:8px 12px;margin:0 0 12px;background:#f6f6f6\">\
         <strong>{head}</strong></p>\n{rest}{button}</body></html>\n",
        title = escaped(&one_line(&letter.title)),
        colour = colour(letter),
    )
}

fn colour(letter: &Letter) -> &'static str {
    match letter.level {
        _ if !letter.open => "#888888",
        Some(Level::Red) => "#c62828",
        Some(Level::Orange) => "#ef6c00",
        Some(Level::Yellow) => "#f9a825",
        None => "#1f4e8c",
    }
}

/// Text as it may stand in HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::super::letter::tests::{hostile, letter};
    use super::*;

    fn boxes() -> Mailboxes {
        let mailbox = |text: &str| text.parse().expect("a mailbox");
        Mailboxes {
            from: mailbox("獬豸 <xiezhi@jg.example.gov.cn>"), to: mailbox("lly@zjj.example.gov.cn")
        }
    }

    fn written(letter: &Letter) -> String {
        let message = message(letter, &boxes()).expect("a mail").formatted();
        String::from_utf8(message).expect("ASCII, as mail must be")
    }

    #[test]
    fn a_repeat_is_the_same_mail() {
        assert_eq!(written(&letter()), written(&letter()));
        let mail = written(&letter());
        assert!(mail.is_ascii());
        assert!(mail.contains("Message-ID: <XZ-7K3M-92QD=1=zjj@jg.example.gov.cn>\r\n"), "{mail}");
        assert!(mail.contains("References: <XZ-7K3M-92QD=thread@jg.example.gov.cn>\r\n"), "{mail}");
        assert!(mail.contains("Date: Mon, 09 Feb 2026 07:42:00 +0000\r\n"), "{mail}");
        let raised = Letter { key: "XZ-7K3M-92QD.2.zjj".to_owned(), ..letter() };
        assert!(written(&raised).contains("References: <XZ-7K3M-92QD=thread@"), "they stand together");
    }

    #[test]
    fn a_title_cannot_add_a_header() {
        let mail =
            written(&Letter { title: "a\r\nBcc: evil@example.com\r\n\r\nbody".to_owned(), ..letter() });
        let head = mail.split("\r\n\r\n").next().expect("a head");
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
    }

    #[test]
    fn nothing_breaks_out_of_its_place_in_html() {
        assert_eq!(escaped("<a b=\"c\">'&amp;"), "&lt;a b=&quot;c&quot;&gt;&#39;&amp;amp;");
        let letter = hostile();
        let html = html(&letter.text, &letter, Some("https://jg.example.gov.cn/?a=1&b='2"));
        for tag in ["<script", "<at ", "<@"] {
            assert!(!html.contains(tag), "{tag} in {html}");
        }
        assert!(html.contains("&lt;script&gt;") && html.contains("&amp;lt;@all&amp;gt;"), "{html}");
        assert!(html.contains("href=\"https://jg.example.gov.cn/?a=1&amp;b=&#39;2\""), "{html}");
    }
}
