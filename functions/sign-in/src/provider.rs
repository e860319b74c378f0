//! The identity provider: what it says about itself, and who it says that somebody is.
//!
//! Its discovery document and its keys are kept in the process for an hour. A token signed by a
//! key that is not among them has the keys fetched anew, at most once a minute, so that the
//! provider may change its keys whenever it likes and nobody can have us ask it all the time.

mod check;
mod claims;
mod exchange;
mod http;

use std::{sync::Arc, time::Duration};

pub(crate) use claims::Claims;
pub(crate) use exchange::Answer;
use hotdesk::clock::Ms;
use http::Http;
pub use http::Limits;
use openidconnect::{
    ClientId, EndSessionUrl, IssuerUrl, JsonWebKeySet, LogoutRequest, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl,
};
use tokio::sync::Mutex;
use url::Url;

use crate::config::{Origin, ProviderConfig};

/// How long the discovery document and the keys are kept.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// How long after keys were fetched anew they are not fetched once more.
const NOT_AGAIN: Duration = Duration::from_secs(60);

/// Why the provider is of no help. What it sent is in it for the log only, and cut short.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    /// It does not answer, or not as a provider does. It may pass.
    #[error("the identity provider does not answer as it should: {0}")]
    Away(String),
    /// It does not take the code, or not from us.
    #[error("the identity provider does not take the code: {0}")]
    Code(String),
    /// What it says about somebody does not hold.
    #[error("the identity provider's token does not hold: {0}")]
    Token(String),
}

impl ProviderError {
    fn away(error: &dyn std::error::Error) -> Self {
        Self::Away(chain(error))
    }

    fn token(error: &dyn std::error::Error) -> Self {
        Self::Token(chain(error))
    }
}

/// An error and its causes, cut short: parts of it are the provider's words.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    short(&text)
}

/// The beginning of a text that somebody else wrote, for the log.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

/// What the provider says about itself, with its keys.
pub(crate) type Metadata = ProviderMetadataWithLogout;

/// The identity provider.
#[derive(Debug)]
pub struct Provider {
    config: ProviderConfig,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    return_to: Url,
    http: Http,
    known: Mutex<Option<Known>>,
}

#[derive(Debug)]
struct Known {
    metadata: Arc<Metadata>,
    at: Ms,
    /// When the keys were last fetched for a token's sake.
    again: Option<Ms>,
}

/// Why there cannot be a provider.
#[derive(Debug, thiserror::Error)]
pub enum NoProvider {
    /// The HTTP client could not be made, for instance without certificates to trust.
    #[error("the HTTP client for the identity provider cannot be made")]
    Http(#[from] reqwest::Error),
    /// An address that the configuration let pass is none after all.
    #[error("the identity provider's address, or ours, is no URL")]
    Url(#[from] url::ParseError),
}

impl Provider {
    /// The provider of that configuration, for hotdesk at `origin`. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`NoProvider`].
    pub fn new(
        config: ProviderConfig,
        origin: &Origin,
        limits: Limits,
    ) -> Result<Self, NoProvider> {
        let issuer = IssuerUrl::new(config.issuer.as_str().to_owned())?;
        let redirect = RedirectUrl::new(format!("{}/callback", origin.base().0))?;
        let http = Http::new(limits, config.issuer.is_https())?;
        let return_to = origin.url().clone();
        Ok(Self { config, issuer, redirect, return_to, http, known: Mutex::default() })
    }

    /// Its issuer, letter for letter.
    pub(crate) fn issuer(&self) -> &str {
        self.config.issuer.as_str()
    }

    /// What it says about itself.
    pub(crate) async fn metadata(&self, now: Ms) -> Result<Arc<Metadata>, ProviderError> {
        let mut known = self.known.lock().await;
        if let Some(known) = known.as_ref().filter(|known| now.since(known.at) < KEPT) {
            return Ok(known.metadata.clone());
        }
        let found = Metadata::discover_async(self.issuer.clone(), &self.http).await;
        let metadata = Arc::new(found.map_err(|e| ProviderError::away(&e))?);
        self.leads_well(metadata.authorization_endpoint().url())?;
        *known = Some(Known { metadata: metadata.clone(), at: now, again: None });
        Ok(metadata)
    }

    /// The same with its keys of now, where it is time to ask for them.
    async fn with_newer_keys(
        &self,
        old: &Arc<Metadata>,
        now: Ms,
    ) -> Result<Arc<Metadata>, ProviderError> {
        let mut known = self.known.lock().await;
        let Some(known) = known.as_mut() else { return Ok(old.clone()) };
        if known.again.is_some_and(|at| now.since(at) < NOT_AGAIN) {
            return Ok(known.metadata.clone());
        }
        let found = JsonWebKeySet::fetch_async(known.metadata.jwks_uri(), &self.http).await;
        let keys = found.map_err(|e| ProviderError::away(&e))?;
        known.again = Some(now);
        known.metadata = Arc::new(known.metadata.as_ref().clone().set_jwks(keys));
        Ok(known.metadata.clone())
    }

    /// Browsers are sent to pages by the web's own schemes only, and by TLS where the issuer is.
    fn leads_well(&self, url: &Url) -> Result<(), ProviderError> {
        match url.scheme() {
            "https" => Ok(()),
            "http" if !self.config.issuer.is_https() => Ok(()),
            _ => Err(ProviderError::Away("it leads browsers away from https".to_owned())),
        }
    }

    /// Where a browser ends its session at the provider, and comes back to our first page. `None`
    /// where it cannot (`OpenID` Connect RP-Initiated Logout 1.0 is an option), or where the
    /// provider does not answer: signing out of hotdesk does not wait for it.
    pub(crate) async fn end_of_session(&self, now: Ms) -> Option<Url> {
        let (client, return_to) = (self.config.client_id.as_str(), self.return_to.as_str());
        if let Some(url) = self.config.logout_url.filled(client, return_to) {
            return Some(url);
        }
        let metadata = self.metadata(now).await.ok()?;
        let end: EndSessionUrl = metadata.additional_metadata().end_session_endpoint.clone()?;
        self.leads_well(end.url()).ok()?;
        let request = LogoutRequest::from(end)
            .set_client_id(ClientId::new(client.to_owned()))
            .set_post_logout_redirect_uri(PostLogoutRedirectUrl::from_url(self.return_to.clone()));
        Some(request.http_get_url())
    }
}
