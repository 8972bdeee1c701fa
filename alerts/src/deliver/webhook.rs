//! A webhook, signed as Standard Webhooks says.
//!
//! *Source.* The Standard Webhooks specification: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,<Base64>`, HMAC-SHA256 over
//! `id.timestamp.body` with the bytes of a secret that is written `whsec_<Base64>`. While secrets change, several sign,
//! and the receiver takes the one that it knows.
//!
//! *Laws.* `webhook-id` is the letter's key and the body the same on every repeat: who has seen the id has it.

use super::envelope;
use super::http::Post;
use super::letter::Letter;
use super::secret::Secret;
use super::sign;

/// Most secrets that sign at once: the old, the new, and one that was forgotten.
pub const SECRETS_MAX: usize = 4;
/// How many bytes a secret may have, by the specification.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A secret's bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Reads the secrets of a file, one a line, the newest first.
///
/// # Errors
/// With what is wrong and what is accepted; nothing of the secrets.
pub fn keys(file: &Secret) -> Result<Vec<Key>, String> {
    let lines = file.lines();
    if lines.len() > SECRETS_MAX {
        return Err(format!("holds {} secrets; at most {SECRETS_MAX} sign at once", lines.len()));
    }
    let key = |(n, line): (usize, &Secret)| {
        let bytes = line.expose().strip_prefix("whsec_").and_then(sign::from_base64);
        match bytes {
            Some(bytes) if SECRET_BYTES.contains(&bytes.len()) => Ok(Key(bytes)),
            Some(bytes) => Err(format!("line {n}: a secret of {} bytes; 24 to 64 are accepted", bytes.len())),
            None => Err(format!("line {n}: is no secret; give whsec_ and 24 to 64 bytes in Base64")),
        }
    };
    (1..).zip(&lines).map(key).collect()
}

/// The request.
pub fn post(letter: &Letter, keys: &[Key], now_us: i64) -> Post {
    let body = envelope::json(letter);
    let timestamp = now_us.div_euclid(1_000_000);
    let signed = format!("{}.{timestamp}.{body}", letter.key);
    let signatures = keys.iter().map(|key| format!("v1,{}", sign::hmac_sha256(&key.0, signed.as_bytes())));
    let signatures = signatures.collect::<Vec<_>>().join(" ");
    let mut post = Post::json(body.into_bytes());
    post.headers.push(("webhook-id", letter.key.clone()));
    post.headers.push(("webhook-timestamp", timestamp.to_string()));
    if !keys.is_empty() {
        post.headers.push(("webhook-signature", signatures));
    }
    post
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{AT, letter};
    use super::*;

    const FIRST: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const SECOND: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn header<'a>(post: &'a Post, name: &str) -> &'a str {
        post.headers.iter().find(|(n, _)| *n == name).map_or("", |(_, value)| value)
    }

    #[test]
    fn every_secret_signs_and_a_repeat_differs_by_its_time_alone() {
        let keys = keys(&Secret::new(format!("{FIRST}\n{SECOND}\n"))).expect("two secrets");
        let (first, again) = (post(&letter(), &keys, AT), post(&letter(), &keys, AT + 60_000_000));
        assert_eq!(header(&first, "webhook-id"), "XZ-7K3M-92QD.1.zjj");
        assert_eq!(header(&first, "webhook-timestamp"), "1770622920");
        let signatures: Vec<&str> = header(&first, "webhook-signature").split(' ').collect();
        assert!(signatures.len() == 2 && signatures.iter().all(|s| s.starts_with("v1,") && s.len() == 47));
        assert_eq!((&first.body, header(&again, "webhook-id")), (&again.body, "XZ-7K3M-92QD.1.zjj"));
        assert_ne!(header(&first, "webhook-signature"), header(&again, "webhook-signature"));
    }

    #[test]
    fn what_is_no_secret_is_refused_by_its_line() {
        for (text, why) in [
            (format!("{FIRST}\nMfKQ9r8GKYqr"), "line 2: is no secret; give whsec_"),
            ("whsec_*".to_owned(), "line 1: is no secret"),
            ("whsec_c2hvcnQ=".to_owned(), "line 1: a secret of 5 bytes; 24 to 64"),
            ([FIRST; 5].join("\n"), "holds 5 secrets; at most 4"),
        ] {
            let said = keys(&Secret::new(text)).expect_err(why);
            assert!(said.starts_with(why), "{said}");
        }
        assert_eq!(format!("{:?}", keys(&Secret::new(FIRST))), "Ok([(secret)])");
    }
}
