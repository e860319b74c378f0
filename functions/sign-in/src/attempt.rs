//! A sign-in that was begun: remembered by the browser that began it, in a signed cookie.
//!
//! The cookie's name has the beginning of the state, so that two tabs do not overwrite each
//! other's. It is read only together with that state, and dropped with the answer, whatever that
//! is. Nothing is remembered here, so whoever keeps a copy of their own cookie can present it
//! again: the provider takes a code only once (RFC 6749, section 4.1.2).

use std::time::Duration;

use cookie::Cookie;
use hotdesk::{
    clock::Ms,
    config::BaseUrl,
    session::attributes,
    token::{Claims, Signer, TokenError, Verifier},
};
use http::{HeaderMap, HeaderValue, header};
use openidconnect::CsrfToken;
use serde::{Deserialize, Serialize};

/// How long somebody may take at the provider.
const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// Attempts that a browser keeps at a time, each in a cookie of up to 1.3 kB: API Gateway refuses
/// requests with more than 10,240 bytes of headers, and the session's cookie is among them.
const KEPT: usize = 4;

/// Cookies that are dropped with one answer, whose own headers have bounds.
const DROPPED: usize = 32;

/// How much of the state is in the cookie's name.
const NAMED: usize = 8;

/// What was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    aud: String,
    /// What the provider gives back with its answer.
    pub(crate) state: String,
    /// What the provider puts into the token.
    pub(crate) nonce: String,
    /// The secret that the code alone is worth nothing without (RFC 7636).
    pub(crate) verifier: String,
    /// Where the browser wants to go.
    pub(crate) next: String,
    exp: u64,
}

impl Claims for Attempt {
    fn audience(&self) -> &str {
        &self.aud
    }

    fn expires(&self) -> u64 {
        self.exp
    }
}

impl Attempt {
    const AUDIENCE: &'static str = "login";

    /// A new one.
    pub(crate) fn new(
        state: &CsrfToken,
        nonce: String,
        verifier: String,
        next: String,
        now: Ms,
    ) -> Self {
        let exp = now.plus(LIFETIME).seconds();
        let (aud, state) = (Self::AUDIENCE.to_owned(), state.secret().clone());
        Self { aud, state, nonce, verifier, next, exp }
    }

    /// The cookie that keeps it.
    pub(crate) fn cookie(
        &self,
        base: &BaseUrl,
        signer: &Signer,
    ) -> Result<HeaderValue, TokenError> {
        let name = name(base, &self.state).ok_or(TokenError::Signing)?;
        let token = signer.sign(self)?;
        let seconds = LIFETIME.as_secs();
        HeaderValue::try_from(format!("{name}={token}; Max-Age={seconds}; {}", attributes(base)))
            .map_err(|_| TokenError::Signing)
    }
}

/// Which attempt an answer with this state belongs to, if this browser began it.
pub(crate) fn of(
    headers: &HeaderMap,
    state: &CsrfToken,
    base: &BaseUrl,
    verifier: &Verifier,
    now: Ms,
) -> Option<Attempt> {
    let name = name(base, state.secret())?;
    cookies(headers, base).filter(|(own, _)| *own == name).find_map(|(_, token)| {
        let attempt: Attempt = verifier.verify(&token, Attempt::AUDIENCE, now).ok()?;
        (CsrfToken::new(attempt.state.clone()) == *state).then_some(attempt)
    })
}

/// Takes the cookie of that state away.
pub(crate) fn dropped(state: &CsrfToken, base: &BaseUrl) -> Option<HeaderValue> {
    ended(&name(base, state.secret())?, base)
}

/// Takes away those that are over, and of the others the oldest, so that there is room for one
/// more.
pub(crate) fn make_room(
    headers: &HeaderMap,
    base: &BaseUrl,
    verifier: &Verifier,
    now: Ms,
) -> Vec<HeaderValue> {
    let ends = |token: &str| verifier.verify::<Attempt>(token, Attempt::AUDIENCE, now).ok();
    let mut found: Vec<_> = cookies(headers, base)
        .map(|(name, token)| (ends(&token).map(|attempt| attempt.exp), name))
        .collect();
    // What is over has no end any more, and is first.
    found.sort();
    let over = found.iter().filter(|(end, _)| end.is_none()).count();
    let too_many = found.len().saturating_sub(KEPT - 1);
    let names = found.iter().take(over.max(too_many).min(DROPPED)).map(|(_, name)| name);
    names.filter_map(|name| ended(name, base)).collect()
}

/// Names and values of the attempts' cookies.
fn cookies<'a>(
    headers: &'a HeaderMap,
    base: &'a BaseUrl,
) -> impl Iterator<Item = (String, String)> + 'a {
    let headers = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    headers.flat_map(Cookie::split_parse).flatten().filter_map(|cookie| {
        let name = name(base, cookie.name().strip_prefix(prefix(base))?)?;
        // No more than the very name: it goes into headers.
        (name == cookie.name()).then(|| (name, cookie.value().to_owned()))
    })
}

/// The name of the cookie of that state; `None` for what is no state of ours.
fn name(base: &BaseUrl, state: &str) -> Option<String> {
    let part = state.get(..NAMED)?;
    let plain = part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    plain.then(|| format!("{}{part}", prefix(base)))
}

fn prefix(base: &BaseUrl) -> &'static str {
    if base.is_https() { "__Host-hotdesk-login-" } else { "hotdesk-login-" }
}

fn ended(name: &str, base: &BaseUrl) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("{name}=; Max-Age=0; {}", attributes(base))).ok()
}
