//! `POST /revoke`: an operator ends all sessions of somebody, now.
//!
//! First the table: the revocation itself, and the seat, which is ending from then on. Its stream
//! has the box put out whoever is in, and its stop begins whatever the store says. Then the store:
//! no session of before gets anything any more. Whichever half is missing after a crash, the other
//! one ends well; repeating it is safe.

use askama::Template;
use hotdesk::{
    audit::What,
    clock::Clock,
    id::UserId,
    problem::Problem,
    rebuild,
    seats::Seats,
    store::Store,
    web::{self, Reply},
};
use hotdesk_pages::Allow;
use http::StatusCode;
use lambda_http::Request;
use serde::Deserialize;
use serde_json::json;

use crate::{
    App, Refusal,
    session::{Session, audit},
};

/// Whose sessions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    user: UserId,
}

#[derive(Template)]
#[template(path = "revoked.html")]
struct Page<'a> {
    nonce: String,
    user: &'a str,
    /// Whether they had a box.
    stopping: bool,
}

/// Ends them.
pub(crate) async fn revoke<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    if !session.operator {
        audit(app, session, What::Revoke, None, "refused: no operator");
        return Err(Refusal::Problem(Problem::NotOperator));
    }
    let Form { user } = web::form(request)?;
    let now = app.clock.now();
    let ended = app.seats.revoke(&user, &session.user, now).await?;
    let forget = || app.store.revoke(&user, now);
    rebuild::warm(&app.store, &app.seats, &app.clock, forget).await?;
    audit(app, session, What::Revoke, Some(user.as_str()), "done");
    let stopping = ended.is_some();
    if html {
        let view = |nonce| Page { nonce, user: user.as_str(), stopping };
        return Ok(hotdesk_pages::page(StatusCode::ACCEPTED, Allow::default(), view)?);
    }
    let state = if stopping { "stopping" } else { "stopped" };
    let body = json!({ "user": user, "state": state });
    Ok(hotdesk_pages::varies(web::json(StatusCode::ACCEPTED, &body)))
}
