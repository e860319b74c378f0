//! The two cookies of a box, and the token in the first of them.
//!
//! The box's own cookie says who has been let in; it is signed with a key that never leaves the
//! runtime folder, so it means nothing to any other box, nor to this one after a boot. The seat
//! cookie carries the control plane's token for heartbeats, which the agent does not read.

use std::fmt;

use hotdesk::{
    clock::Ms,
    id::{Epoch, UserId},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::{
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
};

const KEY_FILE: &str = "cookie.key";
const KEY_BYTES: usize = 32;

/// Names and attributes of the cookies. Where the box is reached by https, browsers themselves
/// hold them to it by the prefixes of their names (RFC 6265bis, 4.1.3); a prefix `__Host-` is not
/// for the seat cookie, which has a path.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether browsers reach the box by https.
    pub https: bool,
}

impl Cookies {
    /// Name of the box's own cookie.
    #[must_use]
    pub fn box_name(self) -> &'static str {
        if self.https { "__Host-hotdesk_box" } else { "hotdesk_box" }
    }

    /// Name of the cookie with the seat token.
    #[must_use]
    pub fn seat_name(self) -> &'static str {
        if self.https { "__Secure-hotdesk_seat" } else { "hotdesk_seat" }
    }

    /// Attributes of the box's own cookie. It has no `Max-Age`: it goes with the browser, and the
    /// end in its token holds against browsers that keep it.
    #[must_use]
    pub fn box_attributes(self) -> &'static str {
        if self.https {
            "Path=/; HttpOnly; SameSite=Lax; Secure"
        } else {
            "Path=/; HttpOnly; SameSite=Lax"
        }
    }

    /// Attributes of the seat cookie.
    #[must_use]
    pub fn seat_attributes(self) -> &'static str {
        if self.https {
            "Path=/_hotdesk/ping; HttpOnly; SameSite=Lax; Secure"
        } else {
            "Path=/_hotdesk/ping; HttpOnly; SameSite=Lax"
        }
    }
}

/// What the box's own cookie says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pass {
    /// Who was let in.
    pub(crate) sub: UserId,
    /// With which seat.
    pub(crate) epoch: Epoch,
    /// Until when, seconds since 1970: the end of the session behind the ticket.
    pub(crate) exp: u64,
}

/// Signs and checks passes (HS256).
pub(crate) struct PassKey {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl PassKey {
    /// The key of this boot, made if there is none.
    pub(crate) fn load(runtime: &Runtime) -> Result<Self, RuntimeError> {
        let secret = match runtime.read(KEY_FILE)? {
            Some(secret) if secret.len() == KEY_BYTES => secret,
            Some(_) => return Err(RuntimeError::Damaged { path: runtime.path(KEY_FILE) }),
            None => {
                let mut secret = [0; KEY_BYTES];
                getrandom::fill(&mut secret).map_err(|_| RuntimeError::Random)?;
                runtime.write(KEY_FILE, &secret)?;
                secret.to_vec()
            }
        };
        let mut validation = Validation::new(Algorithm::HS256);
        // Time is the agent's clock, not the crate's.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            encoding: EncodingKey::from_secret(&secret),
            decoding: DecodingKey::from_secret(&secret),
            validation,
        })
    }

    pub(crate) fn sign(&self, pass: &Pass) -> Result<String, Refusal> {
        let header = Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&header, pass, &self.encoding).map_err(|_| Refusal::Unwritable)
    }

    pub(crate) fn check(&self, token: &str, now: Ms) -> Result<Pass, Refusal> {
        let pass = jsonwebtoken::decode::<Pass>(token, &self.decoding, &self.validation)
            .map_err(|_| Refusal::BadCookie)?
            .claims;
        if now.seconds() >= pass.exp {
            return Err(Refusal::SessionOver);
        }
        Ok(pass)
    }
}

impl fmt::Debug for PassKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PassKey").finish_non_exhaustive()
    }
}

/// The value of the cookie `name` in a `Cookie` header.
pub(crate) fn find<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    header
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let header = "a=1; xhotdesk_box=2;hotdesk_box=3=4 ; hotdesk_box2=5";
        assert_eq!(find(header, "hotdesk_box"), Some("3=4"));
        assert_eq!(find(header, "hotdesk"), None);
        assert_eq!(find("", "hotdesk_box"), None);
    }
}
