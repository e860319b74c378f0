//! Answers that the HTTP functions share.

use http::{HeaderValue, Response, StatusCode, header};

use crate::problem::Problem;

/// The largest body that a route takes, bytes: names and numbers need a few hundred.
pub const MAX_BODY: usize = 4096;

/// An answer whose body is text.
pub type Reply = Response<String>;

/// A JSON answer that nobody may keep.
pub fn json(status: StatusCode, body: &impl serde::Serialize) -> Reply {
    let text = serde_json::to_string(body).unwrap_or_default();
    reply(status, "application/json", text)
}

/// A problem as a document (RFC 9457).
pub fn problem(problem: Problem) -> Reply {
    let text = serde_json::to_string(&problem.document()).unwrap_or_default();
    let mut reply = reply(problem.status(), "application/problem+json", text);
    if let Some(seconds) = problem.retry_after() {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// 405, with the method that the address takes (RFC 9110, section 15.5.6).
#[must_use]
pub fn takes_only(method: &'static str) -> Reply {
    let mut reply = problem(Problem::MethodNotAllowed);
    reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static(method));
    reply
}

/// An answer of that type that nobody may keep.
pub fn reply(status: StatusCode, content_type: &'static str, body: String) -> Reply {
    let mut reply = Response::new(body);
    *reply.status_mut() = status;
    let headers = reply.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    reply
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(String::new());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}
