//! A client of the daemon's interface.

use reqwest::blocking::{Client as Http, RequestBuilder, Response};
use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A client with a token.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    base: String,
    token: String,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The content type, empty if none.
    pub content_type: String,
    /// All headers.
    pub headers: reqwest::header::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    fn of(response: Response) -> reqwest::Result<Answer> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let content_type = headers.get("content-type").and_then(|value| value.to_str().ok());
        let content_type = content_type.unwrap_or_default().to_owned();
        Ok(Answer { status, content_type, headers, body: response.bytes()?.to_vec() })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// The code, if this is a problem document (RFC 9457) as every error must be.
    ///
    /// # Panics
    /// If it is something else.
    pub fn problem(&self) -> String {
        assert_eq!(self.content_type, "application/problem+json", "{} {}", self.status, self.text());
        let problem = self.json();
        assert_eq!(problem["status"], self.status, "{problem}");
        for field in ["type", "title", "detail", "code"] {
            assert!(problem[field].as_str().is_some_and(|text| !text.is_empty()), "{field} of {problem}");
        }
        problem["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// A text as it may stand in a path or a query.
pub fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}

impl Client {
    /// A client of the daemon at an address.
    ///
    /// # Panics
    /// If no client can be made.
    pub fn new(address: SocketAddr, token: &str) -> Client {
        let http = Http::builder().no_proxy().timeout(TIMEOUT).build().expect("a client");
        Client { http, base: format!("http://{address}"), token: token.to_owned() }
    }

    /// The same client of a daemon at another address.
    #[must_use]
    pub fn at(&self, address: SocketAddr) -> Client {
        Client { base: format!("http://{address}"), ..self.clone() }
    }

    /// The same client with another token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Client {
        Client { token: token.to_owned(), ..self.clone() }
    }

    /// The daemon's address and port.
    pub fn authority(&self) -> String {
        self.base.trim_start_matches("http://").to_owned()
    }

    fn request(&self, method: &str, path: &str) -> RequestBuilder {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.base));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    /// Asks with any method and headers.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> reqwest::Result<Answer> {
        let request = self.request(method, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Answer::of(request.body(body).send()?)
    }

    /// Gets a path.
    ///
    /// # Panics
    /// If there is no answer.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], Vec::new()).unwrap_or_else(|error| panic!("GET {path}: {error}"))
    }

    /// The status of a path; none if there is no answer.
    pub fn get_or_none(&self, path: &str) -> Option<u16> {
        self.ask("GET", path, &[], Vec::new()).ok().map(|answer| answer.status)
    }

    /// Where the daemon listens.
    ///
    /// # Panics
    /// Never: it was made from an address.
    pub fn address(&self) -> SocketAddr {
        self.base.trim_start_matches("http://").parse().expect("it was made from an address")
    }

    /// Gets JSON.
    ///
    /// # Panics
    /// If the answer is not 200 or no JSON.
    pub fn get_json(&self, path: &str) -> Value {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.text());
        answer.json()
    }

    /// The response to a request for a stream, whose body is still to come.
    pub(crate) fn open(&self, path: &str, last_event_id: Option<u64>) -> reqwest::Result<Response> {
        // A stream has no end; whoever reads it has a deadline.
        let mut request = self.request("GET", path).timeout(Duration::from_secs(3600));
        if let Some(id) = last_event_id {
            request = request.header("Last-Event-ID", id);
        }
        request.send()
    }

    /// Posts events; the body is sent as it is.
    ///
    /// # Errors
    /// If there is no answer.
    pub fn try_post(&self, content_type: &str, body: impl Into<Vec<u8>>) -> reqwest::Result<Answer> {
        self.ask("POST", "/api/v1/events", &[("content-type", content_type)], body.into())
    }

    /// Posts events as an array; gives the receipt.
    ///
    /// # Panics
    /// If they are not answered with a receipt.
    pub fn post(&self, events: &[Value]) -> Value {
        let body = serde_json::to_vec(events).expect("JSON");
        let answer = self.try_post("application/json", body).expect("an answer");
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()
    }

    /// Posts events that must all be new.
    ///
    /// # Panics
    /// If one is not.
    pub fn accept(&self, events: &[Value]) {
        let expected = serde_json::json!({"accepted": events.len(), "duplicate": 0, "quarantined": []});
        assert_eq!(self.post(events), expected);
    }

    /// All items of a list, page by page.
    ///
    /// # Panics
    /// If a page is no page.
    pub fn list(&self, path: &str, limit: usize) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), None::<String>);
        let join = if path.contains('?') { '&' } else { '?' };
        loop {
            let after = cursor.as_deref().map(|cursor| format!("&cursor={}", encoded(cursor)));
            let page = self.get_json(&format!("{path}{join}limit={limit}{}", after.unwrap_or_default()));
            let found = page["items"].as_array().expect("items");
            assert!(found.len() <= limit, "{} items in a page of {limit}", found.len());
            items.extend(found.iter().cloned());
            cursor = match &page["next"] {
                Value::Null => return items,
                Value::String(text) => Some(text.clone()),
                other => Some(other.to_string()),
            };
        }
    }

    /// A sample of `/metrics`, by its name with labels as it is written.
    ///
    /// # Panics
    /// If it is not there.
    pub fn metric(&self, sample: &str) -> f64 {
        let text = self.get("/metrics").text();
        let line = text.lines().find_map(|line| line.strip_prefix(sample)?.strip_prefix(' '));
        let value = line.unwrap_or_else(|| panic!("{sample} is not in /metrics"));
        value.parse().expect("a number")
    }
}
