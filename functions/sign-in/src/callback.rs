//! `GET /callback`: back from the identity provider, with a code or a refusal.
//!
//! Order matters: nothing is asked of the provider before the answer is known to belong to an
//! attempt of this very browser.

use hotdesk::{
    audit::What,
    clock::{Clock, Ms},
    session,
    token::SessionClaims,
    visit,
    web::{self, Reply},
};
use http::{HeaderValue, StatusCode, header};
use lambda_http::Request;
use openidconnect::{AuthorizationCode, CsrfToken, Nonce, PkceCodeVerifier};
use serde::Deserialize;
use tracing::{info, warn};

use crate::{
    App, Refusal, attempt,
    attempt::Attempt,
    provider::{Answer, ProviderError, short},
};

/// What the provider had the browser bring (RFC 6749, section 4.1.2; `iss`: RFC 9207). A parameter
/// that comes twice makes it malformed.
#[derive(Default, Deserialize)]
struct Query {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

/// Begins a session, or says why not. The attempt is over either way, unless the provider is away:
/// then the same address may be tried again.
pub(crate) async fn callback<C: Clock>(app: &App<C>, request: &Request) -> Result<Reply, Refusal> {
    let headers = request.headers();
    if visit::is_prefetch(headers) {
        return Ok(web::empty(StatusCode::NO_CONTENT));
    }
    visit::not_in_passing(headers)?;
    let (now, base) = (app.clock.now(), app.origin.base());
    let query = request.uri().query().unwrap_or_default();
    let Ok(query) = serde_urlencoded::from_str::<Query>(query) else {
        return Err(Refusal::failed("query"));
    };
    let Some(state) = query.state.clone().map(CsrfToken::new) else {
        return Err(Refusal::failed("state"));
    };
    let attempt = attempt::of(headers, &state, base, &app.verifier, now);
    let attempt = attempt.ok_or(Refusal::failed("state"))?;
    let outcome = finish(app, request, query, attempt, now).await;
    let dropped = attempt::dropped(&state, base);
    match outcome {
        Ok(mut reply) => {
            reply.headers_mut().extend(dropped.map(|it| (header::SET_COOKIE, it)));
            Ok(reply)
        }
        Err(refusal) => Err(refusal.with_cookie(dropped)),
    }
}

async fn finish<C: Clock>(
    app: &App<C>,
    request: &Request,
    query: Query,
    attempt: Attempt,
    now: Ms,
) -> Result<Reply, Refusal> {
    if query.iss.as_deref().is_some_and(|issuer| issuer != app.provider.issuer()) {
        return Err(Refusal::failed("issuer"));
    }
    if let Some(error) = &query.error {
        let description = short(query.error_description.as_deref().unwrap_or_default());
        info!(error = short(error), description, "the identity provider refused");
        return Err(Refusal::failed("by the provider"));
    }
    let code = query.code.ok_or(Refusal::failed("code"))?;
    let Attempt { nonce, verifier, next, .. } = attempt;
    let answer = Answer {
        code: AuthorizationCode::new(code),
        verifier: PkceCodeVerifier::new(verifier),
        nonce: Nonce::new(nonce),
    };
    let claims = app.provider.exchange(answer, &app.accounts.needed(), now).await?;
    let issuer = app.provider.issuer();
    let account = app.accounts.admit(&claims, issuer).map_err(|(rule, user)| Refusal::Account {
        rule,
        user,
        cookie: None,
    })?;
    let subject = claims.text("sub").unwrap_or_default().to_owned();
    let times = app.session.times();
    let (user, operator) = (account.user, account.operator);
    let claims = SessionClaims::new(user, (issuer.to_owned(), subject), operator, now, times);
    let token = app.signer.sign(&claims)?;
    let mut reply = web::redirect(StatusCode::SEE_OTHER, &next);
    let seconds = claims.exp.saturating_sub(claims.iat);
    let cookie = session::set_cookie(app.origin.base(), &token, seconds);
    reply.headers_mut().append(header::SET_COOKIE, cookie);
    app.audit(request, What::SignIn, Some(&claims.sub), None, "done");
    Ok(reply)
}

impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        let part = match &error {
            ProviderError::Away(_) => return Self::Away(error),
            ProviderError::Code(_) => "code",
            ProviderError::Token(_) => "token",
        };
        warn!(error = %error, "sign-in failed");
        Self::failed(part)
    }
}

impl Refusal {
    /// The answer does not fit to what was begun: this part of it.
    fn failed(part: &'static str) -> Self {
        Self::Failed { part, cookie: None }
    }

    /// The same, with a cookie to drop, where the attempt is over.
    fn with_cookie(mut self, dropped: Option<HeaderValue>) -> Self {
        if let Self::Failed { cookie, .. } | Self::Account { cookie, .. } = &mut self {
            *cookie = dropped;
        }
        self
    }
}
