//! Who asks: the session cookie, and where a request that changes something must come from.

use cookie::Cookie;
use hotdesk::{
    clock::Clock,
    config::WebConfig,
    id::UserId,
    problem::Problem,
    seats::Identity,
    token::SessionClaims,
    web::{self, Reply},
};
use http::{HeaderValue, StatusCode, header};
use lambda_http::Request;

use crate::{App, Refusal};

/// Somebody who is signed in.
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(crate) identity: Identity,
    /// When the session ends, seconds since 1970.
    pub(crate) ends: u64,
}

/// Who is signed in, by the cookie alone.
pub(crate) fn of<S, D, C: Clock>(app: &App<S, D, C>, request: &Request) -> Option<Session> {
    let name = app.web.session_cookie();
    let headers = request.headers().get_all(header::COOKIE).iter();
    let cookies = headers.filter_map(|value| value.to_str().ok()).flat_map(Cookie::split_parse);
    // Of two cookies of that name one may be another site's doing; any that is ours will do.
    let mut sessions =
        cookies.flatten().filter(|cookie| cookie.name() == name).filter_map(|cookie| {
            let now = app.clock.now();
            app.verifier.verify::<SessionClaims>(cookie.value(), SessionClaims::AUDIENCE, now).ok()
        });
    let claims = sessions.next()?;
    let identity = Identity { issuer: claims.idp_issuer, subject: claims.idp_subject };
    Some(Session { user: claims.sub, identity, ends: claims.exp })
}

/// To the sign-in page, and back to `path` afterwards.
pub(crate) fn to_sign_in(web: &WebConfig, path: &str) -> Reply {
    let next = serde_urlencoded::to_string([("next", path)]).unwrap_or_default();
    redirect(StatusCode::FOUND, &format!("{}?{next}", web.login_url()))
}

/// A redirect that nobody may keep.
pub(crate) fn redirect(status: StatusCode, to: &str) -> Reply {
    let mut reply = web::empty(status);
    if let Ok(to) = HeaderValue::from_str(to) {
        reply.headers_mut().insert(header::LOCATION, to);
    }
    reply
}

/// State-changing requests come from our own pages: boxes are siblings on one site, so SameSite
/// cookies alone stop nothing.
pub(crate) fn same_origin<S, D, C>(app: &App<S, D, C>, request: &Request) -> Result<(), Refusal> {
    let origin = request.headers().get(header::ORIGIN).and_then(|v| v.to_str().ok());
    if origin == Some(app.web.base_url.0.as_str()) {
        Ok(())
    } else {
        Err(Refusal::Problem(Problem::ForeignOrigin))
    }
}
