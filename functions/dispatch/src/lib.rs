//! The pages and the API that people meet first: from a session to a box.
//!
//! | route | does |
//! | --- | --- |
//! | `GET /` | who is signed in, what their workspace does |
//! | `GET /dispatch` | 302 to the user's box with a ticket, or 202: queued |
//! | `GET /status` | where the user stands; keeps their place in the queue |
//! | `POST /stop` | gives the box back, or the place in the queue |
//! | `GET /health` | that the function runs |
//!
//! The session cookie is the only way to be a user. Pages for browsers (`Accept: text/html`), JSON
//! for the rest.

mod open;
mod pages;
mod session;
mod stop;

use std::time::Duration;

use hotdesk::{
    clock::Clock,
    config::WebConfig,
    error::Error,
    problem::Problem,
    rebuild,
    seats::Seats,
    store::{Ask, Store, StoreError},
    token::{Signer, Verifier},
    web::{self, Reply},
};
use http::{Method, StatusCode, header};
use lambda_http::Request;
use serde_json::json;
use session::Session;
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
    /// Where people and pages are sent.
    pub web: WebConfig,
}

/// Why a request did not get what it asked for.
enum Refusal {
    /// The client can act on it.
    Problem(Problem),
    /// Something failed; the client is told to try again or that it is our fault.
    Failed(Error),
    /// Nobody is signed in.
    SignIn,
}

impl<E: Into<Error>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// Answers a request.
pub async fn handle<S: Store, D: Seats, C: Clock>(app: &App<S, D, C>, request: Request) -> Reply {
    let html = wants_html(&request);
    let problem = match route(app, &request, html).await {
        Ok(reply) => return reply,
        Err(Refusal::SignIn) if html && request.method() == Method::GET => {
            return session::to_sign_in(&app.web, request.uri().path());
        }
        Err(Refusal::SignIn) => Problem::SignInNeeded,
        Err(Refusal::Problem(problem)) => problem,
        Err(Refusal::Failed(e)) => {
            error!(
                code = e.code(),
                error = e.chain(),
                path = request.uri().path(),
                "request failed"
            );
            Problem::from(&e)
        }
    };
    if html { pages::problem(problem) } else { web::problem(problem) }
}

async fn route<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    let session = || session::of(app, request).ok_or(Refusal::SignIn);
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") => Ok(web::json(StatusCode::OK, &json!({ "status": "ok" }))),
        (&Method::GET, "/") => home(app, &session()?, html).await,
        (&Method::GET, "/status") => status(app, &session()?).await,
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
        (_, "/health" | "/" | "/status" | "/dispatch" | "/stop") => {
            Err(Refusal::Problem(Problem::MethodNotAllowed))
        }
        _ => Err(Refusal::Problem(Problem::NotFound)),
    }
}

async fn home<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    html: bool,
) -> Result<Reply, Refusal> {
    let workspace = match app.store.workspace(&session.user).await {
        Err(StoreError::Cold) => {
            rebuild::from_items(&app.store, &app.seats, &app.clock).await?;
            app.store.workspace(&session.user).await?
        }
        workspace => workspace?,
    };
    if html {
        return Ok(pages::home(&session.user, &workspace, &app.web));
    }
    let body = json!({ "user": session.user, "state": pages::state_word(&workspace) });
    Ok(web::json(StatusCode::OK, &body))
}

async fn status<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
) -> Result<Reply, Refusal> {
    let ask = match app.store.ask(&session.user, app.clock.now()).await {
        Err(StoreError::Cold) => {
            rebuild::from_items(&app.store, &app.seats, &app.clock).await?;
            app.store.ask(&session.user, app.clock.now()).await?
        }
        ask => ask?,
    };
    let (state, place) = match ask {
        Ask::Running(_) => ("running", None),
        Ask::Waiting(place) => ("waiting", Some(place)),
        Ask::Stopping => ("stopping", None),
        Ask::NotQueued => ("stopped", None),
    };
    Ok(web::json(StatusCode::OK, &open::standing(state, place)))
}

fn wants_html(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|v| v.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// A page that the browser fetches before anybody clicked claims nothing (Fetch standard,
/// `Sec-Purpose`; older browsers send `Purpose`).
fn is_prefetch(request: &Request) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let value = request.headers().get(*name).and_then(|v| v.to_str().ok());
        value.is_some_and(|v| v.contains("prefetch") || v.contains("prerender"))
    })
}
