//! From the code that a browser brought to claims about somebody (`OpenID` Connect Core 1.0,
//! sections 3.1.3 and 5.3).

use hotdesk::clock::Ms;
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, Client, ClientId, ClientSecret,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, Nonce,
    OAuth2TokenResponse, PkceCodeVerifier, RequestTokenError, StandardErrorResponse,
    StandardTokenResponse, SubjectIdentifier, TokenResponse, UserInfoClaims, UserInfoError,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde_json::Value;

use super::{
    Metadata, Provider, ProviderError, chain,
    claims::{Claims, Others},
    short,
};

type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
pub(crate) type OidcClient = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What a browser brought back, with what was begun for it.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) code: AuthorizationCode,
    pub(crate) verifier: PkceCodeVerifier,
    pub(crate) nonce: Nonce,
}

impl Provider {
    /// Us, as the provider's client.
    pub(crate) fn client(&self, metadata: &Metadata) -> OidcClient {
        use CoreClientAuthMethod::{ClientSecretBasic, ClientSecretPost};
        let secret = self.config.client_secret.get().map(|text| ClientSecret::new(text.to_owned()));
        let id = ClientId::new(self.config.client_id.as_str().to_owned());
        let ways = metadata.token_endpoint_auth_methods_supported();
        // Left out, the list is the first of the two (OpenID Connect Discovery 1.0, section 3).
        let post = ways.is_some_and(|ways| {
            ways.contains(&ClientSecretPost) && !ways.contains(&ClientSecretBasic)
        });
        let way = if post { AuthType::RequestBody } else { AuthType::BasicAuth };
        OidcClient::from_provider_metadata(metadata.clone(), id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(way)
    }

    /// The scopes to ask for, besides `openid`.
    pub(crate) fn scopes(&self) -> impl Iterator<Item = &str> {
        self.config.scopes.split_whitespace().filter(|scope| *scope != "openid")
    }

    /// Who brought the code. Claims that the token lacks, of those in `needed`, are asked of the
    /// userinfo endpoint, if there is one.
    pub(crate) async fn exchange(
        &self,
        answer: Answer,
        needed: &[&str],
        now: Ms,
    ) -> Result<Claims, ProviderError> {
        let metadata = self.metadata(now).await?;
        let client = self.client(&metadata);
        let request = client
            .exchange_code(answer.code)
            .map_err(|e| ProviderError::away(&e))?
            .set_pkce_verifier(answer.verifier);
        let tokens = request.request_async(&self.http).await.map_err(not_taken)?;
        let token = tokens
            .id_token()
            .ok_or_else(|| ProviderError::Token("there is no ID token".to_owned()))?;
        let mut claims =
            self.checked(token, tokens.access_token(), &answer.nonce, &metadata, now).await?;
        if claims.lacks(needed) && metadata.userinfo_endpoint().is_some() {
            claims.fill(self.userinfo(&client, tokens.access_token(), &claims).await?);
        }
        Ok(claims)
    }

    async fn userinfo(
        &self,
        client: &OidcClient,
        access: &AccessToken,
        known: &Claims,
    ) -> Result<Claims, ProviderError> {
        // It becomes a header, which takes no other characters (RFC 6750, section 2.1).
        let secret = access.secret();
        if secret.is_empty() || !secret.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(ProviderError::Token("its access token is none".to_owned()));
        }
        let subject = known.text("sub").map(|text| SubjectIdentifier::new(text.to_owned()));
        let request =
            client.user_info(access.clone(), subject).map_err(|e| ProviderError::away(&e))?;
        let found: UserInfoClaims<Others, CoreGenderClaim> =
            request.request_async(&self.http).await.map_err(not_told)?;
        Claims::of_userinfo(&found)
    }
}

/// Why there are no tokens: the code's fault or ours (RFC 6749, section 5.2), or the provider's.
fn not_taken<E: std::error::Error + 'static>(
    error: RequestTokenError<E, StandardErrorResponse<CoreErrorResponseType>>,
) -> ProviderError {
    match &error {
        RequestTokenError::ServerResponse(refusal) => match refusal.error() {
            CoreErrorResponseType::Extension(word) => ProviderError::Away(short(word)),
            word => ProviderError::Code(short(word.as_ref())),
        },
        // What is wrong would quote it, and there are tokens in it.
        RequestTokenError::Parse(_, body) => match serde_json::from_slice::<Value>(body) {
            Ok(body) if body.get("id_token").is_some() => {
                ProviderError::Token("it, or what comes with it, is malformed".to_owned())
            }
            _ => ProviderError::Away("its tokens are none".to_owned()),
        },
        _ => ProviderError::Away(chain(&error)),
    }
}

/// Why there are no further claims. Malformed ones are not quoted: they are about a person.
fn not_told<E: std::error::Error + 'static>(error: UserInfoError<E>) -> ProviderError {
    match error {
        UserInfoError::ClaimsVerification(e) => ProviderError::token(&e),
        UserInfoError::Parse(_) => ProviderError::Away("its claims are malformed".to_owned()),
        e => ProviderError::away(&e),
    }
}
