//! Answers that the HTTP functions share.

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};

use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// The largest body that a route takes, bytes: names and numbers need a few hundred.
pub const MAX_BODY: usize = 4096;

/// What every answer carries, so that no browser takes it for something else, or shows or loads it
/// in another site's page: `X-Content-Type-Options` (Fetch standard), `Cross-Origin-Resource-Policy`
/// (Fetch standard), `Strict-Transport-Security` for a year (RFC 6797; browsers ignore it where there
/// is no TLS, section 8.1).
pub const EVERYWHERE: [(HeaderName, HeaderValue); 3] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000")),
];

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
    headers.extend(EVERYWHERE);
    reply
}

/// An answer without a body.
pub fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(String::new());
    *reply.status_mut() = status;
    reply.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply.headers_mut().extend(EVERYWHERE);
    reply
}

/// A redirect that nobody may keep.
#[must_use]
pub fn redirect(status: StatusCode, to: &str) -> Reply {
    let mut reply = empty(status);
    if let Ok(to) = HeaderValue::from_str(to) {
        reply.headers_mut().insert(header::LOCATION, to);
    }
    reply
}

/// The form in a request's body, as pages send it; no body is an empty form.
///
/// # Errors
/// [`Problem::TooLarge`], [`Problem::UnsupportedMediaType`], or [`Problem::BadRequest`] where it is
/// not the form of that type.
pub fn form<T: DeserializeOwned>(request: &Request<impl AsRef<[u8]>>) -> Result<T, Problem> {
    const FORM: &str = "application/x-www-form-urlencoded";
    let body = request.body().as_ref();
    if body.len() > MAX_BODY {
        return Err(Problem::TooLarge);
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if !body.is_empty() && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(FORM)) {
        return Err(Problem::UnsupportedMediaType);
    }
    serde_urlencoded::from_bytes(body).map_err(|_| Problem::BadRequest)
}
