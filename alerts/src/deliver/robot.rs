//! What the robots of 企业微信, 钉钉 and 飞书 answer: HTTP 200, and a code in JSON that says what they think.

use super::http::Reply;
use super::outcome::{Failure, Receipt};
use super::secret::Secrets;
use serde::Deserialize;
use std::time::Duration;

/// How long a robot that was asked too often is left alone: its limits count by the minute.
pub const PAUSE: Duration = Duration::from_secs(60);

/// What a robot's code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// Asked too often; after [`PAUSE`] again.
    TooOften,
    /// Trouble of its own.
    Trouble,
    /// Nothing will help until somebody has done what is said here.
    Wrong(&'static str),
}

/// A robot's codes, as its makers document them.
pub type Codes = &'static [(i64, Means)];

#[derive(Deserialize)]
struct Said {
    #[serde(alias = "errcode", alias = "StatusCode")]
    code: i64,
    #[serde(default, alias = "errmsg", alias = "StatusMessage")]
    msg: String,
}

/// What came of it. A code that is not in the table is tried again.
///
/// # Errors
/// If the robot did not take it.
pub fn judge(reply: &Reply, codes: Codes, secrets: &Secrets) -> Result<Receipt, Failure> {
    let Some(said) = parse(&reply.body) else {
        return Err(match reply.well() {
            true => Failure::again("the answer is no robot's: is the address right?"),
            false => reply.refused(secrets),
        });
    };
    let Said { code, msg } = said;
    let msg = secrets.mask(&msg);
    match codes.iter().find(|(known, _)| *known == code).map(|(_, means)| *means) {
        _ if code == 0 && reply.well() => Ok(Receipt::new(&format!("code 0: {msg}"))),
        Some(Means::TooOften) => Err(Failure::again(format!("asked too often (code {code}): {msg}"))
            .not_before(reply.after.or(Some(PAUSE)))),
        Some(Means::Trouble) => Err(Failure::again(format!("code {code}: {msg}")).not_before(reply.after)),
        Some(Means::Wrong(remedy)) => Err(Failure::never(format!("{remedy} (code {code}: {msg})"))),
        None if reply.well() => Err(Failure::again(format!("code {code}: {msg}")).not_before(reply.after)),
        None => Err(reply.refused(secrets)),
    }
}

/// 飞书 gives the same code twice, by its old and its new name.
fn parse(body: &[u8]) -> Option<Said> {
    let mut fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    for (new, old) in [("code", "StatusCode"), ("msg", "StatusMessage")] {
        if fields.contains_key(new) {
            fields.remove(old);
        }
    }
    serde_json::from_value(fields.into()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use Failure::{Again, Never};

    const CODES: Codes = &[(7, Means::TooOften), (8, Means::Trouble), (9, Means::Wrong("change the key"))];

    fn of(status: u16, body: &str) -> Result<Receipt, Failure> {
        let reply = Reply { status, after: None, body: body.as_bytes().to_vec() };
        judge(&reply, CODES, &Secrets::new(["s3cret-key".to_owned()]))
    }

    #[test]
    fn a_code_says_what_came_of_it() {
        for well in [
            r#"{"errcode":0,"errmsg":"ok"}"#,
            r#"{"code":0,"msg":"ok","data":{}}"#,
            r#"{"StatusCode":0,"StatusMessage":"ok","Extra":null}"#,
            r#"{"StatusCode":0,"StatusMessage":"success","code":0,"msg":"ok"}"#,
        ] {
            assert_eq!(of(200, well), Ok(Receipt { said: "code 0: ok".to_owned() }), "{well}");
        }
        assert!(matches!(of(200, r#"{"errcode":7}"#), Err(Again { after: Some(PAUSE), .. })));
        assert!(matches!(of(429, r#"{"code":7}"#), Err(Again { after: Some(PAUSE), .. })));
        assert!(matches!(of(200, r#"{"errcode":8,"errmsg":"x"}"#), Err(Again { after: None, .. })));
        assert!(matches!(of(200, r#"{"errcode":1234}"#), Err(Again { .. })), "unknown");
        let never = of(200, r#"{"errcode":9,"errmsg":"bad s3cret-key"}"#).expect_err("refused");
        assert_eq!(never, Never { reason: "change the key (code 9: bad …)".to_owned() });
        assert!(matches!(of(400, r#"{"code":9}"#), Err(Never { .. })));
    }

    #[test]
    fn without_a_code_the_status_counts() {
        assert!(matches!(of(200, "<html>"), Err(Again { .. })));
        assert!(matches!(of(200, r#"{"errcode":"0"}"#), Err(Again { .. })), "no number");
        assert!(matches!(of(502, "<html>"), Err(Again { .. })));
        assert!(matches!(of(404, ""), Err(Never { .. })));
        assert!(matches!(of(500, r#"{"code":0}"#), Err(Again { .. })), "0 does not outweigh the status");
        assert!(matches!(of(302, r#"{"code":0}"#), Err(Never { .. })));
    }
}
