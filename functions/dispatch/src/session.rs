//! Who asks: the session, how long it holds, and what is written down about it.

use std::net::IpAddr;

use hotdesk::{
    audit::{Line, What},
    clock::{Clock, Ms},
    config::WebConfig,
    id::UserId,
    rebuild,
    seats::{Identity, Seats},
    session::{self, set_cookie},
    store::Store,
    token::SessionClaims,
    web::{self, Reply},
};
use http::{StatusCode, header};
use lambda_http::{Request, RequestExt, request::RequestContext};

use crate::{App, Refusal};

/// Somebody who is signed in.
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(crate) identity: Identity,
    /// Whether they may end other people's sessions.
    pub(crate) operator: bool,
    /// When they signed in, as exactly as the token says it: to the second, rounded down.
    pub(crate) began: Ms,
    /// When the session ends, seconds since 1970.
    pub(crate) ends: u64,
    /// Where the request comes from, as API Gateway saw it.
    pub(crate) from: Option<IpAddr>,
    claims: SessionClaims,
}

/// Who is signed in, by the cookie alone: a revocation is the store's to tell, see [`holds`].
pub(crate) fn of<S, D, C: Clock>(app: &App<S, D, C>, request: &Request) -> Option<Session> {
    let now = app.clock.now();
    let claims = session::read(request.headers(), &app.web.base_url, &app.verifier, now)?;
    let identity =
        Identity { issuer: claims.idp_issuer.clone(), subject: claims.idp_subject.clone() };
    Some(Session {
        user: claims.sub.clone(),
        identity,
        operator: claims.operator,
        began: Ms(claims.began.saturating_mul(1000)),
        ends: claims.ends,
        from: source(request),
        claims,
    })
}

/// Where a request comes from: API Gateway's word, not a header's that anybody can send.
pub(crate) fn source(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

/// Whether the session was not ended by an operator.
pub(crate) async fn holds<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
) -> Result<(), Refusal> {
    let look = || app.store.revoked(&session.user);
    let revoked = rebuild::warm(&app.store, &app.seats, &app.clock, look).await?;
    if revoked.is_some_and(|at| at >= session.began) { Err(Refusal::SignIn) } else { Ok(()) }
}

/// Puts the session's next token into an answer, once half of the last one's life is over.
pub(crate) fn renew<S, D, C: Clock>(app: &App<S, D, C>, session: &Session, reply: &mut Reply) {
    let Some(next) = session.claims.renewed(app.clock.now()) else { return };
    if let Ok(token) = app.signer.sign(&next) {
        let cookie = set_cookie(&app.web.base_url, &token, next.exp.saturating_sub(next.iat));
        reply.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// To the sign-in page, and back to that address afterwards.
pub(crate) fn to_sign_in(web: &WebConfig, address: &str) -> Reply {
    let next = serde_urlencoded::to_string([("next", address)]).unwrap_or_default();
    web::redirect(StatusCode::FOUND, &format!("{}/login?{next}", web.base_url.0))
}

/// A line of the audit trail about what this session did.
pub(crate) fn audit<S, D, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    what: What,
    on: Option<&str>,
    result: &str,
) {
    let Session { user, from, .. } = session;
    Line { what, at: app.clock.now(), who: Some(user), on, from: *from, result }.log();
}
