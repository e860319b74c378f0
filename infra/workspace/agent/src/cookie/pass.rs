//! The token in the box's own cookie.

use std::fmt;

use hotdesk::{
    clock::Ms,
    id::{Epoch, UserId},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::values;
use crate::{
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
};

const KEY_FILE: &str = "cookie.key";
const KEY_BYTES: usize = 32;

/// What the box's own cookie says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Who was let in.
    pub sub: UserId,
    /// With which seat.
    pub epoch: Epoch,
    /// Until when, seconds since 1970: the end of the session behind the ticket.
    pub exp: u64,
}

/// Signs and checks passes (HS256).
pub struct PassKey {
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
        Ok(Self::new(&secret))
    }

    /// The key with that secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        hotdesk::token::install();
        let mut validation = Validation::new(Algorithm::HS256);
        // Time is the agent's clock, not the crate's.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
        }
    }

    /// The token that says so.
    ///
    /// # Errors
    /// [`Refusal::Unwritable`] if the pass is not JSON.
    pub fn sign(&self, pass: &Pass) -> Result<String, Refusal> {
        let header = Header::new(Algorithm::HS256);
        jsonwebtoken::encode(&header, pass, &self.encoding).map_err(|_| Refusal::Unwritable)
    }

    /// The pass in a `Cookie` header: the first of the cookies `name` that this key has signed and
    /// that is not over. There may be others of that name: a page of a sibling domain can set
    /// cookies for all, and a browser sends them in any order.
    ///
    /// # Errors
    /// [`Refusal::NoCookie`] if there is no cookie of the name; [`Refusal::SessionOver`] if one is
    /// ours and over; else [`Refusal::BadCookie`].
    pub fn find(&self, header: &[u8], name: &str, now: Ms) -> Result<Pass, Refusal> {
        let mut why = Refusal::NoCookie;
        for token in values(header, name) {
            match self.check(token, now) {
                Ok(pass) => return Ok(pass),
                Err(_) if why == Refusal::SessionOver => {}
                Err(refusal) => why = refusal,
            }
        }
        Err(why)
    }

    fn check(&self, token: &[u8], now: Ms) -> Result<Pass, Refusal> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "hotdesk_box";

    fn pass(exp: u64) -> Pass {
        Pass { sub: "alice".parse().unwrap(), epoch: Epoch(7), exp }
    }

    fn header(tokens: &[&str]) -> Vec<u8> {
        let cookies = tokens.iter().map(|token| format!("{NAME}={token}"));
        cookies.collect::<Vec<_>>().join("; ").into_bytes()
    }

    #[test]
    fn any_valid_one_of_the_name_does() {
        let key = PassKey::new(&[1; 32]);
        let good = key.sign(&pass(100)).unwrap();
        let over = key.sign(&pass(10)).unwrap();
        let planted = PassKey::new(&[2; 32]).sign(&pass(100)).unwrap();
        let find = |tokens: &[&str]| key.find(&header(tokens), NAME, Ms(50_000));
        for tokens in [
            &[good.as_str()][..],
            &[&planted, &good],
            &[&good, &planted],
            &[&over, "", "x", &planted, &good],
        ] {
            assert_eq!(find(tokens), Ok(pass(100)), "{tokens:?}");
        }
        assert_eq!(find(&[]), Err(Refusal::NoCookie));
        assert_eq!(find(&[&planted]), Err(Refusal::BadCookie));
        assert_eq!(find(&[&planted, &over, "x"]), Err(Refusal::SessionOver));
        let foreign = [b"name=\xff\xfe\x80; ", header(&[&good]).as_slice()].concat();
        assert_eq!(key.find(&foreign, NAME, Ms(50_000)), Ok(pass(100)), "bytes of others");
    }
}
