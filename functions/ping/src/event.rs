//! A request as API Gateway hands it to Lambda, and the answer as API Gateway takes it: payload format 2.0.
//! [docs: API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs"]
//!
//! `lambda_http`, which the other functions have, keeps everything that is in an event. Five fields are enough for a
//! heartbeat, and nearly all calls of all functions are heartbeats.

use std::collections::BTreeMap;

use base64::{DecodeError, Engine as _, prelude::BASE64_STANDARD};
use hotdesk::web::Reply;
use http::{HeaderValue, Method, Request, Uri, header, method::InvalidMethod};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What cannot be an event of API Gateway. Lambda is told so, without what was in it; nobody else can send one.
#[derive(Debug, Error)]
pub enum EventError {
    /// Another event, or another payload format.
    #[error(
        "not an event of an HTTP API in payload format 2.0: route it here as template.yaml does"
    )]
    Format(#[from] serde_json::Error),
    /// Its method is none.
    #[error("an event with a method that is none")]
    Method(#[from] InvalidMethod),
    /// Its body is not what it says.
    #[error("an event with a body that is not Base64, as it says")]
    Body(#[from] DecodeError),
}

// Without Debug, as there is a token in it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    raw_path: String,
    request_context: Context,
    #[serde(default)]
    headers: Headers,
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
struct Context {
    http: Http,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

/// Their names are in lower case, whatever a client sent.
#[derive(Default, Deserialize)]
struct Headers {
    authorization: Option<String>,
}

/// Its method, path, `Authorization` and body.
///
/// # Errors
/// [`EventError`].
pub fn request(event: &str) -> Result<Request<Vec<u8>>, EventError> {
    let event: Event = serde_json::from_str(event)?;
    let body = event.body.unwrap_or_default().into_bytes();
    let body = if event.is_base64_encoded { BASE64_STANDARD.decode(body)? } else { body };
    let mut request = Request::new(body);
    *request.method_mut() = Method::from_bytes(event.request_context.http.method.as_bytes())?;
    // What is no path is no route of ours either.
    *request.uri_mut() = Uri::try_from(event.raw_path).unwrap_or_default();
    let said = event.headers.authorization.and_then(|value| HeaderValue::try_from(value).ok());
    if let Some(said) = said {
        request.headers_mut().insert(header::AUTHORIZATION, said);
    }
    Ok(request)
}

/// What API Gateway makes an answer of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    status_code: u16,
    headers: BTreeMap<String, String>,
    // Always none, and always there: API Gateway does without, cargo-lambda in its place does not.
    cookies: [String; 0],
    body: String,
    is_base64_encoded: bool,
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        let (parts, body) = reply.into_parts();
        let headers = parts.headers.iter().filter_map(|(name, value)| {
            // All of ours are visible ASCII.
            Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
        });
        Self {
            status_code: parts.status.as_u16(),
            headers: headers.collect(),
            cookies: [],
            body,
            is_base64_encoded: false,
        }
    }
}
