//! `POST /logout`: ends the session here, and at the identity provider where that can be done.
//!
//! A browser is led on to the provider by a page, not by a redirect: a form's redirect to another
//! origin than its page allows is blocked by some browsers (CSP Level 3, `form-action`;
//! w3c/webappsec-csp issue 8), and only here is it known which origin that is.
//!
//! Boxes know nothing of it: their cookies end with the session at the latest, or with the box.

use askama::Template;
use hotdesk::{
    audit::What,
    clock::Clock,
    session, visit,
    web::{self, Reply},
};
use hotdesk_pages::Allow;
use http::{StatusCode, header};
use lambda_http::Request;

use crate::{App, Refusal};

#[derive(Template)]
#[template(path = "left.html")]
struct Left {
    nonce: String,
}

#[derive(Template)]
#[template(path = "leaving.html")]
struct Leaving<'a> {
    nonce: String,
    to: &'a str,
}

/// Ends them. Without a session there is nothing to end here, but perhaps at the provider.
pub(crate) async fn logout<C: Clock>(
    app: &App<C>,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    visit::same_origin(request.headers(), app.origin.base())?;
    let (base, now) = (app.origin.base(), app.clock.now());
    if let Some(claims) = session::read(request.headers(), base, &app.verifier, now) {
        app.audit(request, What::SignOut, Some(&claims.sub), None, "done");
    }
    let elsewhere = app.provider.end_of_session(now).await;
    let mut reply = match &elsewhere {
        Some(url) if html => {
            let view = |nonce| Leaving { nonce, to: url.as_str() };
            hotdesk_pages::page(StatusCode::OK, Allow::default(), view)?
        }
        Some(url) => web::redirect(StatusCode::SEE_OTHER, url.as_str()),
        // Our first page would lead to the provider, which signs in again without a question.
        None if html => {
            hotdesk_pages::page(StatusCode::OK, Allow::default(), |nonce| Left { nonce })?
        }
        None => web::redirect(StatusCode::SEE_OTHER, app.origin.url().as_str()),
    };
    let ended = session::end_cookie(base);
    reply.headers_mut().append(header::SET_COOKIE, ended);
    Ok(reply)
}
