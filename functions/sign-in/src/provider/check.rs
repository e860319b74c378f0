//! Whether what a token says holds (`OpenID` Connect Core 1.0, section 3.1.3.7).

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use hotdesk::clock::Ms;
use openidconnect::{
    AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IdToken, IdTokenVerifier,
    Nonce, SignatureVerificationError,
    core::{
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
    },
};

use super::{
    Metadata, Provider, ProviderError,
    claims::{Claims, Others},
};

type Token =
    IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// Signatures that only the provider can make, whatever its discovery document or the token
/// itself says: none is no signature, and with a shared secret (HS256) somebody who knows a
/// public key or our secret could sign.
const SIGNATURES: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

impl Provider {
    /// The token's claims. If it is signed by none of the keys that are known, by those of now.
    pub(super) async fn checked(
        &self,
        token: &Token,
        access: &AccessToken,
        nonce: &Nonce,
        metadata: &Arc<Metadata>,
        now: Ms,
    ) -> Result<Claims, ProviderError> {
        use ClaimsVerificationError::SignatureVerification;
        use SignatureVerificationError::{CryptoError, NoMatchingKey};
        let first = self.verifier(metadata, now);
        match token.claims(&first, nonce) {
            Err(SignatureVerification(NoMatchingKey | CryptoError(_))) => {
                let metadata = self.with_newer_keys(metadata, now).await?;
                self.read(token, access, nonce, &self.verifier(&metadata, now))
            }
            _ => self.read(token, access, nonce, &first),
        }
    }

    fn verifier(&self, metadata: &Metadata, now: Ms) -> IdTokenVerifier<'static, CoreJsonWebKey> {
        // Public: nothing is ever signed with our secret, see SIGNATURES.
        IdTokenVerifier::new_public_client(
            ClientId::new(self.config.client_id.as_str().to_owned()),
            self.issuer.clone(),
            metadata.jwks().clone(),
        )
        .set_allowed_algs(SIGNATURES)
        .set_time_fn(move || (UNIX_EPOCH + Duration::from_millis(now.0)).into())
    }

    fn read(
        &self,
        token: &Token,
        access: &AccessToken,
        nonce: &Nonce,
        verifier: &IdTokenVerifier<'_, CoreJsonWebKey>,
    ) -> Result<Claims, ProviderError> {
        let claims = token.claims(verifier, nonce).map_err(|e| ProviderError::token(&e))?;
        let us = self.config.client_id.as_str();
        if claims.authorized_party().is_some_and(|party| party.as_str() != us) {
            return Err(ProviderError::Token("it was made for another client (azp)".to_owned()));
        }
        if let Some(hash) = claims.access_token_hash() {
            let algorithm = token.signing_alg().map_err(|e| ProviderError::token(&e))?;
            let key = token.signing_key(verifier).map_err(|e| ProviderError::token(&e))?;
            let ours = AccessTokenHash::from_token(access, algorithm, key)
                .map_err(|e| ProviderError::token(&e))?;
            if ours != *hash {
                return Err(ProviderError::Token("it is of another access token".to_owned()));
            }
        }
        // OpenID Connect Core 1.0, section 2: a subject is 255 ASCII characters at most.
        if !matches!(claims.subject().len(), 1..=255) {
            return Err(ProviderError::Token("its subject is none".to_owned()));
        }
        Claims::of_token(claims)
    }
}
