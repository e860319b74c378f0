//! The pages and the API that people meet first: from a session to a box.
//!
//! | route | does |
//! | --- | --- |
//! | `GET /` | who is signed in, what their workspace does |
//! | `GET /dispatch` | 302 to the user's box with a ticket, or 202: queued |
//! | `GET /status` | where the user stands; keeps their place in the queue |
//! | `POST /stop` | gives the box back, or the place in the queue |
//! | `GET /problems/{slug}` | what a type of problem means |
//! | `GET /health` | that the function runs |
//!
//! `openapi.yaml` describes them for programs. The session cookie is the only way to be a user.
//! Pages for browsers, JSON for the rest, by `Accept`.

mod home;
mod negotiate;
mod open;
mod problems;
mod session;
mod standing;
mod status;
mod stop;
mod waiting;
mod words;

use std::time::Duration;

use hotdesk::{
    clock::Clock,
    config::{Times, WebConfig},
    error::Error,
    problem::Problem,
    seats::{Seats, SeatsError},
    store::{Store, StoreError},
    token::{Signer, TokenError, Verifier},
    web::{self, Reply},
};
use http::{HeaderValue, Method, StatusCode, header};
use lambda_http::Request;
use serde_json::json;
use tracing::error;

/// What the function needs.
#[derive(Debug)]
pub struct App<S, D, C> {
    /// The fast store.
    pub store: S,
    /// The durable seats.
    pub seats: D,
    /// The time.
    pub clock: C,
    /// Signs tickets and seat tokens.
    pub signer: Signer,
    /// Checks sessions.
    pub verifier: Verifier,
    /// How long a seat token lives.
    pub seat_token_lifetime: Duration,
    /// How long somebody keeps a box, as the home page says it.
    pub times: Times,
    /// Where people and pages are sent.
    pub web: WebConfig,
}

/// Why a request did not get what it asked for.
enum Refusal {
    /// The client can act on it.
    Problem(Problem),
    /// The address takes another method: this one.
    Method(&'static str),
    /// Something failed; the client is told to try again or that it is our fault.
    Failed(Error),
    /// A page could not be rendered.
    Page(askama::Error),
    /// Nobody is signed in.
    SignIn,
}

macro_rules! failed {
    ($($error:ty),*) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self::Failed(error.into())
            }
        }
    )*};
}

failed!(Error, StoreError, SeatsError, TokenError);

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self::Page(error)
    }
}

/// Answers a request.
pub async fn handle<S: Store, D: Seats, C: Clock>(app: &App<S, D, C>, request: Request) -> Reply {
    let html = negotiate::wants_page(request.headers());
    let (method, path) = (request.method(), request.uri().path());
    let mut allow = None;
    let problem = match route(app, &request, html).await {
        Ok(reply) => return reply,
        Err(Refusal::SignIn) if html && method == Method::GET => {
            return session::to_sign_in(&app.web, path);
        }
        Err(Refusal::SignIn) => Problem::SignInNeeded,
        Err(Refusal::Problem(problem)) => problem,
        Err(Refusal::Method(taken)) => {
            allow = Some(taken);
            Problem::MethodNotAllowed
        }
        Err(Refusal::Page(e)) => {
            error!(error = %e, path, "page not rendered");
            Problem::Internal
        }
        Err(Refusal::Failed(e)) => {
            error!(code = e.code(), error = e.chain(), path, "request failed");
            Problem::from(&e)
        }
    };
    let mut reply =
        if html { problems::page(problem, method == Method::GET) } else { web::problem(problem) };
    if let Some(allow) = allow {
        reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    negotiate::varies(reply)
}

async fn route<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    let session = || session::of(app, request).ok_or(Refusal::SignIn);
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") => Ok(web::json(StatusCode::OK, &json!({ "status": "ok" }))),
        (&Method::GET, "/") => home::home(app, &session()?, html).await,
        (&Method::GET, "/status") => status::status(app, &session()?, request, html).await,
        (&Method::GET, "/dispatch") => {
            let session = session()?;
            if is_prefetch(request) {
                return Ok(web::empty(StatusCode::NO_CONTENT));
            }
            open::open(app, &session, html).await
        }
        (&Method::POST, "/stop") => {
            session::same_origin(app, request)?;
            stop::stop(app, &session()?, request, html).await
        }
        (_, "/health" | "/" | "/status" | "/dispatch") => Err(Refusal::Method("GET")),
        (_, "/stop") => Err(Refusal::Method("POST")),
        (method, path) => match path.strip_prefix("/problems/") {
            Some(slug) if method == Method::GET => problems::about(slug, html),
            Some(_) => Err(Refusal::Method("GET")),
            None => Err(Refusal::Problem(Problem::NotFound)),
        },
    }
}

/// A page that the browser fetches before anybody clicked claims nothing (Fetch standard,
/// `Sec-Purpose`; older browsers send `Purpose`).
fn is_prefetch(request: &Request) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let value = request.headers().get(*name).and_then(|v| v.to_str().ok());
        value.is_some_and(|v| v.contains("prefetch") || v.contains("prerender"))
    })
}
