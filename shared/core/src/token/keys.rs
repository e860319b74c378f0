//! Ed25519 keys as JWKs (RFC 8037), and signing and checking with them.

use std::{collections::BTreeMap, fmt, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::SigningKey;
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    errors::ErrorKind,
    jwk::{AlgorithmParameters, Jwk, JwkSet, ThumbprintHash},
};
use serde::{Deserialize, Serialize};

use super::{Claims, TokenError, install};
use crate::clock::Ms;

/// How far a signer's clock may be behind the checker's when a token ends.
const LEEWAY: Duration = Duration::from_secs(2);

/// Why a key cannot be used. Carries no part of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not a private Ed25519 JWK.
    #[error("signing key is not a private Ed25519 JWK: make one with the keys command")]
    Private,
    /// Not a JWK set with at least one Ed25519 key, each with a `kid`.
    #[error("public keys are not a JWK set of Ed25519 keys with key ids")]
    Public,
    /// A private key in the set that everybody may read.
    #[error("a private key is among the public keys: replace it, everybody may have seen it")]
    Leaked,
    /// The system gave no random bytes.
    #[error("the system gave no random bytes")]
    Random,
}

#[derive(Serialize, Deserialize)]
struct PrivateJwk {
    kty: String,
    crv: String,
    kid: String,
    x: String,
    d: String,
}

/// A JWK set, as far as it matters that nothing private is in it.
#[derive(Deserialize)]
struct PublicSet {
    keys: Vec<serde_json::Map<String, serde_json::Value>>,
}

/// Makes a key pair: the private JWK and the JWK set with its public half, as JSON. The key id is
/// the JWK thumbprint (RFC 7638).
///
/// # Errors
/// [`KeyError::Random`] where the system has no randomness to give.
pub fn generate() -> Result<(String, String), KeyError> {
    install();
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| KeyError::Random)?;
    let x = URL_SAFE_NO_PAD.encode(SigningKey::from_bytes(&seed).verifying_key());
    let mut public =
        serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "use": "sig", "alg": "EdDSA" });
    let jwk: Jwk = serde_json::from_value(public.clone()).map_err(|_| KeyError::Public)?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Public)?;
    public["kid"] = kid.clone().into();
    let private = PrivateJwk {
        kty: "OKP".into(),
        crv: "Ed25519".into(),
        kid,
        x,
        d: URL_SAFE_NO_PAD.encode(seed),
    };
    let private = serde_json::to_string(&private).map_err(|_| KeyError::Private)?;
    Ok((private, serde_json::json!({ "keys": [public] }).to_string()))
}

/// Signs tokens with one private key.
#[derive(Clone)]
pub struct Signer {
    header: Header,
    key: EncodingKey,
}

impl Signer {
    /// From a private JWK (`kty` OKP, `crv` Ed25519, with `kid` and `d`).
    ///
    /// # Errors
    /// [`KeyError::Private`] if it is anything else.
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        let jwk: PrivateJwk = serde_json::from_str(json).map_err(|_| KeyError::Private)?;
        let seed = URL_SAFE_NO_PAD.decode(&jwk.d).map_err(|_| KeyError::Private)?;
        if jwk.kty != "OKP" || jwk.crv != "Ed25519" || seed.len() != 32 || jwk.kid.is_empty() {
            return Err(KeyError::Private);
        }
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(jwk.kid);
        install();
        // Nothing of DER: our algorithms take the seed as it is.
        Ok(Self { header, key: EncodingKey::from_ed_der(&seed) })
    }

    /// The signed token.
    ///
    /// # Errors
    /// [`TokenError::Signing`] if the claims are not JSON.
    pub fn sign(&self, claims: &impl Claims) -> Result<String, TokenError> {
        jsonwebtoken::encode(&self.header, claims, &self.key).map_err(|_| TokenError::Signing)
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("kid", &self.header.kid).finish_non_exhaustive()
    }
}

/// Checks tokens against the public keys of a JWK set.
#[derive(Clone)]
pub struct Verifier {
    published: String,
    keys: BTreeMap<String, DecodingKey>,
    validation: Validation,
}

impl Verifier {
    /// From a JWK set; keys that are not Ed25519 or have no `kid` make it invalid.
    ///
    /// # Errors
    /// [`KeyError::Public`] also when the set is empty; [`KeyError::Leaked`] if a private key is in
    /// it, as the set is published.
    pub fn from_jwks(json: &str) -> Result<Self, KeyError> {
        install();
        let set: PublicSet = serde_json::from_str(json).map_err(|_| KeyError::Public)?;
        if set.keys.iter().any(|key| key.get("d").is_some()) {
            return Err(KeyError::Leaked);
        }
        let set: JwkSet = serde_json::from_str(json).map_err(|_| KeyError::Public)?;
        let published = serde_json::to_string(&set).map_err(|_| KeyError::Public)?;
        let keys = set.keys.iter().map(|jwk| {
            let ours = matches!(jwk.algorithm, AlgorithmParameters::OctetKeyPair(_));
            let kid = jwk.common.key_id.clone().filter(|_| ours).ok_or(KeyError::Public)?;
            Ok((kid, DecodingKey::from_jwk(jwk).map_err(|_| KeyError::Public)?))
        });
        let keys = keys.collect::<Result<BTreeMap<_, _>, KeyError>>()?;
        if keys.is_empty() {
            return Err(KeyError::Public);
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self { published, keys, validation })
    }

    /// The set, as it may be published: with public members only.
    #[must_use]
    pub fn jwks(&self) -> &str {
        &self.published
    }

    /// Whether the token names a key that is not in the set: another set may have it.
    #[must_use]
    pub fn lacks_key_of(&self, token: &str) -> bool {
        let header = jsonwebtoken::decode_header(token);
        header.is_ok_and(|header| header.kid.is_some_and(|kid| !self.keys.contains_key(&kid)))
    }

    /// The claims, if the token is ours, for `audience`, and not over at `now`.
    ///
    /// # Errors
    /// [`TokenError`] says which of the three it is not; nothing of the token is in it.
    pub fn verify<C: Claims>(&self, token: &str, audience: &str, now: Ms) -> Result<C, TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenError::Invalid)?;
        let key = header.kid.and_then(|kid| self.keys.get(&kid)).ok_or(TokenError::Invalid)?;
        let claims = match jsonwebtoken::decode::<C>(token, key, &self.validation) {
            Ok(data) => data.claims,
            Err(e) if matches!(e.kind(), ErrorKind::ExpiredSignature) => {
                return Err(TokenError::Expired);
            }
            Err(_) => return Err(TokenError::Invalid),
        };
        if claims.audience() != audience {
            return Err(TokenError::Audience);
        }
        if now.seconds() >= claims.expires().saturating_add(LEEWAY.as_secs()) {
            return Err(TokenError::Expired);
        }
        Ok(claims)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("kids", &self.keys.keys()).finish_non_exhaustive()
    }
}
