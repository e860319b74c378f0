//! What the operator decides about signing in: parsed once, fatal before serving.
//!
//! Any provider of `OpenID` Connect will do. What the common ones do in their own way:
//!
//! | provider | what to know |
//! | --- | --- |
//! | Amazon Cognito | groups are in `cognito:groups`; booleans may come as texts, which are read; signing out takes parameters of its own: set `OIDC_LOGOUT_URL` to `https://{domain}/logout?client_id={clientId}&logout_uri={returnTo}` |
//! | Microsoft Entra ID | the issuer names the tenant (`https://login.microsoftonline.com/{tenant}/v2.0`; `common` cannot work, as no token comes from it); groups are object ids, and above 200 of them the claim is left out, so assign groups to the application; there is no `email_verified`: decide `EMAIL_VERIFIED_DEFAULT`, or take `preferred_username` as the user's name |
//! | Okta | a `groups` claim has to be configured; thin ID tokens are filled up from the userinfo endpoint; the standard's way to sign out answers 400 without an ID token, and none is kept here: set `OIDC_LOGOUT_URL` to `https://{org}/login/signout?fromURI={returnTo}` and make hotdesk a trusted origin |
//! | Google | no groups, nowhere to sign out at; an e-mail address of a domain proves nothing without the claim `hd`, which is therefore checked too |
//! | Keycloak | asks whether one really wants to sign out, as no ID token is kept here; groups begin with a slash unless the mapper is told otherwise |
//! | Auth0 | the issuer ends with a slash; groups are in a claim of your own making |

mod addresses;
mod values;

use std::time::Duration;

pub use addresses::{Issuer, LogoutUrl, Origin};
use envconfig::Envconfig;
use hotdesk::config::Bounded;
pub use values::{Domain, Domains, List, Optional, Required, Unfit};

/// The identity provider, and who hotdesk is to it. The redirect address to register there is
/// `{BASE_URL}/callback`, the one for after signing out `{BASE_URL}/`.
#[derive(Clone, Debug, Envconfig)]
pub struct ProviderConfig {
    /// The issuer, letter for letter as its discovery document and its tokens say it.
    #[envconfig(from = "OIDC_ISSUER")]
    pub issuer: Issuer,
    /// The client id.
    #[envconfig(from = "OIDC_CLIENT_ID")]
    pub client_id: Required,
    /// The client's secret; without it hotdesk is a public client, kept safe by PKCE alone.
    #[envconfig(from = "OIDC_CLIENT_SECRET", default = "")]
    pub client_secret: Optional,
    /// Scopes, between spaces; `openid` is always asked for.
    #[envconfig(from = "OIDC_SCOPES", default = "openid email profile")]
    pub scopes: String,
    /// Where the provider's own session is ended, if its discovery document does not say.
    #[envconfig(from = "OIDC_LOGOUT_URL", default = "")]
    pub logout_url: LogoutUrl,
}

/// Who is let in, and under which name.
#[derive(Clone, Debug, Envconfig)]
pub struct AccountConfig {
    /// The claim that the user name is made of. Choose one that never changes and that users
    /// cannot choose: whoever comes with another name is another user, with a home of their own.
    #[envconfig(from = "USER_CLAIM", default = "email")]
    pub user_claim: Required,
    /// The domain that is cut off the claim: with `example.com`, `alice@example.com` is `alice`.
    /// Any other `@` becomes `_`: `alice@example.org` is `alice_example.org`. A setting of its
    /// own, so that letting in another domain renames nobody.
    #[envconfig(from = "USER_CLAIM_DOMAIN", default = "")]
    pub user_claim_domain: Domain,
    /// Domains of e-mail addresses that are let in, between commas; without any, all are. Exactly
    /// these: a sub-domain is another domain.
    #[envconfig(from = "ALLOWED_EMAIL_DOMAINS", default = "")]
    pub allowed_email_domains: Domains,
    /// What a missing `email_verified` counts as. `true` is right only where the provider's
    /// administrators alone say what anybody's address is.
    #[envconfig(from = "EMAIL_VERIFIED_DEFAULT", default = "false")]
    pub email_verified_default: bool,
    /// Groups that are let in, between commas; without any, all are. Being in one is enough.
    #[envconfig(from = "ALLOWED_GROUPS", default = "")]
    pub allowed_groups: List,
    /// The claim that lists the groups.
    #[envconfig(from = "GROUPS_CLAIM", default = "groups")]
    pub groups_claim: Required,
    /// Who is in this group is an operator; without it, nobody is.
    #[envconfig(from = "OPERATOR_GROUP", default = "")]
    pub operator_group: Optional,
}

/// How long somebody is signed in.
#[derive(Clone, Debug, Envconfig)]
pub struct SessionConfig {
    /// Seconds after which they sign in again, whatever they do.
    #[envconfig(from = "SESSION_MAX_SECONDS", default = "43200")]
    lasts: Bounded<60, 2_592_000>,
    /// Seconds that one token of a session lives: after that long away they sign in again.
    #[envconfig(from = "SESSION_TOKEN_SECONDS", default = "3600")]
    token: Bounded<60, 86_400>,
}

