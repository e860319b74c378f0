//! The algorithms of hotdesk's tokens, as the jsonwebtoken crate asks for them: EdDSA (RFC 8037) for what
//! functions sign, HS256 (RFC 7518) for a box's own cookies.
//!
//! The crate's own providers bring RSA, two more curves and all their sizes, whatever a program uses: a
//! tenth of ping, and an RSA with a known weakness (RUSTSEC-2023-0071). What a token asks for besides is
//! refused here as it is everywhere else.

use ed25519_dalek::{Signature, SigningKey, VerifyingKey};
use hmac::{Hmac, Mac as _};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind},
    jwk::ThumbprintHash,
    signature::{Error as Mismatch, Signer, Verifier},
};
use sha2::{Digest as _, Sha256};

use super::remembered::Fact;

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils { compute_digest: digest, ..KeyUtils::new_unimplemented() },
};

/// Has this process's tokens signed and checked with these algorithms, and no others. Whoever makes a key calls
/// it first; a second time it does nothing.
pub fn install() {
    // Fails only where something is installed already.
    let _ = PROVIDER.install_default();
}

struct Ed25519Signer(SigningKey);
struct Ed25519Verifier([u8; 32]);
struct HmacSha256(Hmac<Sha256>);

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    match (algorithm, key.family()) {
        (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
            let seed = key.as_bytes().try_into().map_err(|_| ErrorKind::InvalidEddsaKey)?;
            Ok(Box::new(Ed25519Signer(SigningKey::from_bytes(seed))))
        }
        (Algorithm::HS256, AlgorithmFamily::Hmac) => Ok(Box::new(hmac_of(key.as_bytes())?)),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    match (algorithm, key.family()) {
        (Algorithm::EdDSA, AlgorithmFamily::Ed) => {
            let point = key.try_get_as_bytes()?.try_into();
            Ok(Box::new(Ed25519Verifier(point.map_err(|_| ErrorKind::InvalidEddsaKey)?)))
        }
        (Algorithm::HS256, AlgorithmFamily::Hmac) => {
            Ok(Box::new(hmac_of(key.try_get_as_bytes()?)?))
        }
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

fn hmac_of(secret: &[u8]) -> Result<HmacSha256, Error> {
    Hmac::new_from_slice(secret).map(HmacSha256).map_err(|_| ErrorKind::InvalidKeyFormat.into())
}

/// For thumbprints (RFC 7638), of which ours are SHA-256.
fn digest(data: &[u8], hash: ThumbprintHash) -> Result<Vec<u8>, Error> {
    match hash {
        ThumbprintHash::SHA256 => Ok(Sha256::digest(data).to_vec()),
        _ => Err(ErrorKind::InvalidAlgorithm.into()),
    }
}

impl Signer<Vec<u8>> for Ed25519Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Mismatch> {
        Ok(self.0.sign(message).to_vec())
    }
}

impl JwtSigner for Ed25519Signer {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Verifier<Vec<u8>> for Ed25519Verifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Mismatch> {
        let fact = Fact::new(&self.0, signature, message).ok_or_else(Mismatch::new)?;
        if !fact.is_known() {
            VerifyingKey::from_bytes(&self.0)?
                .verify(message, &Signature::from_slice(signature)?)?;
            fact.remember();
        }
        Ok(())
    }
}

impl JwtVerifier for Ed25519Verifier {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

impl Signer<Vec<u8>> for HmacSha256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, Mismatch> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl JwtSigner for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for HmacSha256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Mismatch> {
        // Compares in constant time.
        self.0.clone().chain_update(message).verify_slice(signature).map_err(|_| Mismatch::new())
    }
}

impl JwtVerifier for HmacSha256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Header, Validation, decode, encode};
    use serde_json::{Value, json};

    use super::*;

    /// RFC 8037, appendix A: its key, and the signature over its header and payload.
    #[test]
    fn a_known_signature_is_made_and_checked() {
        const SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        const POINT: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        const SIGNATURE: &str = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        install();
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let seed = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, SEED);
        let key = EncodingKey::from_ed_der(&seed.unwrap());
        assert_eq!(jsonwebtoken::crypto::sign(message, &key, Algorithm::EdDSA).unwrap(), SIGNATURE);
        let key = DecodingKey::from_ed_components(POINT).unwrap();
        let check = |message: &[u8]| {
            jsonwebtoken::crypto::verify(SIGNATURE, message, &key, Algorithm::EdDSA).unwrap()
        };
        assert!(check(message));
        assert!(!check(b"something else"));
        assert!(check(message), "also from memory");
        assert!(!check(b"something else"), "and nothing else with it");
    }

    #[test]
    fn a_signature_that_is_remembered_is_good_under_its_own_key_only() {
        let keys = [SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32])];
        let [ours, others] =
            keys.each_ref().map(|key| Ed25519Verifier(key.verifying_key().to_bytes()));
        let signature = keys[0].sign(b"it").to_vec();
        for _ in 0..2 {
            assert!(ours.verify(b"it", &signature).is_ok());
            assert!(others.verify(b"it", &signature).is_err());
            assert!(ours.verify(b"it", &signature[..63].to_vec()).is_err());
            assert!(ours.verify(b"it", &[&signature[..], b"!"].concat()).is_err());
        }
    }

    proptest::proptest! {
        /// What is in memory by then is of no help to a signature in which a bit is wrong.
        #[test]
        fn one_bit_is_enough_to_be_refused(message: Vec<u8>, bit in 0_usize..512) {
            let key = SigningKey::from_bytes(&[3; 32]);
            let verifier = Ed25519Verifier(key.verifying_key().to_bytes());
            let mut signature = key.sign(&message).to_vec();
            proptest::prop_assert!(verifier.verify(&message, &signature).is_ok());
            signature[bit / 8] ^= 1 << (bit % 8);
            proptest::prop_assert!(verifier.verify(&message, &signature).is_err());
        }
    }

    #[test]
    fn a_cookie_is_signed_and_checked_with_its_own_secret_only() {
        install();
        let token =
            encode(&Header::new(Algorithm::HS256), &json!({}), &EncodingKey::from_secret(b"ours"))
                .unwrap();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let check = |secret: &[u8]| {
            decode::<Value>(&token, &DecodingKey::from_secret(secret), &validation).is_ok()
        };
        assert!(check(b"ours"));
        assert!(!check(b"another's"));
    }

    #[test]
    fn no_other_algorithm_is_known() {
        install();
        let secret = EncodingKey::from_secret(b"ours");
        for algorithm in [Algorithm::HS512, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
            assert!(encode(&Header::new(algorithm), &json!({}), &secret).is_err(), "{algorithm:?}");
        }
    }
}
