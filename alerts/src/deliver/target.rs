//! The address of a receiver over HTTP.
//!
//! *Laws.* An address may hold an access key (the robots' do): it is never shown but for its host. Without encryption
//! only networks of one's own are spoken to.

use super::address;
use super::connect::Place;
use super::secret::Secrets;
use std::fmt;
use std::net::IpAddr;
use url::{Host, Url};

/// Longest address.
const URL_BYTES_MAX: usize = 2_048;
/// From this length on a part of the path may be a key; `webhook` is none.
const KEY_BYTES_MIN: usize = 12;

/// Where a POST goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Whom to connect to.
    pub place: Place,
    /// Whether it is https.
    pub encrypted: bool,
    url: Url,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({})", self.shown())
    }
}

impl Target {
    /// Reads an address.
    ///
    /// # Errors
    /// With what is wrong and what is accepted; nothing of the address but its host.
    pub fn parse(text: &str, allow_private: bool) -> Result<Target, String> {
        if text.len() > URL_BYTES_MAX {
            return Err(format!("has {} bytes; at most {URL_BYTES_MAX} are accepted", text.len()));
        }
        let url = Url::parse(text).map_err(|error| format!("is no address ({error}); give https://…"))?;
        let encrypted = match url.scheme() {
            "https" => true,
            "http" if allow_private => false,
            "http" => return Err(
                "is without encryption; give https://…, or set allow_private = true for a receiver inside"
                    .to_owned(),
            ),
            other => return Err(format!("begins with {other}:; give https://…")),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err("names a user; give an address without one".to_owned());
        }
        let host = match url.host() {
            // Without brackets, whatever the spelling was.
            Some(Host::Ipv4(ip)) => checked(ip.into(), allow_private, !encrypted)?,
            Some(Host::Ipv6(ip)) => checked(ip.into(), allow_private, !encrypted)?,
            Some(Host::Domain(name)) => name.to_owned(),
            None => return Err("names no host; give https://…".to_owned()),
        };
        let port = url.port_or_known_default().unwrap_or(443);
        Ok(Target { place: Place { host, port, allow_private, in_the_open: !encrypted }, encrypted, url })
    }

    /// As it may be shown: without path and query, which may hold a key.
    pub fn shown(&self) -> String {
        format!("{}://{}", self.url.scheme(), self.authority())
    }

    /// Whether it holds what may be a key, and so does not belong into a configuration.
    pub fn may_hold_a_key(text: &str) -> bool {
        Url::parse(text).is_ok_and(|url| url.query().is_some() || url.password().is_some())
    }

    /// The host, with its port if it is not the usual one.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Path and query, with something added to the query.
    pub fn path_and_query(&self, more: Option<&str>) -> String {
        let query: Vec<&str> =
            self.url.query().into_iter().chain(more).filter(|part| !part.is_empty()).collect();
        match query.is_empty() {
            true => self.url.path().to_owned(),
            false => format!("{}?{}", self.url.path(), query.join("&")),
        }
    }

    /// The same receiver, under a path that is added.
    #[must_use]
    pub fn under(&self, path: &str) -> Target {
        let mut url = self.url.clone();
        url.set_path(&format!("{}{path}", self.url.path().trim_end_matches('/')));
        Target { url, ..self.clone() }
    }

    /// What must not be shown of what the receiver says: the query's values and the parts of the path.
    pub fn secrets(&self) -> Secrets {
        let values = self.url.query_pairs().map(|(_, value)| value.into_owned());
        let path = self.url.path_segments().into_iter().flatten();
        let path = path.filter(|part| part.len() >= KEY_BYTES_MIN).map(str::to_owned);
        Secrets::new(values.chain(path).chain(self.url.query().map(str::to_owned)))
    }
}

fn checked(ip: IpAddr, allow_private: bool, in_the_open: bool) -> Result<String, String> {
    match address::refusal(ip, allow_private, in_the_open) {
        None => Ok(ip.to_string()),
        Some(why) => Err(format!("names {ip}, {why}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_by_its_host_alone() {
        let text = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=73febdcb-1b38";
        let target = Target::parse(text, false).expect("an address");
        assert_eq!(target.shown(), "https://qyapi.weixin.qq.com");
        assert!(!format!("{target:?}").contains("73feb"));
        assert_eq!(
            target.path_and_query(Some("sign=%2B")),
            "/cgi-bin/webhook/send?key=73febdcb-1b38&sign=%2B"
        );
        assert_eq!(target.secrets().mask("bad key 73febdcb-1b38"), "bad key …");
        let feishu = Target::parse("https://open.feishu.cn/open-apis/bot/v2/hook/aaaa-bbbb-cccc", false);
        assert_eq!(feishu.expect("an address").secrets().mask("hook aaaa-bbbb-cccc?"), "hook …?");
    }

    #[test]
    fn what_is_inside_is_refused_however_it_is_spelt() {
        for host in [
            "127.0.0.1",
            "localhost.",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "[::1]",
            "127.0.0.1",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "10.1.2.3",
            "192.168.1.1",
            "169.254.169.254",
            "[fe80::1]",
            "0",
        ] {
            let literal = host != "localhost.";
            let refused = Target::parse(&format!("https://{host}/"), false);
            assert_eq!(refused.is_err(), literal, "{host}: {refused:?}");
        }
        let said = Target::parse("https://0x7f.1/", false).expect_err("loopback");
        assert_eq!(said, "names 127.0.0.1, a loopback address; if it is meant, set allow_private = true");
        assert!(Target::parse("http://127.0.0.1:8/", true).is_ok());
        let said = Target::parse("http://169.254.169.254/", true).expect_err("a cloud's metadata");
        assert_eq!(said, "names 169.254.169.254, a link-local address, at which nobody receives");
        let said = Target::parse("http://1.1.1.1/", true).expect_err("in the open");
        assert_eq!(said, "names 1.1.1.1, a public address, to which nothing is sent without encryption");
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        let long = format!("https://a.example/{}", "s3cret".repeat(400));
        for text in [
            "http://a.example/s3cret",
            "ftp://a.example/s3cret",
            "s3cret",
            "https://u:s3cret@a.example/",
            &long,
        ] {
            if let Err(said) = Target::parse(text, false) {
                assert!(!said.contains("s3cret"), "{said}");
            } else {
                panic!("{text} was taken");
            }
        }
    }

    #[test]
    fn a_path_is_added_behind_the_one_given() {
        let of = |text: &str| {
            Target::parse(text, false).expect("an address").under("/api/v2/alerts").path_and_query(None)
        };
        assert_eq!(of("https://a.example"), "/api/v2/alerts");
        assert_eq!(of("https://a.example/am/"), "/am/api/v2/alerts");
    }
}
