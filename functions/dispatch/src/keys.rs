//! `GET /.well-known/jwks.json`: the public keys of our tokens (RFC 7517, section 5).

use hotdesk::{
    token::Verifier,
    web::{self, Reply},
};
use http::{HeaderValue, StatusCode, header};

/// The keys. Boxes ask every five minutes, and at once when a token names a key that they lack, so
/// caches may keep the answer for less than that.
pub(crate) fn published(verifier: &Verifier) -> Reply {
    let keys = verifier.jwks().to_owned();
    let mut reply = web::reply(StatusCode::OK, "application/jwk-set+json", keys);
    let a_minute = HeaderValue::from_static("public, max-age=60");
    reply.headers_mut().insert(header::CACHE_CONTROL, a_minute);
    reply
}