impl SessionConfig {
    /// The life of a token, and of the whole session.
    #[must_use]
    pub fn times(&self) -> (Duration, Duration) {
        (Duration::from_secs(self.token.0), Duration::from_secs(self.lasts.0))
    }
}

/// Where browsers find hotdesk.
#[derive(Clone, Debug, Envconfig)]
pub struct SiteConfig {
    /// The API's origin.
    #[envconfig(from = "BASE_URL")]
    pub origin: Origin,
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn from<T: Envconfig>(set: &[(&str, &str)]) -> Result<T, envconfig::Error> {
        let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        T::init_from_hashmap(&set.collect::<HashMap<_, _>>())
    }

    fn provider(name: &str, value: &str) -> Result<ProviderConfig, envconfig::Error> {
        let usual = [("OIDC_ISSUER", "https://id.example"), ("OIDC_CLIENT_ID", "hotdesk")];
        from(&[usual[0], usual[1], (name, value)])
    }

    #[test]
    fn what_cannot_be_is_fatal_and_named() {
        for (name, bad) in [
            ("OIDC_ISSUER", ""),
            ("OIDC_ISSUER", "id.example"),
            ("OIDC_ISSUER", "http://id.example"),
            ("OIDC_ISSUER", "ftp://id.example"),
            ("OIDC_ISSUER", "https://id.example/?tenant=1"),
            ("OIDC_ISSUER", "https://id.example/#a"),
            ("OIDC_ISSUER", "https://user:secret@id.example"),
            ("OIDC_CLIENT_ID", " "),
            ("OIDC_LOGOUT_URL", "logout"),
            ("OIDC_LOGOUT_URL", "http://id.example/logout"),
            ("OIDC_LOGOUT_URL", "javascript:alert(1)"),
        ] {
            let error = provider(name, bad).unwrap_err().to_string();
            assert!(error.contains(name), "{name}={bad}: {error}");
        }
        for (name, bad) in [
            ("ALLOWED_EMAIL_DOMAINS", "@example.com"),
            ("ALLOWED_EMAIL_DOMAINS", "example.com,*.example.org"),
            ("ALLOWED_EMAIL_DOMAINS", "example..com"),
            ("ALLOWED_EMAIL_DOMAINS", "exämple.com"),
            ("USER_CLAIM_DOMAIN", "alice@example.com"),
            ("USER_CLAIM_DOMAIN", "example.com,example.org"),
            ("USER_CLAIM", ""),
            ("GROUPS_CLAIM", ""),
            ("EMAIL_VERIFIED_DEFAULT", "perhaps"),
        ] {
            let error = from::<AccountConfig>(&[(name, bad)]).unwrap_err().to_string();
            assert!(error.contains(name), "{name}={bad}: {error}");
        }
        for (name, bad) in [
            ("SESSION_MAX_SECONDS", "59"),
            ("SESSION_MAX_SECONDS", "2592001"),
            ("SESSION_TOKEN_SECONDS", "0"),
            ("SESSION_TOKEN_SECONDS", "86401"),
        ] {
            let error = from::<SessionConfig>(&[(name, bad)]).unwrap_err().to_string();
            assert!(error.contains(name), "{name}={bad}: {error}");
        }
        for bad in [
            "",
            "desk.example",
            "https://desk.example/path",
            "https://desk.example?a",
            "https://a@desk.example",
        ] {
            let error = from::<SiteConfig>(&[("BASE_URL", bad)]).unwrap_err().to_string();
            assert!(error.contains("BASE_URL"), "{bad}: {error}");
        }
    }

    #[test]
    fn what_is_left_empty_is_as_if_it_were_not_set() {
        let account: AccountConfig = from(&[
            ("ALLOWED_EMAIL_DOMAINS", ""),
            ("ALLOWED_GROUPS", " , "),
            ("OPERATOR_GROUP", ""),
            ("USER_CLAIM_DOMAIN", ""),
        ])
        .unwrap();
        assert!(account.allowed_email_domains.is_empty());
        assert!(account.allowed_groups.is_empty());
        assert_eq!(account.operator_group.get(), None);
        let provider = provider("OIDC_CLIENT_SECRET", "").unwrap();
        assert_eq!(provider.client_secret.get(), None);
        let (token, lasts) = from::<SessionConfig>(&[]).unwrap().times();
        assert_eq!((token.as_secs(), lasts.as_secs()), (3600, 43_200));
    }

    #[test]
    fn an_issuer_is_kept_letter_for_letter() {
        for issuer in [
            "https://id.example/",
            "https://id.example",
            "http://localhost:9001",
            "http://127.0.0.1:1/a/",
            "http://[::1]:1",
        ] {
            assert_eq!(provider("OIDC_ISSUER", issuer).unwrap().issuer.as_str(), issuer);
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let provider = provider("OIDC_CLIENT_SECRET", "hush").unwrap();
        assert_eq!(provider.client_secret.get(), Some("hush"));
        assert!(!format!("{provider:?}").contains("hush"));
    }
}
