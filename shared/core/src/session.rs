//! The session's cookie, as every function of the API reads and sets it. [`SessionClaims`] is what
//! is in it.

use cookie::Cookie;
use http::{HeaderMap, HeaderValue, header};

use crate::{
    clock::Ms,
    config::{BaseUrl, session_cookie},
    token::{SessionClaims, Verifier},
};

/// The session that a request's cookies tell of.
#[must_use]
pub fn read(
    headers: &HeaderMap,
    base: &BaseUrl,
    verifier: &Verifier,
    now: Ms,
) -> Option<SessionClaims> {
    // Of two cookies of that name one may be another site's doing; any that is ours will do.
    values(headers, session_cookie(base))
        .find_map(|token| verifier.verify(&token, SessionClaims::AUDIENCE, now).ok())
}

/// The values of the cookies of that name.
pub fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let headers = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let cookies = headers.flat_map(Cookie::split_parse).flatten();
    cookies.filter(move |cookie| cookie.name() == name).map(|cookie| cookie.value().to_owned())
}

/// `Set-Cookie` for a session's token that lives `seconds` longer. Bound to the API's host, out of
/// scripts' reach, and not sent along with what other sites' pages ask for, but for links
/// (RFC 6265bis, section 5.6.7; the prefix `__Host-`: section 4.1.3).
#[must_use]
pub fn set_cookie(base: &BaseUrl, token: &str, seconds: u64) -> HeaderValue {
    let cookie =
        format!("{}={token}; Max-Age={seconds}; {}", session_cookie(base), attributes(base));
    // A token is letters, digits, '-', '_' and '.': never refused.
    HeaderValue::try_from(cookie).unwrap_or_else(|_| end_cookie(base))
}

/// `Set-Cookie` that takes the session's cookie away.
#[must_use]
pub fn end_cookie(base: &BaseUrl) -> HeaderValue {
    HeaderValue::from_static(if base.is_https() {
        "__Host-hotdesk=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure"
    } else {
        "hotdesk=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax"
    })
}

/// The attributes of cookies of the API: for its host, out of scripts' reach, and sent where a link
/// leads here.
#[must_use]
pub fn attributes(base: &BaseUrl) -> &'static str {
    if base.is_https() {
        "Path=/; HttpOnly; SameSite=Lax; Secure"
    } else {
        "Path=/; HttpOnly; SameSite=Lax"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_https_the_cookie_is_bound_to_its_host() {
        let https: BaseUrl = "https://desk.example".parse().unwrap();
        let set = set_cookie(&https, "a.b.c", 60);
        let expected = "__Host-hotdesk=a.b.c; Max-Age=60; Path=/; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(set, expected);
        let http: BaseUrl = "http://localhost:9000".parse().unwrap();
        assert_eq!(
            set_cookie(&http, "a", 1),
            "hotdesk=a; Max-Age=1; Path=/; HttpOnly; SameSite=Lax"
        );
    }

    #[test]
    fn the_cookie_that_ends_a_session_is_the_one_that_began_it() {
        for base in ["https://desk.example", "http://localhost:9000"] {
            let base: BaseUrl = base.parse().unwrap();
            let ended = end_cookie(&base);
            let empty = set_cookie(&base, "", 0);
            assert_eq!(ended, empty, "{base:?}");
        }
    }
}
