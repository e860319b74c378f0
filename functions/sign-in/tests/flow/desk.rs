//! The function with a clock of its own, as it is set up in a test.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use envconfig::Envconfig;
use hotdesk::{
    clock::{Clock, Ms},
    config::session_cookie,
    token::{SessionClaims, Signer, Verifier, generate},
};
use serde_json::{Value, json};
use sign_in::{App, Limits, Provider as Asked, config::SiteConfig};

use crate::{
    browser::Browser,
    provider::{CLIENT, Provider, SECRET},
};

pub(crate) const HTTP: &str = "http://localhost:9000";
pub(crate) const HTTPS: &str = "https://desk.example";

/// 2026-11-21T00:00:00Z.
const START: u64 = 1_795_219_200_000;

#[derive(Clone, Debug)]
pub(crate) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(crate) fn turn(&self, by: Duration) {
        self.0.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Ms {
        Ms(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) struct Desk {
    pub(crate) app: App<Hands>,
    pub(crate) provider: Provider,
    pub(crate) site: String,
}

/// The usual settings, and these.
pub(crate) async fn desk(site: &str, settings: &[(&str, &str)]) -> Desk {
    desk_within(site, settings, Limits::default()).await
}

pub(crate) async fn desk_within(site: &str, settings: &[(&str, &str)], limits: Limits) -> Desk {
    let provider = Provider::start().await;
    let usual = [
        ("OIDC_ISSUER", provider.issuer.as_str()),
        ("OIDC_CLIENT_ID", CLIENT),
        ("OIDC_CLIENT_SECRET", SECRET),
        ("BASE_URL", site),
        ("USER_CLAIM_DOMAIN", "example.com"),
    ];
    let pairs = usual.iter().chain(settings);
    let set: HashMap<String, String> =
        pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let SiteConfig { origin } = SiteConfig::init_from_hashmap(&set).unwrap();
    let (private, public) = generate().unwrap();
    let app = App {
        clock: Hands(Arc::new(AtomicU64::new(START))),
        signer: Signer::from_jwk(&private).unwrap(),
        verifier: Verifier::from_jwks(&public).unwrap(),
        provider: Asked::new(Envconfig::init_from_hashmap(&set).unwrap(), &origin, limits).unwrap(),
        accounts: Envconfig::init_from_hashmap(&set).unwrap(),
        session: Envconfig::init_from_hashmap(&set).unwrap(),
        origin,
    };
    Desk { app, provider, site: site.to_owned() }
}

impl Desk {
    pub(crate) fn now(&self) -> u64 {
        self.app.clock.now().seconds()
    }

    pub(crate) fn turn(&self, seconds: u64) {
        self.app.clock.turn(Duration::from_secs(seconds));
    }

    /// What a good provider says of alice, for that nonce.
    pub(crate) fn alice(&self, nonce: &str) -> Value {
        json!({
            "iss": self.provider.issuer,
            "aud": CLIENT,
            "sub": "subject-of-alice",
            "iat": self.now(),
            "exp": self.now() + 300,
            "nonce": nonce,
            "email": "Alice@example.com",
            "email_verified": true,
        })
    }

    /// The session that the browser has, if it has one.
    pub(crate) fn session(&self, browser: &Browser) -> Option<SessionClaims> {
        let token = browser.cookie(session_cookie(self.app.origin.base()))?;
        let now = self.app.clock.now();
        Some(self.app.verifier.verify(&token, SessionClaims::AUDIENCE, now).unwrap())
    }
}
