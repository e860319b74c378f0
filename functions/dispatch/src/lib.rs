//! The pages and the API that people meet first: from a session to a box.
//!
//! | route | does |
//! | --- | --- |
//! | `GET /` | who is signed in, what their workspace does |
//! | `GET /dispatch` | 302 to the user's box with a ticket, or 202: queued |
//! | `GET /status` | where the user stands; keeps their place in the queue |
//! | `POST /stop` | gives the box back, or the place in the queue |
//! | `POST /revoke` | ends somebody's sessions and seat; for operators |
//! | `/homes`, `/homes/{user}`, ... | somebody's home, and what is to become of it; for operators (see `homes`) |
//! | `GET /problems/{slug}` | what a type of problem means |
//! | `GET /.well-known/jwks.json` | the public keys of our tokens, for boxes |
//! | `GET /health` | that the function runs |
//!
//! `openapi.yaml` describes them for programs. The session cookie is the only way to be a user.
//! Pages for browsers, JSON for the rest, by `Accept`.

mod books;
mod files;
mod homes;
mod keys;
mod ledger;
mod open;
mod problems;
mod revoke;
mod route;
mod session;
mod standing;
mod status;
mod stop;
mod waiting;
mod words;
mod workspace;

use std::time::Duration;

use hotdesk::{
    audit::{Line, What},
    clock::Clock,
    config::{Times, WebConfig},
    error::Error,
    problem::Problem,
    seats::{Seats, SeatsError},
    store::{Store, StoreError},
    token::{Signer, TokenError, Verifier},
    web::{self, Reply},
};
use http::{HeaderValue, Method, header};
use lambda_http::Request;
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

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

failed!(Error, StoreError, SeatsError, TokenError);

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self::Page(error)
    }
}

/// Answers a request.
pub async fn handle<S: Store, D: Seats, C: Clock>(app: &App<S, D, C>, request: Request) -> Reply {
    let html = hotdesk_pages::wants_page(request.headers());
    let session = session::of(app, &request);
    match route::route(app, &request, session.as_ref(), html).await {
        Ok(mut reply) => {
            if let Some(session) = &session {
                session::renew(app, session, &mut reply);
            }
            reply
        }
        Err(refusal) => refused(app, &request, session.as_ref(), refusal, html),
    }
}

/// What somebody is told who did not get what they asked for.
fn refused<S, D, C: Clock>(
    app: &App<S, D, C>,
    request: &Request,
    session: Option<&Session>,
    refusal: Refusal,
    html: bool,
) -> Reply {
    let (method, path) = (request.method(), request.uri().path());
    let mut allow = None;
    let problem = match refusal {
        Refusal::SignIn if html && method == Method::GET => {
            let back = request.uri().path_and_query().map_or(path, |address| address.as_str());
            return session::to_sign_in(&app.web, back);
        }
        Refusal::SignIn => Problem::SignInNeeded,
        Refusal::Problem(problem) => problem,
        Refusal::Method(taken) => {
            allow = Some(taken);
            Problem::MethodNotAllowed
        }
        Refusal::Page(e) => {
            error!(error = %e, path, "page not rendered");
            Problem::Internal
        }
        Refusal::Failed(e) => {
            error!(code = e.code(), error = e.chain(), path, "request failed");
            Problem::from(&e)
        }
    };
    if problem == Problem::ForeignOrigin {
        let (who, from) = (session.map(|session| &session.user), session::source(request));
        let result = "refused: from another site";
        let at = app.clock.now();
        Line { what: What::Request, at, who, on: Some(path), from, result }.log();
    }
    let mut reply = if html {
        hotdesk_pages::problem_page(problem, method == Method::GET)
    } else {
        web::problem(problem)
    };
    if let Some(allow) = allow {
        reply.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
    }
    hotdesk_pages::varies(reply)
}
