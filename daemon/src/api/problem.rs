//! Errors as problem documents (RFC 9457): what was wrong, where, and what to do.

use crate::service::Busy;
use axum::Json;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Display;
use std::time::Duration;

/// An error as it is answered.
#[derive(Debug, Serialize)]
pub struct Problem {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    code: &'static str,
    detail: String,
}

impl Problem {
    fn new(
        status: StatusCode,
        code: &'static str,
        title: &'static str,
        detail: impl Into<String>,
    ) -> Problem {
        Problem { kind: "about:blank", title, status: status.as_u16(), code, detail: detail.into() }
    }

    /// The history is still being computed.
    pub fn starting() -> Problem {
        let detail = "the daemon is computing its history or stopping; ask /readyz, and try again";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not_ready", "Not ready", detail)
    }

    /// The daemon ended, or its journal failed, with a request under way.
    pub fn interrupted() -> Problem {
        let detail = "the daemon ended while this was under way, and whether it was taken is not known; when /readyz answers 200, send the \
                      same again: nothing is taken twice";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "interrupted", "Interrupted", detail)
    }

    /// The queue is full.
    pub fn busy() -> Problem {
        let detail = "more is waiting than can be taken; send the same again after Retry-After seconds: nothing is taken twice";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "Busy", detail)
    }

    /// The disk is nearly full.
    pub fn no_room() -> Problem {
        let detail = "the daemon's disk is nearly full, and nothing is taken until there is room; what was accepted is safe. Send the same \
                      again after Retry-After seconds: nothing is taken twice";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "disk_nearly_full", "Disk nearly full", detail)
    }

    /// No token, or a wrong one.
    pub fn unauthorized() -> Problem {
        let detail = "give the token of data_dir/admin.token as \"Authorization: Bearer …\"";
        Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "Unauthorized", detail)
    }

    /// A token that may not.
    pub fn forbidden(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::FORBIDDEN, "forbidden", "Forbidden", detail)
    }

    /// What was read must be named.
    pub fn precondition_required(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_required", "Precondition required", detail)
    }

    /// Nothing there.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", "Not found", detail)
    }

    /// What others did meanwhile is in the way.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::CONFLICT, code, "Conflict", detail)
    }

    /// A parameter or body that cannot be taken.
    pub fn bad_request(code: &'static str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, code, "Bad request", detail)
    }

    /// A body longer than the limit.
    pub fn body_too_large() -> Problem {
        let detail = "the body is longer than a request may have; send fewer events at a time";
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "Body too large", detail)
    }

    /// A body that broke off.
    pub fn broken_body() -> Problem {
        Problem::bad_request("unreadable_body", "the body broke off; send it again whole")
    }

    /// A body that comes too slowly.
    pub fn too_slow(idle: Duration, patience: Duration) -> Problem {
        let detail = format!(
            "the body paused for {} s or took more than {} s in all; send fewer events at a time",
            idle.as_secs(),
            patience.as_secs()
        );
        Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow", "Too slow", detail)
    }

    /// The same, of something of which so much was taken before.
    #[must_use]
    pub fn after(mut self, events: usize) -> Problem {
        if events > 0 {
            self.detail += &format!(
                "; {events} events before it were taken: send all of it again when this is mended, nothing is taken twice"
            );
        }
        self
    }

    /// A method that the path does not have.
    pub fn method_not_allowed() -> Problem {
        let detail = "this path has no such method; those that it has are in the Allow header";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed", detail)
    }

    /// A body in a form that is not spoken.
    pub fn unsupported(detail: impl Into<String>) -> Problem {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Unsupported media type",
            detail,
        )
    }

    /// Something failed here. The reason goes to the log, not to the caller.
    pub fn internal(error: impl Display) -> Problem {
        tracing::error!(%error, "a request failed");
        let detail = "the daemon failed at this; the reason is in its log";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "Internal error", detail)
    }
}

impl From<Busy> for Problem {
    fn from(busy: Busy) -> Problem {
        match busy {
            Busy::Full => Problem::busy(),
            Busy::NoRoom => Problem::no_room(),
            Busy::Stopping => Problem::starting(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers
            .insert(CONTENT_TYPE, const { axum::http::HeaderValue::from_static("application/problem+json") });
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, const { axum::http::HeaderValue::from_static("1") });
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, const { axum::http::HeaderValue::from_static("Bearer") });
        }
        response
    }
}
