//! `GET /login`: to the identity provider (`OpenID` Connect Core 1.0, section 3.1.2; PKCE, RFC 7636).

use hotdesk::{
    clock::Clock,
    visit,
    web::{self, Reply},
};
use http::{StatusCode, header};
use lambda_http::Request;
use openidconnect::{
    AuthenticationFlow, CsrfToken, Nonce, PkceCodeChallenge, Scope, core::CoreResponseType,
};

use crate::{App, Refusal, attempt, attempt::Attempt, next};

/// Bytes of randomness in a state: a part of it names the cookie, the rest is secret enough.
const STATE: u32 = 24;

/// Sends the browser to the provider with an attempt of its own.
pub(crate) async fn login<C: Clock>(app: &App<C>, request: &Request) -> Result<Reply, Refusal> {
    let headers = request.headers();
    if visit::is_prefetch(headers) {
        return Ok(web::empty(StatusCode::NO_CONTENT));
    }
    visit::not_in_passing(headers)?;
    let (now, base) = (app.clock.now(), app.origin.base());
    let metadata = app.provider.metadata(now).await?;
    let client = app.provider.client(&metadata);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut asked = client.authorize_url(
        AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
        || CsrfToken::new_random_len(STATE),
        Nonce::new_random,
    );
    for scope in app.provider.scopes() {
        asked = asked.add_scope(Scope::new(scope.to_owned()));
    }
    let (url, state, nonce) = asked.set_pkce_challenge(challenge).url();
    let next = next::wanted(request.uri().query(), app.origin.url());
    let (nonce, verifier) = (nonce.secret().clone(), verifier.into_secret());
    let attempt = Attempt::new(&state, nonce, verifier, next, now);
    let mut reply = web::redirect(StatusCode::FOUND, url.as_str());
    for old in attempt::make_room(headers, base, &app.verifier, now) {
        reply.headers_mut().append(header::SET_COOKIE, old);
    }
    reply.headers_mut().append(header::SET_COOKIE, attempt.cookie(base, &app.signer)?);
    Ok(reply)
}
