//! What a setting may be: addresses.

use std::str::FromStr;

use hotdesk::config::BaseUrl;
use url::{Host, Url};

use super::Unfit;

/// An address that a secret may be sent to: by TLS, or on this machine.
fn private(text: &str) -> Result<Url, Unfit> {
    let url = Url::parse(text).map_err(|_| Unfit::Url)?;
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let fits = url.scheme() == "https" || (url.scheme() == "http" && here);
    let named = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    if fits && named { Ok(url) } else { Err(Unfit::Url) }
}

/// An issuer (`OpenID` Connect Core 1.0, section 2: a URL by https without query or fragment); by
/// http only on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer(String);

impl Issuer {
    /// It, letter for letter.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached by TLS: then so is everything that it leads to.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl FromStr for Issuer {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        if private(text)?.query().is_some() {
            return Err(Unfit::Url);
        }
        Ok(Self(text.to_owned()))
    }
}

/// Where a provider's session is ended, if anywhere. In it, `{clientId}` and `{returnTo}` stand
/// for the client id and for the page to come back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutUrl(Option<String>);

impl LogoutUrl {
    /// The address for that client that leads back to `return_to`.
    #[must_use]
    pub fn filled(&self, client_id: &str, return_to: &str) -> Option<Url> {
        let quoted =
            |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let filled = self.0.as_ref()?.replace("{clientId}", &quoted(client_id));
        Url::parse(&filled.replace("{returnTo}", &quoted(return_to))).ok()
    }
}

impl FromStr for LogoutUrl {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        private(&text.replace("{clientId}", "a").replace("{returnTo}", "a"))?;
        Ok(Self(Some(text.to_owned())))
    }
}

/// The API's origin, as browsers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    base: BaseUrl,
    url: Url,
}

impl Origin {
    /// As the rest of hotdesk knows it: without a slash at its end.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// Its first page.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl FromStr for Origin {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let base: BaseUrl = text.parse().map_err(|_| Unfit::Origin)?;
        let url = Url::parse(&base.0).map_err(|_| Unfit::Origin)?;
        // As browsers write it in the header Origin, which it is compared with.
        if url.origin().ascii_serialization() == base.0 {
            Ok(Self { base, url })
        } else {
            Err(Unfit::Origin)
        }
    }
}
