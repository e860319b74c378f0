//! Which address and method leads where, and who may go there.

use hotdesk::{
    clock::Clock,
    problem::Problem,
    seats::Seats,
    store::Store,
    visit,
    web::{self, Reply},
};
use http::{Method, StatusCode};
use lambda_http::Request;
use serde_json::json;

use crate::{
    App, Refusal,
    homes::{self, Address},
    keys, open, problems, revoke,
    session::{self, Session},
    status, stop, workspace,
};

/// The answer, or why there is none.
pub(crate) async fn route<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    request: &Request,
    session: Option<&Session>,
    html: bool,
) -> Result<Reply, Refusal> {
    // What is read or done for a user, and by whose page.
    let look = async || {
        visit::not_in_passing(request.headers())?;
        let session = session.ok_or(Refusal::SignIn)?;
        session::holds(app, session).await?;
        Ok::<_, Refusal>(session)
    };
    let act = async || {
        visit::same_origin(request.headers(), &app.web.base_url)?;
        look().await
    };
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/health") => Ok(web::json(StatusCode::OK, &json!({ "status": "ok" }))),
        (&Method::GET, "/.well-known/jwks.json") => Ok(keys::published(&app.verifier)),
        (&Method::GET, "/") => workspace::workspace(app, look().await?, html).await,
        (&Method::GET, "/status") => status::status(app, look().await?, request, html).await,
        (&Method::GET, "/dispatch") => {
            visit::not_in_passing(request.headers())?;
            let session = session.ok_or(Refusal::SignIn)?;
            if visit::is_prefetch(request.headers()) {
                return Ok(web::empty(StatusCode::NO_CONTENT));
            }
            open::open(app, session, html).await
        }
        (&Method::POST, "/stop") => stop::stop(app, act().await?, request, html).await,
        (&Method::POST, "/revoke") => revoke::revoke(app, act().await?, request, html).await,
        (_, "/health" | "/.well-known/jwks.json" | "/" | "/status" | "/dispatch") => {
            Err(Refusal::Method("GET"))
        }
        (_, "/stop" | "/revoke") => Err(Refusal::Method("POST")),
        (method, path) => match (path.strip_prefix("/problems/"), Address::of(path)) {
            (Some(slug), _) if method == Method::GET => problems::about(slug, html),
            (Some(_), _) => Err(Refusal::Method("GET")),
            (None, Some(address)) if method.as_str() != address.method() => {
                Err(Refusal::Method(address.method()))
            }
            (None, Some(Address::Find)) => homes::find(app, look().await?, request),
            (None, Some(Address::Look(user))) => {
                homes::look(app, look().await?, request, user, html).await
            }
            (None, Some(Address::Ask(user, deed))) => {
                homes::ask(app, act().await?, request, (user, deed), html).await
            }
            (None, None) => Err(Refusal::Problem(Problem::NotFound)),
        },
    }
}
